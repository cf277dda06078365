"""The minutes of a span of time in which a window is open, as the bits of one integer.

Bit n is the n-th minute after `begin`. Which minutes two windows share is then one `&`, and how many there are one
`bit_count`, which makes a year of a workload cheap. Windows open and close on whole minutes in every zone of today.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from tokencost.pricetable.hours import MINUTES_OF_DAY, Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CACHED_SPANS = 2048
BYTES_OF_DAY = MINUTES_OF_DAY // 8
QUARTER = 15
QUARTER_BITS = (1 << QUARTER) - 1

Minutes = int
"""A set of minutes, as bits."""


@lru_cache(maxsize=CACHED_SPANS)
def every_minute(begin: datetime, end: datetime) -> Minutes:
    """All minutes of a span that has whole minutes."""
    return (1 << (end - begin) // MINUTE) - 1


@lru_cache(maxsize=CACHED_SPANS)
def open_minutes(window: Window, begin: datetime, end: datetime) -> Minutes:
    """The minutes from `begin` to `end` (UTC, on whole minutes) in which the window is open."""
    found = 0
    for run in _runs(window.zone, begin, end):
        if run.minutes == MINUTES_OF_DAY:
            minutes = _even_days(window, run)
        else:
            minutes = _uneven_day(_pattern(window, run.first), window.zone, begin + run.at * MINUTE, run.minutes)
        found |= minutes << run.at if run.at >= 0 else minutes >> -run.at
    return found & every_minute(begin, end)


class _Run(NamedTuple):
    """Local days of the same length, one after the other."""

    first: date
    days: int
    at: int
    """The minute after the beginning of the span at which the first of them starts; negative before it."""
    minutes: int
    """Of each day. The day on which clocks change is a run of its own."""


@lru_cache(maxsize=CACHED_SPANS)
def _runs(zone: tzinfo, begin: datetime, end: datetime) -> tuple[_Run, ...]:
    runs: list[_Run] = []
    day, last = begin.astimezone(zone).date(), (end - MINUTE).astimezone(zone).date()
    midnight = datetime.combine(day, time(0), tzinfo=zone)
    at, distance = (midnight.astimezone(UTC) - begin) // MINUTE, midnight.utcoffset()
    first, days = day, 0  # the even days since the last change of clocks
    while day <= last:
        following = day + DAY
        midnight = datetime.combine(following, time(0), tzinfo=zone)
        if (now := midnight.utcoffset()) == distance:
            days += 1
        else:
            runs.append(_Run(first, days, at, MINUTES_OF_DAY))
            at += days * MINUTES_OF_DAY
            after = (midnight.astimezone(UTC) - begin) // MINUTE
            runs.append(_Run(day, 1, at, after - at))
            at, distance, first, days = after, now, following, 0
        day = following
    return (*runs, _Run(first, days, at, MINUTES_OF_DAY))


def _even_days(window: Window, run: _Run) -> Minutes:
    """Weeks are alike but for holidays, so they are written once and repeated."""
    start = run.first.weekday() * BYTES_OF_DAY
    length = run.days * BYTES_OF_DAY
    written = _week(window) * (run.days // 7 + 2)
    found = written[start : start + length]
    unlike = {
        number for holiday in window.holidays for number in ((holiday - run.first).days, (holiday - run.first).days + 1)
    }
    changed = [number for number in unlike if 0 <= number < run.days]
    if changed:
        patched = bytearray(found)
        for number in changed:
            pattern = _pattern(window, run.first + number * DAY)
            patched[number * BYTES_OF_DAY : (number + 1) * BYTES_OF_DAY] = pattern.to_bytes(BYTES_OF_DAY, "little")
        found = bytes(patched)
    return int.from_bytes(found, "little")


@lru_cache(maxsize=CACHED_SPANS)
def _week(window: Window) -> bytes:
    """The minutes from Monday to Sunday, holidays aside."""
    plain = window._replace(holidays=frozenset())
    monday = date(2024, 1, 1)
    return b"".join(_pattern(plain, monday + n * DAY).to_bytes(BYTES_OF_DAY, "little") for n in range(7))


def pieces(begin: datetime, end: datetime, start: datetime, until: datetime) -> Iterator[tuple[Minutes, Fraction]]:
    """The part `start`..`until` of a span, as minutes and how much of each belongs to it.

    A minute within which the part begins or ends counts for the share of it that does.
    """
    start, until = max(start, begin), min(until, end)
    if start >= until:
        return
    first, last = -((begin - start) // MINUTE), (until - begin) // MINUTE  # the whole minutes
    if first > last:
        yield 1 << last, Fraction((until - start) // timedelta.resolution, MINUTE // timedelta.resolution)
        return
    if before := begin + first * MINUTE - start:
        yield 1 << (first - 1), Fraction(before // timedelta.resolution, MINUTE // timedelta.resolution)
    if first < last:
        yield (1 << last) - (1 << first), Fraction(1)
    if after := until - (begin + last * MINUTE):
        yield 1 << last, Fraction(after // timedelta.resolution, MINUTE // timedelta.resolution)


def _pattern(window: Window, day: date) -> Minutes:
    """The minutes of a local day of 24 hours in which the window is open, by opening on it or on the day before."""
    found = 0
    today, before = window.opens_on(day), window.opens_on(day - DAY)
    for opens, ends in window.hours:
        if today:
            found |= (1 << (ends if opens < ends else MINUTES_OF_DAY)) - (1 << opens)
        if before and opens > ends:
            found |= (1 << ends) - 1
    return found


def _uneven_day(pattern: Minutes, zone: tzinfo, start: datetime, length: int) -> Minutes:
    """A day on which the clocks change, at a quarter of an hour: each quarter is looked up by its local time."""
    found = 0
    for minute in range(0, length, QUARTER):
        local = (start + minute * MINUTE).astimezone(zone)
        found |= (pattern >> (local.hour * 60 + local.minute) & QUARTER_BITS) << minute
    return found & ((1 << length) - 1)
