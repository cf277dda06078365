"""What a change of the price table does to a bill."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.workload.fields import Workload
from tokencost.analysis.workload.totals import workload_totals
from tokencost.errors import InvalidRequest
from tokencost.money import percent_lower
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When


class BillChange(NamedTuple):
    """The cost of workloads on one model by two tables, in USD; None where a table has no price for it."""

    model: str
    before: Fraction | None
    after: Fraction | None
    reason: str | None
    """Why a cost is missing."""

    @property
    def percent_change(self) -> Fraction | None:
        """How much more it costs after, in percent of before; negative where it costs less."""
        lower = percent_lower(self.before, self.after)
        return None if lower is None else -lower


def bill_changes(
    old: PriceTable, new: PriceTable, workloads: Sequence[Workload], models: Sequence[str], on: When
) -> tuple[BillChange, ...]:
    """What workloads cost on each model by the old table and by the new one."""
    found = []
    for model in dict.fromkeys(models):
        before, missing_before = _cost(old, workloads, model, on)
        after, missing_after = _cost(new, workloads, model, on)
        found.append(BillChange(model, before, after, missing_before or missing_after))
    return tuple(found)


def _cost(table: PriceTable, workloads: Sequence[Workload], model: str, on: When) -> tuple[Fraction | None, str | None]:
    try:
        cost = workload_totals(table, workloads, against=model, models=[model], on=on).baseline.cost
    except InvalidRequest as error:
        return None, error.message
    return cost, f"{model} is not sold in all of these months" if cost is None else None
