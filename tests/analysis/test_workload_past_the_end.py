"""Months that reach past the last day of a model have no cost, and no sum with them can be taken for the whole."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tokencost import InvalidRequest, PriceTable, WorkloadTotals, axis, break_even, sweep, workload, workload_totals
from tokencost.analysis.table.bill_change import bill_changes
from tokencost.analysis.workload.hour_sensitivity import window_ranges
from tokencost.analysis.workload.rows import WorkloadRow
from tokencost.documents.workload.answer import workload_answer
from tokencost.documents.workload.chart import sweep_charts, workload_charts
from tokencost.documents.workload.totals import workload_document
from tokencost.pricetable.when import parse_when
from tokencost.render.numbers import show_sentence

ON = "2026-11-21"
COSTS = ("uncached_input_cost", "cached_input_cost", "cache_write_cost", "output_cost", "cost")
# gpt-5-nano costs half of gpt-6-luna and ends on 2026-12-11.
SPEC: dict[str, Any] = {"requests": 40_000, "input": 1_800, "output": 350, "start": "2026-11", "months": 3}


def totals_of(table: PriceTable, *models: str, **fields: Any) -> WorkloadTotals:
    return workload_totals(table, workload(**{**SPEC, **fields}), models[:-1], against=models[-1], on=ON)


def rows_of(totals: WorkloadTotals, model: str) -> dict[str | None, WorkloadRow]:
    return {row.month: row for row in totals.rows if row.model == model}


def test_such_months_have_no_cost_and_the_total_neither(shipped: PriceTable) -> None:
    rows = rows_of(totals_of(shipped, "gpt-5-nano", "gpt-6-luna"), "gpt-5-nano")
    assert rows["2026-11"].cost == 276
    for month in ("2026-12", "2027-01", None):
        assert [getattr(rows[month], name) for name in COSTS] == [None] * len(COSTS)
        assert (rows[month].ratio, rows[month].percent_lower) == (None, None)
        assert rows[month].baseline_cost
    assert rows[None].requests == 92 * 40_000


def test_a_baseline_that_ends_gives_no_ratio(shipped: PriceTable) -> None:
    rows = rows_of(totals_of(shipped, "gpt-6-luna", "gpt-5-nano"), "gpt-6-luna")
    assert rows["2026-11"].ratio == Fraction(276, 426)
    assert [(rows[month].baseline_cost, rows[month].ratio) for month in ("2026-12", None)] == [(None, None)] * 2
    assert rows[None].cost


def test_the_answer_says_so_and_names_only_what_is_sold_in_all_months(shipped: PriceTable) -> None:
    answer = " ".join(
        show_sentence(each) for each in workload_answer(totals_of(shipped, "gpt-5-nano", "gpt-6-luna", "gpt-5"))
    )
    assert answer == (
        "gpt-6-luna costs $1,306.40 for November 2026 to January 2027, $435.47 a month on average. "
        "gpt-5-nano is sold only until 2026-12-11: it costs $276.00 for November 2026; "
        "no cost is given for December 2026 to January 2027. "
        "gpt-5 is sold only until 2026-12-11: it costs $6,900.00 for November 2026; "
        "no cost is given for December 2026 to January 2027."
    )
    three = totals_of(shipped, "gpt-5-nano", "gpt-6-luna", "gpt-6.1-sol")
    first = show_sentence(next(workload_answer(three)))
    assert first == "gpt-6-luna is the cheapest: $1,306.40 for November 2026 to January 2027."
    assert [side.label for side in three.sold] == ["gpt-6-luna", "gpt-6.1-sol"]


def test_pictures_and_tables_have_it_last_and_marked_without_a_total(shipped: PriceTable) -> None:
    totals = totals_of(shipped, "gpt-5-nano", "gpt-6-luna", "gpt-6.1-sol")
    (whole,) = workload_charts(totals)
    assert [(point.at, point.value is None) for point in whole.series[0].points] == [
        ("gpt-6-luna", False), ("gpt-6.1-sol", False), ("gpt-5-nano (ends 2026-12-11)", True),
    ]  # fmt: skip
    assert show_sentence(whole.title).startswith(
        "gpt-6-luna costs $1,306.40 for November 2026 to January 2027, and gpt-6.1-sol"
    )
    whole_period, by_month = workload_document(shipped, totals).tables
    assert [row[:2] for row in whole_period.rows][-1] == ("gpt-5-nano (ends 2026-12-11)", None)
    assert [column.heading for column in by_month.columns][-1] == "gpt-5-nano (ends 2026-12-11)"
    assert [row[-1] for row in by_month.rows] == [276, None, None, None]


def test_a_baseline_that_ends_has_no_columns_of_ratios(shipped: PriceTable) -> None:
    totals = totals_of(shipped, "gpt-6-luna", "gpt-5-nano")
    assert [column.heading for column in workload_document(shipped, totals).tables[0].columns] == [
        "", "total", "per month",
    ]  # fmt: skip


def test_a_sweep_names_nothing_the_cheapest_that_has_no_cost(shipped: PriceTable) -> None:
    models = ["gpt-5-nano", "gpt-6-luna"]
    swept = sweep(shipped, workload(**SPEC), [axis("cached", 0, 1, 1)], models, on=ON, against="gpt-6.1-sol")
    (chart,) = sweep_charts(totals_of(shipped, *models, "gpt-6.1-sol"), swept, ())
    assert show_sentence(chart.title) == "gpt-6-luna costs least at every value of cached"


def test_what_compares_whole_periods_refuses(shipped: PriceTable) -> None:
    totals = totals_of(shipped, "deepseek-flash", "gpt-5-nano")
    assert {each.reason for each in break_even(shipped, totals)} == {"gpt-5-nano is not sold in all of these months"}
    assert list(window_ranges(totals)) == []
    (change,) = bill_changes(shipped, shipped, [workload(**SPEC)], ["gpt-5-nano"], parse_when(ON))
    assert (change.before, change.reason) == (None, "gpt-5-nano is not sold in all of these months")


def test_a_month_counts_where_no_request_comes_after_the_end(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of(
        """
[models.m]
provider = "acme"
shutdown = 2026-11-30T20:00:00Z
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 1
source = "https://example.org"
"""
    )
    fields = {**SPEC, "months": 1}
    before = workload(**fields, hours=["08:00-20:00"])
    assert workload_totals(table, before, ["m"], against="m", on=ON).baseline.cost == 2580
    with pytest.raises(
        InvalidRequest, match="m is sold only until 2026-11-30T20:00:00Z, and covers none of these months in full"
    ):
        workload_totals(table, workload(**fields), ["m"], against="m", on=ON)


def test_a_workload_that_begins_before_the_first_price_is_refused(shipped: PriceTable) -> None:
    with pytest.raises(InvalidRequest, match="no price of deepseek-flash for the whole of 2026-09") as found:
        totals_of(shipped, "deepseek-flash", "gpt-6-luna", start="2026-09")
    assert found.value.hint == "its first price begins 2026-09-10T04:00:00Z: begin with --start 2026-10"


def test_the_price_of_a_day_gone_by_is_never_the_cheapest(shipped: PriceTable) -> None:
    totals = totals_of(shipped, "gpt-4.1-nano@2026-10-01", "gpt-6-luna", "gpt-6.1-sol", input=1, output=1_000)
    assert [side.label for side in totals.sold] == ["gpt-6-luna", "gpt-6.1-sol"]
    assert [side.label for side in totals.offered] == ["gpt-6-luna", "gpt-6.1-sol"]
    assert totals.models[0].priced_cost < totals.models[1].priced_cost
    said = [show_sentence(sentence) for sentence in workload_answer(totals)]
    assert said[0].startswith("gpt-6-luna is the cheapest: ")
    assert said[-1].startswith("gpt-4.1-nano@2026-10-01, which is no longer sold, would cost $")
    rows = workload_document(shipped, totals).tables[0].rows
    assert rows[-1][0] == "gpt-4.1-nano@2026-10-01 (retired 2026-10-23)"
    two = totals_of(shipped, "deepseek-reasoner@2025-01-27", "o1@2025-01-27")
    answer = " ".join(show_sentence(each) for each in workload_answer(two))
    assert "cheapest" not in answer
    assert "o1@2025-01-27 costs 27.3 times as much" in answer
