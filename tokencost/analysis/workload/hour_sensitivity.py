"""How far the ratio depends on the hour: what it would be if every request arrived while the same windows are open."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from tokencost.analysis.workload.months import bounds
from tokencost.analysis.workload.price_shares import MonthShares, Open, divide_by_windows
from tokencost.analysis.workload.request_cost import RequestCost
from tokencost.analysis.workload.rows import sum_exactly
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.errors import AmbiguousRate, NotOffered
from tokencost.money import times_as_much
from tokencost.pricetable.hours import Window
from tokencost.pricetable.table import Price
from tokencost.pricing.rates import rest_of_week


class AtHours(NamedTuple):
    """The ratio if every request arrived at these hours."""

    ratio: Fraction
    hours: tuple[tuple[str, str], ...]
    """For each side that has windows: its label, and which part of its week it is."""


class WindowRange(NamedTuple):
    """How many times as much the baseline costs, at the hours worst and best for the model."""

    model: str
    baseline: str
    lowest: AtHours
    highest: AtHours
    drivers: tuple[tuple[str, Window], ...]
    """The windows on which it hangs, each with the label of the model that has it."""


def window_ranges(totals: WorkloadTotals) -> Iterator[WindowRange]:
    """For each model whose ratio to the baseline depends on the hour, its range."""
    costs = _Costs(totals)
    for side in totals.models:
        if found := _range(totals, side, costs):
            yield found


def _range(totals: WorkloadTotals, side: ModelCosts, costs: "_Costs") -> WindowRange | None:
    ours, theirs = _last_price(side), _last_price(totals.baseline)
    if side.unsold or totals.baseline.unsold or not (ours.windows or theirs.windows):
        return None
    last = max(totals.workloads, key=lambda workload: workload.last)
    span = bounds(last.last, last.zone)
    found = []
    for (own, own_minutes), (other, other_minutes) in product(
        divide_by_windows(ours.windows, None, *span), divide_by_windows(theirs.windows, None, *span)
    ):
        if not own_minutes & other_minutes:
            continue
        try:
            ratio = times_as_much(costs.at(totals.baseline, other), costs.at(side, own))
        except (NotOffered, AmbiguousRate):
            continue
        if ratio is not None:
            hours = tuple(_hours(((side, ours, own), (totals.baseline, theirs, other))))
            found.append(AtHours(ratio, hours))
    if len({at.ratio for at in found}) < 2:  # noqa: PLR2004  # a range has two ends
        return None
    return WindowRange(
        side.label,
        totals.baseline.label,
        min(found, key=lambda at: at.ratio),
        max(found, key=lambda at: at.ratio),
        tuple((each.label, window) for each in (side, totals.baseline) for window in _last_price(each).windows),
    )


def _last_price(side: ModelCosts) -> Price:
    return max((cell.price for cell in side.cells), key=lambda price: price.start)


def _hours(sides: Sequence[tuple[ModelCosts, Price, Open]]) -> Iterator[tuple[str, str]]:
    for side, price, names in sides:
        if price.windows:
            yield side.label, " and ".join(names) or rest_of_week(price)


class _Costs:
    """Everything on a side if it all arrived while the same windows are open, remembering what was worked out."""

    def __init__(self, totals: WorkloadTotals) -> None:
        self._totals = totals
        self._alike: dict[str, list[tuple[RequestCost, MonthShares, Fraction]]] = {}
        self._done: dict[tuple[str, Open], Fraction] = {}

    def at(self, side: ModelCosts, names: Open) -> Fraction:
        """The cost with these windows open. Raises as pricing does where no rate is known."""
        if not any(price.windows for price, _, _ in side.prices.prices):
            return side.priced_cost
        if (side.label, names) not in self._done:
            costs = []
            for bill, shares, requests in self._months(side):
                money, units = bill.for_each_request(_move_to(shares, names))
                costs.append(requests * Fraction(sum(money), units))
            self._done[side.label, names] = sum_exactly(costs)
        return self._done[side.label, names]

    def _months(self, side: ModelCosts) -> list[tuple[RequestCost, MonthShares, Fraction]]:
        """The requests of months with the same prices, windows aside, put together."""
        if side.label not in self._alike:
            bills = {
                each.name: RequestCost(each, self._totals.factor(each, side), self._totals.output_factor(each, side))
                for each in self._totals.workloads
            }
            alike: dict[tuple[str, MonthShares], list[Fraction]] = {}
            for (name, _), cost in side.costs.items():
                alike.setdefault((name, _merge_windows(cost.shares)), []).append(cost.requests)
            self._alike[side.label] = [
                (bills[name], shares, sum_exactly(requests)) for (name, shares), requests in alike.items()
            ]
        return self._alike[side.label]


def _merge_windows(shares: MonthShares) -> MonthShares:
    first = shares.parts[0][0]
    if all(price is first for price, _, _ in shares.parts):
        return MonthShares(((first, (), 1),), 1)
    return MonthShares(tuple((price, (), weight) for price, _, weight in shares.parts), shares.whole)


def _move_to(shares: MonthShares, names: Open) -> MonthShares:
    """With these windows open, of those that each price has: an earlier one may have had none."""
    return shares._replace(
        parts=tuple(
            (price, tuple(window.name for window in price.windows if window.name in names), weight)
            for price, _, weight in shares.parts
        )
    )
