"""Spark: the same query over the same files, on this machine or on a cluster. It needs the extra `[spark]`."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlparse

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.billing.sum_rows import NoSum, sum_of
from tokencost.logs.billing.sums import Sum
from tokencost.logs.engines.duckdb_engine import as_lines
from tokencost.logs.engines.first_records import FIRST_LINES, kinds_in
from tokencost.logs.engines.repeats import FIRST_ROWS, cells_show, text_shows
from tokencost.logs.engines.spark_rows import FILE, JsonFields, json_rows, quote_name, table_rows
from tokencost.logs.engines.spark_session import first_line, session
from tokencost.logs.files.csv_header import read_header
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import COMPRESSED, SEPARATORS, SUFFIXES, Layout
from tokencost.logs.files.discover import Log, Logs
from tokencost.logs.records.kind import LogKind, id_paths, kinds_with
from tokencost.logs.sql.dialects import SPARK
from tokencost.logs.sql.normalize import counted_calls, fields_read, kinds_of_table, records_sql
from tokencost.logs.sql.parsing import PortableParsing
from tokencost.logs.sql.printed_sql import RECORD, Fields, Rows, query_sql
from tokencost.logs.sql.rate_periods import RatePeriods
from tokencost.logs.usage_query import Cluster, UsageQuery
from tokencost.pricetable.table import CALLS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_CELL = re.compile("[^A-Za-z0-9_+/=-]+")
"""What stands between the values in the text of a nested column."""
_KNOWN_SUFFIXES = (".gz", ".bz2", ".zst", ".deflate", ".snappy", ".lz4")
"""By which Spark tells how a file is compressed."""


def spark_sums(
    logs: Logs,
    query: UsageQuery,
    kinds: Sequence[LogKind],
    periods: RatePeriods,
    cluster: Cluster,
    *,
    keep_repeats: bool = False,
) -> Iterator[Sum]:
    """The sums of all files. Raises `InvalidRequest` where Spark is missing or cannot be reached.

    A call counts once where `query` says so, or the first records show what names it, unless `keep_repeats` is set.
    """
    shown: dict[str, str] = {}
    alike: dict[tuple[Layout, tuple[str, ...]], list[str]] = {}
    for log in logs.files:
        if log.size == 0:
            continue
        prepared = _prepare(log, logs.folder)
        shown[prepared.path] = log.shown
        near_table = prepared.layout in SEPARATORS and "://" not in prepared.path
        header = read_header(prepared) if near_table else ()
        alike.setdefault((prepared.layout, header), []).append(prepared.path)
    if not alike:
        return
    spark = session(cluster)
    try:
        files = [
            _read(spark, layout, header, paths, place) for place, ((layout, header), paths) in enumerate(alike.items())
        ]
        seen = [line for some in files if some.layout == "lines" for line in _first_lines(some)]
        asked = kinds_in(seen, kinds)
        once = query.once or text_shows("\n".join(seen), kinds) or any(_shows_names(some, kinds) for some in files)
        query = query._replace(once=once and not keep_repeats)
        sums = list(_sum_with(spark, files, query, kinds, asked, periods))
        if len(asked) < len(kinds) and any(found["problem"] == "shape" for found in sums):
            asked = tuple(dict.fromkeys((*asked, *kinds_with(_keys(spark, files, kinds), kinds))))
            sums = list(_sum_with(spark, files, query, kinds, asked, periods))
    except InvalidRequest:
        raise
    except Exception as error:
        if os.environ.get("TOKENCOST_DEBUG"):
            raise
        names = ", ".join(list(shown.values())[:3])
        message = f"Spark cannot read it: {first_line(error)}"
        raise InvalidData([Problem(names, 1, message, "TOKENCOST_DEBUG=1 shows all that it says")]) from None
    for found in sums:
        name = _shown_name(found["file"], shown)
        try:
            yield sum_of(found, query, periods, name)
        except NoSum as error:
            problem = Problem(name or "the logs", 1, f"Spark gave no sum: {error}", "price it without Spark")
            raise InvalidData([problem]) from None


def far_log(address: str) -> Log:
    """A file or folder such as `s3a://bucket/logs/*.jsonl`, known by its suffix alone."""
    name = address.rstrip("/").lower()
    compression = next((suffix for suffix in COMPRESSED if name.endswith(suffix)), "")
    suffix = "." + name.removesuffix(compression).rpartition(".")[2]
    if suffix not in SUFFIXES:
        raise InvalidRequest(
            f"{address} does not say what it holds",
            f"name files by their suffix, such as {address.rstrip('/')}/*.jsonl",
        )
    return Log(address, address, SUFFIXES[suffix] or "lines", "gzip" if compression == ".gz" else "none", 1)


class Files(NamedTuple):
    """Files that are read alike, as a view of Spark."""

    layout: Layout
    view: str
    frame: "DataFrame"
    shown: str


def _keys(spark: "SparkSession", files: Sequence[Files], kinds: Sequence[LogKind]) -> frozenset[str]:
    """The keys of the records in JSON: a query of all kinds is more than the planner of a small driver can hold."""
    read = [json_rows(some.view, kinds) for some in files if some.layout == "lines"]
    if not read:
        return frozenset()
    each = "SELECT key FROM ({}) AS r, LATERAL variant_explode(r.{})"
    found = " UNION ALL ".join(each.format(rows, RECORD) for rows in read)
    return frozenset(row[0] for row in spark.sql(f"SELECT DISTINCT key FROM ({found})").collect() if row[0])


def _first_lines(files: Files) -> Iterator[str]:
    return (row[0] for row in files.frame.select("value").limit(FIRST_LINES).collect())


def _shows_names(files: Files, kinds: Sequence[LogKind]) -> bool:
    """Whether the first rows of tables show what names a call."""
    names = {name for kind in kinds for path in id_paths(kind) for name in (path[0], ".".join(path))}
    columns = [quote_name(name) for name in files.frame.columns if name in names]
    if not columns:
        return False
    rows = files.frame.select(*columns).limit(FIRST_ROWS).collect()
    return cells_show(cell for row in rows for value in row for cell in _CELL.split(str(value)))


def _sum_with(
    spark: "SparkSession",
    files: Sequence[Files],
    query: UsageQuery,
    kinds: Sequence[LogKind],
    asked: Sequence[LogKind],
    periods: RatePeriods,
) -> Iterator[dict[str, str | None]]:
    found = {call for some in files for call in counted_calls(*_fields(some, kinds))}
    query = query._replace(calls=tuple(call for call in CALLS if call in found))
    sources = [_records(some, f"source_rows_{place}", kinds, asked, query) for place, some in enumerate(files)]
    rows, every = [rows for rows, _ in sources], [text for _, text in sources]
    for row in spark.sql(query_sql(SPARK, rows, every, query, periods, with_files=True)).toLocalIterator():
        yield {name: None if value is None else str(value) for name, value in row.asDict().items()}


def _prepare(log: Log, folder: str) -> Log:
    """The file as Spark reads it: lines of JSON or a table, and compressed as its name says."""
    if "://" in log.path:
        return log
    named = log.path.endswith(_KNOWN_SUFFIXES)
    path = os.path.join(folder, f"{len(os.listdir(folder))}.{log.layout}")
    if log.layout in ("array", "objects"):
        as_lines(log, path)
        return log._replace(path=path, layout="lines", compression="none")
    if log.compression == "gzip" and not log.path.endswith(".gz"):
        os.symlink(log.path, f"{path}.gz")
        return log._replace(path=f"{path}.gz")
    if log.compression == "zstd":
        with open_decompressed(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
            shutil.copyfileobj(inner, copy)
        return log._replace(path=path, compression="none")
    if (log.compression == "none" and named) or os.path.basename(log.path).startswith((".", "_")):
        os.symlink(log.path, path)
        return log._replace(path=path)
    return log


def _read(spark: "SparkSession", layout: Layout, header: Sequence[str], paths: list[str], place: int) -> Files:
    places = [path if "://" in path else Path(path).as_uri() for path in paths]
    if layout == "parquet":
        frame = spark.read.option("mergeSchema", "true").parquet(*places)
    elif layout == "lines":
        frame = spark.read.text(places)
    else:
        schema = ", ".join(f"{quote_name(name)} STRING" for name in header)
        reader = spark.read.options(header="true", sep=SEPARATORS[layout], quote='"', escape='"')
        frame = (reader.schema(schema) if schema else reader).csv(places, multiLine=True)
    frame = frame.selectExpr("*", f"_metadata.file_path AS {FILE}")
    view = f"tokencost_files_{place}"
    frame.createOrReplaceTempView(view)
    return Files(layout, view, frame, paths[0])


def _fields(files: Files, kinds: Sequence[LogKind]) -> tuple[Fields, Sequence[LogKind]]:
    """How the fields of files are written, and the kinds that their records can have."""
    if files.layout == "lines":
        return JsonFields(), kinds
    types = [column for column, _ in files.frame.dtypes if column != FILE]
    fields = Fields(SPARK, types)
    return fields, kinds_of_table(fields, kinds, types, files.shown)


def _records(
    files: Files, name: str, kinds: Sequence[LogKind], asked: Sequence[LogKind], query: UsageQuery
) -> tuple[Rows, str]:
    """The rows of a view, and the query of their records."""
    write = partial(records_sql, name, query=query, file="r.file", parsing=PortableParsing())
    fields, known = _fields(files, kinds)
    if files.layout == "lines":
        return Rows(name, json_rows(files.view, kinds)), write(fields=fields, kinds=kinds, asked=asked)
    types = {column: type_name for column, type_name in files.frame.dtypes if column != FILE}
    rows = table_rows(files.view, types, fields_read(known, query))
    return Rows(name, rows), write(fields=fields, kinds=known, one_kind=True)


def _shown_name(file: str | None, shown: Mapping[str, str]) -> str:
    """The name of a file, of which Spark says the address."""
    if file is None:
        return ""
    return shown.get(unquote(urlparse(file).path) if file.startswith("file:") else file, file)
