"""What one request costs, exactly, with its parts and the rates that were used."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from operator import index
from typing import Any, Generic, NamedTuple, TypeVar, cast

from tokencost.errors import HourNeeded, NotOffered, TokenCounts
from tokencost.money import EXACT, ZERO
from tokencost.pricetable.names import Meaning
from tokencost.pricetable.resolve import find_meaning, find_named, price_in_force, prices_within
from tokencost.pricetable.table import Price, PriceTable, Rates
from tokencost.pricetable.when import When, as_when, show_when, span
from tokencost.pricing.rates import STANDARD, RateCell, cell_in, known_region, rate_cell, threshold_below
from tokencost.pricing.timeline import NEVER, RateInterval, interval_at, open_at
from tokencost.rows import Row

CONVENTION = (
    "input tokens are all tokens sent: the cached and the cache-write tokens are part of them "
    "(OpenAI prompt_tokens or input_tokens; DeepSeek prompt_tokens = hit + miss)"
)

_ADD, _MULTIPLY = EXACT.add, EXACT.multiply
REMEMBERED_NAMES = 1024
LARGEST_SHOWN_DIGITS = 30
LARGEST_SHOWN = 10**LARGEST_SHOWN_DIGITS
"""Python itself refuses to write thousands of digits."""


Number = TypeVar("Number", int, Fraction, Decimal)


class CostParts(NamedTuple, Generic[Number]):
    """The four amounts that a bill is made of: exact, in USD unless the place says otherwise."""

    uncached_input: Number
    cached_input: Number
    cache_write: Number
    output: Number

    @property
    def total(self) -> Number:
        """Their sum."""
        uncached, cached, write, output = self
        if isinstance(uncached, Decimal):
            total = _ADD(uncached, output)
            # Most requests have neither, and adding nothing takes as long as adding something.
            return _ADD(total, _ADD(cached, write)) if cached or write else total
        return uncached + cached + write + output


def billed_input(rates: Rates, total: Number, cached: Number, write: Number) -> tuple[Number, Number, Number]:
    """How much of the input is billed as uncached, as cached and as cache writes.

    The rule for all bills, here alone: tokens of a component without a rate are uncached input.
    """
    uncached = total - cached - write
    if rates.cached_input is None:
        # `cached - cached` is the zero of whichever kind of number the caller counts in.
        uncached, cached = uncached + cached, cached - cached
    if rates.cache_write is None:
        uncached, write = uncached + write, write - write
    return uncached, cached, write


class _Cost(NamedTuple):
    """The fields of `Cost`."""

    parts: CostParts[Decimal]
    cell: RateCell
    """The rates used, their conditions and where they come from."""

    def __repr__(self) -> str:
        amounts = {**self.parts._asdict(), "total": self.total}
        parts = ", ".join(f"{name}={amount}" for name, amount in amounts.items())
        return f"Cost({parts}, model={self.cell.model!r})"

    @property
    def uncached_input(self) -> Decimal:
        """USD for input at the full rate."""
        return self.parts.uncached_input

    @property
    def cached_input(self) -> Decimal:
        """USD for input read from a cache."""
        return self.parts.cached_input

    @property
    def cache_write(self) -> Decimal:
        """USD for input written to a cache, of both retentions."""
        return self.parts.cache_write

    @property
    def output(self) -> Decimal:
        """USD for output, reasoning included."""
        return self.parts.output

    @property
    def total(self) -> Decimal:
        """The sum of the parts."""
        return self.parts.total

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
        money = {f"{name}_cost": amount for name, amount in self.parts._asdict().items()}
        cell = self.cell
        conditions = {"model": cell.model, "tier": cell.tier, "window": cell.window}
        return {**conditions, **money, "cost": self.total, "source": self.source, "region": cell.region}


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
    region: str | None = None,
) -> Cost:
    """The exact cost of one request. `model` may be written as people do, `GPT-6.1 Sol`; `usage` reads names exactly.

    `input_tokens` are all tokens sent; `cached_input_tokens`, `cache_write_tokens` and `cache_write_12h_tokens`
    (12-hour retention) are parts of them. `output_tokens` include reasoning. `on` is an instant, or a date where the
    price does not depend on the hour; `window` names the part of the week for a date. `region` says that the request is
    processed in a region of one's choice, such as `data-residency`; models without rates for it cost the same there.

    Raises `InvalidRequest` for what is no time, `UnknownModel`, `NoPrice`, `NotOffered`, `HourNeeded`, `AmbiguousRate`
    or `TokenCounts`.

    >>> price(table, "o1", on="2025-01-27", input_tokens=1_000_000, output_tokens=0).total
    Decimal('15')
    """
    on = as_when(on)
    if isinstance(on, datetime):
        latest = _latest(table, model)
        known, interval = latest.found
        if not interval.start <= on < interval.end:
            known, interval = latest.found = _find(table, model, on)
    else:
        meaning = find_meaning(table, model, on)
        found = meaning.model
        _refuse_a_day_of_change(meaning, on)
        known, interval = price_in_force(found, on), None
    # Integers of numpy and the like are rare, so looking at the type is cheaper than converting every count.
    if type(input_tokens) is not int:
        (input_tokens,) = _whole_numbers((input_tokens,))
    if region is not None:
        region = known_region(table, region)
    if interval is None or window is not None:
        cell = rate_cell(known, on, tier=tier, window=window, input_tokens=input_tokens, region=region)
    else:
        cell = cell_in(known, tier, interval.windows, threshold_below(known, input_tokens), region)
    return price_tokens(
        cell, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_12h_tokens
    )


class _Latest:
    """What was found for a name the last time, and from when until when it is the same.

    Requests come more or less in the order of time, so this saves most of them the search for name, price and windows.
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: tuple[Price, RateInterval] = _NOTHING


_NOTHING = cast("tuple[Price, RateInterval]", (None, NEVER))


@lru_cache(maxsize=REMEMBERED_NAMES)
def _latest(table: PriceTable, name: str) -> _Latest:  # noqa: ARG001  # they are the key
    return _Latest()


def _find(table: PriceTable, name: str, instant: datetime) -> tuple[Price, RateInterval]:
    price = price_in_force(find_named(table, name, instant), instant)
    named = table.names.get(name, ())
    if len(named) == 1 and named[0][0].start is None is named[0][0].end:
        return price, interval_at(price, instant)
    # What a dated name, or one in another spelling, stands for may change at any time.
    return price, RateInterval(instant, instant, open_at(price, instant))


def _refuse_a_day_of_change(meaning: Meaning, day: When) -> None:
    changes = [price.start for price in prices_within(meaning.model, day)[1:]]
    if meaning.line is not None and meaning.end is not None and meaning.end < span(day)[1]:
        changes.append(meaning.end)
    if changes:
        at, name = show_when(min(changes)), meaning.line.id if meaning.line else meaning.model.id
        raise HourNeeded(
            f"the price of {name} changes on {show_when(day)}, at {at}",
            f"give an instant such as {at}",
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
    if output < 0 or cached < 0 or write < 0 or write_12h < 0 or cached + write + write_12h > total:
        raise _impossible(total, output, cached, write, write_12h)
    rates, multiply = cell.per_token, _MULTIPLY
    if output and rates.output is None:
        refuse_output(cell)
    try:
        long_cost = ZERO
        if write_12h:
            # Only where writes are charged at all does the retention matter: then its own rate must be known.
            if rates.cache_write_12h is not None:
                long_cost, total = multiply(rates.cache_write_12h, write_12h), total - write_12h
            elif rates.cache_write is None:
                write += write_12h
            else:
                raise NotOffered(f"no rate of {cell.model} is known for cache writes with 12-hour retention")
        uncached, cached, write = billed_input(rates, total, cached, write)
        parts = CostParts(
            multiply(rates.input, uncached),
            multiply(rates.cached_input or ZERO, cached) if cached else ZERO,
            _ADD(multiply(rates.cache_write or ZERO, write), long_cost) if write else long_cost,
            multiply(rates.output or ZERO, output) if output else ZERO,
        )
    # Nothing is ever rounded, so numbers that no request can have end here rather than in wrong digits.
    except (Inexact, InvalidOperation, Overflow):
        raise TokenCounts("these token counts are too large to be priced", "count the tokens of one request") from None
    return Cost(parts, cell)


def refuse_output(cell: RateCell) -> None:
    """Raises `TokenCounts` where output has no rate: it is never free."""
    if cell.rates.output is None:
        raise TokenCounts(f"{cell.model} writes no output, so no rate of output tokens is known")


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
    if negative := [f"{name} = {_show_count(count)}" for name, count in counts.items() if count < 0]:
        return TokenCounts(f"a token count is negative: {', '.join(negative)}")
    parts = " + ".join(
        f"{_show_count(count)} {word}"
        for count, word in ((cached, "cached"), (write, "cache-write"), (write_12h, "cache-write (12 h)"))
        if count
    )
    return TokenCounts(f"{parts} tokens are more than the {_show_count(total)} input tokens", CONVENTION)


def _show_count(count: int) -> str:
    return f"{count:,}" if abs(count) < LARGEST_SHOWN else f"{'-' * (count < 0)}10^{LARGEST_SHOWN_DIGITS} and beyond"
