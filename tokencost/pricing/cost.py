"""What one request costs, exactly, with its parts and the rates that were used."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import index
from typing import NamedTuple

from tokencost.errors import HourNeeded, NotOffered, TokenCounts
from tokencost.money import EXACT, PER_MILLION, ZERO
from tokencost.pricetable.resolve import find_model, price_in_force, prices_within
from tokencost.pricetable.table import Model, PriceTable, Rates
from tokencost.pricetable.when import When, as_when, show_when
from tokencost.pricing.rates import STANDARD, RateCell, rate_cell

CONVENTION = (
    "input tokens are all tokens sent: the cached and the cache-write tokens are part of them "
    "(OpenAI prompt_tokens or input_tokens; DeepSeek prompt_tokens = hit + miss)"
)


class Cost(NamedTuple):
    """Money for one request or for a sum of requests, in USD, exact. The parts add up to `total`.

    Tokens of a component without a rate are billed as uncached input, and are counted there.
    """

    uncached_input: Decimal
    cached_input: Decimal
    cache_write: Decimal
    output: Decimal
    total: Decimal
    cell: RateCell
    """The rates used, their conditions and where they come from."""

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)}" for name in self._fields if name != "cell")
        return f"Cost({parts}, model={self.cell.model!r})"

    @property
    def rates(self) -> Rates:
        """USD per 1M tokens, per component."""
        return self.cell.rates

    @property
    def source(self) -> str:
        """The page that states the rates."""
        return self.cell.evidence.source


def price(
    table: PriceTable,
    model: str,
    *,
    on: When | str,
    input_tokens: int,
    output_tokens: int,
    cached_input_tokens: int = 0,
    cache_write_tokens: int = 0,
    cache_write_12h_tokens: int = 0,
    tier: str = STANDARD,
    window: str | None = None,
) -> Cost:
    """The exact cost of one request.

    `input_tokens` are all tokens sent; `cached_input_tokens`, `cache_write_tokens` and `cache_write_12h_tokens`
    (12-hour retention) are parts of them. `output_tokens` include reasoning. `on` is an instant, or a date where the
    price does not depend on the hour; `window` names the part of the week for a date.

    Raises `UsageError` for what is no time, `UnknownModel`, `NoPrice`, `NotOffered`, `HourNeeded`, `AmbiguousRate`
    or `TokenCounts`.

    >>> price(table, "o1", on="2025-01-27", input_tokens=1_000_000, output_tokens=0).total
    Decimal('15')
    """
    on = as_when(on)
    claims = table.claims.get(model)
    if claims is not None and len(claims) == 1 and claims[0][0].start is None is claims[0][0].end:
        found = claims[0][1]  # an undated name, which is nearly every one
    else:
        found = find_model(table, model, on)
    if not isinstance(on, datetime):
        _refuse_a_day_of_change(found, on)
    cell = rate_cell(price_in_force(found, on), on, tier=tier, window=window, input_tokens=input_tokens)
    return price_tokens(
        cell, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_12h_tokens
    )


def _refuse_a_day_of_change(model: Model, day: When) -> None:
    changes = prices_within(model, day)[1:]
    if changes:
        at = show_when(changes[0].start)
        raise HourNeeded(
            f"the price of {model.id} changes on {show_when(day)}, at {at}", f"give an instant such as {at}"
        )


def price_tokens(
    cell: RateCell,
    input_tokens: int,
    output_tokens: int,
    cached_input_tokens: int = 0,
    cache_write_tokens: int = 0,
    cache_write_12h_tokens: int = 0,
) -> Cost:
    """The exact cost of tokens in one rate cell: of one request, or of the sums of many. Raises `TokenCounts`."""
    try:
        uncached = input_tokens - cached_input_tokens - cache_write_tokens - cache_write_12h_tokens
        return _price_counts(
            cell, uncached, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_12h_tokens
        )
    except TypeError:
        counts = (input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_12h_tokens)
        whole = _whole_numbers(counts)
        if whole == counts and all(type(count) is int for count in counts):
            raise
        return price_tokens(cell, *whole)


def _price_counts(cell: RateCell, uncached: int, output: int, cached: int, write: int, write_12h: int) -> Cost:
    if uncached < 0 or output < 0 or cached < 0 or write < 0 or write_12h < 0:
        raise _impossible(uncached + cached + write + write_12h, output, cached, write, write_12h)
    input_rate, output_rate, cached_rate, write_rate, write_12h_rate = cell.rates
    multiply, add, shift = EXACT.multiply, EXACT.add, EXACT.scaleb
    cached_cost = write_cost = ZERO
    if cached:
        if cached_rate is None:
            uncached += cached
        else:
            cached_cost = shift(multiply(cached_rate, cached), PER_MILLION)
    if write:
        if write_rate is None:
            uncached += write
        else:
            write_cost = shift(multiply(write_rate, write), PER_MILLION)
    if write_12h:
        if write_12h_rate is not None:
            write_cost = add(write_cost, shift(multiply(write_12h_rate, write_12h), PER_MILLION))
        elif write_rate is None:
            uncached += write_12h
        else:
            raise NotOffered(f"no rate of {cell.model} is known for cache writes with 12-hour retention")
    input_cost = shift(multiply(input_rate, uncached), PER_MILLION)
    output_cost = shift(multiply(output_rate, output), PER_MILLION)
    total = add(add(input_cost, output_cost), add(cached_cost, write_cost))
    return Cost(input_cost, cached_cost, write_cost, output_cost, total, cell)


COUNT_NAMES = (
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_12h_tokens",
)


def _whole_numbers(counts: Sequence[object]) -> tuple[int, ...]:
    """The counts as Python integers, whatever integer type they came in, such as numpy's."""
    whole = []
    for name, count in zip(COUNT_NAMES, counts, strict=True):
        try:
            whole.append(index(count))  # type: ignore[arg-type]  # whether it is an integer is what is asked
        except TypeError:
            raise TokenCounts(f"{name} is {count!r}, not a whole number", "count tokens in whole numbers") from None
    return tuple(whole)


def _impossible(total: int, output: int, cached: int, write: int, write_12h: int) -> TokenCounts:
    counts = dict(zip(COUNT_NAMES, (total, output, cached, write, write_12h), strict=True))
    if negative := [f"{name} = {count:,}" for name, count in counts.items() if count < 0]:
        return TokenCounts(f"a token count is negative: {', '.join(negative)}")
    parts = " + ".join(
        f"{count:,} {word}"
        for count, word in ((cached, "cached"), (write, "cache-write"), (write_12h, "cache-write (12 h)"))
        if count
    )
    return TokenCounts(f"{parts} tokens are more than the {total:,} input tokens", CONVENTION)
