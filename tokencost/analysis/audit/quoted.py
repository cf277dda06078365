"""What another public table says of a price, in our words: all readers yield these."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tokencost.pricing.rates import STANDARD

Stretch = tuple[int, int]
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
    hours: Stretch | None = None
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


def amount(value: Any) -> Decimal | None:
    """A number of another table; None for what is none, or negative (OpenRouter writes -1 for "it depends")."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() and number >= 0 else None


def day(value: Any) -> date | None:
    """A date of another table, of which only the day counts; None for what is none."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def named_rates(given: Any, names: Mapping[str, str]) -> Iterator[tuple[str, Decimal]]:
    """Our component and the number, for each of their keys that is there."""
    for key, component in names.items():
        number = amount(given.get(key)) if isinstance(given, Mapping) else None
        if number is not None:
            yield component, number
