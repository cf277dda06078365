"""Fields that were named and that no record has, and records whose fields nobody named: said with the keys there are.

A slip in the name of a field would otherwise be an answer without that field, and no word of it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from tokencost.errors import InvalidRequest
from tokencost.logs.engines.first_records import FILES, FIRST_LINES, is_known
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import BOM, TABLES
from tokencost.logs.files.discover import HEAD, LONGEST_RECORD, Log
from tokencost.logs.records.keys import MOST_KEYS, MOST_SHOWN, keys_of, near_keys, probable_mapping
from tokencost.logs.records.kind import LogKind, Path
from tokencost.logs.records.paths import show_path
from tokencost.logs.sql.fields import NestedColumns
from tokencost.logs.sql.nested import CONTAINERS
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine, Source

MOST_NAMED = 3
_LISTS = frozenset(name for (name,) in CONTAINERS)


def refuse_absent(
    engine: "Engine",
    query: UsageQuery,
    kinds: Sequence[LogKind],
    asked: Sequence[LogKind],
    named: Mapping[Path, str],
    *,
    as_json: bool,
) -> None:
    """Raise `InvalidRequest` for a field that was named, by the option that named it, and that no record has."""
    sources = engine.sources(query, asked, all_kinds=kinds, as_json=as_json)
    for path, option in named.items():
        if not any(_occurs(engine, source, path) for source in sources):
            raise InvalidRequest(
                f"{_names(engine.logs.files)}: no record has the field {show_path(path)} that {option} names",
                _say_near(path, _fields_of(engine)),
            )


def _occurs(engine: "Engine", source: "Source", path: Path) -> bool:
    if isinstance(source.fields, NestedColumns) and path not in source.fields.paths:
        return False
    present = source.fields.present(path)
    if present is None:
        return False
    return engine.execute(f"SELECT 1 FROM {source.relation} AS r WHERE {present} LIMIT 1").fetchone() is not None


def _names(logs: Sequence[Log]) -> str:
    shown = [log.shown for log in logs]
    more = len(shown) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _say_near(path: Path, keys: Sequence[Path]) -> str:
    near = near_keys(path, keys)
    if near:
        return f"near to it: {', '.join(near)}"
    return f"they have {', '.join(map(show_path, keys[:MOST_SHOWN]))}" if keys else "look at the records for its name"


def _fields_of(engine: "Engine") -> list[Path]:
    """The fields of the first records, and the columns of tables."""
    found: dict[Path, None] = {}
    for log in [log for log in engine.logs.files if log.size][:FILES]:
        if log.layout in TABLES:
            found |= dict.fromkeys((column.name,) for column in engine.columns(log))
        else:
            found |= {path: None for record in first_records(log) for path, _ in keys_of(record)}
        if len(found) > MOST_KEYS:
            break
    return list(found)[:MOST_KEYS]


def first_records(log: Log) -> Iterator[Mapping[str, Any]]:
    """The first records of a JSON file, those in the lists of pages one by one; of what is no JSON, none."""
    return islice(_records(log), FIRST_LINES)


def _records(log: Log) -> Iterator[Mapping[str, Any]]:
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        if log.layout == "lines":
            for _ in range(FIRST_LINES):
                try:
                    value = json.loads(inner.readline(LONGEST_RECORD))
                except (ValueError, RecursionError):
                    continue
                yield from _within(value)
            return
        text = inner.read(HEAD).removeprefix(BOM).decode("utf-8", "replace").lstrip()
    text = text.removeprefix("[").lstrip()
    decoder = json.JSONDecoder()
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            return
        yield from _within(value)
        text = text[end:].lstrip(" \t\r\n,")


def _within(value: object, deep: int = 0) -> Iterator[Mapping[str, Any]]:
    """A record, or those in its lists where it is a page of others."""
    if not isinstance(value, dict):
        return
    pages = [each for name, each in value.items() if name in _LISTS and isinstance(each, list)]
    if not pages or deep > MOST_NAMED:
        yield value
    for page in pages:
        for each in page:
            yield from _within(each, deep + 1)


def hints_for(logs: Sequence[Log], shown: Sequence[str], kinds: Sequence[LogKind]) -> Iterator[str]:
    """Of JSON files with records of no kind: their keys, and the options that would probably do."""
    said: set[str] = set()
    for log in logs:
        if log.shown not in shown or log.layout in TABLES:
            continue
        unknown = (record for record in first_records(log) if not is_known(record, kinds))
        record = next(unknown, None)
        fields = dict(islice(keys_of(record), MOST_KEYS)) if record else {}
        keys = ", ".join([show_path(path) for path in fields][:MOST_SHOWN])
        if not fields or keys in said:
            continue
        said.add(keys)
        more = len(fields) - MOST_SHOWN
        mapping = probable_mapping(fields)
        yield (
            f"{log.shown}: records of no kind that is recognised have the keys {keys}"
            f"{f' and {more:,} more' if more > 0 else ''}."
            + (f" This will probably do: {mapping}" if mapping else " --map says where the tokens stand.")
        )
        if len(said) == MOST_NAMED:
            return


def hints_of_far(near: Sequence[Log], shown: Sequence[str]) -> Iterator[str]:
    """The same of files that a cluster alone has read, whose records are not looked at here."""
    names = sorted(set(shown) - {log.shown for log in near})
    if names:
        more = len(names) - MOST_NAMED
        yield (
            f"{', '.join(names[:MOST_NAMED])}{f' and {more:,} more' if more > 0 else ''}: records of no kind that is "
            "recognised. --map says where their tokens stand; copy a few of them here, and `tokencost usage` without "
            "--engine names their keys."
        )
