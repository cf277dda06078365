"""A chart as SVG inside a page: drawn here, so that a page needs no library, and fits any width.

Places across are percentages, so that text keeps its size when the page is narrow; text stays text.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import pairwise

from tokencost.documents.chart import Chart, Number, Point, Series
from tokencost.documents.document import Plain
from tokencost.render.numbers import show, words
from tokencost.render.pictures.scale import Scale, scale_of, shown_value
from tokencost.render.sanitize import inert

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8c8c8c")
"""Those of Okabe and Ito, told apart by colour-blind readers too; grey for black, which a dark page hides."""
DASHES = ("", "7 4", "2 3", "9 3 2 3")
ROW, BAR, HEADING, LEGEND = 34, 10, 26, 20
"""Heights in pixels."""
PLOT = 230
EDGE = 30

Across = Callable[[Plain], float]
Up = Callable[[Number | float], float]


def svg(chart: Chart) -> str:
    """The chart as one element with its title as its name."""
    parts: list[str] = []
    scale = scale_of(chart)
    height = _bars(parts, chart, scale) if chart.kind == "bars" else _lines(parts, chart, scale)
    name = _text_of(words(chart.title))
    head = f'<svg class="chart" role="img" aria-label="{name}" width="100%" height="{height}" font-size="13">'
    unit = _text_of(chart.values.title) + (", logarithmic scale" if scale.logarithmic else "")
    if chart.kind != "bars":
        unit += f", along {_text_of(chart.along.title)}"
    caption = f"<figcaption><strong>{name}</strong><br><small>{unit}</small></figcaption>"
    return "\n".join(["<figure>", caption, head, *parts, "</svg>", "</figure>"])


def _bars(parts: list[str], chart: Chart, scale: Scale) -> int:
    """A row for each bar: its name and number, and the bar below them."""
    at = 0
    one = len(chart.series) == 1
    for place in chart.categories:
        heading = inert(show(place, chart.along.kind))
        if not one:
            at += HEADING
            parts.append(_label(0, at - 8, heading, bold=True))
        for number, series in enumerate(chart.series):
            for point in series.points:
                if point.at != place:
                    continue
                color = COLORS[number % len(COLORS)]
                remark = inert(words(point.remark))
                figure = "  ".join(filter(None, (shown_value(point, chart.values), remark)))
                parts.append(_label(0, at + 13, heading if one else inert(series.label)))
                parts.append(_label(100, at + 13, figure, anchor="end"))
                parts.extend(_bar(point, scale, at + 18, color))
                at += ROW
    return at + 4


def _bar(point: Point, scale: Scale, at: int, color: str) -> Iterator[str]:
    if point.value is None:
        return
    low = max(scale.place(point.value) * 100, 0.4 if point.value else 0)
    yield f'<rect x="0" y="{at}" width="{low:.2f}%" height="{BAR}" fill="{color}"/>'
    if point.to is not None:
        more = max(scale.place(point.to) * 100 - low, 0.4)
        yield f'<rect x="{low:.2f}%" y="{at}" width="{more:.2f}%" height="{BAR}" fill="{color}" fill-opacity="0.45"/>'


def _lines(parts: list[str], chart: Chart, scale: Scale) -> int:
    """Names with their last values, then the plot: values upwards, time or a number across."""
    top = LEGEND * len(chart.series) + 14
    for number, series in enumerate(chart.series):
        parts.extend(_named(chart, series, number))
    ends = [_number(end) for s in chart.series for p in s.points for end in (p.at, p.until) if end is not None]
    first, last = min(ends, default=0.0), max(ends, default=1.0)

    def across(at: Plain) -> float:
        return (_number(at) - first) / ((last - first) or 1) * 100

    def up(value: Number | float) -> float:
        place = scale.place(value if not isinstance(value, float) else Decimal(f"{value:.10g}"))
        return top + PLOT - place * PLOT

    for tick in scale.ticks:
        height = up(tick)
        parts.append(
            f'<line x1="0" x2="100%" y1="{height:.1f}" y2="{height:.1f}" stroke="currentColor" opacity="0.2"/>'
        )
        parts.append(
            _label(0, height - 3, show(Decimal(f"{tick:.10g}"), chart.values.kind, chart.values.currency), size=11)
        )
    for number, series in enumerate(chart.series):
        style = _style(chart, series, number)
        drawn = _steps(series, across, up, style) if chart.kind == "steps" else _curve(series, across, up, style)
        parts.extend(drawn)
    parts += [
        f'<circle cx="{across(mark.at):.2f}%" cy="{up(mark.value):.1f}" r="5" fill="none" stroke="currentColor" '
        'stroke-width="2"/>'
        for mark in chart.marks
    ]
    for at, text in _ticks_across(chart, first, last):
        left = across(at)
        anchor = "end" if left > 88 else "start"  # noqa: PLR2004  # percent: the last label would leave the picture
        parts.append(_label(left, top + PLOT + 18, text, anchor=anchor, size=11))
        parts.append(
            f'<line x1="{left:.2f}%" x2="{left:.2f}%" y1="{top + PLOT}" y2="{top + PLOT + 5}" stroke="currentColor"/>'
        )
    return top + PLOT + EDGE


def _named(chart: Chart, series: Series, number: int) -> Iterator[str]:
    """A piece of the line, the name, and the last value."""
    at = LEGEND * number + 14
    yield f'<line x1="0" x2="26" y1="{at - 4}" y2="{at - 4}" {_style(chart, series, number)}/>'
    known = [point for point in series.points if point.value is not None]
    last = f": {shown_value(known[-1], chart.values)}" if known else ""
    ended = known[-1].until if known else None
    latest = max((p.until for s in chart.series for p in s.points if p.until is not None), default=None)
    until = f" until {show(ended, 'when')[:10]}" if ended and latest and ended < latest else ""
    yield f'<text x="34" y="{at}" fill="currentColor">{_text_of(series.label + last + until)}</text>'


def _style(chart: Chart, series: Series, number: int) -> str:
    groups = list(dict.fromkeys(each.group for each in chart.series))
    dash = DASHES[groups.index(series.group) % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{COLORS[number % len(COLORS)]}" stroke-width="2"{dashed}'


def _steps(series: Series, across: Across, up: Up, style: str) -> Iterator[str]:
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
        yield _line(left, high, right, high, style)
    for before, after in pairwise(series.points):
        if before.until == after.at and before.value is not None and after.value is not None:
            left = across(after.at)
            ends = [up(point.to if point.to is not None else point.value or 0) for point in (before, after)]
            yield _line(left, ends[0], left, ends[1], f'stroke="{color}" stroke-width="1"')


def _curve(series: Series, across: Across, up: Up, style: str) -> Iterator[str]:
    known = [point for point in series.points if point.value is not None]
    for before, after in pairwise(known):
        yield _line(across(before.at), up(before.value or 0), across(after.at), up(after.value or 0), style)


def _line(left: float, start: float, right: float, end: float, style: str) -> str:
    return f'<line x1="{left:.2f}%" y1="{start:.1f}" x2="{right:.2f}%" y2="{end:.1f}" {style}/>'


def _ticks_across(chart: Chart, first: float, last: float) -> Iterator[tuple[Plain, str]]:
    """The ends and the middle of numbers; of time, the years, or the ends where there is at most one."""
    if chart.kind == "curve":
        for part in (Fraction(0), Fraction(1, 2), Fraction(1)):
            at = Fraction(Decimal(f"{first:.10g}")) + Fraction(Decimal(f"{last - first:.10g}")) * part
            yield at, show(at, chart.along.kind)
        return
    years = range(_instant(first).year + 1, _instant(last).year + 1)
    instants = [datetime(year, 1, 1, tzinfo=UTC) for year in years]
    if len(instants) > 1:
        yield from ((instant, str(instant.year)) for instant in instants)
    else:
        # The end is the first instant that is not drawn.
        days = (show(_instant(first), "when")[:10], show(_instant(last - 1), "when")[:10])
        yield from zip((_instant(first), _instant(last)), days, strict=True)


def _instant(number: float) -> datetime:
    return datetime.fromtimestamp(number, tz=UTC)


def _number(at: Plain) -> float:
    if isinstance(at, datetime):
        return at.timestamp()
    return float(at) if isinstance(at, int | Decimal | Fraction) else 0.0


def _label(left: float, at: float, text: str, *, anchor: str = "start", bold: bool = False, size: int = 13) -> str:
    weight = ' font-weight="bold"' if bold else ""
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    sized = f' font-size="{size}"' if size != 13 else ""  # noqa: PLR2004  # that of the picture
    return f'<text x="{left:.2f}%" y="{at:.1f}" fill="currentColor"{weight}{end}{sized}>{escape(text)}</text>'


def _text_of(text: str) -> str:
    return escape(inert(text))
