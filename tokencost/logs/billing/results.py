"""What a bill is made of: tokens and money that are added up, and the rows in which they are shown."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from tokencost.money import EXACT, ZERO, percent_lower, times_as_much
from tokencost.pricing.cost import CostParts
from tokencost.pricing.rates import COMPONENTS
from tokencost.rows import Row

Key = tuple[str | None, ...]
_BESIDE = ("cost", "ratio", "percent_lower")


class Tokens(NamedTuple):
    """Counts of requests and tokens; cached and cache-write tokens are parts of the input."""

    requests: int = 0
    input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0

    def plus(self, other: "Tokens") -> "Tokens":
        """Both together."""
        return Tokens(
            self.requests + other.requests,
            self.input + other.input,
            self.cached_input + other.cached_input,
            self.cache_write + other.cache_write,
            self.output + other.output,
        )


class Elsewhere(NamedTuple):
    """What the same requests cost on an alternative; None where some of them could not be priced there."""

    model: str
    cost: Decimal | None
    actual: Decimal

    @property
    def ratio(self) -> Fraction | None:
        """How many times as much the actual model costs."""
        return times_as_much(self.actual, self.cost)

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - alternative ÷ actual) x 100."""
        return percent_lower(self.actual, self.cost)


class _UsageRow(NamedTuple):
    """The fields of `UsageRow`."""

    group: Key
    """The values of the `--by` columns, in their order."""
    tokens: Tokens
    cost: CostParts[Decimal]
    elsewhere: tuple[Elsewhere, ...]
    logged: Decimal | None
    """The cost that the log itself holds; None where a record of the group holds none."""
    by: tuple[str, ...]
    """The names of the `--by` columns."""
    compared: bool
    """Whether the logged cost was asked for."""


Kind = Literal[
    "unknown_model",
    "no_model",
    "no_time",
    "hour_unknown",
    "not_offered",
    "no_price",
    "other_host",
    "unread_field",
    "other_tokens",
]
"""Why there is no price, in short."""


class UsageRow(Row, _UsageRow):
    """One group of requests, what they cost, and what they would have cost elsewhere."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        counts, amounts = self.parts
        names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
        tokens = dict(zip(names, counts, strict=True))
        costs = {f"{name}_cost": amount for name, amount in zip(self.cost._fields, amounts, strict=False)}
        elsewhere = {f"as_{other.model}_{name}": getattr(other, name) for other in self.elsewhere for name in _BESIDE}
        columns = {**dict(zip(self.by, self.group, strict=True)), "requests": self.tokens.requests, **tokens, **costs}
        logged = {"logged_cost": self.logged} if self.compared else {}
        return {**columns, "cost": self.cost.total, **elsewhere, **logged}

    @property
    def parts(self) -> tuple[tuple[int | None, ...], tuple[Decimal | None, ...]]:
        """Tokens and money by component; in a row of one component the others have none, but for all of the input."""
        counts, amounts = self.tokens[1:], tuple(self.cost)
        if "component" not in self.by:
            return counts, amounts
        at = COMPONENTS.index(self.group[self.by.index("component")] or "")
        return (
            tuple(
                count if place == at or (place == 0 and at in (1, 2)) else None for place, count in enumerate(counts)
            ),
            tuple(amount if place == at else None for place, amount in enumerate(amounts)),
        )


class _Unpriced(NamedTuple):
    """The fields of `Unpriced`."""

    model: str | None
    reason: str
    tokens: Tokens
    rows: int
    kind: Kind


class Unpriced(Row, _Unpriced):
    """Requests without a price, and why."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        tokens = self.tokens
        counts = {"requests": tokens.requests, "input_tokens": tokens.input, "output_tokens": tokens.output}
        return {"model": self.model, "reason": self.reason, **counts}


class _Reconciled(NamedTuple):
    """The fields of `Reconciled`."""

    model: str
    rows: int
    logged: Decimal
    computed: Decimal
    currency: str = "USD"
    """Of both amounts: that of the logged cost. In CNY the computed one is by the provider's own list in CNY."""


class Reconciled(Row, _Reconciled):
    """The logged cost of a model beside the computed one, over the records that hold one."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        difference = EXACT.subtract(self.logged, self.computed)
        amounts = {"logged": self.logged, "computed": self.computed, "difference": difference}
        return {"model": self.model, "records": self.rows, **amounts, "currency": self.currency}


def multiply(amount: Decimal, factor: Fraction) -> Decimal:
    """The product, exact: the factor was written as a decimal number, so its denominator divides a power of ten."""
    if factor == 1:
        return amount
    product = Fraction(amount) * factor
    return EXACT.divide(Decimal(product.numerator), Decimal(product.denominator))


def split_by_component(tokens: Tokens, cost: CostParts[Decimal]) -> Iterable[tuple[str, Tokens, CostParts[Decimal]]]:
    """A sum taken apart: tokens and money of each component, which add up to the whole."""
    requests, total, cached, write, output = tokens
    counts = (
        Tokens(requests, input=total - cached - write),
        Tokens(requests, input=cached, cached_input=cached),
        Tokens(requests, input=write, cache_write=write),
        Tokens(requests, output=output),
    )
    for place, component in enumerate(COMPONENTS):
        yield component, counts[place], CostParts(*(part if at == place else ZERO for at, part in enumerate(cost)))


def component_of(cost: CostParts[Decimal], component: str) -> Decimal:
    """The money of one component."""
    return cost[COMPONENTS.index(component)]
