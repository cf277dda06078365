"""What a rate holds for, in words: a tier, hours, the length of a request. Another condition is one more line here."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from tokencost.pricing.rates import STANDARD


class Conditioned(Protocol):
    """Whatever holds under conditions: the rates of a cell, a change of a rate, a finding about one."""

    @property
    def tier(self) -> str | None:
        """None or `standard` is the ordinary one."""

    @property
    def window(self) -> str | None:
        """None is all hours."""

    @property
    def input_tokens_above(self) -> int | None:
        """None or 0 is any length."""

    @property
    def region(self) -> str | None:
        """None is wherever the provider likes."""


class Condition(NamedTuple):
    """One of the things that a rate depends on."""

    heading: str
    say: Callable[[Conditioned], str]
    """Empty where the rate is the ordinary one."""
    leaves: int = 0
    """When its column leaves a narrow table."""


CONDITIONS = (
    Condition("tier", lambda of: "" if of.tier in (None, STANDARD) else str(of.tier)),
    Condition("input tokens", lambda of: f"above {of.input_tokens_above:,}" if of.input_tokens_above else ""),
    Condition("hours", lambda of: of.window or ""),
    Condition("region", lambda of: of.region or "", leaves=6),
)


def say_conditions(of: Conditioned, *without: str) -> str:
    """`batch, above 272,000 input tokens`; empty for the ordinary rates. `without` names headings to leave out."""
    said = {each.heading: each.say(of) for each in CONDITIONS if each.heading not in without}
    if said.get("input tokens"):
        said["input tokens"] += " input tokens"
    return ", ".join(filter(None, said.values()))


def name_rate(model: str, component: str, of: Conditioned) -> str:
    """`o1 cached input, batch`."""
    return ", ".join(filter(None, (f"{model} {component.replace('_', ' ')}", say_conditions(of))))


def told_apart(rates: Iterable[Conditioned]) -> tuple[Condition, ...]:
    """The conditions in which these rates differ."""
    rates = tuple(rates)
    return tuple(each for each in CONDITIONS if len({each.say(of) for of in rates}) > 1)
