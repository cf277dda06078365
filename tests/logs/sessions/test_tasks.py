"""Tasks of Cline and Roo Code: what their input includes, and which model was called."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.logs.usage import Usage, usage


def millis(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


def said(day: str, info: object, *, say: str = "api_req_started", **more: Any) -> dict[str, Any]:
    text = info if isinstance(info, str) else json.dumps(info)
    return {"ts": millis(day), "type": "say", "say": say, "text": text, **more}


def model(provider: str, name: str = "gpt-5") -> dict[str, Any]:
    return {"modelInfo": {"providerId": provider, "modelId": name, "mode": "act"}}


def counts(given: int, output: int, reads: int = 0, writes: int = 0, **more: Any) -> dict[str, Any]:
    return {"tokensIn": given, "tokensOut": output, "cacheReads": reads, "cacheWrites": writes, **more}


Read = Callable[..., Usage]
TASK = {"ts": millis("2025-01-01"), "type": "say", "say": "task", "text": "q"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "tasks" / "1700000000001"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def read(folder: Path, shipped: PriceTable) -> Read:
    """The answer for a task."""

    def price(*messages: object, **asked: Any) -> Usage:
        (folder / "ui_messages.json").write_text(json.dumps([TASK, *messages]))
        return usage(shipped, folder / "ui_messages.json", **asked)

    return price


CLINE, ROO, OLD = "2025-11-02", {"apiProtocol": "openai"}, {"request": "..."}


@pytest.mark.parametrize(
    ("day", "provider", "more", "input_"),
    [
        (CLINE, "openai-native", {}, 1500),
        (CLINE, "deepseek", OLD, 1500),
        ("2025-04-01", "openai-native", OLD, 1000),  # before it left the cache out
        ("2025-04-02", "openai-native", OLD, 1500),
        (CLINE, "openai", OLD, 1000),  # whatever is compatible
        (CLINE, "openai", {}, 1500),
        (CLINE, "openai-native", ROO, 1000),
        ("2025-10-30", "openai-native", {"apiProtocol": "anthropic"}, 1500),
        ("2025-10-31", "openai-native", {"apiProtocol": "anthropic"}, 1000),
    ],
)
def test_whether_the_input_includes_the_cache_depends_on_who_wrote_it(
    read: Read, day: str, provider: str, more: dict[str, Any], input_: int
) -> None:
    result = read(said(day, counts(1000, 5, 300, 200, **more), **model(provider)), on="2025-12-01")
    assert [tuple(row.tokens) for row in result.rows] == [(1, input_, 300, 200, 5)]


def test_all_of_the_input_that_was_cached_or_missed_is_the_input(read: Read) -> None:
    hit_and_miss = said(CLINE, counts(500, 5, 300, 200, **OLD), **model("deepseek", "deepseek-chat"))
    [row] = read(hit_and_miss).rows
    assert tuple(row.tokens) == (1, 500, 300, 200, 5)


def test_where_no_model_is_known_it_can_be_said(read: Read) -> None:
    messages = [said(CLINE, counts(1000, 5))]
    [left] = read(*messages).unpriced
    assert (left.kind, left.tokens.input) == ("no_model", 1000)
    assert "--model NAME" in left.reason
    result = read(*messages, model="gpt-5", by=("model", "session"))
    assert [row.group for row in result.rows] == [("gpt-5", "1700000000001")]


def test_the_model_is_that_of_the_time(read: Read, folder: Path) -> None:
    used = [("2025-11-01", "gpt-5"), ("2025-11-03", "gpt-5-mini")]
    entries = [{"ts": millis(day), "model_id": name, "model_provider_id": "openai-native"} for day, name in used]
    (folder / "task_metadata.json").write_text(json.dumps({"model_usage": [*entries, 7, {"ts": "x"}]}, indent=2))
    days = ("2025-10-31", "2025-11-01", "2025-11-02", "2025-11-03", "2025-11-04")
    result = read(*(said(day, counts(10**place, 1)) for place, day in enumerate(days)))
    found = {item.group[0]: item.tokens.input for item in result.rows}
    assert (found["gpt-5"], found["gpt-5-mini"]) == (110, 11_000)


@pytest.mark.parametrize("content", [None, b"", b"[", b"\xff\xfe", b'{"model_usage": 7}', b"[[[" * 9_999])
@pytest.mark.parametrize("name", ["task_metadata.json", "api_conversation_history.json"])
def test_files_beside_that_say_nothing_do_no_harm(read: Read, folder: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (folder / name).mkdir()
    else:
        (folder / name).write_bytes(content)
    assert [item.kind for item in read(said(CLINE, counts(1000, 5))).unpriced] == ["no_model"]


def test_sums_of_requests_have_no_context_length_and_are_no_request(read: Read) -> None:
    long = counts(900_000, 5)
    messages = [
        said(CLINE, long, say=name, **model("openai-native", "gpt-5.4"))
        for name in ("deleted_api_reqs", "subagent_usage")
    ]
    result = read(*messages, on="2026-11-20")
    one = read(messages[0] | {"say": "api_req_started"}, on="2026-11-20")
    assert (result.requests, one.requests) == (0, 1)
    assert result.rows[0].cost.total < 2 * one.rows[0].cost.total
    assert result.base_rates


def test_what_is_no_request_is_left_out_and_what_failed_is_no_call(read: Read) -> None:
    open_, failed = said(CLINE, {"request": "..."}), said(CLINE, {"cancelReason": "user_cancelled"})
    ask = {"ts": millis(CLINE), "type": "ask", "ask": "followup", "text": json.dumps(counts(9, 9))}
    result = read(open_, failed, said(CLINE, ""), ask, said(CLINE, counts(9, 9), say="text"))
    assert (result.read, result.no_call_count, result.complete) == (1, 1, True)


def test_a_task_that_was_copied_counts_once(read: Read, folder: Path, shipped: PriceTable) -> None:
    read(said(CLINE, counts(9, 9), **model("openai-native")))
    copy = folder.parent / "copy"
    copy.mkdir()
    (copy / "ui_messages.json").write_bytes((folder / "ui_messages.json").read_bytes())
    result = usage(shipped, folder.parent)
    assert (result.requests, result.repeats) == (1, 1)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("its text is not JSON", said(CLINE, "{")),
        ("its text is not JSON", said(CLINE, "[" * 99_999)),
        ("its text is no JSON object", said(CLINE, "[]")),
        ("tokensIn is no count of tokens: 1.5", said(CLINE, counts(1, 1) | {"tokensIn": 1.5})),
        ("cacheReads is no count of tokens: -1", said(CLINE, counts(1, 1, -1))),
        ("tokensOut is no count of tokens: 1000000000000000", said(CLINE, counts(1, 10**15))),
        ("its time is no number", said(CLINE, counts(1, 1)) | {"ts": "now"}),
        ("before 1970 or after 2099", said(CLINE, counts(1, 1)) | {"ts": 10**30}),
        ("but not its tokens", said(CLINE, "", say="condense_context", contextCondense={"cost": 0.02})),
        ("not a JSON object", [7]),
    ],
)
def test_what_cannot_be_read_is_named_by_its_number(read: Read, reason: str, message: object) -> None:
    result = read(said(CLINE, counts(1, 1), **model("openai-native")), message)
    assert [item.line for item in result.rejected] == [3]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced) == (2, 1)


def test_a_file_that_is_cut_short_is_read_up_to_there(folder: Path, shipped: PriceTable) -> None:
    text = json.dumps([TASK, said(CLINE, counts(1, 1), **model("openai-native")), said(CLINE, counts(2, 2))])
    (folder / "ui_messages.json").write_text(text[:-40])
    result = usage(shipped, folder / "ui_messages.json")
    assert (result.priced, [(item.line, item.reason) for item in result.rejected]) == (1, [(3, "not JSON")])


def test_other_files_of_a_folder_of_tasks_are_left_alone(folder: Path, read: Read, shipped: PriceTable) -> None:
    read(said(CLINE, counts(1, 1), **model("openai-native")))
    for name in ("api_conversation_history.json", "context_history.json"):
        (folder / name).write_text('[{"role": "user", "content": "q"}]')
    chat = '{"created":1740830400,"model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}\n'
    (folder.parent / "chat.jsonl").write_text(chat)
    result = usage(shipped, folder.parent)
    assert (result.requests, result.complete) == (2, True)
