"""models.dev api.json: USD per 1M tokens by provider and model, with one longer context at most.

https://models.dev
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.quoted import Quote, day, named_rates
from tokencost.pricing.rates import STANDARD

NAME = "models.dev"
_COMPONENTS = {
    "input": "input",
    "cache_read": "cached_input",
    "cache_write": "cache_write",
    "output": "output",
}
_LONGER = re.compile(r"context_over_(\d+)k")
THOUSAND = 1000


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    return isinstance(data, Mapping) and any(
        isinstance(item, Mapping) and isinstance(item.get("models"), Mapping) for item in data.values()
    )


def quotes(data: Mapping[str, Any], _on: date) -> Iterator[Quote]:
    """Every rate; `last_updated` is the model's day, and the only one there is."""
    for provider, listed in data.items():
        models = listed.get("models") if isinstance(listed, Mapping) else None
        for key, model in models.items() if isinstance(models, Mapping) else ():
            cost = model.get("cost") if isinstance(model, Mapping) else None
            if not isinstance(cost, Mapping):
                continue
            seen = day(model.get("last_updated"))
            for component, rate in named_rates(cost, _COMPONENTS):
                yield Quote(provider, key, component, rate, seen=seen)
            for field, longer in cost.items():
                if match := _LONGER.fullmatch(field):
                    above = int(match[1]) * THOUSAND
                    for component, rate in named_rates(longer, _COMPONENTS):
                        yield Quote(provider, key, component, rate, STANDARD, above, seen=seen)
