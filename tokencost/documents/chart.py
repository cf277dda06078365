"""A picture as data: what is drawn, in which order and with which words.

Numbers stay exact until a renderer turns them into lengths. A title states the finding, so that the picture says
without its text what it shows.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from tokencost.documents.document import Kind, Plain, Sentence

Number = int | Decimal | Fraction
Drawing = Literal["bars", "dots", "steps", "curve"]
"""How a chart is drawn.

bars   a value for each category; series stand side by side within a category
dots   the same where the axis is logarithmic, on which the length of a bar would mean nothing
steps  a value from one instant to the next
curve  a value along a number
"""

FACTOR_OF_LOGARITHMIC = 10
"""Where values differ by more, the smaller ones could not be told apart on an even scale."""


class Point(NamedTuple):
    """One value of a series. None is no value, which is drawn as a gap and never as zero."""

    at: Plain
    """The category, the instant or the number at which it stands."""
    value: Number | None
    to: Number | None = None
    """The upper end, where the value is a range: the rates of different hours, a printed range."""
    until: datetime | None = None
    """Where a step ends (exclusive)."""
    remark: Sentence = ()
    """Stands behind the number."""


class Series(NamedTuple):
    """Points that belong together, labelled directly."""

    label: str
    points: tuple[Point, ...]
    group: str = ""
    """Series of one group are drawn alike, such as the models of one provider."""


class Axis(NamedTuple):
    """What a direction of the picture means, with its unit, and how its values are shown."""

    title: str
    kind: Kind
    currency: str = "USD"


class Mark(NamedTuple):
    """A point worth naming, such as a break-even."""

    at: Fraction
    value: Fraction
    words: Sentence


class Chart(NamedTuple):
    """One picture: its finding as a title, two axes and the series between them."""

    kind: Drawing
    title: Sentence
    values: Axis
    along: Axis
    """The direction along which categories, instants or numbers stand."""
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def drawn(self) -> Iterator[Number]:
        """Every value that has a place on the scale of values."""
        for series in self.series:
            for point in series.points:
                yield from (value for value in (point.value, point.to) if value is not None)

    @property
    def logarithmic(self) -> bool:
        """Whether values span more than a factor of ten. Zero has no place on such a scale and is left out of it."""
        above = [value for value in self.drawn if value > 0]
        return bool(above) and max(above) > FACTOR_OF_LOGARITHMIC * min(above)

    @property
    def drawing(self) -> Drawing:
        """How it is drawn: the one place that puts dots where bars were asked for."""
        return "dots" if self.kind == "bars" and self.logarithmic else self.kind

    @property
    def categories(self) -> tuple[Plain, ...]:
        """Everything at which a point stands, in the order of first use."""
        return tuple(dict.fromkeys(point.at for series in self.series for point in series.points))
