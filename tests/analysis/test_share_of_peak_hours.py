"""`peak`: the share of requests in peak hours, whatever the calendar says."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import InvalidRequest, PriceTable, load_prices, workload, workload_totals

Make = Callable[[str], PriceTable]
SHIPPED = load_prices()


def cost(table: PriceTable, model: str, peak: object) -> Fraction:
    shape: dict[str, Any] = {"requests": 1000, "per": "month", "input": 1000, "output": 0, "start": "2026-12"}
    asked = workload(**shape, peak=peak)
    return workload_totals(table, asked, [model], on="2026-11-20", against=model).baseline.priced_cost


def priced(block: str) -> str:
    return f"""
[models.m]
provider = "acme"
name = "M"
[[models.m.prices]]
from = 2025-01-01
input = 1
output = 1
source = "https://example.org"
{block}
"""


def window(name: str, rate: int) -> str:
    return f"""
  [[models.m.prices.when]]
  window = "{name}"
  zone = "UTC"
  days = ["mon"]
  hours = ["09:00-17:00"]
  input = {rate}
  output = 1
"""


@pytest.mark.parametrize(
    ("block", "peak", "expected"),
    [
        (window("peak", 3), "0%", 1), (window("peak", 3), "25%", Fraction(3, 2)), (window("peak", 3), "100%", 3),
        (window("off-peak", 3), "0%", 3), (window("off-peak", 3), "25%", Fraction(5, 2)), ("", "40%", 1),
    ],
)  # fmt: skip
def test_each_part_has_its_own_rate(table_of: Make, block: str, peak: str, expected: Fraction) -> None:
    assert cost(table_of(priced(block)), "m", peak) == expected


def test_other_windows_are_refused(table_of: Make) -> None:
    with pytest.raises(InvalidRequest, match="m divides the week into night, off-peak"):
        cost(table_of(priced(window("night", 3))), "m", "10%")


def test_hours_and_a_share_of_peak_hours_exclude_each_other() -> None:
    with pytest.raises(InvalidRequest, match="both say when requests arrive"):
        workload(requests=1, input=1, output=1, start="2026-12", peak="10%", hours=["09:00-12:00"])


@given(st.integers(0, 100))
def test_the_cost_lies_on_the_line_between_no_peak_and_all_peak(percent: int) -> None:
    none, every, mixed = (cost(SHIPPED, "deepseek-flash", f"{share}%") for share in (0, 100, percent))
    assert mixed == none + (every - none) * Fraction(percent, 100)
