"""At which value of a field two models cost the same: solved, not searched for, wherever cost is linear in the field.

Between the steps that long-context rates make, cost is linear in each field but growth, so that two exact
evaluations give the exact value. Growth makes a polynomial, whose changes of sign are narrowed down.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from tokencost.analysis.workload.fields import Workload
from tokencost.analysis.workload.months import Month
from tokencost.analysis.workload.sweep import SHARES, TOKEN_FACTOR, with_field
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals, workload_totals
from tokencost.errors import AmbiguousRate, InvalidRequest, NotOffered
from tokencost.pricetable.resolve import as_names
from tokencost.pricetable.table import PriceTable
from tokencost.pricing.rates import thresholds
from tokencost.rows import Row, Rows

FIELDS = ("requests", "input", "output", "cached", "cache_write", "batch", "growth", TOKEN_FACTOR)
WIDEST_REQUEST = 1_000_000
"""Tokens; a field of a workload that is larger is looked at up to twice its size."""
LOWEST_FACTOR, HIGHEST_FACTOR = Fraction(1, 10), Fraction(10)
LOWEST_GROWTH, HIGHEST_GROWTH = Fraction(-1, 2), Fraction(1)
GROWTH_STEP = Fraction(1, 100)
GROWTH_DECIMALS = 15

Difference = Callable[[Fraction], Fraction]
"""The cost of a model less that of the baseline, at a value of the field."""


class _BreakEven(NamedTuple):
    """The fields of `BreakEven`."""

    field: str
    model: str
    baseline: str
    low: Fraction
    high: Fraction
    values: tuple[Fraction, ...]
    """Between the bounds, in order; exact but for growth, which has 15 decimals."""
    steps: tuple[Fraction, ...] = ()
    """Values just above which the other side is the cheaper one, without the costs ever being the same."""
    always: bool = False
    """The two cost the same at every value."""
    reason: str = ""
    """Why the field cannot be changed for these models."""


class BreakEven(Row, _BreakEven):
    """Where a model and the baseline cost the same, as one field changes and the others stay."""

    __slots__ = ()


def break_even(table: PriceTable, totals: WorkloadTotals, fields: str | Sequence[str] = FIELDS) -> Rows[BreakEven]:
    """For each model and each of the fields, the values at which it costs what the baseline costs.

    A field changes in all workloads at once; `token_factor` is the model's own.
    """
    names = as_names(fields)
    if unknown := [name for name in names if name not in FIELDS]:
        raise InvalidRequest(
            f"{unknown[0]!r} is not a numeric field of a workload", "name some of " + ", ".join(FIELDS)
        )
    return Rows(_solve(table, totals, side, field) for side in totals.models for field in names)


def _solve(table: PriceTable, totals: WorkloadTotals, side: ModelCosts, field: str) -> BreakEven:
    low, high = _bounds(totals.workloads, field)
    found = BreakEven(field, side.label, totals.baseline.label, low, high, ())
    if side.unsold or totals.baseline.unsold:
        ending = side if side.unsold else totals.baseline
        return found._replace(reason=f"{ending.label} is not sold in all of these months")
    if field == "growth":
        return _solve_growth(totals, side, found)

    def difference(value: Fraction) -> Fraction:
        changed = [with_field(workload, field, value, [side.label]) for workload in totals.workloads]
        result = workload_totals(table, changed, [side.label], on=totals.as_of, against=totals.baseline.label)
        return result.models[0].priced_cost - result.baseline.priced_cost

    # Between the lengths at which other rates begin, cost is a straight line in each of these fields.
    edges = [low, *sorted(edge for edge in _edges(totals, side, field) if low < edge < high), high]
    try:
        return _solve_linear(difference, edges, found)
    except (NotOffered, AmbiguousRate) as error:
        return found._replace(reason=error.message)


def _bounds(workloads: Sequence[Workload], field: str) -> tuple[Fraction, Fraction]:
    if field == TOKEN_FACTOR:
        return LOWEST_FACTOR, HIGHEST_FACTOR
    if field == "growth":
        return LOWEST_GROWTH, HIGHEST_GROWTH
    if field in SHARES:
        other = {"cached": "cache_write", "cache_write": "cached"}.get(field)
        taken = max(getattr(workload, other) for workload in workloads) if other else Fraction(0)
        return Fraction(0), 1 - taken
    current = max(getattr(workload, field) for workload in workloads)
    return Fraction(1), max(Fraction(WIDEST_REQUEST), 2 * current)


def _edges(totals: WorkloadTotals, side: ModelCosts, field: str) -> Iterator[Fraction]:
    """Values of the field above which other rates hold."""
    for each in (side, totals.baseline) if field == "input" else (side,):
        limits = {limit for price, _, _ in each.prices.prices for limit in thresholds(price)}
        for workload in totals.workloads:
            if field == "input":
                yield from (limit / totals.factor(workload, each) for limit in limits)
            elif field == TOKEN_FACTOR and workload.input:
                yield from (limit / workload.input for limit in limits)


def _solve_linear(difference: Difference, edges: Sequence[Fraction], found: BreakEven) -> BreakEven:
    """The zeros of a function that is linear above each edge, up to and including the next one."""
    values: list[Fraction] = []
    steps: list[Fraction] = []
    same = 0
    before = difference(edges[0])
    if not before:
        values.append(edges[0])
    for start, end in pairwise(edges):
        middle, at_end = difference((start + end) / 2), difference(end)
        # The value at the edge itself belongs to the piece before: rates change strictly above it.
        at_start = 2 * middle - at_end
        if not middle and not at_end:
            same += 1
        elif at_start != at_end:
            value = start + (end - start) * at_start / (at_start - at_end)
            if start < value <= end:
                values.append(value)
        if before * at_start < 0:
            steps.append(start)
        before = at_end
    if same == len(edges) - 1:
        return found._replace(always=True)
    return found._replace(values=tuple(values), steps=tuple(steps))


def _solve_growth(totals: WorkloadTotals, side: ModelCosts, found: BreakEven) -> BreakEven:
    """Growth multiplies the n-th month by (1 + growth) to the n-th power: a polynomial."""
    terms: dict[int, Fraction] = {}
    for workload in totals.workloads:
        for number in range(workload.months):
            key: tuple[str, Month] = (workload.name, workload.start.plus(number))
            ours, theirs = side.costs[key], totals.baseline.costs[key]
            if grown := (1 + workload.growth) ** number:
                terms[number] = terms.get(number, Fraction(0)) + (ours.cost - theirs.cost) / grown
    if not any(terms.values()):
        return found._replace(always=True)

    def difference(value: Fraction) -> Fraction:
        return sum((term * (1 + value) ** number for number, term in terms.items()), Fraction(0))

    values: list[Fraction] = []
    start, before = found.low, difference(found.low)
    while start < found.high:
        end = start + GROWTH_STEP
        after = difference(end)
        if not before:
            values.append(start)
        elif before * after < 0:
            values.append(_narrow(difference, start, end))
        start, before = end, after
    return found._replace(values=tuple(values) if before else (*values, start))


def _narrow(difference: Difference, low: Fraction, high: Fraction) -> Fraction:
    """The value between two of opposite sign, to 15 decimals."""
    unit = Fraction(1, 10**GROWTH_DECIMALS)
    rising = difference(high) > 0
    first, last = int(low / unit), int(high / unit)
    while last - first > 1:
        middle = (first + last) // 2
        value = difference(middle * unit)
        if not value:
            return middle * unit
        if (value > 0) is rising:
            last = middle
        else:
            first = middle
    return first * unit
