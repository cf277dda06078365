"""Records whose address says that they were processed in a region cost what that region costs."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tokencost import Cluster, PriceTable, price
from tokencost.errors import NotOffered
from tokencost.logs.records.kinds import named_kinds
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import usage
from tokencost.logs.usage_query import ask, split_region

AT = "2026-11-18T12:00:00Z"
REGION = "data-residency"
HOSTS = [
    ("eu.api.openai.com", REGION),
    ("https://us.api.openai.com/v1", REGION),
    ("http://jp.api.openai.com:443", REGION),
    ("https://api.openai.com/v1", None),
    ("api.openai.com", None),
    ("https://eu.api.openai.com.example.org/v1", None),
    ("https://my-endpoint.openai.azure.com", None),
    ("eu-west-1", None),
    ("", None),
    (None, None),
]
MODELS = ("gpt-5.5", "gpt-4.1")
TIERS = (None, "priority", "nowhere")


def litellm(model: str, tier: str | None, host: str | None) -> dict[str, Any]:
    """A row of LiteLLM's spend logs; it has no tier."""
    counts = {"prompt_tokens": 1_000, "completion_tokens": 100}
    return {"startTime": AT, "endTime": AT, "model": model, **counts, "api_base": host, "noted": tier}


def otel(model: str, tier: str | None, host: str | None) -> dict[str, Any]:
    """https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md."""
    attributes = {
        "gen_ai.response.model": model,
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 100,
        "server.address": host,
        "openai.response.service_tier": tier,
    }
    return {"end_time": AT, "attributes": {key: value for key, value in attributes.items() if value is not None}}


def plain(model: str, tier: str | None, host: str | None) -> dict[str, Any]:
    return {"model": model, "time": AT, "input_tokens": 1_000, "output_tokens": 100, "tier": tier, "region": host}


def written(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def cost_of(table: PriceTable, model: str, region: str | None, tier: str | None = None) -> Decimal:
    tokens = {"input_tokens": 1_000, "output_tokens": 100}
    return price(table, model, on=AT, region=region, tier=tier or "standard", **tokens).total  # type: ignore[arg-type]


def sums_of(table: PriceTable, records: list[dict[str, Any]], kind: str, folder: Path, **asked: Any) -> str:
    """What the printed query makes of the records in a column of JSON."""
    text = table_query(
        DIALECTS["duckdb"], "logs", named_kinds([kind]), ask(table, **asked), rate_periods(table), json_column="record"
    )
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[json.dumps(record)] for record in records])
        connection.sql(text).write_csv(str(folder / "sums.csv"))
    return str(folder / "sums.csv")


@pytest.mark.parametrize(("host", "region"), HOSTS)
@pytest.mark.parametrize("record", [litellm, otel, plain])
def test_a_request_to_a_regional_address_costs_what_that_region_costs(
    shipped: PriceTable, tmp_path: Path, record: Callable[..., dict[str, Any]], host: str | None, region: str | None
) -> None:
    log = written(tmp_path / "log.jsonl", *(record(model, None, host) for model in MODELS))
    found = {row.group[0]: row.cost.total for row in usage(shipped, log).rows}
    assert found == {model: cost_of(shipped, model, region) for model in MODELS}


def test_the_table_of_models_in_a_region_is_the_one_of_prices(shipped: PriceTable) -> None:
    assert [cost_of(shipped, model, REGION) for model in MODELS] == [Decimal("0.0088"), Decimal("0.0028")]
    assert [cost_of(shipped, model, None) for model in MODELS] == [Decimal("0.008"), Decimal("0.0028")]


def test_a_plain_table_may_name_the_region_itself(shipped: PriceTable, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        f"model,time,input_tokens,output_tokens,region\ngpt-5.5,{AT},1000,100,{REGION}\ngpt-5.5,{AT},1000,100,\n"
    )
    assert [row.cost.total for row in usage(shipped, str(log)).rows] == [Decimal("0.0168")]


def test_a_field_of_another_name_is_mapped(shipped: PriceTable, tmp_path: Path) -> None:
    record = {"m": "gpt-5.5", "at": AT, "i": 1_000, "o": 100, "base": {"url": "https://eu.api.openai.com/v1"}}
    log = written(tmp_path / "log.jsonl", record)
    mapping = {"model": "m", "time": "at", "input_tokens": "i", "output_tokens": "o"}
    (row,) = usage(shipped, log, mapping=mapping).rows
    assert row.cost.total == cost_of(shipped, "gpt-5.5", None)
    (row,) = usage(shipped, log, mapping={**mapping, "region": "base.url"}).rows
    assert row.cost.total == cost_of(shipped, "gpt-5.5", REGION)


def test_the_region_stands_beside_the_tier_and_leaves_it_as_it_is(shipped: PriceTable, tmp_path: Path) -> None:
    log = written(tmp_path / "log.jsonl", *(otel("gpt-5.5", tier, "eu.api.openai.com") for tier in TIERS))
    result = usage(shipped, log, by=["tier"])
    assert {row.group[0]: row.cost.total for row in result.rows} == {
        "standard": cost_of(shipped, "gpt-5.5", REGION),
        "priority": cost_of(shipped, "gpt-5.5", REGION, "priority"),
    }
    assert [item.reason for item in result.unpriced if "nowhere" in item.reason]
    assert not any(REGION in item.reason.partition("(")[0] for item in result.unpriced)
    assert {cell.region for cell in result.cells} == {REGION}


@pytest.mark.parametrize("host", ["https://api.openai.com/v1", "https://eu.api.openai.com/v1", None])
def test_a_region_that_is_asked_for_holds_for_all_requests(
    shipped: PriceTable, tmp_path: Path, host: str | None
) -> None:
    log = written(tmp_path / "log.jsonl", *(litellm(model, None, host) for model in MODELS))
    result = usage(shipped, log, region="data residency", tier="batch")
    assert {row.group[0]: row.cost.total for row in result.rows} == {
        model: cost_of(shipped, model, REGION, "batch") for model in MODELS
    }
    assert result.region == REGION


def test_a_region_that_nobody_has_is_refused(shipped: PriceTable, tmp_path: Path) -> None:
    with pytest.raises(NotOffered, match="no model here has rates for a region 'eu'"):
        usage(shipped, written(tmp_path / "log.jsonl", plain("gpt-5.5", None, None)), region="eu")


def every(record: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    return [record(model, tier, host) for model in MODELS for tier in TIERS for host, _ in HOSTS]


@pytest.mark.parametrize("tier", [None, "batch"])
@pytest.mark.parametrize(("record", "kind"), [(litellm, "litellm"), (otel, "otel"), (plain, "table")])
def test_a_printed_query_keeps_the_region(
    shipped: PriceTable, tmp_path: Path, record: Callable[..., dict[str, Any]], kind: str, tier: str | None
) -> None:
    by = ["model", "tier"]
    expected = usage(shipped, written(tmp_path / "log.jsonl", *every(record)), by=by, tier=tier)
    # The query may have been printed without the tier, and its sums be priced in one.
    for asked in ({"by": by}, {"by": by, "tier": tier}):
        sums = sums_of(shipped, every(record), kind, tmp_path, **asked)
        found = usage(shipped, sums, by=by, tier=tier)
        assert (found.rows, found.priced, found.unpriced_rows) == (
            expected.rows,
            expected.priced,
            expected.unpriced_rows,
        )
    assert {cell.region for cell in expected.cells} == {None, REGION}
    forced = usage(shipped, sums, by=by, tier=tier, region=REGION)
    assert {cell.region for cell in forced.cells if cell.model == "gpt-5.5"} == {REGION}


@pytest.mark.engine
@pytest.mark.parametrize("region", [None, REGION])
def test_spark_reads_the_region_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster, region: str | None) -> None:
    files = [written(tmp_path / f"{record.__name__}.jsonl", *every(record)) for record in (litellm, otel, plain)]
    by = ["model", "tier"]
    expected = usage(shipped, files, by=by, region=region)
    found = usage(shipped, files, by=by, region=region, engine="spark", cluster=spark)
    assert (found.rows, found.priced, found.unpriced_rows) == (expected.rows, expected.priced, expected.unpriced_rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch", (None, "batch")),
        ("data-residency/batch", (REGION, "batch")),
        ("data-residency", (None, "data-residency")),
        ("a/b", (None, "a/b")),
        ("", (None, "")),
    ],
)
def test_a_tier_with_a_region_before_it(text: str, expected: tuple[str | None, str]) -> None:
    assert split_region(text) == expected
