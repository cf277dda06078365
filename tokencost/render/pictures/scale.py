"""What all pictures share: where a value stands, and what is written at it.

This is the one place where exact values become floating-point numbers.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from tokencost.documents.chart import Axis, Chart, Number, Point, Series
from tokencost.render.numbers import show, show_sentence
from tokencost.render.sanitize import sanitize


class Scale(NamedTuple):
    """Where a value stands between 0 and 1. A logarithmic scale begins at a power of ten below the least value."""

    low: float
    high: float
    logarithmic: bool

    def place(self, value: Number) -> float:
        """0 to 1; zero stands at 0 on either scale."""
        if not self.logarithmic:
            return max(0.0, float(value) / self.high) if self.high else 0.0
        return max(0.0, (log10(value) - self.low) / (self.high - self.low)) if value > 0 else 0.0

    @property
    def tenfold(self) -> float:
        """How much longer ten times as much is, on a logarithmic scale."""
        return 1 / (self.high - self.low)

    @property
    def ticks(self) -> Sequence[float]:
        """Round values to write at the axis: powers of ten, or about five even steps."""
        if self.logarithmic:
            return [10.0**power for power in range(int(self.low), floor(self.high + 1e-9) + 1)]
        step = _choose_step(self.high / 4)
        return [step * number for number in range(floor(self.high / step + 1e-9) + 1)] if step else [0.0]


def scale_of(chart: Chart) -> Scale:
    """The scale on which all values of a chart have a place."""
    values = list(chart.drawn)
    if chart.logarithmic:
        above = [value for value in values if value > 0]
        return Scale(ceil(log10(min(above)) - 1e-9) - 1, log10(max(above)), logarithmic=True)
    return Scale(0.0, float(max(values, default=0)), logarithmic=False)


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


def _choose_step(rough: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least as large."""
    if rough <= 0:
        return 0.0
    power: float = 10.0 ** floor(log10(rough))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= rough * (1 - 1e-9))
