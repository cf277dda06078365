"""`tokencost usage` as it is typed."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost.render import FORMATS

Run = Callable[..., Any]
LOG = "tests/logs/fixtures/requests.jsonl"
COLUMNS = (
    "model,requests,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,uncached_input_cost,"
    "cached_input_cost,cache_write_cost,output_cost,cost"
)
LITELLM = (
    '{"model": "openai/gpt-4o", "startTime": "2025-03-01T12:00:00Z", "prompt_tokens": 1000, "completion_tokens": 0, '
    '"spend": 0.005}\n'
)


def answer(outcome: Any) -> dict[str, Any]:
    return json.loads(outcome.out, parse_float=Decimal)  # type: ignore[no-any-return]


def test_the_columns_are_those_of_the_design(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--format", "csv")
    assert outcome.status == 0
    assert outcome.out.split("\n")[0] == COLUMNS
    found = answer(tokencost("usage", LOG, "--format", "json"))
    assert (found["read"], found["priced"], found["rejected_count"], found["unpriced"], found["rejected"]) == (
        5, 5, 0, [], [],
    )  # fmt: skip
    assert all(
        row["cost"]
        == row["uncached_input_cost"] + row["cached_input_cost"] + row["cache_write_cost"] + row["output_cost"]
        for row in found["rows"]
    )


def test_components_add_up(tokencost: Run) -> None:
    whole = answer(tokencost("usage", LOG, "--by", "provider", "--format", "json"))["rows"]
    parts = answer(tokencost("usage", LOG, "--by", "component", "--format", "json"))["rows"]
    assert sum(row["cost"] for row in whole) == sum(row["cost"] for row in parts)
    assert {row["component"] for row in parts} == {"input", "cached_input", "cache_write", "output"}


def test_groups_of_any_field(tokencost: Run) -> None:
    rows = answer(tokencost("usage", LOG, "--by", "metadata.team,month", "--format", "json"))["rows"]
    assert [(row["metadata.team"], row["month"]) for row in rows] == [("search", "2026-11"), ("support", "2026-11")]


def test_a_misspelt_field_is_noted(tokencost: Run) -> None:
    assert "metadata.taem: no priced record has this field." in tokencost("usage", LOG, "--by", "metadata.taem").out


def test_elsewhere_stands_beside_the_cost(tokencost: Run) -> None:
    found = answer(tokencost("usage", LOG, "--as", "gpt-6-luna", "--tier", "standard", "--format", "json"))
    row = next(row for row in found["rows"] if row["model"] == "gpt-6.1-sol")
    assert row["as_gpt-6-luna_cost"] < row["cost"]
    assert row["as_gpt-6-luna_ratio"] > 1
    dearer = tokencost("usage", LOG, "--as", "gpt-6-luna", "--token-factor", "1.25", "--tier", "standard")
    assert dearer.status == 0
    assert "The same requests on gpt-6-luna would have cost" in dearer.out


def test_an_alternative_without_the_tier_is_named_and_fails(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--as", "deepseek-flash")
    assert outcome.status == 1
    assert "offers no flex tier" in outcome.out
    assert tokencost("usage", LOG, "--as", "deepseek-flash", "--allow-unpriced").status == 0


def test_a_logged_cost_is_reconciled(tokencost: Run, tmp_path: Path) -> None:
    path = tmp_path / "spend.jsonl"
    path.write_text(LITELLM)
    found = answer(tokencost("usage", str(path), "--compare-to", "spend", "--format", "json"))
    assert found["reconciled"] == [
        {
            "model": "gpt-4o", "records": 1, "logged": Decimal("0.005"), "computed": Decimal("0.0025"),
            "difference": Decimal("0.0025"),
            "likely_cause": "twice as much: standard rates for batch requests, or peak rates",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_what_was_left_out(tokencost: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        'nope\n{"model": "=cmd|\' /C calc\'!A0\x1b", "created": 1740830400, "usage": {}}\n'.replace("\x1b", "\\u001b")
    )
    outcome = tokencost("usage", str(path), "--format", name)
    assert outcome.status == 1
    assert "\x1b" not in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.jsonl",), "there is no file 'none.jsonl'"),
        ((LOG, "--as", "gpt-6-lunar"), "unknown model 'gpt-6-lunar'"),
        ((LOG, "--map", "nonsense"), "maps nothing"),
        ((LOG, "--by", "model,,day"), "a name in --by is empty"),
        ((LOG, "--token-factor", "x"), "is not a number"),
        ((LOG, "--token-factor", "o1=2"), "not among the --as models"),
        ((LOG, "--since", "last week"), "is not a date"),
    ],
)
def test_wrong_usage(tokencost: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = tokencost("usage", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
