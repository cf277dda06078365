"""What another public table says of a price, in our words: all readers yield these."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tokencost.analysis.audit.json_value import JsonValue
from tokencost.pricing.rates import STANDARD

Hours = tuple[int, int]
"""First minute of the UTC day, and the one at which it ends (exclusive)."""
PER_TOKEN = 6
"""A rate per token becomes one per 1,000,000 by this shift of the decimal point."""


class Quote(NamedTuple):
    """One rate that another table states, in USD per 1,000,000 tokens."""

    provider: str
    model: str
    """Their name of the model, without the provider."""
    component: str
    rate: Decimal
    tier: str = STANDARD
    input_tokens_above: int = 0
    window: str | None = None
    """`peak` or `off-peak` where the table says so."""
    hours: Hours | None = None
    """The hours of the day for which the table gives the rate."""
    rest: bool = False
    """True: for the hours that no other rate of the model names."""
    seen: date | None = None
    """The day on which the table, or this line of it, was last brought up to date."""


class OtherTable(NamedTuple):
    """Another table, with everything it says of one day."""

    format: str
    source: str
    """The file or address it was read from."""
    quotes: tuple[Quote, ...]
    dated: date | None
    """The day from which the table is, where it is known."""


def read_rates(value: JsonValue, names: Mapping[str, str]) -> Iterator[tuple[str, Decimal]]:
    """Our component and the number, for each of their keys that is there."""
    for key, component in names.items():
        rate = value.get(key).amount()
        if rate is not None:
            yield component, rate
