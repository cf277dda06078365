"""What one request of a workload costs on average, in whole numbers.

Money is counted in units small enough for every rate and token count: nothing rounds, and ten workloads on ten
models over years take no time. A `Fraction` is made where a figure is wanted.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm

from tokencost.analysis.workload.fields import Workload
from tokencost.analysis.workload.price_shares import MonthShares, Open
from tokencost.money import EXACT
from tokencost.pricetable.table import Price, Rates
from tokencost.pricing.cost import CostParts, billed_input, refuse_output
from tokencost.pricing.rates import RateCell, cell_in, threshold_below

BATCH = "batch"
RATE_DECIMALS = 12
"""No rate in a price table has more."""
UNIT = 10 ** (RATE_DECIMALS + 6)
"""Rates are per 1,000,000 tokens."""


class RequestCost:
    """The money for each request of a workload on one model, remembering what was worked out before.

    `factor` is the model's token factor, `output_factor` that of the output where it is another.
    """

    def __init__(self, workload: Workload, factor: Fraction, output_factor: Fraction | None = None) -> None:
        tokens = workload.input * factor
        self._input, self._region = tokens, workload.region
        output = workload.output * (factor if output_factor is None else output_factor)
        exact = (tokens, tokens * workload.cached, tokens * workload.cache_write, output)
        # Shares such as 1/3 of a token are made whole, so that all sums below are of integers.
        tokens_scale = lcm(*(amount.denominator for amount in exact))
        self._tokens = [int(amount * tokens_scale) for amount in exact]
        batch = 1 - workload.batch
        self._tiers = [
            (tier, share.numerator * (batch.denominator // share.denominator))
            for tier, share in ((workload.tier, batch), (BATCH, workload.batch))
            if share
        ]
        self._units = UNIT * tokens_scale * batch.denominator
        self._in_cell: dict[tuple[Price, Open], CostParts[int]] = {}
        self._done: dict[MonthShares, tuple[CostParts[int], int]] = {}
        self.cells: dict[RateCell, None] = {}

    def for_each_request(self, shares: MonthShares) -> tuple[CostParts[int], int]:
        """The money by component, and how many units a dollar has, for requests that divide like this.

        Raises `NotOffered` for a tier that a price does not have, `AmbiguousRate` where no rate is known.
        """
        if shares not in self._done:
            parts = _sum((weight, self._cell(price, windows)) for price, windows, weight in shares.parts)
            self._done[shares] = parts, self._units * shares.whole
        return self._done[shares]

    def _cell(self, price: Price, windows: Open) -> CostParts[int]:
        if (price, windows) not in self._in_cell:
            above = threshold_below(price, self._input)
            cells = [(share, cell_in(price, tier, windows, above, self._region)) for tier, share in self._tiers]
            self.cells |= dict.fromkeys(cell for _, cell in cells)
            if self._tokens[-1]:
                for _, cell in cells:
                    refuse_output(cell)
            self._in_cell[price, windows] = _sum((share, self._parts(cell.rates)) for share, cell in cells)
        return self._in_cell[price, windows]

    def _parts(self, rates: Rates) -> CostParts[int]:
        total, cached, write, output = self._tokens
        uncached, cached, write = billed_input(rates, total, cached, write)
        counts = (
            (rates.input, uncached),
            (rates.cached_input, cached),
            (rates.cache_write, write),
            (rates.output, output),
        )
        return CostParts(*(_whole(rate) * count for rate, count in counts))


def _sum(weighted: Iterable[tuple[int, CostParts[int]]]) -> CostParts[int]:
    sums = [0, 0, 0, 0]
    for weight, parts in weighted:
        for place, part in enumerate(parts):
            sums[place] += weight * part
    return CostParts(*sums)


def _whole(rate: Decimal | None) -> int:
    return int(EXACT.scaleb(rate, RATE_DECIMALS)) if rate else 0
