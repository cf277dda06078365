"""The columns under which a printed query gives its sums."""

import re
from collections.abc import Iterable

from tokencost.logs.sql.aggregate import context_cuts
from tokencost.logs.sql.rate_periods import RatePeriods
from tokencost.logs.usage_query import UsageQuery

KEYS = {
    "model": "model",
    "tier": "tier",
    "summed": "summed",
    "code": "problem",
    "at": "priced_at",
    "until": "covered_until",
    "context": "context_tokens",
}
COUNTS = {
    "rows": "records",
    "requests": "requests",
    "input": "input_tokens",
    "cached": "cached_input_tokens",
    "write": "cache_write_tokens",
    "output": "output_tokens",
    "first_at": "first_request_at",
    "last_at": "last_request_at",
}
LOGGED = {"logged": "logged_cost", "logged_rows": "logged_records", "logged_in": "logged_currency"}
"""Names in the query, and under which they are returned."""
_CALLS = "{}_calls"
"""Calls of tools, in columns that only queries of records that can show them have."""
CELLS = "rate_cells"
"""The column with the fingerprint of the periods of time that the sums were made for."""
MARKS = frozenset((CELLS, "priced_at", "records"))
"""Columns by which files of sums are known."""


def call_columns(calls: Iterable[str]) -> tuple[str, ...]:
    """The columns with the numbers of these calls."""
    return tuple(_CALLS.format(call) for call in calls)


def fingerprint(query: UsageQuery, periods: RatePeriods) -> str:
    """Where periods of time and classes of context length lie, in a few letters."""
    return periods._replace(thresholds=tuple(context_cuts(query, periods))).fingerprint


def field_columns(query: UsageQuery) -> tuple[str, ...]:
    """The fields of records among the groups, under names that every engine takes."""
    found: list[str] = []
    for name in query.fields:
        plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_") or "field"
        plain = f"by_{plain}"
        found.append(f"{plain}_{len(found)}" if plain in found else plain)
    return tuple(found)
