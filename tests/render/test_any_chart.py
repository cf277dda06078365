"""Whatever a chart holds, it can be drawn: no number is too small, too large, missing or alone."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost.documents.chart import Axis, Chart, Mark, Point, Series
from tokencost.documents.document import Document
from tokencost.render import PICTURE_FORMATS, encode
from tokencost.render.padding import width_of
from tokencost.render.pictures.scale import scale_of
from tokencost.render.pictures.svg_chart import draw_figure
from tokencost.render.sanitize import HIDDEN
from tokencost.render.terminal.chart import DOTS, FULL, chart_lines

START = datetime(2025, 1, 1, tzinfo=UTC)
AMOUNTS = st.one_of(
    st.none(),
    st.just(0),
    st.fractions(0, 10**6, max_denominator=10**9),
    st.sampled_from([Fraction(1, 10**18), Fraction(10**20)]),
)
NAMES = st.text(min_size=1, max_size=60)


@st.composite
def charts(draw_: st.DrawFn) -> Chart:
    kind = draw_(st.sampled_from(["bars", "steps", "curve"]))
    series = []
    for name in draw_(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        points = []
        for number, value in enumerate(draw_(st.lists(AMOUNTS, max_size=5))):
            to = None if value is None else draw_(st.sampled_from([None, value + 1]))
            if kind == "steps":
                at = START + timedelta(days=30 * number)
                points.append(Point(at, value, to, at + timedelta(days=30)))
            else:
                points.append(Point(f"c{number}" if kind == "bars" else Fraction(number), value, to))
        series.append(Series(name, tuple(points)))
    along = {"bars": "text", "steps": "bound", "curve": "count"}[kind]
    return Chart(kind, (draw_(NAMES),), Axis("USD", "money"), Axis("x", along), tuple(series))  # type: ignore[arg-type]  # a kind of its own


@given(charts(), st.one_of(st.none(), st.integers(1, 150)))
def test_on_a_terminal_no_line_of_a_bar_is_wider_than_the_screen(chart: Chart, width: int | None) -> None:
    numbers = 0
    for line in chart_lines(chart, width):
        assert not HIDDEN.search(line.text)
        if line.whole and {FULL, DOTS[0]} & set(line.text):
            numbers += 1
            assert width_of(line.text) <= (width or 80)
    assert numbers <= sum(len(series.points) for series in chart.series)


@given(charts())
def test_every_place_lies_within_the_scale(chart: Chart) -> None:
    scale = scale_of(chart)
    assert all(0 <= scale.place(value) <= 1 + 1e-9 for value in chart.drawn)


@given(charts())
def test_in_a_page_it_is_well_formed(chart: Chart) -> None:
    figure = draw_figure(chart)
    ET.fromstring(figure[figure.index("<svg") : figure.index("</figure>")])  # noqa: S314  # it is our own


@settings(max_examples=12, deadline=None)
@given(charts(), st.sampled_from(list(PICTURE_FORMATS)))
def test_as_a_file_it_is_drawn_without_a_warning(chart: Chart, name: str) -> None:
    document = Document("compare", START, "1", "0" * 64, (), charts=(chart,))
    picture = encode(document, name)
    assert len(picture) > 500
    if name == "svg":
        ET.fromstring(picture)  # noqa: S314  # it is our own
        assert HIDDEN.search(picture.decode().replace("\n", "")) is None


@pytest.mark.parametrize("name", PICTURE_FORMATS)
def test_marks_and_a_single_point_are_drawn(name: str) -> None:
    points = (Point(Fraction(1), Fraction(2)),)
    mark = Mark(Fraction(1), Fraction(2), ("a costs what b costs",))
    chart = Chart("curve", ("t",), Axis("USD", "money"), Axis("x", "count"), (Series("a", points),), (mark,))
    picture = encode(Document("workload", START, "1", "0" * 64, (), charts=(chart,)), name)
    assert name != "svg" or b">a costs what b costs</text>" in picture
