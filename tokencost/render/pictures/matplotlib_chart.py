"""Pictures in PNG and PDF, drawn by matplotlib without a screen, a browser or a network.

The same document gives the same bytes. Text stays text in PDF.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart: https://jfly.uni-koeln.de/color/
"""

import io
import warnings
from datetime import datetime
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from tokencost.documents.chart import Chart, Point, Series
from tokencost.documents.document import Document
from tokencost.errors import MissingExtra
from tokencost.render.numbers import show, show_sentence
from tokencost.render.padding import wrap_columns
from tokencost.render.pictures.scale import Scale, group_number, say_bands, scale_of, show_bar, show_end, show_ticks
from tokencost.render.sanitize import sanitize
from tokencost.render.view import list_footer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INSTALL = "pip install 'tokencost-compare[charts]'"
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DARKER = {"#D55E00": "#B34E00", "#009E73": "#00704F", "#CC79A7": "#9B3F73", "#56B4E9": "#1B6FA8", "#E69F00": "#8F6200"}
"""Of the same hue, for names: thin letters need more contrast than a line."""
INK, FAINT = "#1a1a1a", "#d0d0d0"
WIDTH, FOOTER, FOOTER_LINE, ROW = 9.0, 0.3, 0.16, 0.21
"""Inches."""
TITLE_COLUMNS, FOOTER_COLUMNS, LABEL_COLUMNS = 68, 120, 44
NAME_COLUMNS, MARKERS = 40, "osD^vPX*"
"""Of a line of a name; and the marks of series, hollow where they come round again."""
ROOM_FOR_NUMBERS, ROOM_ABOVE = 0.35, 0.06
"""Of the scale, behind its highest value."""
EAST_ASIAN_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS",
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "pdf.fonttype": 42,
    "text.parse_math": False,  # two prices in a sentence are not a formula
    "font.size": 9.5,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "path.simplify": False,
}
METADATA: dict[str, dict[str, str | None]] = {
    "pdf": {"CreationDate": None, "Creator": "tokencost", "Producer": "tokencost"},
    "png": {"Software": None},
}


def encode(document: Document, name: str) -> bytes:
    """The charts of a document below each other, with the footer. Raises `MissingExtra` without matplotlib."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra(f"a picture in {name} is drawn by matplotlib, which is not installed", INSTALL) from None
    charts = list(document.charts)
    heights = [_height(chart) for chart in charts]
    with mpl.rc_context(), warnings.catch_warnings():
        # A character that no installed font has is drawn as a box; the text itself stays in PDF.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        # Of absurdly long numbers or names: the picture is then crowded, which its reader sees.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        # Whatever the user's matplotlibrc says, the same document gives the same bytes.
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", SETTINGS))
        below = [line for text in list_footer(document) for line in wrap_columns(text, FOOTER_COLUMNS)]
        mpl.rcParams["font.family"] = _choose_fonts(charts, below)
        room = FOOTER + FOOTER_LINE * (len(below) - 1)
        tall = sum(heights) + room
        figure = Figure(figsize=(WIDTH, tall), layout="constrained", facecolor="white")
        engine = cast("Any", figure.get_layout_engine())
        engine.set(rect=(0, room / tall, 1, 1 - room / tall))
        grid = figure.subplots(len(charts), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        for axes, chart in zip(grid[:, 0], charts, strict=True):
            _DRAWINGS[chart.drawing](axes, chart, scale_of(chart))
            axes.set_title(
                "\n".join(wrap_columns(sanitize(show_sentence(chart.title)), TITLE_COLUMNS)),
                loc="left",
                fontsize=10.5,
                fontweight="bold",
                color=INK,
                pad=10,
            )
        figure.text(0.012, FOOTER / 4 / tall, "\n".join(below), fontsize=7.5, color="#555555", va="bottom")
        written = io.BytesIO()
        figure.savefig(written, format=name, metadata=METADATA[name], dpi=150)
    return written.getvalue()


def _height(chart: Chart) -> float:
    """In inches."""
    if chart.kind == "bars":
        bars = sum(len(series.points) for series in chart.series)
        headings = len(chart.categories) if len(chart.series) > 1 else 0
        return 1.0 + ROW * _lines_of_a_row(chart) * (bars + headings)
    return 4.2


def _lines_of_a_row(chart: Chart) -> int:
    """How many lines the longest name of a bar takes: all rows are as high."""
    names = [show(place, chart.along.kind) for place in chart.categories] + [series.label for series in chart.series]
    return max((len(_wrap(sanitize(name)).split("\n")) for name in names), default=1)


def _choose_fonts(charts: list[Chart], below: list[str]) -> list[str]:
    """The usual font, with one for East Asian characters behind it where they are needed and one is installed."""
    from matplotlib import font_manager

    labels = "".join(show_sentence(chart.title) + "".join(series.label for series in chart.series) for chart in charts)
    labels += "".join(below) + "".join(str(place) for chart in charts for place in chart.categories)
    if labels.isascii() or max(labels) < "\u2e80":
        return ["DejaVu Sans"]
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *[font for font in EAST_ASIAN_FONTS if font in installed][:1]]


def _draw_bars(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """Horizontal bars or dots below each other, each between its name and its number; categories as headings."""
    one = len(chart.series) == 1
    axes.set_xlim(*_draw_values_axis(axes.xaxis, chart, scale))
    names: list[str] = []
    for place in chart.categories:
        heading = _wrap(sanitize(show(place, chart.along.kind)))
        if not one:
            axes.annotate(
                heading, (0, len(names) + 0.1), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                va="center", fontsize=9, fontweight="bold", color=INK,
            )  # fmt: skip
            names.append("")
        for number, series in enumerate(chart.series):
            for point in series.points:
                if point.at == place:
                    (_draw_dot if chart.drawing == "dots" else _draw_bar)(axes, chart, point, len(names), number)
                    names.append(heading if one else _wrap(sanitize(series.label)))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _draw_bar(axes: "Axes", chart: Chart, point: Point, at: int, number: int) -> None:
    """One bar, from zero; a range goes on in a paler colour."""
    color, low = COLORS[number % len(COLORS)], float(point.value or 0)
    end = max(float(point.to or 0), low)
    axes.barh(at, low, height=0.8, color=color)
    if end > low:
        axes.barh(at, end - low, left=low, height=0.8, color=color, alpha=0.45)
    _write_number(axes, chart, point, end, at)


def _draw_dot(axes: "Axes", chart: Chart, point: Point, at: int, number: int) -> None:
    """A mark; of a range both ends, joined. What is free has no place on such an axis."""
    ends = [float(value) for value in (point.value, point.to) if value]
    axes.plot(ends, [at] * len(ends), color=COLORS[number % len(COLORS)], linewidth=2.5, **_mark(number, 8))
    _write_number(axes, chart, point, max(ends, default=axes.get_xlim()[0]), at)


def _mark(number: int, size: float) -> dict[str, Any]:
    """How the points of a series are marked, told apart without colour."""
    hollow = {"markerfacecolor": "white"} if number // len(MARKERS) % 2 else {}
    return {"marker": MARKERS[number % len(MARKERS)], "markersize": size, "zorder": 4, **hollow}


def _write_number(axes: "Axes", chart: Chart, point: Point, end: float, at: int) -> None:
    axes.annotate(
        show_bar(point, chart.values), (end, at), (4 if chart.drawing == "bars" else 8, 0),
        textcoords="offset points", va="center", fontsize=8, color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip


def _wrap(name: str) -> str:
    """A name that leaves room for the picture: on several lines, never cut."""
    return "\n".join(wrap_columns(name, NAME_COLUMNS))


def _draw_values_axis(axis: Any, chart: Chart, scale: Scale) -> tuple[float, float]:
    """The scale with round values written at it; returns where it begins and ends, with room for a number behind."""
    start = 10.0**scale.low if scale.logarithmic else 0.0
    room = ROOM_FOR_NUMBERS if axis.axis_name == "x" else ROOM_ABOVE
    span = scale.high - scale.low
    end = 10.0 ** (scale.high + span * room) if scale.logarithmic else (scale.high or 1.0) * (1 + room)
    if scale.logarithmic:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    ticks = show_ticks(chart, scale)
    axis.set_ticks([tick for tick, _ in ticks], [text for _, text in ticks])
    axis.set_ticks([], minor=True)
    axis.grid(visible=True)
    label = sanitize(chart.values.title) + (", logarithmic axis" if scale.logarithmic else "")
    axis.set_label_text("\n".join(wrap_columns(label, LABEL_COLUMNS)))
    return start, end


def _draw_steps(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """Values over time, with a band where a step has a range, each line named at its end."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    bottom, top = _draw_values_axis(axes.yaxis, chart, scale)
    ends: list[tuple[Any, float, str, str]] = []
    for number, series in enumerate(chart.series):
        color, style = _line(chart, series, number)
        for point in series.points:
            if point.value is None:
                continue
            span: list[Any] = [point.at, point.until]
            # Zero has no place on a logarithmic scale: it is drawn at the lower edge.
            low, high = max(float(point.value), bottom), _highest(point, bottom)
            axes.plot(span, [high, high], color=color, linestyle=style, linewidth=1.8, solid_capstyle="butt")
            if point.to is not None:
                axes.fill_between(span, low, high, color=color, alpha=0.18, linewidth=0)
                axes.plot(span, [low, low], color=color, linestyle=style, linewidth=0.9)
        for before, after in pairwise(series.points):
            if before.until == after.at and before.value is not None and after.value is not None:
                levels = [_highest(before, bottom), _highest(after, bottom)]
                when: Any = after.at
                axes.plot([when, when], levels, color=color, linewidth=0.9, alpha=0.8)
        shown = [point for point in series.points if point.value is not None]
        begins: list[Any] = [point.at for point in shown]
        levels = [_highest(point, bottom) for point in shown]
        axes.plot(begins, levels, color=color, linestyle="", **_mark(number, 5))
        if shown:
            name = _wrap(f"{sanitize(series.label)} {show_end(chart, shown)}")
            ends.append((shown[-1].until, _highest(shown[-1], bottom), name, color))
    axes.set_ylim(bottom, top)
    axes.set_xlabel(sanitize(chart.along.title) + say_bands(chart))
    locator = AutoDateLocator(maxticks=9)  # type: ignore[no-untyped-call]  # of matplotlib
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # of matplotlib
    _name_ends(axes, ends)


def _draw_curve(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """A line for each series, named at its end, with the marks."""
    bottom, top = _draw_values_axis(axes.yaxis, chart, scale)
    ends: list[tuple[Any, float, str, str]] = []
    for number, series in enumerate(chart.series):
        color, style = _line(chart, series, number)
        # Zero has no place on a logarithmic scale.
        points = [p for p in series.points if p.value is not None and (p.value or not scale.logarithmic)]
        xs, ys = [float(point.at) for point in points], [float(point.value or 0) for point in points]  # type: ignore[arg-type]
        axes.plot(xs, ys, color=color, linestyle=style, linewidth=1.8, **_mark(number, 5))
        if points:
            ends.append((xs[-1], ys[-1], _wrap(f"{sanitize(series.label)} {show_end(chart, points)}"), color))
    for mark in chart.marks:
        at, value = float(mark.at), float(mark.value)
        axes.plot([at], [value], marker="o", markersize=7, color=INK, markerfacecolor="white", zorder=5)
        axes.annotate(
            "\n".join(wrap(sanitize(show_sentence(mark.words)), 34, break_on_hyphens=False)),
            (at, value), (10, -12), textcoords="offset points",
            va="top", fontsize=8, color=INK, zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )  # fmt: skip
    axes.set_ylim(bottom, top)
    axes.set_xlabel(sanitize(chart.along.title) + say_bands(chart))
    _name_ends(axes, ends)


def _highest(point: Point, bottom: float) -> float:
    return max(float((point.to if point.to is not None else point.value) or 0), bottom)


def _line(chart: Chart, series: Series, number: int) -> tuple[str, str]:
    """A colour for each series, and for each group a way of drawing it."""
    return COLORS[number % len(COLORS)], ("-", "--", "-.", ":")[group_number(chart, series) % 4]


def _name_ends(axes: "Axes", ends: list[tuple[Any, float, str, str]]) -> None:
    """Names behind the ends of the lines, moved apart where they would stand on each other."""
    least = 12.0
    from matplotlib.dates import date2num

    figure = axes.get_figure()
    height = (axes.bbox.height or 1) * 72 / (figure.dpi if figure else 72)
    lowest = 0.0
    # Where a value stands does not depend on the layout, which is made when all is drawn.
    to_axes = axes.transScale + axes.transLimits
    right = max((_to_x(end[0], date2num) for end in ends), default=0.0)
    for _, value, text, color in sorted(ends, key=lambda end: end[1]):
        natural = to_axes.transform((right, value))[1] * height
        half = least * (text.count("\n") + 1) / 2
        at = max(natural, lowest + half)
        lowest = at + half
        axes.annotate(
            text, (right, value), (6, at - natural), textcoords="offset points", va="center", fontsize=8.5,
            color=DARKER.get(color, color), annotation_clip=False,
        )  # fmt: skip


def _to_x(value: Any, date2num: Any) -> float:
    return float(date2num(value)) if isinstance(value, datetime) else float(value)


_DRAWINGS = {"bars": _draw_bars, "dots": _draw_bars, "steps": _draw_steps, "curve": _draw_curve}
