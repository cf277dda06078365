"""What a workload costs, in sentences: which model is the cheapest, and which is not sold in all of the months."""

from collections.abc import Iterator
from fractions import Fraction

from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and
from tokencost.documents.workload.remarks import period, within
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.sale import describe_end_of_sale


def workload_answer(totals: WorkloadTotals) -> Iterator[Sentence]:
    """Which model is the cheapest of those that are sold in all months, by how much, and what is not sold."""
    yield from _say_ranking(totals)
    for side in totals.sides:
        if side.unsold:
            yield _say_end(totals, side)


def _say_ranking(totals: WorkloadTotals) -> Iterator[Sentence]:
    when = period(totals.months)
    whole = [(side, side.cost) for side in totals.sides if side.cost is not None]
    baseline = totals.baseline
    if len(totals.sold) < 2:  # noqa: PLR2004  # one alone is not the cheapest of any
        for side, cost in sorted(whole, key=lambda pair: pair[0] is not baseline):
            yield f"{when}, {side.label} costs ", *_show_cost(totals, cost), *_times(cost, side, baseline), "."
        return
    best = totals.sold[0]
    if len({cost for _, cost in whole}) == 1:
        names = join_with_and([(side.label,) for side, _ in whole])
        yield f"{when}, ", *names, " cost the same: ", *_show_cost(totals, best.priced_cost), "."
        return
    yield f"{when}, {best.label} is the cheapest at ", *_show_cost(totals, best.priced_cost), "."
    other = totals.sold[1] if baseline is best or baseline.unsold else baseline
    yield _beside(best, other)


def _times(cost: Fraction, side: ModelCosts, baseline: ModelCosts) -> Sentence:
    """How many times as much the dearer of two costs."""
    base = baseline.cost
    if side is baseline or not base or not cost or cost == base:
        return ()
    if cost > base:
        return (", ", Figure(times_as_much(cost, base), "ratio"), f" as much as {baseline.label}")
    return (f"; {baseline.label} costs ", Figure(times_as_much(base, cost), "ratio"), " as much")


def _beside(best: ModelCosts, other: ModelCosts) -> Sentence:
    ours, theirs = best.priced_cost, other.priced_cost
    if ours == theirs:
        return (f"{other.label} costs the same.",)
    if not ours or theirs < ours:
        # A price of another time may be lower, but nobody can pay it in these months.
        return f"{other.label} costs ", Figure(theirs, "money"), "."
    ratio = Figure(times_as_much(theirs, ours), "ratio")
    return (
        f"{other.label} costs ",
        Figure(theirs, "money"),
        ", ",
        ratio,
        " as much: ",
        Figure(theirs - ours, "money"),
        f" more ({best.label} is ",
        Figure(percent_lower(theirs, ours), "percent"),
        " lower). The same budget buys ",
        ratio,
        f" as many of these requests on {best.label}.",
    )


def _say_end(totals: WorkloadTotals, side: ModelCosts) -> Sentence:
    """Until when a model is sold, what its months until then cost, and that later ones have no cost."""
    unsold = {month for _, month in side.unsold}
    sold = [month for month in totals.months if month not in unsold]
    costs = (": it costs ", Figure(side.priced_cost, "money"), f" {within(sold)}") if sold else ()
    without = within(sorted(unsold))
    return (f"{side.label} is {describe_end_of_sale(side.prices.model)}", *costs, f"; no cost is given {without}.")


def _show_cost(totals: WorkloadTotals, cost: Fraction) -> Sentence:
    """The amount, over several months with their average."""
    count = len(totals.months)
    average = (", ", Figure(cost / count, "money"), " a month on average") if count > 1 else ()
    return (Figure(cost, "money"), *average)
