"""What all pictures share: where a value stands, and what is written at it.

This is the one place where exact values become floating-point numbers.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import NamedTuple

from tokencost.documents.chart import Axis, Chart, Number, Point, Series
from tokencost.render.numbers import show, show_sentence
from tokencost.render.sanitize import sanitize

MOST_FINE, MOST_TICKS = 7, 6
"""So many values of 1, 2 and 5 fit at an axis, and so many of other kinds."""


_ZEROS = re.compile(r"\.0+(?=[×%])")


class Scale(NamedTuple):
    """Where a value stands between 0 and 1. A logarithmic scale begins and ends at 1, 2 or 5 times a power of ten."""

    low: float
    """On a logarithmic scale, as the exponent of ten."""
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]
    """Round values to write at the axis: 1, 2 and 5 or powers of ten, or about five even steps."""

    def place(self, value: Number) -> float:
        """0 to 1; zero stands at 0 on either scale."""
        if not self.logarithmic:
            return max(0.0, float(value) / self.high) if self.high else 0.0
        return min(max((log10(value) - self.low) / (self.high - self.low), 0.0), 1.0) if value > 0 else 0.0


def scale_of(chart: Chart) -> Scale:
    """The scale on which all values of a chart have a place."""
    values = list(chart.drawn)
    if chart.logarithmic:
        above = [value for value in values if value > 0]
        # Lines of what is free run along the lower edge, where nothing else may stand.
        low, high, ticks = _choose_powers(log10(min(above)), log10(max(above)), below=min(values) == 0)
        return Scale(low, high, logarithmic=True, ticks=ticks)
    high = float(max(values, default=0))
    step = _choose_step(high / 4)
    even = tuple(step * number for number in range(floor(high / step + 1e-9) + 1)) if step else (0.0,)
    return Scale(0.0, high, logarithmic=False, ticks=even)


def show_ticks(chart: Chart, scale: Scale) -> list[tuple[float, str]]:
    """The values at the axis, as they are written."""
    shown = [show(Decimal(f"{tick:.10g}"), chart.values.kind, chart.values.currency) for tick in scale.ticks]
    if all(text.endswith(".00") for text in shown):
        shown = [text.removesuffix(".00") for text in shown]
    return [(tick, _ZEROS.sub("", text)) for tick, text in zip(scale.ticks, shown, strict=True)]


def show_point(point: Point, axis: Axis) -> str:
    """The number of a point, or its range."""
    if point.to is None:
        return show(point.value, axis.kind, axis.currency)
    return f"{show(point.value, axis.kind, axis.currency)} to {show(point.to, axis.kind, axis.currency)}"


def show_bar(point: Point, axis: Axis) -> str:
    """What stands at a bar: its number or range, and its remark."""
    return sanitize("  ".join(filter(None, (show_point(point, axis), show_sentence(point.remark)))))


def show_end(chart: Chart, points: Sequence[Point]) -> str:
    """The last number of a series, and until when it held where another series goes on: `$8.00 until 2026-07-24`."""
    latest = max((p.until for series in chart.series for p in series.points if p.until is not None), default=None)
    last = points[-1]
    until = f" until {show(last.until, 'when')[:10]}" if last.until and latest and last.until < latest else ""
    return show_point(last, chart.values) + until


def group_number(chart: Chart, series: Series) -> int:
    """Which of the groups of a chart a series belongs to; each group has a line of its own kind."""
    return list(dict.fromkeys(each.group for each in chart.series)).index(series.group)


def _choose_powers(least: float, most: float, *, below: bool) -> tuple[float, float, tuple[float, ...]]:
    """The ends of a logarithmic scale around two exponents of ten, and the values that are written at it."""
    fine = [float(f"{digit}e{power}") for power in range(floor(least) - 1, ceil(most) + 1) for digit in (1, 2, 5)]
    first = max(place for place, value in enumerate(fine) if log10(value) <= least + 1e-9) - below
    last = min(place for place, value in enumerate(fine) if log10(value) >= most - 1e-9)
    low, high = log10(fine[first]), log10(fine[last])
    if last - first < MOST_FINE:
        return low, high, tuple(fine[first : last + 1])
    powers = range(ceil(low - 1e-9), floor(high + 1e-9) + 1)
    return low, high, tuple(float(f"1e{power}") for power in powers[:: ceil(len(powers) / MOST_TICKS)])


def _choose_step(rough: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least as large."""
    if rough <= 0:
        return 0.0
    power: float = 10.0 ** floor(log10(rough))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= rough * (1 - 1e-9))


def say_bands(chart: Chart) -> str:
    """What a shaded band is, where there is one: the range of a value over the hours."""
    ranges = any(point.to is not None for series in chart.series for point in series.points)
    return "; bands span the hours of the day" if ranges else ""
