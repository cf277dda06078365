"""What workloads cost as pictures: totals by model, or along the field of a sweep."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from tokencost.analysis.workload.break_even import BreakEven
from tokencost.analysis.workload.sweep import SHARES, Sweep
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.chart import Axis, Chart, Mark, Point, Series
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and
from tokencost.documents.workload.months import say_months
from tokencost.documents.workload.totals import label_sides, rank_sides
from tokencost.money import percent_lower, times_as_much

MONEY = Axis("USD", "money")


def workload_charts(totals: WorkloadTotals) -> tuple[Chart, ...]:
    """The total of each model: one month costs nearly what the next does, and a bar for each would show nothing."""
    names = label_sides(totals)
    points = [Point(names[side.label], side.cost, remark=_beside(totals, side)) for side in rank_sides(totals)]
    whole = Chart(
        "bars",
        _finding(totals),
        Axis(f"{say_months(totals.months)}, USD", "money"),
        Axis("model", "text"),
        (Series("cost", tuple(points)),),
    )
    return (whole,)


def sweep_charts(totals: WorkloadTotals, swept: Sweep, even: Sequence[BreakEven]) -> tuple[Chart, ...]:
    """The cost of each model along the first field; of a second one the first and the last value are drawn.

    `even` are the break-evens of a single field, which are marked where they lie on the curve.
    """
    field, *second = swept.axes
    ends = dict.fromkeys([second[0].values[0], second[0].values[-1]]) if second else {None: None}
    series, offered = list[Series](), list[Series]()
    for side in totals.sides:
        for end in ends:
            points = tuple(
                Point(row.values[0] * _scale(field.field), row.total.cost)
                for row in swept.rows
                if row.total.model == side.label and (end is None or row.values[1] == end)
            )
            named = (
                side.label if end is None else f"{side.label}, {_words(second[0].field)} {_plain(second[0].field, end)}"
            )
            series.append(Series(named, points, side.prices.model.provider))
            if side in totals.offered:
                offered.append(series[-1])
    lines = {one.label: one for one in series}
    marks = [] if second else [mark for each in even for mark in _marks(each, field.field, lines)]
    unit = ", %" if field.field in SHARES else ""
    return (
        Chart(
            "curve",
            _swept_finding(offered, marks, field.field),
            Axis(f"{say_months(totals.months)}, USD", "money"),
            Axis(f"{_words(field.field)}{unit}", "percent" if unit else "count"),
            tuple(series),
            tuple(marks),
        ),
    )


def _finding(totals: WorkloadTotals) -> Sentence:
    whole = [side for side in totals.sides if not side.unsold]
    ranked = totals.sold or whole
    if not ranked:
        return (f"No model here is sold throughout {say_months(totals.months)}",)
    best, other = ranked[0], totals.baseline
    if other is best or other.unsold:
        other = ranked[-1]
    found: Sentence = (
        f"{best.label} costs ",
        Figure(best.priced_cost, "money"),
        f" for {say_months(totals.months)}",
    )
    if other is best or not best.priced_cost:
        return found
    return (
        *found,
        f", and {other.label} ",
        Figure(times_as_much(other.priced_cost, best.priced_cost), "ratio"),
        " as much",
    )


def _beside(totals: WorkloadTotals, side: ModelCosts) -> Sentence:
    base = totals.baseline.cost
    if side is totals.baseline or not base or not side.cost:
        return ()
    if side.cost < base:
        return (Figure(percent_lower(base, side.cost), "percent"), " lower")
    return (Figure(times_as_much(side.cost, base), "ratio"), " as much")


def _marks(each: BreakEven, field: str, lines: dict[str, Series]) -> Iterator[Mark]:
    """The break-evens of a model that lie on its drawn curve."""
    points = lines[each.model].points if each.field == field and each.model in lines else ()
    for value in each.values:
        at = value * _scale(field)
        for before, after in pairwise(points):
            if _number(before.at) <= at <= _number(after.at):
                width = _number(after.at) - _number(before.at)
                low, high = Fraction(before.value or 0), Fraction(after.value or 0)
                height = low + (high - low) * (at - _number(before.at)) / width
                shown = Figure(at, "percent" if field in SHARES else "count")
                yield Mark(at, height, (f"{each.model} costs what {each.baseline} costs at {_words(field)} ", shown))
                break


def _swept_finding(series: Sequence[Series], marks: Sequence[Mark], field: str) -> Sentence:
    if marks:
        return join_with_and([mark.words for mark in marks])
    at = [[(point.value, one.label) for point in one.points] for one in series]
    costs = [[(value, label) for value, label in place if value is not None] for place in zip(*at, strict=True)]
    cheapest = {min(place)[1] for place in costs if place}
    if all(len(place) < 2 for place in costs):  # noqa: PLR2004  # one alone does not cost least
        return (f"Cost by {_words(field)}",)
    if len(cheapest) == 1:
        return (f"{cheapest.pop()} costs least at every value of {_words(field)}",)
    return (f"Which model costs least depends on {_words(field)}",)


def _scale(field: str) -> int:
    """Shares are shown in percent."""
    return 100 if field in SHARES else 1


def _number(at: object) -> Fraction:
    return at if isinstance(at, Fraction) else Fraction(0)


def _words(field: str) -> str:
    return field.replace("_", " ")


def _plain(field: str, value: Fraction) -> str:
    number = value * _scale(field)
    shown = f"{number.numerator:,}" if number.denominator == 1 else f"{float(number):,.6g}"
    return f"{shown}%" if field in SHARES else shown
