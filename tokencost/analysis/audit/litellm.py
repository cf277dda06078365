"""LiteLLM's model_prices_and_context_window.json: USD per token, one field for each tier and context length.

https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json. Where `off_peak_pricing` is
given, the plain rates are those of peak hours.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.analysis.audit.quote import PER_TOKEN, Quote
from tokencost.pricing.rates import OFF_PEAK, PEAK, STANDARD

NAME = "LiteLLM"
_FIELD = re.compile(
    r"(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost|cache_creation_input_token_cost)"
    r"(_above_12hr)?(?:_above_(\d{1,9})k_tokens)?(?:_([a-z]+))?",
    re.ASCII,
)
_COMPONENTS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write",
}
_TIERS = {"batches": "batch", None: STANDARD}
_PROVIDERS = {"text-completion-openai": "openai"}
_SAMPLE = "sample_spec"
"""An entry that describes the others. What has no provider is no model either."""
_MODES = ("chat", "completion", "embedding", "responses", None)
THOUSAND = 1000


def recognises(data: Any) -> bool:
    """Whether a JSON value has the shape."""
    return isinstance(data, Mapping) and any(
        isinstance(entry, Mapping) and "litellm_provider" in entry for entry in data.values()
    )


def quotes(data: JsonValue, _on: date) -> Iterator[Quote]:
    """Every rate of a text model. The table gives no dates."""
    for key, entry in data.members():
        if key == _SAMPLE or entry.get("litellm_provider").value is None or entry.get("mode").value not in _MODES:
            continue
        listed = entry.get("litellm_provider").text()
        provider = _PROVIDERS.get(listed, listed)
        name = key.removeprefix(f"{listed}/")
        off_peak = entry.get("off_peak_pricing")
        yield from _rates(provider, name, entry, None if off_peak.value is None else PEAK)
        yield from _rates(provider, name, off_peak, OFF_PEAK)


def _rates(provider: str, name: str, entry: JsonValue, window: str | None) -> Iterator[Quote]:
    for field, value in entry.members():
        match = _FIELD.fullmatch(field)
        number = value.amount() if match else None
        if match is None or number is None:
            continue
        component = _COMPONENTS[match[1]] + ("_12h" if match[2] else "")
        if match[2] and component != "cache_write_12h":
            continue
        tier = _TIERS.get(match[4], match[4])
        yield Quote(
            provider,
            name,
            component,
            number.scaleb(PER_TOKEN),
            tier,
            int(match[3] or 0) * THOUSAND,
            window if tier == STANDARD else None,
        )
