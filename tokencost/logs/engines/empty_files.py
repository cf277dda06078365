"""Files in which there is no record: said, so that nobody takes what was not read for what costs nothing."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tokencost.logs.files.csv_header import header_lines
from tokencost.logs.files.decompress import reading
from tokencost.logs.files.detect import BOM
from tokencost.logs.files.discover import HEAD, Log
from tokencost.logs.records.kinds import LogKind
from tokencost.logs.sql.nested import CONTAINERS
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine


def without_records(engine: "Engine", question: UsageQuery, shapes: Sequence[LogKind], read: int) -> tuple[str, ...]:
    """The names of the files without a record, where `read` records were read of all files."""
    logs = engine.logs.files
    if read and len(logs) == 1:
        return ()
    # What lies outside of the time that is asked for is not read, and yet there.
    if not read and question.since is None and question.until is None:
        return tuple(log.shown for log in logs)
    filled = (log for log in logs if log.size and (_begins(log) or _holds(engine, question, shapes, log)))
    return tuple(sorted({log.shown for log in logs} - {log.shown for log in filled}))


def _begins(log: Log) -> bool:
    """Whether its beginning shows that there is a record in it, which is quickly looked at."""
    if log.kind == "parquet":
        return False
    with reading(log.path, log.compression, log.shown) as inner:
        head = inner.read(HEAD)
    if log.kind in ("csv", "tsv"):
        return bool(head.split(b"\n", header_lines(log))[-1].strip())
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip()
    try:
        first, _ = json.JSONDecoder().raw_decode(text.removeprefix("[").lstrip())
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and not any(name in first for (name,) in CONTAINERS)


def _holds(engine: "Engine", question: UsageQuery, shapes: Sequence[LogKind], log: Log) -> bool:
    sources = engine.sources(question, shapes, as_json=True, only=log)
    return any(engine.execute(f"SELECT 1 FROM {source.relation} AS r LIMIT 1").fetchone() for source in sources)
