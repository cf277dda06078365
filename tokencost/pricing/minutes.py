"""The minutes of a span of time in which a window is open, as the bits of one integer.

Bit n is the n-th minute after `begin`. Which minutes two windows share is then one `&`, and how many there are one
`bit_count`, which makes a year of a workload cheap. Windows open and close on whole minutes in every zone of today.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache

from tokencost.pricetable.hours import MINUTES_OF_DAY, Window
from tokencost.pricing.timeline import DAY, open_stretches

MINUTE = timedelta(minutes=1)
CACHED_SPANS = 1024

Minutes = int
"""A set of minutes, as bits."""


def every_minute(begin: datetime, end: datetime) -> Minutes:
    """All minutes of a span that has whole minutes."""
    return (1 << (end - begin) // MINUTE) - 1


@lru_cache(maxsize=CACHED_SPANS)
def open_minutes(window: Window, begin: datetime, end: datetime) -> Minutes:
    """The minutes from `begin` to `end` (UTC, on whole minutes) in which the window is open."""
    own, carried = _patterns(window)
    found = 0
    day = begin.astimezone(window.zone).date()
    last = (end - MINUTE).astimezone(window.zone).date()
    opened_before = window.opens_on(day - DAY)
    start = _midnight(window, day)
    while day <= last:
        opens = window.opens_on(day)
        following = _midnight(window, day + DAY)
        if following - start == DAY:
            pattern = (own if opens else 0) | (carried if opened_before else 0)
        else:  # the clocks change on this day, and with them the hours
            pattern = _uneven_day(window, start, following)
        offset = (start - begin) // MINUTE
        found |= pattern << offset if offset >= 0 else pattern >> -offset
        day, start, opened_before = day + DAY, following, opens
    return found & every_minute(begin, end)


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


def _patterns(window: Window) -> tuple[Minutes, Minutes]:
    """The minutes of a day in which the window is open: by opening on that day, and on the day before."""
    own = carried = 0
    for opens, ends in window.hours:
        own |= (1 << (ends if opens < ends else MINUTES_OF_DAY)) - (1 << opens)
        if opens > ends:
            carried |= (1 << ends) - 1
    return own, carried


def _uneven_day(window: Window, start: datetime, following: datetime) -> Minutes:
    found = 0
    for stretch in open_stretches((window,), start, following):
        if stretch.windows:
            found |= (1 << (stretch.end - start) // MINUTE) - (1 << (stretch.start - start) // MINUTE)
    return found


def _midnight(window: Window, day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=window.zone).astimezone(UTC)
