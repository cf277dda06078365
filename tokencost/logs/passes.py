"""The passes over logs: how the first one reads them, and how the next one does after what the last one met.

Nearly all logs take one pass, which makes no copies and believes that its lines are alike. What it cannot take is
rare, and looking for all of it beforehand would cost every log another reading.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tokencost.logs.engines.duckdb_errors import Obstacle
from tokencost.logs.engines.first_records import first_kinds
from tokencost.logs.files.discover import LONG_LAYOUTS, Logs, shorten
from tokencost.logs.files.last_lines import with_ends
from tokencost.logs.records.kind import LogKind, paths_of
from tokencost.logs.records.repeated_keys import may_repeat, without_repeated_keys
from tokencost.logs.sql.fields import json_text_of
from tokencost.logs.sql.normalize import fields_read
from tokencost.logs.usage_query import UsageQuery


class Pass(NamedTuple):
    """How logs are read once."""

    logs: Logs
    asked: tuple[LogKind, ...]
    """The kinds that JSON lines are asked for: fewer columns are read faster."""
    strict: bool = True
    """Whether a line that is no record ends the pass. Only so does the engine say that a key stands in one twice."""
    as_json: bool = False
    """Whether JSON lines are read as whole records, which takes longer and can look into lists."""
    at_once: bool = False
    """Whether all fields of a whole record are looked up at once, which takes twice the time and less memory."""


def first_pass(logs: Logs, kinds: Sequence[LogKind], *, strict: bool = True) -> Pass:
    """JSON lines as nested columns of the kinds that their first lines are of."""
    return Pass(logs, first_kinds(logs.files, kinds), strict)


def next_pass(last: Pass, met: Obstacle, kinds: Sequence[LogKind], query: UsageQuery) -> Pass:
    """The pass that gets over what the last one met. It takes away what was met, so that passes come to an end."""
    if met.what == "memory":
        return last._replace(at_once=True)
    return _next_pass(last, met, kinds, query)._replace(at_once=last.at_once)


def _next_pass(last: Pass, met: Obstacle, kinds: Sequence[LogKind], query: UsageQuery) -> Pass:
    logs = last.logs
    if met.what == "other kinds":
        # Records of kinds that the first lines did not show, or that hold others in lists.
        return last._replace(asked=tuple(kinds), as_json=True)
    if met.what == "long line":
        # The engine gives up at a line that is longer than it takes; short ones stand in for such lines.
        return first_pass(_without_long_lines(logs, met.shown), kinds, strict=last.strict)
    if met.what == "open end":
        # The engine passes over a last line without a line break, where it lies across two of its blocks.
        return first_pass(with_ends(logs), kinds, strict=last.strict)
    # A line is no record, or has a key twice, of which the engine would take one value without a word. From now on it
    # passes over lines that are no records, so that those with a key twice are taken out before.
    if may_repeat(logs, repeated=met.what == "repeated key"):
        logs = without_repeated_keys(logs, fields_read(kinds, query))
    again = first_pass(logs, kinds, strict=False)
    # Of an object that is a text the engine makes nothing: what such a text says is found where records are JSON.
    looked_into = any(json_text_of(path) for kind in again.asked for path in paths_of(kind))
    return again._replace(as_json=looked_into)


def _without_long_lines(logs: Logs, shown: str) -> Logs:
    """The log of that name with its lines shortened; without a name, those whose records may be longer than lines."""
    return logs._replace(
        files=tuple(
            shorten(log, logs.folder) if (log.shown == shown if shown else log.layout in LONG_LAYOUTS) else log
            for log in logs.files
        )
    )
