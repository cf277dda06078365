"""pydantic/genai-prices data.json: USD per 1M tokens, conditional on dates or hours of the day.

https://github.com/pydantic/genai-prices/blob/main/prices/data.json. Of several prices the last whose condition holds
is the one that counts; a condition is a first day or hours of the day, never both.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tokencost.analysis.audit.quoted import Quote, Stretch, amount, day
from tokencost.pricing.rates import STANDARD

NAME = "genai-prices"
_COMPONENTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
}
_TIER_KEYS = ("processing", "service_tier")
_TIERS = {"default": STANDARD}


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    providers = _providers(data)
    return any(isinstance(item, Mapping) and isinstance(item.get("models"), list) for item in providers)


def quotes(data: Any, on: date) -> Iterator[Quote]:
    """What holds on that day, by the ids of the models and by the names that must equal one."""
    for provider in _providers(data):
        for model in provider.get("models", ()) if isinstance(provider, Mapping) else ():
            if not isinstance(model, Mapping):
                continue
            names = dict.fromkeys([str(model.get("id")), *_equal_names(model.get("match"))])
            for name in names:
                yield from _of_model(str(provider.get("id")), name, model, on)


def _providers(data: Any) -> list[Any]:
    listed = data.get("providers") if isinstance(data, Mapping) else data
    return listed if isinstance(listed, list) else []


def _equal_names(match: Any) -> Iterator[str]:
    if isinstance(match, Mapping):
        if isinstance(match.get("equals"), str):
            yield match["equals"]
        for part in match.get("or", ()):
            yield from _equal_names(part)


def _of_model(provider: str, name: str, model: Mapping[str, Any], on: date) -> Iterator[Quote]:
    seen = day(model.get("prices_checked"))
    listed = model.get("prices")
    conditional = listed if isinstance(listed, list) else [{"prices": listed}]
    dated, hourly = _in_force(conditional, on)
    for component, above, rate in _rates(dated):
        yield Quote(provider, name, component, rate, STANDARD, above, rest=bool(hourly), seen=seen)
    for stretch, prices in hourly:
        for component, above, rate in _rates(prices):
            yield Quote(provider, name, component, rate, STANDARD, above, hours=stretch, seen=seen)
    tiers: dict[str, Any] = {}
    for variant in model.get("price_variants") or ():
        when = variant.get("when") if isinstance(variant, Mapping) else None
        key = next((key for key in _TIER_KEYS if isinstance(when, Mapping) and list(when) == [key]), None)
        first = day(_constraint(variant).get("start_date")) if key else None
        if key and (first is None or first <= on):
            tiers[str(variant["when"][key])] = variant.get("prices")
    for tier, prices in tiers.items():
        for component, above, rate in _rates(prices):
            if tier not in _TIERS:
                yield Quote(provider, name, component, rate, tier, above, seen=seen)


def _in_force(conditional: list[Any], on: date) -> tuple[Any, list[tuple[Stretch, Any]]]:
    dated: Any = None
    hourly: list[tuple[Stretch, Any]] = []
    for item in conditional:
        constraint = _constraint(item)
        first = day(constraint.get("start_date"))
        if "start_time" in constraint:
            stretch = (_minute(constraint["start_time"]), _minute(constraint.get("end_time")))
            hourly.append((stretch, item.get("prices")))
        elif first is None or first <= on:
            dated = item.get("prices") if isinstance(item, Mapping) else None
    return dated, hourly


def _constraint(item: Any) -> Mapping[str, Any]:
    found = item.get("constraint") if isinstance(item, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _minute(text: Any) -> int:
    """`16:30:00Z` as the minute of the day."""
    hour, _, minute = str(text)[:5].partition(":")
    return int(hour) * 60 + int(minute) if hour.isdecimal() and minute.isdecimal() else 0


def _rates(prices: Any) -> Iterator[tuple[str, int, Decimal]]:
    """Component, context length and rate; a rate may be `{base, tiers: [{start, price}]}`."""
    for key, component in _COMPONENTS.items():
        value = prices.get(key) if isinstance(prices, Mapping) else None
        tiers = value.get("tiers", ()) if isinstance(value, Mapping) else ()
        rate = amount(value.get("base") if isinstance(value, Mapping) else value)
        if rate is not None:
            yield component, 0, rate
        for tier in tiers:
            longer, start = amount(tier.get("price")), tier.get("start")
            if longer is not None and isinstance(start, int):
                yield component, start, longer
