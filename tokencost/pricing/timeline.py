"""How a span of time divides into stretches in which the same windows are open, to the microsecond.

For whoever needs many instants at once: a month of a workload, the rate cells of a log.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from tokencost.pricetable.hours import MINUTES_OF_DAY, Window
from tokencost.pricetable.table import Price
from tokencost.pricetable.when import When, span

DAY = timedelta(days=1)
CACHED_DAYS = 4096
CLOCK_CHANGES = timedelta(minutes=15)
"""Clocks are put forward and back at quarters of an hour."""


class RateInterval(NamedTuple):
    """From `start` to `end` (exclusive) exactly these windows are open; none is the rest of the week."""

    start: datetime
    end: datetime
    windows: tuple[str, ...]


NEVER = RateInterval(datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), ())
"""An interval that contains no instant."""


class ClockChange(NamedTuple):
    """A local day on which the clocks of a zone are put forward or back."""

    day: datetime
    """When it begins, in UTC."""
    weekday: int
    before: timedelta
    """How far the zone is ahead of UTC when it begins, and when it ends."""
    after: timedelta


def clock_changes(zone: tzinfo, begin: datetime, end: datetime) -> Iterator[ClockChange]:
    """Every such day from `begin` to `end`, which are in UTC."""
    if zone is UTC:
        return
    midnight, last = datetime.combine(begin.astimezone(zone).date(), time(0), tzinfo=zone), end.astimezone(zone)
    before = midnight.utcoffset() or timedelta(0)
    while midnight <= last:
        following = midnight + DAY
        after = following.utcoffset() or timedelta(0)
        if after != before:
            yield ClockChange(midnight.astimezone(UTC), midnight.weekday(), before, after)
            before = after
        midnight = following


def rate_intervals(price: Price, begin: datetime, end: datetime) -> Iterator[RateInterval]:
    """Divide the part of `begin`..`end` in which the price is in force, in order and without gaps. Times are UTC."""
    begin = max(begin, price.start)
    end = end if price.end is None else min(end, price.end)
    if begin >= end:
        return
    every = {change for window in price.windows for change in window_changes(window, begin, end)}
    start, windows = begin, open_at(price, begin)
    for change in sorted(every):
        # An hour may pass without a change, as on a holiday: neighbours that are alike stay one interval.
        now = open_at(price, change)
        if now != windows:
            yield RateInterval(start, change, windows)
            start, windows = change, now
    yield RateInterval(start, end, windows)


def interval_at(price: Price, instant: datetime) -> RateInterval:
    """The interval around an instant (UTC) in which the price is in force; cut at midnight where there are windows."""
    # Windows are looked at a day at a time: a price may hold for years, which would be thousands of openings.
    if not price.windows:
        return RateInterval(price.start, price.end or NEVER.start, ())
    return next(each for each in _intervals_of_day(price, instant.toordinal()) if instant < each.end)


@lru_cache(maxsize=CACHED_DAYS)
def _intervals_of_day(price: Price, ordinal: int) -> tuple[RateInterval, ...]:
    midnight = datetime.combine(date.fromordinal(ordinal), time(0), tzinfo=UTC)
    return tuple(rate_intervals(price, midnight, midnight + DAY))


def windows_open_together(price: Price, when: When) -> tuple[tuple[str, ...], ...]:
    """The windows that are open together at some instant of that time at which the price holds.

    A date may have several such groups, and without its peak hours only one; an empty group is the rest of the week.
    """
    if isinstance(when, datetime):
        return (open_at(price, when),)
    return tuple(dict.fromkeys(stretch.windows for stretch in rate_intervals(price, *span(when))))


def open_at(price: Price, instant: datetime) -> tuple[str, ...]:
    """The windows of a price that are open at an instant; none is the rest of the week."""
    return tuple(window.name for window in price.windows if window.contains(instant))


def window_changes(window: Window, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant strictly between at which the window may open or close."""
    # A window that crosses midnight may have opened on the day before.
    day = begin.astimezone(window.zone).date() - DAY
    last = end.astimezone(window.zone).date() + DAY
    while day <= last:
        for instant in _changes_of_day(window, day):
            if begin < instant < end:
                yield instant
        day += DAY


def _changes_of_day(window: Window, day: date) -> Iterator[datetime]:
    first, following = _instant(window, day, 0), _instant(window, day + DAY, 0)
    if following - first != DAY:  # the clocks change on this day, and with them the hours
        instant = first
        while instant < following:
            yield instant
            instant += CLOCK_CHANGES
    for stretch in window.hours:
        for minute in stretch:
            yield _instant(window, day, minute)


def _instant(window: Window, day: date, minute: int) -> datetime:
    if minute == MINUTES_OF_DAY:
        day, minute = day + DAY, 0
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=window.zone).astimezone(UTC)
