"""Records of frameworks and tracers: what their counts hold, their times, and that every engine reads them alike."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.logs.test_kinds import FOLDER, read_example, write_files
from tokencost import PriceTable, price
from tokencost.logs.records.kinds import LOG_KINDS
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask

LINES = (
    *("langfuse", "langfuse-stored", "langsmith", "langchain", "langchain-dumps", "openai-agents", "dspy"),
    *("openinference", "ai-sdk", "ai-sdk-spans"),
)
"""Examples that are lines of JSON."""
TEXTS = "ai-sdk-spans-metadata"
"""Lines in which a text is JSON, into which printed queries do not look."""


def written(path: Path, *records: Mapping[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def observation(usage_details: Mapping[str, Any], **more: object) -> dict[str, Any]:
    return {
        "id": "1", "traceId": "t", "type": "GENERATION", "startTime": "2025-03-01T11:00:00Z", "level": "DEFAULT",
        "endTime": "2025-03-01T12:00:00Z", "model": "gpt-4o", "usageDetails": usage_details, **more,
    }  # fmt: skip


# Buckets, and what they come to as input, cached, written and output.
BUCKETS: tuple[tuple[dict[str, Any], tuple[int, ...]], ...] = (
    ({"input": 600, "output": 200}, (600, 0, 0, 200)),
    ({"input": 600, "output": 200, "input_cached_tokens": 400}, (1000, 400, 0, 200)),
    ({"input": 600, "output": 200, "input_cache_read": 400, "total": 1200}, (1000, 400, 0, 200)),
    ({"input": 600, "output": 200, "input_cache_read": 400, "total": 801}, (1000, 400, 0, 200)),
    ({"input": 600, "output": 200, "input_cache_read": 400, "total": 800}, (600, 400, 0, 200)),
    ({"input": 600, "output": 200, "input_cache_read": 400, "total": 799}, (1000, 400, 0, 200)),
    ({"input": 600, "output": 200, "output_reasoning": 100, "total": 800}, (600, 0, 0, 200)),
    ({"input": 600, "output": 200, "output_reasoning": 100, "total": 900}, (600, 0, 0, 300)),
    ({"input": 0, "output": 0, "output_reasoning": 100, "total": 100}, (0, 0, 0, 100)),
    ({"input": 600, "output": 200, "input_cache_creation": 50, "total": 850}, (650, 0, 50, 200)),
    ({"input": 600, "total": 600}, (600, 0, 0, 0)),
    ({"input": 600, "input_cached_tokens": 400, "output": 1, "total": 10**15}, (1000, 400, 0, 1)),
    ({"input": 600, "input_cached_tokens": 400, "output": 1, "total": "601"}, (600, 400, 0, 1)),
    ({"input": 600, "input_cached_tokens": 400, "output": 1, "total": "many"}, (1000, 400, 0, 1)),
)


def test_buckets_add_up_unless_the_total_says_that_they_hold_each_other(shipped: PriceTable, tmp_path: Path) -> None:
    records = (observation(details, id=f"{place:02}") for place, (details, _) in enumerate(BUCKETS))
    result = usage(shipped, [written(tmp_path / "log.jsonl", *records)], by=["id"])
    assert [tuple(row.tokens)[1:] for row in sorted(result.rows)] == [tokens for _, tokens in BUCKETS]
    assert result.rejected == ()


def test_buckets_that_are_no_counts_are_rejected(shipped: PriceTable, tmp_path: Path) -> None:
    details = {"input": 600, "output": 200, "input_cached_tokens": 0, "output_reasoning": 0, "total": 900}
    counts: tuple[object, ...] = (10**15, 2**63 - 1, 2**63, -1, 1.5, "600", [600])
    bad = [{**details, name: count} for name in details if name != "total" for count in counts]
    result = usage(shipped, [written(tmp_path / "log.jsonl", *map(observation, bad))])
    assert (result.read, result.rejected_count, result.priced) == (len(bad), len(bad), 0)


def test_a_cache_bucket_of_another_name_is_not_passed_over(shipped: PriceTable, tmp_path: Path) -> None:
    details = {"input": 600, "output": 200, "cached_modality_text": 400, "total": 1200}
    result = usage(shipped, [written(tmp_path / "log.jsonl", observation(details))])
    assert [item.kind for item in result.unpriced] == ["unread_field"]
    assert "cached_modality_text" in result.unpriced[0].reason


@pytest.mark.parametrize(
    ("kinds", "calls"),
    [(("SPAN", "EVENT", "AGENT", "CHAIN"), 0), (("TOOL", "RETRIEVER", "EVALUATOR", "GUARDRAIL"), 4)],
)
def test_observations_that_sum_up_others_are_no_calls_and_others_are_where_they_have_usage(
    shipped: PriceTable, tmp_path: Path, kinds: Sequence[str], calls: int
) -> None:
    records = [observation(details, type=kind) for kind in kinds for details in ({"input": 1, "output": 1}, {})]
    result = usage(shipped, [written(tmp_path / "log.jsonl", *records)])
    assert (result.read, result.no_call_count, result.priced) == (8, 8 - calls, calls)


def test_a_generation_without_usage_is_rejected_unless_it_failed(shipped: PriceTable, tmp_path: Path) -> None:
    records = [observation({}), observation({}, level="ERROR")]
    result = usage(shipped, [written(tmp_path / "log.jsonl", *records)])
    assert (result.read, result.rejected_count, result.failed_count) == (2, 1, 1)
    assert "input" in result.rejected[0].reason


SPAN = {"name": "chat", "attributes": {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 10,
                                       "gen_ai.usage.output_tokens": 1}}  # fmt: skip


NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "microseconds"),
    [([1740830400, 0], 0), ([1740830400, 5_000], 5), ([1740830400, 999_999_999], 999_999), ("[1740830400, 5999]", 5)],
)
def test_times_that_are_pairs(shipped: PriceTable, tmp_path: Path, time: object, microseconds: int) -> None:
    path, at = written(tmp_path / "log.jsonl", {**SPAN, "endTime": time}), NOON + timedelta(microseconds=microseconds)
    assert (usage(shipped, [path], since=at).priced, usage(shipped, [path], until=at).read) == (1, 0)


def test_other_lists_are_no_times(shipped: PriceTable, tmp_path: Path) -> None:
    times: tuple[object, ...] = (
        *([1740830400], [1740830400, 10**9], [999999999, 5], [1740830400, 5, 6], [], ["a", "b"], [1740830400, -5]),
        *("[", "[]", "[1740830400,", "[abc, def, ghi]"),
    )
    result = usage(shipped, [written(tmp_path / "log.jsonl", *({**SPAN, "endTime": time} for time in times))])
    assert (result.read, result.rejected_count) == (len(times), len(times))


def test_the_sum_of_steps_has_no_context_length(shipped: PriceTable, tmp_path: Path) -> None:
    """Two steps of 200,000 tokens are not one request of 400,000, for which more is charged."""
    counts = {"inputTokens": 400_000, "outputTokens": 10, "totalTokens": 400_010}
    response = {"modelId": "gpt-5.4", "timestamp": "2026-03-20T12:00:00Z"}
    alone = {"usage": counts, "response": response}
    long, summed = (
        usage(shipped, [written(tmp_path / "log.jsonl", record)]) for record in (alone, {**alone, "totalUsage": counts})
    )
    short = price(shipped, "gpt-5.4", on="2026-03-20T12:00:00Z", input_tokens=200_000, output_tokens=5)
    assert (summed.rows[0].cost.total, summed.base_rates) == (2 * short.total, ("gpt-5.4",))
    assert (long.rows[0].cost.total > summed.rows[0].cost.total, long.base_rates) == (True, ())


def test_a_text_that_is_json_may_come_late(shipped: PriceTable, tmp_path: Path) -> None:
    example = read_example(FOLDER / f"{TEXTS}.toml")
    write_files(tmp_path, example["files"])
    late = (tmp_path / example["files"][0]["name"]).read_text(encoding="utf-8")
    first = {"ai.operationId": "ai.generateText.doGenerate", "ai.response.finishReason": "stop",
             "ai.usage.inputTokens": 10, "ai.usage.outputTokens": 1}  # fmt: skip
    call = {"endTime": "2025-03-01T12:00:00Z", "attributes": {**first, "gen_ai.request.model": "gpt-4o"}}
    path = Path(written(tmp_path / "log.jsonl", *[call] * 100))
    path.write_text(path.read_text(encoding="utf-8") + late, encoding="utf-8")
    result = usage(shipped, [str(path)], by=["tier"])
    assert {row.group[0]: tuple(row.tokens)[:3] for row in result.rows} == {
        "standard": (101, 2000, 400), "flex": (1, 1000, 400)
    }  # fmt: skip


def test_observations_in_parquet_have_their_buckets_in_a_map(shipped: PriceTable, tmp_path: Path) -> None:
    """As ClickHouse writes Langfuse's observations to storage."""
    buckets = "map {'input': 600, 'output': 200, 'total': 1300, 'input_cached_tokens': 400, 'output_reasoning': 100}"
    row = (
        "'t' AS trace_id, 'GENERATION' AS type, TIMESTAMP '2025-03-01 11:59:30' AS start_time, 'DEFAULT' AS level, "
        f"TIMESTAMP '2025-03-01 12:00:00' AS end_time, 'gpt-4o' AS provided_model_name, {buckets} AS usage_details"
    )
    path = str(tmp_path / "observations.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {row}) TO '{path}' (FORMAT parquet)")
    result = usage(shipped, [path])
    assert [tuple(row.tokens) for row in result.rows] == [(1, 1000, 400, 0, 300)]


def sums(result: Usage) -> tuple[object, ...]:
    """What engines must agree in."""
    ends = (result.read, result.priced, result.rejected_count, result.no_call_count)
    return (*ends, result.rows, {item[:3] for item in result.unpriced}, result.first, result.last)


@pytest.mark.parametrize("name", LINES)
def test_the_printed_query_reads_them_alike(shipped: PriceTable, tmp_path: Path, name: str) -> None:
    example = read_example(FOLDER / f"{name}.toml")
    write_files(tmp_path, example["files"])
    path = tmp_path / example["files"][0]["name"]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        lines = path.read_text(encoding="utf-8").splitlines()
        connection.executemany("INSERT INTO logs VALUES (?)", [[line] for line in lines])
        text = table_query(
            DIALECTS["duckdb"], "logs", LOG_KINDS, ask(shipped), rate_periods(shipped), json_column="record"
        )
        connection.sql(text).write_csv(str(tmp_path / "sums.csv"))
    there, here = usage(shipped, [str(tmp_path / "sums.csv")]), usage(shipped, [str(path)])
    assert sums(there) == sums(here)
    assert sum(Fraction(row.cost.total) for row in there.rows) > 0


@pytest.mark.engine
def test_spark_reads_them_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    """All lines in one file, for each question takes Spark seconds; and the tables."""
    examples = [read_example(FOLDER / f"{name}.toml") for name in (*LINES, TEXTS)]
    lines = tmp_path / "all.jsonl"
    lines.write_text("".join(example["files"][0]["text"].lstrip("\n") for example in examples), encoding="utf-8")
    paths = [str(lines)]
    for name in ("langfuse-csv", "openinference-table"):
        files = read_example(FOLDER / f"{name}.toml")["files"]
        write_files(tmp_path / name, files)
        paths.append(str(tmp_path / name / files[0]["name"]))
    there, here = usage(shipped, paths, engine="spark", cluster=spark), usage(shipped, paths)
    assert sums(there) == sums(here)
    assert (here.rejected_count, here.priced > len(LINES)) == (0, True)
