"""Records that hold lists of others: as many are read as were written, whatever other fields they have."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.logs.usage import usage
from tokencost.logs.usage_query import Cluster

AT = 1740830400
USED = {"prompt_tokens": 10, "completion_tokens": 1}
COMPLETE: tuple[dict[str, Any], ...] = (
    {"created": AT, "model": "gpt-4o", "usage": USED},
    {"model": "gpt-4o", "time": AT, "input_tokens": 10, "output_tokens": 1},
    {"response": {"created_at": AT, "model": "gpt-4o", "usage": {"input_tokens": 10, "output_tokens": 1}}},
    {"start_time": AT, "end_time": AT + 60, "num_model_requests": 1, "model": "gpt-4o", "input_tokens": 10,
     "output_tokens": 1},
    {"end_time": AT, "attributes": {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1,
                                    "gen_ai.response.model": "gpt-4o"}},
    {"end_time": AT, "attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "10"}},
                                    {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "1"}},
                                    {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o"}}]},
)  # fmt: skip
NAMES = ("spans", "scopeSpans", "resourceSpans", "results", "data", "observations", "runs", "steps", "items")
VALUES: tuple[Any, ...] = (None, [], {}, "x", [1], [COMPLETE[0]])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(("", "[]", "x")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    max_leaves=3,
) | st.just([COMPLETE[0]])


def written(records: list[dict[str, Any]], form: str) -> str:
    if form == "array":
        return json.dumps(records)
    return "\n".join(json.dumps(record, indent=1 if form == "pretty" else None) for record in records)


@settings(max_examples=settings().max_examples // 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kinds=st.lists(st.sampled_from(COMPLETE[:-1]), min_size=1, max_size=4),
    extra=st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=3),
    form=st.sampled_from(("lines", "array", "pretty")),
)
def test_a_complete_record_is_read_once_whatever_else_it_holds(
    shipped: PriceTable, kinds: list[dict[str, Any]], extra: dict[str, Any], form: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("log.jsonl" if form == "lines" else "log.json")
        path.write_text(written([{**extra, **record} for record in kinds], form))
        result = usage(shipped, [str(path)])
        assert (result.read, result.priced) == (len(kinds), len(kinds)), result.rejected


@pytest.mark.parametrize("by", ["model", "usage"])  # records are read in another way where all of `usage` is asked for
@pytest.mark.parametrize("others", [COMPLETE[1:2], ()])
def test_a_second_kind_costs_no_record(
    shipped: PriceTable, tmp_path: Path, by: str, others: tuple[dict[str, Any], ...]
) -> None:
    records = [
        {**record, name: value} for record in [*[COMPLETE[0]] * 60, *others] for name in NAMES for value in VALUES
    ]
    path = tmp_path / "log.jsonl"
    path.write_text(written(records, "lines"))
    assert usage(shipped, [str(path)], by=[by]).priced == len(records)


RUN: dict[str, Any] = {"id": "1", "run_type": "llm", "end_time": AT, "prompt_tokens": 10, "completion_tokens": 1,
                       "extra": {"metadata": {"ls_model_name": "gpt-4o"}}}  # fmt: skip
STEP = {"usage": {"inputTokens": 10, "outputTokens": 1}, "response": {"modelId": "gpt-4o", "timestamp": AT}}
OBSERVATION = {"id": "1", "type": "GENERATION", "model": "gpt-4o", "endTime": "2025-03-01T12:00:00Z",
               "traceId": "t", "usageDetails": {"input": 10, "output": 1, "total": 11}}  # fmt: skip
CHAIN = {"run_type": "chain", "start_time": AT, "prompt_tokens": 20, "completion_tokens": 2}
WITHIN: dict[str, dict[str, Any]] = {
    "a trace of Langfuse": {"trace": {"id": "t"}, "observations": [OBSERVATION, {**OBSERVATION, "id": "2"}]},
    "an answer of Langfuse": {
        "id": "t",
        "timestamp": "2025-03-01T12:00:00Z",
        "observations": [{**OBSERVATION, "id": "3"}, {**OBSERVATION, "id": "4"}],
    },
    "a page of runs": {"runs": [RUN] * 2, "cursors": {}},
    "a tree of runs": {**CHAIN, "child_runs": [RUN, {**CHAIN, "child_runs": [RUN]}]},
    "steps of the AI SDK": {"steps": [STEP] * 2, "totalUsage": {"inputTokens": 20, "outputTokens": 2}},
}


@pytest.mark.parametrize("record", WITHIN.values(), ids=WITHIN)
@pytest.mark.parametrize("form", ["lines", "array", "pretty"])
def test_calls_that_lie_within_are_read_one_by_one(
    shipped: PriceTable, tmp_path: Path, record: dict[str, Any], form: str
) -> None:
    path = tmp_path / "log.json"
    path.write_text(written([record], form))
    result = usage(shipped, [str(path)])
    assert (result.priced, result.unpriced_rows, result.rejected_count) == (2, 0, 0)
    assert [row.tokens.input for row in result.rows] == [20]


def test_names_of_records_are_no_records(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(written([{"id": "t", "observations": ["1", "2"]}, {"runs": ["1", "2"]}], "lines"))
    result = usage(shipped, [str(path)])
    assert (result.read, result.rejected_count) == (2, 2)
    assert "no usage is recognised" in result.rejected[0].reason


@pytest.mark.engine
def test_spark_reads_what_lies_within(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(written(list(WITHIN.values()), "lines"))
    there = usage(shipped, [str(path)], engine="spark", cluster=spark)
    here = usage(shipped, [str(path)])
    assert (there.read, there.priced) == (here.read, here.priced) == (12, 10)
    assert [row.cost for row in there.rows] == [row.cost for row in here.rows]


def test_what_holds_no_usage_is_looked_into(shipped: PriceTable, tmp_path: Path) -> None:
    span = COMPLETE[5]
    bucket = {"start_time": AT, "end_time": AT + 60, "results": [COMPLETE[3]] * 2}
    holders: list[dict[str, Any]] = [
        {"resourceSpans": [{"scopeSpans": [{"spans": [span, span]}]}]},
        {"scopeSpans": [{"spans": [span]}]},
        {"spans": [span]},
        bucket,
        {"object": "page", "data": [bucket]},
        {"spans": None, "data": [COMPLETE[0]]},
    ]
    for form in ("lines", "array", "pretty"):
        path = tmp_path / "log.json"
        path.write_text(written([*holders, {**span, "spans": []}], form))
        result = usage(shipped, [str(path)])
        assert (result.read, result.priced) == (10, 10)


@pytest.mark.engine
def test_spark_reads_as_many(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    records = [{**record, name: value} for record in COMPLETE for name in NAMES for value in VALUES]
    holders: list[dict[str, Any]] = [
        {"spans": [COMPLETE[5]]},
        {"results": [COMPLETE[3]]},
        {"spans": None, "data": [COMPLETE[0]]},
    ]
    path = tmp_path / "log.jsonl"
    path.write_text(written([*records, *holders], "lines"))
    there = usage(shipped, [str(path)], engine="spark", cluster=spark)
    here = usage(shipped, [str(path)])
    assert (there.read, there.priced) == (here.read, here.priced) == (len(records) + 3, len(records) + 3)
