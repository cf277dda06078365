"""The calls of sessions as a plain table, which the one query sums as it does any other: each call once."""

import csv
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tokencost.logs.billing.sums import Rejected, Sum, rejected_sum
from tokencost.logs.engines.duckdb_engine import MEMORY, connect
from tokencost.logs.files.discover import Log
from tokencost.logs.sessions.call import Call
from tokencost.logs.sessions.tools import Sessions, show_names
from tokencost.logs.sql.fields import literal

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
    "host": "host",
}
"""The fields of a call that the table has, and how each is written in it."""
COLUMNS = {
    "input": "input_tokens",
    "cached": "cached_input_tokens",
    "write": "cache_write_tokens",
    "output": "output_tokens",
    "host": "provider",
}
"""Those that the plain table calls otherwise."""


class SessionCalls(NamedTuple):
    """What sessions hold."""

    log: Log | None = None
    """The table of their calls; None where there are none."""
    sums: tuple[Sum, ...] = ()
    """The lines that cannot be read, as rejected records."""
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
    repeats = rows = named = 0
    # A lone half of a pair of UTF-16, which JSON can write, is no text.
    with open(raw, "w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for item in sessions:
            for found in item.tool.find_calls(item.logs):
                if found.call is None:
                    sums[found.file] = sums.get(found.file, 0) + 1
                    if len(rejected) < most:
                        rejected.append(Rejected(found.file, found.line, found.problem or ""))
                elif found.found == "repeat" and not keep_repeats:
                    repeats += 1
                else:
                    rows += 1
                    named += found.call.message is not None
                    writer.writerow((rows, *found.call))
    path = os.path.join(folder, "calls.parquet")
    calls = _copy(raw, path, folder, once=bool(named) and not keep_repeats) if rows else 0
    os.remove(raw)
    log = Log(f"the calls of {show_names(sessions)}", path, "parquet", "none", os.path.getsize(path)) if calls else None
    names = [log.shown for item in sessions for log in item.logs]
    empty = () if calls or sums else (names[0] if len(names) == 1 else _common_folder(names),)
    return SessionCalls(
        log,
        tuple(rejected_sum(count, UNREADABLE, file) for file, count in sums.items()),
        tuple(rejected),
        repeats + rows - calls,
        empty,
    )


def _copy(raw: str, path: str, folder: str, *, once: bool) -> int:
    """Write the rows to a Parquet file, if `once` those with the ids of a message at its fullest. Their number."""
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
    chosen = ", ".join(f"{written} AS {COLUMNS.get(name, name)}" for name, written in NAMES.items())
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
