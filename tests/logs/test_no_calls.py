"""What stands in logs beside calls of a model is counted apart: nothing was billed, and nothing is wrong."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, price
from tokencost.cli import run
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster

AT = 1740830400
CALL: dict[str, Any] = {
    "created": AT, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1},
}  # fmt: skip
CHUNK = {
    "id": "c", "object": "chat.completion.chunk", "created": AT, "model": "gpt-4o", "choices": [{"delta": {}}],
    "usage": None,
}  # fmt: skip
PENDING = {"id": "r", "object": "response", "status": "queued", "model": "gpt-4o", "usage": None, "error": None}
ERROR = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}
BUCKET = {"object": "bucket", "start_time": AT, "end_time": AT + 60}
IDS = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174"}
USED = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1, "gen_ai.response.model": "gpt-4o"}


def span(operation: str | None, **more: Any) -> dict[str, Any]:
    said = {} if operation is None else {"gen_ai.operation.name": operation}
    return {"name": "x", "end_time": AT, "attributes": {**USED, **said}, **more}


NO_CALLS: dict[str, dict[str, Any]] = {
    "chunk": CHUNK,
    "chunk in a line": {"request_id": "1", "response": CHUNK},
    "queued": PENDING,
    "in progress": {**PENDING, "status": "in_progress"},
    "event": {"type": "response.created", "response": {**PENDING, "status": "in_progress"}},
    "delta": {"type": "response.output_text.delta", "delta": "he"},
    "error": ERROR,
    "error in a body": {"id": "x", "body": ERROR},
    "failed response": {"object": "response", "status": "failed", "usage": None, "error": {"message": "m"}},
    "empty bucket": {**BUCKET, "results": []},
    "empty page": {"object": "page", "data": [], "has_more": False},
    "empty export": {"resourceSpans": []},
    "agent": span("invoke_agent"),
    "agent made": span("create_agent"),
    "tool": span("execute_tool"),
    "agent, flat": {"timestamp": AT, **USED, "gen_ai.operation.name": "invoke_agent"},
    "other span": {**IDS, "name": "GET /", "attributes": {"http.route": "/"}},
    "span of python": {"context": {"trace_id": "0x1", "span_id": "0x2"}, "name": "GET /", "attributes": {}},
    "span without attributes": {"trace_id": "1", "span_id": "2", "name": "GET /"},
    "batch that runs": {
        "object": "batch", "status": "in_progress", "created_at": AT, "model": "gpt-4o",
        "request_counts": {"total": 3, "completed": 1, "failed": 0}, "usage": {"input_tokens": 5, "output_tokens": 1},
    },
}  # fmt: skip
CALLS: dict[str, dict[str, Any]] = {
    "last chunk": {**CHUNK, "usage": CALL["usage"]},
    "last event": {
        "type": "response.completed",
        "response": {
            "object": "response", "status": "completed", "created_at": AT, "model": "gpt-4o",
            "usage": {"input_tokens": 10, "output_tokens": 1},
        },
    },
    "call of an agent": span("chat"),
    "operation not said": span(None),
}  # fmt: skip
LOST: dict[str, dict[str, Any]] = {
    "no usage": {"object": "response", "status": "completed", "model": "gpt-4o"},
    "last event without usage": {"type": "response.completed", "response": {"status": "completed"}},
    "empty results": {"x": 1, "results": []},
    "empty data": {"x": 1, "data": []},
    "empty spans": {"x": 1, "spans": []},
    "empty scopes": {"resourceSpans": [{"scopeSpans": [{"spans": []}]}]},
    "no records": {"data": [1, "x", None]},
    "unknown tokens": {**IDS, "attributes": {"llm.token_count.prompt": 10}},
}
"""What may have been billed, or is nothing known: never passed over."""


def written(path: Path, *records: dict[str, Any], form: str = "lines") -> str:
    lines = "\n".join(map(json.dumps, records)) + "\n"
    path.write_text(lines if form == "lines" else json.dumps(records, indent=1), encoding="utf-8")
    return str(path)


def ends(result: Usage) -> tuple[int, int, int, int]:
    counted = result.priced + result.unpriced_rows + result.rejected_count + result.no_call_count
    assert result.read == counted + result.repeats
    return result.priced, result.unpriced_rows, result.rejected_count, result.no_call_count


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", NO_CALLS)
def test_nothing_was_billed_for_what_is_no_call(shipped: PriceTable, tmp_path: Path, name: str, form: str) -> None:
    path = written(tmp_path / "log.json", NO_CALLS[name], CALL, form=form)
    result = usage(shipped, [path])
    assert ends(result) == (1, 0, 0, 1)
    assert (result.complete, result.failed_count) == (True, 0)


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_no_less_one_for_what_stands_beside_it(
    shipped: PriceTable, tmp_path: Path, name: str, form: str
) -> None:
    path = written(tmp_path / "log.json", *NO_CALLS.values(), CALLS[name], form=form)
    assert ends(usage(shipped, [path])) == (1, 0, 0, len(NO_CALLS))


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", LOST)
def test_a_record_never_vanishes(shipped: PriceTable, tmp_path: Path, name: str, form: str) -> None:
    lost = LOST[name]
    number = len(lost["data"]) if name == "no records" else 1
    result = usage(shipped, [written(tmp_path / "log.json", CALL, lost, form=form)])
    assert ends(result) == (1, 0, number, 0)
    assert not result.complete
    assert ends(usage(shipped, [written(tmp_path / "log.json", lost, form=form)])) == (0, 0, number, 0)


def test_what_comes_late_is_known_too(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", *[CALL] * 200, *NO_CALLS.values(), *CALLS.values(), *LOST.values())
    assert ends(usage(shipped, [path])) == (200 + len(CALLS), 0, len(LOST) + 2, len(NO_CALLS))


def test_an_agent_and_its_calls_cost_what_the_calls_cost(shipped: PriceTable, tmp_path: Path) -> None:
    number = count(1)

    def otlp(each: dict[str, Any]) -> dict[str, Any]:
        listed = [
            {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": str(value)}}
            for key, value in each["attributes"].items()
        ]
        return {**IDS, "spanId": f"{next(number):016x}", "endTimeUnixNano": f"{AT}000000000", "attributes": listed}

    spans = [otlp(span("invoke_agent")), otlp(span("chat")), otlp(span("chat")), {**IDS, "name": "GET /"}]
    record = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    result = usage(shipped, [written(tmp_path / "log.json", record)])
    assert ends(result) == (2, 0, 0, 2)
    alone = price(shipped, "gpt-4o", on="2025-03-01", input_tokens=10, output_tokens=1)
    assert result.rows[0].cost.total == 2 * alone.total


def test_a_batch_object_is_a_sum_of_batch_requests(shipped: PriceTable, tmp_path: Path) -> None:
    """A million tokens in 500 requests are not one long request of the standard tier."""
    batch = {
        "id": "batch_1", "object": "batch", "status": "completed", "endpoint": "/v1/responses", "model": "gpt-5.4",
        "created_at": AT, "completed_at": 1774000000, "request_counts": {"total": 500, "completed": 498, "failed": 2},
        "usage": {
            "input_tokens": 1_000_000, "input_tokens_details": {"cached_tokens": 200_000}, "output_tokens": 200_000,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 1_200_000,
        },
    }  # fmt: skip
    page = {"object": "list", "data": [batch, {**batch, "id": "batch_2"}], "has_more": False}
    for record, number in ((batch, 1), (page, 2)):
        result = usage(shipped, [written(tmp_path / "log.json", record)], by=["tier"])
        alone = price(
            shipped, "gpt-5.4", on="2026-03-20", tier="batch",
            input_tokens=200_000, cached_input_tokens=40_000, output_tokens=40_000,
        )  # fmt: skip
        (row,) = result.rows
        assert (row.group, row.tokens.requests, row.cost.total) == (("batch",), 500 * number, 5 * number * alone.total)
        assert result.base_rates == ("gpt-5.4",)


@pytest.mark.parametrize("tier", ["Batch", "BATCH", "Priority", "FLEX", "Default", "AUTO", "Standard"])
def test_tiers_are_read_in_any_case(shipped: PriceTable, tmp_path: Path, tier: str) -> None:
    path = written(tmp_path / "log.jsonl", {**CALL, "model": "gpt-5.4", "created": 1774000000, "service_tier": tier})
    known = {"default": "standard", "auto": "standard"}.get(tier.lower(), tier.lower())
    assert [row.group for row in usage(shipped, [path], by=["tier"]).rows] == [(known,)]


def test_the_answer_says_how_many_are_no_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "log.jsonl", CALL, CHUNK, CHUNK, ERROR)
    assert run(["usage", path]) == 0
    assert "All records were priced but 3 records of no call, never billed." in " ".join(
        capsys.readouterr().out.split()
    )
    assert run(["usage", path, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [found[name] for name in ("read", "priced", "rejected_count", "no_call_count")] == [4, 1, 0, 3]
    assert run(["usage", written(tmp_path / "log.jsonl", CHUNK)]) == 0
    assert "Nothing was billed: 1 record of no call." in capsys.readouterr().out
    assert run(["usage", written(tmp_path / "log.jsonl", CALL, CHUNK, {"x": 1})]) == 1
    assert "Never billed: 1 record of no call." in capsys.readouterr().out


@pytest.mark.engine
def test_spark_tells_them_apart_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    records = [CALL, *NO_CALLS.values(), *CALLS.values(), *LOST.values()]
    path = written(tmp_path / "log.jsonl", *records)
    there, here = usage(shipped, [path], engine="spark", cluster=spark), usage(shipped, [path])
    assert ends(there) == ends(here) == (1 + len(CALLS), 0, len(LOST) + 2, len(NO_CALLS))
    assert there.rows == here.rows
