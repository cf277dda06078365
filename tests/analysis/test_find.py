"""From a figure back to list prices: all of them, and only those."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, find_pairs, find_rates, listed_rates, same_bill
from tokencost.pricetable.when import parse_when


def names(table: PriceTable, figure: str, on: str | None, near: str = "0") -> list[str]:
    rates = listed_rates(table, parse_when(on) if on else None)
    return [
        " ".join(filter(None, [found.model.id, found.component, found.cell.tier, found.cell.window]))
        for found in find_rates(rates, Decimal(figure), Fraction(near))
    ]


def test_one_figure_on_a_day(shipped: PriceTable) -> None:
    assert names(shipped, "0.14", "2025-01-27") == [
        "deepseek-chat input standard",
        "deepseek-reasoner cached_input standard",
    ]
    assert names(shipped, "0.140", "2025-02-09") == ["deepseek-reasoner cached_input standard"]
    assert names(shipped, "0.1399", "2025-01-27") == []


def test_an_instant_leaves_only_the_window_that_is_open(shipped: PriceTable) -> None:
    assert names(shipped, "0.30", "2026-11-16T01:00:00Z")[:3] == [
        "deepseek-v4-flash input standard peak",
        "deepseek-v4-flash-vision-exp input standard peak",
        "deepseek-flash input standard peak",
    ]
    assert "deepseek-flash input standard peak" not in names(shipped, "0.30", "2026-11-16T00:59:59Z")
    assert "deepseek-flash input standard peak" in names(shipped, "0.30", "2026-11-16")


def test_without_a_day_every_price_there_ever_was(shipped: PriceTable) -> None:
    assert names(shipped, "0.0028", None) == [
        "deepseek-chat cached_input standard",
        "deepseek-reasoner cached_input standard",
        "deepseek-v4-flash cached_input standard",
    ]


def test_close_prices_within_a_share(shipped: PriceTable) -> None:
    assert names(shipped, "0.147", "2025-01-27", "1/20") == [
        "gpt-4o-mini input standard",
        "ft:gpt-4o-mini-2024-07-18 cached_input standard",
        "ft:gpt-4o-mini-2024-07-18 input batch",
        "deepseek-chat input standard",
        "deepseek-reasoner cached_input standard",
    ]


def test_the_pairs_of_the_headline(shipped: PriceTable) -> None:
    pairs = find_pairs(listed_rates(shipped, parse_when("2025-01-27")), Decimal("0.14"), Decimal("7.50"))
    shown = [
        (pair.left.model.id, pair.left.component, pair.right.model.id, pair.right.component, pair.right.cell.tier,
         pair.like_for_like)
        for pair in pairs
    ]  # fmt: skip
    assert shown[0] == ("deepseek-reasoner", "cached_input", "o1", "cached_input", "standard", True)
    assert {(left, right, tier) for left, _, right, _, tier, alike in shown if alike} == {
        ("deepseek-reasoner", "o1", "standard"),
        ("deepseek-reasoner", "o1-preview", "standard"),
    }
    assert len(shown) == 2 * 4
    assert {(right, component, tier) for _, _, right, component, tier, _ in shown} == {
        ("o1", "cached_input", "standard"),
        ("o1-preview", "cached_input", "standard"),
        ("o1", "input", "batch"),
        ("gpt-4o-2024-05-13", "output", "batch"),
    }
    assert pairs[0].ratio == Fraction(750, 14)


def test_two_prices_that_never_held_at_the_same_time_are_no_pair(shipped: PriceTable) -> None:
    # gpt-3.5-turbo cost 1.5 until 2024-02-16; gpt-4o's 2.5 came in August 2024.
    pairs = find_pairs(listed_rates(shipped), Decimal("1.5"), Decimal("2.5"))
    assert not any(pair.left.model.id == "gpt-3.5-turbo" and pair.left.component == "input" for pair in pairs)


@given(index=st.integers(0, 10**6))
def test_every_list_price_is_found_by_its_own_figure(shipped: PriceTable, index: int) -> None:
    rates = listed_rates(shipped)
    wanted = rates[index % len(rates)]
    found = find_rates(rates, wanted.rate)
    assert wanted in found
    assert all(rate.rate == wanted.rate for rate in found)


@given(ratio=st.fractions(min_value=1, max_value=10**6))
def test_at_the_break_even_the_bill_stays_the_same(ratio: Fraction) -> None:
    even = same_bill(ratio)
    before = Fraction(1)
    assert (before / ratio) * even.times_as_many == before
    assert (before / ratio) * (1 + even.growth_percent / 100) == before


def test_a_price_that_stays_is_one_list_price_with_one_period(shipped: PriceTable) -> None:
    found = [rate for rate in find_rates(listed_rates(shipped), Decimal("0.14")) if rate.model.id == "deepseek-chat"]
    assert [(str(rate.start)[:10], str(rate.end)[:16], len(rate.cells)) for rate in found] == [
        ("2024-05-06", "2025-02-08 16:00", 3),
        ("2026-04-24", "2026-07-24 15:59", 2),
    ]


def test_each_pair_has_the_period_in_which_both_held(shipped: PriceTable) -> None:
    pairs = find_pairs(listed_rates(shipped), Decimal("0.14"), Decimal("7.50"))
    (first,) = [
        pair for pair in pairs if pair.like_for_like and pair.right.model.id == "o1" and pair.left.cell.window is None
    ]
    assert (str(first.start)[:10], str(first.end)[:16]) == ("2025-01-20", "2025-02-26 16:30")
    assert all(pair.start < (pair.end or pair.start.replace(year=9999)) for pair in pairs)
    for pair in pairs:
        for side in pair:
            assert side.start <= pair.start
            assert side.end is None or (pair.end is not None and pair.end <= side.end)


def test_no_two_rows_look_the_same(shipped: PriceTable) -> None:
    rates = listed_rates(shipped)
    for figure in {rate.rate for rate in rates}:
        seen = [(*rate.conditions, rate.start, rate.end) for rate in find_rates(rates, figure)]
        assert len(set(seen)) == len(seen)
    pairs = find_pairs(rates, Decimal("0.14"), Decimal("7.50"))
    shown = {(*pair.left.conditions, *pair.right.conditions, pair.start, pair.end) for pair in pairs}
    assert len(shown) == len(pairs) == 42
