"""The table as rows: what is in force on a day, and what was in force before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.hours import Window
from tokencost.pricetable.names import find_provider
from tokencost.pricetable.resolve import price_in_force, spells
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.spelling import find_spelled
from tokencost.pricetable.table import CURRENCIES, Evidence, Model, Price, PriceTable, Rates
from tokencost.pricetable.when import When, span
from tokencost.pricing.rates import (
    STANDARD,
    RateCell,
    cells,
    cells_everywhere,
    known_region,
    known_tier,
    known_window,
    open_window_names,
)

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
    retired: bool = False,
    region: str | None = None,
) -> tuple[PriceRow, ...]:
    """The rates of every model on sale at that time, in the order of the file, in the windows that open then.

    With `retired`, also the last rates of models that are no longer sold; with `region` the rates there. Raises
    `UnknownModel` for a provider that the table does not have, `NotOffered` for a tier, window or region.
    """
    region = None if region is None else known_region(table, region)
    priced = [
        (model, price)
        for model in _models(table, provider)
        if (price := _price_to_list(model, on, retired=retired)) is not None
    ]
    return tuple(
        row
        for row in _choose_rows(priced, tier, window, currency, region)
        if is_retired(row.model, on) or row.cell.window in open_window_names(row.price, on)
    )


def closed_windows(table: PriceTable, on: When, provider: str | None = None) -> Iterator[tuple[Model, Price, Window]]:
    """The windows of prices on sale that do not open on that day; at an instant, none."""
    for model in () if isinstance(on, datetime) else _models(table, provider):
        if (price := _price_to_list(model, on, retired=False)) is None:
            continue
        opened = open_window_names(price, on)
        yield from ((model, price, window) for window in price.windows if window.name not in opened)


def sold_and_retired(
    table: PriceTable, on: When, provider: str | None = None
) -> tuple[frozenset[Model], frozenset[Model]]:
    """The models on sale at that time, and those that are no longer."""
    models = _models(table, provider)
    sold = frozenset(model for model in models if _price_to_list(model, on, retired=False))
    return sold, frozenset(model for model in models if is_retired(model, on))


def _models(table: PriceTable, provider: str | None) -> list[Model]:
    """The models of a provider, or of all."""
    asked = None if provider is None else find_provider(table, provider)
    if provider is not None and asked is None:
        raise UnknownModel(f"unknown provider {provider!r}", f"known providers: {', '.join(table.providers)}")
    return [model for model in table.models.values() if asked in (None, model.provider)]


def _price_to_list(model: Model, on: When, *, retired: bool) -> Price | None:
    """The price in force of a model on sale; of one that is retired its last price, where that is asked for."""
    if is_retired(model, on):
        ended = [price for price in model.prices if price.start < span(on)[1]]
        return ended[-1] if retired and ended else None
    try:
        return price_in_force(model, on)
    except NoPrice:
        return None


def price_history(
    table: PriceTable,
    names: Iterable[str],
    on: When,
    *,
    tier: str = STANDARD,
    window: str | None = None,
    currency: str = "USD",
    region: str | None = None,
) -> tuple[PriceRow, ...]:
    """Every dated price of the named models, oldest first; of a line, those that were its price at some time.

    Raises `UnknownModel` with suggestions.
    """
    region = None if region is None else known_region(table, region)
    priced: dict[tuple[Model, Price], None] = {}
    for name in names:
        meant = spells(table, name, on)
        of_line = any(spell.line for spell in meant)
        for spell in meant:
            prices = (spell.price,) if of_line else spell.model.prices
            priced |= dict.fromkeys((spell.model, price) for price in prices)
    return tuple(_choose_rows(list(priced), tier, window, currency, region))


def whole_table(table: PriceTable) -> tuple[PriceRow, ...]:
    """Every cell of every dated price of every model, in the order of the file, oldest price first."""
    return tuple(row for model in table.models.values() for price in model.prices for row in all_rates(model, price))


def all_rates(model: Model, price: Price) -> tuple[PriceRow, ...]:
    """Every cell of one price: all tiers, windows, context lengths and regions, in USD and then in CNY."""
    found = tuple(cells_everywhere(price))
    return tuple(
        PriceRow(model, price, cell, currency, *listed)
        for currency in CURRENCIES
        for cell in found
        if (listed := cell.listed(currency)) is not None
    )


def _choose_rows(
    priced: Sequence[tuple[Model, Price]], tier: str, window: str | None, currency: str, region: str | None
) -> Iterator[PriceRow]:
    """The rows of one tier, or of all, and of one window; raises `NotOffered` where no price has such a one."""
    prices = [price for _, price in priced]
    if prices:
        tier = find_spelled(tier, [ALL_TIERS]) or known_tier(prices, tier)
        window = None if window is None else known_window(prices, window)
    for model, price in priced:
        yield from _rows(model, price, tier, window, currency, region)


def _rows(
    model: Model, price: Price, tier: str, window: str | None, currency: str, region: str | None
) -> Iterator[PriceRow]:
    for cell in cells(price, region):
        listed = cell.listed(currency)
        if listed is None or tier not in (ALL_TIERS, cell.tier):
            continue
        if window is None or cell.window in (None, window):
            yield PriceRow(model, price, cell, currency, *listed)
