"""What requests cost on each day, in every currency in which there are lists, beside the bill of their provider."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tokencost.logs.billing.bill import Bill, Fields, Periods, Tell
from tokencost.logs.billing.groups import Billing, CostAccumulator
from tokencost.logs.files.bills import Charge, ProviderBill
from tokencost.logs.usage_query import UsageQuery
from tokencost.money import EXACT, ZERO
from tokencost.pricetable.table import CURRENCIES, PriceTable
from tokencost.rows import Row

_FIRST_DAY = date(1970, 1, 1)


class _Billed(NamedTuple):
    """The fields of `Billed`."""

    day: date
    model: str | None
    """None for a day as a whole, and for what is no model's."""
    line_item: str | None
    """What the bill calls a charge that is no model's, such as web searches."""
    billed: Decimal
    computed: Decimal | None
    """None where there is nothing to compute it from: no request of the model on that day, or no list of prices."""
    currency: str
    requests: int
    charged: bool = True
    """Whether the bill has a charge for it, be it of nothing; else requests of the logs are in no line of the bill."""


class Billed(Row, _Billed):
    """What a provider charged on a day, beside what the requests of the logs cost by the list."""

    __slots__ = ()

    def _columns(self) -> dict[str, object]:
        difference = None if self.computed is None else EXACT.subtract(self.billed, self.computed)
        amounts = {"billed": self.billed, "computed": self.computed, "difference": difference}
        names = {"day": self.day, "model": self.model, "line_item": self.line_item}
        return {**names, "requests": self.requests, **amounts, "currency": self.currency}


class _Day:
    """The requests of one model on one day."""

    def __init__(self) -> None:
        self.requests = 0
        self.costs: dict[str, CostAccumulator | None] = {currency: CostAccumulator() for currency in CURRENCIES}

    def total(self, currency: str) -> Decimal | None:
        """What they cost; None where some of them have no list of prices in that currency."""
        cost = self.costs[currency]
        return None if cost is None else cost.parts.total


class DailyBill(Bill):
    """A bill by day and model, for a query by these, which keeps the costs in all currencies."""

    def __init__(self, table: PriceTable, query: UsageQuery, window: str | None = None, tell: Tell = None) -> None:
        super().__init__(table, query, window, tell)
        self.days: dict[tuple[date | None, str], _Day] = {}
        """The requests by day and model."""

    def charge(self, billing: Billing, periods: Periods, fields: Fields, tokens: Sequence[int]) -> None:
        """Charge requests to their group and to their day."""
        super().charge(billing, periods, fields, tokens)
        day = None if periods[0] is None else _FIRST_DAY + timedelta(days=periods[0])
        found = self.days.setdefault((day, billing.cell.model), _Day())
        found.requests += tokens[0]
        for currency, cost in found.costs.items():
            rates = self.rates_in(currency, billing.cell)
            if rates is None or cost is None:
                found.costs[currency] = None
            else:
                cost.charge(rates, tokens)

    def beside(self, bill: ProviderBill, model_of: Callable[[str, date], str | None]) -> tuple[Billed, ...]:
        """Every charge of the bill, summed by day and model, and every day of a model in its time without one."""
        charges: dict[tuple[date, str | None, str | None, str], Decimal] = {}
        for charge in bill.charges:
            key = _key(charge, model_of)
            charges[key] = EXACT.add(charges.get(key, ZERO), charge.amount)
        return tuple(
            sorted(self._lines(bill, charges), key=lambda row: (row.day, row.model or "~", row.line_item or ""))
        )

    def _lines(
        self, bill: ProviderBill, charges: dict[tuple[date, str | None, str | None, str], Decimal]
    ) -> Iterator[Billed]:
        whole_days = {day for day, model, item, _ in charges if model is None and item is None}
        named: set[tuple[date, str]] = set()
        for (day, model, item, currency), amount in charges.items():
            if model is None and item is not None:
                yield Billed(day, None, item, amount, None, currency, 0)
                continue
            mine = [
                each
                for (at, name), each in self.days.items()
                if at == day and (name == model if model else self._is_of(name, bill.provider))
            ]
            if model:
                named.add((day, model))
            totals = [each.total(currency) for each in mine]
            computed = None if not mine or None in totals else _sum(totals)
            yield Billed(day, model, item, amount, computed, currency, sum(each.requests for each in mine))
        if not charges:
            return
        first, last = min(key[0] for key in charges), max(key[0] for key in charges)
        currency = next(iter(charges))[3]
        for (known, name), each in self.days.items():
            if known is None or not first <= known <= last or known in whole_days or (known, name) in named:
                continue
            if self._is_of(name, bill.provider):
                yield Billed(known, name, None, ZERO, each.total(currency), currency, each.requests, charged=False)

    def _is_of(self, model: str, provider: str) -> bool:
        return self.table.models[model].provider == provider

    def outside(self, bill: ProviderBill) -> int:
        """Requests of the bill's provider on days that the bill does not cover, or at no known time."""
        days = [charge.day for charge in bill.charges]
        return sum(
            each.requests
            for (day, name), each in self.days.items()
            if self._is_of(name, bill.provider) and (day is None or not days or not min(days) <= day <= max(days))
        )


def _key(charge: Charge, model_of: Callable[[str, date], str | None]) -> tuple[date, str | None, str | None, str]:
    if charge.model is None:
        return charge.day, None, charge.line_item, charge.currency
    model = model_of(charge.model, charge.day)
    if model is None:
        return charge.day, None, charge.line_item or charge.model, charge.currency
    return charge.day, model, None, charge.currency


def _sum(amounts: Sequence[Decimal | None]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount or ZERO)
    return total
