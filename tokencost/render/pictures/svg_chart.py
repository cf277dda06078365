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
from math import ceil
from typing import Any

from tokencost.documents.chart import Chart, Number, Point, Series
from tokencost.documents.document import Document, Plain
from tokencost.render.numbers import show, show_sentence
from tokencost.render.padding import wrap_columns
from tokencost.render.pictures.scale import Scale, group_number, scale_of, show_bar, show_end
from tokencost.render.sanitize import sanitize
from tokencost.render.view import list_footer

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8c8c8c")
"""Those of Okabe and Ito, told apart by colour-blind readers too; grey for black, which a dark page hides."""
DASHES = ("", "7 4", "2 3", "9 3 2 3")
ROW, BAR, HEADING, LEGEND = 34, 10, 26, 20
"""Heights in pixels."""
PLOT = 230
EDGE = 30
WIDTH, MARGIN, GAP = 860, 20, 26
"""Of a file, in pixels."""
TITLE, SMALL = 16, 12
"""Sizes of text in pixels, beside the usual one."""
TITLE_COLUMNS, SMALL_COLUMNS = 92, 130
"""How many characters stay within a file in the widest of the usual fonts."""
MOST_TICKS = 6
STYLE = (
    'color="#1a1a1a" font-size="13" font-family="Helvetica, Arial, \'Liberation Sans\', \'DejaVu Sans\', sans-serif"'
)

RING = 'fill="none" stroke="currentColor" stroke-width="2"'
"""How a mark is drawn."""

Across = Callable[[Plain], float]
Up = Callable[[Number | float], float]


def draw_figure(chart: Chart) -> str:
    """The chart as a figure of a page, with its title as its name."""
    height, parts = _draw(chart)
    name = _escape(show_sentence(chart.title))
    head = f'<svg class="chart" role="img" aria-label="{name}" width="100%" height="{height}" font-size="13">'
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
        parts += [f'<svg x="{MARGIN}" y="{at:.1f}" width="{WIDTH - 2 * MARGIN}" height="{height}">', *drawn, "</svg>"]
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
    return (_draw_bars if chart.kind == "bars" else _draw_lines)(parts, chart, scale), parts


def _unit(chart: Chart) -> str:
    unit = chart.values.title + (", logarithmic scale" if chart.logarithmic else "")
    return sanitize(unit if chart.kind == "bars" else f"{unit}, along {chart.along.title}")


def _draw_bars(parts: list[str], chart: Chart, scale: Scale) -> int:
    """A row for each bar: its name and number, and the bar below them."""
    at = 0
    one = len(chart.series) == 1
    for place in chart.categories:
        heading = sanitize(show(place, chart.along.kind))
        if not one:
            at += HEADING
            parts.append(_draw_label(0, at - 8, heading, bold=True))
        for number, series in enumerate(chart.series):
            for point in series.points:
                if point.at != place:
                    continue
                color = COLORS[number % len(COLORS)]
                parts.append(_draw_label(0, at + 13, heading if one else sanitize(series.label)))
                parts.append(_draw_label(100, at + 13, show_bar(point, chart.values), anchor="end"))
                parts.extend(_draw_bar(point, scale, at + 18, color))
                at += ROW
    return _draw_values_axis(parts, chart, scale, at + 4)


def _draw_values_axis(parts: list[str], chart: Chart, scale: Scale, at: int) -> int:
    """Round values below the bars, of a long scale every second or third."""
    parts.append(_draw_line(0, at, 100, at, 'stroke="currentColor" opacity="0.4"'))
    for tick in scale.ticks[:: ceil(len(scale.ticks) / MOST_TICKS)]:
        left = scale.place(Decimal(f"{tick:.10g}")) * 100
        parts.append(_draw_line(left, at, left, at + 5, 'stroke="currentColor"'))
        parts.append(
            _draw_tick_label(left, at + 18, show(Decimal(f"{tick:.10g}"), chart.values.kind, chart.values.currency))
        )
    return at + EDGE


def _draw_bar(point: Point, scale: Scale, at: int, color: str) -> Iterator[str]:
    if point.value is None:
        return
    low = max(scale.place(point.value) * 100, 0.4 if point.value else 0)
    yield f'<rect x="0" y="{at}" width="{low:.2f}%" height="{BAR}" fill="{color}"/>'
    if point.to is not None:
        more = max(scale.place(point.to) * 100 - low, 0.4)
        yield f'<rect x="{low:.2f}%" y="{at}" width="{more:.2f}%" height="{BAR}" fill="{color}" fill-opacity="0.45"/>'


def _draw_lines(parts: list[str], chart: Chart, scale: Scale) -> int:
    """Names with their last values, then the plot: values upwards, time or a number across."""
    top = LEGEND * (len(chart.series) + len(chart.marks)) + 14
    for number, series in enumerate(chart.series):
        parts.extend(_draw_name(chart, series, number))
    for number, mark in enumerate(chart.marks, len(chart.series)):
        parts.append(f'<circle cx="13" cy="{LEGEND * number + 10}" r="5" {RING}/>')
        parts.append(
            f'<text x="34" y="{LEGEND * number + 14}" fill="currentColor">{_escape(show_sentence(mark.words))}</text>'
        )
    ends = [_to_number(end) for s in chart.series for p in s.points for end in (p.at, p.until) if end is not None]
    first, last = min(ends, default=0.0), max(ends, default=1.0)

    def across(at: Plain) -> float:
        return (_to_number(at) - first) / ((last - first) or 1) * 100

    def up(value: Number | float) -> float:
        place = scale.place(value if not isinstance(value, float) else Decimal(f"{value:.10g}"))
        return top + PLOT - place * PLOT

    for tick in scale.ticks:
        height = up(tick)
        parts.append(_draw_line(0, height, 100, height, 'stroke="currentColor" opacity="0.2"'))
        parts.append(
            _draw_label(
                0, height - 3, show(Decimal(f"{tick:.10g}"), chart.values.kind, chart.values.currency), size=SMALL
            )
        )
    for number, series in enumerate(chart.series):
        style = _style(chart, series, number)
        drawn = (
            _draw_steps(series, across, up, style) if chart.kind == "steps" else _draw_curve(series, across, up, style)
        )
        parts.extend(drawn)
    parts += [f'<circle cx="{across(mark.at):.2f}%" cy="{up(mark.value):.1f}" r="5" {RING}/>' for mark in chart.marks]
    for at, text in _choose_ticks(chart, first, last):
        left = across(at)
        parts.append(_draw_tick_label(left, top + PLOT + 18, text))
        parts.append(_draw_line(left, top + PLOT, left, top + PLOT + 5, 'stroke="currentColor"'))
    return top + PLOT + EDGE


def _draw_name(chart: Chart, series: Series, number: int) -> Iterator[str]:
    """A piece of the line, the name, and the last value."""
    at = LEGEND * number + 14
    yield f'<line x1="0" x2="26" y1="{at - 4}" y2="{at - 4}" {_style(chart, series, number)}/>'
    known = [point for point in series.points if point.value is not None]
    last = f": {show_end(chart, known)}" if known else ""
    yield f'<text x="34" y="{at}" fill="currentColor">{_escape(series.label + last)}</text>'


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
    """The ends and the middle of numbers; of time, the years, or the ends where there is at most one."""
    if chart.kind == "curve":
        for part in (Fraction(0), Fraction(1, 2), Fraction(1)):
            at = Fraction(Decimal(f"{first:.10g}")) + Fraction(Decimal(f"{last - first:.10g}")) * part
            yield at, show(at, chart.along.kind)
        return
    years = range(_to_instant(first).year + 1, _to_instant(last).year + 1)
    instants = [datetime(year, 1, 1, tzinfo=UTC) for year in years]
    if len(instants) > 1:
        yield from ((instant, str(instant.year)) for instant in instants)
    else:
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
    # The last one would leave the picture.
    return _draw_label(left, at, text, anchor="end" if left > 88 else "start", size=SMALL)  # noqa: PLR2004  # percent


def _draw_label(left: float, at: float, text: str, *, anchor: str = "start", bold: bool = False, size: int = 13) -> str:
    weight = ' font-weight="bold"' if bold else ""
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    sized = f' font-size="{size}"' if size != 13 else ""  # noqa: PLR2004  # that of the picture
    return f'<text x="{left:.2f}%" y="{at:.1f}" fill="currentColor"{weight}{end}{sized}>{escape(text)}</text>'


def _escape(text: str) -> str:
    return escape(sanitize(text))
