"""Prices side by side: each model against a baseline, component by component, in every window that is open."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Self

from tokencost.display import html_of
from tokencost.errors import InvalidRequest, NoPrice, NotOffered
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.resolve import ModelAt, as_names, price_in_force, resolve
from tokencost.pricetable.sale import ON_SALE, is_retired, sale_status
from tokencost.pricetable.table import CURRENCIES, PriceTable, Rates
from tokencost.pricetable.when import When, as_when, show_when
from tokencost.pricing.cost import billed_input
from tokencost.pricing.rates import (
    COMPONENTS,
    STANDARD,
    RateCell,
    known_region,
    known_window,
    named_cell,
    open_window_names,
    rate_cell,
    spelled_tier,
    tier_names,
)
from tokencost.quantities import WEIGHT, NotRead, read, share
from tokencost.rows import Row

BLENDED = "blended"
EVERY_MODEL = "all"
FINE_TUNED = "ft:"


class SameBill(NamedTuple):
    """What a lower price means for use: cheaper use grows (Jevons), and the bill falls while it grows less."""

    times_as_many: Fraction
    """How many times as many tokens the same budget buys."""
    growth_percent: Fraction
    """By how much use must grow for the bill to stay the same."""


def same_bill(ratio: Fraction) -> SameBill:
    """What keeps the bill the same: at 5x the same budget buys 5 times as many tokens, and use must grow by 400%."""
    return SameBill(ratio, (ratio - 1) * 100)


class Blend(NamedTuple):
    """A mix of tokens, by weight: `Blend(3, 1)` is three input tokens for one output token."""

    input: Decimal
    output: Decimal
    cached_share: Fraction = Fraction(0)
    """The part of the input that is read from a cache, 0 to 1."""

    def __str__(self) -> str:
        return f"{self.input:f}:{self.output:f}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """`3:1`, or `3:1:60%` where 60% of the input is read from a cache. Raises `InvalidRequest`."""
        parts = text.split(":")
        if len(parts) not in (2, 3):
            raise InvalidRequest(
                f"{text!r} is not a blend", "write INPUT:OUTPUT such as 3:1, or 3:1:60% with a cached part"
            )
        try:
            tokens = cls(read(parts[0], WEIGHT).number, read(parts[1], WEIGHT).number, share((*parts, "0")[2]))
        except ValueError as error:
            message, hint = error.args
            if isinstance(error, NotRead) and error.meant:
                hint = "write " + " or ".join(text.replace(error.text, meant) for meant in error.meant)
            raise InvalidRequest(f"the blend {text!r}: {message}", hint) from None
        if not tokens.input + tokens.output:
            raise InvalidRequest(f"the blend {text!r} has no tokens", "write one such as 3:1")
        return tokens

    def price(self, rates: Rates) -> Fraction | None:
        """Money per 1M tokens of the mix. Without a cached rate those tokens are billed as input.

        None for a mix with output, of a model that writes none.
        """
        total, output = Fraction(self.input), Fraction(self.output)
        if output and rates.output is None:
            return None
        uncached, cached, _ = billed_input(rates, total, total * self.cached_share, Fraction(0))
        paid = uncached * Fraction(rates.input) + cached * Fraction(rates.cached_input or 0)
        return (paid + output * Fraction(rates.output or 0)) / (total + output)


class _ComparisonRow(NamedTuple):
    """The fields of `ComparisonRow`."""

    model: str
    provider: str
    component: str
    tier: str
    window: str | None
    price: Decimal | Fraction | None
    baseline: str
    baseline_price: Decimal | Fraction | None
    baseline_window: str | None = None
    status: str = ON_SALE
    baseline_status: str = ON_SALE
    region: str | None = None

    @property
    def ratio(self) -> Fraction | None:
        """How many times as much the baseline costs (baseline ÷ model), and as many tokens the same budget buys."""
        return times_as_much(self.baseline_price, self.price)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - model ÷ baseline) x 100."""
        return percent_lower(self.baseline_price, self.price)


class ComparisonRow(Row, _ComparisonRow):
    """One component of one model beside the baseline. Prices are per 1M tokens; None is no such rate.

    `window` and `baseline_window` are the parts of each one's own week; None where its price holds at all hours.
    `status` and `baseline_status` are `on sale`, `ends 2026-12-11` or `retired 2026-10-23`, at each one's own time.
    """

    __slots__ = ()
    _names = (
        *("model", "provider", "component", "tier", "window", "price", "baseline", "baseline_price"),
        *("ratio", "percent_lower", "baseline_window", "status", "baseline_status", "region"),
    )


class Comparison(NamedTuple):
    """The result of `compare`: rows, and the rate cells they come from."""

    as_of: When
    currency: str
    tier: str
    rows: tuple[ComparisonRow, ...]
    models: tuple[ModelAt, ...]
    baseline: ModelAt
    cells: tuple[tuple[ModelAt, RateCell], ...]
    """Every cell shown, with the model as it was named; the baseline's last."""
    blend: Blend | None
    table: PriceTable
    unlisted: tuple[ModelAt, ...] = ()
    """Models left out, wholly or at some hours, since there is no price list of theirs in the currency."""
    region: str | None = None
    """The region that was asked for, for all models."""

    def _repr_html_(self) -> str:
        return html_of(self)


def compare(
    table: PriceTable,
    models: str | Sequence[str] = (),
    *,
    on: When | str,
    against: str | None = None,
    tier: str = STANDARD,
    window: str | None = None,
    blend: Blend | str | None = None,
    currency: str = "USD",
    region: str | None = None,
) -> Comparison:
    """Compare models with a baseline on a date or at an instant.

    Without models, the pair set of the table's `[defaults]`. Without `against`, the last of several models is the
    baseline, and a single model is compared with the default baseline. On a date every window of a model that opens on
    that day is shown. A model without a price list in the currency is left out, and is an error as the baseline. In a
    `region` such as `data-residency`, models without rates for it cost what they cost everywhere.

    Raises `InvalidRequest` and its kinds where a name, price, tier, window or region does not exist.
    """
    _refuse_unknown(currency)
    blend = Blend.parse(blend) if isinstance(blend, str) else blend
    region = None if region is None else known_region(table, region)
    as_of = as_when(on)
    names, baseline_name = chosen_models(table, models, against, as_of)
    chosen = bool(as_names(models))
    asked = {side.label: side for side in (_resolve(table, name, as_of, None if chosen else _SIDE) for name in names)}
    own = baseline_name in (against, *as_names(models))
    baseline = _resolve(table, baseline_name, as_of, None if own else _BASELINE)
    # A row of the baseline beside itself would say 1× and 0%.
    asked.pop(baseline.label, None)
    if not asked:
        raise InvalidRequest(
            f"there is nothing to compare {baseline.label} with",
            "name another model, or another baseline with --against",
        )
    sides = tuple(asked.values())
    prices = [side.price for side in (*sides, baseline)]
    tier = spelled_tier(prices, tier) or tier
    # A window that exists for one model is no slip, though the others hold their price at all hours.
    if window is not None and not any(price.windows for price in prices):
        known_window(prices, window)
    baseline_cells = open_cells(baseline, tier, window, region)
    rows: list[ComparisonRow] = []
    used: list[tuple[ModelAt, RateCell]] = []
    unlisted: list[ModelAt] = []
    if asks_for_all(models):
        # Who asks for all models asks for those that have the tier.
        sides = tuple(side for side in sides if tier in tier_names(side.price)) or sides
    side_cells = {side.label: open_cells(side, tier, window, region) for side in sides}
    if not any(cell.listed(currency) for cell in baseline_cells):
        have = [side.label for side in sides if any(cell.listed(currency) for cell in side_cells[side.label])]
        raise _no_list(baseline, currency, have)
    for side in sides:
        listed = [cell for cell in side_cells[side.label] if cell.listed(currency)]
        if len(listed) < len(side_cells[side.label]):
            unlisted.append(side)
        used += [(side, cell) for cell in listed]
        for cell, other in paired_cells(listed, baseline_cells) if listed else ():
            if other is None or other.listed(currency):
                rows += (
                    row._replace(region=region)
                    for row in component_rows(side, cell, baseline, other, tier, blend, currency)
                )
    if not rows:
        raise _no_list(unlisted[0] if unlisted else baseline, currency, [])
    used += [(baseline, cell) for cell in baseline_cells]
    labels = {row.model for row in rows}
    shown = tuple(side for side in sides if side.label in labels)
    return Comparison(
        *(as_of, currency, tier, tuple(rows), shown, baseline, tuple(used), blend, table, tuple(unlisted), region)
    )


def _refuse_unknown(currency: str) -> None:
    if currency not in CURRENCIES:
        raise InvalidRequest(f"there are no price lists in {currency!r}", f"choose one of {', '.join(CURRENCIES)}")


def _no_list(side: ModelAt, currency: str, have: Sequence[str]) -> NotOffered:
    """The error for a model without a price list in the currency, which names those that have one."""
    on = show_when(side.when)
    hint = f"compare with a model that has one, such as --against {have[0]}, or " if have else ""
    return NotOffered(f"{side.label} has no {currency} price list on {on}", f"{hint}leave --currency out")


_SIDE = ("it is compared where no model is named", "name models of that time, such as: deepseek-reasoner o1")
_BASELINE = ("it is the baseline where none is named", "name one, such as: --against gpt-4o")
"""Why a model that nobody named is asked for, and what to type instead."""


def _resolve(table: PriceTable, name: str, on: When, default: tuple[str, str] | None) -> ModelAt:
    """The model at that time; `default` says what it is where nobody named it."""
    try:
        return resolve(table, name, on)
    except NoPrice as error:
        if default is None:
            raise
        why, hint = default
        raise NoPrice(f"{error.message}, and {why}", hint) from None


def chosen_models(
    table: PriceTable, models: str | Sequence[str], against: str | None, on: When
) -> tuple[Sequence[str], str]:
    """The models and the baseline: as named, else the last model named, else the table's `[defaults]`.

    `all` in place of models is every model on sale, beside the default baseline.
    """
    models = as_names(models)
    defaults = table.defaults
    if asks_for_all(models):
        against = against or (defaults.against if defaults else None)
        models = tuple(name_models_on_sale(table, on))
        if against is None and len(models) > 1:
            return models[:-1], models[-1]
    if against is not None and models:
        return models, against
    if len(models) > 1:
        return models[:-1], models[-1]
    if defaults is None:
        raise InvalidRequest(
            f"{table.file} names no [defaults] to compare", "name two models: tokencost compare MODEL BASELINE"
        )
    return models or defaults.compare, against or defaults.against


def asks_for_all(models: str | Sequence[str]) -> bool:
    """Whether `all` stands in place of models: each that is on sale, and not those that lack what is asked for."""
    return as_names(models) == (EVERY_MODEL,)


def name_models_on_sale(table: PriceTable, on: When) -> Iterator[str]:
    """The ids of the models that anybody can buy output of at that time; fine-tuned ones are nobody else's."""
    for model in table.models.values():
        if not is_retired(model, on) and not model.id.startswith(FINE_TUNED):
            with suppress(NoPrice):
                if price_in_force(model, on).rates.output is not None:
                    yield model.id


def open_cells(side: ModelAt, tier: str, window: str | None, region: str | None = None) -> list[RateCell]:
    """The cells of a model at a time: one for each window of the day, unless the hour or the window is given."""
    price = side.price
    if not price.windows:
        return [rate_cell(price, side.when, tier=tier, region=region)]
    if window is not None or isinstance(side.when, datetime):
        return [rate_cell(price, side.when, tier=tier, window=window, region=region)]
    return [named_cell(price, tier, name, region=region) for name in open_window_names(price, side.when)]


def paired_cells(cells: list[RateCell], baseline: list[RateCell]) -> Iterator[tuple[RateCell | None, RateCell | None]]:
    """Each window beside the same window of the other side, or beside the one price that holds at all hours."""
    by_name = {cell.window: cell for cell in baseline}
    # Peak beside off-peak would be a ratio that nobody pays at any time.
    if len(baseline) == 1:
        yield from ((cell, baseline[0]) for cell in cells)
    elif len(cells) == 1:
        same = by_name.get(cells[0].window)
        yield from ((cells[0], other) for other in ([same] if same else baseline))
    else:
        yield from ((cell, by_name.get(cell.window)) for cell in cells)


def component_rows(
    side: ModelAt,
    cell: RateCell | None,
    baseline: ModelAt,
    other: RateCell | None,
    tier: str,
    blend: Blend | None,
    currency: str,
) -> Iterator[ComparisonRow]:
    """Each component that one of two cells charges for, side by side."""
    rates, other_rates = _list_rates(cell, currency), _list_rates(other, currency)
    status = sale_status(side.model, side.when), sale_status(baseline.model, baseline.when)
    windows = cell.window if cell else None, other.window if other else None
    components = [name for name in COMPONENTS if _has(cell, name) or _has(other, name)]
    for component in (*components, *([BLENDED] if blend else [])):
        yield ComparisonRow(
            side.label,
            side.model.provider,
            component,
            tier,
            windows[0],
            _price(rates, component, blend),
            baseline.label,
            _price(other_rates, component, blend),
            windows[1],
            *status,
        )


def _price(rates: Rates | None, component: str, blend: Blend | None) -> Decimal | Fraction | None:
    if rates is None:
        return None
    if component == BLENDED and blend:
        return blend.price(rates)
    rate: Decimal | None = getattr(rates, component)
    return rate


def _has(cell: RateCell | None, component: str) -> bool:
    return cell is not None and getattr(cell.rates, component) is not None


def _list_rates(cell: RateCell | None, currency: str) -> Rates | None:
    listed = cell.listed(currency) if cell else None
    return listed.rates if listed else None
