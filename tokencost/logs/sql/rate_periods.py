"""Rate cells as periods of time: within one of them no price begins or ends and no window opens or closes.

An engine sums the requests of a period under one instant that stands for all of them, whatever their models; the
rate is looked up afterwards, as for one request at that instant. Instants are whole microseconds since 1970 UTC, so
that every engine compares the same integers whatever its time zone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from tokencost.pricetable.hours import Window
from tokencost.pricetable.table import Price, PriceTable
from tokencost.pricing.rates import thresholds
from tokencost.pricing.timeline import clock_changes, window_changes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
WEEK = 7 * DAY
LATEST = 4_102_444_800_000_000
"""Microseconds from 1970 to 2100; no request is made from then on, and no price is looked up that far ahead."""


class RatePeriods(NamedTuple):
    """What an engine needs to know of a price table."""

    bounds: tuple[int, ...]
    """The instants at which a price, or what a name stands for, begins or ends, in their order."""
    windowed: tuple[Price, ...]
    """The prices for which the hour matters."""
    thresholds: tuple[int, ...]
    """The context lengths above which some price has other rates, in their order."""
    first: int
    last: int
    """Periods are listed from `first` to `last`: there is no price before, and none changes after.

    Later a zone may still put its clocks forward or back; the `buckets` allow for that.
    """
    buckets: tuple[int, ...] = (0,)
    """At which times of a UTC day, in microseconds, some period begins: between them lie the buckets of each day."""

    @property
    def fingerprint(self) -> str:
        """The same for all tables whose cells lie alike, whatever their rates."""
        hours = sorted(
            repr((*_in_force(price), window.describe(), sorted(map(str, window.holidays))))
            for price in self.windowed
            for window in price.windows
        )
        return sha256(repr((self.bounds, self.thresholds, hours)).encode()).hexdigest()[:12]


class RatePeriod(NamedTuple):
    """From `start` to `until` (exclusive) the rates of all models are those of the instant `at`."""

    start: int
    until: int
    at: int


@lru_cache(maxsize=8)
def rate_periods(table: PriceTable) -> RatePeriods:
    """What an engine needs to know of this table, from which `periods_between` lists the periods."""
    prices = [price for model in table.models.values() for price in model.prices]
    aliases = [alias for model in table.models.values() for alias in model.aliases]
    fees = [fee for provider in table.providers.values() for fee in provider.fees]
    heads = [head for line in table.lines.values() for head in line.heads]
    spans = [*((price.start, price.end) for price in prices), *((alias.start, alias.end) for alias in aliases)]
    spans += [(fee.start, fee.end) for fee in fees]
    spans += [(head.start, head.end) for head in heads]
    instants = {instant for span in spans for instant in span if instant is not None}
    bounds = tuple(sorted(map(microseconds, instants)))
    windowed = tuple(price for price in prices if price.windows)
    holidays = (day for price in windowed for window in price.windows for day in window.holidays)
    known_until = max((microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC)) for day in holidays), default=0)
    periods = RatePeriods(
        bounds,
        windowed,
        tuple(sorted({limit for price in prices for limit in thresholds(price)[1:]})),
        first=min(max(bounds[0] - DAY, 0), LATEST - DAY) if bounds else 0,
        last=min(max(bounds[-1] + BEYOND, known_until + WEEK), LATEST) if bounds else DAY,
    )
    starts = {time.start % DAY for time in (*periods_between(periods, periods.first, periods.last), *_later(periods))}
    return periods._replace(buckets=tuple(sorted({0, *starts})))


def _later(periods: RatePeriods) -> Iterator[RatePeriod]:
    """Periods after `last`, one around each way in which a zone puts its clocks forward or back.

    They begin at other times of a UTC day than before, and what is summed per bucket must not be across them.
    """
    seen = set()
    for zone in {window.zone for window in _windows_within(periods.windowed, periods.last, LATEST)}:
        for change in clock_changes(zone, instant_of(periods.last), instant_of(LATEST)):
            if (kind := (zone, *change[1:])) not in seen:
                seen.add(kind)
                begin = microseconds(change.day)
                yield from periods_between(periods, begin - DAY, begin + DAY + WEEK)


BEYOND = 400 * DAY
"""Stretches are told this long after the newest bound: through all seasons of their hours."""


def _in_force(price: Price) -> tuple[int, int | None]:
    return microseconds(price.start), None if price.end is None else microseconds(price.end)


@lru_cache(maxsize=32)
def periods_between(periods: RatePeriods, begin: int, end: int) -> tuple[RatePeriod, ...]:
    """The periods from `begin` to `end`, in order and without gaps.

    Stretches with the same prices and the same open windows have the same `at`.
    """
    first_with: dict[tuple[int, tuple[Window, ...]], int] = {}
    found: list[RatePeriod] = []
    inner = [bound for bound in periods.bounds if begin < bound < end]
    for epoch, (start, until) in enumerate(pairwise((begin, *inner, end))):
        windows = _windows_within(periods.windowed, start, until)
        cuts = {
            microseconds(cut)
            for window in windows
            for cut in window_changes(window, instant_of(start), instant_of(until))
        }
        for a, b in pairwise((start, *sorted(cuts), until)):
            instant = instant_of(a)
            open_ones = tuple(window for window in windows if window.contains(instant))
            at = first_with.setdefault((epoch, open_ones), a)
            if found and found[-1].at == at:
                found[-1] = found[-1]._replace(until=b)
            else:
                found.append(RatePeriod(a, b, at))
    return tuple(found)


def _windows_within(windowed: Sequence[Price], start: int, until: int) -> list[Window]:
    """The windows of all prices that are in force in an epoch, each once."""
    found: dict[Window, None] = {}
    for price in windowed:
        first, last = _in_force(price)
        if first < until and (last is None or start < last):
            found |= dict.fromkeys(price.windows)
    return list(found)


class WeeklyPart(NamedTuple):
    """A part of a day, on one day of the week or on all of them, in a range of days."""

    first: int
    """Days since 1970; both ends of the range are inclusive."""
    last: int
    weekday: int
    """Days since 1970 modulo 7; `EVERY_DAY` is each of them."""
    start: int
    """Microseconds since midnight UTC."""
    until: int
    at: int


EVERY_DAY = -1


def weekly_parts(times: Sequence[RatePeriod]) -> Iterator[WeeklyPart]:
    """The same periods as parts of days that come again each week, which are fewer."""
    week: dict[int, tuple[RatePeriod, ...]] = {}
    first = last = 0
    for day, pattern in _days(times):
        known = {part.at for parts in week.values() for part in parts}
        if not week:
            first = day
        # A new price begins a new range, so that what holds all week is one row.
        elif week.get(day % 7, pattern) != pattern or not known.issuperset(part.at for part in pattern):
            yield from _of_weeks(week, first, last)
            week, first = {}, day
        week[day % 7] = pattern
        last = day
    yield from _of_weeks(week, first, last)


def _days(times: Sequence[RatePeriod]) -> Iterator[tuple[int, tuple[RatePeriod, ...]]]:
    """Each day with its periods, in microseconds from its start."""
    place = 0
    for day in range(times[0].start // DAY, (times[-1].until - 1) // DAY + 1):
        start, until = day * DAY, (day + 1) * DAY
        while times[place].until <= start:
            place += 1
        pattern = []
        for time in times[place:]:
            if time.start >= until:
                break
            pattern.append(RatePeriod(max(time.start - start, 0), min(time.until - start, DAY), time.at))
        yield day, tuple(pattern)


def _of_weeks(week: dict[int, tuple[RatePeriod, ...]], first: int, last: int) -> Iterator[WeeklyPart]:
    patterns = set(week.values())
    if len(patterns) == 1:
        week = {EVERY_DAY: patterns.pop()}
    for weekday, pattern in sorted(week.items()):
        for part in pattern:
            yield WeeklyPart(first, last, weekday, *part)


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(count: int) -> datetime:
    """The instant that many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)
