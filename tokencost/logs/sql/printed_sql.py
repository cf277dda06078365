"""The one query, written for a table in a warehouse or for Spark: sqlglot turns it into other dialects."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.logs.records.kind import Items, LogKind, Path, paths_of
from tokencost.logs.sql.aggregate import (
    bucket_sums_sql,
    each_record_sql,
    has_buckets,
    key_columns,
    problems_sql,
    sums_sql,
)
from tokencost.logs.sql.dialects import Dialect
from tokencost.logs.sql.fields import identifier, json_text_of, literal
from tokencost.logs.sql.names import name_calls
from tokencost.logs.sql.normalize import counted_calls, fields_read, possible_kinds, records_sql
from tokencost.logs.sql.parsing import PortableParsing
from tokencost.logs.sql.rate_periods import (
    DAY,
    EVERY_DAY,
    RatePeriods,
    WeeklyPart,
    microseconds,
    periods_between,
    weekly_parts,
)
from tokencost.logs.sql.repeats import marked_sql
from tokencost.logs.sql.sum_columns import CELLS, COUNTS, KEYS, LOGGED, call_columns, field_columns, fingerprint
from tokencost.logs.usage_query import UsageQuery, field_path
from tokencost.pricetable.table import CALLS
from tokencost.pricetable.when import span

if TYPE_CHECKING:
    from sqlglot import exp

RECORD = "record"
"""The column of rows that are whole records as JSON."""
_RENAMED = {"rows": "records", "at": "priced_at", "until": "ends", "start": "starts", "first": "first_day",
            "last": "last_day", "time": "time_text"}  # fmt: skip
"""Names of ours that are words of some dialect."""


class Rows(NamedTuple):
    """A relation of records, written in the dialect."""

    name: str
    text: str


def verbatim_sql(text: str) -> str:
    """What is written in the dialect already, among our own words."""
    return f"verbatim({literal(text)})"


class Fields:
    """The fields of rows, as a dialect says them."""

    def __init__(self, dialect: Dialect, columns: Sequence[str] | None, *, of_row: bool = False) -> None:
        self._dialect = dialect
        self._of_row = of_row
        """Whether whole records are rows of a table, written as JSON."""
        self._columns = columns
        """The columns of the table; None where whole records are JSON."""

    def _field(self, path: Path, *, as_json: bool) -> str | None:
        write = self._dialect.as_written if as_json else self._dialect.text
        if self._columns is None:
            found = verbatim_sql(write(f"r.{RECORD}", path))
            return self._with_inner(found, write, lambda outer: self._dialect.text(f"r.{RECORD}", outer), path)
        if (dotted := ".".join(path)) in self._columns:
            return f"nullif(r.text_{self._columns.index(dotted)}, '')"
        if path[0] not in self._columns:
            return None
        place = self._columns.index(path[0])
        found = verbatim_sql(write(f"r.json_{place}", path[1:]))
        column = f"r.json_{place}"

        def text_of(outer: Path) -> str:
            return self._dialect.text(column, outer[1:]) if outer[1:] else self._dialect.whole.format(column)

        return self._with_inner(found, write, text_of, path)

    def _with_inner(
        self, found: str, write: Callable[[str, Path], str], text_of: Callable[[Path], str], path: Path
    ) -> str:
        """A field, also of a text that is JSON, where it may be in one."""
        outer = json_text_of(path)
        if outer is None:
            return found
        inner = self._dialect.inner.format(text_of(outer))
        return f"coalesce({found}, {verbatim_sql(write(inner, path[len(outer) :]))})"

    def text(self, path: Path) -> str | None:
        """As text."""
        return self._field(path, as_json=False)

    def count(self, path: Path, *, as_text: bool) -> str | None:
        """As JSON, but for what is a column of its own."""
        # A column of a table may hold its numbers as text.
        of_column = len(path) == 1 and (self._of_row or self._columns is not None)
        return self.text(path) if as_text or of_column else self._field(path, as_json=True)

    def present(self, path: Path) -> str | None:
        """Whether it is there."""
        found = self.text(path)
        return found and f"{found} IS NOT NULL"

    def whole(self, path: Path) -> None:
        """Of columns the types are not known."""

    def instant(self, path: Path) -> None:
        """Nor whether they are times."""

    def unread_cache(self, path: Path, known: Sequence[str]) -> None:
        """Not looked for: dialects differ in how texts are searched."""

    def items(self, wanted: Items) -> str | None:
        """How many elements of a list are wanted ones, where a dialect can say so."""
        if self._dialect.items is None:
            return None
        json, path = f"r.{RECORD}", wanted.path
        if self._columns is not None:
            if path[0] not in self._columns:
                return None
            json, path = f"r.json_{self._columns.index(path[0])}", path[1:]
        found = verbatim_sql(self._dialect.items(json, wanted._replace(path=path)))
        return f"CAST({found} AS VARCHAR)"


def columns_of(
    dialect: Dialect,
    kinds: Sequence[LogKind],
    query: UsageQuery,
    columns: Sequence[str] | None,
    json_column: str | None,
) -> Sequence[str] | None:
    """The columns that a query looks at by their names; None where whole records are JSON."""
    if columns is not None or json_column is not None or dialect.row is not None:
        return columns
    return _usual_columns(kinds, query)


def _usual_columns(kinds: Sequence[LogKind], query: UsageQuery) -> tuple[str, ...]:
    """The columns that a table of such records usually has, with the fields that the question names."""
    paths: list[Path] = []
    for kind in kinds:
        times = [path for path in kind.time if path[-1] != "completed_at"]
        requests = () if kind.name == "table" else kind.requests
        # Many a table has no column of addresses: only one that --map or --columns names is looked at.
        region = kind.region if kind.name == "mapped" else ()
        # The same holds for names of hosts, and for names of operations and newer names of cache fields in columns.
        most = 1 if kind.flat else 2
        usual = kind._replace(hosts=(), azure=(), no_call=(), cached=kind.cached[:most], write=kind.write[:most])
        usual = usual._replace(time=tuple(times[:1]), tier=kind.tier[:1], region=region, requests=requests)
        paths += paths_of(usual)
    paths += [field_path(name) for name in query.fields]
    paths += [query.compare_to] if query.compare_to else []
    return tuple(dict.fromkeys(path[0] for path in paths))


def table_rows(
    dialect: Dialect, table: str, columns: Sequence[str] | None, json_column: str | None, fields: Iterable[Path]
) -> Rows:
    """The records of a table. Raises `InvalidRequest` for what is no name of a table."""
    from sqlglot import exp

    named = _named_table(dialect, table)

    def column(name: str) -> str:
        quoted = not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name)
        return exp.column(exp.to_identifier(name, quoted=quoted), table="r").sql(dialect=dialect.name)

    if json_column is not None:
        chosen = [f"{dialect.parsed.format(column(json_column))} AS {RECORD}"]
    elif columns is None:
        chosen = [f"{(dialect.row or '').format('r')} AS {RECORD}"]
    else:
        chosen = table_columns(columns, fields, lambda name: f"CAST({column(name)} AS {dialect.string})",
                               lambda name: dialect.column.format(column(name)))  # fmt: skip
    fence = " OFFSET 0" if dialect.fenced else ""
    return Rows("source_rows", f"SELECT {', '.join(chosen)} FROM {named.sql(dialect=dialect.name)} AS r{fence}")


def _named_table(dialect: Dialect, name: str) -> "exp.Expression":
    """The name as its parts, each quoted where it has to be. Raises `InvalidRequest` for anything else."""
    import sqlglot
    from sqlglot import exp

    try:
        statements = sqlglot.parse(f"SELECT * FROM {name}", read=dialect.name)
    except sqlglot.errors.SqlglotError:
        statements = []
    first = statements[0] if len(statements) == 1 else None
    tables = list(first.find_all(exp.Table)) if first else []
    parts = list(tables[0].parts) if len(tables) == 1 else []
    plain = exp.select("*").from_(exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))))
    if not parts or not all(type(part) is exp.Identifier for part in parts) or plain != first:
        raise InvalidRequest(f"{name!r} is not the name of a table", "write --table schema.logs")
    return plain.args["from_"].this  # type: ignore[no-any-return]  # as all arguments are


def table_columns(
    columns: Sequence[str], fields: Iterable[Path], as_text: Callable[[str], str], as_json: Callable[[str], str]
) -> list[str]:
    """The columns that `Fields` looks at: each as text, and as JSON where something in it is looked at."""
    paths = set(fields)
    flat = {".".join(path) for path in paths}
    nested = {path[0] for path in paths if len(path) > 1}
    chosen = [f"{as_text(name)} AS text_{place}" for place, name in enumerate(columns) if name in flat]
    return chosen + [f"{as_json(name)} AS json_{place}" for place, name in enumerate(columns) if name in nested]


def table_query(
    dialect: Dialect,
    table: str,
    kinds: Sequence[LogKind],
    query: UsageQuery,
    periods: RatePeriods,
    *,
    columns: Sequence[str] | None = None,
    json_column: str | None = None,
    keep_repeats: bool = False,
) -> str:
    """The query over a table, one record a row, in the words of a dialect. Its result is what `returned` reads.

    Records of one call count once where the table can have what names calls, unless `keep_repeats` is set.

    Without `columns` and `json_column` the whole row is the record where the dialect can say so, else the columns
    are those that such a table usually has. Raises `InvalidRequest` for what cannot be asked.
    """
    columns = columns_of(dialect, kinds, query, columns, json_column)
    of_row = json_column is None and columns is None
    fields = Fields(dialect, None if json_column is not None else columns, of_row=of_row)
    known = possible_kinds(fields, kinds)
    if not known:
        marks = ", ".join(dict.fromkeys(path[0] for kind in kinds for path in kind.marks))
        raise InvalidRequest(f"records of that shape have the columns {marks}", "name them with --columns")
    once = not keep_repeats and name_calls(fields, known)
    query = query._replace(calls=counted_calls(fields, known), once=once)
    rows = table_rows(dialect, table, columns, json_column, fields_read(known, query))
    flat = all(kind.flat for kind in known)
    every = records_sql(
        rows.name, fields, known, query, file="CAST(NULL AS VARCHAR)", one_kind=flat, parsing=PortableParsing()
    )
    return query_sql(dialect, [rows], [every], query, periods)


def uncounted_calls(
    dialect: Dialect,
    kinds: Sequence[LogKind],
    query: UsageQuery,
    columns: Sequence[str] | None,
    json_column: str | None,
) -> tuple[str, ...]:
    """The calls that records of these kinds may show, and that the query cannot count."""
    columns = columns_of(dialect, kinds, query, columns, json_column)
    fields = Fields(dialect, None if json_column is not None else columns)
    counted = counted_calls(fields, possible_kinds(fields, kinds))
    shown = {count.call for kind in kinds for count in kind.calls}
    return tuple(call for call in CALLS if call in shown and call not in counted)


def counts_once(
    dialect: Dialect,
    kinds: Sequence[LogKind],
    query: UsageQuery,
    columns: Sequence[str] | None,
    json_column: str | None,
) -> bool:
    """Whether such a query can tell that records are of one call."""
    columns = columns_of(dialect, kinds, query, columns, json_column)
    fields = Fields(dialect, None if json_column is not None else columns)
    return name_calls(fields, possible_kinds(fields, kinds))


def query_sql(
    dialect: Dialect,
    rows: Sequence[Rows],
    every: Sequence[str],
    query: UsageQuery,
    periods: RatePeriods,
    *,
    with_files: bool = False,
) -> str:
    """The whole query: `rows` are named relations in the dialect, `every` the records of each in our own words."""
    part = each_record_sql if not has_buckets(query, periods) else bucket_sums_sql
    checked = problems_sql(every, query)
    counted = marked_sql(checked, query) if query.once else checked
    ours = [*_rate_times(query, periods), ("summed_records", part(counted, query, periods))]
    ours.append(("cell_sums", sums_sql("summed_records", query, periods, month="month_of({day})")))
    named = [*rows, *((name, _translate(text, dialect)) for name, text in ours)]
    relations = ",\n".join(f"{name} AS (\n{_indent(text)}\n)" for name, text in named)
    ending = f"\n{dialect.ending}" if dialect.ending else ""
    return f"WITH {relations}\n{_translate(_result(query, periods, with_files=with_files), dialect)}{ending}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _rate_times(query: UsageQuery, periods: RatePeriods) -> list[tuple[str, str]]:
    """The periods of time, told as days of the week and multiplied into days by the engine."""
    begin, end = periods.first, periods.last
    if query.since is not None:
        begin = min(max(begin, microseconds(span(query.since)[0])), end)
    if query.until is not None:
        end = min(end, microseconds(span(query.until)[0]))
    weeks = list(weekly_parts(periods_between(periods, begin, max(end, begin + DAY))))
    values = ", ".join(f"({', '.join(map(str, week))})" for week in weeks)
    tens = ", ".join(f"({digit})" for digit in range(10))
    first, last = weeks[0].first, weeks[-1].last
    numbers = " CROSS JOIN ".join(f"digits AS {place}" for place in "abcd")
    days = f"SELECT {first} + a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS day FROM {numbers}"
    every_day = (
        f"SELECT d.day, d.day * {DAY} + w.start AS start, d.day * {DAY} + w.until AS until, w.at AS at "
        "FROM days AS d CROSS JOIN rate_weeks AS w WHERE d.day >= w.first AND d.day <= w.last "
        f"AND d.day <= {last} AND (w.weekday = d.day % 7 OR w.weekday = {EVERY_DAY})"
    )
    return [
        ("digits", f"SELECT * FROM (VALUES {tens}) AS v(n)"),
        ("days", days),
        ("rate_weeks", f"SELECT * FROM (VALUES {values}) AS v({', '.join(map(identifier, WeeklyPart._fields))})"),
        ("rate_times", every_day),
    ]


def _result(query: UsageQuery, periods: RatePeriods, *, with_files: bool) -> str:
    """The sums under the names of their columns in a file."""
    fields = dict(zip(key_columns(query)[len(query.periods) :], field_columns(query), strict=False))
    logged = LOGGED if query.compare_to else {}
    calls = dict(zip(query.call_columns, call_columns(query.calls), strict=True))
    names = {**dict(zip(query.periods, query.periods, strict=True)), **fields, **KEYS, **COUNTS, **logged, **calls}
    names |= {"file": "file"} if with_files else {}
    chosen = [f"s.{identifier(ours)} AS {identifier(theirs)}" for ours, theirs in names.items()]
    return f"SELECT {', '.join(chosen)}, {literal(fingerprint(query, periods))} AS {CELLS} FROM cell_sums AS s"


def _translate(text: str, dialect: Dialect) -> str:
    """Our own words in those of a dialect."""
    from sqlglot import exp, parse_one

    tree = parse_one(text, read="duckdb")
    for name in tree.find_all(exp.Identifier):
        name.set("this", _RENAMED.get(name.name, name.name))
        name.set("quoted", False)
    if dialect.lists_cost:
        for listed in list(tree.find_all(exp.In)):
            each = (exp.EQ(this=listed.this.copy(), expression=one) for one in listed.expressions)
            listed.replace(exp.paren(exp.or_(*each)))
    found = tree.find_all(exp.Anonymous, exp.IntDiv, exp.TryCast, exp.Cast)
    # The innermost first, so that what stands around them is written with them.
    for node in reversed(list(found)):
        if (said := _say_type(node, dialect)) is not None:
            node.replace(exp.Var(this=said))
    if dialect.fenced:
        for inner in tree.find_all(exp.Subquery):
            if isinstance(inner.this, exp.Select) and not inner.this.args.get("group"):
                inner.this.offset(0, copy=False)
    return tree.sql(dialect=dialect.name, pretty=True)


def _say_type(node: "exp.Expression", dialect: Dialect) -> str | None:
    """What a dialect says in its own way."""
    from sqlglot import exp

    def text(part: "exp.Expression") -> str:
        return part.sql(dialect=dialect.name)

    said = None
    if isinstance(node, exp.Anonymous) and node.name.lower() == "month_of":
        said = dialect.month.format(text(node.expressions[0]))
    elif isinstance(node, exp.Anonymous):
        said = node.expressions[0].name
    elif isinstance(node, exp.IntDiv):
        said = dialect.divided.format(text(node.this), text(node.expression))
    elif isinstance(node, exp.TryCast) and node.to.is_type("bigint"):
        said = dialect.integer.format(text(node.this))
    elif isinstance(node, exp.TryCast):
        said = dialect.decimal.format(text(node.this), node.to.expressions[1].name)
    elif isinstance(node, exp.Cast) and node.to.is_type("int128"):
        said = f"SUM(CAST({text(node.this.this)} AS {dialect.exact}))"
    return said
