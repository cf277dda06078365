"""Which records were rejected, where they stand, and what is wrong with each: looked up only where there are some."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from tokencost.logs.billing.reject_reasons import explain_rejection
from tokencost.logs.billing.sums import Rejected
from tokencost.logs.engines.duckdb_sums import query_of_calls
from tokencost.logs.files.decompress import REPEATED, open_decompressed
from tokencost.logs.files.detect import SEPARATORS
from tokencost.logs.files.discover import LONGEST_RECORD, TOO_LONG, Log
from tokencost.logs.records.kind import NOT_BILLED, LogKind
from tokencost.logs.sql.aggregate import problems_sql
from tokencost.logs.sql.fields import JsonRecord, literal
from tokencost.logs.sql.nested import FILE
from tokencost.logs.sql.normalize import COUNTS, records_sql
from tokencost.logs.usage_query import PricedAs, UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine, Source

_TOO_LONG = literal(TOO_LONG.decode().strip())
_NOT_BILLED = ", ".join(map(literal, NOT_BILLED))
_REPEATED = literal(REPEATED.decode().strip())
_JSON_KIND = (
    f"CASE WHEN r.record IS NULL THEN 'not JSON' WHEN CAST(r.record AS VARCHAR) = {_TOO_LONG} THEN 'too long' "
    f"WHEN CAST(r.record AS VARCHAR) = {_REPEATED} THEN 'repeated' "
    "WHEN json_type(r.record) <> 'OBJECT' THEN 'no object' ELSE '' END"
)


def malformed_lines(engine: "Engine") -> dict[str, list[tuple[int, str]]]:
    """The lines of CSV files that are not of the form of the header, by path, as the reader noted them."""
    if not any(log.layout in SEPARATORS and log.size for log in engine.logs.files):
        return {}
    noted = engine.execute(
        "SELECT s.file_path, e.line, min(e.error_type) FROM reject_errors AS e JOIN reject_scans AS s "
        "ON s.scan_id = e.scan_id AND s.file_id = e.file_id WHERE e.scan_id = "
        "(SELECT min(t.scan_id) FROM reject_scans AS t WHERE t.file_path = s.file_path) GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    found: dict[str, list[tuple[int, str]]] = {}
    for path, line, fault in noted:
        found.setdefault(path, []).append((line, f"not a line of the table: {str(fault).lower().replace('_', ' ')}"))
    return found


def first_rejected(
    engine: "Engine",
    query: UsageQuery,
    kinds: tuple[LogKind, ...],
    kinds_of_lines: tuple[LogKind, ...],
    files: Iterable[str],
    malformed: dict[str, list[tuple[int, str]]],
    most: int,
    *,
    as_json: bool,
) -> Iterator[Rejected]:
    """The first rejected records of these files, in order; `as_json` if JSON lines were read as whole records."""
    wanted = set(files)
    left = most
    plain = UsageQuery((), (PricedAs(on=query.priced_as[0].on),), query.since, query.until, query.tier)
    for log in engine.logs.files:
        lines = malformed.get(log.path, [])
        if left <= 0 or (log.shown not in wanted and not lines):
            continue
        found = [Rejected(log.shown, line, reason) for line, reason in lines[:left]]
        if log.shown in wanted:
            numbered = engine.sources(plain, kinds_of_lines, all_kinds=kinds, as_json=as_json, only=log, numbered=True)
            found += [
                item
                for source in numbered
                for item in _of_source(engine, query_of_calls(plain, [source]), source, log, left)
            ]
        found.sort(key=lambda item: item.line or 0)
        yield from found[:left]
        left -= len(found)


def _of_source(engine: "Engine", plain: UsageQuery, source: "Source", log: Log, most: int) -> list[Rejected]:
    fault = _JSON_KIND if isinstance(source.fields, JsonRecord) else "''"
    every = records_sql(
        source.relation,
        source.fields,
        source.kinds,
        plain,
        file=f"(CAST(r.{FILE} AS VARCHAR) || ' ' || {fault})",
        one_kind=source.one_kind,
    )
    rows = engine.execute(
        f"SELECT file, code, shape, {', '.join(COUNTS)} FROM ({problems_sql([every], plain)}) "
        f"WHERE code NOT IN ({_NOT_BILLED}) ORDER BY CAST(split_part(file, ' ', 1) AS BIGINT) LIMIT {most}",
        log.shown,
    ).fetchall()
    lines = lines_of(log, {int(place.partition(" ")[0]) for place, *_ in rows})
    found: list[Rejected] = []
    for place, code, kind, *counts in rows:
        number, _, problem = place.partition(" ")
        line, content = lines.get(int(number), (None, b""))
        if content and not isinstance(source.fields, JsonRecord):
            problem = _problem(content)
        known = None if kind is None else source.kinds[kind]
        reason = explain_rejection(code, problem, known, dict(zip(COUNTS, counts, strict=True)))
        shown = line if log.own_lines else None
        found.append(Rejected(log.shown, shown, reason if shown else f"record {int(number):,}: {reason}"))
    return found


def _problem(line: bytes) -> str:
    """What keeps a line from being a record, in the words of `_JSON_KIND`; `RecursionError` is of what is JSON."""
    try:
        record = json.loads(line.decode(), parse_constant=_refuse)
    except RecursionError:
        return ""
    except ValueError:
        return "too long" if len(line) == LONGEST_RECORD else "not JSON"
    if line in (TOO_LONG, REPEATED):
        return "too long" if line == TOO_LONG else "repeated"
    return "" if isinstance(record, dict) else "no object"


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def lines_of(log: Log, numbers: set[int]) -> dict[int, tuple[int, bytes]]:
    """The lines on which the records of these numbers stand, and what JSON lines hold.

    Lines without a record are not counted by engines.
    """
    if log.layout in ("array", "objects", "parquet") or not numbers:
        return {}
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        found = _lines_of_records(inner) if log.layout == "lines" else _lines_of_rows(log, inner)
        last = max(numbers)
        lines = {}
        for number, line in enumerate(found, 1):
            if number in numbers:
                lines[number] = line
            if number >= last:
                break
        return lines


def _lines_of_records(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    line = 1
    while content := stream.readline(LONGEST_RECORD):
        if content.strip():
            yield line, content
        while content and not content.endswith(b"\n"):
            content = stream.readline(LONGEST_RECORD)
        line += 1


def _lines_of_rows(log: Log, stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The last lines of the rows that have as many cells as the header."""
    text = (content.decode("utf-8", "replace").replace("\0", "") for content in stream)
    reader = csv.reader(text, delimiter=SEPARATORS[log.layout])
    width = len(next(reader, ()))
    for row in reader:
        if len(row) == width:
            yield reader.line_num, b""
