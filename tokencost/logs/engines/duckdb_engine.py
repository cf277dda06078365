"""DuckDB, the embedded engine: it reads the named files and nothing else, and needs no network."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

import duckdb

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.engines.duckdb_errors import Obstacle, Obstructed, translate_error
from tokencost.logs.engines.first_records import hold_lists, need_json, show_unread_cache
from tokencost.logs.files.csv_header import read_header
from tokencost.logs.files.detect import SEPARATORS, TABLES
from tokencost.logs.files.discover import LONGEST_RECORD, Log, Logs
from tokencost.logs.files.progress import run_interruptibly
from tokencost.logs.records.kind import (
    LogKind,
    Path,
    call_lists,
    call_numbers,
    count_paths,
    id_paths,
    kinds_with,
    paths_of,
    tree_paths,
)
from tokencost.logs.sql.fields import (
    Column,
    Entangled,
    Fields,
    JsonRecord,
    NestedColumns,
    TableColumns,
    literal,
)
from tokencost.logs.sql.nested import CONTAINERS, FILE, expand_sql
from tokencost.logs.sql.normalize import kinds_of_table
from tokencost.logs.sql.rate_periods import DAY, RatePeriod, RatePeriods, periods_between
from tokencost.logs.sql.sum_columns import MARKS as SUMS_MARKS
from tokencost.logs.usage_query import UsageQuery, field_path

MEMORY = "768MB"
BATCH = 10_000
_READERS = {"lines": "newline_delimited", "array": "array", "objects": "unstructured"}


def connect(**settings: str) -> duckdb.DuckDBPyConnection:
    """A connection with these settings, which loads no extension and so needs no network."""
    return duckdb.connect(
        config={"autoload_known_extensions": False, "autoinstall_known_extensions": False, **settings}
    )


class Source(NamedTuple):
    """Files that are read alike, and how their fields are written."""

    logs: tuple[Log, ...]
    relation: str
    fields: Fields
    kinds: tuple[LogKind, ...]
    one_kind: bool
    narrow: tuple[str, Fields] | None = None
    """The relation with the fields alone by which calls are named, and by which kinds are known, and those fields."""


SMALL = 16_000_000
"""Bytes up to which files are read once more for their keys alone."""


class Engine:
    """A connection that has been locked down, and the rate cells in it."""

    def __init__(
        self, logs: Logs, periods: RatePeriods, *, progress: bool = False, strict: bool = False, at_once: bool = False
    ) -> None:
        self.connection = connect(memory_limit=MEMORY, temp_directory=os.path.join(logs.folder, "spill"))
        self.logs = logs
        self._shown = {log.path: log.shown for log in logs.files}
        self._keys: dict[tuple[Log, ...], frozenset[str]] = {}
        """The keys of the records of files that are read as whole JSON."""
        self.periods = periods
        self.progress = progress
        self.strict = strict
        """Whether a line that is no record ends the reading, rather than being passed over."""
        self.at_once = at_once
        """Whether all fields of whole records are looked up at once, for the sake of memory."""
        if progress:
            self.connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        self._lock([log.path for log in logs.files])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _lock(self, paths: Sequence[str]) -> None:
        execute = self.connection.execute
        execute("SET TimeZone = 'UTC'")
        # It cannot know how many records a file has, takes them for few, and would keep them all in memory to join.
        # And it would plan for seconds to make joins of the lists of kinds.
        disabled = "join_order,build_side_probe_side,in_clause"
        if any(log.layout == "parquet" for log in self.logs.files):
            # It would believe what a Parquet file says of its values: leave out checks that no value of it needs to
            # pass, and rows that it says lie outside of the time asked for.
            disabled += ",statistics_propagation,filter_pushdown"
        execute(f"SET disabled_optimizers = {literal(disabled)}")
        allowed = ", ".join(literal(path) for path in paths)
        execute(f"SET allowed_paths = [{allowed}]")
        execute(f"SET allowed_directories = [{literal(self.logs.folder + os.sep)}]")
        execute("SET enable_external_access = false")
        execute("SET lock_configuration = true")

    def shown(self, path: str | None) -> str | None:
        """The name of a file as the user gave it."""
        return self._shown.get(path, path) if path else path

    def load_times(self, begin: int, end: int) -> None:
        """The periods of time between two instants as the relation `rate_times`, cut at midnight: days are joined."""
        times = periods_between(self.periods, begin, end)
        values = [[time[place] for time in times] for place in range(len(RatePeriod._fields))]
        lists = ", ".join(f"unnest(CAST(? AS BIGINT[])) AS {name}" for name in RatePeriod._fields)
        self.connection.execute(
            'CREATE OR REPLACE TEMP TABLE rate_times AS SELECT start, until, "at", '
            f"unnest(range(start // {DAY}, (until - 1) // {DAY} + 1)) AS day FROM (SELECT {lists})",
            values,
        )

    def sources(
        self,
        query: UsageQuery,
        kinds: Sequence[LogKind],
        *,
        all_kinds: Sequence[LogKind] | None = None,
        as_json: bool = False,
        only: Log | None = None,
        numbered: bool = False,
    ) -> list[Source]:
        """The files, gathered by how they are read; `numbered` puts the number of the record in place of the file.

        JSON lines are asked for `shapes`; where records may be looked into at no cost, for `all_shapes`.
        """
        alike: dict[tuple[object, ...], list[Log]] = {}
        headers: dict[str, tuple[Column, ...]] = {}
        for log in self.logs.files:
            if log.size == 0 or (only and log.path != only.path):
                continue
            if log.layout in TABLES:
                headers[log.path] = self.columns(log)
            alike.setdefault((log.layout, log.compression, headers.get(log.path)), []).append(log)
        return [
            self._source(
                tuple(logs),
                headers.get(logs[0].path),
                query,
                kinds,
                all_kinds or kinds,
                as_json,
                numbered,
            )
            for logs in alike.values()
        ]

    def fitting(self, query: UsageQuery, kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
        """Those of the kinds, the first ones first, whose fields can be read as columns together."""
        if _columns(query, kinds) is not None:
            return tuple(kinds)
        found: list[LogKind] = []
        for kind in kinds:
            if _columns(query, [*found, kind]) is not None:
                found.append(kind)
        return tuple(found)

    def texts(self, log: Log, names: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
        """These fields of every row of a file, as text."""
        paths = _list([log])
        fields: Fields = JsonRecord()
        if log.layout in TABLES:
            columns = self.columns(log)
            fields, relation = TableColumns(columns), _table(log, paths, columns)
        else:
            relation = f"(SELECT json AS record FROM read_json_objects({paths}, {_json_options(log)}))"
        chosen = ", ".join(f"{fields.text((name,))} AS column_{place}" for place, name in enumerate(names))
        self.execute(f"SELECT {chosen} FROM {relation} AS r", log.shown)
        while rows := self.connection.fetchmany(BATCH):
            yield from rows

    def columns(self, log: Log) -> tuple[Column, ...]:
        """The columns of a table."""
        if log.layout != "parquet":
            return tuple(Column(name, "VARCHAR") for name in read_header(log))
        described = self.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(log.path)})", log.shown).fetchall()
        return tuple(Column(row[0], row[1]) for row in described)

    def _source(
        self,
        logs: tuple[Log, ...],
        columns: tuple[Column, ...] | None,
        query: UsageQuery,
        kinds: Sequence[LogKind],
        all_kinds: Sequence[LogKind],
        as_json: bool,
        numbered: bool,
    ) -> Source:
        layout, paths = logs[0].layout, _list(logs)
        if columns is not None:
            fields = TableColumns(columns)
            known = kinds_of_table(fields, all_kinds, [column.name for column in columns], logs[0].shown)
            relation = _table(logs[0], paths, columns)
            if numbered:
                relation = _number_sql(relation)
            return Source(logs, relation, fields, known, one_kind=True)
        options = _json_options(logs[0])
        nested = None if as_json or layout != "lines" else _nested_columns(query, kinds, self.logs.files)
        if nested is None:
            kinds = all_kinds
            file = "row_number() OVER ()" if numbered else FILE
            reader = f"(SELECT json AS record, {file} AS {FILE} FROM read_json_objects({paths}, {options}))"
            records = JsonRecord(find_unread=show_unread_cache(logs, kinds), at_once=self.at_once)
            relation = f"({expand_sql(reader, kinds)})"
            return Source(logs, relation, records, self._kinds_in(relation, logs, kinds), one_kind=False)
        if self.strict:
            options = options.replace("ignore_errors=true", "ignore_errors=false")
        reader = f"read_json({paths}, {options}, records='true', auto_detect=false, columns="
        narrow = _name_columns(kinds) if query.once else None
        names = None if narrow is None else (f"{reader}{narrow.columns})", narrow)
        relation = f"{reader}{nested.columns})"
        if numbered:
            relation = _number_sql(relation)
        return Source(logs, relation, nested, tuple(kinds), one_kind=False, narrow=names)

    def _kinds_in(self, relation: str, logs: tuple[Log, ...], kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
        """The kinds that the keys of records allow: to plan for all takes longer than to read small files again."""
        if sum(log.size for log in logs) > SMALL:
            return tuple(kinds)
        keys = self._keys.get(logs)
        if keys is None:
            found = self.execute(f"SELECT DISTINCT unnest(json_keys(record)) FROM {relation} AS r").fetchall()
            keys = self._keys[logs] = frozenset(row[0] for row in found)
        # Where no kind is possible one is asked for all the same, which says so of each record.
        return kinds_with(keys, kinds) or tuple(kinds[:1])

    def work(self, statement: str) -> None:
        """Run what takes as long as the logs are."""
        run_interruptibly(self.connection, lambda: self._done(statement), shown=self.progress)

    def _done(self, statement: str) -> None:
        self.execute(statement)

    def fetch(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a result, a batch at a time."""
        result = self.execute(statement)
        while rows := result.fetchmany(BATCH):
            yield from rows

    def execute(self, statement: str, shown: str = "") -> duckdb.DuckDBPyConnection:
        """Run a statement; what the engine says about a file becomes an error of ours."""
        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            if self.strict and any(said in str(error) for said in ("JSON transform error", "Malformed JSON")):
                raise Obstructed(Obstacle("repeated key" if "duplicate key" in str(error) else "odd line")) from None
            if isinstance(error, duckdb.OutOfMemoryException) and not self.at_once:
                raise Obstructed(Obstacle("memory")) from None
            raise translate_error(error, self.logs, shown) from None
        except RuntimeError as error:
            # So the engine says that Ctrl-C was pressed.
            raise (KeyboardInterrupt if "interrupted" in str(error) else error) from None


def is_table_of(log: Log, kinds: Sequence[LogKind]) -> bool:
    """Whether a table may hold records of these kinds, or sums of them; of what is no table this is not known.

    Raises `InvalidData` for a header that cannot be read.
    """
    if log.layout not in SEPARATORS:
        return True
    names = read_header(log)
    if {name.lower() for name in names} >= SUMS_MARKS:
        return True
    try:
        kinds_of_table(TableColumns([Column(name, "VARCHAR") for name in names]), kinds, names, log.shown)
    except InvalidRequest:
        return False
    return True


def _nested_columns(query: UsageQuery, kinds: Sequence[LogKind], logs: Sequence[Log]) -> NestedColumns | None:
    if need_json(logs, kinds):
        return None
    return _columns(
        query, kinds, whole_lists=not hold_lists(logs, [path for kind in kinds for path in call_lists(kind)])
    )


def _columns(query: UsageQuery, kinds: Sequence[LogKind], *, whole_lists: bool = False) -> NestedColumns | None:
    """The fields of the kinds as columns; None where they cannot be read so."""
    texts: list[Path] = [path for kind in kinds for path in paths_of(kind)]
    texts += [field_path(name) for name in query.fields]
    texts += CONTAINERS
    if query.once:
        texts += [path for kind in kinds for path in id_paths(kind)]
    if query.trees:
        texts += [path for kind in kinds for path in tree_paths(kind)]
    if query.compare_to:
        texts.append(query.compare_to)
    counts = [path for kind in kinds for path in (*count_paths(kind), *call_numbers(kind))]
    lists = [path for kind in kinds for path in call_lists(kind)]
    if set(texts) & set(lists):  # a list that was asked for is read with all that is in it
        return None
    if whole_lists:
        counts, lists = [*counts, *lists], []
    try:
        return NestedColumns(texts, counts, lists)
    except Entangled:
        return None


def _name_columns(kinds: Sequence[LogKind]) -> NestedColumns:
    marks = [path for kind in kinds for path in (*kind.marks, *(test.path for test in kind.tests))]
    return NestedColumns([*marks, *(path for kind in kinds for path in id_paths(kind))], ())


def _number_sql(relation: str) -> str:
    return f"(SELECT * REPLACE (row_number() OVER () AS {FILE}) FROM {relation})"


def as_lines(log: Log, path: str) -> None:
    """Write the records of a JSON array, or of objects over several lines, one a line."""
    reader = f"read_json_objects({_list([log])}, {_json_options(log)})"
    try:
        connect().execute(
            f"COPY (SELECT json(json) FROM {reader}) TO {literal(path)} "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x1f')"
        )
    except duckdb.Error as error:
        first = str(error).partition("\n")[0].replace(log.path, log.shown)
        raise InvalidData([Problem(log.shown, 1, f"cannot be read: {first}", "mend or leave out this file")]) from None


def _list(logs: Sequence[Log]) -> str:
    return "[" + ", ".join(literal(log.path) for log in logs) + "]"


def _json_options(log: Log) -> str:
    options = (
        f"format='{_READERS[log.layout]}', compression='{log.compression}', filename='{FILE}', hive_partitioning=false"
    )
    if log.layout == "lines":
        return f"{options}, ignore_errors=true"
    return f"{options}, maximum_object_size={LONGEST_RECORD * 8}"


def _table(log: Log, paths: str, columns: Sequence[Column]) -> str:
    """The reader of tables that are all alike."""
    if log.layout == "parquet":
        return f"read_parquet({paths}, filename='{FILE}', hive_partitioning=false, union_by_name=true)"
    separator = SEPARATORS[log.layout]
    named = ", ".join(f"{literal(column.name)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({paths}, columns={{{named}}}, delim={literal(separator)}, quote='\"', escape='\"', header=true, "
        f"auto_detect=false, ignore_errors=true, store_rejects=true, compression='{log.compression}', "
        f"filename='{FILE}', hive_partitioning=false)"
    )
