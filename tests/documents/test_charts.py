"""The data and the marks of every chart, beside the tables they come from."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tokencost import (
    Comparison,
    PriceTable,
    axis,
    break_even,
    compare,
    judge,
    load_claims,
    sweep,
    usage,
    workload,
    workload_totals,
)
from tokencost.analysis.table.price_rows import price_history
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.claims.chart import claim_charts, claims_charts
from tokencost.documents.compare import comparison_document
from tokencost.documents.table.history_chart import history_charts
from tokencost.documents.usage.chart import usage_charts
from tokencost.documents.workload.chart import sweep_charts, workload_charts
from tokencost.pricetable.when import parse_when
from tokencost.render.numbers import show_sentence

TWO_MODELS = """
[models.cheap]
provider = "acme"
name = "Cheap"
[[models.cheap.prices]]
from = 2025-01-01
input = 1
output = 2
source = "https://example.org"
  [[models.cheap.prices.when]]
  window = "peak"
  zone = "UTC"
  days = ["mon"]
  hours = ["09:00-17:00"]
  input = 2
  output = 4

[models.dear]
provider = "acme"
name = "Dear"
[[models.dear.prices]]
from = 2025-01-01
input = 40
cached_input = 0
output = 8
source = "https://example.org"
[[models.dear.prices]]
from = 2025-03-01
input = 20
cached_input = 0
output = 8
source = "https://example.org"
"""
Make = Callable[[str], PriceTable]


def comparison_charts_of(result: Comparison) -> tuple[Chart, ...]:
    """With the answer of the comparison as their title."""
    return tuple(comparison_document(result.table, result).charts)


def drawn(chart: Chart) -> dict[str, list[tuple[Any, ...]]]:
    """By series: place, value, upper end, remark."""
    return {
        series.label: [(point.at, point.value, point.to, show_sentence(point.remark)) for point in series.points]
        for series in chart.series
    }


def test_a_comparison_is_bars_by_component_with_its_finding_as_title(shipped: PriceTable) -> None:
    (chart,) = comparison_charts_of(compare(shipped, ["deepseek-reasoner"], against="o1", on="2025-01-27"))
    assert show_sentence(chart.title) == (
        "On 2025-01-27, o1 cost 27.3 to 53.6 times as much as deepseek-reasoner (96.3% to 98.1% lower)"
    )
    assert (chart.drawing, chart.values) == ("dots", Axis("USD per 1M tokens", "rate"))
    assert drawn(chart) == {
        "deepseek-reasoner": [
            ("input", Decimal("0.55"), None, "96.3% lower"),
            ("cached input", Decimal("0.14"), None, "98.1% lower"),
            ("output", Decimal("2.19"), None, "96.4% lower"),
        ],
        "o1": [
            ("input", Decimal(15), None, ""),
            ("cached input", Decimal("7.50"), None, ""),
            ("output", Decimal(60), None, ""),
        ],
    }


def test_windows_are_series_and_a_missing_rate_is_no_zero(table_of: Make) -> None:
    (chart,) = comparison_charts_of(compare(table_of(TWO_MODELS), ["cheap"], against="dear", on="2025-02-03"))
    assert (
        show_sentence(chart.title)
        == "On 2025-02-03, dear cost 2.0 to 40.0 times as much as cheap (50.0% to 97.5% lower)"
    )
    assert drawn(chart) == {
        "cheap (peak)": [
            ("input", Decimal(2), None, "95.0% lower"),
            ("cached input", None, None, ""),
            ("output", Decimal(4), None, "50.0% lower"),
        ],
        "cheap (off-peak)": [
            ("input", Decimal(1), None, "97.5% lower"),
            ("cached input", None, None, ""),
            ("output", Decimal(2), None, "75.0% lower"),
        ],
        "dear": [
            ("input", Decimal(40), None, ""),
            ("cached input", Decimal(0), None, ""),
            ("output", Decimal(8), None, ""),
        ],
    }


def test_a_baseline_with_windows_has_a_series_for_each(table_of: Make) -> None:
    (chart,) = comparison_charts_of(compare(table_of(TWO_MODELS), ["dear"], against="cheap", on="2025-02-03"))
    assert show_sentence(chart.title) == "On 2025-02-03, dear cost 2.0 to 40.0 times as much as cheap"
    # The windows are the baseline's: the other model has one price for all hours, and one series.
    assert [series.label for series in chart.series] == ["dear", "cheap (peak)", "cheap (off-peak)"]
    assert [(point.at, point.value) for point in chart.series[0].points] == [
        ("input", Decimal(40)),
        ("cached input", Decimal(0)),
        ("output", Decimal(8)),
    ]


def test_a_window_that_does_not_open_on_the_day_is_not_drawn(table_of: Make) -> None:
    (chart,) = comparison_charts_of(compare(table_of(TWO_MODELS), ["dear"], against="cheap", on="2025-02-01"))
    assert show_sentence(chart.title) == "On 2025-02-01, dear cost 4.0 to 40.0 times as much as cheap"
    assert [series.label for series in chart.series] == ["dear", "cheap"]


def test_a_retired_model_is_marked_in_a_picture(shipped: PriceTable) -> None:
    (chart,) = comparison_charts_of(compare(shipped, ["gpt-6-luna", "o1"], against="gpt-6.1-sol", on="2026-11-20"))
    assert [series.label for series in chart.series] == ["gpt-6-luna", "o1 (retired 2026-10-23)", "gpt-6.1-sol"]
    assert "o1 (retired 2026-10-23) cost 6.0 to 75.0 times as much as gpt-6.1-sol" in show_sentence(chart.title)


def test_a_picture_names_the_days_of_models_that_have_their_own(shipped: PriceTable) -> None:
    (chart,) = comparison_charts_of(compare(shipped, ["deepseek-reasoner@2025-01-27", "gpt-6.1-sol"], on="2026-11-20"))
    assert show_sentence(chart.title) == (
        "gpt-6.1-sol on 2026-11-20 cost 3.6 to 4.6 times as much as deepseek-reasoner on 2025-01-27, "
        "but for cached input deepseek-reasoner on 2025-01-27 cost 1.4 times"
    )


SIDES = ("deepseek-flash", "gpt-6-luna")


def test_what_holds_for_most_components_goes_first(shipped: PriceTable) -> None:
    asked = [compare(shipped, [one], against=two, on="2026-11-20") for one, two in (SIDES, SIDES[::-1])]
    said = {show_sentence(chart.title) for each in asked for chart in comparison_charts_of(each)[:1]}
    (same,) = said
    assert same == (
        "On 2026-11-20, deepseek-flash cost 1.2 to 3.0 times as much as gpt-6-luna, "
        "but for cached input gpt-6-luna cost 1.7 to 3.3 times"
    )


def test_a_price_that_became_a_range_is_not_said_to_have_risen_to_its_end(shipped: PriceTable) -> None:
    on = parse_when("2026-11-20")
    output, _, _ = history_charts(price_history(shipped, ["deepseek-v4-pro"], on), on)
    assert show_sentence(output.title) == "deepseek-v4-pro output went from $3.48 to between $1.98 and $3.96"
    (series,) = output.series
    values = [(point.value, point.to) for point in series.points]
    assert all(one != other for one, other in pairwise(values))


def test_a_history_is_steps_with_windows_as_a_band(table_of: Make) -> None:
    on = parse_when("2025-06-01")
    rows = price_history(table_of(TWO_MODELS), ["cheap", "dear"], on)
    output, input_, cached = history_charts(rows, on)
    assert (
        show_sentence(input_.title)
        == "cheap input has cost $2.00 since 2025-01-01 and dear input fell from $40.00 to $20.00"
    )
    assert [
        (series.label, str(point.at)[:10], str(point.until)[:10], point.value, point.to)
        for series in input_.series
        for point in series.points
    ] == [
        ("cheap", "2025-01-01", "2025-06-02", Decimal(1), Decimal(2)),
        ("dear", "2025-01-01", "2025-03-01", Decimal(40), None),
        ("dear", "2025-03-01", "2025-06-02", Decimal(20), None),
    ]
    assert [chart.values.title for chart in (output, input_, cached)] == [
        "output, USD per 1M tokens", "input, USD per 1M tokens", "cached input, USD per 1M tokens",
    ]  # fmt: skip
    assert [series.label for series in cached.series] == ["dear"]
    assert (input_.logarithmic, output.logarithmic) == (True, False)


def test_a_price_that_came_back_is_not_said_to_have_stayed(shipped: PriceTable) -> None:
    on = parse_when("2026-11-20")
    charts = history_charts(price_history(shipped, ["deepseek-chat"], parse_when("2025-01-01")), on)
    assert show_sentence(charts[0].title) == "deepseek-chat output is again at $0.28, as on 2024-05-06"


def month_of(**fields: Any) -> Any:
    given = {"requests": 1000, "per": "month", "input": 1000, "output": 1000, "start": "2025-05", **fields}
    return workload(**given)


def test_a_workload_is_a_bar_for_each_model(table_of: Make) -> None:
    totals = workload_totals(
        table_of(TWO_MODELS), month_of(months=2, peak="25%"), ["cheap"], against="dear", on="2025-06-01"
    )
    (whole,) = workload_charts(totals)
    assert show_sentence(whole.title) == "cheap costs $7.50 for May to June 2025, and dear 7.5× as much"
    assert drawn(whole) == {"cost": [("cheap", Fraction(15, 2), None, "86.6% lower"), ("dear", Fraction(56), None, "")]}


def test_a_sweep_is_a_curve_with_its_break_even_marked(table_of: Make) -> None:
    table = table_of(TWO_MODELS)
    totals = workload_totals(table, month_of(peak="0%"), ["cheap"], against="dear", on="2025-06-01")
    swept = sweep(
        table, month_of(peak="0%"), [axis("cached", 0, 1, Fraction(1, 4))], ["cheap"], against="dear", on="2025-06-01"
    )
    (chart,) = sweep_charts(totals, swept, break_even(table, totals, ["cached"]))
    assert drawn(chart)["dear"] == [
        (Fraction(share), Fraction(28 - share / 5), None, "") for share in map(Fraction, (0, 25, 50, 75, 100))
    ]
    # Cached input is free at dear and costs 1 at cheap: 3 = 28 - 20 x lies above all shares.
    assert chart.marks == ()
    assert show_sentence(chart.title) == "cheap costs least at every value of cached"
    assert chart.along == Axis("cached, %", "percent")


def test_a_break_even_lies_where_the_curves_cross(table_of: Make) -> None:
    table = table_of(TWO_MODELS.replace("output = 8", "output = 1"))
    asked = month_of(peak="0%")
    totals = workload_totals(table, asked, ["cheap"], against="dear", on="2025-06-01")
    swept = sweep(table, asked, [axis("output", 0, 40_000, 10_000)], ["cheap"], against="dear", on="2025-06-01")
    (chart,) = sweep_charts(totals, swept, break_even(table, totals, ["output"]))
    assert [(mark.at, mark.value, show_sentence(mark.words)) for mark in chart.marks] == [
        (Fraction(19_000), Fraction(39), "cheap costs what dear costs at output 19,000")
    ]
    assert show_sentence(chart.title) == "cheap costs what dear costs at output 19,000"


def test_claims_are_the_printed_factor_beside_the_computed_one(shipped: PriceTable) -> None:
    judged = [judge(shipped, claim) for claim in load_claims()]
    (chart,) = claims_charts(judged)
    assert show_sentence(chart.title).startswith("13 of 20 published figures are reproduced; the 18 that")
    printed, computed = ({row[0]: row[1:] for row in rows} for rows in drawn(chart).values())
    assert printed["r1-20-to-50-times"] == (20, 50, "")
    assert printed["api-cost-90-95"] == (10, 20, "")
    assert printed["query-cost-014-750"] == (50, None, "")
    assert computed["query-cost-014-750"] == (Fraction(375, 7), None, "reproduced")


def test_one_claim_shows_both_sides_of_every_computation(shipped: PriceTable) -> None:
    (claim,) = [claim for claim in load_claims() if claim.id == "query-cost-014-750"]
    (chart,) = claim_charts(judge(shipped, claim))
    assert show_sentence(chart.title) == "query-cost-014-750: reproduced, the right side costs 53.57× as much"
    assert [series.label for series in chart.series] == ["deepseek-reasoner", "o1"]
    assert drawn(chart)["deepseek-reasoner"][1] == ("cached input", Decimal("0.14"), None, "98.13% lower, reproduced")


@pytest.mark.parametrize(
    ("values", "logarithmic"), [((1, 10), False), ((1, 11), True), ((0, 1, 10), False), ((0, 0), False), ((), False)]
)
def test_a_scale_is_logarithmic_above_a_factor_of_ten(values: tuple[int, ...], logarithmic: bool) -> None:
    points = tuple(Point(str(n), value) for n, value in enumerate(values))
    series = (Series("s", points),)
    chart = Chart("bars", ("x",), Axis("USD", "money"), Axis("x", "text"), series)
    assert chart.logarithmic is logarithmic
    # The length of a bar means nothing on such a scale; of lines, whose ends alone count, it is as good as any.
    assert chart.drawing == ("dots" if logarithmic else "bars")
    for kind in ("steps", "curve"):
        assert chart._replace(kind=kind).drawing == kind


def test_a_bill_for_logs_has_a_bar_for_each_alternative(shipped: PriceTable, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "model,time,input_tokens,output_tokens\n"
        "o1,2025-01-27T00:00:00Z,1000000,0\n"
        "gpt-4o,2025-01-27T00:00:00Z,1000000,0\n"
    )
    (chart,) = usage_charts(usage(shipped, [str(log)], as_models=["deepseek-reasoner"]))
    assert show_sentence(chart.title) == "2 requests on 2025-01-27 cost $17.50, 15.9× as much as on deepseek-reasoner"
    assert [(series.label, [(point.at, point.value) for point in series.points]) for series in chart.series] == [
        ("cost", [("o1", 15), ("gpt-4o", Decimal("2.5"))]),
        ("as deepseek-reasoner", [("o1", Decimal("0.55")), ("gpt-4o", Decimal("0.55"))]),
    ]
    assert chart.values == Axis("USD", "money")
    assert chart.logarithmic


def test_the_steps_of_a_retired_model_end_with_its_sale(shipped: PriceTable) -> None:
    on = parse_when("2026-11-20")
    output = history_charts(price_history(shipped, ["o1"], on), on)[0]
    assert str(output.series[0].points[-1].until)[:10] == "2026-10-23"
