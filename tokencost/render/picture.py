"""Pictures for reports: SVG, PNG and PDF, drawn by matplotlib without a screen, a browser or a network.

The same document gives the same bytes. Text stays text in SVG and PDF.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart: https://jfly.uni-koeln.de/color/
"""

import io
import warnings
from datetime import datetime
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from tokencost.errors import MissingExtra
from tokencost.render.footer import footer
from tokencost.render.inert import inert
from tokencost.render.numbers import show, words
from tokencost.render.scale import Scale, scale_of, shown_value
from tokencost.report.chart import Chart, Point, Series
from tokencost.report.document import Document

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INSTALL = "pip install 'tokencost-compare[charts]'"
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
HATCHES = ("", "///", "...", "xx", "\\\\\\", "++", "oo")
"""Bars are told apart without colour, too."""
INK, FAINT = "#1a1a1a", "#d0d0d0"
WIDTH = 9.0
"""Inches."""
TITLE_SIGNS = 84
EAST_ASIAN_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS",
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tokencost",
    "pdf.fonttype": 42,
    "text.parse_math": False,  # two prices in a sentence are not a formula
    "font.size": 9.5,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
}
METADATA: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": "tokencost"},
    "pdf": {"CreationDate": None, "Creator": "tokencost", "Producer": "tokencost"},
    "png": {"Software": None},
}


def picture(document: Document, name: str) -> bytes:
    """The charts of a document below each other, with the footer. Raises `MissingExtra` without matplotlib."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra(f"a picture in {name} is drawn by matplotlib, which is not installed", INSTALL) from None
    charts = list(document.charts)
    heights = [_height(chart) for chart in charts]
    with mpl.rc_context(), warnings.catch_warnings():
        # A sign that no installed font has is drawn as a box; the text itself stays in SVG and PDF.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        mpl.rcParams["font.family"] = _fonts(charts)
        figure = Figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained", facecolor="white")
        figure.get_layout_engine().set(rect=(0, 0.3 / (sum(heights) + 0.3), 1, 1 - 0.3 / (sum(heights) + 0.3)))  # type: ignore[union-attr,call-arg]  # the engine is the constrained one
        grid = figure.subplots(len(charts), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        for axes, chart in zip(grid[:, 0], charts, strict=True):
            _DRAWN[chart.kind](axes, chart, scale_of(chart))
            title = "\n".join(wrap(inert(words(chart.title)), TITLE_SIGNS))
            axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK, pad=10)
        figure.text(0.012, 0.08 / (sum(heights) + 0.3), footer(document), fontsize=7.5, color="#555555", va="bottom")
        written = io.BytesIO()
        figure.savefig(written, format=name, metadata=METADATA[name], dpi=150)
    return written.getvalue()


def _height(chart: Chart) -> float:
    if chart.kind == "bars":
        bars = sum(len(series.points) for series in chart.series)
        return 1.3 + 0.21 * bars + 0.1 * len(chart.categories)
    return 4.2


def _fonts(charts: list[Chart]) -> list[str]:
    """The usual font, with one for East Asian signs behind it where they are needed and one is installed."""
    from matplotlib import font_manager

    labels = "".join(words(chart.title) + "".join(series.label for series in chart.series) for chart in charts)
    labels += "".join(str(place) for chart in charts for place in chart.categories)
    if labels.isascii() or max(labels) < "\u2e80":
        return ["DejaVu Sans"]
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *[font for font in EAST_ASIAN_FONTS if font in installed][:1]]


def _bars(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """Lying bars, the first category on top, each with its number behind it."""
    categories = chart.categories
    one = len(chart.series) == 1
    thick = 0.8 / len(chart.series)
    reach = _values_axis(axes.xaxis, chart, scale)
    start = reach[0]
    for number, series in enumerate(chart.series):
        color, hatch = (COLORS[0], "") if one else (COLORS[number % len(COLORS)], HATCHES[number % len(HATCHES)])
        drawn = False
        for point in series.points:
            middle = categories.index(point.at) - 0.4 + thick * (number + 0.5)
            label = "" if drawn or one else inert(series.label)
            if point.value is not None:
                style: dict[str, Any] = {"height": thick * 0.86, "color": color, "edgecolor": "white", "hatch": hatch}
                drawn = True
                axes.barh(middle, max(float(point.value), start) - start, left=start, label=label, **style)
                if point.to is not None:
                    style |= {"alpha": 0.45}
                    axes.barh(middle, float(point.to) - float(point.value), left=float(point.value), **style)
            end = point.to if point.to is not None else point.value
            remark = inert(words(point.remark))
            text = shown_value(point, chart.values) + (f"  {remark}" if remark else "")
            axes.annotate(
                text, (max(float(end or 0), start), middle), (4, 0), textcoords="offset points", va="center",
                fontsize=8, color=INK,
            )  # fmt: skip
    axes.set_yticks(range(len(categories)), [inert(show(place, chart.along.kind)) for place in categories])
    axes.set_ylim(len(categories) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(*reach)
    if not one:
        axes.legend(
            loc="upper left", bbox_to_anchor=(0, -0.1 - 0.25 / _height(chart)), ncols=3, frameon=False, fontsize=8.5
        )


def _values_axis(axis: Any, chart: Chart, scale: Scale) -> tuple[float, float]:
    """The scale with round values written at it; returns where it begins and ends, with room for a number behind."""
    start = 10.0**scale.low if scale.logarithmic else 0.0
    end = 10.0 ** (scale.high + (scale.high - scale.low) * 0.3) if scale.logarithmic else (scale.high or 1.0) * 1.3
    if scale.logarithmic:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    ticks = list(scale.ticks)
    axis.set_ticks(ticks, [_tick(tick, chart) for tick in ticks])
    axis.set_ticks([], minor=True)
    axis.grid(visible=True)
    axis.set_label_text(inert(chart.values.title) + (" (logarithmic)" if scale.logarithmic else ""))
    return start, end


def _tick(value: float, chart: Chart) -> str:
    from decimal import Decimal

    return show(Decimal(f"{value:.10g}"), chart.values.kind, chart.values.currency)


def _steps(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """Values over time, with a band where a step has a range, each line named at its end."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    bottom, top = _values_axis(axes.yaxis, chart, scale)
    ends: list[tuple[Any, float, str, str]] = []
    for number, series in enumerate(chart.series):
        color, style = _line(chart, series, number)
        for point in series.points:
            if point.value is None:
                continue
            span = [point.at, point.until]
            low, high = float(point.value), float(point.to if point.to is not None else point.value)
            axes.plot(span, [high, high], color=color, linestyle=style, linewidth=1.8, solid_capstyle="butt")
            if point.to is not None:
                axes.fill_between(span, low, high, color=color, alpha=0.18, linewidth=0)  # type: ignore[arg-type]
                axes.plot(span, [low, low], color=color, linestyle=style, linewidth=0.9)
        for before, after in pairwise(series.points):
            if before.until == after.at and before.value is not None and after.value is not None:
                levels = [_highest(before), _highest(after)]
                axes.plot([after.at, after.at], levels, color=color, linewidth=0.9, alpha=0.8)  # type: ignore[arg-type,list-item]
        shown = [point for point in series.points if point.value is not None]
        if shown:
            last = shown[-1]
            ends.append((last.until, _highest(last), f"{inert(series.label)} {shown_value(last, chart.values)}", color))
    axes.set_ylim(bottom, top if not scale.logarithmic else 10.0 ** (scale.high + 0.15))
    axes.set_xlabel(chart.along.title if chart.along.title != "from, UTC" else "date, UTC")
    locator = AutoDateLocator(maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    _named_at_the_end(axes, ends)


def _curve(axes: "Axes", chart: Chart, scale: Scale) -> None:
    """A line for each series, named at its end, with the marks."""
    bottom, top = _values_axis(axes.yaxis, chart, scale)
    ends: list[tuple[Any, float, str, str]] = []
    for number, series in enumerate(chart.series):
        color, style = _line(chart, series, number)
        points = [point for point in series.points if point.value is not None]
        xs, ys = [float(point.at) for point in points], [float(point.value or 0) for point in points]  # type: ignore[arg-type]
        axes.plot(xs, ys, color=color, linestyle=style, linewidth=1.8, marker="o" if len(xs) < 2 else "")
        if points:
            ends.append((xs[-1], ys[-1], f"{inert(series.label)} {shown_value(points[-1], chart.values)}", color))
    for mark in chart.marks:
        at, value = float(mark.at), float(mark.value)
        axes.plot([at], [value], marker="o", markersize=7, color=INK, markerfacecolor="white", zorder=5)
        axes.annotate(
            "\n".join(wrap(inert(words(mark.words)), 34)), (at, value), (10, -12), textcoords="offset points",
            va="top", fontsize=8, color=INK, zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )  # fmt: skip
    axes.set_ylim(bottom, top if not scale.logarithmic else 10.0 ** (scale.high + 0.15))
    axes.set_xlabel(inert(chart.along.title))
    _named_at_the_end(axes, ends)


def _highest(point: Point) -> float:
    return float((point.to if point.to is not None else point.value) or 0)


def _line(chart: Chart, series: Series, number: int) -> tuple[str, str]:
    """A colour for each series, and for each group a way of drawing it."""
    groups = list(dict.fromkeys(each.group for each in chart.series))
    return COLORS[number % len(COLORS)], ("-", "--", "-.", ":")[groups.index(series.group) % 4]


def _named_at_the_end(axes: "Axes", ends: list[tuple[Any, float, str, str]]) -> None:
    """Names behind the ends of the lines, moved apart where they would stand on each other."""
    least = 12.0
    from matplotlib.dates import date2num

    figure = axes.get_figure()
    height = (axes.bbox.height or 1) * 72 / (figure.dpi if figure else 72)
    placed: list[float] = []
    low, high = axes.get_ylim()
    log = axes.get_yscale() == "log"
    right = max((_x(end[0], date2num) for end in ends), default=0.0)
    from math import log10

    def up(value: float) -> float:
        if log:
            return (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low)) * height
        return (value - low) / (high - low) * height

    for _, value, text, color in sorted(ends, key=lambda end: end[1]):
        natural = up(value)
        at = max(natural, placed[-1] + least) if placed else natural
        placed.append(at)
        axes.annotate(
            text, (right, value), (6, at - natural), textcoords="offset points", va="center", fontsize=8.5,
            color=color if color != "#E69F00" else INK, annotation_clip=False,
        )  # fmt: skip


def _x(value: Any, date2num: Any) -> float:
    return float(date2num(value)) if isinstance(value, datetime) else float(value)


_DRAWN = {"bars": _bars, "steps": _steps, "curve": _curve}
