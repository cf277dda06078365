"""The prices of one day in the shape of LiteLLM's table, so that its users can have ours.

The shape: https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json. Its numbers are USD per
token. Its plain rates are those of peak hours where a model has windows, and `off_peak_pricing` has the rest.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tokencost.errors import AmbiguousRate, NoPrice, NotOffered
from tokencost.money import PER_MILLION
from tokencost.pricetable.resolve import price_in_force
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import When, day_of
from tokencost.pricing.rates import (
    OFF_PEAK,
    PEAK,
    STANDARD,
    named_cell,
    region_names,
    thresholds,
    tier_names,
    window_names,
)
from tokencost.pricing.timeline import rate_intervals

FIELDS = {
    "input": "input_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_12h": "cache_creation_input_token_cost_above_12hr",
    "output": "output_cost_per_token",
}
TIER_NAMES = {"batch": "batches"}
"""LiteLLM's names of tiers where they are others than ours."""
BARE = "openai"
"""The provider whose models LiteLLM names without it."""
WEEK = timedelta(days=7)
THOUSAND = 1000


class LitellmTable(NamedTuple):
    """Models by LiteLLM's names, and what its shape has no field for."""

    models: dict[str, dict[str, Any]]
    left_out: tuple[str, ...]


def litellm_table(table: PriceTable, on: When) -> LitellmTable:
    """Every model that is served on that day, under its id and each name that is billed as it."""
    models: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for model in table.models.values():
        try:
            price = price_in_force(model, on)
        except NoPrice:
            continue
        if is_retired(model, on):
            continue
        entry: dict[str, Any] = {"litellm_provider": model.provider, "source": price.evidence.source}
        entry["mode"] = "embedding" if price.rates.output is None else "chat"
        entry |= _rates(price, left_out)
        if price.windows:
            entry |= _off_peak(price, on, left_out)
        left_out += [f"{price.model}: rates for the region {region}" for region in region_names(price)]
        if model.shutdown:
            entry["deprecation_date"] = model.shutdown.date().isoformat()
        for name in _names(model, on):
            models[name if model.provider == BARE else f"{model.provider}/{name}"] = entry
    return LitellmTable(models, tuple(left_out))


def field_name(component: str, tier: str, above: int) -> str:
    """LiteLLM's name of a rate: `output_cost_per_token_above_272k_tokens_batches`."""
    length = f"_above_{above // THOUSAND}k_tokens" if above else ""
    return f"{FIELDS[component]}{length}" + ("" if tier == STANDARD else f"_{TIER_NAMES.get(tier, tier)}")


def per_token(rate: Decimal) -> Decimal:
    """USD per token, exactly."""
    return rate.scaleb(PER_MILLION)


def _names(model: Model, on: When) -> Iterator[str]:
    day = day_of(on)
    yield model.id
    for alias in model.aliases:
        if (alias.start is None or alias.start.date() <= day) and (alias.end is None or day < alias.end.date()):
            yield alias.name


def _rates(price: Price, left_out: list[str]) -> dict[str, Decimal]:
    """The rates by LiteLLM's field names; of windows, those of peak hours."""
    window = PEAK if PEAK in window_names(price) else window_names(price)[0]
    rates: dict[str, Decimal] = {}
    for tier in tier_names(price):
        for above in thresholds(price):
            if above % THOUSAND:
                left_out.append(f"{price.model}: rates above {above:,} input tokens, which is no whole thousand")
                continue
            try:
                cell = named_cell(price, tier, window, above)
            except (NotOffered, AmbiguousRate):
                continue
            for component, rate in cell.rates.known().items():
                rates[field_name(component, tier, above)] = per_token(rate)
    return rates


def _off_peak(price: Price, on: When, left_out: list[str]) -> dict[str, Any]:
    if set(window_names(price)) != {PEAK, OFF_PEAK}:
        left_out.append(f"{price.model}: windows other than peak and off-peak")
        return {}
    cell = named_cell(price, STANDARD, OFF_PEAK)
    rates = {field_name(component, STANDARD, 0): per_token(rate) for component, rate in cell.rates.known().items()}
    if any(window.holidays for window in price.windows):
        left_out.append(f"{price.model}: holidays, on which off-peak holds all day")
    return {"off_peak_pricing": {**rates, "windows": _windows(price, day_of(on))}}


def _windows(price: Price, day: date) -> list[dict[str, Any]]:
    """The off-peak hours of a week without holidays, in UTC; weekdays count from Monday, 1."""
    monday = day - timedelta(days=day.weekday())
    begin = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    plain = Price(
        price.model, begin, None, price.rates, None, price.evidence,
        tuple(window._replace(holidays=frozenset()) for window in price.windows), price.blocks, None, price.path,
    )  # fmt: skip
    off_is_named = any(window.name == OFF_PEAK for window in price.windows)
    days: dict[int, list[str]] = {}
    for stretch in rate_intervals(plain, begin, begin + WEEK):
        if bool(stretch.windows) is not off_is_named:
            continue
        start = stretch.start
        while start < stretch.end:
            midnight = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=1)
            end = min(stretch.end, midnight)
            days.setdefault(start.isoweekday(), []).append(f"{start:%H:%M}-{end:%H:%M}")
            start = end
    alike: dict[tuple[str, ...], list[int]] = {}
    for weekday, hours in days.items():
        alike.setdefault(tuple(hours), []).append(weekday)
    return [{"hours_utc": list(hours), "weekdays": weekdays} for hours, weekdays in alike.items()]
