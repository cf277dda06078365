"""The cost of a request is exact, its parts add up, and impossible counts explain the convention."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, price
from tokencost.errors import HourNeeded, NotOffered, TokenCounts, UnknownModel

COUNTS = st.integers(0, 10**15)


class Counts(TypedDict):
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    cache_write_12h_tokens: int


@given(
    name=st.sampled_from(["gpt-6.1-sol", "gpt-4o", "deepseek-flash", "gpt-4-turbo", "deepseek-v4-pro", "gpt-6-astra"]),
    cached=COUNTS,
    write=COUNTS,
    write_12h=COUNTS,
    uncached=COUNTS,
    output=COUNTS,
    precision=st.integers(1, 30),
)
def test_costs_equal_fractions_and_parts_add_up(
    shipped: PriceTable, name: str, cached: int, write: int, write_12h: int, uncached: int, output: int, precision: int
) -> None:
    with localcontext() as context:
        context.prec = precision  # a caller's context changes nothing
        cost = price(
            shipped,
            name,
            on=datetime(2026, 11, 20, tzinfo=UTC),
            input_tokens=cached + write + write_12h + uncached,
            cached_input_tokens=cached,
            cache_write_tokens=write,
            cache_write_12h_tokens=write_12h,
            output_tokens=output,
        )
    rates = {key: None if rate is None else Fraction(rate) for key, rate in cost.rates._asdict().items()}
    fresh = rates["input"]
    assert fresh is not None
    expected = fresh * uncached
    for tokens, rate in ((cached, "cached_input"), (write, "cache_write"), (write_12h, "cache_write_12h")):
        per_million = rates[rate]
        expected += tokens * (fresh if per_million is None else per_million)
    assert rates["output"] is not None
    expected += rates["output"] * output
    assert Fraction(cost.total) == expected / 1_000_000
    parts = (cost.uncached_input, cost.cached_input, cost.cache_write, cost.output)
    assert sum(map(Fraction, parts)) == Fraction(cost.total)


def test_the_example_of_the_documentation(shipped: PriceTable) -> None:
    cost = price(
        shipped,
        "deepseek-reasoner",
        on="2025-01-27",
        input_tokens=1_000_000,
        cached_input_tokens=400_000,
        output_tokens=200_000,
    )
    assert (cost.uncached_input, cost.cached_input, cost.output) == (
        Decimal("0.33"),
        Decimal("0.056"),
        Decimal("0.438"),
    )
    assert cost.total == Decimal("0.824")
    assert cost.source == "https://api-docs.deepseek.com/news/news250120"
    assert "0.824" in repr(cost)


def test_long_context_rates_hold_for_the_whole_request(shipped: PriceTable) -> None:
    below = price(shipped, "gpt-6.1-sol", on="2026-11-20", input_tokens=272_000, output_tokens=0)
    above = price(shipped, "gpt-6.1-sol", on="2026-11-20", input_tokens=272_001, output_tokens=0)
    assert below.total == Decimal("0.544")
    assert above.total == Decimal("1.088004")


def test_tokens_of_a_component_without_a_rate_are_billed_as_input(shipped: PriceTable) -> None:
    cost = price(
        shipped, "gpt-4-turbo", on="2025-01-27", input_tokens=1_000_000, cached_input_tokens=1_000_000, output_tokens=0
    )
    assert (cost.uncached_input, cost.cached_input) == (Decimal(10), Decimal(0))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (
            Counts(
                input_tokens=10, output_tokens=0, cached_input_tokens=6, cache_write_tokens=5, cache_write_12h_tokens=0
            ),
            "6 cached + 5 cache-write tokens are more than the 10 input tokens",
        ),
        (
            Counts(
                input_tokens=5, output_tokens=-1, cached_input_tokens=0, cache_write_tokens=0, cache_write_12h_tokens=0
            ),
            "a token count is negative: output_tokens = -1",
        ),
    ],
)
def test_counts_that_cannot_be(shipped: PriceTable, counts: Counts, message: str) -> None:
    with pytest.raises(TokenCounts) as caught:
        price(shipped, "gpt-6.1-sol", on="2026-11-20", **counts)
    assert caught.value.message == message


def test_the_error_for_too_many_cached_tokens_explains_the_convention(shipped: PriceTable) -> None:
    with pytest.raises(TokenCounts) as caught:
        price(shipped, "o1", on="2025-01-27", input_tokens=1, cached_input_tokens=2, output_tokens=0)
    assert caught.value.hint.startswith("input tokens are all tokens sent: the cached and the cache-write tokens")


def test_counts_are_whole_numbers_of_any_integer_type(shipped: PriceTable) -> None:
    class Whole:
        def __index__(self) -> int:
            return 1_000_000

        def __gt__(self, other: int) -> bool:
            return other < 1_000_000

    assert price(shipped, "o1", on="2025-01-27", input_tokens=Whole(), output_tokens=0).total == 15  # type: ignore[arg-type]  # numpy's integers are such
    with pytest.raises(TokenCounts, match=r"input_tokens is 1\.5, not a whole number"):
        price(shipped, "o1", on="2025-01-27", input_tokens=1.5, output_tokens=0)  # type: ignore[arg-type]  # on purpose


def test_a_12_hour_cache_write_without_a_known_rate_is_an_error(shipped: PriceTable) -> None:
    with pytest.raises(NotOffered, match="12-hour retention"):
        price(shipped, "gpt-5.6-sol", on="2026-08-01", input_tokens=9, cache_write_12h_tokens=9, output_tokens=0)


def test_a_date_on_which_the_price_changes_needs_an_instant(shipped: PriceTable) -> None:
    with pytest.raises(HourNeeded) as caught:
        price(shipped, "deepseek-chat", on="2025-02-08", input_tokens=1, output_tokens=1)
    assert caught.value.hint == "give an instant such as 2025-02-08T16:00:00Z"
    assert price(shipped, "o3", on="2025-06-10", input_tokens=10**6, output_tokens=0).total == 2


def test_an_unknown_model_is_an_error_and_never_free(shipped: PriceTable) -> None:
    with pytest.raises(UnknownModel):
        price(shipped, "o9", on="2025-01-27", input_tokens=1, output_tokens=1)
