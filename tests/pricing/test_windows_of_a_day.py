"""Which windows of a price open on a UTC day: none is shown, or priced, on a day on which it does not open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, compare, price, resolve
from tokencost.errors import NotOffered
from tokencost.pricetable.when import parse_when
from tokencost.pricing.rates import open_window_names, rest_of_week

EARLY = """
[models.early]
provider = "acme"
[[models.early.prices]]
from = 2026-01-05T20:00:00Z
input = 1
output = 1
source = "https://example.org"
  [[models.early.prices.when]]
  window = "peak"
  zone = "Asia/Shanghai"
  days = ["mon"]
  hours = ["00:00-06:00"]
  input = 2
  output = 2
"""
ALWAYS = """
[models.always]
provider = "acme"
[[models.always.prices]]
from = 2026-01-01
input = 1
output = 1
source = "https://example.org"
  [[models.always.prices.when]]
  window = "peak"
  days = ["sun"]
  input = 2
  output = 2
"""


def opened(table: PriceTable, model: str, on: str) -> tuple[str | None, ...]:
    side = resolve(table, model, parse_when(on))
    return open_window_names(side.price, side.when)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-11-20", ("peak", "off-peak")),
        ("2026-11-21", ("off-peak",)),  # a Saturday
        ("2026-11-22", ("off-peak",)),
        ("2026-10-05", ("off-peak",)),  # a Monday within the Chinese National Day holidays
        ("2026-10-08", ("peak", "off-peak")),
        ("2026-11-20T01:00:00Z", ("peak",)),
        ("2026-11-20T00:59:59Z", ("off-peak",)),
    ],
)
def test_weekends_and_chinese_holidays_have_no_peak_hours(
    shipped: PriceTable, on: str, expected: tuple[str, ...]
) -> None:
    assert opened(shipped, "deepseek-flash", on) == expected


def test_a_window_may_open_in_a_part_of_a_utc_day_only(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of(EARLY)
    # Monday 00:00 to 06:00 in Shanghai is Sunday 16:00 to 22:00 UTC.
    assert opened(table, "early", "2026-01-11") == ("peak", "off-peak")
    assert opened(table, "early", "2026-01-12") == ("off-peak",)


def test_only_the_part_of_a_day_counts_in_which_the_price_holds(table_of: Callable[[str], PriceTable]) -> None:
    # Monday's window ended at 22:00 UTC of Sunday, a day before the price began.
    assert opened(table_of(EARLY), "early", "2026-01-05") == ("off-peak",)


def test_a_window_that_is_open_all_day_leaves_no_other_hours(table_of: Callable[[str], PriceTable]) -> None:
    assert opened(table_of(ALWAYS), "always", "2026-01-04") == ("peak",)
    assert opened(table_of(ALWAYS), "always", "2026-01-05") == ("off-peak",)


@given(day=st.dates(datetime(2026, 9, 11, tzinfo=UTC).date(), datetime(2026, 12, 1, tzinfo=UTC).date()))
def test_the_windows_of_a_day_are_those_of_its_minutes(shipped: PriceTable, day: object) -> None:
    dated = resolve(shipped, "deepseek-flash", parse_when(str(day))).price
    first = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    minutes = (first + timedelta(minutes=n) for n in range(1440))
    found = {any(window.contains(minute) for window in dated.windows) for minute in minutes}
    expected = {name for name, is_open in (("peak", True), (rest_of_week(dated), False)) if is_open in found}
    assert set(open_window_names(dated, first.date())) == expected


def test_a_window_named_for_a_day_without_it_is_an_error_that_says_when_it_opens(shipped: PriceTable) -> None:
    message = "deepseek-flash has no peak hours on 2026-11-21"
    with pytest.raises(NotOffered, match=message) as found:
        price(shipped, "deepseek-flash", on="2026-11-21", window="peak", input_tokens=1, output_tokens=1)
    assert found.value.hint is not None
    assert found.value.hint.startswith("peak is Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai")
    with pytest.raises(NotOffered, match=message):
        compare(shipped, ["deepseek-flash", "gpt-6.1-sol"], on="2026-11-21", window="peak")
    assert price(shipped, "deepseek-flash", on="2026-11-21", window="off-peak", input_tokens=1, output_tokens=1).total
