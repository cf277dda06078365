"""The bill of a provider beside the computed costs, by day and model."""

from collections.abc import Iterator, Sequence
from datetime import date

from tokencost.documents.document import Column, Field, Figure, Records, Sentence, Table, Value
from tokencost.documents.usage.causes import calls_of, find_cause, show_amounts
from tokencost.documents.wording import count_noun
from tokencost.logs.billing.daily import Billed
from tokencost.logs.usage import Usage
from tokencost.money import EXACT, ZERO

MOST_DAYS = 5


def bill_records(result: Usage) -> Records:
    """Every line of the comparison, for programs."""
    return Records(
        (
            Field("day"),
            Field("model"),
            Field("line_item"),
            Field("requests", "count"),
            Field("billed", "money"),
            Field("computed", "money"),
            Field("difference", "money"),
            Field("likely_cause"),
            Field("currency"),
        ),
        tuple(
            (
                item.day,
                item.model,
                item.line_item,
                item.requests,
                item.billed,
                item.computed,
                None if item.computed is None else EXACT.subtract(item.billed, item.computed),
                _find_cause(result, item),
                item.currency,
            )
            for item in result.billed
        ),
        name="billed",
    )


def bill_table(result: Usage) -> Table:
    """The same for people: the amounts of each line in its currency."""
    columns = (
        Column("day"),
        Column("billed for"),
        Column("requests", "count"),
        Column("billed", "money"),
        Column("computed", "money"),
        Column("difference", "money"),
        Column("likely cause"),
    )
    rows: list[tuple[Value, ...]] = []
    for item in result.billed:
        amounts: tuple[Value, ...] = (Figure(item.billed, "money", item.currency), None, None)
        if item.computed is not None:
            amounts = show_amounts(item.billed, item.computed, item.currency)
        of = item.model or item.line_item or "all models"
        rows.append((item.day, of, item.requests, *amounts, _find_cause(result, item)))
    currencies = sorted({item.currency for item in result.billed}, reverse=True)
    title = "The provider's bill beside the computed cost"
    return Table(columns, rows, title=title, unit=" and ".join(currencies), names=2)


def _find_cause(result: Usage, item: Billed) -> str | None:
    if item.model is None and item.line_item is not None:
        return "a charge that is of no model: it is computed from no tokens"
    if item.computed is None:
        return "no list of prices in this currency" if item.requests else "no such request is in the logs"
    if not item.charged:
        return "the bill has no such line"
    return find_cause(item.billed, item.computed, item.currency, calls_of(result, item.model))


def _say_days(result: Usage) -> Iterator[Sentence]:
    """The days that one side alone has, which are in no sum of both."""
    charged = {item.day for item in result.billed if item.charged}
    called = {item.day for item in result.billed if item.requests}
    if without := sorted(charged - called):
        yield (f"The logs have no request on {_name_days(without)}: what was billed then is left out of these sums.",)
    if without := sorted(called - charged):
        yield (f"The bill has no charge on {_name_days(without)}: requests of then are left out of these sums.",)


def _name_days(days: Sequence[date]) -> str:
    named = [day.isoformat() for day in days[:MOST_DAYS]]
    more = len(days) - len(named)
    if more:
        return f"{', '.join(named)} and {count_noun(more, 'more day')}"
    return " and ".join((", ".join(named[:-1]), named[-1])) if named[1:] else named[0]


def say_bill(result: Usage) -> Iterator[Sentence]:
    """What the comparison comes to, and what it leaves out."""
    for currency in dict.fromkeys(item.currency for item in result.billed):
        billed = computed = ZERO
        for item in result.billed:
            if item.currency == currency and item.charged and item.computed is not None:
                billed, computed = EXACT.add(billed, item.billed), EXACT.add(computed, item.computed)
        yield (
            "Where both sides are known, ", Figure(billed, "money", currency), " was billed and ",
            Figure(computed, "money", currency), " computed.",
        )  # fmt: skip
    yield from _say_days(result)
    if result.outside_bill:
        one = result.outside_bill == 1
        lie = "request lies" if one else "requests lie"
        yield (f"{result.outside_bill:,} {lie} outside of the days of the bill: left out of the comparison.",)
    if result.bill_has_more:
        yield ("The bill says that it has more pages (has_more): days after it are missing.",)
