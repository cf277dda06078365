"""What a workload costs, in sentences: which model is the cheapest, and which is not sold in all of the months."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tokencost.analysis.workload.months import bounds
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and, say_range, say_times, verb_of_cost
from tokencost.documents.workload.months import say_months
from tokencost.money import times_as_much
from tokencost.pricetable.sale import describe_end_of_sale

MOST_NAMED = 4
"""Of more models beside the cheapest a sentence names only one, and how far the others reach."""


def workload_answer(totals: WorkloadTotals) -> Iterator[Sentence]:
    """Which model is the cheapest of those that are sold in all months, how the others compare, and what ends."""
    whole = sorted((side for side in totals.sides if side.cost is not None), key=lambda side: side.priced_cost)
    if whole:
        yield from _say_ranking(totals, whole)
    for side in totals.sides:
        if side.unsold:
            yield _say_end(totals, side)


def _say_ranking(totals: WorkloadTotals, whole: Sequence[ModelCosts]) -> Iterator[Sentence]:
    sold = totals.sold
    best = sold[0] if sold else whole[0]
    cost, verb = best.priced_cost, _verb(totals)
    over = (Figure(cost, "fine_money"), f" for {say_months(totals.months)}")
    if len(whole) == 1:
        count = len(totals.months)
        average = (", ", Figure(cost / count, "money"), " a month on average") if count > 1 else ()
        yield f"{best.label} {verb} ", *over, *average, "."
        return
    same = [side for side in (sold or whole) if side.priced_cost == cost]
    names = join_with_and([(side.label,) for side in same])
    if len(same) == len(whole):
        yield *names, " cost the same: ", *over, "."
        return
    if len(sold) < 2:  # noqa: PLR2004  # one alone is not the cheapest of any
        yield f"{best.label} {verb} ", *over, "."
        same = [best]
    elif len(same) > 1:
        yield *names, f" {'were' if verb == 'cost' else 'are'} the cheapest: ", *over, "."
    else:
        yield f"{best.label} {'was' if verb == 'cost' else 'is'} the cheapest: ", *over, "."
    others = [side for side in whole if side not in same]
    yield from _say_others(best, sorted(others, key=lambda side: side is not totals.baseline), verb)


def _say_others(best: ModelCosts, others: Sequence[ModelCosts], verb: str) -> Iterator[Sentence]:
    """How many times as much the others cost; the baseline first, with its amount."""
    dearer = [
        (side, times_as_much(side.priced_cost, best.priced_cost))
        for side in others
        if side.priced_cost >= best.priced_cost
    ]
    if dearer:
        yield _say_dearer(dearer, verb)
    for side in others:
        # A price of another time may be lower, but nobody can pay it in these months.
        if side.priced_cost < best.priced_cost:
            yield f"{side.label}, which is no longer sold, would cost ", Figure(side.priced_cost, "fine_money"), "."


def _say_dearer(dearer: Sequence[tuple[ModelCosts, Fraction | None]], verb: str) -> Sentence:
    (first, ratio), *rest = dearer
    amount = Figure(first.priced_cost, "fine_money")
    if ratio is None:
        return f"{first.label} {verb} ", amount, "."
    words: list[str | Figure] = [f"{first.label} {verb} ", *say_times(ratio), " (", amount, ")"]
    ratios = [found for _, found in rest if found is not None]
    if len(rest) > MOST_NAMED:
        words += [f", the other {len(rest)} models ", *say_range(min(ratios), max(ratios), "times"), " times"]
    else:
        for side, found in rest:
            words += [f", {side.label} ", *(say_times(found, short=True) if found else ())]
    return *words, "."


def _say_end(totals: WorkloadTotals, side: ModelCosts) -> Sentence:
    """Until when a model is sold, what its months until then cost, and that later ones have no cost."""
    unsold = {month for _, month in side.unsold}
    sold = [month for month in totals.months if month not in unsold]
    costs = (": it costs ", Figure(side.priced_cost, "money"), f" for {say_months(sold)}") if sold else ()
    without = say_months(sorted(unsold))
    return (f"{side.label} is {describe_end_of_sale(side.prices.model)}", *costs, f"; no cost is given for {without}.")


def _verb(totals: WorkloadTotals) -> str:
    """`cost` of months that are over, else `costs`."""
    last = max(bounds(workload.last, workload.zone)[1] for workload in totals.workloads)
    return verb_of_cost(last, totals.table)
