"""What a reader should know beside the cost of a workload: how requests arrive, and how tokens are billed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from tokencost.analysis.workload.months import Month, bounds
from tokencost.analysis.workload.price_shares import ModelPrices
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.document import Sentence
from tokencost.documents.remarks import missing_rate_remarks, model_remarks, region_remarks, window_remarks
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.table import Price, PriceTable
from tokencost.pricetable.when import When, show_bound, show_when, span
from tokencost.pricing.rates import threshold_below


def period(months: Sequence[Month]) -> str:
    """`In 2026-12`, or `From 2026-12 to 2027-11`."""
    return within(months).capitalize()


def within(months: Sequence[Month]) -> str:
    """`in 2026-12`, or `from 2026-12 to 2027-11`."""
    return f"in {months[0]}" if len(months) == 1 else f"from {months[0]} to {months[-1]}"


def workload_remarks(table: PriceTable, totals: WorkloadTotals) -> Iterator[Sentence]:
    """Of the months ahead, then of each model."""
    begin, end = _whole_period(totals)
    after = span(totals.as_of)[1]
    if after < end:
        ahead = any(bounds(workload.last, workload.zone)[0] >= after for workload in totals.workloads)
        yield f"Later {'months' if ahead else 'days'} assume", f" the prices of {show_when(totals.as_of)}."
    for side in totals.sides:
        yield from _of_side(table, totals, side, begin, end)


def _of_side(
    table: PriceTable, totals: WorkloadTotals, side: ModelCosts, begin: datetime, end: datetime
) -> Iterator[Sentence]:
    label = side.label
    if side.prices.own_time is not None:
        yield label, f": the price of {show_when(side.prices.own_time)} is used for every month."
    for workload in totals.workloads:
        factor = totals.factor(workload, side)
        if above := _exceeded_threshold(side, workload.input * factor):
            yield label, f": long-context rates for {workload.name}, whose requests exceed {above:,} input tokens."
    used = sorted({cell.price for cell in side.cells}, key=lambda price: price.start)
    yield from model_remarks(_at(side.prices, used[0], _clamp(totals.as_of, begin, end), begin))
    for price in used[1:]:
        yield label, f": the price changes at {show_bound(price.start)}, and is split there."
    for price in used:
        at = ModelAt(label, side.prices.model, max(price.start, begin), price)
        yield from window_remarks([at])
        yield from _unknown_holidays(table, label, price, end)
    cached, writes = (any(getattr(each, name) for each in totals.workloads) for name in ("cached", "cache_write"))
    at = ModelAt(label, side.prices.model, begin, used[-1])
    yield from missing_rate_remarks(at, side.cells, cached=cached, writes=writes)
    for region in dict.fromkeys(each.region for each in totals.workloads):
        yield from region_remarks(table, at, region, used)


def _exceeded_threshold(side: ModelCosts, tokens: Fraction) -> int:
    """The highest threshold of the rates used that the input of a request exceeds."""
    return max((threshold_below(cell.price, tokens) for cell in side.cells), default=0)


def _at(billed: ModelPrices, first: Price, when: datetime, begin: datetime) -> ModelAt:
    """The model at that time where it has a price then, else at the first price used."""
    for price, start, end in billed.prices:
        if start <= when < end:
            return ModelAt(billed.label, billed.model, billed.own_time or when, price)
    return ModelAt(billed.label, billed.model, max(first.start, begin), first)


def _clamp(as_of: When, begin: datetime, end: datetime) -> datetime:
    """The time that was asked for, or the end of the months that is nearer to it."""
    return min(max(span(as_of)[0], begin), end - timedelta(microseconds=1))


def _unknown_holidays(table: PriceTable, label: str, price: Price, end: datetime) -> Iterator[Sentence]:
    for window in price.windows:
        if window.except_calendar is None:
            continue
        calendar = table.calendars[window.except_calendar]
        through = calendar.through or max(calendar.dates, default=None)
        last = (end - timedelta(microseconds=1)).astimezone(window.zone).date()
        if through is not None and through < last:
            yield (
                label,
                f": the {calendar.id} holidays are known through {through.isoformat()}; later days count as ordinary.",
            )


def _whole_period(totals: WorkloadTotals) -> tuple[datetime, datetime]:
    begins = [bounds(workload.start, workload.zone)[0] for workload in totals.workloads]
    ends = [bounds(workload.last, workload.zone)[1] for workload in totals.workloads]
    return min(begins), max(ends)
