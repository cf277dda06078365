"""What names the call of a record, and where a span lies among others: columns that only some questions need."""

from collections.abc import Callable, Iterator, Sequence

from tokencost.logs.records.kind import LogKind
from tokencost.logs.sql.fields import Fields, first_sql
from tokencost.logs.usage_query import UsageQuery


def name_calls(fields: Fields, kinds: Sequence[LogKind]) -> bool:
    """Whether records of these kinds can have what names their calls in such a source."""
    return any(id_sql(fields, kind) for kind in kinds)


def id_sql(fields: Fields, kind: LogKind) -> str | None:
    """What names the call of a record; of a trace and a span both, with a stroke between them."""
    return first_sql([*(fields.text(path) for path in kind.id), *_span_sqls(fields, kind)])


def names_read(query: UsageQuery) -> dict[str, Callable[[Fields, LogKind], str | None]]:
    """The columns that a question needs of these, each with what writes it for a kind."""
    written: dict[str, Callable[[Fields, LogKind], str | None]] = {"id": id_sql} if query.once else {}
    return written | (_TREE if query.trees else {})


def _span_sql(fields: Fields, kind: LogKind) -> str | None:
    return first_sql(_span_sqls(fields, kind))


def _span_sqls(fields: Fields, kind: LogKind) -> Iterator[str]:
    for one, other in kind.id_pairs:
        trace, span = fields.text(one), fields.text(other)
        if trace and span:
            yield f"{trace} || '/' || {span}"


def _above_sql(fields: Fields, kind: LogKind) -> str | None:
    trace = first_sql(fields.text(one) for one, _ in kind.id_pairs)
    parent = first_sql(fields.text(path) for path in kind.parents)
    return f"{trace} || '/' || nullif({parent}, '')" if trace and parent else None


def _unsaid_sql(fields: Fields, kind: LogKind) -> str | None:
    if not kind.parents:
        return None
    said = first_sql(fields.text(path) for path in kind.operation)
    return f"CASE WHEN {said} IS NULL THEN 'unsaid' END" if said else "'unsaid'"


_TREE: dict[str, Callable[[Fields, LogKind], str | None]] = {
    "span": _span_sql,
    "above": _above_sql,
    "unsaid": _unsaid_sql,
}
TREE = tuple(_TREE)
"""Columns of a span: its own name, that of the one in which it lies, and a text where it does not say what it does."""
