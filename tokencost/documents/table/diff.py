"""What changed between two price tables, as a document that can be pasted into a pull request."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tokencost.analysis.table.bill_change import BillChange
from tokencost.analysis.table.diff import Change, TableDiff
from tokencost.documents.conditions import name_rate
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Records,
    Sentence,
    Table,
    Value,
    begin_document,
)
from tokencost.documents.wording import count_noun
from tokencost.pricetable.when import When, show_bound

MOST_NAMED = 8
FIELDS = (
    Field("kind"),
    Field("model"),
    Field("from", "bound"),
    Field("tier"),
    Field("window"),
    Field("input_tokens_above", "count"),
    Field("component", "term"),
    Field("currency"),
    Field("before", "rate"),
    Field("after", "rate"),
    Field("percent_change", "percent"),
    Field("detail"),
    Field("region"),
)
NAMED = {
    "new model": "new model",
    "new price": "new price",
    "corrected": "corrected price",
    "removed": "removed entry",
    "names": "model with changed names",
    "model": "model with changed facts",
    "table": "other change",
}
"""What the kinds of changes are called where they are counted."""
PLURALS = {
    "removed entry": "removed entries",
    "model with changed names": "models with changed names",
    "model with changed facts": "models with changed facts",
}


def diff_document(result: TableDiff, as_of: When, bills: Sequence[BillChange] = ()) -> Document:
    """The document of `tokencost prices diff`; `bills` is what the change does to a workload."""
    changes = (*result.changes, *result.ends_soon)
    old, new = result.old, result.new
    records = [Records(FIELDS, tuple(map(_row, changes)))]
    tables = [_changes_table(changes)] if changes else []
    if bills:
        records.append(_bill_records(bills))
        tables.append(_bills_table(bills))
    return begin_document(new, "prices diff", as_of)._replace(
        records=tuple(records),
        tables=tuple(tables),
        answer=(_say_summary(result),),
        extra={"old_version": old.version, "old_sha256": old.sha256},
    )


def _say_summary(result: TableDiff) -> Sentence:
    old, new = result.old.version, result.new.version
    if not result.changes:
        return (f"{old} → {new}: the tables say the same.",)
    counts = []
    for kind, group in groupby(result.changes, key=lambda change: change.kind):
        changes = list(group)
        things = list(dict.fromkeys((change.model, change.start) for change in changes))
        names = list(dict.fromkeys(model for model, _ in things if model))
        # A model that is new counts once, however many dated prices it comes with.
        number = len(names) if kind in ("new model", "model", "names") else len(things)
        if kind == "table":
            number = len(changes)
        word = NAMED[kind]
        counted = f"{number} {PLURALS[word]}" if number != 1 and word in PLURALS else count_noun(number, word)
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        counts.append(f"{counted} ({', '.join(names[:MOST_NAMED])}{more})" if names else counted)
    return (f"{old} → {new}: {'; '.join(counts)}.",)


def _changes_table(changes: Sequence[Change]) -> Table:
    """What changed, below a heading for each entry of the table; a rate with what it was before."""
    rates = any(change.before is not None or change.after is not None for change in changes)
    known = any(change.before is not None for change in changes)
    said = any(change.detail and change.component for change in changes)
    rows: list[tuple[Value, ...]] = []
    for (kind, model, start), group in groupby(changes, key=lambda change: (change.kind, change.model, change.start)):
        if rates:
            rows.append((_name_entry(kind, model, None if start is None else show_bound(start)),))
        for change in group:
            if not rates:
                rows.append((_name_entry(kind, model, None), change.detail or ""))
            else:
                rows.append(tuple(_change_cells(change, known=known, said=said)))
    if not rates:
        return Table((Column("what"), Column("change")), rows, names=2)
    columns = (
        Column("rate"),
        *((Column("before", "rate"),) if known else ()),
        Column("after", "rate"),
        *((Column("change", "change"),) if known else ()),
        *((Column("note"),) if said else ()),
    )
    per = " per 1M tokens" if any(change.component for change in changes) else ""
    return Table(columns, rows, unit=f"USD{per}")


def _name_entry(kind: str, model: str | None, start: str | None) -> str:
    """`new price: o1 from 2026-01-01`."""
    word = "promotion ends soon" if kind == "ends soon" else kind
    return (f"{word}: {model}" if model else word) + (f" from {start}" if start else "")


def _change_cells(change: Change, *, known: bool, said: bool) -> Iterator[Value]:
    currency = change.currency or "USD"
    # A fee of calls has amounts, but is no rate of a component: its name is the detail.
    amounts = [
        Figure(amount, "rate", currency) if amount is not None or change.component else ""
        for amount in (change.before, change.after)
    ]
    yield name_rate("", change.component, change).strip() if change.component else change.detail or ""
    yield from amounts if known else amounts[1:]
    if known:
        yield "" if change.percent_change is None else change.percent_change
    if said:
        yield change.detail or "" if change.component else ""


def _bill_records(bills: Sequence[BillChange]) -> Records:
    fields = (
        Field("model"),
        Field("before", "money"),
        Field("after", "money"),
        Field("percent_change", "percent"),
        Field("reason"),
    )
    rows = tuple((bill.model, bill.before, bill.after, bill.percent_change, bill.reason) for bill in bills)
    return Records(fields, rows, "bills")


def _bills_table(bills: Sequence[BillChange]) -> Table:
    reasons = any(bill.reason for bill in bills)
    columns = (
        Column("model"),
        Column("before", "money"),
        Column("after", "money"),
        Column("change", "change"),
        *((Column("note"),) if reasons else ()),
    )
    rows = [
        (bill.model, bill.before, bill.after, bill.percent_change, *((bill.reason or "",) if reasons else ()))
        for bill in bills
    ]
    return Table(columns, rows, unit="USD", title="What it does to the bill")


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
