"""The table as rows: what is in force on a day, and what was in force before."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.resolve import find_model, price_in_force, split_time
from tokencost.pricetable.table import Evidence, Model, Price, PriceTable, Rates
from tokencost.pricetable.when import When
from tokencost.pricing.rates import STANDARD, RateCell, cells

ALL_TIERS = "all"


class PriceRow(NamedTuple):
    """The rates of one cell of one dated price, in one currency."""

    model: Model
    price: Price
    cell: RateCell
    currency: str
    rates: Rates
    evidence: Evidence


def prices_in_force(
    table: PriceTable,
    on: When,
    *,
    provider: str | None = None,
    tier: str = STANDARD,
    window: str | None = None,
    currency: str = "USD",
) -> tuple[PriceRow, ...]:
    """The rates of every model that has a price at that time, by provider and in the order of the file.

    Raises `UnknownModel` for a provider that the table does not have.
    """
    if provider is not None and provider not in table.providers:
        raise UnknownModel(f"unknown provider {provider!r}", f"known providers: {', '.join(table.providers)}")
    rows: list[PriceRow] = []
    for model in table.models.values():
        if provider not in (None, model.provider):
            continue
        try:
            price = price_in_force(model, on)
        except NoPrice:
            continue
        rows += _rows(model, price, tier, window, currency)
    return tuple(rows)


def price_history(
    table: PriceTable,
    names: Iterable[str],
    on: When,
    *,
    tier: str = STANDARD,
    window: str | None = None,
    currency: str = "USD",
) -> tuple[PriceRow, ...]:
    """Every dated price of the named models, oldest first. Raises `UnknownModel` with suggestions."""
    rows: list[PriceRow] = []
    for name in dict.fromkeys(names):
        bare, own_time = split_time(name)
        model = find_model(table, bare, own_time or on)
        for price in model.prices:
            rows += _rows(model, price, tier, window, currency)
    return tuple(rows)


def whole_table(table: PriceTable) -> tuple[PriceRow, ...]:
    """Every cell of every dated price of every model, in the order of the file, oldest price first."""
    return tuple(row for model in table.models.values() for price in model.prices for row in all_rates(model, price))


def all_rates(model: Model, price: Price) -> tuple[PriceRow, ...]:
    """Every cell of one price: all tiers, windows and context lengths, in USD and then in CNY."""
    return (*_rows(model, price, ALL_TIERS, None, "USD"), *_rows(model, price, ALL_TIERS, None, "CNY"))


def _rows(model: Model, price: Price, tier: str, window: str | None, currency: str) -> Iterator[PriceRow]:
    for cell in cells(price):
        listed = cell.listed(currency)
        if listed is None or tier not in (ALL_TIERS, cell.tier):
            continue
        if window is None or cell.window in (None, window):
            yield PriceRow(model, price, cell, currency, *listed)
