"""Fees of calls as a table below prices: they are apart from tokens, and per 1,000 calls."""

from collections.abc import Iterable

from tokencost.documents.document import Field, Figure, Records, Value
from tokencost.pricetable.table import CURRENCIES, Fee
from tokencost.pricetable.when import When, show_when


def fees_table(fees: Iterable[Fee], when: When, currency: str | None = None) -> Records:
    """The fees as a table; those that a provider lists in `currency` alone, where it is given.

    What is not billed by the call is listed under no currency, with what is billed in its place.
    """
    rows = tuple(row for fee in fees for row in _rows(fee, (currency,) if currency else CURRENCIES))
    columns: tuple[Field, ...] = (
        Field("provider"),
        Field("call", "term"),
        Field("models", shown=any(row[2] for row in rows)),
        Field("from", "bound", "since"),
        Field("until", "bound", shown=False),
        Field("currency", shown=False),
        Field("per_1000_calls", "rate", "per 1,000 calls"),
        Field("billed_per", heading="billed per", shown=any(row[7] for row in rows)),
        Field("source", "url", shown=False),
        Field("checked", "when", shown=False),
        Field("confidence", shown=False),
        Field("note", shown=False),
    )
    if not rows:
        columns = tuple(column._replace(shown=False) for column in columns)
    caption = f"fees of calls in force on {show_when(when)}, apart from tokens"
    return Records(columns, rows, name="fees", caption=caption)


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
