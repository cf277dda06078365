"""From a figure back to the list prices that equal it: of which model, component, tier and window, and when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.resolve import prices_within
from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import BEGINNING, END, When
from tokencost.pricing.rates import COMPONENTS, RateCell, cells, rest_of_week

DELAYED_TIERS = frozenset({"batch", "flex"})
"""Tiers that answer later: a price there is not like one for an answer in real time."""
MOST_NEAREST = 5


class ListedRate(NamedTuple):
    """One list price: a component of a model under certain conditions, from `start` to `end` (exclusive)."""

    rate: Decimal
    model: Model
    component: str
    cell: RateCell

    @property
    def start(self) -> datetime:
        """Since when."""
        return self.cell.price.start

    @property
    def end(self) -> datetime | None:
        """Until when; None while it is in force."""
        return self.cell.price.end


class RatePair(NamedTuple):
    """Two list prices that were in force at the same time."""

    left: ListedRate
    right: ListedRate

    @property
    def like_for_like(self) -> bool:
        """Same component, same tier, both answered in real time, and not one price twice."""
        left, right = self.left.cell, self.right.cell
        return (
            self.left.component == self.right.component
            and left.tier == right.tier
            and left.tier not in DELAYED_TIERS
            and left is not right
        )

    @property
    def ratio(self) -> Fraction | None:
        """Right ÷ left: how many times as much the right one costs."""
        return times_as_much(self.right.rate, self.left.rate)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - left ÷ right) x 100."""
        return percent_lower(self.right.rate, self.left.rate)


def listed_rates(table: PriceTable, on: When | None = None) -> tuple[ListedRate, ...]:
    """Every list price on a date or at an instant; without one, every list price there ever was.

    Rates for requests above a context length are left out: a figure printed without a length means none.
    """
    return tuple(
        ListedRate(rate, model, component, cell)
        for model in table.models.values()
        for price in (model.prices if on is None else prices_within(model, on))
        for cell in _cells(price, on)
        for component in COMPONENTS
        if (rate := getattr(cell.rates, component)) is not None
    )


def find_rates(rates: Iterable[ListedRate], figure: Decimal, near: Fraction = Fraction(0)) -> tuple[ListedRate, ...]:
    """The list prices that equal a figure, or differ from it by at most that share of it."""
    room = abs(Fraction(figure)) * near
    found = [listed for listed in rates if abs(Fraction(listed.rate) - Fraction(figure)) <= room]
    return tuple(sorted(found, key=lambda listed: abs(Fraction(listed.rate) - Fraction(figure))))


def find_pairs(
    rates: Iterable[ListedRate], left: Decimal, right: Decimal, near: Fraction = Fraction(0)
) -> tuple[RatePair, ...]:
    """Every pair of list prices, in force at the same time, that gives two figures.

    Like-for-like pairs come first, then the newer prices.
    """
    rates = tuple(rates)
    pairs = [
        RatePair(one, other)
        for one, other in product(find_rates(rates, left, near), find_rates(rates, right, near))
        if _same_time(one, other)
    ]
    return tuple(
        sorted(
            pairs, key=lambda pair: (not pair.like_for_like, -_seconds(pair.right.start), -_seconds(pair.left.start))
        )
    )


def nearest_rates(rates: Iterable[ListedRate], figure: Decimal) -> tuple[ListedRate, ...]:
    """The list prices that come closest to a figure."""
    return tuple(sorted(rates, key=lambda listed: abs(listed.rate - figure))[:MOST_NEAREST])


def _cells(price: Price, on: When | None) -> Iterator[RateCell]:
    open_now = _windows_at(price, on) if isinstance(on, datetime) else None
    return (
        cell for cell in cells(price) if cell.input_tokens_above == 0 and (open_now is None or cell.window in open_now)
    )


def _windows_at(price: Price, instant: datetime) -> tuple[str | None, ...]:
    """The window that is open at an instant, by the name that cells carry."""
    names = tuple(window.name for window in price.windows if window.contains(instant))
    return (None,) if not price.windows else names or (rest_of_week(price),)


def _same_time(one: ListedRate, other: ListedRate) -> bool:
    return one.start < (other.end or END) and other.start < (one.end or END)


def _seconds(instant: datetime) -> float:
    return (instant - BEGINNING).total_seconds()
