"""What one request of a workload costs on average, in whole numbers.

Money is counted in units small enough for every rate and token count: nothing rounds, and ten workloads on ten
models over years take no time. A `Fraction` is made where a figure is wanted.
"""

from decimal import Decimal
from fractions import Fraction
from math import lcm

from tokencost.analysis.workload.fields import Workload
from tokencost.analysis.workload.price_shares import MonthShares, Open
from tokencost.money import EXACT
from tokencost.pricetable.table import Price
from tokencost.pricing.rates import RateCell, cell_in, thresholds

BATCH = "batch"
RATE_DECIMALS = 12
"""No rate in a price table has more."""
UNIT = 10 ** (RATE_DECIMALS + 6)
"""Rates are per 1,000,000 tokens."""

Money = tuple[int, int, int, int]
"""Units for uncached input, cached input, cache write, output."""


class Bill:
    """The money for each request of a workload on one model, remembering what was worked out before.

    `factor` is the model's token factor.
    """

    def __init__(self, workload: Workload, factor: Fraction) -> None:
        tokens = workload.input * factor
        self._input = tokens
        fresh = tokens * (1 - workload.cached - workload.cache_write)
        exact = (fresh, tokens * workload.cached, tokens * workload.cache_write, workload.output * factor)
        tokens_scale = lcm(*(amount.denominator for amount in exact))
        self._tokens = [int(amount * tokens_scale) for amount in exact]
        batch = 1 - workload.batch
        self._tiers = [
            (tier, share.numerator * (batch.denominator // share.denominator))
            for tier, share in ((workload.tier, batch), (BATCH, workload.batch))
            if share
        ]
        self._units = UNIT * tokens_scale * batch.denominator
        self._in_cell: dict[tuple[Price, Open], Money] = {}
        self._done: dict[MonthShares, tuple[Money, int]] = {}
        self.cells: dict[RateCell, None] = {}

    def for_each_request(self, shares: MonthShares) -> tuple[Money, int]:
        """The money by component, and how many units a dollar has, for requests that divide like this.

        Raises `NotOffered` for a tier that a price does not have, `AmbiguousRate` where no rate is known.
        """
        if shares not in self._done:
            sums = [0, 0, 0, 0]
            for price, windows, weight in shares.parts:
                for place, money in enumerate(self._cell(price, windows)):
                    sums[place] += weight * money
            uncached, cached, written, output = sums
            self._done[shares] = (uncached, cached, written, output), self._units * shares.whole
        return self._done[shares]

    def _cell(self, price: Price, windows: Open) -> Money:
        if (price, windows) not in self._in_cell:
            above = max(threshold for threshold in thresholds(price) if not threshold or threshold < self._input)
            sums = [0, 0, 0, 0]
            for tier, share in self._tiers:
                cell = cell_in(price, tier, windows, above)
                self.cells[cell] = None
                for place, money in enumerate(self._money(cell)):
                    sums[place] += share * money
            uncached, cached, written, output = sums
            self._in_cell[price, windows] = uncached, cached, written, output
        return self._in_cell[price, windows]

    def _money(self, cell: RateCell) -> Money:
        """By component; tokens of a component without a rate are uncached input."""
        uncached, cached, written, output = self._tokens
        rates = cell.rates
        if rates.cached_input is None:
            uncached, cached = uncached + cached, 0
        if rates.cache_write is None:
            uncached, written = uncached + written, 0
        return (
            uncached * _whole(rates.input),
            cached * _whole(rates.cached_input),
            written * _whole(rates.cache_write),
            output * _whole(rates.output),
        )


def _whole(rate: Decimal | None) -> int:
    return int(EXACT.scaleb(rate, RATE_DECIMALS)) if rate else 0
