"""`tokencost usage --print-sql`: the query for a table in a warehouse."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tokencost.cli.streams import write_out
from tokencost.errors import InvalidRequest
from tokencost.logs.records.kind import LogKind, id_paths
from tokencost.logs.records.kinds import SHAPE_HINT, named_kinds
from tokencost.logs.records.mapping import kinds_mapped
from tokencost.logs.sessions.tools import refuse_sessions
from tokencost.logs.sql.dialects import DIALECTS, Dialect
from tokencost.logs.sql.printed_sql import columns_of, counts_once, table_query, uncounted_calls
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage_query import ask, mapped_fields, refuse_no_text
from tokencost.pricetable.table import PriceTable

if TYPE_CHECKING:
    from tokencost.cli.usage import TableSource

INSTALL = "pip install 'tokencost-compare[warehouse]'"


def print_query(
    table: PriceTable,
    asked: Mapping[str, Any],
    dialect_name: str,
    source: "TableSource",
    output: str | None,
    *,
    keep_repeats: bool = False,
) -> None:
    """Write the query to standard output, or whole to a file. Raises `InvalidRequest`."""
    dialect = DIALECTS[dialect_name]
    if source.name is None:
        raise InvalidRequest("--print-sql needs the name of the table", "add --table schema.logs")
    if source.columns and source.json_column:
        raise InvalidRequest("--columns and --json-column say different things", "leave one of them out")
    for name in (source.name, source.columns, source.json_column):
        refuse_no_text(name or "")
    kinds = _shapes(source)
    usage_query = ask(table, **asked)
    columns = tuple(name.strip() for name in source.columns.split(",")) if source.columns else None
    try:
        query = table_query(
            dialect,
            source.name,
            kinds,
            usage_query,
            rate_periods(table),
            columns=columns,
            json_column=source.json_column,
            keep_repeats=keep_repeats,
        )
    except ImportError:
        raise InvalidRequest("writing SQL for other engines needs sqlglot", INSTALL) from None
    named = columns_of(dialect, kinds, usage_query, columns, source.json_column)
    uncounted = uncounted_calls(dialect, kinds, usage_query, columns, source.json_column)
    lines = _head(table, asked, dialect, source, kinds, named, uncounted)
    # Before the last line, which says what to do with the result.
    once = counts_once(dialect, kinds, usage_query, columns, source.json_column)
    lines[-1:-1] = [*_say_repeats(kinds, once=once, kept=keep_repeats), *_say_trees(kinds)]
    text = "".join(f"-- {line}\n" for line in lines) + query + "\n"
    if output and output != "-":
        from tokencost.cli.files import write_whole

        write_whole(output, text)
    else:
        write_out(text)


def _say_repeats(kinds: Sequence[LogKind], *, once: bool, kept: bool) -> Iterator[str]:
    """Whether several records of one call count once."""
    names = ", ".join(dict.fromkeys(".".join(path) for kind in kinds for path in id_paths(kind)))
    if names and kept:
        yield "It counts a call each time that it is recorded."
    elif names and once:
        yield f"Records of one call count once: those that agree in {names}. --keep-repeats counts all."
    elif names:
        yield f"It counts a call each time that it is recorded. To count it once name {names} with --columns."


def _say_trees(kinds: Sequence[LogKind]) -> Iterator[str]:
    """That spans which sum up others are known by their operation alone: how deep they lie no query here can follow."""
    names = ", ".join(dict.fromkeys(path[-1] for kind in kinds if kind.parents for path in kind.operation))
    if names:
        yield f"A span without {names} counts, also where it sums up others: those are told apart in files alone."


def _shapes(source: "TableSource") -> tuple[LogKind, ...]:
    """The shapes that were named, with the mapped fields; without a name the one that `--map` describes."""
    fields = mapped_fields(source.mapping)
    names = [name.strip() for name in (source.shape or "").split(",") if name.strip()]
    if not (names or fields):
        raise InvalidRequest("--print-sql needs the shape of the records", SHAPE_HINT)
    refuse_sessions(names)
    return kinds_mapped(fields, named_kinds(names), excludes_cached=source.excludes_cached)


def _head(
    table: PriceTable,
    asked: Mapping[str, Any],
    dialect: Dialect,
    source: "TableSource",
    kinds: tuple[LogKind, ...],
    columns: Sequence[str] | None,
    uncounted: Sequence[str],
) -> list[str]:
    """What the query expects, and what to do with its result."""
    if source.json_column:
        holds = f"The column {source.json_column} holds whole records as JSON."
    elif columns is not None:
        holds = f"Its columns: {', '.join(columns)}. --columns says otherwise."
    else:
        holds = "Its columns are the fields of the records, nested ones as JSON; what it lacks counts as absent."
    names = ", ".join(kind.name for kind in kinds)
    by = ",".join(asked["by"])
    flags = "" if by == "model" else f" --by {by}"
    lines = [
        f"tokencost {table.version} ({table.sha256[:8]}): sums of usage per stretch of time, for {dialect.name}.",
        f"One row of {source.name} is one record of the shape {names}. {holds}",
        "Times without an offset are UTC. The query adds up whole numbers and knows no price.",
        f"Save its result as CSV with a header, and price it: tokencost usage{flags} sums.csv",
    ]
    if uncounted:
        calls = ", ".join(call.replace("_", " ") for call in uncounted)
        lines.insert(-1, f"It does not count these calls, which may have fees of their own: {calls}.")
    if not dialect.tested:
        lines.insert(1, f"Not run by the tests: they have no {dialect.name}. Compare a few of its sums with your own.")
    return [" ".join(line.split()) for line in lines]
