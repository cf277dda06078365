"""Groups of requests as running sums: tokens are whole numbers, and money is exact.

However many groups there are, a rate is looked up once for each rate cell, and multiplied once for each group in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from tokencost.logs.billing.results import Tokens
from tokencost.money import EXACT, ZERO
from tokencost.pricetable.table import Rates
from tokencost.pricing.cost import CostParts, billed_input
from tokencost.pricing.rates import RateCell


@dataclass(frozen=True, eq=False, slots=True)
class Billing:
    """How the requests of a rate cell are billed: one and the same object for all sums that are billed alike."""

    cell: RateCell
    names: tuple[str | None, ...]
    """The values of the `--by` columns that the cell decides."""
    rates: tuple[Rates | None, ...]
    """USD per token, on each side; None on an alternative that has no price for them."""


class CostAccumulator:
    """Money of each component. Charging tokens to it costs the same as pricing them as one request would."""

    __slots__ = ("cached", "output", "uncached", "write")

    def __init__(self) -> None:
        self.uncached = self.cached = self.write = self.output = ZERO

    def charge(self, rates: Rates, tokens: Sequence[int]) -> None:
        """Add what tokens cost, which come as in `Tokens`; `rates` are per token."""
        # With many groups this is where the time goes: hence no look-up, and no arithmetic with zeros.
        _, total, cached, write, output = tokens
        uncached, cached, write = billed_input(rates, total, cached, write)
        multiply, add = EXACT.multiply, EXACT.add
        if cached:
            self.cached = add(self.cached, multiply(rates.cached_input or ZERO, cached))
        if write:
            self.write = add(self.write, multiply(rates.cache_write or ZERO, write))
        self.uncached = add(self.uncached, multiply(rates.input, uncached))
        if output:  # which is billed only where it has a rate
            self.output = add(self.output, multiply(cast("Decimal", rates.output), output))

    @property
    def parts(self) -> CostParts[Decimal]:
        """What was charged so far."""
        return CostParts(self.uncached, self.cached, self.write, self.output)


class GroupTotals:
    """One group of requests: its tokens and money, what they would have cost elsewhere, and what the log says."""

    __slots__ = ("_charged", "cached", "complete", "input", "logged", "output", "requests", "write")

    def __init__(self, sides: int) -> None:
        self.requests = self.input = self.cached = self.write = self.output = 0
        self._charged: list[CostAccumulator | None] = [CostAccumulator() for _ in range(sides)]
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
            charged = self._charged[place]
            if rates is None:
                self._charged[place] = None
            elif charged is not None:
                charged.charge(rates, tokens)

    @property
    def tokens(self) -> Tokens:
        """Requests and tokens of the whole group."""
        return Tokens(self.requests, self.input, self.cached, self.write, self.output)

    @property
    def costs(self) -> tuple[CostParts[Decimal] | None, ...]:
        """What they cost on each side, before any token factor."""
        return tuple(None if charged is None else charged.parts for charged in self._charged)
