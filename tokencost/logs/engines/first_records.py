"""What the first records of logs show: of which kinds they are, and files in which there is none.

The engine is asked for these kinds alone, and for all if others come. Files without a record are named, so that nobody
takes what was not read for what costs nothing.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from tokencost.logs.files.csv_header import header_lines
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import BOM, SEPARATORS
from tokencost.logs.files.discover import HEAD, LONGEST_RECORD, Log
from tokencost.logs.records.kind import LogKind, Path, Test, cache_names
from tokencost.logs.records.kinds import CALLS_AMONG
from tokencost.logs.sql.fields import JSON_TEXTS, UNREAD_CACHE, JsonRecord, NestedColumns, identifier, literal
from tokencost.logs.sql.nested import CONTAINERS, HOLDERS
from tokencost.logs.sql.normalize import known_sql
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine

FIRST_LINES = 50
FILES = 20


def first_kinds(logs: Sequence[Log], kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The kinds that the first lines of the first files have, in their own order; all of them where none is seen."""
    return kinds_in(_first_lines(logs), kinds)


def kinds_in(lines: Iterable[str | bytes], kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The kinds of these lines; all of them where none is seen."""
    seen = {name for line in lines for name in _kinds_of(_record(line), kinds)}
    # Where the first lines show what is left of an origin, later ones may be its calls, of which it would know each.
    seen |= {call for name in seen for call in CALLS_AMONG.get(name, ())}
    found = tuple(kind for kind in kinds if kind.name in seen)
    return found or tuple(kinds)


def _first_lines(logs: Sequence[Log]) -> Iterator[bytes]:
    for log in [log for log in logs if log.layout == "lines"][:FILES]:
        with open_decompressed(log.path, log.compression, log.shown) as inner:
            for _ in range(FIRST_LINES):
                # No more of it than engines take: without line breaks it may be all of the file.
                line = inner.readline(LONGEST_RECORD)
                if not line or len(line) == LONGEST_RECORD:
                    break
                yield line


def is_known(record: object, kinds: Sequence[LogKind]) -> bool:
    """Whether a record is of one of these kinds."""
    return any(True for _ in _kinds_of(record, kinds))


def _kinds_of(record: object, kinds: Sequence[LogKind]) -> Iterable[str]:
    for kind in kinds:
        if all(_has(record, mark) for mark in kind.marks) and all(_passes(record, test) for test in kind.tests):
            yield kind.name
            return


def need_json(logs: Sequence[Log], kinds: Sequence[LogKind]) -> bool:
    """Whether the first lines have what columns would pass over.

    Cache fields of other names, JSON within a text, and calls that lie in a record which seems to be one itself.
    """
    records = map(_record, _first_lines(logs))
    hidden = (
        any(_value(record, (name,)) for name in HOLDERS)
        or any(isinstance(_value(record, path), str) for path in JSON_TEXTS)
        for record in records
    )
    return any(hidden) or show_unread_cache([log for log in logs if log.layout == "lines"], kinds)


def show_unread_cache(logs: Sequence[Log], kinds: Sequence[LogKind]) -> bool:
    """Whether the beginnings of logs show a cache field with a name that no kind reads."""
    known = {name for kind in kinds for name in cache_names(kind)}
    return any(set(re.findall(UNREAD_CACHE, beginning_of(log))) - known for log in logs[:FILES])


def beginning_of(log: Log, length: int = HEAD) -> str:
    """So many bytes of a file, decompressed, as text."""
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        return inner.read(length).decode("utf-8", "replace")


def hold_lists(logs: Sequence[Log], paths: Sequence[Path]) -> bool:
    """Whether these fields are lists of objects wherever the first lines have them: a text would end a quick pass."""
    records = (_record(line) for line in _first_lines(logs)) if paths else ()
    return all(_is_list(_value(record, path)) for record in records for path in paths)


def _record(line: str | bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, Mapping) for item in value))


def _value(record: object, path: Path) -> object:
    for part in path:
        record = record.get(part) if isinstance(record, Mapping) else None
    return record


def _has(record: object, path: Path) -> bool:
    return _value(record, path) is not None


def _passes(record: object, test: Test) -> bool:
    value = _value(record, test.path)
    text = value if isinstance(value, str) else json.dumps(value)
    return test.holds == (value is not None and re.fullmatch(test.pattern, text) is not None)


def looked_for(kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The kinds, as far as they are known by fields that can be read as columns: not by all that is in an object."""
    return tuple(kind._replace(tests=tuple(test for test in kind.tests if test.holds)) for kind in kinds)


def holds_others(engine: "Engine", query: UsageQuery, kinds: Sequence[LogKind], asked: Sequence[LogKind]) -> bool:
    """Whether JSON lines hold records of kinds that were not asked for, or records that hold several.

    Only of such kinds as `looked_for` gives.
    """
    # A field that may be a list of records is read whole: whether it holds tokens itself is seen in its text.
    names = [name for (name,) in CONTAINERS]
    within = [kind for kind in kinds if any(mark[0] in names for mark in kind.marks if mark[1:])]
    asked_names = {kind.name for kind in asked}
    if any(kind.name in asked_names for kind in within):
        return False  # such records are read whole, and as records of all kinds
    every = [kind for kind in kinds if kind not in within]
    # Those that were asked for go first: they were read as columns.
    kinds = engine.fitting(query, sorted(every, key=lambda kind: kind.name not in asked_names))
    if _stand_apart(engine, query, [kind for kind in every if kind not in kinds], every):
        return True
    for source in engine.sources(query, kinds, all_kinds=every):
        if isinstance(source.fields, NestedColumns):
            fields = source.fields

            def has(some: Sequence[LogKind], fields: NestedColumns = fields) -> str:
                return " OR ".join(f"({known_sql(fields, kind)})" for kind in some)

            lists = " OR ".join(f"starts_with(r.{identifier(path[0])}, '[')" for path in CONTAINERS)
            for kind in within:
                seen = (f"contains(r.{identifier(mark[0])}, '\"{mark[-1]}\"')" for mark in kind.marks)
                lists += f" OR ({' AND '.join(seen)})"
            test = f"NOT ({has(looked_for(asked))}) AND ({lists})"
            for before, others in _by_rank([kind for kind in every if kind in kinds], asked_names):
                also = f" AND NOT ({has(looked_for(before))})" if before else ""
                test += f" OR ({has(others)}){also}"
            if engine.execute(f"SELECT 1 FROM {source.relation} AS r WHERE {test} LIMIT 1").fetchone():
                return True
    return False


def _by_rank(
    kinds: Sequence[LogKind], asked_names: Collection[str]
) -> list[tuple[tuple[LogKind, ...], tuple[LogKind, ...]]]:
    """The kinds that were not asked for, each time with those asked for that go before them.

    A record is of the first kind that knows it. A chunk of a stream that holds usage is a call, though all chunks
    before it are none, and the rest of its kind would know it as well.
    """
    found = []
    before: tuple[LogKind, ...] = ()
    for is_asked, group in groupby(kinds, key=lambda kind: kind.name in asked_names):
        if is_asked:
            before += tuple(group)
        else:
            found.append((before, tuple(group)))
    return found


def _stand_apart(engine: "Engine", query: UsageQuery, kinds: Sequence[LogKind], all_kinds: Sequence[LogKind]) -> bool:
    """Whether JSON lines hold records of kinds whose fields cannot be read as columns beside those of the others."""
    marked = " OR ".join(
        "("
        + " AND ".join(f"contains(CAST(r.record AS VARCHAR), {literal(json.dumps(mark[-1]))})" for mark in kind.marks)
        + ")"
        for kind in kinds
    )
    return bool(marked) and any(
        isinstance(source.fields, JsonRecord)
        and engine.execute(f"SELECT 1 FROM {source.relation} AS r WHERE {marked} LIMIT 1").fetchone()
        for source in engine.sources(query, all_kinds, as_json=True)
    )


def without_records(engine: "Engine", query: UsageQuery, kinds: Sequence[LogKind], read: int) -> tuple[str, ...]:
    """The names of the files without a record, where `read` records were read of all files."""
    logs = engine.logs.files
    if read and len(logs) == 1:
        return ()
    # What lies outside of the time that is asked for is not read, and yet there.
    if not read and query.since is None and query.until is None:
        return tuple(log.shown for log in logs)
    filled = (log for log in logs if log.size and (_begins(log) or _holds(engine, query, kinds, log)))
    return tuple(sorted({log.shown for log in logs} - {log.shown for log in filled}))


def _begins(log: Log) -> bool:
    """Whether its beginning shows that there is a record in it, which is quickly looked at."""
    if log.layout == "parquet":
        return False
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        head = inner.read(HEAD)
    if log.layout in SEPARATORS:
        return bool(head.split(b"\n", header_lines(log))[-1].strip())
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip()
    try:
        first, _ = json.JSONDecoder().raw_decode(text.removeprefix("[").lstrip())
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and not any(name in first for (name,) in CONTAINERS)


def _holds(engine: "Engine", query: UsageQuery, kinds: Sequence[LogKind], log: Log) -> bool:
    sources = engine.sources(query, kinds, as_json=True, only=log)
    return any(engine.execute(f"SELECT 1 FROM {source.relation} AS r LIMIT 1").fetchone() for source in sources)
