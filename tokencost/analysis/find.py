"""From a figure back to the list prices that equal it: of which model, component, tier and window, and when.

Figures are compared exactly: a printed $0.14 is the rate 0.14 and no other, unless somebody asks for near ones.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from tokencost import quantities
from tokencost.errors import InvalidRequest
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.resolve import prices_within
from tokencost.pricetable.sale import is_retired, sold_until
from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import END, When, as_when
from tokencost.pricing.rates import COMPONENTS, RateCell, cells, known_region, open_window_names, window_names
from tokencost.quantities import Amount
from tokencost.rows import Row, Rows

DELAYED_TIERS = frozenset({"batch", "flex"})
"""Tiers that answer later: a price there is not like one for an answer in real time."""
MOST_NEAREST = 5
MOST_NEAR_PAIRS = 10_000
"""Of prices that are only near, more pairs than this say nothing, and 400,000 would take half a minute."""


class _ListedRate(NamedTuple):
    """The fields of `ListedRate`."""

    rate: Decimal
    model: Model
    component: str
    cell: RateCell
    start: datetime
    """Since when."""
    end: datetime | None
    """Until when it was in force and the model was sold; None while both are so."""
    cells: tuple[RateCell, ...]
    """The same rate in every dated price of this time, oldest first; `cell` is the newest."""

    @property
    def conditions(self) -> tuple[Model, str, str, str | None]:
        """What else the rate depends on: model, component, tier and window. All rates of a list are of one region."""
        return self.model, self.component, self.cell.tier, self.cell.window


class ListedRate(Row, _ListedRate):
    """One list price: a component of a model under certain conditions, from `start` to `end` (exclusive)."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        return {
            "price": self.rate,
            "model": self.model.id,
            "provider": self.model.provider,
            "component": self.component,
            "tier": self.cell.tier,
            "window": self.cell.window,
            "from": self.start,
            "until": self.end,
            "region": self.cell.region,
        }


class _RatePair(NamedTuple):
    """The fields of `RatePair`."""

    left: ListedRate
    right: ListedRate

    @property
    def start(self) -> datetime:
        """Since when both held."""
        return max(self.left.start, self.right.start)

    @property
    def end(self) -> datetime | None:
        """Until when both held; None while they do."""
        return min((end for end in (self.left.end, self.right.end) if end is not None), default=None)

    @property
    def like_for_like(self) -> bool:
        """Same component, same tier, both answered in real time, and not one price twice."""
        left, right = self.left.cell, self.right.cell
        return (
            self.left.component == self.right.component
            and left.tier == right.tier
            and left.tier not in DELAYED_TIERS
            and self.left != self.right
        )

    @property
    def ratio(self) -> Fraction | None:
        """Right ÷ left: how many times as much the right one costs."""
        return times_as_much(self.right.rate, self.left.rate)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - left ÷ right) x 100."""
        return percent_lower(self.right.rate, self.left.rate)


class RatePair(Row, _RatePair):
    """Two list prices that were in force at the same time."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        left = {f"left_{name}": value for name, value in self.left.as_dict().items()}
        right = {f"right_{name}": value for name, value in self.right.as_dict().items()}
        # Behind all other columns, as in the answer of the command.
        regions = {name: side.pop(name) for name, side in (("left_region", left), ("right_region", right))}
        found = {"like_for_like": self.like_for_like, "ratio": self.ratio, "percent_lower": self.percent_lower}
        return {**left, **right, **found, "from": self.start, "until": self.end, **regions}


def listed_rates(
    table: PriceTable, on: When | str | None = None, *, closed: bool = False, region: str | None = None
) -> tuple[ListedRate, ...]:
    """Every list price of a model on sale on a date or at an instant; without one, every list price there ever was.

    A rate that the next dated price of the model keeps is one list price. Windows that do not open then are left out;
    with `closed` there are only these. Rates for requests above a context length are left out: a figure printed
    without a length means none. Rates for a `region`, such as `data-residency`, are listed where it is asked for: a
    figure printed without one means none.
    """
    region = None if region is None else known_region(table, region)
    on = None if on is None else as_when(on)
    return tuple(
        listed
        for model in table.models.values()
        if on is None or not is_retired(model, on)
        for listed in _merge(_list_rates(model, on, closed=closed, region=region))
    )


def _list_rates(model: Model, on: When | None, *, closed: bool, region: str | None) -> Iterator[ListedRate]:
    """Every rate of a model, by dated price."""
    for price in model.prices if on is None else prices_within(model, on):
        end = sold_until(model, price)
        if end is not None and end <= price.start:
            continue
        for cell in _cells(price, on, closed=closed, region=region):
            for component in COMPONENTS:
                rate = getattr(cell.rates, component)
                if rate is not None:
                    yield ListedRate(rate, model, component, cell, price.start, end, (cell,))


def _merge(rates: Iterable[ListedRate]) -> Iterator[ListedRate]:
    """The rates of one model, with those put together that are the same under the same conditions without a break."""
    found: list[ListedRate] = []
    last: dict[object, int] = {}
    for listed in rates:
        place = last.get(listed.conditions)
        if place is not None and found[place].end == listed.start and found[place].rate == listed.rate:
            before = found[place]
            found[place] = listed._replace(start=before.start, cells=before.cells + listed.cells)
        else:
            last[listed.conditions] = len(found)
            found.append(listed)
    yield from found


def find_rates(rates: Iterable[ListedRate], figure: Amount, near: Amount = Fraction(0)) -> Rows[ListedRate]:
    """The list prices that equal a figure, or differ from it by at most that share of it.

    Text is read as on the command line: `"$0.14"`, `"5%"`. Raises `InvalidRequest` for what is no price or no share.
    """
    return Rows(_find_equal(rates, _figure(figure), quantities.parse_request(quantities.share, near)))


def _figure(given: object) -> Fraction:
    return Fraction(quantities.parse_request(quantities.price, given))


def _find_equal(rates: Iterable[ListedRate], wanted: Fraction, near: Fraction) -> tuple[ListedRate, ...]:
    room = wanted * near
    found = [listed for listed in rates if abs(Fraction(listed.rate) - wanted) <= room]
    return tuple(sorted(found, key=lambda listed: abs(Fraction(listed.rate) - wanted)))


def find_pairs(
    rates: Iterable[ListedRate],
    left: Amount,
    right: Amount,
    near: Amount = Fraction(0),
) -> Rows[RatePair]:
    """Every pair of list prices, in force at the same time, that gives two figures.

    Like-for-like pairs come first, then the newer prices. Raises as `find_rates` does, and
    `InvalidRequest` where so many prices are near that their pairs say nothing.
    """
    return Rows(equal_pairs(rates, _figure(left), _figure(right), quantities.parse_request(quantities.share, near)))


def equal_pairs(
    rates: Iterable[ListedRate], left: Fraction, right: Fraction, near: Fraction = Fraction(0)
) -> tuple[RatePair, ...]:
    """The same for figures that were read already, whatever their size."""
    rates = tuple(rates)
    ones, others = _find_equal(rates, left, near), _find_equal(rates, right, near)
    if near and len(ones) * len(others) > MOST_NEAR_PAIRS:
        raise InvalidRequest(
            f"{len(ones):,} list prices are near the first figure and {len(others):,} near the other: too many to pair",
            "ask for closer ones, such as --near 5%, or for those of one day with --on",
        )
    pairs = [RatePair(one, other) for one, other in product(ones, others) if _overlap(one, other)]
    # Two stable sorts: newest first, and then those that are like for like before the others.
    pairs.sort(key=lambda pair: (pair.right.start, pair.left.start), reverse=True)
    return tuple(sorted(pairs, key=lambda pair: not pair.like_for_like))


def nearest_rates(rates: Iterable[ListedRate], figure: Decimal) -> tuple[ListedRate, ...]:
    """The list prices that come closest to a figure."""
    return tuple(sorted(rates, key=lambda listed: abs(listed.rate - figure))[:MOST_NEAREST])


def _cells(price: Price, on: When | None, *, closed: bool, region: str | None) -> Iterator[RateCell]:
    opened = window_names(price) if on is None else open_window_names(price, on)
    every = (cell for cell in cells(price, region) if cell.input_tokens_above == 0)
    return (cell for cell in every if (cell.window in opened) is not closed)


def _overlap(one: ListedRate, other: ListedRate) -> bool:
    return one.start < (other.end or END) and other.start < (one.end or END)
