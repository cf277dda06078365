"""What a reader should know beside the numbers: promotions, windows, moved names, old checks, missing rates.

A remark begins with the model it is about, so that the same remark about several models is made once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from tokencost.analysis.table.check import STALE_AFTER_DAYS, is_stale
from tokencost.documents.document import Figure, Sentence
from tokencost.pricetable.hours import Window
from tokencost.pricetable.resolve import ModelAt, prices_within
from tokencost.pricetable.sale import describe_retirement, ends_soon, is_retired
from tokencost.pricetable.table import Evidence, Price, PriceTable
from tokencost.pricetable.when import When, day_of, show_bound, show_when, span
from tokencost.pricing.rates import RateCell, open_window_names, region_names, thresholds


def merge_remarks(remarks: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The remarks, with the models named together where the rest is the same."""
    models: dict[Sentence, list[str]] = {}
    # Ten models of a provider have the same hours: ten equal lines would hide the eleventh.
    for model, *rest in remarks:
        named = models.setdefault(tuple(rest), [])
        if isinstance(model, str) and model not in named:
            named.append(model)
    return tuple((", ".join(named), *rest) for rest, named in models.items())


def model_remarks(side: ModelAt) -> Iterator[Sentence]:
    """What holds for a model at a time, whatever its rates are used for."""
    label, model, price, day = side.label, side.model, side.price, day_of(side.when)
    first, after = span(side.when)
    served = [s.name for s in model.served if s.start < after and (s.end is None or first < s.end)]
    if served:
        yield label, f": the name stood for {' and then '.join(served)}."
    if promotion := price.promotion:
        if promotion.guaranteed_through:
            until = f"at least through {promotion.guaranteed_through.isoformat()}"
            if promotion.guaranteed_through < day:
                until += ", which has passed: it may have ended"
        elif promotion.ends:
            until = f"announced to end {show_when(promotion.ends)}"
        else:
            until = "without an announced end"
        yield label, f": a promotional price, {until}."
    for change in prices_within(model, side.when)[1:]:
        at = show_when(change.start)
        yield label, f": the price changes at {at}, to ", *_say_rates(change), "; shown is the one before."
    yield from sale_remarks(side)
    if is_stale(model, price, day):
        checked = price.evidence.checked
        if checked:
            seen = f"was last checked {checked.isoformat()}, more than {STALE_AFTER_DAYS} days before"
        else:
            seen = "has no date on which it was checked"
        yield label, f": this price {seen}; it may be out of date."


def sale_remarks(side: ModelAt) -> Iterator[Sentence]:
    """That the model is no longer sold, or soon will not be."""
    if soon := ends_soon(side.model, side.when):
        yield side.label, f": the model ends on {show_bound(soon)}."
    if is_retired(side.model, side.when):
        verb = "shut down on" if side.model.shutdown else "withdrawn"
        yield side.label, f": the model was {verb} {describe_retirement(side.model)}; this is its last list price."


def window_remarks(side: ModelAt) -> Iterator[Sentence]:
    """When the windows of a price are open."""
    for window in side.price.windows:
        closed = note_closed(window, side.price, side.when)
        yield side.label, f": {window.name} is {window.describe()}{closed}."


def note_closed(window: Window, price: Price, when: When) -> str:
    """`; none on 2026-11-22` for a window that does not open on that day."""
    none = not isinstance(when, datetime) and window.name not in open_window_names(price, when)
    return f"; none on {show_when(when)}" if none else ""


def missing_rate_remarks(
    side: ModelAt, cells: Iterable[RateCell], *, cached: bool = True, writes: bool = False
) -> Iterator[Sentence]:
    """How tokens of a component without a rate are billed; only of components that are spoken of."""
    cells = tuple(cells)
    if cached and any(cell.rates.cached_input is None for cell in cells):
        yield side.label, ": no cached input is offered; such tokens are billed as input."
    if writes and any(cell.rates.cache_write is None for cell in cells):
        yield side.label, ": cache writes cost nothing extra; such tokens are uncached input."


def threshold_remarks(side: ModelAt) -> Iterator[Sentence]:
    """That long requests have other rates."""
    if above := thresholds(side.price)[1:]:
        limits = " and ".join(f"{threshold:,}" for threshold in above)
        yield side.label, f": other rates hold for requests above {limits} input tokens; `prices show` has them."


def region_remarks(table: PriceTable, side: ModelAt, region: str | None, prices: Iterable[Price]) -> Iterator[Sentence]:
    """By which rule a region costs more, or that the table has no rates of a model for it."""
    if region is None:
        return
    if not any(region in region_names(price) for price in prices):
        yield side.label, f": no rates of its own for {region}; those without a region are used."
    elif (rule := table.regions[region].rule) is not None:
        yield side.label, f": these are the rates for {region}; the page says: {rule}"
    else:
        yield side.label, f": these are the rates for {region}."


class Labelled(Protocol):
    """Whatever says how the reader named the model."""

    @property
    def label(self) -> str:
        """What the reader knows it by."""


def cite_cells(cells: Iterable[tuple[Labelled, RateCell]], currency: str = "USD") -> tuple[str, ...]:
    """Where the rates of each model come from, when they were last seen there, and how far to trust them."""
    listed = ((side, cell.listed(currency)) for side, cell in cells)
    return tuple(dict.fromkeys(f"{side.label}: {cite(rates.evidence)}" for side, rates in listed if rates))


def cite(evidence: Evidence) -> str:
    """`https://... (checked 2026-10-27, primary)`."""
    checked = f"checked {evidence.checked.isoformat()}" if evidence.checked else "no checked date"
    return f"{evidence.source} ({', '.join(part for part in (checked, evidence.confidence) if part)})"


def _say_rates(price: Price) -> Sentence:
    rates = price.rates
    shown: list[str | Figure] = [Figure(rates.input, "rate"), " input"]
    if rates.cached_input is not None:
        shown += [", ", Figure(rates.cached_input, "rate"), " cached input"]
    if rates.output is not None:
        shown += [", ", Figure(rates.output, "rate"), " output"]
    return tuple(shown)
