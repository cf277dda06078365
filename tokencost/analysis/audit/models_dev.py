"""models.dev api.json: USD per 1M tokens by provider and model, with one longer context at most.

https://models.dev
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.analysis.audit.quote import Quote, read_rates
from tokencost.pricing.rates import STANDARD

NAME = "models.dev"
_COMPONENTS = {
    "input": "input",
    "cache_read": "cached_input",
    "cache_write": "cache_write",
    "output": "output",
}
_LONGER = re.compile(r"context_over_(\d{1,9})k", re.ASCII)
THOUSAND = 1000


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    return isinstance(data, Mapping) and any(
        isinstance(item, Mapping) and isinstance(item.get("models"), Mapping) for item in data.values()
    )


def quotes(data: JsonValue, _on: date) -> Iterator[Quote]:
    """Every rate; `last_updated` is the model's day, and the only one there is."""
    for provider, listed in data.members():
        for name, model in listed.get("models").members():
            cost, seen = model.get("cost"), model.get("last_updated").seen()
            for component, rate in read_rates(cost, _COMPONENTS):
                yield Quote(provider, name, component, rate, seen=seen)
            for field, longer in cost.members():
                if match := _LONGER.fullmatch(field):
                    above = int(match[1]) * THOUSAND
                    for component, rate in read_rates(longer, _COMPONENTS):
                        yield Quote(provider, name, component, rate, STANDARD, above, seen=seen)
