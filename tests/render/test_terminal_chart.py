"""Charts in signs of a terminal: what stands on each line, at every width."""

from fractions import Fraction

import pytest

from tokencost.documents.chart import Axis, Chart, Mark, Point, Series
from tokencost.documents.document import Figure
from tokencost.render.padding import width_of
from tokencost.render.terminal.chart import chart_lines


def text_of(chart: Chart, width: int | None) -> str:
    return "\n".join(line.text for line in chart_lines(chart, width)) + "\n"


def bars(*series: Series, title: str = "o1 costs more", values: str = "USD per 1M tokens") -> Chart:
    return Chart("bars", (title,), Axis(values, "rate"), Axis("component", "text"), series)


WIDE_SPAN = bars(
    Series("r1", (Point("input", Fraction(1, 2), remark=("98% lower",)), Point("output", 2))),
    Series("o1", (Point("input", 15), Point("output", 60))),
)


def test_what_spans_more_than_a_factor_of_ten_is_dots_on_a_logarithmic_axis() -> None:
    assert (
        text_of(WIDE_SPAN, 60)
        == """\
o1 costs more
USD per 1M tokens; logarithmic axis
         $1              $10            $100
input
  r1 ●    ┊               ┊               ┊ $0.50  98% lower
  o1      ┊               ┊  ■            ┊ $15.00
output
  r1      ┊    ●          ┊               ┊ $2.00
  o1      ┊               ┊           ■   ┊ $60.00
"""
    )


def test_a_range_joins_two_dots_and_what_is_free_has_none() -> None:
    points = (Point("a", 0), Point("b", Fraction(1), to=2), Point("c", 11))
    assert (
        text_of(bars(Series("s", points)), 60)
        == """\
o1 costs more
USD per 1M tokens; logarithmic axis; ━ is a range
  $0.50 $1.00   $2.00     $5.00  $10.00  $20.00
a ┊       ┊       ┊         ┊       ┊       ┊ $0.00
b ┊       ●━━━━━━━●         ┊       ┊       ┊ $1.00 to $2.00
c ┊       ┊       ┊         ┊       ┊●      ┊ $11.00
"""
    )


@pytest.mark.parametrize(("most", "sign"), [(10, "█"), (Fraction(10_000_001, 10**6), "●")])
def test_bars_give_way_to_dots_above_a_factor_of_ten(most: Fraction, sign: str) -> None:
    shown = text_of(bars(Series("s", (Point("a", 1), Point("b", most)))), 60)
    assert sign in shown
    assert not {"█", "●"} - {sign} & set(shown)


def test_a_screen_too_narrow_for_an_axis_shows_the_numbers() -> None:
    assert (
        text_of(WIDE_SPAN, 27)
        == """\
o1 costs more
USD per 1M tokens; logarithmic axis
input
  r1
  $0.50  98% lower
  o1
  $15.00

output
  r1
  $2.00
  o1
  $60.00
"""
    )


def test_within_a_factor_of_ten_the_scale_is_even() -> None:
    chart = bars(Series("cost", (Point("a", 5), Point("b", 10), Point("c", None), Point("d", 0))), values="USD")
    assert (
        text_of(chart, 29)
        == """\
o1 costs more
USD
a ██████████ $5.00
b ████████████████████ $10.00
c —
d $0.00
"""
    )


def test_a_narrow_screen_puts_a_bar_under_its_name() -> None:
    chart = bars(Series("a-model-with-a-long-name", (Point("input", 4),)), Series("b", (Point("input", 8),)))
    assert (
        text_of(chart, 24)
        == """\
o1 costs more
USD per 1M tokens
input
  a-model-with-a-long-name
  ████████ $4.00
  b
  ████████████████ $8.00
"""
    )


def test_steps_are_read_downwards_and_a_range_has_a_lighter_sign() -> None:
    from datetime import UTC, datetime

    first, second = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 8, 16, tzinfo=UTC)
    chart = Chart(
        "steps",
        ("fell",),
        Axis("output, USD per 1M tokens", "rate"),
        Axis("date, UTC", "bound"),
        (Series("m", (Point(first, 4, until=second), Point(second, 1, to=2))),),
    )
    assert (
        text_of(chart, 60)
        == """\
fell
output, USD per 1M tokens; ░ is a range
m
  2025-01-01           ██████████████████████ $4.00
  2025-02-08T16:00:00Z ██████░░░░░ $1.00 to $2.00
"""
    )


def test_a_curve_names_its_marks_and_leaves_points_out_aloud() -> None:
    points = tuple(Point(Fraction(n), Fraction(n + 1)) for n in range(0, 40, 2))
    mark = Mark(Fraction(3), Fraction(4), ("a costs what b costs at ", Figure(Fraction(3), "percent")))
    chart = Chart("curve", ("t",), Axis("USD", "money"), Axis("cached, %", "percent"), (Series("a", points),), (mark,))
    lines = text_of(chart, 60).splitlines()
    assert lines[1] == "USD; along cached, %; logarithmic axis; 13 of 20 points"
    assert lines[3] == "0.0%"
    assert lines[-1] == "× a costs what b costs at 3.0%"
    assert sum(line.startswith("  a ") for line in lines) == 13
    assert lines[-3] == "38.0%"


@pytest.mark.parametrize("width", [1, 5, 12, 20, 33, 40, 60, 80, 200, None])
def test_no_bar_is_wider_than_the_screen_and_no_number_is_cut(width: int | None) -> None:
    lines = [line for line in chart_lines(WIDE_SPAN, width) if line.whole]
    widest = max(width_of(line.text) for line in lines)
    assert widest <= max(width or 80, len("  $0.50  98% lower"))
    shown = "\n".join(line.text for line in lines)
    assert all(number in shown for number in ("$0.50", "$15.00", "$2.00", "$60.00"))


def test_wide_signs_stand_straight_and_hidden_ones_are_shown() -> None:
    chart = bars(Series("价格", (Point("a", 1),)), Series("x\x1b[31m\u202e", (Point("a", 2),)), title="t\x1b]0;")
    lines = text_of(chart, 60).splitlines()
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
    assert lines[0] == r"t\x1b]0;"
    starts = [width_of(line[: line.index("█")]) for line in lines if "█" in line]
    assert len(set(starts)) == 1


def test_what_is_not_zero_has_a_sign() -> None:
    chart = bars(Series("s", (Point("a", Fraction(1, 10**6)), Point("b", 10**6))))
    lines = text_of(chart, 60).splitlines()
    assert "●" in lines[3]
    chart = bars(Series("s", (Point("a", Fraction(1, 10**6)), Point("b", 0))))
    assert "█" in text_of(chart, 60).splitlines()[2]
