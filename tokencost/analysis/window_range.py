"""How far the ratio depends on the hour: what it would be if every request arrived while the same windows are open."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from tokencost.analysis.bill import Bill
from tokencost.analysis.billed import MonthShares, Open, divided
from tokencost.analysis.months import bounds
from tokencost.analysis.workload import Side, WorkloadTotals, added
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
    for side in totals.models:
        if found := _range(totals, side):
            yield found


def _range(totals: WorkloadTotals, side: Side) -> WindowRange | None:
    ours, theirs = _last_price(side), _last_price(totals.baseline)
    if not ours.windows and not theirs.windows:
        return None
    last = max(totals.workloads, key=lambda workload: workload.last)
    span = bounds(last.last, last.zone)
    costs = {}
    found = []
    for (own, own_minutes), (other, other_minutes) in product(
        divided(ours.windows, None, *span), divided(theirs.windows, None, *span)
    ):
        if not own_minutes & other_minutes:
            continue
        try:
            for each, names in ((side, own), (totals.baseline, other)):
                if (each.label, names) not in costs:
                    costs[each.label, names] = _cost_at(totals, each, names)
        except (NotOffered, AmbiguousRate):
            continue
        ratio = times_as_much(costs[totals.baseline.label, other], costs[side.label, own])
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


def _last_price(side: Side) -> Price:
    return max((cell.price for cell in side.cells), key=lambda price: price.start)


def _hours(sides: Sequence[tuple[Side, Price, Open]]) -> Iterator[tuple[str, str]]:
    for side, price, names in sides:
        if price.windows:
            yield side.label, " and ".join(names) or rest_of_week(price)


def _cost_at(totals: WorkloadTotals, side: Side, names: Open) -> Fraction:
    """Everything, if it all arrived while these windows are open."""
    if not any(price.windows for price, _, _ in side.billed.prices):
        return side.cost
    costs = []
    for workload in totals.workloads:
        bill = Bill(workload, totals.factor(workload, side))
        alike: dict[MonthShares, list[Fraction]] = {}
        for (name, _), cost in side.costs.items():
            if name == workload.name:
                alike.setdefault(_moved(cost.shares, names), []).append(cost.requests)
        for shares, requests in alike.items():
            money, units = bill.for_each_request(shares)
            costs.append(added(requests) * Fraction(sum(money), units))
    return added(costs)


def _moved(shares: MonthShares, names: Open) -> MonthShares:
    """The shares of the prices, with these windows open of those that each has: an earlier price may have had none."""
    first = shares.parts[0][0]
    if all(price is first for price, _, _ in shares.parts):
        return MonthShares(((first, _known(first, names), 1),), 1)
    return MonthShares(tuple((price, _known(price, names), weight) for price, _, weight in shares.parts), shares.whole)


def _known(price: Price, names: Open) -> Open:
    return tuple(window.name for window in price.windows if window.name in names)
