"""What changed between two price tables, as a document that can be pasted into a pull request."""

from collections.abc import Sequence
from itertools import groupby

from tokencost.analysis.table.bill_change import BillChange
from tokencost.analysis.table.diff import Change, TableDiff
from tokencost.documents.document import (
    Document,
    Field,
    Figure,
    Records,
    Sentence,
    Value,
    begin_document,
    split_records,
)
from tokencost.pricetable.when import When


def diff_document(result: TableDiff, as_of: When, bills: Sequence[BillChange] = ()) -> Document:
    """The document of `tokencost prices diff`; `bills` is what the change does to a workload."""
    changes = (*result.changes, *result.ends_soon)
    columns = (
        Field("kind"),
        Field("model"),
        Field("from", "bound"),
        Field("tier", shown=any(c.tier not in (None, "standard") for c in changes)),
        Field("window", shown=any(c.window for c in changes)),
        Field("input_tokens_above", "count", "input above", shown=any(c.input_tokens_above for c in changes)),
        Field("component", "term", shown=any(c.component for c in changes)),
        Field("currency", shown=False),
        Field("before", "rate", shown=any(c.before is not None for c in changes)),
        Field("after", "rate", shown=any(c.after is not None for c in changes)),
        Field("percent_change", "percent", "change", shown=any(c.percent_change is not None for c in changes)),
        Field("detail", shown=any(c.detail for c in changes)),
        Field("region", shown=any(c.region for c in changes)),
    )
    old, new = result.old, result.new
    return begin_document(new, "prices diff", as_of)._replace(
        **split_records(
            Records(columns, tuple(_row(change) for change in changes), caption="changes"),
            *([_bills_table(bills)] if bills else ()),
        ),
        answer=(_say_summary(result),),
        extra={"old_version": old.version, "old_sha256": old.sha256},
    )


def _say_summary(result: TableDiff) -> Sentence:
    old, new = result.old.version, result.new.version
    if not result.changes:
        return (f"{old} → {new}: the tables say the same.",)
    counts = []
    for kind, group in groupby(result.changes, key=lambda change: change.kind):
        things = list(dict.fromkeys((change.model, change.start) for change in group))
        names = list(dict.fromkeys(model for model, _ in things if model))
        # A model that is new counts once, however many dated prices it comes with.
        number = len(names) if kind in ("new model", "model", "names") else len(things)
        counts.append(f"{kind} {number} ({', '.join(names)})" if names else f"{kind} {number}")
    return (f"{old} → {new}: {'; '.join(counts)}.",)


def _bills_table(bills: Sequence[BillChange]) -> Records:
    columns = (
        Field("model"),
        Field("before", "money"),
        Field("after", "money"),
        Field("percent_change", "percent", "change"),
        Field("reason", shown=any(bill.reason for bill in bills)),
    )
    rows = tuple((bill.model, bill.before, bill.after, bill.percent_change, bill.reason) for bill in bills)
    return Records(columns, rows, name="bills", caption="what it does to the bill, USD in all")


def _row(change: Change) -> tuple[Value, ...]:
    currency = change.currency or "USD"
    return (
        change.kind,
        change.model,
        change.start,
        change.tier,
        change.window,
        change.input_tokens_above,
        change.component,
        change.currency,
        Figure(change.before, "rate", currency),
        Figure(change.after, "rate", currency),
        change.percent_change,
        change.detail,
        change.region,
    )
