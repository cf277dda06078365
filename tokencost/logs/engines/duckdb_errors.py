"""What DuckDB says is wrong with a log, in words that name the log as the user did."""

import os
from typing import Literal, NamedTuple

import duckdb

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.decompress import why_damaged
from tokencost.logs.files.discover import LONG_LAYOUTS, Logs

MOST_NAMED = 3


class Obstacle(NamedTuple):
    """What ended a pass over the logs, or showed that it cannot have read all of them rightly."""

    what: Literal["long line", "odd line", "repeated key", "open end", "other kinds", "memory"]
    shown: str = ""
    """The log in which it was met, where that is known."""


class Obstructed(Exception):
    """The engine met an obstacle while it read."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.what)
        self.obstacle = obstacle


def translate_error(error: duckdb.Error, logs: Logs, shown: str) -> Exception:
    """What the engine says about a file, as an error of ours that names it."""
    text = str(error)
    if os.environ.get("TOKENCOST_DEBUG"):
        raise error
    # The longest first: the path of one may begin as that of another does.
    by_path = sorted(logs.files, key=lambda log: -len(log.path))
    shown = next((log.shown for log in by_path if log.path in text), shown)
    if "maximum_object_size" in text and shown:
        return Obstructed(Obstacle("long line", shown))
    if isinstance(error, duckdb.OutOfMemoryException):
        if any(log.layout in LONG_LAYOUTS for log in logs.files):
            return Obstructed(Obstacle("long line"))
        return InvalidRequest(
            "the work does not fit in memory: there are too many groups, or a record is too long",
            "name fewer fields with --by, or leave out the file",
        )
    if fault := _fault(logs, shown):
        return fault
    first = text.partition("\n")[0].partition(": ")[2]
    for log in by_path:
        first = first.replace(log.path, log.shown)
    if not shown:
        shown = " or ".join(log.shown for log in logs.files[:MOST_NAMED] if log.compression != "none")
    return InvalidData([Problem(shown or "the logs", 1, f"cannot be read: {first}", "mend or leave out this file")])


def _fault(logs: Logs, shown: str) -> InvalidData | None:
    """A fault that engines tell badly: of a file that is gone, or of one of several compressed ones."""
    for log in logs.files:
        gone = not os.path.exists(log.path)
        unnamed = not shown and log.compression != "none"
        if (gone or unnamed) and (fault := why_damaged(log.path, log.compression, log.shown)):
            return fault
    return None
