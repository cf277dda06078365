"""The rows of files in Spark's SQL: records that hold several are taken apart, columns of tables written as text."""

from collections.abc import Iterable, Mapping, Sequence

from tokencost.logs.records.kind import LogKind, Path
from tokencost.logs.sql.dialects import SPARK
from tokencost.logs.sql.fields import CACHE_COLUMN, UNREAD_CACHE
from tokencost.logs.sql.nested import CONTAINERS, PAGES, STEPS_USAGE, USAGE_KEY, holds_usage_sql
from tokencost.logs.sql.printed_sql import RECORD, Fields, table_columns, verbatim_sql

FILE = "tokencost_file"
"""The column of a view with the address of the file that a row stands in."""
_ATTRIBUTES = "array<struct<key string, value struct<intValue string, stringValue string>>>"
_SPAN = {("start_time",): "span_start", ("end_time",): "span_end"}


def json_rows(view: str, kinds: Sequence[LogKind]) -> str:
    """The records of lines of JSON: those of OTLP exports and of pages of buckets one by one.

    `view` has the columns `value` and `FILE`. A bucket's times stand beside its results, and attributes that are
    written as a list beside the record. A record of one of the kinds is not looked into.
    """
    listed = f"contains(to_json(try_variant_get(record, '$.attributes', 'array<variant>')), '{USAGE_KEY}')"
    lists = " OR ".join(f"{_list(name)} IS NOT NULL" for (name,) in CONTAINERS)
    alone = f"(coalesce({listed}, false) OR {holds_usage_sql(kinds, _present)})"
    parsed = f"SELECT {FILE} AS file, try_parse_json(value) AS record FROM {view} WHERE trim(value) <> ''"
    of_resources = _spans_of(
        "array<struct<scopeSpans array<struct<spans array<variant>>>>>", "$.resourceSpans", nested=2
    )
    of_scopes = _spans_of("array<struct<spans array<variant>>>", "$.scopeSpans", nested=1)
    of_spans = _spans_of("array<variant>", "$.spans", nested=0)
    pages_of = ", ".join(
        f"IF(try_variant_get(record, '{at}', 'variant') IS NOT NULL, {_list(name)}, NULL)" if at else _list(name)
        for name, at in PAGES.items()
    )
    inner = f"coalesce({of_resources}, {of_scopes}, {of_spans}, {pages_of}, array(record))"
    told = (f"try_variant_get(x, '$.usage.{name}', 'variant') IS NOT NULL" for name in STEPS_USAGE)
    steps = f"coalesce(forall({_list('steps')}, x -> {' OR '.join(told)}), false)"
    own = " AND ".join(f"try_variant_get(record, '$.{name}', 'variant') IS NULL" for name in ("usage", "response"))
    pages = (
        f"SELECT file, explode(CASE WHEN NOT ({lists}) THEN array(record) WHEN {own} AND {steps} THEN {_list('steps')} "
        f"WHEN {_list('child_runs')} IS NOT NULL THEN {_runs_in('record')} "
        f"WHEN {alone} THEN array(record) ELSE {inner} END) AS record FROM ({parsed})"
    )
    start, end = (f"try_variant_get(record, '$.{name}', 'string')" for name in ("start_time", "end_time"))
    results = f"CASE WHEN NOT {alone} THEN {_list('results')} END"
    itself = "array(struct(record AS record, CAST(NULL AS STRING) AS span_start, CAST(NULL AS STRING) AS span_end))"
    buckets = (
        f"SELECT file, explode(coalesce(transform({results}, x -> struct(x AS record, {start} AS span_start, "
        f"{end} AS span_end)), {itself})) AS r FROM ({pages})"
    )
    return (
        f"SELECT file, r.record AS {RECORD}, r.span_start, r.span_end, "
        f"try_variant_get(r.record, '$.attributes', '{_ATTRIBUTES}') AS attributes FROM ({buckets})"
    )


def _list(name: str) -> str:
    return _if_filled(f"try_variant_get(record, '$.{name}', 'array<variant>')")


_DEEPEST_RUN = 8


def _runs_in(run: str, depth: int = 0) -> str:
    """A run and those that lie in it, as deep as they commonly do: there is no path to any depth."""
    if depth == _DEEPEST_RUN:
        return f"array({run})"
    name = f"r{depth}"
    below = f"coalesce(try_variant_get({run}, '$.child_runs', 'array<variant>'), array())"
    return f"concat(array({run}), flatten(transform({below}, {name} -> {_runs_in(name, depth + 1)})))"


def _present(path: Path) -> str:
    return f"{SPARK.text('record', path)} IS NOT NULL"


def _spans_of(type_name: str, path: str, *, nested: int) -> str:
    found = f"try_variant_get(record, '{path}', '{type_name}')"
    if nested == 2:  # noqa: PLR2004  # resources hold scopes, which hold spans
        found = f"flatten(transform(filter({found}, x -> x.scopeSpans IS NOT NULL), x -> x.scopeSpans))"
    if nested:
        found = f"flatten(transform(filter({found}, x -> x.spans IS NOT NULL), x -> x.spans))"
    return _if_filled(found)


def _if_filled(found: str) -> str:
    """A list with something in it, else NULL: a record whose lists are empty is a record too."""
    return f"IF(size({found}) > 0, {found}, NULL)"


class JsonFields(Fields):
    """The fields of such records."""

    def __init__(self) -> None:
        super().__init__(SPARK, None)

    def unread_cache(self, path: Path, known: Sequence[str]) -> str | None:  # type: ignore[override]  # none elsewhere
        """The first such key."""
        names = ", ".join(f"'{name}'" for name in known)
        if not path:
            row = f"to_json(r.{RECORD})"
            of_tokens = (
                f"k rlike '(?i){CACHE_COLUMN}' AND k NOT IN ({names}) "
                f"AND get_json_object({row}, concat('$.', k)) rlike '^[1-9]'"
            )
            return verbatim_sql(f"try_element_at(filter(json_object_keys({row}), k -> {of_tokens}), 1)")
        text = SPARK.as_written(f"r.{RECORD}", path)
        pattern = UNREAD_CACHE.replace("\\", "\\\\")
        found = f"regexp_extract_all({text}, '{pattern}', 1)"
        return verbatim_sql(f"try_element_at(filter({found}, k -> k NOT IN ({names})), 1)")

    def text(self, path: Path) -> str | None:
        """As text; what stands beside the record goes first."""
        found = super().text(path)
        if path in _SPAN:
            return f"coalesce(r.{_SPAN[path]}, {found})"
        if path[0] == "attributes" and len(path) == len(("attributes", "key")):
            key = path[1].replace("\\", "\\\\").replace("'", "\\'")
            listed = (
                f"try_element_at(transform(filter(r.attributes, a -> a.key = '{key}'), "
                "a -> coalesce(a.value.intValue, a.value.stringValue)), 1)"
            )
            return f"coalesce({verbatim_sql(listed)}, {found})"
        return found


def table_rows(view: str, types: Mapping[str, str], fields: Iterable[Path]) -> str:
    """The rows of a table whose columns have these types."""

    def text(name: str) -> str:
        column = f"r.{quote_name(name)}"
        if types[name] in ("double", "float"):
            # As text it would have an exponent from ten million on.
            return f"coalesce(CAST(try_cast({column} AS DECIMAL(38, 9)) AS STRING), CAST({column} AS STRING))"
        if types[name].startswith(("struct", "map", "array", "variant")):
            return f"to_json(struct({column} AS c))"
        return f"CAST({column} AS STRING)"

    def json(name: str) -> str:
        column = f"r.{quote_name(name)}"
        if types[name] == "string":
            return SPARK.parsed.format(column)
        return column if types[name] == "variant" else SPARK.column.format(column)

    columns: Sequence[str] = list(types)
    chosen = [f"r.{FILE} AS file", *table_columns(columns, fields, text, json)]
    return f"SELECT {', '.join(chosen)} FROM {view} AS r"


def quote_name(name: str) -> str:
    """A name as an identifier."""
    return "`" + name.replace("`", "``") + "`"
