"""What one request costs, exactly, with its parts and the rates that were used."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, Inexact, InvalidOperation, Overflow
from operator import index
from typing import Any, NamedTuple

from tokencost.errors import HourNeeded, NotOffered, TokenCounts
from tokencost.money import EXACT, PER_MILLION, ZERO
from tokencost.pricetable.resolve import find_named, price_in_force, prices_within
from tokencost.pricetable.table import Model, PriceTable, Rates
from tokencost.pricetable.when import When, as_when, show_when
from tokencost.pricing.rates import STANDARD, RateCell, rate_cell
from tokencost.rows import Row

CONVENTION = (
    "input tokens are all tokens sent: the cached and the cache-write tokens are part of them "
    "(OpenAI prompt_tokens or input_tokens; DeepSeek prompt_tokens = hit + miss)"
)

LARGEST_SHOWN_DIGITS = 30
LARGEST_SHOWN = 10**LARGEST_SHOWN_DIGITS
"""Python itself refuses to write thousands of digits."""


class _Cost(NamedTuple):
    """The fields of `Cost`."""

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


class Cost(Row, _Cost):
    """Money for one request or for a sum of requests, in USD, exact. The parts add up to `total`.

    Tokens of a component without a rate are billed as uncached input, and are counted there.
    """

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        money = {
            "uncached_input_cost": self.uncached_input,
            "cached_input_cost": self.cached_input,
            "cache_write_cost": self.cache_write,
            "output_cost": self.output,
            "cost": self.total,
        }
        cell = self.cell
        return {"model": cell.model, "tier": cell.tier, "window": cell.window, **money, "source": self.source}


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
    """The exact cost of one request. `model` may be written as people do, `GPT-6.1 Sol`; `usage` reads names exactly.

    `input_tokens` are all tokens sent; `cached_input_tokens`, `cache_write_tokens` and `cache_write_12h_tokens`
    (12-hour retention) are parts of them. `output_tokens` include reasoning. `on` is an instant, or a date where the
    price does not depend on the hour; `window` names the part of the week for a date.

    Raises `InvalidRequest` for what is no time, `UnknownModel`, `NoPrice`, `NotOffered`, `HourNeeded`, `AmbiguousRate`
    or `TokenCounts`.

    >>> price(table, "o1", on="2025-01-27", input_tokens=1_000_000, output_tokens=0).total
    Decimal('15')
    """
    on = as_when(on)
    named = table.names.get(model)
    if named is not None and len(named) == 1 and named[0][0].start is None is named[0][0].end:
        found = named[0][1]  # an undated name, which is nearly every one
    else:
        found = find_named(table, model, on)
    if not isinstance(on, datetime):
        _refuse_a_day_of_change(found, on)
    if type(input_tokens) is not int:
        (input_tokens,) = _whole_numbers((input_tokens,))
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
    total, output, cached = input_tokens, output_tokens, cached_input_tokens
    write, write_12h = cache_write_tokens, cache_write_12h_tokens
    if not (type(total) is type(output) is type(cached) is type(write) is type(write_12h) is int):
        total, output, cached, write, write_12h = _whole_numbers((total, output, cached, write, write_12h))
    try:
        return _price_counts(cell, total - cached - write - write_12h, output, cached, write, write_12h)
    except (Inexact, InvalidOperation, Overflow):
        raise TokenCounts("these token counts are too large to be priced", "count the tokens of one request") from None


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
    for name, count in zip(COUNT_NAMES, counts, strict=False):
        try:
            if isinstance(count, bool):
                raise TypeError  # noqa: TRY301  # `True` tokens are no token
            whole.append(index(count))  # type: ignore[arg-type]  # whether it is an integer is what is asked
        except TypeError:
            raise TokenCounts(f"{name} is {count!r}, not a whole number", "count tokens in whole numbers") from None
    return tuple(whole)


def _impossible(total: int, output: int, cached: int, write: int, write_12h: int) -> TokenCounts:
    counts = dict(zip(COUNT_NAMES, (total, output, cached, write, write_12h), strict=True))
    if negative := [f"{name} = {_shown(count)}" for name, count in counts.items() if count < 0]:
        return TokenCounts(f"a token count is negative: {', '.join(negative)}")
    parts = " + ".join(
        f"{_shown(count)} {word}"
        for count, word in ((cached, "cached"), (write, "cache-write"), (write_12h, "cache-write (12 h)"))
        if count
    )
    return TokenCounts(f"{parts} tokens are more than the {_shown(total)} input tokens", CONVENTION)


def _shown(count: int) -> str:
    return f"{count:,}" if abs(count) < LARGEST_SHOWN else f"{'-' * (count < 0)}10^{LARGEST_SHOWN_DIGITS} and beyond"
