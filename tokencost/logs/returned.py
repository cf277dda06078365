"""Sums that another engine made: the columns under which a printed query gives them, and files of them read back."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tokencost.errors import InvalidData, Problem, UsageError
from tokencost.logs.cells import RateCells
from tokencost.logs.query import context_cuts
from tokencost.logs.question import Question
from tokencost.logs.sources import Log
from tokencost.logs.sums import Rejected, Sum
from tokencost.logs.tables import header_of
from tokencost.logs.unpacked import reading

if TYPE_CHECKING:
    from tokencost.logs.duckdb_engine import Engine

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
LOGGED = {"logged": "logged_cost", "logged_rows": "logged_records"}
"""Names in the query, and under which they are returned."""
CELLS = "rate_cells"
"""The column with the fingerprint of the stretches of time that the sums were made for."""
NULL = "\\N"
"""What some engines write in CSV where there is nothing."""
_MARKS = {CELLS, "priced_at", "records"}


def fingerprint(question: Question, cells: RateCells) -> str:
    """Where stretches of time and classes of context length lie, in a few letters."""
    return cells._replace(thresholds=tuple(context_cuts(question, cells))).fingerprint


def field_columns(question: Question) -> tuple[str, ...]:
    """The fields of records among the groups, under names that every engine takes."""
    found: list[str] = []
    for name in question.fields:
        plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_") or "field"
        plain = f"by_{plain}"
        found.append(f"{plain}_{len(found)}" if plain in found else plain)
    return tuple(found)


def holds_sums(log: Log) -> bool:
    """Whether a file holds such sums rather than records."""
    return log.size > 0 and set(_names(log)) >= _MARKS


def _names(log: Log) -> Mapping[str, str]:
    """The names of its columns, by their small letters: some engines return them in capitals."""
    names: Sequence[str] = ()
    if log.kind in ("csv", "tsv"):
        names = header_of(log)
    elif log.kind == "parquet":
        import duckdb

        from tokencost.logs.offline import connected

        try:
            found = connected().execute("SELECT * FROM read_parquet(?) LIMIT 0", [log.path]).description
        except duckdb.Error:
            return {}
        names = [column[0] for column in found or ()]
    elif log.kind == "lines":
        with reading(log.path, log.compression, log.shown) as inner:
            line = inner.readline(1_000_000)
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return {}
        names = list(record) if isinstance(record, dict) else ()
    return {name.lower(): name for name in names}


def returned_sums(engine: "Engine", question: Question, cells: RateCells) -> Iterator[Sum]:
    """The sums in all files of an engine, as the query that made them left them.

    Raises `UsageError` where they answer another question, and `InvalidData` for what is no sum.
    """
    if question.since is not None or question.until is not None:
        raise UsageError("these are sums: --since and --until belong to the query", "give them with --print-sql")
    wanted = [*question.periods, *field_columns(question), *KEYS.values(), *COUNTS.values()]
    wanted += [*(LOGGED.values() if question.compare_to else ()), CELLS]
    for log in engine.logs.files:
        names = _names(log)
        if missing := [name for name in wanted if name not in names]:
            raise UsageError(
                f"{log.shown} has no column {missing[0]}: its sums were made for another question",
                "give the same --by and --compare-to with --print-sql",
            )
        for number, row in enumerate(engine.texts(log, [names[name] for name in wanted]), 2):
            found = {name: None if text == NULL else text for name, text in zip(wanted, row, strict=True)}
            if found[CELLS] != fingerprint(question, cells):
                raise UsageError(
                    f"{log.shown} was summed for other dates of prices or other context lengths",
                    "use the prices.toml and the --as and --token-factor that the query was printed with, or print it "
                    "again",
                )
            yield sum_of(found, question, log.shown, number)


def sum_of(found: Mapping[str, str | None], question: Question, shown: str, line: int) -> Sum:
    """A sum from its columns as text. Raises `InvalidData` for what is none."""

    def whole(name: str) -> int | None:
        text = found[name]
        if text is None or text == "":
            return None
        try:
            value = Decimal(text)
            if value == int(value):
                return int(value)
        except (InvalidOperation, ValueError, OverflowError):
            pass
        raise InvalidData([Problem(shown, line, f"{name} is no whole number: {text!r}", "export it again")])

    def count(name: str) -> int:
        value = whole(name)
        if value is not None and value < 0:
            raise InvalidData([Problem(shown, line, f"{name} is below zero", "export it again")])
        return value or 0

    logged = found["logged_cost"] if question.compare_to else None
    return Sum(
        periods=tuple(whole(name) for name in question.periods),
        fields=tuple(found[name] for name in field_columns(question)),
        model=found["model"],
        tier=question.tier or found["tier"],
        summed=bool(whole("summed")),
        code=found["problem"] or None,
        file=shown,
        at=whole("priced_at"),
        until=whole("covered_until"),
        context=count("context_tokens"),
        rows=count("records"),
        requests=count("requests"),
        input=count("input_tokens"),
        cached=count("cached_input_tokens"),
        written=count("cache_write_tokens"),
        output=count("output_tokens"),
        first_at=whole("first_request_at"),
        last_at=whole("last_request_at"),
        logged=Decimal(logged) if logged else None,
        logged_rows=count("logged_records") if question.compare_to else 0,
    )


_REASONS = {
    "shape": "no usage is recognised",
    "failed": "failed or cached requests: nothing was billed",
    "input": "the input tokens are no whole number, or missing",
    "output": "the output tokens are no whole number, or missing",
    "cached": "the cached input tokens are no whole number",
    "write": "the cache-write tokens are no whole number",
    "requests": "the number of requests is no whole number",
    "convention": "more cached and cache-write tokens than input tokens, of which they are parts",
    "time": "the time is not an instant, nor a date, nor the seconds since 1970",
}


def rejected_sums(rejected: Mapping[tuple[str, str], int]) -> Iterator[Rejected]:
    """What was rejected by file and code, where no engine can say which records these are."""
    for (file, code), count in sorted(rejected.items()):
        records = "1 record" if count == 1 else f"{count:,} records"
        yield Rejected(file, None, f"{records}: {_REASONS.get(code, code)}")
