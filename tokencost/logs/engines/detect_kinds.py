"""Which shapes the first JSON lines have: the engine is asked for these alone, and for all if others come."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tokencost.logs.files.decompress import reading
from tokencost.logs.files.discover import LONGEST_RECORD, Log
from tokencost.logs.records.kinds import LogKind, Path
from tokencost.logs.sql.fields import NestedColumns, identifier
from tokencost.logs.sql.nested import CONTAINERS

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine, Source

FIRST_LINES = 50
FILES = 20


def first_shapes(logs: Sequence[Log], shapes: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The shapes that the first lines of the first files have, in their own order; all of them where none is seen."""
    return shapes_in(_first_lines(logs), shapes)


def shapes_in(lines: Iterable[str | bytes], shapes: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The shapes of these lines; all of them where none is seen."""
    seen = {name for line in lines for name in _shapes_of(line, shapes)}
    found = tuple(shape for shape in shapes if shape.name in seen)
    return found or tuple(shapes)


def _first_lines(logs: Sequence[Log]) -> Iterator[bytes]:
    for log in [log for log in logs if log.kind == "lines"][:FILES]:
        with reading(log.path, log.compression, log.shown) as inner:
            for _ in range(FIRST_LINES):
                # No more of it than engines take: without line breaks it may be all of the file.
                line = inner.readline(LONGEST_RECORD)
                if not line or len(line) == LONGEST_RECORD:
                    break
                yield line


def _shapes_of(line: str | bytes, shapes: Sequence[LogKind]) -> Iterable[str]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return
    for shape in shapes:
        if all(_has(record, mark) for mark in shape.marks):
            yield shape.name
            return


def _has(record: object, path: Path) -> bool:
    for part in path:
        if not isinstance(record, Mapping):
            return False
        record = record.get(part)
    return record is not None


def holds_others(
    engine: "Engine", sources: "Sequence[Source]", shapes: Sequence[LogKind], asked: Sequence[LogKind]
) -> bool:
    """Whether JSON lines hold records of shapes that were not asked for, or records that hold several."""
    for source in sources:
        if isinstance(source.leaves, NestedColumns):
            leaves = source.leaves

            def has(some: Sequence[LogKind], leaves: NestedColumns = leaves) -> str:
                return " OR ".join(f"({' AND '.join(map(leaves.present, shape.marks))})" for shape in some)

            lists = " OR ".join(f"starts_with(r.{identifier(path[0])}, '[')" for path in CONTAINERS)
            others = [shape for shape in shapes if shape not in asked]
            also = f" OR {has(others)}" if others else ""
            test = f"NOT ({has(asked)}) AND ({lists}{also})"
            if engine.execute(f"SELECT 1 FROM {source.relation} AS r WHERE {test} LIMIT 1").fetchone():
                return True
    return False
