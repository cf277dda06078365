"""pydantic/genai-prices data.json: USD per 1M tokens, conditional on dates or hours of the day.

https://github.com/pydantic/genai-prices/blob/main/prices/data.json. Of several prices the last whose condition holds
is the one that counts; a condition is a first day or hours of the day, never both.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.analysis.audit.quote import Hours, Quote
from tokencost.pricing.rates import STANDARD

NAME = "genai-prices"
_COMPONENTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
}
_TIER_KEYS = ("processing", "service_tier")
_TIERS = {"default": STANDARD, "fast": "priority"}


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    providers = _providers(data)
    return any(isinstance(item, Mapping) and isinstance(item.get("models"), list) for item in providers)


def quotes(data: JsonValue, on: date) -> Iterator[Quote]:
    """What holds on that day, by the ids of the models and by the names that must equal one."""
    for provider in (data.get("providers") if isinstance(data.value, Mapping) else data).items():
        name = provider.get("id").text()
        for model in provider.get("models").items():
            for own in dict.fromkeys([model.get("id").text(), *_equal_names(model.get("match"))]):
                yield from _of_model(name, own, model, on)


def _providers(data: Any) -> list[Any]:
    listed = data.get("providers") if isinstance(data, Mapping) else data
    return listed if isinstance(listed, list) else []


def _equal_names(match: JsonValue) -> Iterator[str]:
    # A loop, since a file may nest them deeper than Python calls itself.
    waiting = [match]
    while waiting:
        match = waiting.pop()
        if match.get("equals").value is not None:
            yield match.get("equals").text()
        waiting += reversed(list(match.get("or").items()))


def _of_model(provider: str, name: str, model: JsonValue, on: date) -> Iterator[Quote]:
    seen = model.get("prices_checked").seen()
    dated, hourly = _in_force(model.get("prices"), on)
    for component, above, rate in _rates(dated):
        yield Quote(provider, name, component, rate, STANDARD, above, rest=bool(hourly), seen=seen)
    for hours, prices in hourly:
        for component, above, rate in _rates(prices):
            yield Quote(provider, name, component, rate, STANDARD, above, hours=hours, seen=seen)
    tiers: dict[str, JsonValue] = {}
    for variant in model.get("price_variants").items():
        when = dict(variant.get("when").members())
        key = next((key for key in _TIER_KEYS if list(when) == [key]), None)
        first = variant.get("constraint").get("start_date").day()
        if key and (first is None or first <= on):
            tier = when[key].text()
            tiers[_TIERS.get(tier, tier)] = variant.get("prices")
    for tier, prices in tiers.items():
        for component, above, rate in _rates(prices):
            if tier != STANDARD:
                yield Quote(provider, name, component, rate, tier, above, seen=seen)


def _in_force(listed: JsonValue, on: date) -> tuple[JsonValue, list[tuple[Hours, JsonValue]]]:
    """The prices of that day, and those of its hours. Without conditions, the prices stand there themselves."""
    if not isinstance(listed.value, list):
        return listed, []
    dated, hourly = JsonValue(None), list[tuple[Hours, JsonValue]]()
    for item in listed.items():
        constraint = item.get("constraint")
        first = constraint.get("start_date").day()
        if constraint.get("start_time").value is not None:
            hours = (constraint.get("start_time").minute(), constraint.get("end_time").minute())
            hourly.append((hours, item.get("prices")))
        elif first is None or first <= on:
            dated = item.get("prices")
    return dated, hourly


def _rates(prices: JsonValue) -> Iterator[tuple[str, int, Decimal]]:
    """Component, context length and rate; a rate may be `{base, tiers: [{start, price}]}`."""
    for key, component in _COMPONENTS.items():
        value = prices.get(key)
        by_length = isinstance(value.value, Mapping)
        rate = (value.get("base") if by_length else value).amount()
        if rate is not None:
            yield component, 0, rate
        for tier in value.get("tiers").items() if by_length else ():
            longer, start = tier.get("price").amount(), tier.get("start").count()
            if longer is not None and start is not None:
                yield component, start, longer
