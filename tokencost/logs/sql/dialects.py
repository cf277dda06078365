"""What SQL dialects say each in its own way, as data; all the rest sqlglot turns from one into another."""

import re
from collections.abc import Callable
from typing import NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.logs.records.kind import Items, Path
from tokencost.logs.sql.fields import items_sql


class Dialect(NamedTuple):
    """The words of one engine. Braces stand for expressions."""

    name: str
    """As sqlglot calls it."""
    column: str
    """A column as JSON."""
    parsed: str
    """The text of a column, read as JSON."""
    text: Callable[[str, Path], str]
    """A field of some JSON as text, NULL where it is absent or null."""
    as_written: Callable[[str, Path], str]
    """A field of some JSON as JSON: in quotes where it is text."""
    whole: str
    """Some JSON that is a text, as text."""
    inner: str
    """A text as the JSON that it is; NULL where it is none."""
    month: str
    """The first day of the month of a day, both in days since 1970."""
    items: Callable[[str, Items], str] | None = None
    """How many elements of a list in some JSON are wanted ones; None where no test runs it."""
    row: str | None = None
    """A whole row as JSON, so that columns a table lacks are fields that a record lacks.

    None where it costs too much, or cannot be said: there the columns are named.
    """
    divided: str = "({} / {})"
    """Whole numbers divided, and the rest dropped."""
    integer: str = "TRY_CAST({} AS BIGINT)"
    """Text as an integer; only said of text that is one."""
    decimal: str = "TRY_CAST({} AS DECIMAL(38, {}))"
    """Text as a decimal number with so many decimals."""
    exact: str = "DECIMAL(38, 0)"
    """The type in which integers are summed."""
    string: str = "VARCHAR"
    fenced: bool = False
    """Whether an engine must be kept from working an inner expression out once for each use of it."""
    lists_cost: bool = False
    """Whether an engine plans for seconds where many a thing is looked for in lists."""
    ending: str = ""
    """What stands at the end of the query."""
    tested: bool = True
    """Whether tests run its queries; without an engine to run them, only their grammar is tested."""


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _dotted_path_sql(path: Path, quoted: str, start: str) -> str:
    """A path such as `$.usage.prompt_tokens`, with what is no plain name in the quotes of the dialect."""
    if any(sign in part for part in path for sign in "\"'\\`\0\n"):
        raise InvalidRequest(f"no query can be written with the field {'.'.join(path)!r}", "its name has quotes in it")
    return start + "".join(f".{part}" if _PLAIN.fullmatch(part) else quoted.format(part) for part in path)


def _names(path: Path, literal: Callable[[str], str]) -> str:
    return ", ".join(map(literal, path))


def _quote_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pointer(path: Path) -> str:
    return _quote_text("".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path))


def _escape_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _postgres_items(json: str, wanted: Items) -> str:
    listed = f"({json} #> ARRAY[{_names(wanted.path, _quote_text)}])" if wanted.path else json
    test = f'@.type {"starts with" if wanted.starts else "=="} "{wanted.type}"'
    if wanted.action is not None:
        test += f' && (!exists(@.action.type) || @.action.type == "{wanted.action}")'
    return f"jsonb_array_length(jsonb_path_query_array({listed}, '$[*] ? ({test})'))"


def _duckdb_items(json: str, wanted: Items) -> str:
    return items_sql(f"json_extract({json}, {_pointer(wanted.path)})" if wanted.path else json, wanted)


def _spark_items(json: str, wanted: Items) -> str:
    path = _dotted_path_sql(wanted.path, '["{}"]', "$")
    listed = f"try_variant_get({json}, '{path}', 'array<variant>')"
    test = _element_test(wanted, "try_variant_get(i, '$.{}', 'string')", "startswith({}, {})")
    return f"size(filter({listed}, i -> {test}))"


def _clickhouse_items(json: str, wanted: Items) -> str:
    names = f", {_names(wanted.path, _escape_text)}" if wanted.path else ""
    test = _element_test(wanted, "JSONExtract(i, {}, 'Nullable(String)')", "startsWith({}, {})", quoted=True)
    return f"arrayCount(i -> coalesce({test}, false), JSONExtractArrayRaw(ifNull({json}, ''){names}))"


def _element_test(wanted: Items, member: str, starts: str, *, quoted: bool = False) -> str:
    """Whether the element `i` is wanted; `member` writes a field of it, whose path is quoted part by part."""

    def field(*path: str) -> str:
        return member.format(_names(path, _escape_text) if quoted else ".".join(path))

    kind = _quote_text(wanted.type)
    test = starts.format(field("type"), kind) if wanted.starts else f"{field('type')} = {kind}"
    if wanted.action is None:
        return test
    action = _quote_text(wanted.action)
    return f"{test} AND coalesce({field('action', 'type')}, {action}) = {action}"


def _at(function: str, quoted: str, start: str = "$") -> Callable[[str, Path], str]:
    """A function of JSON and a path."""
    return lambda json, path: function.format(json, f"'{_dotted_path_sql(path, quoted, start)}'")


POSTGRES = Dialect(
    "postgres",
    column="to_jsonb({})",
    parsed="CAST({} AS jsonb)",
    text=lambda json, path: f"({json} #>> ARRAY[{_names(path, _quote_text)}])",
    as_written=lambda json, path: f"NULLIF(CAST({json} #> ARRAY[{_names(path, _quote_text)}] AS TEXT), 'null')",
    whole="({} #>> '{{}}')",
    # Only what looks like an object is cast, for a cast that fails would end the query.
    inner="CASE WHEN {0} LIKE '{{%}}' THEN CAST({0} AS jsonb) END",
    month="(CAST(DATE_TRUNC('month', DATE '1970-01-01' + CAST({} AS INT)) AS DATE) - DATE '1970-01-01')",
    items=_postgres_items,
    row="to_jsonb({})",
    integer="CAST({} AS BIGINT)",
    decimal="CAST({} AS DECIMAL(38, {}))",
    string="TEXT",
    fenced=True,
)
DUCKDB = Dialect(
    "duckdb",
    column="to_json({})",
    parsed="CAST({} AS JSON)",
    text=lambda json, path: f"json_extract_string({json}, {_pointer(path)})",
    as_written=lambda json, path: f"NULLIF(CAST(json_extract({json}, {_pointer(path)}) AS VARCHAR), 'null')",
    whole="json_extract_string({}, '$')",
    inner="TRY_CAST({} AS JSON)",
    month="(CAST(date_trunc('month', DATE '1970-01-01' + CAST({} AS INTEGER)) AS DATE) - DATE '1970-01-01')",
    items=_duckdb_items,
    row="to_json({})",
    divided="({} // {})",
    lists_cost=True,
    exact="HUGEINT",
)
SPARK = Dialect(
    "spark",
    # Timestamps are written with all their digits and their offset.
    column="variant_get(parse_json(to_json(struct({} AS c), "
    "map('timestampFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX\"))), '$.c', 'variant')",
    parsed="try_parse_json(CAST({} AS STRING))",
    text=_at("try_variant_get({}, {}, 'string')", '["{}"]'),
    as_written=_at("NULLIF(to_json(try_variant_get({}, {}, 'variant')), 'null')", '["{}"]'),
    whole="try_variant_get({}, '$', 'string')",
    inner="try_parse_json({})",
    month="DATEDIFF(TRUNC(DATE_ADD(DATE '1970-01-01', CAST({} AS INT)), 'MM'), DATE '1970-01-01')",
    items=_spark_items,
    row="parse_json(to_json(struct({}.*), map('timestampFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX\")))",
    divided="({} DIV {})",
    string="STRING",
)
BIGQUERY = Dialect(
    "bigquery",
    column="TO_JSON({})",
    parsed="SAFE.PARSE_JSON(TO_JSON_STRING({}))",
    text=_at("JSON_VALUE({}, {})", '."{}"'),
    as_written=_at("NULLIF(TO_JSON_STRING(JSON_QUERY({}, {})), 'null')", '."{}"'),
    whole="JSON_VALUE({}, '$')",
    inner="SAFE.PARSE_JSON({})",
    month="DATE_DIFF(DATE_TRUNC(DATE_ADD(DATE '1970-01-01', INTERVAL {} DAY), MONTH), DATE '1970-01-01', DAY)",
    divided="DIV({}, {})",
    integer="SAFE_CAST({} AS INT64)",
    decimal="SAFE_CAST({} AS BIGNUMERIC)",
    exact="BIGNUMERIC",
    string="STRING",
    tested=False,
)
SNOWFLAKE = Dialect(
    "snowflake",
    column="TO_VARIANT({})",
    parsed="TRY_PARSE_JSON(TO_VARCHAR({}))",
    text=_at("CAST(GET_PATH({}, {}) AS VARCHAR)", '["{}"]', ""),
    as_written=_at("NULLIF(TO_JSON(GET_PATH({}, {})), 'null')", '["{}"]', ""),
    whole="CAST({} AS VARCHAR)",
    inner="TRY_PARSE_JSON({})",
    month="DATEDIFF(DAY, DATE '1970-01-01', DATE_TRUNC('MONTH', DATEADD(DAY, {}, DATE '1970-01-01')))",
    # A quotient is rounded to six decimals, so that the rest goes first.
    divided="CAST(({0} - MOD({0}, {1})) / {1} AS BIGINT)",
    tested=False,
)
TRINO = Dialect(
    "trino",
    column="CAST({} AS JSON)",
    parsed="TRY(JSON_PARSE(CAST({} AS VARCHAR)))",
    text=_at("JSON_EXTRACT_SCALAR({}, {})", '["{}"]'),
    as_written=_at("NULLIF(JSON_FORMAT(JSON_EXTRACT({}, {})), 'null')", '["{}"]'),
    whole="JSON_EXTRACT_SCALAR({}, '$')",
    inner="TRY(JSON_PARSE({}))",
    month="DATE_DIFF('day', DATE '1970-01-01', DATE_TRUNC('month', DATE_ADD('day', {}, DATE '1970-01-01')))",
    tested=False,
)
CLICKHOUSE = Dialect(
    "clickhouse",
    # Nested fields mostly stand in columns of text, which `toJSONString` would put in quotes.
    column="if(toTypeName({0}) LIKE '%String)' OR toTypeName({0}) = 'String', toString({0}), toJSONString({0}))",
    parsed="toString({})",
    text=lambda json, path: f"JSONExtract({json}, {_names(path, _escape_text)}, 'Nullable(String)')",
    as_written=lambda json, path: f"nullIf(nullIf(JSONExtractRaw({json}, {_names(path, _escape_text)}), ''), 'null')",
    whole="{}",
    inner="{}",
    month="toInt64(toStartOfMonth(toDate32('1970-01-01') + {}))",
    items=_clickhouse_items,
    divided="intDiv({}, {})",
    integer="accurateCastOrNull({}, 'Int64')",
    decimal="toDecimal128OrNull({}, {})",
    exact="Nullable(Decimal(38, 0))",
    string="Nullable(String)",
    ending="SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, output_format_json_quote_64bit_integers = 0",
)

DIALECTS = {dialect.name: dialect for dialect in (BIGQUERY, SNOWFLAKE, CLICKHOUSE, POSTGRES, TRINO, SPARK, DUCKDB)}
UNTESTED = tuple(name for name, dialect in DIALECTS.items() if not dialect.tested)
