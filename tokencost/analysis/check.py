"""What a sound price table still needs a person for: old checks, and conditions without a known rate."""

from datetime import date, datetime
from typing import NamedTuple

from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import day_of
from tokencost.pricing.rates import ambiguous_combinations

STALE_AFTER_DAYS = 90


class StalePrice(NamedTuple):
    """A price in force that nobody has seen on its page for longer than allowed."""

    model: Model
    price: Price
    line: int
    age_days: int | None
    """None where the price has no `checked` date."""


class UnknownCombination(NamedTuple):
    """Conditions that a price offers one by one, without rates for the two together."""

    price: Price
    line: int
    conditions: str


class TableCheck(NamedTuple):
    """The result of `prices check` on a table that loads."""

    on: date
    max_age_days: int | None
    providers: int
    models: int
    names: int
    prices: int
    blocks: int
    calendars: int
    stale: tuple[StalePrice, ...]
    combinations: tuple[UnknownCombination, ...]


def check_table(table: PriceTable, on: date, max_age_days: int | None = None) -> TableCheck:
    """Count what a table holds, list combinations without a rate and, with `max_age_days`, prices not checked since."""
    prices = [(model, price) for model in table.models.values() for price in model.prices]
    stale = []
    if max_age_days is not None:
        for model, price in prices:
            if is_stale(model, price, on, max_age_days):
                checked = price.evidence.checked
                age = (on - checked).days if checked else None
                stale.append(StalePrice(model, price, table.line_of(price.path), age))
    return TableCheck(
        on=on,
        max_age_days=max_age_days,
        providers=len(table.providers),
        models=len(table.models),
        names=len(table.claims),
        prices=len(prices),
        blocks=sum(len(price.blocks) for _, price in prices),
        calendars=len(table.calendars),
        stale=tuple(stale),
        combinations=tuple(
            UnknownCombination(price, table.line_of(price.path), conditions)
            for _, price in prices
            for conditions in ambiguous_combinations(price)
        ),
    )


def is_stale(model: Model, price: Price, on: date, max_age_days: int = STALE_AFTER_DAYS) -> bool:
    """Whether a price that is still in force was last checked longer ago than allowed.

    A price that has ended cannot go stale, nor one that has not begun, nor one of a model that is no longer served.
    """
    if price.end is not None or day_of(price.start) > on or is_retired(model, on):
        return False
    checked = price.evidence.checked
    return checked is None or (on - checked).days > max_age_days


def is_retired(model: Model, on: date) -> bool:
    """Whether the model is no longer served on that day."""
    return model.withdrawn or (isinstance(model.shutdown, datetime) and model.shutdown.date() <= on)
