"""The cost that logs hold beside the computed one: the same requests on both sides, in the same currency."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, load_prices
from tokencost.documents.usage.causes import find_cause, show_amounts
from tokencost.documents.usage.costs import usage_document
from tokencost.logs.billing.calls import Calls
from tokencost.logs.usage import usage
from tokencost.render.numbers import show

AT = "2025-03-01T12:00:00Z"
ONE = Decimal("0.0035")  # gpt-4o: 1,000 x $2.50 and 100 x $10 per million


def records(folder: Path, costs: list[Any], model: str = "gpt-4o") -> str:
    path = folder / "log.jsonl"
    lines = [
        {"model": model, "time": AT, "input_tokens": 1000, "output_tokens": 100, "team": f"t{place % 2}"}
        | ({} if cost is None else {"cost": cost})
        for place, cost in enumerate(costs)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("by", ["model", "team", "day"])
def test_only_records_with_a_cost_are_compared(shipped: PriceTable, tmp_path: Path, by: str) -> None:
    result = usage(shipped, records(tmp_path, [0.0035, None, None, 0.007, "n/a"]), compare_to="cost", by=by)
    (item,) = result.reconciled
    assert (item.rows, item.logged, item.computed, result.without_cost) == (2, Decimal("0.0105"), 2 * ONE, 3)
    assert sum(row.cost.total for row in result.rows) == 5 * ONE
    notes = [sentence[0] for sentence in usage_document(shipped, result).notes]
    assert "3 priced records hold no cost in that field: left out of the comparison." in notes


def test_every_record_holds_a_cost(shipped: PriceTable, tmp_path: Path) -> None:
    result = usage(shipped, records(tmp_path, [0.0035, 0.0035]), compare_to="cost")
    assert (result.without_cost, result.rows[0].logged) == (0, 2 * ONE)
    assert result.reconciled[0].logged == result.reconciled[0].computed


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$0.0035", "0.0035"), ("US$ 0.0035", "0.0035"), ("0.0035 USD", "0.0035"), ("usd 0.0035", "0.0035"),
        ("-$1,234.50", "-1234.5"), ("$1,234,567", "1234567"), ("3.5e-3", "0.0035"), (0, "0"),
    ],
)  # fmt: skip
def test_dollars(shipped: PriceTable, tmp_path: Path, text: Any, amount: str) -> None:
    (item,) = usage(shipped, records(tmp_path, [text]), compare_to="cost").reconciled
    assert (item.logged, item.currency) == (Decimal(amount), "USD")


@pytest.mark.parametrize("text", ["€1", "1,5", "$", "free", "", "1,23,456"])
def test_what_is_no_amount(shipped: PriceTable, tmp_path: Path, text: str) -> None:
    result = usage(shipped, records(tmp_path, [text, 1]), compare_to="cost")
    assert (result.reconciled[0].rows, result.without_cost) == (1, 1)


@pytest.mark.parametrize("text", ["¥{}", "￥ {}", "CNY {}", "{} cny", "{}元", "CN¥{}"])
def test_yuan_are_compared_with_the_list_in_yuan(shipped: PriceTable, tmp_path: Path, text: str) -> None:
    path = records(tmp_path, [text.format("0.0028"), 0.0035], "deepseek-chat")
    result = usage(shipped, path, compare_to="cost")
    cny, usd = result.reconciled
    assert (cny.currency, cny.rows, cny.logged) == ("CNY", 1, Decimal("0.0028"))
    assert (usd.currency, usd.rows) == ("USD", 1)
    # 1,000 x 2 and 100 x 8 CNY per million: https://api-docs.deepseek.com/zh-cn/quick_start/pricing, February 2025
    assert cny.computed == Decimal("0.0028")


def test_yuan_of_a_model_without_a_list_in_yuan(shipped: PriceTable, tmp_path: Path) -> None:
    result = usage(shipped, records(tmp_path, ["¥1", 0.0035]), compare_to="cost")
    assert (len(result.reconciled), result.without_list, result.reconciled[0].computed) == (1, 1, ONE)


CALL = Calls("openai", "web_search", "gpt-4o", 2, Decimal(10), "USD", Decimal("0.02"), None)


@pytest.mark.parametrize(
    ("logged", "calls", "cause"),
    [
        ("0.03", (CALL,), "fees of calls (web search), which are not in the computed cost"),
        ("0.5", (CALL,), "fees of calls (web search), which are not in the computed cost; or cached input billed"),
        ("0.03", (), "cached input billed as input, a margin"),
        ("0.001", (CALL,), "a missing tier"),
        ("0.0100000000000000004", (), "rounding of each logged cost"),
        ("0.07", (), "about 7 times as much: the logged cost may be in CNY"),
    ],
)
def test_causes(logged: str, calls: tuple[Calls, ...], cause: str) -> None:
    assert (find_cause(Decimal(logged), Decimal("0.01"), calls=calls) or "").startswith(cause)


def test_an_amount_in_yuan_is_not_taken_for_one_in_yuan() -> None:
    assert "CNY" not in (find_cause(Decimal("0.07"), Decimal("0.01"), "CNY") or "")


def test_fees_are_named_where_records_show_such_calls(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    used = {"input_tokens": 1000, "output_tokens": 100}
    output = [{"type": "web_search_call", "action": {"type": "search"}}]
    record = {"model": "gpt-4o", "created_at": 1760000000, "usage": used, "output": output, "cost": 0.0135}
    path.write_text(json.dumps(record))
    result = usage(shipped, str(path), compare_to="cost")
    table = next(table for table in usage_document(shipped, result).tables if table.title.startswith("The log's own"))
    assert "fees of calls (web search)" in str(table.rows[0][-1])


@pytest.mark.parametrize(
    ("logged", "shown"),
    [
        ("0.01", "$0.00"), ("0.0100000000000000040", "<$0.0000010"), ("0.0099999999999999960", "-<$0.0000010"),
        ("0.010001", "$0.0000010"), ("0.02", "$0.010"),
    ],
)  # fmt: skip
def test_a_difference_of_no_price_is_said_to_be_one(logged: str, shown: str) -> None:
    *_, difference = show_amounts(Decimal(logged), Decimal("0.01"), "USD")
    assert show(difference, "money") == shown


COSTS = st.lists(st.none() | st.integers(0, 10**9).map(lambda each: f"${Decimal(each).scaleb(-6):f}"), min_size=1)


@settings(max_examples=settings().max_examples // 5)
@given(costs=COSTS)
def test_both_sides_are_of_the_same_requests(tmp_path_factory: pytest.TempPathFactory, costs: list[str | None]) -> None:
    table = load_prices(Path(__file__).parent.parent.parent / "prices.toml")
    path = records(tmp_path_factory.mktemp("logs"), [*costs, "$0"])
    result = usage(table, path, by=["team"], compare_to="cost")
    held = [Decimal(cost[1:]) for cost in costs if cost is not None]
    (item,) = result.reconciled
    assert (item.rows, item.logged, item.computed) == (len(held) + 1, sum(held), (len(held) + 1) * ONE)
    assert result.without_cost == costs.count(None)
