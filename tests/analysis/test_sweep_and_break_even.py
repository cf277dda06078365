"""What the answer hangs on: totals along a field, the value at which two models cost the same, peak hours."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import BreakEven, InvalidRequest, PriceTable, axis, break_even, sweep, workload, workload_totals
from tokencost.analysis.workload.hour_sensitivity import window_ranges
from tokencost.analysis.workload.sweep import with_field

ON = "2026-11-20"
MODELS = """
[models.a]
provider = "acme"
[[models.a.prices]]
from = 2026-01-01
input = 1
cached_input = 0.5
output = 10
source = "s"
  [[models.a.prices.when]]
  input_tokens_above = 200
  input = 3

[models.b]
provider = "acme"
[[models.b.prices]]
from = 2026-01-01
input = 2
cached_input = 0.1
output = 4
source = "s"

[models.rising]
provider = "acme"
[[models.rising.prices]]
from = 2026-01-01
input = 1
output = 1
source = "s"
[[models.rising.prices]]
from = 2026-02-01
input = 2.2
output = 2.2
source = "s"

[models.falling]
provider = "acme"
[[models.falling.prices]]
from = 2026-01-01
input = 2
output = 2
source = "s"
[[models.falling.prices]]
from = 2026-02-01
input = 1
output = 1
source = "s"
"""


@pytest.fixture(scope="session")
def models(table_of: Callable[[str], PriceTable]) -> PriceTable:
    return table_of(MODELS)


def solved(table: PriceTable, model: str, baseline: str, **fields: Any) -> dict[str, BreakEven]:
    spec = workload(**{"requests": 1, "per": "month", "input": 100, "output": 10, "start": "2026-01", **fields})
    totals = workload_totals(table, spec, [model], against=baseline, on=ON)
    return {found.field: found for found in break_even(table, totals)}


def test_costs_are_the_same_where_it_says(models: PriceTable) -> None:
    found = solved(models, "a", "b")
    assert found["input"].values == (Fraction(60),)  # 60 x 1 + 10 x 10 = 60 x 2 + 10 x 4
    assert found["input"].steps == (Fraction(200),)  # above it, a costs 3
    assert found["output"].values == (Fraction(100, 6),)
    assert found["requests"].values == ()
    assert found["token_factor"].values == (Fraction(240, 200),)
    # 100 - 50c + 100 = 200 - 190c + 40
    assert found["cached"].values == (Fraction(40, 140),)
    assert "a offers no batch tier" in found["batch"].reason
    assert not any(each.always for each in found.values())


def test_growth_is_solved_to_fifteen_decimals(models: PriceTable) -> None:
    found = solved(models, "rising", "falling", months=2)
    # 110 + 242 x = 220 + 110 x
    (growth,) = found["growth"].values
    assert abs(growth - (Fraction(110, 132) - 1)) < Fraction(1, 10**14)
    assert found["input"].values == ()


def test_the_same_prices_cost_the_same_everywhere(models: PriceTable) -> None:
    found = solved(models, "b", "a", input=0, output=0)
    assert found["requests"].always
    assert found["growth"].always


@settings(max_examples=30, deadline=None)
@given(
    sent=st.integers(1, 400), made=st.integers(1, 60), cached=st.integers(0, 50), factor=st.sampled_from(["1", "1.3"])
)
def test_every_break_even_is_one(models: PriceTable, sent: int, made: int, cached: int, factor: str) -> None:
    spec = workload(
        requests=7, input=sent, output=made, cached=f"{cached}%", start="2026-03",
        token_factors={"a": Decimal(factor)},
    )  # fmt: skip
    totals = workload_totals(models, spec, ["a"], against="b", on=ON)
    for found in break_even(models, totals):
        for value in found.values:
            assert found.low <= value <= found.high
            changed = with_field(spec, found.field, value, ["a"])
            again = workload_totals(models, changed, ["a"], against="b", on=ON)
            assert again.models[0].cost == again.baseline.cost


def test_a_sweep_is_the_totals_at_each_point(models: PriceTable) -> None:
    spec = workload(requests=1, input=100, output=10, start="2026-01")
    axes = [axis("cached", 0, 1, Fraction(1, 4)), axis("token_factor", 1, 2, 1)]
    result = sweep(models, spec, axes, ["a"], on=ON, against="b")
    assert len(result.rows) == 5 * 2 * 2
    for row in result.rows:
        cached, factor = row.values
        point = spec._replace(cached=cached, token_factors={"a": factor})
        assert row.total in workload_totals(models, point, ["a"], on=ON, against="b").totals


@pytest.mark.parametrize(
    ("field", "first", "last", "step"),
    [("colour", 0, 1, 1), ("cached", 0, 1, 0), ("cached", 1, 0, 1), ("input", 0, 10**8, 1)],
)
def test_sweeps_that_cannot_be(field: str, first: int, last: int, step: int) -> None:
    with pytest.raises(InvalidRequest, match=field):
        axis(field, first, last, step)


@pytest.mark.parametrize(("field", "value"), [("cached", 2), ("months", 0), ("cache_write", Fraction(3, 4))])
def test_points_outside_a_field_are_refused(models: PriceTable, field: str, value: Fraction) -> None:
    spec = workload(requests=1, input=100, output=10, cached="50%", start="2026-01")
    with pytest.raises(InvalidRequest, match=field):
        sweep(models, spec, [axis(field, value, value, 1)], ["a"], on=ON, against="b")


def test_the_range_over_windows_and_whose_they_are(shipped: PriceTable) -> None:
    spec = workload(requests=1, per="month", input=1_000_000, output=0, start="2026-11", months=2)
    models = ["deepseek-flash", "gpt-6-luna"]
    (found,) = window_ranges(workload_totals(shipped, spec, models, against="gpt-4o", on=ON))
    assert (found.model, found.baseline) == ("deepseek-flash", "gpt-4o")
    assert found.lowest == (Fraction(250, 30), (("deepseek-flash", "peak"),))
    assert found.highest == (Fraction(250, 15), (("deepseek-flash", "off-peak"),))
    assert [label for label, _ in found.drivers] == ["deepseek-flash"]


def test_the_same_windows_on_both_sides_open_together(shipped: PriceTable) -> None:
    spec = workload(requests=1, per="month", input=1_000_000, output=0, start="2026-12")
    totals = workload_totals(shipped, spec, ["deepseek-flash"], against="deepseek-v4-pro", on=ON)
    assert list(window_ranges(totals)) == []  # both double: the ratio does not depend on the hour
