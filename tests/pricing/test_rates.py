"""Which rate applies: on both sides of every boundary, and never a guess."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, resolve
from tokencost.errors import AmbiguousRate, HourNeeded, InvalidRequest, NotOffered
from tokencost.pricetable.when import parse_when
from tokencost.pricing.rates import RateCell, ambiguous_combinations, cells, rate_cell, tier_names, window_names


def cell_of(
    table: PriceTable, name: str, on: str, tier: str = "standard", window: str | None = None, input_tokens: int = 0
) -> RateCell:
    side = resolve(table, name, parse_when(on))
    return rate_cell(side.price, side.when, tier=tier, window=window, input_tokens=input_tokens)


@pytest.mark.parametrize(
    ("name", "on", "expected_input"),
    [
        ("deepseek-chat", "2025-02-08T15:59:59Z", "0.14"),
        ("deepseek-chat", "2025-02-08T16:00:00Z", "0.27"),
        ("deepseek-chat", "2025-02-26T16:29:59Z", "0.27"),
        ("deepseek-chat", "2025-02-26T16:30:00Z", "0.135"),
        ("deepseek-reasoner", "2025-03-01T00:29:59Z", "0.135"),
        ("deepseek-reasoner", "2025-03-01T00:30:00Z", "0.55"),
        ("deepseek-reasoner", "2025-09-05T15:59:59Z", "0.55"),
        ("deepseek-reasoner", "2025-09-05T16:30:00Z", "0.56"),
        ("deepseek-v4-pro", "2026-05-31T15:58:59Z", "0.435"),
        ("deepseek-v4-pro", "2026-08-16T15:59:59Z", "0.435"),
        ("deepseek-v4-pro", "2026-08-16T16:00:00Z", "0.66"),
        # Every day at first, from 2026-08-23 Beijing time on weekdays only: these are two Saturdays.
        ("deepseek-v4-pro", "2026-08-22T02:00:00Z", "1.32"),
        ("deepseek-v4-pro", "2026-08-29T02:00:00Z", "0.66"),
        ("deepseek-flash", "2026-11-16T00:59:59Z", "0.15"),
        ("deepseek-flash", "2026-11-16T01:00:00Z", "0.30"),
        ("deepseek-flash", "2026-11-16T03:59:59Z", "0.30"),
        ("deepseek-flash", "2026-11-16T04:00:00Z", "0.15"),
        ("deepseek-flash", "2026-11-16T09:59:59Z", "0.30"),
        ("deepseek-flash", "2026-11-16T10:00:00Z", "0.15"),
        ("deepseek-flash", "2026-10-01T02:00:00Z", "0.15"),
        ("deepseek-flash", "2026-10-08T02:00:00Z", "0.30"),
        ("o3", "2025-06-09T23:59:59Z", "10"),
        ("o3", "2025-06-10T00:00:00Z", "2"),
    ],
)
def test_the_rate_of_an_instant(shipped: PriceTable, name: str, on: str, expected_input: str) -> None:
    assert cell_of(shipped, name, on).rates.input == Decimal(expected_input)


@pytest.mark.parametrize(
    ("tier", "input_tokens", "expected"),
    [
        ("standard", 272_000, ("2", "0.10", "2.50", "5", "10")),
        ("standard", 272_001, ("4", "0.2", "5", "10", "15")),
        ("batch", 272_000, ("1", "0.05", "1.25", "2.50", "5")),
        ("batch", 272_001, ("2", "0.1", "2.5", "5", "7.5")),
        ("flex", 272_001, ("2", "0.1", "2.5", "5", "7.5")),
        ("priority", 272_001, ("8", "0.4", "10", "20", "30")),
        ("ultrafast", 272_001, ("24", "1.2", "30", "60", "90")),
    ],
)
def test_long_context_is_strictly_above_the_threshold_and_meets_tiers(
    shipped: PriceTable, tier: str, input_tokens: int, expected: tuple[str, ...]
) -> None:
    rates = cell_of(shipped, "gpt-6.1-sol", "2026-11-20", tier=tier, input_tokens=input_tokens).rates
    shown = (rates.input, rates.cached_input, rates.cache_write, rates.cache_write_12h, rates.output)
    assert shown == tuple(Decimal(rate) for rate in expected)


def test_a_combination_that_no_source_states_is_an_error_naming_both(shipped: PriceTable) -> None:
    with pytest.raises(AmbiguousRate) as caught:
        cell_of(shipped, "gpt-5.5", "2026-11-20", tier="priority", input_tokens=272_001)
    assert caught.value.message == (
        "no rate of gpt-5.5 is known for tier priority, above 272,000 input tokens: the rates for "
        "(above 272,000 input tokens) and for (tier priority) both match"
    )


def test_a_rate_that_the_batch_tier_does_not_offer_is_not_borrowed_from_standard(shipped: PriceTable) -> None:
    assert cell_of(shipped, "gpt-4.1", "2026-11-20").rates.cached_input == Decimal("0.50")
    assert cell_of(shipped, "gpt-4.1", "2026-11-20", tier="batch").rates.cached_input is None


@pytest.mark.parametrize(
    ("name", "tier", "message", "hint"),
    [
        (
            "deepseek-flash",
            "batch",
            "deepseek-flash offers no batch tier (price from 2026-09-10T04:00:00Z)",
            "its tiers are standard",
        ),
        (
            "gpt-5.4",
            "ultrafast",
            "gpt-5.4 offers no ultrafast tier (price from 2026-03-05)",
            "its tiers are standard, batch, flex, priority",
        ),
    ],
)
def test_a_tier_that_is_not_offered(shipped: PriceTable, name: str, tier: str, message: str, hint: str) -> None:
    with pytest.raises(NotOffered) as caught:
        cell_of(shipped, name, "2026-11-20", tier=tier, window="peak" if name == "deepseek-flash" else None)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_date_leaves_the_hour_open(shipped: PriceTable) -> None:
    with pytest.raises(HourNeeded) as caught:
        cell_of(shipped, "deepseek-flash", "2026-11-16")
    assert caught.value.hint == "give an instant such as 2026-11-16T12:00:00Z, or a window: peak, off-peak"
    assert cell_of(shipped, "deepseek-flash", "2026-11-16", window="peak").rates.input == Decimal("0.30")
    assert cell_of(shipped, "deepseek-flash", "2026-11-16", window="off-peak").rates.input == Decimal("0.15")
    assert cell_of(shipped, "deepseek-chat", "2025-03-01", window="off-peak").rates.input == Decimal("0.135")
    assert cell_of(shipped, "deepseek-chat", "2025-03-01", window="peak").rates.input == Decimal("0.27")


def test_a_window_that_contradicts_the_instant_or_does_not_exist(shipped: PriceTable) -> None:
    with pytest.raises(NotOffered, match="2026-11-16T02:00:00Z is peak for deepseek-flash, not off-peak"):
        cell_of(shipped, "deepseek-flash", "2026-11-16T02:00:00Z", window="off-peak")
    with pytest.raises(NotOffered, match="deepseek-flash has no window 'night'"):
        cell_of(shipped, "deepseek-flash", "2026-11-16", window="night")


@pytest.mark.parametrize("tier", ["fast", "Fast", "priority"])
def test_fast_is_the_newer_name_of_priority(shipped: PriceTable, tier: str) -> None:
    cell = cell_of(shipped, "gpt-5.5", "2026-11-20", tier=tier)
    assert (cell.tier, cell.rates.input) == ("priority", Decimal("12.50"))
    with pytest.raises(NotOffered, match=f"offers no {tier} tier"):
        cell_of(shipped, "deepseek-v4-flash-vision-exp", "2026-08-21T12:00:00Z", tier=tier)


@pytest.mark.parametrize("tier", ["Batch", "BATCH", " batch ", "Batch API", "batch-tier", "batch"])
def test_a_tier_in_usual_spellings(shipped: PriceTable, tier: str) -> None:
    found = cell_of(shipped, "gpt-4.1", "2026-11-20", tier=tier)
    assert (found.tier, found) == ("batch", cell_of(shipped, "gpt-4.1", "2026-11-20", tier="batch"))


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ("offpeak", "off-peak"),
        ("Off-Peak", "off-peak"),
        ("off peak", "off-peak"),
        ("OFF_PEAK hours", "off-peak"),
        ("off\N{EN DASH}peak", "off-peak"),
        ("Peak", "peak"),
        ("peak hours", "peak"),
    ],
)
@pytest.mark.parametrize(("model", "on"), [("deepseek-flash", "2026-11-16"), ("deepseek-chat", "2025-03-01")])
def test_a_window_in_usual_spellings(shipped: PriceTable, model: str, on: str, window: str, name: str) -> None:
    assert cell_of(shipped, model, on, window=window).window == name


def test_tiers_that_differ_in_letters_alone_are_told_apart_by_exact_names_alone(
    table_of: Callable[[str], PriceTable],
) -> None:
    block = "[[models.m.prices.when]]\ntier = {!r}\ninput = {}\n"
    head = (
        '[models.m]\nprovider = "acme"\n[[models.m.prices]]\nfrom = 2026-01-01\ninput = 1\noutput = 1\nsource = "s"\n'
    )
    table = table_of(head + block.format("flex", 2) + block.format("Flex", 3))
    assert [cell_of(table, "m", "2026-02-01", tier=tier).rates.input for tier in ("flex", "Flex")] == [2, 3]
    with pytest.raises(NotOffered, match="m offers no FLEX tier"):
        cell_of(table, "m", "2026-02-01", tier="FLEX")


RULES = """
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 1
source = "s"
  [[models.m.prices.when]]
  window = "peak"
  hours = ["08:00-12:00"]
  input = 2
  [[models.m.prices.when]]
  tier = "batch"
  input = 3
  [[models.m.prices.when]]
  tier = "batch"
  window = "peak"
  input_tokens_above = 100
  input = 4
  [[models.m.prices.when]]
  tier = "flex"
  input_tokens_above = 100
  input = 5
"""


@pytest.mark.parametrize(
    ("on", "tier", "tokens", "expected"),
    [
        ("2026-01-05T07:59:59Z", "standard", 0, 1),
        ("2026-01-05T08:00:00Z", "standard", 0, 2),
        ("2026-01-05T08:00:00Z", "standard", 101, 2),
        ("2026-01-05T07:00:00Z", "batch", 0, 3),
        ("2026-01-05T08:00:00Z", "batch", 100, AmbiguousRate),
        ("2026-01-05T08:00:00Z", "batch", 101, 4),
        ("2026-01-05T07:00:00Z", "batch", 101, 3),
        # A tier that is offered above a threshold only is never the standard price below it.
        ("2026-01-05T07:00:00Z", "flex", 100, NotOffered),
        ("2026-01-05T07:00:00Z", "flex", 101, 5),
    ],
)
def test_the_block_that_names_more_conditions_wins(
    table_of: Callable[[str], PriceTable], on: str, tier: str, tokens: int, expected: int | type[InvalidRequest]
) -> None:
    table = table_of(RULES)
    if isinstance(expected, int):
        assert cell_of(table, "m", on, tier=tier, input_tokens=tokens).rates.input == expected
    else:
        with pytest.raises(expected):
            cell_of(table, "m", on, tier=tier, input_tokens=tokens)


def test_the_combinations_without_a_rate_are_listed(table_of: Callable[[str], PriceTable]) -> None:
    price = table_of(RULES).models["m"].prices[0]
    assert list(ambiguous_combinations(price)) == ["tier batch, window peak"]


NAMES = st.sampled_from(
    ["deepseek-chat", "deepseek-flash", "deepseek-v4-pro", "gpt-6.1-sol", "gpt-5.4", "o1", "gpt-4o"]
)


@given(
    name=NAMES,
    minutes=st.integers(0, 60 * 24 * 365 * 4),
    tier=st.sampled_from(["standard", "batch", "flex", "priority", "ultrafast", "none"]),
    input_tokens=st.integers(0, 600_000),
)
def test_any_instant_and_request_falls_into_exactly_one_cell_or_a_named_error(
    shipped: PriceTable, name: str, minutes: int, tier: str, input_tokens: int
) -> None:
    when = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    try:
        price = resolve(shipped, name, when).price
        found = rate_cell(price, when, tier=tier, input_tokens=input_tokens)
    except InvalidRequest:
        return
    matching = [
        cell
        for cell in cells(price)
        if cell.tier == tier
        and (cell.window is None or cell.window == found.window)
        and cell.input_tokens_above == found.input_tokens_above
    ]
    assert matching == [found]
    assert found.input_tokens_above < input_tokens or found.input_tokens_above == 0
    assert found.price.start <= when
    assert found.price.end is None or when < found.price.end
    assert found.window in window_names(price)
    assert tier in tier_names(price)
