"""Charts as SVG, inside a page or as a file: drawn here, so that neither needs a library, and a page fits any width.

Places across are percentages, so that text keeps its size when the page is narrow; text stays text. In a file each
chart is an element of its own inside the whole, so that the same percentages hold.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import Any

from tokencost.documents.chart import Chart, Number, Point, Series
from tokencost.documents.document import Document, Plain
from tokencost.render.numbers import show, show_sentence
from tokencost.render.padding import width_of, wrap_columns
from tokencost.render.pictures.scale import Scale, group_number, say_bands, scale_of, show_bar, show_end, show_ticks
from tokencost.render.sanitize import sanitize
from tokencost.render.view import list_footer

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8c8c8c")
"""Those of Okabe and Ito, told apart by colour-blind readers too; grey for black, which a dark page hides."""
DASHES = ("", "7 4", "2 3", "9 3 2 3")
ROW, BAR, HEADING, LEGEND, LINE = 36, 10, 26, 20, 16
"""Heights in pixels."""
PLOT, GUTTER = 230, 12
"""Of lines: the height in pixels, and what of the width is left to the values beside them, in percent."""
EDGE = 30
WIDTH, MARGIN, GAP = 860, 20, 26
"""Of a file, in pixels."""
TITLE, SMALL = 16, 12
"""Sizes of text in pixels, beside the usual one."""
TITLE_COLUMNS, SMALL_COLUMNS = 92, 130
"""How many characters stay within a file in the widest of the usual fonts."""
LEAST_TICKS = 3
"""Years, or months, that are written below a line: fewer say too little."""
SHORT_COLUMNS = 50
"""How many characters of a name and a number, or of a line of a legend, stay within a page on a telephone."""
STYLE = (
    'color="#1a1a1a" font-size="13" font-family="Helvetica, Arial, \'Liberation Sans\', \'DejaVu Sans\', sans-serif"'
)

SHAPES = (
    '<circle r="6" {}/>',
    '<path d="M-5.5 -5.5H5.5V5.5H-5.5Z" {}/>',
    '<path d="M0 -7L6.8 5.5H-6.8Z" {}/>',
    '<path d="M0 -7.5L7.5 0L0 7.5L-7.5 0Z" {}/>',
    '<path d="M0 7L6.8 -5.5H-6.8Z" {}/>',
    '<path d="M-2 -6.5H2V-2H6.5V2H2V6.5H-2V2H-6.5V-2H-2Z" {}/>',
)
"""Of the points of each series, around the point itself: told apart without colour, and hollow from the seventh on."""
RING = 'fill="none" stroke="currentColor" stroke-width="2"'
"""How a mark is drawn."""

Across = Callable[[Plain], float]
Up = Callable[[Number | float], float]


def draw_figure(chart: Chart) -> str:
    """The chart as a figure of a page, with its title as its name."""
    height, parts = _draw(chart)
    name = _escape(show_sentence(chart.title))
    size = f'width="100%" height="{height}" font-size="13" overflow="visible"'
    head = f'<svg class="chart" role="img" aria-label="{name}" {size}>'
    caption = f"<figcaption><strong>{name}</strong><br><small>{escape(_unit(chart))}</small></figcaption>"
    return "\n".join(["<figure>", caption, head, *parts, "</svg>", "</figure>"])


def encode(document: Document, _format: str) -> bytes:
    """The charts of the document below each other and its footer, as a file that needs nothing beside it."""
    parts: list[str] = []
    at = float(MARGIN)

    def write(text: str, columns: int, **style: Any) -> None:
        nonlocal at
        for line in wrap_columns(text, columns):
            at += style["size"] * 1.35
            parts.append(_draw_label(0, at, line, **style).replace('x="0.00%"', f'x="{MARGIN}"'))

    for chart in document.charts:
        write(sanitize(show_sentence(chart.title)), TITLE_COLUMNS, size=TITLE, bold=True)
        write(_unit(chart), SMALL_COLUMNS, size=SMALL)
        height, drawn = _draw(chart)
        at += MARGIN / 2
        parts += [
            f'<svg x="{MARGIN}" y="{at:.1f}" width="{WIDTH - 2 * MARGIN}" height="{height}" overflow="visible">',
            *drawn,
            "</svg>",
        ]
        at += height + GAP
    for sentence in list_footer(document):
        write(sentence, SMALL_COLUMNS, size=SMALL)
    size = f'width="{WIDTH}" height="{at + MARGIN:.0f}" viewBox="0 0 {WIDTH} {at + MARGIN:.0f}"'
    name = _escape(show_sentence(document.charts[0].title))
    # Its own colours: an image takes none from the page around it, and black on a dark page would not be seen.
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {STYLE}>',
        f"<title>{name}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    return "\n".join([*head, *parts, "</svg>", ""]).encode()


def _draw(chart: Chart) -> tuple[int, list[str]]:
    """The height of a chart and its elements, without title and unit."""
    parts: list[str] = []
    scale = scale_of(chart)
    return (_draw_rows if chart.kind == "bars" else _draw_lines)(parts, chart, scale), parts


def _unit(chart: Chart) -> str:
    unit = chart.values.title + (", logarithmic axis" if chart.logarithmic else "")
    if chart.kind == "bars":
        return sanitize(unit)
    return sanitize(f"{unit}, along {chart.along.title}{say_bands(chart)}")


def _draw_rows(parts: list[str], chart: Chart, scale: Scale) -> int:
    """A row for each value: its name and number, and below them the bar from zero, or the dot."""
    at = 0
    one = len(chart.series) == 1
    rows: list[str] = []
    for place in chart.categories:
        heading = sanitize(show(place, chart.along.kind))
        if not one:
            rows += _draw_texts(at := at + HEADING - 8, heading, bold=True)
            at += 8 + LINE * (len(wrap_columns(heading, SHORT_COLUMNS)) - 1)
        for number, series in enumerate(chart.series):
            for point in series.points:
                if point.at == place:
                    at = _draw_row(rows, heading if one else sanitize(series.label), show_bar(point, chart.values), at)
                    rows.extend((_draw_dot if chart.drawing == "dots" else _draw_bar)(point, scale, at, number))
                    at += ROW - LINE
    at += 4
    # The lines come first, so that none crosses a text.
    for tick in scale.ticks if chart.drawing == "dots" else ():
        left = scale.place(Decimal(f"{tick:.10g}")) * 100
        parts.append(_draw_line(left, 0, left, at, 'stroke="currentColor" opacity="0.15"'))
    parts += rows
    _draw_values_axis(parts, chart, scale, at)
    return at + EDGE


def _draw_row(parts: list[str], name: str, number: str, at: int) -> int:
    """The name and the number of a row, on lines of their own where one is too narrow; returns where the bar begins."""
    lines = wrap_columns(name, SHORT_COLUMNS)
    if width_of(lines[-1]) + width_of(number) + 2 > SHORT_COLUMNS:
        lines.append("")
    parts += _draw_texts(at + 13, *lines)
    at += LINE * len(lines)
    parts.append(_draw_label(100, at - 3, number, anchor="end"))
    return at


def _draw_texts(at: int, *texts: str, bold: bool = False) -> Iterator[str]:
    """Lines of text below each other."""
    lines = [line for text in texts for line in wrap_columns(text, SHORT_COLUMNS) or [""]]
    yield from (_draw_label(0, at + LINE * n, line, bold=bold) for n, line in enumerate(lines) if line)


def _draw_values_axis(parts: list[str], chart: Chart, scale: Scale, at: int) -> None:
    """Round values below the rows."""
    parts.append(_draw_line(0, at, 100, at, 'stroke="currentColor" opacity="0.4"'))
    for tick, text in show_ticks(chart, scale):
        left = scale.place(Decimal(f"{tick:.10g}")) * 100
        parts.append(_draw_line(left, at, left, at + 5, 'stroke="currentColor"'))
        parts.append(_draw_tick_label(left, at + 18, text))


def _draw_dot(point: Point, scale: Scale, at: int, number: int) -> Iterator[str]:
    """A mark on a thin line across; of a range both ends, joined. What is free has no place on such an axis."""
    middle = at + BAR
    yield _draw_line(0, middle, 100, middle, 'stroke="currentColor" opacity="0.3" stroke-dasharray="1 4"')
    ends = [scale.place(value) * 100 for value in (point.value, point.to) if value]
    if len(ends) > 1:
        yield _draw_line(ends[0], middle, ends[1], middle, f'stroke="{COLORS[number % len(COLORS)]}" stroke-width="3"')
    yield from (_draw_mark(end, middle, number) for end in ends)


def _draw_mark(left: float, at: float, number: int) -> str:
    """The mark of a series at a place across, given in percent."""
    return f'<svg x="{left:.2f}%" y="{at:.1f}" overflow="visible">{_shape(number)}</svg>'


def _shape(number: int) -> str:
    color = COLORS[number % len(COLORS)]
    fill = color if number // len(SHAPES) % 2 == 0 else "none"
    return SHAPES[number % len(SHAPES)].format(f'fill="{fill}" stroke="{color}" stroke-width="1.5"')


def _draw_bar(point: Point, scale: Scale, at: int, number: int) -> Iterator[str]:
    """A bar from zero; a range goes on in a paler colour."""
    if point.value is None:
        return
    color, top = COLORS[number % len(COLORS)], at + 2
    low = max(scale.place(point.value) * 100, 0.4 if point.value else 0)
    yield f'<rect x="0" y="{top}" width="{low:.2f}%" height="{BAR}" fill="{color}"/>'
    if point.to is not None:
        more = max(scale.place(point.to) * 100 - low, 0.4)
        yield f'<rect x="{low:.2f}%" y="{top}" width="{more:.2f}%" height="{BAR}" fill="{color}" fill-opacity="0.45"/>'


def _draw_lines(parts: list[str], chart: Chart, scale: Scale) -> int:
    """Names with their last values, then the plot: values upwards, time or a number across."""
    top = 0
    for number, series in enumerate(chart.series):
        known = [point for point in series.points if point.value is not None]
        value = f": {show_end(chart, known)}" if known else ""
        parts.append(f'<line x1="0" x2="26" y1="{top + 10}" y2="{top + 10}" {_style(chart, series, number)}/>')
        parts.append(f'<svg x="13" y="{top + 10}" overflow="visible">{_shape(number)}</svg>')
        top = _draw_legend(parts, top, sanitize(series.label) + value)
    for mark in chart.marks:
        parts.append(f'<circle cx="13" cy="{top + 10}" r="5" {RING}/>')
        top = _draw_legend(parts, top, sanitize(show_sentence(mark.words)))
    top += 14
    ends = [_to_number(end) for s in chart.series for p in s.points for end in (p.at, p.until) if end is not None]
    first, last = min(ends, default=0.0), max(ends, default=1.0)

    def across(at: Plain) -> float:
        return GUTTER + (_to_number(at) - first) / ((last - first) or 1) * (100 - GUTTER)

    def up(value: Number | float) -> float:
        place = scale.place(value if not isinstance(value, float) else Decimal(f"{value:.10g}"))
        return top + PLOT - place * PLOT

    for tick, text in show_ticks(chart, scale):
        height = up(tick)
        parts.append(_draw_line(GUTTER, height, 100, height, 'stroke="currentColor" opacity="0.2"'))
        parts.append(_draw_label(0, height + 4, text, size=SMALL))
    for number, series in enumerate(chart.series):
        style = _style(chart, series, number)
        drawn = (
            _draw_steps(series, across, up, style) if chart.kind == "steps" else _draw_curve(series, across, up, style)
        )
        parts.extend(drawn)
    # Above all lines, so that none hides where another begins.
    for number, series in enumerate(chart.series):
        parts.extend(_draw_points(chart, series, across, up, number))
    parts += [f'<circle cx="{across(mark.at):.2f}%" cy="{up(mark.value):.1f}" r="5" {RING}/>' for mark in chart.marks]
    for at, text in _choose_ticks(chart, first, last):
        left = across(at)
        parts.append(_draw_tick_label(left, top + PLOT + 18, text))
        parts.append(_draw_line(left, top + PLOT, left, top + PLOT + 5, 'stroke="currentColor"'))
    return top + PLOT + EDGE


def _draw_legend(parts: list[str], top: int, text: str) -> int:
    """What a line or a mark is; returns where the next begins."""
    lines = wrap_columns(text, SHORT_COLUMNS)
    for number, line in enumerate(lines):
        parts.append(f'<text x="34" y="{top + 14 + LINE * number}" fill="currentColor">{escape(line)}</text>')
    return top + LEGEND + LINE * (len(lines) - 1)


def _draw_points(chart: Chart, series: Series, across: Across, up: Up, number: int) -> Iterator[str]:
    """The marks of a series where its steps begin, or at the points of a curve."""
    for point in series.points:
        if point.value is not None:
            high = point.to if point.to is not None and chart.kind == "steps" else point.value
            yield _draw_mark(across(point.at), up(high), number)


def _style(chart: Chart, series: Series, number: int) -> str:
    dash = DASHES[group_number(chart, series) % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{COLORS[number % len(COLORS)]}" stroke-width="2"{dashed}'


def _draw_steps(series: Series, across: Across, up: Up, style: str) -> Iterator[str]:
    color = style.split('"')[1]
    for point in series.points:
        if point.value is None or point.until is None:
            continue
        left, right = across(point.at), across(point.until)
        high = up(point.to if point.to is not None else point.value)
        if point.to is not None:
            low = up(point.value)
            yield (
                f'<rect x="{left:.2f}%" y="{high:.1f}" width="{right - left:.2f}%" height="{low - high:.1f}" '
                f'fill="{color}" fill-opacity="0.2"/>'
            )
        yield _draw_line(left, high, right, high, style)
    for before, after in pairwise(series.points):
        if before.until == after.at and before.value is not None and after.value is not None:
            left = across(after.at)
            ends = [up(point.to if point.to is not None else point.value or 0) for point in (before, after)]
            yield _draw_line(left, ends[0], left, ends[1], f'stroke="{color}" stroke-width="1"')


def _draw_curve(series: Series, across: Across, up: Up, style: str) -> Iterator[str]:
    known = [point for point in series.points if point.value is not None]
    for before, after in pairwise(known):
        yield _draw_line(across(before.at), up(before.value or 0), across(after.at), up(after.value or 0), style)


def _draw_line(left: float, start: float, right: float, end: float, style: str) -> str:
    return f'<line x1="{left:.2f}%" y1="{start:.1f}" x2="{right:.2f}%" y2="{end:.1f}" {style}/>'


def _choose_ticks(chart: Chart, first: float, last: float) -> Iterator[tuple[Plain, str]]:
    """The ends and the middle of numbers; of time, years or months, or its ends where it is short."""
    if chart.kind == "curve":
        for part in (Fraction(0), Fraction(1, 2), Fraction(1)):
            at = Fraction(Decimal(f"{first:.10g}")) + Fraction(Decimal(f"{last - first:.10g}")) * part
            yield at, show(at, chart.along.kind)
        return
    years = range(_to_instant(first).year, _to_instant(last).year + 1)
    for months in (12, 6, 3, 1):
        begins = [datetime(year, month, 1, tzinfo=UTC) for year in years for month in range(1, 13, months)]
        begins = [begin for begin in begins if first <= begin.timestamp() <= last]
        if len(begins) >= LEAST_TICKS:
            yield from ((begin, str(begin.year) if begin.month == 1 else f"{begin:%Y-%m}") for begin in begins)
            return
    # The end is the first instant that is not drawn.
    days = (show(_to_instant(first), "when")[:10], show(_to_instant(last - 1), "when")[:10])
    yield from zip((_to_instant(first), _to_instant(last)), days, strict=True)


def _to_instant(number: float) -> datetime:
    return datetime.fromtimestamp(number, tz=UTC)


def _to_number(at: Plain) -> float:
    if isinstance(at, datetime):
        return at.timestamp()
    return float(at) if isinstance(at, int | Decimal | Fraction) else 0.0


def _draw_tick_label(left: float, at: float, text: str) -> str:
    # The first and the last one would leave the picture.
    anchor = "start" if left < 5 else "end" if left > 90 else "middle"  # noqa: PLR2004  # percent
    return _draw_label(left, at, text, anchor=anchor, size=SMALL)


def _draw_label(left: float, at: float, text: str, *, anchor: str = "start", bold: bool = False, size: int = 13) -> str:
    weight = ' font-weight="bold"' if bold else ""
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    sized = f' font-size="{size}"' if size != 13 else ""  # noqa: PLR2004  # that of the picture
    return f'<text x="{left:.2f}%" y="{at:.1f}" fill="currentColor"{weight}{end}{sized}>{escape(text)}</text>'


def _escape(text: str) -> str:
    return escape(sanitize(text))
