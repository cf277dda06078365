"""Groups of requests as running sums: tokens are whole numbers, and money is exact.

However many groups there are, a rate is looked up once for each rate cell, and multiplied once for each group in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Self

from tokencost.logs.billing.results import Money, Tokens
from tokencost.money import EXACT, PER_MILLION, ZERO
from tokencost.pricing.rates import RateCell


class TokenRates(NamedTuple):
    """USD per token; None is a component without a rate, whose tokens are billed as uncached input."""

    uncached: Decimal
    cached: Decimal | None
    write: Decimal | None
    output: Decimal

    @classmethod
    def of(cls, cell: RateCell) -> Self:
        """The rates of a cell."""
        rates = cell.rates
        chosen = (rates.input, rates.cached_input, rates.cache_write, rates.output)
        return cls(*(None if rate is None else EXACT.scaleb(rate, PER_MILLION) for rate in chosen))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False, slots=True)
class Billing:
    """How the requests of a rate cell are billed: one and the same object for all sums that are billed alike."""

    cell: RateCell
    names: tuple[str | None, ...]
    """The values of the `--by` columns that the cell decides."""
    rates: tuple[TokenRates | None, ...]
    """On each side; None on an alternative that has no price for them."""


class CostAccumulator:
    """Money of each component. Charging tokens to it costs the same as pricing them as one request would."""

    __slots__ = ("cached", "output", "uncached", "write")

    def __init__(self) -> None:
        self.uncached = self.cached = self.write = self.output = ZERO

    def charge(self, rates: TokenRates, tokens: Sequence[int]) -> None:
        """Add what tokens cost, which come as in `Tokens`."""
        # With many groups this is where the time goes: hence no look-up, and no arithmetic with zeros.
        _, uncached, cached, write, output = tokens
        uncached_rate, cached_rate, write_rate, output_rate = rates
        multiply, add = EXACT.multiply, EXACT.add
        uncached -= cached + write
        if cached:
            if cached_rate is None:
                uncached += cached
            else:
                self.cached = add(self.cached, multiply(cached_rate, cached))
        if write:
            if write_rate is None:
                uncached += write
            else:
                self.write = add(self.write, multiply(write_rate, write))
        self.uncached = add(self.uncached, multiply(uncached_rate, uncached))
        self.output = add(self.output, multiply(output_rate, output))

    @property
    def money(self) -> Money:
        """The parts, and their sum."""
        add = EXACT.add
        total = add(add(self.uncached, self.output), add(self.cached, self.write))
        return Money(self.uncached, self.cached, self.write, self.output, total)


class GroupTotals:
    """One group of requests: its tokens and money, what they would have cost elsewhere, and what the log says."""

    __slots__ = ("_purses", "cached", "complete", "input", "logged", "output", "requests", "write")

    def __init__(self, sides: int) -> None:
        self.requests = self.input = self.cached = self.write = self.output = 0
        self._purses: list[CostAccumulator | None] = [CostAccumulator() for _ in range(sides)]
        self.logged = ZERO
        self.complete = True
        """Whether every record of the group holds a cost of its own."""

    def charge(self, billing: Billing, tokens: Sequence[int]) -> None:
        """Add requests of one rate cell. Where an alternative has no price for some, it has none for the group."""
        requests, total, cached, write, output = tokens
        self.requests += requests
        self.input += total
        self.cached += cached
        self.write += write
        self.output += output
        for place, rates in enumerate(billing.rates):
            purse = self._purses[place]
            if rates is None:
                self._purses[place] = None
            elif purse is not None:
                purse.charge(rates, tokens)

    @property
    def tokens(self) -> Tokens:
        """All of its tokens."""
        return Tokens(self.requests, self.input, self.cached, self.write, self.output)

    @property
    def money(self) -> tuple[Money | None, ...]:
        """What they cost on each side, before any token factor."""
        return tuple(None if purse is None else purse.money for purse in self._purses)
