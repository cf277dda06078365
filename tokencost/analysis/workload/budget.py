"""Whether months stay within a budget."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.workload.totals import WorkloadTotals


class OverBudget(NamedTuple):
    """The first month in which a model costs more than the budget of a month."""

    model: str
    month: str
    cost: Fraction


def over_budget(totals: WorkloadTotals, budget: Decimal | int | Fraction) -> tuple[OverBudget, ...]:
    """Each model whose workloads together cost more in some month; exactly the budget is within it.

    The baseline is what the others are measured against and need not stay within, unless it is priced alone.
    """
    found = []
    for side in totals.models or (totals.baseline,):
        costs = side.by_month
        month = next((month for month in totals.months if costs.get(month, 0) > budget), None)
        if month is not None:
            found.append(OverBudget(side.label, str(month), costs[month]))
    return tuple(sorted(found, key=lambda over: over.month))
