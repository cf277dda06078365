"""One month of a workload on one model as a row, and sums of such rows."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from tokencost.analysis.workload.fields import TOTAL
from tokencost.money import percent_lower, times_as_much
from tokencost.rows import Row

SUMMED = (
    "requests",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "uncached_input_cost",
    "cached_input_cost",
    "cache_write_cost",
    "output_cost",
    "cost",
    "baseline_cost",
)


class _WorkloadRow(NamedTuple):
    """The fields of `WorkloadRow`."""

    workload: str
    model: str
    provider: str
    month: str | None
    """YYYY-MM."""
    requests: Fraction
    input_tokens: Fraction
    cached_input_tokens: Fraction
    cache_write_tokens: Fraction
    output_tokens: Fraction
    uncached_input_cost: Fraction | None
    cached_input_cost: Fraction | None
    cache_write_cost: Fraction | None
    output_cost: Fraction | None
    cost: Fraction | None
    baseline: str
    baseline_cost: Fraction | None

    @property
    def row(self) -> str:
        """`month` or `total`: whoever adds up or pivots rows takes those of one kind."""
        return TOTAL if self.month is None else "month"

    @property
    def ratio(self) -> Fraction | None:
        """How many times as much the baseline costs (baseline ÷ model); the baseline's own is 1."""
        return times_as_much(self.baseline_cost, self.cost)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - model ÷ baseline) x 100; the baseline's own is 0."""
        return percent_lower(self.baseline_cost, self.cost)


class WorkloadRow(Row, _WorkloadRow):
    """One month of one workload on one model, or with workload `total` and no month, the sum of a model's months.

    Money is in USD. Token counts and money are exact expectations, so they need not be whole. A month that reaches past
    the last day on which the model is sold has no cost, and so has the sum of rows that has it: None, never 0.
    """

    __slots__ = ()
    _names = (*_WorkloadRow._fields, "ratio", "percent_lower", "row")


def sum_rows(rows: Sequence[WorkloadRow]) -> WorkloadRow:
    """The sum of a model's months; None where one of them has no cost."""
    sums: dict[str, Any] = {}
    for name in SUMMED:
        amounts = [getattr(row, name) for row in rows]
        sums[name] = None if None in amounts else sum_exactly(amounts)
    return rows[0]._replace(workload=TOTAL, month=None, **sums)


def sum_exactly(amounts: Iterable[Fraction]) -> Fraction:
    """The sum, reduced once: adding fractions one by one reduces each time."""
    listed = tuple(amounts)
    if not listed:
        return Fraction(0)
    common = lcm(*(amount.denominator for amount in listed))
    return Fraction(sum(amount.numerator * (common // amount.denominator) for amount in listed), common)
