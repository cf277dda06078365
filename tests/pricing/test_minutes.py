"""The minutes in which a window is open agree with the window itself, and a part of a span with its length."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.pricetable.hours import DAY_NAMES, Window, parse_days, parse_hours
from tokencost.pricing.minutes import every_minute, open_minutes, pieces

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Havana",
)
HOURS = ("09:00-12:00", "14:00-18:00", "22:30-03:15", "01:45-02:15", "00:00-24:00", "23:59-00:01")
MINUTE = timedelta(minutes=1)


def window(zone: str, hours: list[str], days: list[str]) -> Window:
    # One by one: a table whose stretches overlap is refused, and the minutes are true for such too.
    stretches = tuple(stretch for each in hours for stretch in parse_hours([each]))
    return Window("w", ZoneInfo(zone), zone, parse_days(days), stretches, None, frozenset())


@given(
    zone=st.sampled_from(ZONES),
    hours=st.lists(st.sampled_from(HOURS), min_size=1, max_size=3),
    days=st.lists(st.sampled_from(DAY_NAMES), min_size=1),
    begin=st.integers(0, 366 * 1440),
    length=st.integers(1, 4 * 1440),
)
def test_minutes_agree_with_the_window(zone: str, hours: list[str], days: list[str], begin: int, length: int) -> None:
    made = window(zone, hours, days)
    start = datetime(2026, 1, 1, tzinfo=UTC) + begin * MINUTE
    found = open_minutes(made, start, start + length * MINUTE)
    assert found.bit_length() <= length
    for minute in range(0, length, 7):
        assert bool(found >> minute & 1) is made.contains(start + minute * MINUTE)


@pytest.mark.parametrize(
    ("first", "zone"),
    [
        ("2026-03-08", "America/New_York"),
        ("2026-10-04", "Australia/Lord_Howe"),
        ("2026-04-24", "Africa/Cairo"),
        ("2026-11-01", "America/Havana"),
    ],
)
def test_the_days_on_which_clocks_change_are_true_to_the_minute(first: str, zone: str) -> None:
    made = window(zone, list(HOURS[1:4]), ["sun", "mon"])
    start = datetime.fromisoformat(first).replace(tzinfo=UTC) - timedelta(days=1)
    found = open_minutes(made, start, start + timedelta(days=3))
    assert all(bool(found >> n & 1) is made.contains(start + n * MINUTE) for n in range(3 * 1440))


@given(st.integers(-100, 10_000), st.integers(-100, 10_000))
def test_the_pieces_of_a_span_add_up_to_its_length(first: int, second: int) -> None:
    begin = datetime(2026, 2, 1, tzinfo=UTC)
    end = begin + timedelta(hours=2)
    start, until = (begin + timedelta(seconds=n) for n in sorted((first, second)))
    length = max(timedelta(), min(until, end) - max(start, begin))
    total = sum((minutes.bit_count() * share for minutes, share in pieces(begin, end, start, until)), Fraction(0))
    assert total == Fraction(length // timedelta(seconds=1), 60)
    covered = 0
    for minutes, _ in pieces(begin, end, start, until):
        assert not covered & minutes
        covered |= minutes
    assert covered | every_minute(begin, end) == every_minute(begin, end)
