"""What a reader should know beside the cost of a workload: later months, hours, holidays, changes of price."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from tokencost.analysis.workload.fields import ONLY
from tokencost.analysis.workload.hour_sensitivity import WindowRange
from tokencost.analysis.workload.months import bounds
from tokencost.analysis.workload.price_shares import ModelPrices
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.document import Sentence
from tokencost.documents.remarks import (
    merge_remarks,
    missing_rate_remarks,
    model_remarks,
    region_remarks,
    window_remarks,
)
from tokencost.documents.wording import join_with_and
from tokencost.documents.workload.hours import list_said, say_hours
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.table import Price, PriceTable
from tokencost.pricetable.when import When, show_bound, show_when, span
from tokencost.pricing.rates import threshold_below


def workload_remarks(totals: WorkloadTotals, ranges: Sequence[WindowRange] = ()) -> Iterator[Sentence]:
    """Of the months ahead, of hours and holidays, then of each model."""
    begin, end = _whole_period(totals)
    after = span(totals.as_of)[1]
    if after < end:
        ahead = any(bounds(workload.last, workload.zone)[0] >= after for workload in totals.workloads)
        yield (f"Later {'months' if ahead else 'days'} assume the prices of {show_when(totals.as_of)}.",)
    yield from say_hours(ranges)
    used = {side.label: sorted({cell.price for cell in side.cells}, key=_start) for side in totals.sides}
    prices = [(side, price) for side in totals.sides for price in used[side.label]]
    said = list_said(ranges)
    yield from window_remarks(
        ModelAt(side.label, side.prices.model, max(price.start, begin), price)
        for side, price in prices
        if any(window.describe() not in said for window in price.windows)
    )
    yield from dict.fromkeys(words for _, price in prices for words in _unknown_holidays(totals.table, price, end))
    yield from merge_remarks(
        remark for side in totals.sides for remark in _of_side(totals, side, used[side.label], begin, end)
    )
    if totals.left_out:
        names = join_with_and([(name,) for name in totals.left_out])
        yield "Left out, as they are not sold in all of these months or not on these terms: ", *names, "."


def _start(price: Price) -> datetime:
    return price.start


def _of_side(
    totals: WorkloadTotals, side: ModelCosts, used: Sequence[Price], begin: datetime, end: datetime
) -> Iterator[Sentence]:
    label = side.label
    if side.prices.own_time is not None:
        yield label, f": the price of {show_when(side.prices.own_time)} is used for every month."
    for workload in totals.workloads:
        factor = totals.factor(workload, side)
        if above := _exceeded_threshold(side, workload.input * factor):
            of = "" if workload.name == ONLY else f" of {workload.name}"
            yield label, f": requests{of} have more than {above:,} input tokens, and cost more."
    # The answer and the tables have said of a model that is not sold in all of the months when it ends.
    sold = any(side is other for other in totals.sold)
    yield from _say_heads(side.prices, begin, end)
    at = _at(totals.table, side.prices, used[0], _clamp(totals.as_of, begin, end), begin)
    yield from model_remarks(at, sale=sold)
    for before, price in pairwise(used):
        # Of a line the next model has been named already.
        if before.model != price.model:
            continue
        # A price whose own rates are the same may have begun for a tier that is not used here.
        if _rates_of(side, before) != _rates_of(side, price):
            yield label, f": the price changes at {show_bound(price.start)}; requests from then on pay the new one."
    cached, writes = (any(getattr(each, name) for each in totals.workloads) for name in ("cached", "cache_write"))
    at = ModelAt(label, totals.table.models[used[-1].model], begin, used[-1])
    yield from missing_rate_remarks(at, side.cells, cached=cached, writes=writes)
    for region in dict.fromkeys(each.region for each in totals.workloads):
        yield from region_remarks(totals.table, at, region, used)


def _rates_of(side: ModelCosts, price: Price) -> set[object]:
    """The rates of a price that the requests pay, each with its conditions."""
    cells = [cell for cell in side.cells if cell.price is price]
    return {(cell.tier, cell.window, cell.input_tokens_above, cell.rates) for cell in cells}


def _exceeded_threshold(side: ModelCosts, tokens: Fraction) -> int:
    """The highest threshold of the rates used that the input of a request exceeds."""
    return max((threshold_below(cell.price, tokens) for cell in side.cells), default=0)


def _say_heads(billed: ModelPrices, begin: datetime, end: datetime) -> Iterator[Sentence]:
    """Which models a line means in these months."""
    if billed.line is None or billed.own_time is not None:
        return
    heads = [head for head in billed.line.heads if head.start < end and (not head.end or begin < head.end)]
    later = "".join(f", from {show_bound(head.start)} {head.model}" for head in heads[1:])
    yield billed.line.id, f": {heads[0].model}{later}." if later else f" is {heads[0].model} in these months."


def _at(table: PriceTable, billed: ModelPrices, first: Price, when: datetime, begin: datetime) -> ModelAt:
    """The model at that time where it has a price then, else at the first price used."""
    for price, start, end in billed.prices:
        if start <= when < end:
            return ModelAt(billed.label, table.models[price.model], billed.own_time or when, price)
    return ModelAt(billed.label, table.models[first.model], max(first.start, begin), first)


def _clamp(as_of: When, begin: datetime, end: datetime) -> datetime:
    """The time that was asked for, or the end of the months that is nearer to it."""
    return min(max(span(as_of)[0], begin), end - timedelta(microseconds=1))


def _unknown_holidays(table: PriceTable, price: Price, end: datetime) -> Iterator[Sentence]:
    for window in price.windows:
        if window.except_calendar is None:
            continue
        calendar = table.calendars[window.except_calendar]
        through = calendar.through or max(calendar.dates, default=None)
        last = (end - timedelta(microseconds=1)).astimezone(window.zone).date()
        if through is not None and through < last:
            days = calendar.name or f"Holidays of {calendar.id}"
            yield (f"{days} after {through.isoformat()} are not known and count as working days.",)


def _whole_period(totals: WorkloadTotals) -> tuple[datetime, datetime]:
    begins = [bounds(workload.start, workload.zone)[0] for workload in totals.workloads]
    ends = [bounds(workload.last, workload.zone)[1] for workload in totals.workloads]
    return min(begins), max(ends)
