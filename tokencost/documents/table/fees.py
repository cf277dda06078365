"""Fees of calls as a table below prices: they are apart from tokens, and per 1,000 calls."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tokencost.documents.document import Column, Field, Figure, Records, Table, Value
from tokencost.pricetable.table import CURRENCIES, Fee
from tokencost.pricetable.when import When, show_when

FIELDS = (
    Field("provider"),
    Field("call", "term"),
    Field("models"),
    Field("from", "bound"),
    Field("until", "bound"),
    Field("currency"),
    Field("per_1000_calls", "rate"),
    Field("billed_per"),
    Field("source", "url"),
    Field("checked", "when"),
    Field("confidence"),
    Field("note"),
)


class Fees(NamedTuple):
    """The fees in force, for programs and for people."""

    records: Records
    tables: tuple[Table, ...]
    """None where there are no fees."""


def list_fees(fees: Iterable[Fee], when: When, currency: str | None = None) -> Fees:
    """The fees; those that a provider lists in `currency` alone, where it is given.

    What is not billed by the call is listed under no currency, with what is billed in its place.
    """
    rows = tuple(row for fee in fees for row in _rows(fee, (currency,) if currency else CURRENCIES))
    return Fees(Records(FIELDS, rows, "fees"), (_table(rows, when),) if rows else ())


def _table(rows: Sequence[tuple[Value, ...]], when: When) -> Table:
    """A row for each call of each provider."""
    shown = [dict(zip((field.key for field in FIELDS), row, strict=True)) for row in rows]
    models, instead = (any(row[key] for row in shown) for key in ("models", "billed_per"))
    columns = (
        Column("provider"),
        Column("call", "term"),
        *((Column("models", leaves=3),) if models else ()),
        Column("since", "bound", leaves=2),
        Column("per 1,000 calls", "rate"),
        *((Column("billed per"),) if instead else ()),
    )
    lines = [
        (
            row["provider"],
            row["call"],
            *((row["models"] or "",) if models else ()),
            row["from"],
            row["per_1000_calls"],
            *((row["billed_per"] or "",) if instead else ()),
        )
        for row in shown
    ]
    title = f"Fees of calls in force on {show_when(when)}, apart from tokens"
    return Table(columns, lines, title=title, names=2)


def _rows(fee: Fee, currencies: Iterable[str]) -> Iterable[tuple[Value, ...]]:
    models = ", ".join(fee.models) or None
    about = (fee.provider, fee.call, models, fee.start, fee.end)
    for currency in currencies:
        if (listed := fee.listed(currency)) is not None:
            amount = Figure(listed.per_1000_calls, "rate", currency)
            source, checked, confidence, *_ = listed.evidence
            yield (*about, currency, amount, None, source, checked, confidence, fee.evidence.note)
    if fee.billed_per is not None:
        source, checked, confidence, *_ = fee.evidence
        yield (*about, None, None, fee.billed_per, source, checked, confidence, fee.evidence.note)
