"""Bills of providers beside the computed costs: by day and model, in the bill's currency, never priced."""

import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.documents.usage.costs import usage_document
from tokencost.errors import InvalidData, InvalidRequest, TokencostError
from tokencost.logs.files.bills import is_bill, load_bill, read_bill
from tokencost.logs.usage import usage

HEADER = "user_id,utc_date,model,wallet_type,cost,currency\n"
AMOUNTS = "user_id,utc_date,model,api_key_name,api_key,type,price,amount\n"


def requests(folder: Path, *rows: tuple[str, str, int, int], name: str = "log.csv") -> str:
    path = folder / name
    lines = [f"{model},{at},{tokens},{output}\n" for model, at, tokens, output in rows]
    path.write_text("model,time,input_tokens,output_tokens\n" + "".join(lines))
    return str(path)


def deepseek(folder: Path, *rows: str) -> str:
    path = folder / "cost-2025-3.csv"
    path.write_text(HEADER + "".join(f"u,{row}\n" for row in rows))
    return str(path)


def costs(folder: Path, *days: tuple[str, list[tuple[str | None, Any]]], more: bool = False) -> str:
    data = [
        {"object": "bucket", "start_time": (start := int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())),
         "end_time": start + 86400, "results": [
             {"object": "organization.costs.result", "amount": {"value": value, "currency": "usd"}, "line_item": item,
              "project_id": None} for item, value in results]}
        for day, results in days
    ]  # fmt: skip
    path = folder / "costs.json"
    path.write_text(json.dumps({"object": "page", "data": data, "has_more": more, "next_page": None}))
    return str(path)


# DeepSeek, February to September 2025: 0.27 and 1.10 USD, 2 and 8 CNY per million on a miss.
CHAT = ("deepseek-chat", "2025-03-01T12:00:00Z", 1_000_000, 100_000)
USD, CNY = Decimal("0.38"), Decimal("2.8")


def test_a_bill_of_deepseek_with_times_of_shanghai(shipped: PriceTable, tmp_path: Path) -> None:
    """Since August 2026 both files say when their buckets begin and end."""
    amount, cost = tmp_path / "amount-2026-11.csv", tmp_path / "cost-2026-11.csv"
    span = "u,2026-11-21T00:00:00+08:00,2026-11-22T00:00:00+08:00,deepseek-flash"
    amount.write_text(
        "user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount\n"
        f"{span},k,sk,input_cache_miss_tokens,1,1000000\n{span},k,sk,output_tokens,4,0\n{span},k,sk,request_count,0,3\n"
    )
    cost.write_text(f"user_id,start_time_iso,end_time_iso,model,wallet_type,cost,currency\n{span},Paid,1.00,CNY\n")
    result = usage(shipped, str(tmp_path), bill=cost)
    assert result.left_alone == (f"{cost} is a bill, which --bill sets beside the costs",)
    (line,) = result.billed
    assert (line.model, line.billed, line.computed) == ("deepseek-flash", Decimal(1), Decimal(1))


def test_a_bill_of_deepseek_by_day_and_model(shipped: PriceTable, tmp_path: Path) -> None:
    log = requests(tmp_path, CHAT, CHAT, ("deepseek-chat", "2025-03-02T01:00:00Z", 1_000_000, 100_000),
                   ("gpt-4o", "2025-03-01T12:00:00Z", 10, 10))  # fmt: skip
    bill = deepseek(tmp_path, "20250301,deepseek-chat,Paid,5.0,CNY", "2025-03-01,deepseek-chat,Granted,0.6,CNY",
                    "2025-03-02,deepseek-chat,Paid,1.4,CNY")  # fmt: skip
    first, second = usage(shipped, log, bill=bill).billed
    assert (first.day, first.requests, first.billed, first.computed) == (date(2025, 3, 1), 2, 2 * CNY, 2 * CNY)
    assert (second.day, second.billed, second.computed, second.currency) == (date(2025, 3, 2), CNY / 2, CNY, "CNY")
    assert first.as_dict()["difference"] == 0


def test_a_bill_in_dollars(shipped: PriceTable, tmp_path: Path) -> None:
    bill = deepseek(tmp_path, "2025-03-01,deepseek-chat,Paid,0.38,USD")
    (line,) = usage(shipped, requests(tmp_path, CHAT), bill=bill).billed
    assert (line.billed, line.computed, line.currency) == (USD, USD, "USD")


@pytest.mark.parametrize("by", ["model", "month", "component", "team"])
def test_the_bill_is_by_day_whatever_the_question_is_by(shipped: PriceTable, tmp_path: Path, by: str) -> None:
    bill = deepseek(tmp_path, "2025-03-01,deepseek-chat,Paid,0.38,USD")
    log = requests(tmp_path, CHAT, CHAT)
    (line,) = usage(shipped, log, by=by, bill=bill, as_models=["gpt-4o"]).billed
    assert line.computed == 2 * USD


def test_what_only_one_side_has(shipped: PriceTable, tmp_path: Path) -> None:
    reasoner = ("deepseek-reasoner", "2025-03-01T12:00:00Z", 1_000_000, 0)
    late = ("deepseek-chat", "2025-03-09T12:00:00Z", 1_000_000, 0)
    log = requests(tmp_path, CHAT, reasoner, late)
    bill = deepseek(tmp_path, "2025-03-01,deepseek-chat,Paid,2.8,CNY", "2025-03-02,deepseek-chat,Paid,1,CNY")
    result = usage(shipped, log, bill=bill)
    assert sorted((str(line.day), line.billed, line.computed or 0) for line in result.billed) == [
        ("2025-03-01", Decimal(0), Decimal(4)),
        ("2025-03-01", CNY, CNY),
        ("2025-03-02", Decimal(1), 0),
    ]
    assert sum(line.billed for line in result.billed) == Decimal("3.8")
    assert result.outside_bill == 1
    document = usage_document(shipped, result)
    said = " ".join(str(part) for sentence in document.notes for part in sentence)
    assert "1 request lies outside of the days of the bill" in said
    table = next(table for table in document.tables if table.title.startswith("The provider's bill"))
    causes = {str(row[-1]) for row in table.rows}
    assert {"the bill has no such line", "no such request is in the logs"} <= causes


def say(table: PriceTable, *args: Any, **options: Any) -> str:
    notes = usage_document(table, usage(table, *args, **options)).notes
    return " ".join("".join(str(getattr(part, "value", part)) for part in sentence) for sentence in notes)


def test_sums_are_of_what_both_sides_have(shipped: PriceTable, tmp_path: Path) -> None:
    """A day that one side lacks is no day of nothing; a line of nothing is one."""
    days = [("deepseek-chat", f"2025-03-{day:02}T12:00:00Z", 1_000_000, 100_000) for day in (1, 3, 4)]
    log = requests(tmp_path, *days, ("deepseek-reasoner", "2025-03-01T12:00:00Z", 1_000_000, 0))
    charges = [f"2025-03-0{day},deepseek-chat,Paid,{cost},CNY" for day, cost in ((1, "2.8"), (2, "7"), (4, "0"))]
    said = say(shipped, log, bill=deepseek(tmp_path, *charges))
    assert "Where both sides are known, 2.8 was billed and 5.600000 computed." in said
    assert "The logs have no request on 2025-03-02: what was billed then is left out of these sums." in said
    assert "The bill has no charge on 2025-03-03: requests of then are left out of these sums." in said
    whole = say(shipped, requests(tmp_path, *days[:1]), bill=deepseek(tmp_path, charges[0]))
    assert "no charge" not in whole
    assert "no request" not in whole


@pytest.mark.parametrize(("number", "named"), [(2, "2025-03-02 and 2025-03-03"), (6, "2025-03-06 and 1 more day")])
def test_many_days_are_not_all_named(shipped: PriceTable, tmp_path: Path, number: int, named: str) -> None:
    charges = [f"2025-03-{day + 1:02},deepseek-chat,Paid,1,CNY" for day in range(number + 1)]
    said = say(shipped, requests(tmp_path, CHAT), bill=deepseek(tmp_path, *charges))
    assert f"{named}: what was billed then" in said


def test_costs_of_openai_by_line_item(shipped: PriceTable, tmp_path: Path) -> None:
    log = requests(tmp_path, ("gpt-4o-2024-08-06", "2025-03-01T12:00:00Z", 1_000_000, 100_000), CHAT)
    items: list[tuple[str | None, Any]] = [
        ("gpt-4o-2024-08-06, input", 2.5), ("gpt-4o-2024-08-06, output", "1.00"), ("web search tool calls", 0.02),
    ]  # fmt: skip
    result = usage(shipped, log, bill=costs(tmp_path, ("2025-03-01", items), more=True))
    model, other = result.billed
    assert (model.billed, model.computed, model.requests) == (Decimal("3.5"), Decimal("3.5"), 1)
    assert (other.model, other.line_item, other.computed) == (None, "web search tool calls", None)
    assert result.bill_has_more


def test_costs_of_openai_by_day(shipped: PriceTable, tmp_path: Path) -> None:
    log = requests(tmp_path, ("gpt-4o", "2025-03-01T12:00:00Z", 1_000_000, 0),
                   ("gpt-4o-mini", "2025-03-01T12:00:00Z", 1_000_000, 0), CHAT)  # fmt: skip
    (line,) = usage(shipped, log, bill=costs(tmp_path, ("2025-03-01", [(None, 2.66)]), ("2025-03-02", []))).billed
    assert (line.model, line.requests, line.computed) == (None, 2, Decimal("2.65"))


def test_a_bill_in_the_zip_file_of_the_logs(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "usage_data_2025_3.zip"
    amounts = {"input_cache_miss_tokens": 1_000_000, "output_tokens": 100_000, "request_count": 7}
    rows = "".join(f"u,2025-03-01,deepseek-chat,k,sk,{kind},0,{amount}\n" for kind, amount in amounts.items())
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("amount-2025-3.csv", AMOUNTS + rows)
        packed.writestr("cost-2025-3.csv", HEADER + "u,2025-03-01,deepseek-chat,Paid,2.8,CNY\n")
    result = usage(shipped, str(path), bill=str(path))
    assert [str(item) for item in result.left_alone] == [
        f"{path}/cost-2025-3.csv is a bill, which --bill sets beside the costs"
    ]
    assert result.read == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("model,time\n", "it has no column utc_date"),
        ("", "it has no column utc_date"),
        (HEADER + "u,someday,deepseek-chat,Paid,1,CNY\n", ":2: 'someday' is no day"),
        (HEADER + "u,20250230,deepseek-chat,Paid,1,CNY\n", ":2: '20250230' is no day"),
        (HEADER + "u,2025-03-01,deepseek-chat,Paid,free,CNY\n", ":2: 'free' is no amount of money"),
        (HEADER + "u,2025-03-01,deepseek-chat,Paid,1,EUR\n", ":2: 'EUR' is no currency"),
        (HEADER + "u,2025-03-01\n", "is no amount of money"),
        ('{"data": 1}', "no page of buckets"),
        ("{", "no page of buckets"),
        ("[1]", "no page of buckets"),
        ('{"data": [{"start_time": 1}]}', "a bucket of it has no results"),
        ('{"data": [{"start_time": 1740787200, "results": [{}]}]}', "a result of it has no amount"),
        ('{"data": [{"start_time": true, "results": [{"amount": {"value": 1, "currency": "eur"}}]}]}', "no currency"),
        ('{"data": [{"start_time": 1e99, "results": [{"amount": {"value": 1, "currency": "usd"}}]}]}', "is no day"),
    ],
)
def test_what_is_no_bill(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(content)
    with pytest.raises(InvalidData, match=message):
        load_bill(str(path))


def test_a_bill_that_is_not_there(shipped: PriceTable, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot read"):
        load_bill(str(tmp_path / "none.csv"))
    bill = deepseek(tmp_path)
    with pytest.raises(InvalidRequest, match="by the embedded engine"):
        usage(shipped, requests(tmp_path, CHAT), bill=bill, engine="spark")
    assert usage(shipped, requests(tmp_path, CHAT), bill=bill).billed == ()


@given(st.text() | st.text().map(lambda text: HEADER + text) | st.text().map(lambda text: '{"data": [' + text))
def test_any_text_is_a_bill_or_said_to_be_none(text: str) -> None:
    is_bill(text)
    try:
        bill = read_bill("bill", text.encode("utf-8", "replace"))
    except TokencostError as error:
        assert "bill" in str(error)
    else:
        assert all(charge.currency in ("USD", "CNY") for charge in bill.charges)


def test_a_bill_is_never_priced(shipped: PriceTable, tmp_path: Path) -> None:
    for bill in (
        deepseek(tmp_path, "2025-03-01,deepseek-chat,Paid,1,CNY"),
        costs(tmp_path, ("2025-03-01", [(None, 1)])),
    ):
        with pytest.raises(InvalidRequest, match="is a bill, and no log") as raised:
            usage(shipped, bill)
        assert "--bill" in (raised.value.hint or "")
