"""Calls of a provider's own tools: counted beside the tokens, and priced apart from them.

A fee is looked up by the rule of `tokencost.pricing.fees`, for sums as for one call. What has no known fee is counted
and says why; it never costs $0.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tokencost.logs.billing.sums import Sum
from tokencost.logs.sql.rate_periods import instant_of
from tokencost.pricetable.table import CURRENCIES, PriceTable
from tokencost.pricetable.when import When, span
from tokencost.pricing.fees import cost_of_calls, fee_at
from tokencost.rows import Row

_MICROSECOND = timedelta(microseconds=1)


class _Calls(NamedTuple):
    """The fields of `Calls`."""

    provider: str | None
    """None where the model is not known, and so whose tool was called."""
    call: str
    model: str | None
    calls: int
    per_1000_calls: Decimal | None
    currency: str | None
    cost: Decimal | None
    """Exact, in `currency`; no part of the cost of any row of requests."""
    reason: str | None
    """Why there is no cost."""


class Calls(Row, _Calls):
    """Calls of one tool by one model, and what they cost by the call."""

    __slots__ = ()


class _Fee(NamedTuple):
    per_1000_calls: Decimal | None = None
    currency: str | None = None
    reason: str | None = None


_Key = tuple[str | None, str, str | None, _Fee]


class CallSums:
    """Calls as they are counted, by provider, tool, model and fee."""

    def __init__(self, table: PriceTable, on: When | None) -> None:
        self._table = table
        self._on = on
        self._found: dict[_Key, int] = {}

    def add(self, item: Sum, model: str | None) -> None:
        """The calls of one sum; `model` is the id that its requests are priced as, None where they are not."""
        for call, number in item.calls:
            provider, name, fee = None, item.model, _Fee(reason="its requests are not priced")
            if model is not None:
                provider, name = self._table.models[model].provider, model
                fee = self._fee(provider, call, model, item)
            key = (provider, call, name, fee)
            self._found[key] = self._found.get(key, 0) + number

    def _fee(self, provider: str, call: str, model: str, item: Sum) -> _Fee:
        times = self._times(item)
        if times is None:
            return _Fee(reason="the records have no time")
        first, last = (fee_at(self._table.providers[provider], call, model, when) for when in times)
        if first is not last:
            return _Fee(reason="the fee changes within the time that a record gives")
        if first is None:
            return _Fee(reason="no fee is known at the time of these calls")
        for currency in CURRENCIES:
            if (listed := first.listed(currency)) is not None:
                return _Fee(listed.per_1000_calls, currency)
        return _Fee(reason=f"counted, not priced: billed per {first.billed_per}")

    def _times(self, item: Sum) -> tuple[datetime, datetime] | None:
        """The first and the last instant that the calls may have been made at."""
        if self._on is not None:
            first, after = span(self._on)
            return first, max(first, after - _MICROSECOND)
        if item.at is None:
            return None
        first = instant_of(item.at)
        return first, first if item.until is None else max(first, instant_of(item.until) - _MICROSECOND)

    def rows(self) -> tuple[Calls, ...]:
        """By provider, tool and model; the higher fee first."""

        def place(row: Calls) -> tuple[object, ...]:
            return row.provider or "~", row.call, row.model or "", -(row.per_1000_calls or -1), row.reason or ""

        rows = (
            Calls(
                provider,
                call,
                model,
                number,
                fee.per_1000_calls,
                fee.currency,
                None if fee.per_1000_calls is None else cost_of_calls(fee.per_1000_calls, number),
                fee.reason,
            )
            for (provider, call, model, fee), number in self._found.items()
        )
        return tuple(sorted(rows, key=place))
