"""Spark: the same query over the same files, on this machine or on a cluster. It needs the extra `[spark]`."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlparse

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.billing.sum_rows import NoSum, sum_of
from tokencost.logs.billing.sums import Sum
from tokencost.logs.engines.cluster import Cluster
from tokencost.logs.engines.detect_kinds import FIRST_LINES, shapes_in
from tokencost.logs.engines.duckdb_engine import as_lines
from tokencost.logs.engines.spark_rows import FILE, JsonFields, json_rows, quoted, table_rows
from tokencost.logs.engines.spark_session import first_line, session
from tokencost.logs.files.csv_header import header_of
from tokencost.logs.files.decompress import reading
from tokencost.logs.files.detect import Layout
from tokencost.logs.files.discover import Log, Logs
from tokencost.logs.records.kinds import LogKind
from tokencost.logs.sql.dialects import SPARK
from tokencost.logs.sql.normalize import looked_at, records, shapes_of_table
from tokencost.logs.sql.parsing import PortableParsing
from tokencost.logs.sql.printed_sql import Fields, Rows, written
from tokencost.logs.sql.rate_periods import RatePeriods
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_KNOWN_SUFFIXES = (".gz", ".bz2", ".zst", ".deflate", ".snappy", ".lz4")
"""By which Spark tells how a file is compressed."""


def spark_sums(
    logs: Logs, question: UsageQuery, shapes: Sequence[LogKind], cells: RatePeriods, cluster: Cluster
) -> Iterator[Sum]:
    """The sums of all files. Raises `InvalidRequest` where Spark is missing or cannot be reached."""
    shown: dict[str, str] = {}
    alike: dict[tuple[Layout, tuple[str, ...]], list[str]] = {}
    for log in logs.files:
        if log.size == 0:
            continue
        prepared = _prepared(log, logs.folder)
        shown[prepared.path] = log.shown
        near_table = prepared.kind in ("csv", "tsv") and "://" not in prepared.path
        header = header_of(prepared) if near_table else ()
        alike.setdefault((prepared.kind, header), []).append(prepared.path)
    if not alike:
        return
    spark = session(cluster)
    try:
        files = [
            _read(spark, kind, header, paths, place) for place, ((kind, header), paths) in enumerate(alike.items())
        ]
        seen = [line for some in files if some.kind == "lines" for line in _first_lines(some)]
        asked = shapes_in(seen, shapes)
        sums = list(_summed(spark, files, question, shapes, asked, cells))
        if len(asked) < len(shapes) and any(found["problem"] == "shape" for found in sums):
            sums = list(_summed(spark, files, question, shapes, shapes, cells))
    except InvalidRequest:
        raise
    except Exception as error:
        if os.environ.get("TOKENCOST_DEBUG"):
            raise
        names = ", ".join(list(shown.values())[:3])
        message = f"Spark cannot read it: {first_line(error)}"
        raise InvalidData([Problem(names, 1, message, "TOKENCOST_DEBUG=1 shows all that it says")]) from None
    for found in sums:
        name = _shown(found["file"], shown)
        try:
            yield sum_of(found, question, cells, name)
        except NoSum as error:
            problem = Problem(name or "the logs", 1, f"Spark gave no sum: {error}", "price it without Spark")
            raise InvalidData([problem]) from None


class Files(NamedTuple):
    """Files that are read alike, as a view of Spark."""

    kind: Layout
    view: str
    frame: "DataFrame"
    shown: str


def _first_lines(files: Files) -> Iterator[str]:
    return (row[0] for row in files.frame.select("value").limit(FIRST_LINES).collect())


def _summed(
    spark: "SparkSession",
    files: Sequence[Files],
    question: UsageQuery,
    shapes: Sequence[LogKind],
    asked: Sequence[LogKind],
    cells: RatePeriods,
) -> Iterator[dict[str, str | None]]:
    sources = [_records(some, f"source_rows_{place}", shapes, asked, question) for place, some in enumerate(files)]
    rows, every = [rows for rows, _ in sources], [text for _, text in sources]
    for row in spark.sql(written(SPARK, rows, every, question, cells, with_files=True)).toLocalIterator():
        yield {name: None if value is None else str(value) for name, value in row.asDict().items()}


def _prepared(log: Log, folder: str) -> Log:
    """The file as Spark reads it: lines of JSON or a table, and compressed as its name says."""
    if "://" in log.path:
        return log
    named = log.path.endswith(_KNOWN_SUFFIXES)
    path = os.path.join(folder, f"{len(os.listdir(folder))}.{log.kind}")
    if log.kind in ("array", "objects"):
        as_lines(log, path)
        return log._replace(path=path, kind="lines", compression="none")
    if log.compression == "gzip" and not log.path.endswith(".gz"):
        os.symlink(log.path, f"{path}.gz")
        return log._replace(path=f"{path}.gz")
    if log.compression == "zstd":
        with reading(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
            shutil.copyfileobj(inner, copy)
        return log._replace(path=path, compression="none")
    if (log.compression == "none" and named) or os.path.basename(log.path).startswith((".", "_")):
        os.symlink(log.path, path)
        return log._replace(path=path)
    return log


def _read(spark: "SparkSession", kind: Layout, header: Sequence[str], paths: list[str], place: int) -> Files:
    places = [path if "://" in path else Path(path).as_uri() for path in paths]
    if kind == "parquet":
        frame = spark.read.option("mergeSchema", "true").parquet(*places)
    elif kind == "lines":
        frame = spark.read.text(places)
    else:
        schema = ", ".join(f"{quoted(name)} STRING" for name in header)
        reader = spark.read.options(header="true", sep="\t" if kind == "tsv" else ",", quote='"', escape='"')
        frame = (reader.schema(schema) if schema else reader).csv(places, multiLine=True)
    frame = frame.selectExpr("*", f"_metadata.file_path AS {FILE}")
    view = f"tokencost_files_{place}"
    frame.createOrReplaceTempView(view)
    return Files(kind, view, frame, paths[0])


def _records(
    files: Files, name: str, shapes: Sequence[LogKind], asked: Sequence[LogKind], question: UsageQuery
) -> tuple[Rows, str]:
    """The rows of a view, and the query of their records."""
    write = partial(records, name, question=question, file="r.file", parsing=PortableParsing())
    if files.kind == "lines":
        return Rows(name, json_rows(files.view, shapes)), write(leaves=JsonFields(), shapes=shapes, asked=asked)
    types = {column: kind for column, kind in files.frame.dtypes if column != FILE}
    fields = Fields(SPARK, list(types))
    known = shapes_of_table(fields, shapes, list(types), files.shown)
    rows = table_rows(files.view, types, looked_at(known, question))
    return Rows(name, rows), write(leaves=fields, shapes=known, one_shape=True)


def _shown(file: str | None, shown: Mapping[str, str]) -> str:
    """The name of a file, of which Spark says the address."""
    if file is None:
        return ""
    return shown.get(unquote(urlparse(file).path) if file.startswith("file:") else file, file)
