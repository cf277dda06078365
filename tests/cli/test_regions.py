"""`--region`, wherever rates are chosen: the figures of that region, and nothing else in any answer."""

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
REGION = "data-residency"
ON = ("--on", "2026-11-20")
RULE = "Regional processing (data residency) endpoints are charged a 10% uplift"
SPEC = """\
requests = 1_000
input = 1_000
output = 100
models = ["gpt-5.5"]
against = "gpt-4.1"
start = "2026-12"
"""


def table_of(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def rows_of(out: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(out, parse_float=Decimal)["rows"]
    return rows


def test_compare_says_by_which_rule_and_of_which_models_nothing_is_known(tokencost: Run) -> None:
    shown = tokencost("compare", "gpt-4o", "gpt-6.2-sol", "gpt-5.5", *ON, "--region", "Data Residency").out
    assert "USD per 1M tokens, data-residency" in shown
    assert f"gpt-6.2-sol, gpt-5.5: these are the rates for data-residency; the page says: {RULE}" in shown
    assert "gpt-4o: no rates of its own for data-residency; those without a region are used." in shown
    found = table_of(tokencost("compare", "gpt-6.2-sol", "gpt-4o", *ON, "--region", REGION, "--format", "csv").out)
    assert list(found[0])[-1] == "region"
    assert [(row["price"], row["baseline_price"], row["region"]) for row in found if row["component"] == "input"] == [
        ("2.20", "2.50", REGION)
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "gpt-4o", "gpt-5.5"),
        ("prices", "list"),
        ("prices", "history", "gpt-5.5"),
        ("find", "5"),
        ("workload", "--requests", "1", "--input", "1", "--output-tokens", "1", "gpt-5.5", "gpt-4.1"),
        ("usage", "tests/logs/fixtures/requests.jsonl"),
    ],
)
def test_a_region_that_the_table_lacks_is_wrong_usage(tokencost: Run, arguments: tuple[str, ...]) -> None:
    outcome = tokencost(*arguments, *ON, "--region", "eu")
    assert outcome.status == 2
    assert "no model here has rates for a region 'eu'" in outcome.err
    assert "the regions are data-residency" in outcome.err


@pytest.mark.parametrize("arguments", [("prices", "list"), ("prices", "history", "gpt-5.4", "gpt-4o")])
def test_lists_of_prices_have_one_region_at_a_time(tokencost: Run, arguments: tuple[str, ...]) -> None:
    words = (*arguments, *ON, "--tier", "all", "--format", "csv")
    anywhere, there = table_of(tokencost(*words).out), table_of(tokencost(*words, "--region", REGION).out)
    assert len(anywhere) == len(there)
    assert {row["region"] for row in anywhere} == {""}
    assert {row["region"] for row in there if row["model"] == "gpt-5.4"} == {REGION}
    assert {row["region"] for row in there if row["model"] == "gpt-4o"} == {""}
    for one, other in zip(anywhere, there, strict=True):
        times = Decimal("1.1") if other["region"] else 1
        assert Decimal(one["input"]) * times == Decimal(other["input"])


def test_show_has_all_rates_and_says_the_rule_once(tokencost: Run) -> None:
    out = tokencost("prices", "show", "gpt-5.4", *ON).out
    assert out.count(RULE) == 1
    assert "data-residency: FedRAMP endpoints cost 10% more as well." in out
    assert "priority, data-residency: both rules together" in out
    lines = Path("prices.toml").read_text(encoding="utf-8").split("\n")
    found = rows_of(tokencost("prices", "show", "gpt-5.4", *ON, "--format", "json").out)
    assert [row["region"] for row in found] == [None] * 8 + [REGION] * 8
    for row in found[8:]:
        assert re.match(rf'  {{ region = "{REGION}",.* output = {row["output"]}\b', lines[row["line"] - 1])


def test_find_has_prices_of_a_region_only_where_it_is_asked_for(tokencost: Run) -> None:
    assert tokencost("find", "0.143", *ON).status == 1
    found = rows_of(tokencost("find", "0.143", *ON, "--region", REGION, "--format", "json").out)
    assert {(row["model"], row["tier"], row["region"]) for row in found} == {
        ("gpt-5.4", "batch", REGION),
        ("gpt-5.4", "flex", REGION),
    }


def test_a_workload_in_a_region(tokencost: Run, tmp_path: Path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC)
    anywhere = rows_of(tokencost("workload", str(spec), *ON, "--format", "json").out)[0]
    spec.write_text(f'{SPEC}region = "{REGION}"\n')
    inside = tokencost("workload", str(spec), *ON, "--format", "json").out
    there = rows_of(inside)[0]
    assert (there["cost"], there["baseline_cost"]) == (anywhere["cost"] * Decimal("1.1"), anywhere["baseline_cost"])
    assert json.loads(inside)["workloads"][0]["region"] == REGION
    said = tokencost("workload", str(spec), *ON).out
    assert "evenly day and night, in the region data-residency." in said
    assert f"gpt-5.5: these are the rates for data-residency; the page says: {RULE}" in said
    assert "gpt-4.1: no rates of its own for data-residency" in said
    spec.write_text(SPEC)
    optional = rows_of(tokencost("workload", str(spec), *ON, "--region", REGION, "--format", "json").out)[0]
    assert optional["cost"] == there["cost"]
    spec.write_text(f'{SPEC}region = "eu"\n')
    outcome = tokencost("workload", str(spec), *ON)
    assert outcome.status == 3
    assert "spec.toml:7: no model here has rates for a region 'eu'" in outcome.err


def test_usage_says_which_models_were_priced_in_a_region(tokencost: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    record = {"startTime": "2026-11-18T12:00:00Z", "prompt_tokens": 1000, "completion_tokens": 0, "model": "gpt-5.5"}
    log.write_text(json.dumps({**record, "api_base": "https://eu.api.openai.com/v1"}))
    said = tokencost("usage", str(log)).out
    assert "1 request on 2026-11-18 cost $0.0055." in said
    assert "gpt-5.5: requests to a regional address are priced at the rates of that region." in said
    log.write_text(json.dumps(record))
    assert "cost $0.005." in tokencost("usage", str(log)).out
    forced = tokencost("usage", str(log), "--region", REGION)
    assert "cost $0.0055." in forced.out
    assert "All requests are priced in the region data-residency" in forced.out
    assert json.loads(tokencost("usage", str(log), "--region", REGION, "--format", "json").out)["region"] == REGION


def test_add_enters_the_rates_of_a_region(tokencost: Run, tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_bytes(Path("prices.toml").read_bytes())
    given = ("gpt-5.5", "--from", "2026-12-01", "--source", "https://example.org/p", *ON, "--prices", str(table))
    changed = tokencost("prices", "add", *given, "--region", REGION, "--input", "6", "--output", "36")
    assert changed.status == 0, changed.err
    now = ("--on", "2026-12-01", "--prices", str(table), "--format", "json")
    there = rows_of(tokencost("prices", "history", "gpt-5.5", "--region", REGION, *now).out)[-2]
    assert (there["input"], there["from"], there["region"]) == (6, "2026-12-01T00:00:00Z", REGION)
    base = rows_of(tokencost("prices", "history", "gpt-5.5", *now).out)[-2]
    assert (base["input"], base["region"]) == (5, None)
    found = rows_of(tokencost("prices", "diff", "prices.toml", str(table), *ON, "--format", "json").out)
    assert {(row["region"], str(row["after"])) for row in found if row["before"] != row["after"] and row["after"]} == {
        (REGION, "6"),
        (REGION, "36"),
    }
    again = ("gpt-5.4", *given[1:], "--input", "3", "--output", "15")
    shown = tokencost("prices", "add", *again, "--when", f"region={REGION},input=3.3,output=16.5", "--dry-run")
    assert f'+  {{ region = "{REGION}", input = 3.3, output = 16.5 }},' in shown.out
    wrong = tokencost("prices", "add", *again, "--when", "region=data-residence,input=3.3", "--dry-run")
    assert wrong.status != 0
    assert "did you mean 'data-residency'?" in wrong.err


def test_the_export_has_every_rate_of_every_region(tokencost: Run) -> None:
    found = table_of(tokencost("prices", "export").out)
    assert list(found[0])[-1] == "region"
    keys = ("model", "from", "tier", "window", "input_tokens_above", "currency", "region")
    conditions = [tuple(row[key] for key in keys) for row in found]
    assert len(conditions) == len(set(conditions))
    assert sum(row["region"] == REGION for row in found) == 216
    left = tokencost("prices", "export", "--shape", "litellm", *ON).err
    assert "left out: gpt-5.5: rates for the region data-residency" in left
