"""Which fee a call has: both sides of each boundary, and one rule for one call and for sums."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.money import EXACT
from tokencost.pricing.fees import cost_of_calls, fee_at, fees_within

BEIJING_NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("call", ["web_search", "web_fetch"])
def test_deepseek_bills_calls_from_the_first_instant_of_november_in_beijing(shipped: PriceTable, call: str) -> None:
    deepseek = shipped.providers["deepseek"]
    assert fee_at(deepseek, call, "deepseek-flash", BEIJING_NOVEMBER - TICK) is None
    found = fee_at(deepseek, call, "deepseek-flash", BEIJING_NOVEMBER)
    assert found is not None
    assert (found.per_1000_calls, found.cny and found.cny.per_1000_calls) == (Decimal("0.75"), Decimal(5))


@pytest.mark.parametrize(
    ("call", "model", "fee"),
    [
        ("web_search", "gpt-4o", "10"),
        ("web_search", "gpt-6.2-sol", "10"),
        ("web_search_preview", "gpt-4o", "25"),
        ("web_search_preview", "gpt-4.1-mini", "25"),
        ("web_search_preview", "o3", "10"),
        ("file_search", "gpt-5", "2.50"),
    ],
)
def test_openai_bills_calls_by_tool_and_model(shipped: PriceTable, call: str, model: str, fee: str) -> None:
    found = fee_at(shipped.providers["openai"], call, model, datetime(2026, 11, 21, tzinfo=UTC))
    assert found is not None
    assert found.per_1000_calls == Decimal(fee)


def test_containers_are_not_billed_by_the_call(shipped: PriceTable) -> None:
    sessions = datetime(2026, 3, 31, tzinfo=UTC)
    before, after = (
        fee_at(shipped.providers["openai"], "code_interpreter", "gpt-5", when) for when in (sessions - TICK, sessions)
    )
    assert before is not None
    assert after is not None
    assert (before.billed_per, after.billed_per) == ("container", "container session")
    assert before.per_1000_calls is after.per_1000_calls is None


def test_a_call_that_a_provider_does_not_bill_has_no_fee(shipped: PriceTable) -> None:
    assert fee_at(shipped.providers["deepseek"], "file_search", "deepseek-flash", BEIJING_NOVEMBER) is None


def test_a_model_has_those_fees_that_its_calls_have(shipped: PriceTable) -> None:
    found = fees_within(shipped.providers.values(), date(2026, 11, 21), shipped.models["gpt-4o"])
    assert [(fee.call, fee.per_1000_calls) for fee in found] == [
        ("web_search", 10),
        ("web_search_preview", 25),
        ("file_search", Decimal("2.5")),
        ("code_interpreter", None),
    ]


def test_a_day_has_the_fees_of_all_its_hours(shipped: PriceTable) -> None:
    deepseek = [shipped.providers["deepseek"]]
    assert len(list(fees_within(deepseek, date(2026, 10, 31)))) == 2
    assert not list(fees_within(deepseek, date(2026, 10, 30)))
    assert not list(fees_within(deepseek, BEIJING_NOVEMBER - TICK))


@given(st.decimals(0, 1_000_000, places=12), st.integers(0, 10**15), st.integers(0, 10**15))
def test_calls_cost_the_same_together_as_apart(fee: Decimal, one: int, other: int) -> None:
    assert cost_of_calls(fee, one + other) == EXACT.add(cost_of_calls(fee, one), cost_of_calls(fee, other))
    assert cost_of_calls(fee, 1000) == fee
