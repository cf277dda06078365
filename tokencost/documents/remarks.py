"""What a reader should know beside the numbers: promotions, windows, moved names, old checks, missing rates.

A remark begins with the model it is about, so that the same remark about several models is made once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from tokencost.analysis.table.check import is_stale
from tokencost.documents.document import Figure, Sentence, Source
from tokencost.documents.wording import is_past
from tokencost.pricetable.hours import Window
from tokencost.pricetable.resolve import ModelAt, prices_within
from tokencost.pricetable.sale import describe_retirement, ends_soon, is_retired
from tokencost.pricetable.table import Evidence, Line, Price, PriceTable
from tokencost.pricetable.when import When, day_of, show_bound, show_when, span
from tokencost.pricing.rates import RateCell, open_window_names, region_names, thresholds

MOST_NAMES = 4


def merge_remarks(remarks: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The remarks, with the models named together where the rest is the same."""
    models: dict[Sentence, list[str]] = {}
    # Ten models of a provider have the same hours: ten equal lines would hide the eleventh.
    for model, *rest in remarks:
        named = models.setdefault(tuple(rest), [])
        if isinstance(model, str) and model not in named:
            named.append(model)
    return tuple((_join_names(named), *rest) for rest, named in models.items())


def _join_names(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:MOST_NAMES])} and {more} others"


def say_served(sides: Iterable[ModelAt], table: PriceTable) -> Iterator[Sentence]:
    """Which models lines meant, and what moving names stood for on a day of the past.

    `On that day openai-flagship was o1, and deepseek-reasoner was DeepSeek-R1.`
    """
    sides = tuple(sides)
    found: dict[When, dict[str, None]] = {}
    for side in sides:
        if side.line:
            verb = "was" if is_past(side.when, table) else "is"
            found.setdefault(side.when, {})[f"{side.line.id} {verb} {_name_heads(side.line, side.when)}"] = None
    for side in sides:
        first, after = span(side.when)
        names = [s.name for s in side.model.served if s.start < after and (s.end is None or first < s.end)]
        if names and is_past(side.when, table):
            found.setdefault(side.when, {})[f"{side.label} was {' and then '.join(names)}"] = None
    for when, said in found.items():
        on = f"On {show_when(when)} "
        if len(found) == 1:
            on = "On that day " if is_past(when, table) else ""
        *others, last = said
        yield (f"{on}{', '.join(others)}{', and ' if others else ''}{last}.",)


def _name_heads(line: Line, when: When) -> str:
    """The head of a line at that time, and the one that succeeded it on that day."""
    first, after = span(when)
    return " and then ".join(
        head.model for head in line.heads if head.start < after and (not head.end or first < head.end)
    )


def model_remarks(side: ModelAt, *, sale: bool = True) -> Iterator[Sentence]:
    """What holds for a model at a time, whatever its rates are used for; `sale` adds the end of its sale."""
    label, model, price, day = side.label, side.model, side.price, day_of(side.when)
    if promotion := price.promotion:
        if promotion.guaranteed_through:
            until = f"guaranteed through {promotion.guaranteed_through.isoformat()}"
            if promotion.guaranteed_through < day:
                until += "; it may have ended since"
        elif promotion.ends:
            until = f"announced to end {show_when(promotion.ends)}"
        else:
            until = "without an announced end"
        yield label, f": a promotional price, {until}."
    for change in prices_within(model, side.when)[1:]:
        yield label, f": the price changes at {show_when(change.start)}, to ", *_say_rates(change), "."
    if sale:
        yield from sale_remarks(side)
    if is_stale(model, price, day):
        checked = price.evidence.checked
        seen = f"was last checked on {checked.isoformat()}" if checked else "was never checked on a known day"
        yield label, f": this price {seen}; it may be out of date."


def sale_remarks(side: ModelAt) -> Iterator[Sentence]:
    """That the model is no longer sold, or soon will not be."""
    if soon := ends_soon(side.model, side.when):
        yield side.label, f": sold only until {show_bound(soon)}."
    if is_retired(side.model, side.when):
        verb = "shut down on" if side.model.shutdown else "withdrawn"
        yield side.label, f": {verb} {describe_retirement(side.model)}; this is its last list price."


def window_remarks(sides: Iterable[ModelAt]) -> Iterator[Sentence]:
    """When the windows of prices are open: once where they are the same, and by model where they are not."""
    said: dict[str, dict[str, None]] = {}
    for side in sides:
        for window in side.price.windows:
            words = f"{window.name} is {window.describe()}{note_closed(window, side.price, side.when)}"
            said.setdefault(words, {})[side.label] = None
    for words, labels in said.items():
        alone = len({other.partition(" is ")[0] for other in said}) == len(said)
        yield (f"{words[:1].upper()}{words[1:]}." if alone else f"{', '.join(labels)}: {words}.",)


def note_closed(window: Window, price: Price, when: When) -> str:
    """`; none on 2026-11-22, a Sunday`, for a window that does not open on that day."""
    if isinstance(when, datetime) or window.name in open_window_names(price, when):
        return ""
    return f"; none on {show_when(when)}, a {when:%A}"


def missing_rate_remarks(
    side: ModelAt, cells: Iterable[RateCell], *, cached: bool = True, writes: bool = False
) -> Iterator[Sentence]:
    """How tokens of a component without a rate are billed; only of components that are spoken of."""
    cells = tuple(cells)
    if cached and any(cell.rates.cached_input is None for cell in cells):
        yield side.label, ": no cached input is offered; such tokens are billed as input."
    if writes and any(cell.rates.cache_write is None for cell in cells):
        yield side.label, ": cache writes are billed as ordinary input."


def threshold_remarks(sides: Iterable[ModelAt]) -> Iterator[Sentence]:
    """That long requests have other rates."""
    found: dict[str, list[str]] = {}
    for side in sides:
        if above := thresholds(side.price)[1:]:
            found.setdefault(" and ".join(f"{threshold:,}" for threshold in above), []).append(side.label)
    for limits, labels in found.items():
        costs = "costs" if len(labels) == 1 else "cost"
        yield (f"{', '.join(labels)} {costs} more above {limits} input tokens (prices show).",)


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


def cite_cells(cells: Iterable[tuple[Labelled, RateCell]], currency: str = "USD") -> tuple[Source, ...]:
    """Where the rates of each model come from, when they were last seen there, and how far to trust them."""
    listed = ((side, cell.listed(currency)) for side, cell in cells)
    return tuple(dict.fromkeys(cite(rates.evidence, side.label) for side, rates in listed if rates))


def cite(evidence: Evidence, model: str = "") -> Source:
    """Where a rate comes from, as part of a document."""
    return Source(model, evidence.source, evidence.checked, evidence.confidence)


def _say_rates(price: Price) -> Sentence:
    rates = price.rates
    shown: list[str | Figure] = [Figure(rates.input, "rate"), " input"]
    if rates.cached_input is not None:
        shown += [", ", Figure(rates.cached_input, "rate"), " cached input"]
    if rates.output is not None:
        shown += [", ", Figure(rates.output, "rate"), " output"]
    return tuple(shown)
