"""A chart in characters for a terminal: bars with their numbers, as wide as the screen, readable without colour.

Whatever kind a chart is, each value has a line: a category, the beginning of a step, a point of a curve. Read
downwards, the lines of a step chart are its history. On a logarithmic axis a value is a dot, and not the end of a bar.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from tokencost.documents.chart import Axis, Chart, Number, Point
from tokencost.render.numbers import show, show_sentence
from tokencost.render.padding import width_of
from tokencost.render.pictures.scale import Scale, scale_of, show_bar, show_ticks
from tokencost.render.sanitize import sanitize

PIPED_WIDTH = 80
"""Columns of a chart where there is no screen to fit."""
LEAST_BAR = 10
"""Columns below which a bar says too little to stand beside its name and number."""
WIDEST = 120
"""A longer bar is not easier to read."""
MOST_POINTS = 13
"""Of a curve, so that it stays on one screen."""
FULL, RANGE = "█", "░"
DOTS, JOIN, GRID = "●■▲◆○□△◇", "━", "┊"
"""Of each series another dot; what joins the ends of a range; and the lines of the values that are written above."""


class ChartLine(NamedTuple):
    """A line, and whether it may be wrapped."""

    text: str
    style: str = ""
    whole: bool = True


class _Bar(NamedTuple):
    name: str
    point: Point
    number: str
    series: int


def chart_lines(chart: Chart, width: int | None) -> Iterator[ChartLine]:
    """The title, what the bars mean, the bars in groups, and the marks."""
    screen = min(width or PIPED_WIDTH, WIDEST)
    scale = scale_of(chart)
    groups = [(name, bars) for name, bars in _group_bars(chart) if bars]
    bars = [bar for _, group in groups for bar in group]
    names = max((width_of(bar.name) for bar in bars), default=0)
    numbers = max((width_of(bar.number) for bar in bars), default=0)
    indent = "  " if any(name for name, _ in groups) else ""
    room = screen - len(indent) - names - numbers - 2
    beside = room >= LEAST_BAR
    # A bar under its name leaves the line to itself and its number, if they fit.
    length = room if beside else max(screen - len(indent) - numbers - 1, 0)
    yield ChartLine(sanitize(show_sentence(chart.title)), "bold", whole=False)
    yield ChartLine(sanitize(_say_meaning(chart, scale)), "dim", whole=False)
    if scale.logarithmic and length >= LEAST_BAR:
        before = indent + " " * (names + 1) if beside else indent
        yield ChartLine((before + _write_axis(chart, scale, length, length + numbers)).rstrip(), "dim")
    for number, (name, group) in enumerate(groups):
        if name:
            yield ChartLine(name, whole=False)
        for bar in group:
            drawn = (_draw_dot if scale.logarithmic else _draw_bar)(bar, scale, length)
            if beside:
                name_and_gap = bar.name + " " * (names - width_of(bar.name))
                yield ChartLine(" ".join(filter(None, (indent + name_and_gap, drawn, bar.number))))
            else:
                yield ChartLine(indent + bar.name, whole=False)
                yield ChartLine(indent + (f"{drawn} {bar.number}" if drawn else bar.number))
        if name and number < len(groups) - 1 and not beside:
            yield ChartLine("")
    for mark in chart.marks:
        yield ChartLine(f"× {sanitize(show_sentence(mark.words))}", whole=False)


def _say_meaning(chart: Chart, scale: Scale) -> str:
    parts = [chart.values.title]
    if chart.kind == "curve":
        parts.append(f"along {chart.along.title}")
    if scale.logarithmic:
        parts.append("logarithmic axis")
    if any(point.to is not None for series in chart.series for point in series.points):
        parts.append(f"{JOIN if scale.logarithmic else RANGE} is a range")
    left_out = _say_left_out(chart)
    if left_out:
        parts.append(left_out)
    return "; ".join(parts)


def _group_bars(chart: Chart) -> Iterator[tuple[str, Sequence[_Bar]]]:
    """Steps by series, everything else by what it stands at."""
    if chart.kind == "steps":
        for number, series in enumerate(chart.series):
            name = sanitize(series.label)
            yield name, [_make_bar(_show_place(point, chart.along), point, chart, number) for point in series.points]
        return
    if len(chart.series) == 1 and chart.kind == "bars":
        yield "", [_make_bar(_show_place(point, chart.along), point, chart, 0) for point in chart.series[0].points]
        return
    places = chart.categories
    if chart.kind == "curve" and len(places) > MOST_POINTS:
        places = tuple(places[n] for n in _choose_points(len(places)))
    for place in places:
        bars = [
            _make_bar(sanitize(series.label), point, chart, number)
            for number, series in enumerate(chart.series)
            for point in series.points
            if point.at == place
        ]
        yield sanitize(show(place, chart.along.kind, chart.along.currency)), bars


def _choose_points(count: int) -> list[int]:
    """The places of the points of a long curve that are drawn: evenly, the first and the last among them."""
    return sorted({round(n * (count - 1) / (MOST_POINTS - 1)) for n in range(MOST_POINTS)})


def _say_left_out(chart: Chart) -> str:
    count = len(chart.categories)
    return f"{MOST_POINTS} of {count} points" if chart.kind == "curve" and count > MOST_POINTS else ""


def _make_bar(name: str, point: Point, chart: Chart, series: int) -> _Bar:
    return _Bar(name, point, show_bar(point, chart.values), series)


def _show_place(point: Point, axis: Axis) -> str:
    return sanitize(show(point.at, axis.kind, axis.currency))


def _write_axis(chart: Chart, scale: Scale, length: int, room: int) -> str:
    """Round values above their columns, as many as stand apart; the last may stand out above the numbers."""
    line = ""
    for tick, text in show_ticks(chart, scale):
        start = max(_column(scale, Decimal(f"{tick:.10g}"), length) - width_of(text) // 2, 0)
        start = min(start, room - width_of(text))
        if start >= (width_of(line) + 1 if line else 0):
            line += " " * (start - width_of(line)) + text
    return line


def _draw_dot(bar: _Bar, scale: Scale, length: int) -> str:
    """A dot among the lines of the axis; of a range both ends, joined. What is free has no place on such an axis."""
    if length < LEAST_BAR:
        return ""  # nor is there an axis above it, without which it says nothing
    columns = [" "] * length
    for tick in scale.ticks:
        columns[_column(scale, Decimal(f"{tick:.10g}"), length)] = GRID
    ends = [_column(scale, value, length) for value in (bar.point.value, bar.point.to) if value]
    for place in range(ends[0], ends[-1] + 1) if ends else ():
        columns[place] = JOIN
    for place in ends:
        columns[place] = DOTS[bar.series % len(DOTS)]
    return "".join(columns)


def _column(scale: Scale, value: Number, length: int) -> int:
    return round(scale.place(value) * (length - 1))


def _draw_bar(bar: _Bar, scale: Scale, length: int) -> str:
    """The bar. What is not zero has at least one column; a range goes on in a lighter character."""
    point = bar.point
    if point.value is None or not length:
        return ""
    first = _columns(scale.place(point.value), length, seen=bool(point.value))
    if point.to is None:
        return FULL * first
    last = max(_columns(scale.place(point.to), length, seen=True), min(first + 1, length))
    first = min(first, last - 1)
    return FULL * first + RANGE * (last - first)


def _columns(place: float, length: int, *, seen: bool) -> int:
    return min(length, max(round(place * length), 1 if seen else 0))
