"""Answers as they streamed: the last usage counts, once for each answer, whatever stands between."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidRequest
from tokencost.logs.usage import Usage, usage


def data(record: object) -> str:
    return f"data: {json.dumps(record)}\n\n"


def chunk(answer: str, **more: Any) -> str:
    head = {"id": answer, "object": "chat.completion.chunk", "created": 1740830400, "model": "gpt-4o"}
    return data({**head, "choices": [], **more})


def counted(input_: int, output: int, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": input_, "completion_tokens": output, **more}


def event(kind: str, **more: Any) -> str:
    return f"event: {kind}\n{data({'type': kind, **more})}"


def anthropic(answer: str, *deltas: dict[str, int], **first: int) -> str:
    """An answer in Anthropic's format, to the last of its deltas."""
    message = {"id": answer, "model": "deepseek-chat", "usage": {"output_tokens": 1, **first}}
    return event("message_start", message=message) + "".join(event("message_delta", usage=each) for each in deltas)


DONE = "data: [DONE]\n\n"
GOOD = chunk("a", usage=counted(100, 10)) + DONE
Read = Callable[..., Usage]


@pytest.fixture
def read(tmp_path: Path, shipped: PriceTable) -> Read:
    """The answer for a file."""

    def price(text: str | bytes, name: str = "answer.sse", **asked: Any) -> Usage:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return usage(shipped, path, **asked)

    return price


def tokens(result: Usage) -> list[tuple[int, ...]]:
    return [tuple(row.tokens) for row in result.rows]


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("answer.txt", ""),
        ("answer.json", "\n\n"),
        ("answer", ": a comment, with commas\r\n\r\n"),
        ("answer.csv", "\ufeff"),
        ("answer.log", "event: x\nid: 7\nretry: 9\n"),
    ],
)
def test_a_stream_is_known_by_its_content(read: Read, name: str, before: str) -> None:
    assert tokens(read(before + GOOD, name)) == [(1, 100, 0, 0, 10)]


def test_a_stream_on_standard_input(shipped: PriceTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(GOOD.encode()))))
    assert usage(shipped, "-").requests == 1


def test_streams_that_are_written_in_turns_are_told_apart(read: Read) -> None:
    parts = [chunk("a", usage=None), chunk("b", usage=None), chunk("a", usage=counted(7, 1)), DONE]
    parts += [chunk("b", usage=counted(5, 2)), DONE]
    result = read("".join(parts))
    assert (tokens(result), result.repeats) == ([(2, 12, 0, 0, 3)], 0)


def test_the_last_of_running_totals_counts(read: Read) -> None:
    pieces = "".join(chunk("a", usage=counted(100, place)) for place in (1, 5, 9))
    assert tokens(read(pieces)) == [(1, 100, 0, 0, 9)]  # the end of the file ends it too


def test_an_answer_that_was_written_twice_counts_once_at_its_fullest(read: Read) -> None:
    result = read(chunk("a", usage=counted(100, 3)) + DONE + GOOD)
    assert (tokens(result), result.repeats) == ([(1, 100, 0, 0, 10)], 1)
    assert read(GOOD + GOOD, keep_repeats=True).requests == 2


def test_data_may_go_on_in_the_next_line(read: Read) -> None:
    text = GOOD.replace('"created"', '\ndata: "created"', 1)
    assert tokens(read(text)) == [(1, 100, 0, 0, 10)]


def test_totals_of_anthropics_format_come_in_parts(read: Read) -> None:
    parts = anthropic(
        "m", {"output_tokens": 40}, input_tokens=10, cache_read_input_tokens=200, cache_creation_input_tokens=3
    )
    parts += event("ping") + event("message_stop")
    parts += anthropic("n", {"output_tokens": 9, "input_tokens": 6}, input_tokens=5)
    result = read(parts, on="2025-12-01")
    assert tokens(result) == [(2, 219, 200, 3, 49)]
    assert [item.kind for item in read(parts).unpriced] == ["no_time"]


def test_calls_of_tools_are_counted(read: Read) -> None:
    output = [{"type": "web_search_call", "action": {"type": action}} for action in ("search", "open_page", "search")]
    output += [{"type": "file_search_call"}, {"type": "message"}]
    body = {"id": "r", "created_at": 1762000000, "model": "gpt-5", "output": output}
    body["usage"] = {"input_tokens": 5, "output_tokens": 1}
    result = read(event("response.completed", response=body))
    assert {row.call: row.calls for row in result.calls} == {"web_search": 2, "file_search": 1}
    body["tools"] = [{"type": "web_search_preview_2025_03_11"}]
    assert {row.call for row in read(event("response.completed", response=body)).calls} == {
        "web_search_preview", "file_search",
    }  # fmt: skip


def test_other_hosts_and_unread_caches_are_not_priced(read: Read) -> None:
    azure = chunk("a", prompt_filter_results=[{"index": 0}]) + chunk("a", usage=counted(1, 1)) + DONE
    odd = chunk("b", usage=counted(5, 1, cache_hits_of_a_new_kind=4)) + DONE
    result = read(azure + odd + chunk("c", usage=counted(5, 1, cache_hits=0)))
    assert {item.kind for item in result.unpriced} == {"other_host", "unread_field"}
    assert result.priced == 1


@pytest.mark.parametrize(
    ("reason", "text", "line"),
    [
        ("holds no usage: ask for it", chunk("b", usage=None) + DONE, 5),
        ("ends before its usage", event("response.created", response={"id": "r", "model": "gpt-5"}) + DONE, 6),
        ("are no JSON object", "data: [1]\n\n", 5),
        ("are not JSON", "data: {\n\n", 6),
        ("are not JSON", "data: " + "[" * 99_999 + "\n\n", 6),
        ("no line of a stream", "HTTP/1.1 200 OK\n", 5),
        ("prompt_tokens is no count of tokens: -1", chunk("b", usage=counted(-1, 1)), 5),
        ("completion_tokens is no count of tokens: 10000000000000000", chunk("b", usage=counted(1, 10**16)), 5),
        ("names no input tokens", chunk("b", usage={"total": 5}), 5),
        ("more than its input tokens", chunk("b", usage=counted(1, 1, prompt_cache_hit_tokens=2)), 5),
        ("its time is no number", chunk("b", created="now", usage=counted(1, 1)), 5),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(read: Read, reason: str, text: str, line: int) -> None:
    result = read(GOOD + text + chunk("z", usage=counted(1, 1)) + DONE)
    assert [item.line for item in result.rejected] == [line]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced, result.repeats) == (3, 2, 0)


def test_a_usage_that_is_none_is_named_beside_the_stream_that_it_leaves_without_one(read: Read) -> None:
    result = read(GOOD + chunk("b", usage=[5]) + DONE)
    assert [item.reason[:21] for item in result.rejected] == ["its usage is no objec", "this stream holds no "]


def test_a_stream_without_end_is_read_in_bounded_memory(read: Read) -> None:
    text = "".join(chunk(f"a{place}", usage=counted(1, 1)) for place in range(300))
    assert tokens(read(text)) == [(300, 300, 0, 0, 300)]
    long = b"data: {" + b" " * (17 * 1024 * 1024) + b"}\n\n" + GOOD.encode()
    assert [item.reason for item in read(long).rejected] == ["longer than 16 MB"]


def test_other_engines_say_that_they_cannot(tmp_path: Path, shipped: PriceTable) -> None:
    (tmp_path / "a.sse").write_text(GOOD)
    with pytest.raises(InvalidRequest, match="sessions of streams are read by the embedded engine alone"):
        usage(shipped, tmp_path / "a.sse", engine="spark")
