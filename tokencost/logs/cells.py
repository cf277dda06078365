"""Rate cells as tables of intervals, to which an engine joins records: names over time, and hours over days.

Instants are whole microseconds since 1970 UTC, so that every engine compares the same integers whatever its time
zone. Tier and context length are no intervals: an engine groups by them, and the rate is looked up afterwards.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import gcd
from typing import NamedTuple

from tokencost.pricetable.table import Alias, Model, Price, PriceTable
from tokencost.pricing.rates import thresholds
from tokencost.pricing.timeline import stretches

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
MINUTE = 60_000_000
LONGEST_SLOT = 15 * MINUTE
"""Zones differ from UTC by multiples of it, as clocks do when they are put forward or back."""
BEGINNING = -(2**62)
END = 2**62


class NameInterval(NamedTuple):
    """From `start` to `until` this name is billed at this price."""

    name: str
    start: int
    until: int
    price: int
    """Place in `RateCells.prices`."""
    windowed: int
    """1 where the hour matters."""
    thresholds: tuple[int, ...]


class OpenHours(NamedTuple):
    """A part of one UTC day in which the same windows of a price are open."""

    price: int
    day: int
    """Days since 1970."""
    start: int
    until: int
    same_until: int
    """Until when it stays so, on later days too."""
    windows: str
    """The open windows, joined by commas."""


class RateCells(NamedTuple):
    """What an engine needs to know of a price table."""

    prices: tuple[Price, ...]
    names: tuple[NameInterval, ...]
    most_thresholds: int
    any_windows: bool
    slot: int
    """Microseconds of which every window, and every interval but for those in `odd`, begins and ends at a multiple."""
    odd: tuple[int, ...]
    """The instants at which an interval begins or ends within a slot, in their order."""


def rate_cells(table: PriceTable) -> RateCells:
    """Every name of a table, with and without its provider, as intervals of one price each."""
    places: dict[int, int] = {}
    prices: list[Price] = []
    for model in table.models.values():
        for price in model.prices:
            places[id(price)] = len(prices)
            prices.append(price)
    names: list[NameInterval] = []
    for name, claims in table.claims.items():
        for spelling, owners in _spellings(table, name, claims):
            for alias, model in owners:
                names += _intervals(spelling, alias, model, places)
    slot = _slot(prices)
    return RateCells(
        tuple(prices),
        tuple(names),
        max((len(name.thresholds) for name in names), default=0),
        any(price.windows for price in prices),
        slot,
        _odd(names, slot),
    )


def _slot(prices: Sequence[Price]) -> int:
    minutes = [minute for price in prices for window in price.windows for stretch in window.hours for minute in stretch]
    return gcd(LONGEST_SLOT, *(minute * MINUTE for minute in minutes))


def _odd(names: Sequence[NameInterval], slot: int) -> tuple[int, ...]:
    bounds = {bound for name in names for bound in (name.start, name.until) if BEGINNING < bound < END}
    return tuple(sorted(bound for bound in bounds if bound % slot))


Claims = tuple[tuple[Alias, Model], ...]


def _spellings(table: PriceTable, name: str, claims: Claims) -> Iterator[tuple[str, Claims]]:
    yield name, claims
    for provider in dict.fromkeys(model.provider for _, model in claims):
        spelling = f"{provider}/{name}"
        if spelling not in table.claims:
            yield spelling, tuple(claim for claim in claims if claim[1].provider == provider)


def _intervals(name: str, alias: Alias, model: Model, places: dict[int, int]) -> Iterator[NameInterval]:
    first = BEGINNING if alias.start is None else microseconds(alias.start)
    last = END if alias.end is None else microseconds(alias.end)
    for price in model.prices:
        start = max(first, microseconds(price.start))
        until = min(last, END if price.end is None else microseconds(price.end))
        if start < until:
            limits = thresholds(price)[1:]
            yield NameInterval(name, start, until, places[id(price)], int(bool(price.windows)), limits)


def open_hours(cells: RateCells, begin: datetime, end: datetime) -> Iterator[OpenHours]:
    """The hours of every price that has windows, between two instants, cut at midnight UTC."""
    for place, price in enumerate(cells.prices):
        if not price.windows:
            continue
        for stretch in stretches(price, begin, end):
            start, until = microseconds(stretch.start), microseconds(stretch.end)
            windows = ",".join(stretch.windows)
            for day in range(start // DAY, (until - 1) // DAY + 1):
                yield OpenHours(place, day, max(start, day * DAY), min(until, (day + 1) * DAY), until, windows)


def windows_at(price: Price, minute: int) -> tuple[str, ...]:
    """The windows that are open in a minute, counted from 1970."""
    instant = instant_of(minute * MINUTE)
    return tuple(window.name for window in price.windows if window.contains(instant))


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(count: int) -> datetime:
    """The instant that many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)
