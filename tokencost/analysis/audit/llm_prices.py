"""simonw/llm-prices, current or historical JSON: USD per 1M tokens, one number for each component.

https://github.com/simonw/llm-prices
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.analysis.audit.quote import Quote, read_rates

NAME = "llm-prices"
_COMPONENTS = {"input": "input", "input_cached": "cached_input", "output": "output"}


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    listed = data.get("prices") if isinstance(data, Mapping) else None
    return isinstance(listed, list) and any(isinstance(item, Mapping) and "vendor" in item for item in listed)


def quotes(data: JsonValue, on: date) -> Iterator[Quote]:
    """What holds on that day; the current table has no dates of its prices, and is taken to hold."""
    seen = data.get("updated_at").seen()
    for item in data.get("prices").items():
        first, after = item.get("from_date").day(), item.get("to_date").day()
        provider, model = item.get("vendor").text(), item.get("id").text()
        if (first is None or first <= on) and (after is None or on < after):
            for component, rate in read_rates(item, _COMPONENTS):
                yield Quote(provider, model, component, rate, seen=seen)
