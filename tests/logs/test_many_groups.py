"""Many groups are billed from sums per cell and group: what each costs equals pricing its records alone."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, price
from tokencost.cli import run
from tokencost.logs.billing import bill as billing
from tokencost.logs.usage import usage

MODELS = ("gpt-4o", "deepseek-chat", "o1", "unknown", None)
DAYS = ("2025-01-15", "2025-02-26", "2025-04-01")


def record(place: int) -> dict[str, Any]:
    """Requests of many users, at times with different prices, some without one."""
    at = f"{DAYS[place % 3]}T{place % 24:02}:{place % 60:02}:30Z"
    total = 1000 + place * 7
    return {
        "user": f"u{place % 11}" if place % 13 else None, "model": MODELS[place % 5], "created": at,
        "spend": "0.25" if place % 2 else None,
        "usage": {
            "prompt_tokens": total, "completion_tokens": place % 50,
            "prompt_tokens_details": {"cached_tokens": place % 400 if place % 3 else 0},
        },
    }  # fmt: skip


RECORDS = [record(place) for place in range(600)]


def written(path: Path) -> str:
    path.write_text("".join(json.dumps(each) + "\n" for each in RECORDS), encoding="utf-8")
    return str(path)


def cost(table: PriceTable, each: dict[str, Any]) -> Decimal:
    used = each["usage"]
    return price(
        table, each["model"], on=each["created"], input_tokens=used["prompt_tokens"],
        cached_input_tokens=used["prompt_tokens_details"]["cached_tokens"], output_tokens=used["completion_tokens"],
    ).total  # fmt: skip


def test_each_group_costs_what_its_records_cost(shipped: PriceTable, tmp_path: Path) -> None:
    expected: dict[tuple[str | None, ...], Decimal] = {}
    priced = [each for each in RECORDS if each["model"] in MODELS[:3]]
    for each in priced:
        key = (each["user"], each["created"][:7], each["model"])
        expected[key] = expected.get(key, Decimal(0)) + cost(shipped, each)
    result = usage(shipped, [written(tmp_path / "log.jsonl")], by=["user", "month", "model"])
    assert {row.group: row.cost.total for row in result.rows} == expected
    assert (result.read, result.priced, result.rejected_count) == (len(RECORDS), len(priced), 0)
    assert {(item.model, item.rows) for item in result.unpriced} == {("unknown", 120), (None, 120)}


def test_much_memory_is_told_before_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(billing, "MANY", 11)
    log = written(tmp_path / "log.jsonl")
    assert run(["usage", log, "--by", "user", "--format", "csv"]) == 1
    assert capsys.readouterr().err == "12 groups take about 0.0 GB of memory. Fewer columns in --by take less.\n"
    monkeypatch.setattr(billing, "MANY", 12)
    assert run(["usage", log, "--by", "user", "--format", "csv"]) == 1
    assert capsys.readouterr().err == ""


def test_alternatives_components_and_logged_costs_of_groups(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl")
    result = usage(shipped, [path], by=["user"], as_models=["gpt-4o"], compare_to="spend")
    apart = usage(shipped, [path], by=["user", "component"], as_models=["gpt-4o"])
    priced = [each for each in RECORDS if each["model"] in MODELS[:3]]
    for row in result.rows:
        mine = [each for each in priced if each["user"] == row.group[0]]
        assert row.elsewhere[0].cost == sum(cost(shipped, {**each, "model": "gpt-4o"}) for each in mine)
        parts = [part for part in apart.rows if part.group[0] == row.group[0]]
        assert sum(part.cost.total for part in parts) == row.cost.total
        assert sum(part.elsewhere[0].cost or 0 for part in parts) == row.elsewhere[0].cost
        assert row.logged is None
    logged = {item.model: (item.rows, item.logged) for item in result.reconciled}
    for model in MODELS[:3]:
        rows = sum(each["model"] == model and each["spend"] is not None for each in priced)
        assert logged[str(model)] == (rows, Decimal("0.25") * rows)


def test_sums_beyond_64_bits(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    most = 10**15 - 1
    one = {"user": "u", "model": "gpt-4o", "created": "2025-03-01T00:00:00Z",
           "usage": {"prompt_tokens": most, "completion_tokens": most}}  # fmt: skip
    path.write_text((json.dumps(one) + "\n") * 10_000, encoding="utf-8")
    for by in ("user", "model"):
        (row,) = usage(shipped, [str(path)], by=[by]).rows
        assert row.tokens.input == row.tokens.output == most * 10_000
