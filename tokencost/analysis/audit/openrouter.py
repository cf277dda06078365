"""OpenRouter's models API: USD per token as strings, for `provider/model`.

https://openrouter.ai/docs/api-reference/list-available-models. These are the prices at which OpenRouter sells, which
for open models need not be those of the model's maker.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.analysis.audit.quote import PER_TOKEN, Quote, read_rates

NAME = "OpenRouter"
_COMPONENTS = {
    "prompt": "input",
    "input_cache_read": "cached_input",
    "input_cache_write": "cache_write",
    "completion": "output",
}


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    listed = data.get("data") if isinstance(data, Mapping) else None
    return isinstance(listed, list) and any(isinstance(item, Mapping) and "pricing" in item for item in listed)


def quotes(data: JsonValue, _on: date) -> Iterator[Quote]:
    """Every rate of a model itself, not of its variants such as `:free`."""
    for item in data.get("data").items():
        identity, pricing = item.get("id").text(), item.get("pricing")
        if ":" in identity:
            continue
        provider, _, name = identity.partition("/")
        for component, rate in read_rates(pricing, _COMPONENTS):
            yield Quote(provider, name, component, rate.scaleb(PER_TOKEN))
