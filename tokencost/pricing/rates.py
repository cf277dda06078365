"""Which rates hold for a request: decided here, and nowhere else.

The rule: of the blocks of a price whose conditions all match, the one that names more conditions wins; where two
match and neither names more, no rate is known; a tier that no matching block names is not offered. A region for which
a price has no rates costs there what it costs everywhere: providers charge more for it on some models only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from tokencost.errors import AmbiguousRate, HourNeeded, NotOffered
from tokencost.money import EXACT, PER_MILLION
from tokencost.pricetable.spelling import find_spelled
from tokencost.pricetable.table import (
    ConditionBlock,
    Evidence,
    KeyPath,
    Price,
    PriceList,
    PriceTable,
    Rates,
    describe_conditions,
)
from tokencost.pricetable.when import When, as_when, show_bound, show_when
from tokencost.pricing.timeline import open_at, windows_open_together

COMPONENTS = ("input", "cached_input", "cache_write", "output")
STANDARD = "standard"
PEAK = "peak"
OFF_PEAK = "off-peak"
OTHER_HOURS = "other hours"
CACHED_CELLS = 4096
WINDOW_ENDINGS = ("hours", "window")
OTHER_WORDS = {"default": STANDARD, "auto": STANDARD, "fast": "priority"}
"""What requests and their records call a tier: https://platform.openai.com/docs/api-reference/chat/create, and since
2026-07-30 https://openai.com/api-fast-mode/"""


@dataclass(frozen=True, eq=False, slots=True)
class RateCell:
    """The rates of one model under one set of conditions: interval, tier, window, context length, region.

    Every request falls into exactly one cell, or into a named error.
    """

    price: Price = field(repr=False)
    tier: str
    window: str | None
    """None where the price is the same at all hours."""
    input_tokens_above: int
    """The threshold that the request's input exceeds; 0 below all thresholds."""
    rates: Rates
    cny: PriceList | None
    evidence: Evidence
    path: KeyPath
    per_token: Rates = field(repr=False)
    """USD per token: `rates` with the decimal point shifted, once for all requests of the cell."""
    region: str | None = None
    """None where no region was asked for, or the price is the same there."""

    def listed(self, currency: str) -> PriceList | None:
        """The rates in USD, or in the provider's own list of another currency."""
        return PriceList(self.rates, self.evidence) if currency == "USD" else self.cny

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.price.model


def rate_cell(
    price: Price,
    when: When | str,
    *,
    tier: str = STANDARD,
    window: str | None = None,
    input_tokens: int = 0,
    region: str | None = None,
) -> RateCell:
    """The cell of a request with that many input tokens, at an instant or in a named window of a date.

    `region` is a name of the table's `regions`; a price without rates for it has the same rates there.

    Raises `HourNeeded` for a date whose hour matters, `NotOffered` for a tier or window the price does not have,
    `AmbiguousRate` where two blocks match and neither names more conditions.
    """
    when = as_when(when)
    windows = _open_windows(price, when, window) if price.windows else ()
    return _cell(price, tier, windows, threshold_below(price, input_tokens) if input_tokens else 0, region)


def threshold_below(price: Price, input_tokens: int | Fraction) -> int:
    """The highest threshold that a request's input exceeds; 0 where it exceeds none.

    The rule for all bills, here alone: long-context rates hold strictly above their threshold, for the whole request.
    """
    above = 0
    for threshold in thresholds(price):
        if threshold < input_tokens:
            above = threshold
    return above


def spelled_tier(prices: Iterable[Price], text: str) -> str | None:
    """The tier of these prices that this is a spelling of, such as `Batch API`, or None."""
    names = (name for price in prices for name in tier_names(price))
    return find_spelled(text, (STANDARD, *names), same=OTHER_WORDS, endings=("api", "tier"))


def spelled_window(prices: Iterable[Price], text: str) -> str | None:
    """The window of these prices that this is a spelling of, such as `offpeak`, or None."""
    names = (name for price in prices for name in window_names(price) if name is not None)
    return find_spelled(text, names, endings=WINDOW_ENDINGS)


def known_tier(prices: Sequence[Price], text: str) -> str:
    """As `spelled_tier`, but raises `NotOffered` for anything else."""
    tier = spelled_tier(prices, text)
    if tier is None:
        names = dict.fromkeys(name for price in prices for name in tier_names(price))
        raise NotOffered(f"{_who(prices)} has a tier {text!r}", f"the tiers are {', '.join(names)}")
    return tier


def known_window(prices: Sequence[Price], text: str) -> str:
    """As `spelled_window`, but raises `NotOffered` for anything else."""
    window = spelled_window(prices, text)
    if window is None:
        names = dict.fromkeys(name for price in prices for name in window_names(price) if name is not None)
        hint = f"the windows are {', '.join(names)}" if names else "their prices hold at all hours: leave --window out"
        raise NotOffered(f"{_who(prices)} has a window {text!r}", hint)
    return window


def known_region(table: PriceTable, text: str) -> str:
    """The region of the table that this is a spelling of. Raises `NotOffered` for anything else.

    It is known where any price of the table has rates for it, be they those of another model: the others have none
    since they cost there what they cost everywhere.
    """
    region = find_spelled(text, table.regions, endings=("region",))
    if region is None:
        known = f"the regions are {', '.join(table.regions)}" if table.regions else "the table has none: leave it out"
        raise NotOffered(f"no model here has rates for a region {text!r}", known)
    return region


def _who(prices: Sequence[Price]) -> str:
    models = dict.fromkeys(price.model for price in prices)
    return f"no price of {next(iter(models))}" if len(models) == 1 else "no model here"


def window_names(price: Price) -> tuple[str | None, ...]:
    """The parts of the week that a price tells apart, the rest of the week last; (None,) where it has no windows."""
    if not price.windows:
        return (None,)
    return (*(window.name for window in price.windows), rest_of_week(price))


def open_window_names(price: Price, when: When) -> tuple[str | None, ...]:
    """Those of a price's windows that open at that instant or on that UTC day; (None,) where it has none."""
    groups = windows_open_together(price, when) if price.windows else ()
    opened = {name for group in groups for name in group or (rest_of_week(price),)}
    return tuple(name for name in window_names(price) if name is None or name in opened)


def rest_of_week(price: Price) -> str:
    """The name of the hours outside all windows of a price: off-peak beside peak, peak beside off-peak."""
    # Providers publish hours for one of the two and leave the other without a name.
    named = {window.name for window in price.windows}
    return next(name for name in (OFF_PEAK, PEAK, OTHER_HOURS) if name not in named)


def tier_names(price: Price) -> tuple[str, ...]:
    """The tiers that a price offers, standard first."""
    return tuple(dict.fromkeys([STANDARD, *(block.tier for block in price.blocks if block.tier is not None)]))


@lru_cache(maxsize=CACHED_CELLS)
def region_names(price: Price) -> tuple[str, ...]:
    """The regions for which a price has rates of their own."""
    return tuple(dict.fromkeys(block.region for block in price.blocks if block.region is not None))


@lru_cache(maxsize=CACHED_CELLS)
def thresholds(price: Price) -> tuple[int, ...]:
    """The context lengths above which other rates hold, from 0."""
    return (0, *sorted({b.input_tokens_above for b in price.blocks if b.input_tokens_above is not None}))


def cells(price: Price, region: str | None = None) -> Iterator[RateCell]:
    """Every cell of a price, by tier, context length and window; combinations without a known rate are left out.

    Without a region those of requests that may be processed anywhere; a price without rates for it has the same ones.
    """
    for tier in tier_names(price):
        for above in thresholds(price):
            for window in window_names(price):
                try:
                    yield _cell(price, tier, _windows_of_name(price, window), above, region)
                except (NotOffered, AmbiguousRate):
                    continue


def cells_everywhere(price: Price) -> Iterator[RateCell]:
    """Every cell of a price, and then those of each region for which it has rates of their own."""
    for region in (None, *region_names(price)):
        yield from cells(price, region)


def ambiguous_combinations(price: Price) -> Iterator[str]:
    """The combinations of conditions for which no rate is known, since two blocks match and neither names more."""
    for tier in tier_names(price):
        for above in thresholds(price):
            for window in window_names(price):
                for region in (None, *region_names(price)):
                    try:
                        _cell(price, tier, _windows_of_name(price, window), above, region)
                    except AmbiguousRate:
                        yield describe_conditions(tier, window, above, region)
                        break  # what is not known anywhere is not known in a region either
                    except NotOffered:
                        continue


def named_cell(
    price: Price, tier: str, window: str | None, input_tokens_above: int = 0, region: str | None = None
) -> RateCell:
    """The cell of a window by its name. Raises as `rate_cell` does."""
    return _cell(price, tier, _windows_of_name(price, window), input_tokens_above, region)


def cell_in(
    price: Price, tier: str, windows: tuple[str, ...], input_tokens_above: int = 0, region: str | None = None
) -> RateCell:
    """The cell while exactly these windows are open. Raises as `rate_cell` does."""
    return _cell(price, tier, windows, input_tokens_above, region)


def _windows_of_name(price: Price, window: str | None) -> tuple[str, ...]:
    if window is None or find_spelled(window, [rest_of_week(price)], endings=WINDOW_ENDINGS):
        return ()
    if spelled := spelled_window((price,), window):
        return (spelled,)
    known = ", ".join(str(name) for name in window_names(price))
    raise NotOffered(f"{price.model} has no window {window!r}", f"its windows are {known}")


def _open_windows(price: Price, when: When, window: str | None) -> tuple[str, ...]:
    if isinstance(when, datetime):
        names = open_at(price, when)
        if window is not None and names != _windows_of_name(price, window):
            now = " and ".join(names) or rest_of_week(price)
            raise NotOffered(
                f"{show_when(when)} is {now} for {price.model}, not {window}",
                "give a date without a time, or no window",
            )
        return names
    opened = open_window_names(price, when)
    # A holiday has no peak hours: its peak price is one that nobody can pay on that day.
    if window is not None:
        named = _windows_of_name(price, window)
        window = " and ".join(named) or rest_of_week(price)
        if window not in opened:
            raise NotOffered(
                f"{price.model} has no {window} hours on {show_when(when)}",
                f"{_hours(price, window)}name another day, or leave the window out",
            )
        return named
    known_windows = ", ".join(str(name) for name in opened)
    raise HourNeeded(
        f"the price of {price.model} on {show_when(when)} depends on the hour",
        f"give an instant such as {when.isoformat()}T12:00:00Z, or a window: {known_windows}",
    )


def _hours(price: Price, name: str) -> str:
    return "".join(f"{name} is {window.describe()}; " for window in price.windows if window.name == name)


@lru_cache(maxsize=CACHED_CELLS)
def _cell(price: Price, tier: str, windows: tuple[str, ...], above: int, region: str | None) -> RateCell:
    if region is not None and region not in region_names(price):
        return _cell(price, tier, windows, above, None)
    # Spellings are looked at here, behind the cache, and not once for each request.
    spelled = spelled_tier((price,), tier)
    if spelled not in (None, tier):
        return _cell(price, spelled, windows, above, region)
    window = (" and ".join(windows) or rest_of_week(price)) if price.windows else None
    matching = [block for block in price.blocks if _matches(block, tier, windows, above, region)]
    # Half of the standard price is what batch often costs, but not a price that somebody published.
    if tier != STANDARD and not any(block.tier == tier for block in matching):
        raise _refusal(price, tier, window, above, region)
    if not matching:
        return _with_rates(price, tier, window, above, region, price)
    most = max(block.condition_count for block in matching)
    best = [block for block in matching if block.condition_count == most]
    # The first or the dearest of two would be a guess, and a guess would look like a price.
    if len(best) > 1:
        first, second = best[:2]
        raise AmbiguousRate(
            f"no rate of {price.model} is known for {describe_conditions(tier, window, above, region)}: "
            f"the rates for ({first.describe()}) and for ({second.describe()}) both match",
            f"the price table, from {show_bound(price.start)}, has no rates for the two together",
        )
    return _with_rates(price, tier, window, above, region, best[0])


def _with_rates(
    price: Price, tier: str, window: str | None, above: int, region: str | None, stated: Price | ConditionBlock
) -> RateCell:
    rates = stated.rates
    return RateCell(
        price, tier, window, above, rates, stated.cny, stated.evidence, stated.path, per_token(rates), region
    )


def per_token(rates: Rates) -> Rates:
    """Rates per million tokens as rates per token: the decimal point is shifted."""
    return Rates(*(None if rate is None else EXACT.scaleb(rate, PER_MILLION) for rate in rates))  # type: ignore[arg-type]


def _matches(block: ConditionBlock, tier: str, windows: tuple[str, ...], above: int, region: str | None) -> bool:
    return (
        (block.tier is None or block.tier == tier)
        and (block.window is None or block.window in windows)
        and (block.input_tokens_above is None or block.input_tokens_above <= above)
        and (block.region is None or block.region == region)
    )


def _refusal(price: Price, tier: str, window: str | None, above: int, region: str | None) -> NotOffered:
    offered = tier_names(price)
    on = show_bound(price.start)
    if tier in offered:
        conditions = describe_conditions(tier, window, above, region)
        return NotOffered(f"{price.model} does not offer {conditions} (price from {on})")
    return NotOffered(f"{price.model} offers no {tier} tier (price from {on})", f"its tiers are {', '.join(offered)}")
