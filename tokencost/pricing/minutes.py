"""The minutes of a span of time in which a window is open, as the bits of one integer.

Bit n is the n-th minute after `begin`. Which minutes two windows share is then one `&`, and how many there are one
`bit_count`, which makes a year of a workload cheap. Windows open and close on whole minutes in every zone of today.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache

from tokencost.pricetable.hours import MINUTES_OF_DAY, Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CACHED_SPANS = 1024
BYTES_OF_DAY = MINUTES_OF_DAY // 8
QUARTER = 15
QUARTER_BITS = (1 << QUARTER) - 1

Minutes = int
"""A set of minutes, as bits."""


def every_minute(begin: datetime, end: datetime) -> Minutes:
    """All minutes of a span that has whole minutes."""
    return (1 << (end - begin) // MINUTE) - 1


@lru_cache(maxsize=CACHED_SPANS)
def open_minutes(window: Window, begin: datetime, end: datetime) -> Minutes:
    """The minutes from `begin` to `end` (UTC, on whole minutes) in which the window is open."""
    own, carried = _patterns(window)
    written = {pattern: pattern.to_bytes(BYTES_OF_DAY, "little") for pattern in (0, own, carried, own | carried)}
    zone = window.zone
    found = 0
    day = begin.astimezone(zone).date()
    last = (end - MINUTE).astimezone(zone).date()
    opened_before = window.opens_on(day - DAY)
    midnight = datetime.combine(day, time(0), tzinfo=zone)
    at = (midnight.astimezone(UTC) - begin) // MINUTE
    distance = midnight.utcoffset()
    even: list[bytes] = []  # whole days from `even_from` on, which are put together at once
    even_from = at
    while day <= last:
        opens = window.opens_on(day)
        pattern = (own if opens else 0) | (carried if opened_before else 0)
        day, opened_before = day + DAY, opens
        midnight = datetime.combine(day, time(0), tzinfo=zone)
        if (now := midnight.utcoffset()) == distance:
            even.append(written[pattern])
            at += MINUTES_OF_DAY
            continue
        following = (midnight.astimezone(UTC) - begin) // MINUTE
        found |= _moved(int.from_bytes(b"".join(even), "little"), even_from)
        found |= _moved(_uneven_day(pattern, zone, begin + at * MINUTE, following - at), at)
        at, distance, even, even_from = following, now, [], following
    found |= _moved(int.from_bytes(b"".join(even), "little"), even_from)
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


def _uneven_day(pattern: Minutes, zone: tzinfo, start: datetime, length: int) -> Minutes:
    """A day on which the clocks change, at a quarter of an hour: each quarter is looked up by its local time."""
    found = 0
    for minute in range(0, length, QUARTER):
        local = (start + minute * MINUTE).astimezone(zone)
        found |= (pattern >> (local.hour * 60 + local.minute) & QUARTER_BITS) << minute
    return found & ((1 << length) - 1)


def _moved(minutes: Minutes, by: int) -> Minutes:
    return minutes << by if by >= 0 else minutes >> -by
