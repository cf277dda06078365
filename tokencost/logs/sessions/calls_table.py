"""The calls of sessions as a plain table, which the one query sums as it does any other: each call once."""

import csv
import os
from collections.abc import Container, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from tokencost.logs.billing.sums import Rejected, Sum, rejected_sum
from tokencost.logs.engines.duckdb_engine import MEMORY, connect
from tokencost.logs.files.discover import Log
from tokencost.logs.records.kind import NO_CALL, CallCount, LogKind, at
from tokencost.logs.sessions.call import Call
from tokencost.logs.sessions.tools import Sessions, find_calls, show_names
from tokencost.logs.sql.fields import literal
from tokencost.pricetable.table import CALLS

UNREADABLE = "session"
"""The code of lines that cannot be read; each of the first is listed with its own reason."""
NAMES = {
    "model": "model",
    "time": "make_timestamp(CAST(time AS BIGINT))",
    "tier": "tier",
    "input": "CAST(input AS BIGINT)",
    "cached": "CAST(cached AS BIGINT)",
    "write": "CAST(write AS BIGINT)",
    "output": "CAST(output AS BIGINT)",
    "session": "session",
    "project": "project",
}
"""The fields of a call that the table has, and how each is written in it."""
RARE = {
    "host": "host",
    "cost": "cost",
    "unread": "unread",
    "requests": "CAST(requests AS BIGINT)",
    **{call: f"CAST({call} AS BIGINT)" for call in CALLS},
}
"""Those that it has where some call has them: columns that are empty would cost time."""
_rare_of = attrgetter(*RARE)
_NONE = tuple(Call._field_defaults[name] for name in RARE)
CALLS_KIND = LogKind(
    "calls",
    "README.md",
    marks=at("input", "cached", "write", "output", "session", "project"),
    model=at("model"),
    input=at("input"),
    output=at("output"),
    cached=at("cached"),
    write=at("write"),
    time=at("time"),
    tier=at("tier"),
    hosts=at("host"),
    requests=at("requests"),
    calls=tuple(CallCount(call, at(call)) for call in CALLS),
    unread=at("unread"),
)
"""The table as a kind of log, which no file of a user's has."""


class SessionCalls(NamedTuple):
    """What sessions hold."""

    log: Log | None = None
    """The table of their calls; None where there are none."""
    kinds: tuple[LogKind, ...] = ()
    """The kind that it is of. Nothing in it is mapped: its readers know where things stand."""
    sums: tuple[Sum, ...] = ()
    """The lines that cannot be read, as rejected records, and events of no call."""
    rejected: tuple[Rejected, ...] = ()
    """The first of them."""
    repeats: int = 0
    """How often a call was written again, beside the calls."""
    empty: tuple[str, ...] = ()
    """The folder in which there is no call, where there is none in any file."""


def write_calls(sessions: Sequence[Sessions], folder: str, most: int, *, keep_repeats: bool = False) -> SessionCalls:
    """Read sessions, and write their calls to a folder; `most` rejected lines are listed.

    With `keep_repeats` what was written again counts again.
    """
    if not sessions:
        return SessionCalls()
    raw = os.path.join(folder, "calls.csv")
    rejected: list[Rejected] = []
    sums: dict[str, int] = {}
    others: dict[str, int] = {}
    repeats = rows = named = 0
    rare: set[str] = set()
    # A lone half of a pair of UTF-16, which JSON can write, is no text.
    with open(raw, "w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for item in sessions:
            for found in find_calls(item, folder):
                if found.found == "no call":
                    others[found.file] = others.get(found.file, 0) + 1
                elif found.call is None:
                    sums[found.file] = sums.get(found.file, 0) + 1
                    if len(rejected) < most:
                        rejected.append(Rejected(found.file, found.line, found.problem or ""))
                elif found.found == "repeat" and not keep_repeats:
                    repeats += 1
                else:
                    rows += 1
                    named += found.call.message is not None
                    if (values := _rare_of(found.call)) != _NONE:
                        rare |= {name for name, value, no in zip(RARE, values, _NONE, strict=True) if value != no}
                    writer.writerow((rows, *found.call))
    path = os.path.join(folder, "calls.parquet")
    calls = _copy(raw, path, folder, rare, once=bool(named) and not keep_repeats) if rows else 0
    os.remove(raw)
    log = Log(f"the calls of {show_names(sessions)}", path, "parquet", "none", os.path.getsize(path)) if calls else None
    names = [log.shown for item in sessions for log in item.logs]
    empty = () if calls or sums or others else (names[0] if len(names) == 1 else _common_folder(names),)
    left_out = [rejected_sum(count, UNREADABLE, file) for file, count in sums.items()]
    left_out += [rejected_sum(count, NO_CALL, file) for file, count in others.items()]
    return SessionCalls(
        log,
        (CALLS_KIND,) if log else (),
        tuple(left_out),
        tuple(rejected),
        repeats + rows - calls,
        empty,
    )


def _copy(raw: str, path: str, folder: str, rare: Container[str], *, once: bool) -> int:
    """Write the rows to a Parquet file, if `once` those with the ids of a message at its fullest. Their number."""
    names = NAMES | {name: written for name, written in RARE.items() if name in rare}
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in ("place", *Call._fields))
    source = (
        f"read_csv({literal(raw)}, columns={{{columns}}}, header=false, auto_detect=false, delim=',', quote='\"', "
        "escape='\"', nullstr='', strict_mode=true)"
    )
    if once:
        # In a side conversation a message comes again under another request.
        aside = "max(sidechain) OVER (PARTITION BY message) = 'True'"
        source = f"(SELECT *, CASE WHEN {aside} THEN NULL ELSE request END AS once FROM {source})"
        total = "CAST(input AS BIGINT) + CAST(output AS BIGINT)"
        source += (
            " QUALIFY message IS NULL OR row_number() OVER (PARTITION BY message, once ORDER BY "
            f"sidechain, {total} DESC, CAST(time AS BIGINT) NULLS LAST, CAST(place AS BIGINT)) = 1"
        )
    chosen = ", ".join(f"{written} AS {name}" for name, written in names.items())
    with connect(memory_limit=MEMORY, temp_directory=os.path.join(folder, "spill")) as connection:
        written = connection.execute(
            f"COPY (SELECT {chosen} FROM {source}) TO {literal(path)} (FORMAT parquet)"
        ).fetchone()
    return int(written[0]) if written else 0


def _common_folder(names: Iterable[str]) -> str:
    paths = [os.path.abspath(name) for name in names]
    try:
        return os.path.commonpath(paths)
    except ValueError:  # on different drives
        return paths[0]
