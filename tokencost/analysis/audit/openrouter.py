"""OpenRouter's models API: USD per token as strings, for `provider/model`.

https://openrouter.ai/docs/api-reference/list-available-models. These are the prices at which OpenRouter sells, which
for open models need not be those of the model's maker.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.quoted import PER_TOKEN, Quote, named_rates

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


def quotes(data: Mapping[str, Any], _on: date) -> Iterator[Quote]:
    """Every rate of a model itself, not of its variants such as `:free`."""
    for item in data["data"]:
        identity = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(identity, str) or ":" in identity:
            continue
        provider, _, name = identity.partition("/")
        for component, rate in named_rates(item.get("pricing"), _COMPONENTS):
            yield Quote(provider, name, component, rate.scaleb(PER_TOKEN))
