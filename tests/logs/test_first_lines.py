"""The first lines of a log show of which kinds it is: later ones may be calls all the same, and are read as such."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.logs.usage import usage

AT = 1740830400
USED = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}
CHUNK = {"id": "chatcmpl-a1", "object": "chat.completion.chunk", "created": AT, "model": "gpt-4o", "choices": []}
CHAT = {**CHUNK, "object": "chat.completion", "usage": USED}
FAILED = {"id": "b", "custom_id": "c", "response": None, "error": {"code": "batch_expired", "message": "too late"}}
SPAN = {"traceId": "0af7651916cd43dd8448eb211c80319c", "endTime": "2025-03-01T12:00:00Z"}
OBSERVATION = {"traceId": "t", "startTime": "2025-03-01T12:00:00Z", "endTime": "2025-03-01T12:00:00Z"}
RUN = {"start_time": "2025-03-01T12:00:00Z", "end_time": "2025-03-01T12:00:00Z"}
LOGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "chunks": ({**CHUNK, "usage": None}, {**CHUNK, "usage": USED}),
    "wrapped chunks": ({"response": CHUNK}, {"response": {**CHUNK, "usage": USED}}),
    "failed lines of a batch": (FAILED, {"custom_id": "d", "response": {"status_code": 200, "body": CHAT}}),
    "errors": ({"error": {"message": "too many requests"}}, CHAT),
    "spans of a web server": (
        {**SPAN, "spanId": "b7ad6b7169203331", "attributes": {"http.request.method": "GET"}},
        {**SPAN, "spanId": "b7ad6b7169203332", "attributes": {"gen_ai.response.model": "gpt-4o",
         "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 10}},
    ),
    "observations": (
        {**OBSERVATION, "type": "SPAN", "usageDetails": {}},
        {**OBSERVATION, "type": "GENERATION", "model": "gpt-4o", "usageDetails": {"prompt_tokens": 1000,
         "completion_tokens": 10, "total_tokens": 1010}},
    ),
    "runs": (
        {**RUN, "run_type": "chain"},
        {**RUN, "run_type": "llm", "outputs": {"model": "gpt-4o", "usage_metadata": {"input_tokens": 1000,
         "output_tokens": 10}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("first", "last"), LOGS.values(), ids=LOGS)
def test_a_call_behind_many_records_that_are_none_is_priced(
    shipped: PriceTable, tmp_path: Path, first: dict[str, Any], last: dict[str, Any]
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [*[first] * 60, last]))
    result = usage(shipped, [str(path)])
    assert (result.read, result.priced, result.rejected_count) == (61, 1, 0)
    assert [row.tokens.input for row in result.rows] == [1000]
    tier = "batch" if "custom_id" in last else None
    alone = usage(shipped, [str(path)], tier=tier)
    assert [row.cost for row in alone.rows] == [row.cost for row in result.rows]


def test_what_has_the_name_of_a_request_in_a_batch_may_be_anything(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"custom_id": "c", "result": CHAT}) + "\n")
    result = usage(shipped, [str(path)])
    assert (result.no_call_count, result.rejected_count) == (0, 1)
    path.write_text(json.dumps({"custom_id": "c", "method": "POST", "url": "/v1/responses", "body": {}}) + "\n")
    assert usage(shipped, [str(path)]).no_call_count == 1


@pytest.mark.parametrize(
    "record",
    [
        {**CHUNK, "object": "chat.completion"},
        {**CHUNK, "object": "text_completion", "usage": None},
        {
            "id": "resp_1",
            "object": "response",
            "status": "completed",
            "created_at": AT,
            "model": "gpt-4o",
            "output": [],
        },
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_an_answer_without_usage_is_said_to_be_one(
    shipped: PriceTable, tmp_path: Path, record: dict[str, Any], indent: int | None
) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps(record, indent=indent))
    result = usage(shipped, [str(path)])
    assert [item.reason.removeprefix("record 1: ") for item in result.rejected] == [
        "it holds no usage, so that it cannot be priced: nobody kept how many tokens it took"
    ]
    assert result.hints == ()


def test_the_first_chunk_of_azure_is_no_call(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        json.dumps({"choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": []}) + "\n"
    )
    assert usage(shipped, [str(path)]).no_call_count == 1
