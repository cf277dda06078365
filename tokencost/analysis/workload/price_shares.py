"""What a model is billed at over months: its prices in force, and the share of a month's requests in each of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from tokencost.analysis.workload.fields import Workload
from tokencost.analysis.workload.months import Month, bounds, month_of
from tokencost.errors import NoPrice, NotOffered
from tokencost.pricetable.hours import Window
from tokencost.pricetable.names import Meaning, meanings
from tokencost.pricetable.resolve import find_meaning, resolve, spells, split_time
from tokencost.pricetable.sale import sale_end, sold_until
from tokencost.pricetable.table import Line, Model, Price, PriceTable
from tokencost.pricetable.when import BEGINNING, END, When, show_bound
from tokencost.pricing.minutes import Minutes, every_minute, open_minutes, pieces
from tokencost.pricing.rates import OFF_PEAK, PEAK, window_names

CACHED_DIVISIONS = 1024

Open = tuple[str, ...]
"""The names of the windows that are open together."""


class ModelPrices(NamedTuple):
    """A model as it was named, with every price it is billed at and from when to when (exclusive)."""

    label: str
    model: Model
    own_time: When | None
    """The time that the name carries: its price then holds for all months."""
    prices: tuple[tuple[Price, datetime, datetime], ...]
    end: datetime | None = None
    """The first instant at which it is no longer sold; None where no end is known, and for a time of its own."""
    line: Line | None = None
    """The line that was named; `model` is then the last of its heads in these months."""


class MonthShares(NamedTuple):
    """How a month's requests divide: `weight` of `whole` of them find this price with these windows open."""

    parts: tuple[tuple[Price, Open, int], ...]
    whole: int


def prices_over(table: PriceTable, name: str, begin: datetime, end: datetime) -> ModelPrices:
    """The model that a name stands for from `begin` to `end`.

    Raises `UnknownModel`; `NoPrice` where the name stands for it during a part of that time only.
    """
    bare, own_time = split_time(name)
    if own_time is not None:
        side = resolve(table, name, own_time)
        return ModelPrices(side.label, side.model, own_time, ((side.price, BEGINNING, END),), line=side.line)
    found = find_meaning(table, bare, begin)
    model = found.model
    if found.line is not None:
        return _line_prices(table, found, begin, end)
    for meaning in meanings(table, bare):
        # A name that lasts as long as its model is answered as the model is: without costs after its last day.
        if meaning.model is not model or meaning.end is None or meaning.end == sale_end(model):
            continue
        if begin < meaning.end < end:
            raise NoPrice(
                f"the name {bare!r} stood for {model.id} only until {show_bound(meaning.end)}", f"write {model.id}"
            )
    prices = ((price, price.start, sold_until(model, price) or END) for price in model.prices)
    return ModelPrices(model.id, model, None, tuple(each for each in prices if each[1] < each[2]), sale_end(model))


def _line_prices(table: PriceTable, found: Meaning, begin: datetime, end: datetime) -> ModelPrices:
    """The prices of the heads of a line from `begin` to `end`: under its name where one succeeds another in that time.

    Where there is one throughout, it is the model that is priced, and shown.
    """
    assert found.line is not None  # noqa: S101  # the caller has looked
    within = [
        each
        for each in spells(table, found.line.id, begin)
        if each.start < end and (each.end is None or begin < each.end)
    ]
    heads = list(dict.fromkeys(each.model for each in within))
    label = found.model.id if heads in ([], [found.model]) else found.line.id
    last = within[-1].model if within else found.model
    prices = tuple((each.price, each.start, each.end or END) for each in within)
    return ModelPrices(label, last, None, prices, sale_end(last), found.line)


def month_shares(side: ModelPrices, workload: Workload, month: Month) -> MonthShares | None:
    """How the requests of a month divide over the prices of a model; None where some come after its last day.

    Every instant at which requests arrive weighs the same. Raises `NoPrice` where the model has no price at some of
    them though it is sold later: before its first price, or in a gap.
    """
    shares = _shares(side, workload.arrival, *bounds(month, workload.zone), month)
    return shares if workload.peak is None or shares is None else _at_peak(shares, workload.peak)


def _at_peak(shares: MonthShares, peak: Fraction) -> MonthShares:
    """The same prices, each with this share of its requests in its peak hours, whatever the calendar says."""
    weights: dict[Price, int] = {}
    for price, _, weight in shares.parts:
        weights[price] = weights.get(price, 0) + weight
    busy, quiet = peak.numerator, peak.denominator - peak.numerator
    parts: list[tuple[Price, Open, int]] = []
    for price, weight in weights.items():
        at_peak, off_peak = peak_and_off_peak(price)
        if at_peak == off_peak:
            parts.append((price, at_peak, weight * peak.denominator))
        else:
            both = ((price, at_peak, weight * busy), (price, off_peak, weight * quiet))
            parts += [part for part in both if part[2]]
    return MonthShares(tuple(parts), shares.whole * peak.denominator)


def peak_and_off_peak(price: Price) -> tuple[Open, Open]:
    """The windows that are open in peak hours, and in the others; none in either where all hours cost the same.

    Raises `NotOffered` for a price that divides the week otherwise.
    """
    names = tuple(window.name for window in price.windows)
    if not names:
        return (), ()
    if names == (PEAK,):
        return names, ()
    if names == (OFF_PEAK,):
        return (), names
    raise NotOffered(
        f"{price.model} divides the week into {', '.join(map(str, window_names(price)))}",
        "a share of peak hours says too little about it: give hours of arrival instead",
    )


def _shares(
    side: ModelPrices, arrival: Window | None, begin: datetime, end: datetime, month: Month
) -> MonthShares | None:
    found: list[tuple[Price, Open, Fraction]] = []
    for price, start, until in side.prices:
        if until <= begin or end <= start:
            continue
        # Most months have one price: then a cached answer will do.
        if start <= begin and end <= until:
            return _whole_month(price, arrival, begin, end) if price.windows else _always(price)
        parts = divide_by_windows(price.windows, arrival, begin, end)
        for part, share in pieces(begin, end, start, until):
            found += [(price, names, count * share) for names, at in parts if (count := (at & part).bit_count())]
    _, whole = _arrival_minutes(arrival, begin, end)
    if sum(weight for _, _, weight in found) != whole:
        if side.end is not None and side.end < end and side.prices and side.prices[0][1] <= begin:
            return None
        raise _no_price(side, month, begin)
    # Whole weights keep fractions out of the loop over months and models.
    scale = lcm(*(weight.denominator for _, _, weight in found))
    return MonthShares(tuple((price, names, int(weight * scale)) for price, names, weight in found), whole * scale)


@lru_cache(maxsize=CACHED_DIVISIONS)
def _always(price: Price) -> MonthShares:
    return MonthShares(((price, (), 1),), 1)


@lru_cache(maxsize=CACHED_DIVISIONS)
def _whole_month(price: Price, arrival: Window | None, begin: datetime, end: datetime) -> MonthShares:
    arriving, whole = _arrival_minutes(arrival, begin, end)
    if len(price.windows) == 1:  # as with nearly every price: what is not inside is outside
        (window,) = price.windows
        inside = (arriving & open_minutes(window, begin, end)).bit_count()
        counts = [((window.name,), inside), ((), whole - inside)]
    else:
        counts = [(names, at.bit_count()) for names, at in divide_by_windows(price.windows, arrival, begin, end)]
    return MonthShares(tuple((price, names, count) for names, count in counts if count), whole)


@lru_cache(maxsize=CACHED_DIVISIONS)
def _arrival_minutes(arrival: Window | None, begin: datetime, end: datetime) -> tuple[Minutes, int]:
    """The minutes at which requests arrive, and how many they are."""
    minutes = open_minutes(arrival, begin, end) if arrival else every_minute(begin, end)
    return minutes, minutes.bit_count()


@lru_cache(maxsize=CACHED_DIVISIONS)
def divide_by_windows(
    windows: Sequence[Window], arrival: Window | None, begin: datetime, end: datetime
) -> tuple[tuple[Open, Minutes], ...]:
    """The minutes at which requests arrive, by which windows are open."""
    found: list[tuple[Open, Minutes]] = [((), _arrival_minutes(arrival, begin, end)[0])]
    for window in windows:
        found = list(_divide(found, window.name, open_minutes(window, begin, end)))
    return tuple(found)


def _divide(found: Sequence[tuple[Open, Minutes]], name: str, opened: Minutes) -> Iterator[tuple[Open, Minutes]]:
    for names, minutes in found:
        inside = minutes & opened
        if inside:
            yield (*names, name), inside
        if outside := minutes ^ inside:
            yield names, outside


def _no_price(side: ModelPrices, month: Month, begin: datetime) -> NoPrice:
    prices = side.model.prices
    starts = [price.start for price in prices if price.start > begin]
    ends = [price.end for price in prices if price.end is not None]
    if starts:
        word = "first" if prices[0].start == starts[0] else "next"
        follows = month_of(starts[0])
        if bounds(follows, UTC)[0] < starts[0]:
            follows = follows.plus(1)
        hint = f"its {word} price begins {show_bound(starts[0])}: begin with --start {follows}"
    elif ends:
        hint = f"its last price ended {show_bound(ends[-1])}: end before it with --months, or name another model"
    else:
        hint = "name another model"
    return NoPrice(f"no price of {side.label} for the whole of {month}", hint)
