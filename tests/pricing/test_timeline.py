"""A span of time divides into stretches in which the same windows are open."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.pricing.timeline import rate_intervals

MODEL = """
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 1
source = "s"
"""
WINDOWS = [
    'window = "a"\nzone = "Asia/Shanghai"\nhours = ["09:00-12:00", "14:00-18:00"]\nexcept = "china"',
    'window = "a"\nzone = "America/New_York"\nhours = ["22:30-03:15"]\ndays = ["fri", "sat"]',
    'window = "a"\nzone = "Europe/London"\nhours = ["00:30-02:30"]',
    'window = "a"\nzone = "Australia/Lord_Howe"\nhours = ["01:45-02:15"]',
    'window = "a"\ndays = ["sun"]',
]


@given(
    definition=st.sampled_from(WINDOWS),
    day=st.integers(0, 400),
    minutes=st.integers(1, 60 * 24 * 12),
    offset=st.integers(0, 1439),
)
def test_stretches_are_in_order_without_gaps_and_true_at_every_minute(
    table_of: Callable[[str], PriceTable], definition: str, day: int, minutes: int, offset: int
) -> None:
    price = table_of(f"{MODEL}[[models.m.prices.when]]\ninput = 2\n{definition}").models["m"].prices[0]
    begin = datetime(2025, 12, 20, tzinfo=UTC) + timedelta(days=day, minutes=offset)
    end = begin + timedelta(minutes=minutes)
    parts = list(rate_intervals(price, begin, end))
    start = max(begin, price.start)
    if start >= end:
        assert parts == []
        return
    assert (parts[0].start, parts[-1].end) == (start, end)
    for before, after in itertools.pairwise(parts):
        assert before.end == after.start
        assert before.windows != after.windows
    for part in parts:
        instant = part.start
        while instant < part.end:
            assert ("a" in part.windows) is price.windows[0].contains(instant)
            instant += timedelta(minutes=15)


def test_a_week_of_peak_hours(shipped: PriceTable) -> None:
    price = shipped.models["deepseek-flash"].prices[0]
    week = rate_intervals(price, datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    peak = sum((part.end - part.start for part in week if part.windows), timedelta())
    assert peak == timedelta(hours=5 * 7)


@pytest.mark.parametrize("end", ["2026-09-10T04:00:00+00:00", "2026-09-01T00:00:00+00:00"])
def test_there_is_nothing_before_a_price_begins(shipped: PriceTable, end: str) -> None:
    price = shipped.models["deepseek-flash"].prices[0]
    assert list(rate_intervals(price, datetime(2026, 8, 1, tzinfo=UTC), datetime.fromisoformat(end))) == []
