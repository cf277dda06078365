"""What a workload costs, month by month, on each model: exactly, with every part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from tokencost.analysis.compare import asks_for_all, chosen_models
from tokencost.analysis.workload.fields import TOTAL, Workload
from tokencost.analysis.workload.months import Month, bounds, periods_in
from tokencost.analysis.workload.price_shares import ModelPrices, MonthShares, month_shares, prices_over
from tokencost.analysis.workload.request_cost import RequestCost
from tokencost.analysis.workload.rows import WorkloadRow, sum_exactly, sum_rows
from tokencost.display import html_of
from tokencost.errors import InvalidRequest, NoPrice, NotOffered
from tokencost.pricetable.resolve import find_meaning, split_time
from tokencost.pricetable.sale import describe_end_of_sale, sale_end
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_when, show_when
from tokencost.pricing.cost import CostParts
from tokencost.pricing.rates import RateCell, known_region, spelled_tier


class MonthCost(NamedTuple):
    """What one month of a workload costs on a model."""

    requests: Fraction
    parts: CostParts[int]
    """For each request, in whole units."""
    units: int
    """How many units a dollar has."""
    cost: Fraction
    shares: MonthShares
    """How the requests divide over prices and windows."""

    @property
    def split(self) -> CostParts[Fraction]:
        """Money by component; adds up to `cost`."""
        return CostParts(*(self.requests * Fraction(part, self.units) for part in self.parts))


class ModelCosts(NamedTuple):
    """A model with its costs, and the rate cells they come from."""

    prices: ModelPrices
    costs: Mapping[tuple[str, Month], MonthCost]
    """By name of the workload and month; those that reach past the model's last day are not there."""
    cells: tuple[RateCell, ...]
    unsold: tuple[tuple[str, Month], ...] = ()
    """What has no cost, since it reaches past the last day on which the model is sold."""

    @property
    def cost(self) -> Fraction | None:
        """Everything; None where a month has no cost, since a sum without it could be taken for the whole."""
        return None if self.unsold else self.priced_cost

    @property
    def priced_cost(self) -> Fraction:
        """What has a cost, all together."""
        return sum_exactly(cost.cost for cost in self.costs.values())

    @property
    def label(self) -> str:
        """The model as it was named."""
        return self.prices.label

    @property
    def by_month(self) -> dict[Month, Fraction]:
        """All workloads together, by month; only months in which all of them have a cost."""
        return self._sum_by(1)

    @property
    def by_workload(self) -> dict[str, Fraction]:
        """All months together, by name of the workload; only workloads with a cost in every month."""
        return self._sum_by(0)

    def _sum_by(self, place: int) -> dict[Any, Fraction]:
        groups: dict[Any, list[Fraction]] = {}
        missing = {key[place] for key in self.unsold}
        for key, cost in self.costs.items():
            if key[place] not in missing:
                groups.setdefault(key[place], []).append(cost.cost)
        return {key: sum_exactly(costs) for key, costs in groups.items()}

    @property
    def parts(self) -> CostParts[Fraction] | None:
        """Everything, by component; None where a month has no cost."""
        if self.unsold:
            return None
        split = [cost.split for cost in self.costs.values()]
        return CostParts(*map(sum_exactly, zip(*split, strict=True)))


Factors = tuple[Mapping[str, Mapping[str, Fraction]], Mapping[str, Mapping[str, Fraction]]]
"""Token factors by workload and label of the model; and those of the output, of workloads whose output has others."""


class WorkloadTotals(NamedTuple):
    """The result of `workload_totals`."""

    as_of: When
    workloads: tuple[Workload, ...]
    models: tuple[ModelCosts, ...]
    """All models that are not the baseline, in the order in which they were named."""
    baseline: ModelCosts
    factors: Mapping[str, Mapping[str, Fraction]]
    """The token factors that were used: by workload, then by label of the model."""
    requests: Mapping[str, Mapping[Month, Fraction]]
    """How many requests there are: by workload, then by month."""
    table: PriceTable
    output_factors: Mapping[str, Mapping[str, Fraction]] = MappingProxyType({})
    """Those of the output, for workloads whose output has others."""
    left_out: tuple[str, ...] = ()
    """Of all models that are on sale, those without a price in some of these months, or on these terms."""

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def sides(self) -> tuple[ModelCosts, ...]:
        """All models, the baseline last."""
        return (*self.models, self.baseline)

    @property
    def months(self) -> tuple[Month, ...]:
        """Every month of any workload, in order."""
        return tuple(sorted({month for months in self.requests.values() for month in months}))

    @property
    def offered(self) -> tuple[ModelCosts, ...]:
        """The models that can be bought in months in which they have a cost.

        Not so one with a price of its own time that is no longer sold in all of the months.
        """
        end = max(bounds(workload.last, workload.zone)[1] for workload in self.workloads)
        return tuple(
            side for side in self.sides if side.prices.own_time is None or (sale_end(side.prices.model) or end) >= end
        )

    @property
    def sold(self) -> tuple[ModelCosts, ...]:
        """The models that can be bought in all of the months, cheapest first."""
        return tuple(sorted((side for side in self.offered if not side.unsold), key=lambda side: side.priced_cost))

    @property
    def rows(self) -> tuple[WorkloadRow, ...]:
        """Every month of each workload, model by model, then the totals. The baseline comes last in both."""
        return (*(row for side in self.sides for row in self._months_of(side)), *self.totals)

    @property
    def totals(self) -> tuple[WorkloadRow, ...]:
        """By model, the sum of its months. The baseline comes last."""
        return tuple(sum_rows(list(self._months_of(side))) for side in self.sides)

    def factor(self, workload: Workload, side: ModelCosts) -> Fraction:
        """How many times as many input tokens the workload takes on a model."""
        return self.factors[workload.name].get(side.label, Fraction(1))

    def output_factor(self, workload: Workload, side: ModelCosts) -> Fraction:
        """How many times as many output tokens it takes there."""
        factors = self.output_factors.get(workload.name, self.factors[workload.name])
        return factors.get(side.label, Fraction(1))

    def _months_of(self, side: ModelCosts) -> Iterator[WorkloadRow]:
        for workload in self.workloads:
            factor = self.factor(workload, side)
            for month, requests in self.requests[workload.name].items():
                cost = side.costs.get((workload.name, month))
                parts = cost.split if cost else (None, None, None, None)
                base = self.baseline.costs.get((workload.name, month))
                sent = requests * workload.input * factor
                yield WorkloadRow(
                    workload.name,
                    side.label,
                    side.prices.model.provider,
                    str(month),
                    requests,
                    sent,
                    sent * workload.cached,
                    sent * workload.cache_write,
                    requests * workload.output * self.output_factor(workload, side),
                    parts[0],
                    parts[1],
                    parts[2],
                    parts[3],
                    cost.cost if cost else None,
                    self.baseline.label,
                    base.cost if base else None,
                )


def workload_totals(
    table: PriceTable,
    workloads: Workload | Sequence[Workload],
    models: str | Sequence[str] = (),
    *,
    on: When | str,
    against: str | None = None,
) -> WorkloadTotals:
    """What workloads cost on each model in each of their months.

    Models and baseline are chosen as by `compare`. `on` says what is past and what is future: each month is priced
    at the prices that the table has for it, the latest one where it lies ahead. A month that reaches past the last day
    on which a model is sold has no cost.

    Raises `InvalidRequest` and its kinds: an unknown model, a month without a price, a tier that is not offered, a
    region that the table does not have.
    """
    prices = [price for model in table.models.values() for price in model.prices]
    given = tuple(
        workload._replace(
            tier=spelled_tier(prices, workload.tier) or workload.tier,
            region=None if workload.region is None else known_region(table, workload.region),
        )
        for workload in ([workloads] if isinstance(workloads, Workload) else workloads)
    )
    if not given:
        raise InvalidRequest("there is no workload to price", "give at least one")
    names_given = [each.name for each in given]
    if TOTAL in names_given or len(set(names_given)) < len(given):
        raise InvalidRequest(
            f"the workloads are called {', '.join(names_given)}", f"give each a name of its own, other than {TOTAL!r}"
        )
    names, baseline_name = chosen_models(table, models, against, as_when(on))
    begin = min(bounds(w.start, w.zone)[0] for w in given)
    end = max(bounds(w.last, w.zone)[1] for w in given)
    baseline = prices_over(table, baseline_name, begin, end)
    chosen: dict[str, ModelPrices] = {}
    every = asks_for_all(models)
    for name in names:
        # Who asks for all models asks for those that are sold in all of these months.
        with suppress(NoPrice) if every else nullcontext():
            side = prices_over(table, name, begin, end)
            last = sale_end(side.model)
            if not every or last is None or last >= end:
                chosen[side.label] = side
    # The baseline has columns of its own and comes last.
    chosen.pop(baseline.label, None)
    sides = (*chosen.values(), baseline)
    factors = {w.name: _factors(table, w.token_factors, sides, begin) for w in given}
    of_output = {w.name: _factors(table, w.output_factors, sides, begin) for w in given if w.output_factors is not None}
    requests = {workload.name: dict(monthly_requests(workload)) for workload in given}
    costs = tuple(_cost_of_models(chosen.values(), given, requests, (factors, of_output), every=every))
    priced = {baseline.label, baseline.model.id, *(side.label for side in costs)}
    return WorkloadTotals(
        as_of=as_when(on),
        workloads=given,
        models=costs,
        baseline=_cost_of_model(baseline, given, requests, (factors, of_output)),
        factors=factors,
        requests=requests,
        table=table,
        output_factors=of_output,
        left_out=tuple(name for name in names if name not in priced) if every else (),
    )


def monthly_requests(workload: Workload) -> Iterator[tuple[Month, Fraction]]:
    """How many requests there are in each month."""
    grown = workload.requests
    for number in range(workload.months):
        month = workload.start.plus(number)
        yield month, grown * periods_in(month, workload.per, workload.zone)
        grown *= 1 + workload.growth


def _factors(
    table: PriceTable, given: Mapping[str, Fraction], sides: Sequence[ModelPrices], begin: When
) -> dict[str, Fraction]:
    """The token factor of each model that has one, by label. Raises `UnknownModel`."""
    found: dict[str, Fraction] = {}
    for name, factor in given.items():
        bare, own_time = split_time(name)
        meaning = find_meaning(table, bare, own_time or begin)
        times = None if own_time is None else f"{meaning.model.id}@{show_when(own_time)}"
        meant = [side for side in sides if (side.line or side.model) is (meaning.line or meaning.model)]
        found |= {side.label: factor for side in meant if times in (None, side.label)}
    return found


def _cost_of_models(
    sides: Iterable[ModelPrices],
    workloads: Sequence[Workload],
    requests: Mapping[str, Mapping[Month, Fraction]],
    factors: Factors,
    *,
    every: bool,
) -> Iterator[ModelCosts]:
    """What each model costs; of every model, those that offer what the workloads need."""
    for side in sides:
        with suppress(NotOffered, NoPrice) if every else nullcontext():
            yield _cost_of_model(side, workloads, requests, factors)


def _cost_of_model(
    side: ModelPrices,
    workloads: Sequence[Workload],
    requests: Mapping[str, Mapping[Month, Fraction]],
    factors: Factors,
) -> ModelCosts:
    costs, unsold = {}, []
    cells: dict[RateCell, None] = {}
    for workload in workloads:
        input_factors, output_factors = factors[0][workload.name], factors[1].get(workload.name)
        bill = RequestCost(
            workload,
            input_factors.get(side.label, Fraction(1)),
            None if output_factors is None else output_factors.get(side.label, Fraction(1)),
        )
        for month, count in requests[workload.name].items():
            shares = month_shares(side, workload, month)
            # A cost of 0, or one of the months before, would make a model that is gone look cheap.
            if shares is None:
                unsold.append((workload.name, month))
                continue
            parts, units = bill.for_each_request(shares)
            cost = Fraction(count.numerator * sum(parts), count.denominator * units)
            costs[workload.name, month] = MonthCost(count, parts, units, cost, shares)
        cells |= dict.fromkeys(bill.cells)
    if not costs:
        raise _not_sold(side)
    return ModelCosts(side, costs, tuple(cells), tuple(unsold))


def _not_sold(side: ModelPrices) -> NoPrice:
    message = f"{side.label} is {describe_end_of_sale(side.model)}, and covers none of these months in full"
    if side.end is None:
        return NoPrice(message, "name another model")
    last = show_when((side.end - timedelta(microseconds=1)).date())
    return NoPrice(message, f"name another model, or use its last list price: {side.model.id}@{last}")


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
