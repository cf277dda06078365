"""Sessions of Claude Code: input without cache, and every answer once, at its fullest."""

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.logs.usage import Usage, usage

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
MODEL = "deepseek-flash"
Counts = tuple[int, int, int, int]
"""Input without cache, read from a cache, written to one, and output."""


def answered(seconds: float, message: str | None, request: str | None, value: Counts, **more: Any) -> dict[str, Any]:
    """A line with an answer, or a piece of one."""
    uncached, cached, write, output = value
    usage = {
        "input_tokens": uncached, "cache_read_input_tokens": cached, "cache_creation_input_tokens": write,
        "cache_creation": {"ephemeral_5m_input_tokens": write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output, "service_tier": "standard",
    }  # fmt: skip
    body = {"id": message, "role": "assistant", "model": more.pop("model", MODEL), "content": [], "usage": usage}
    time = (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = {"parentUuid": None, "isSidechain": False, "cwd": "/srv/shop", "sessionId": "S", "version": "2.1.0"}
    return {**head, "message": body, "requestId": request, "type": "assistant", "timestamp": time, **more}


SUMMARY = {"type": "summary", "summary": "of a session", "leafUuid": "u"}
SNAPSHOT = {"type": "file-history-snapshot", "messageId": "u", "snapshot": {}}
ASKED = {"type": "user", "sessionId": "S", "message": {"role": "user", "content": 'what is "usage"?'}}
Read = Callable[..., Usage]


@pytest.fixture
def read(tmp_path: Path, shipped: PriceTable) -> Read:
    """The answer for sessions, each given by its lines."""

    def price(*sessions: Sequence[object], **asked: Any) -> Usage:
        for number, lines in enumerate(sessions):
            (tmp_path / f"{number}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
        return usage(shipped, str(tmp_path), **asked)

    return price


def tokens(result: Usage) -> list[tuple[int, ...]]:
    """Requests, input, cached input, cache write and output, of each group."""
    return [tuple(row.tokens) for row in result.rows]


def test_input_is_what_was_read_from_the_cache_and_written_to_it_too(read: Read) -> None:
    result = read([SUMMARY, SNAPSHOT, ASKED, answered(0, "m", "r", (10, 200, 3, 7))], by=("session", "project"))
    assert tokens(result) == [(1, 213, 200, 3, 7)]
    assert [row.group for row in result.rows] == [("S", "/srv/shop")]
    assert (result.read, result.repeats, result.complete) == (1, 0, True)


def test_an_answer_that_streams_counts_once_at_its_fullest(read: Read) -> None:
    pieces = [answered(place, "m", "r", (10, 200, 0, output)) for place, output in enumerate((1, 1, 40, 40))]
    result = read(pieces)
    assert (tokens(result), result.repeats) == ([(1, 210, 200, 0, 40)], 3)
    kept = read(pieces, keep_repeats=True)
    assert (tokens(kept), kept.repeats) == ([(4, 840, 800, 0, 82)], 0)


def test_copies_in_other_files_count_once_where_they_were_first(read: Read) -> None:
    first, second = answered(0, "m", "r", (10, 0, 0, 5)), answered(9, "n", "q", (20, 0, 0, 6))
    resumed = [{**each, "sessionId": "T"} for each in (first, second)] + [answered(99, "o", "p", (1, 0, 0, 1))]
    result = read([first, second], resumed, by="session")
    assert ([row.group for row in result.rows], tokens(result)) == ([("S",)], [(3, 31, 0, 0, 12)])
    assert result.repeats == 2


def test_one_message_under_two_requests_is_two_calls_but_in_a_side_conversation(read: Read) -> None:
    two = [answered(0, "m", "r", (10, 0, 0, 5)), answered(9, "m", "q", (10, 0, 0, 5))]
    assert read(two).repeats == 0
    aside = answered(9, "m", "q", (10, 0, 0, 50), isSidechain=True)
    result = read([two[0], aside])
    assert (tokens(result), result.repeats) == ([(1, 10, 0, 0, 5)], 1)


def test_answers_without_an_id_all_count(read: Read) -> None:
    result = read([answered(0, None, None, (10, 0, 0, 5)), answered(0, None, None, (10, 0, 0, 5))])
    assert (tokens(result), result.repeats) == ([(2, 20, 0, 0, 10)], 0)


def test_the_progress_of_a_sub_agent_is_its_answer_again(read: Read) -> None:
    own = answered(0, "m", "r", (10, 0, 0, 5), isSidechain=True)
    progress = {"type": "progress", "sessionId": "S", "data": {"type": "agent_progress", "message": own}}
    result = read([progress], [own])
    assert (tokens(result), result.repeats) == ([(1, 10, 0, 0, 5)], 1)
    alone = read([progress], [ASKED])
    assert (tokens(alone), alone.repeats) == ([(1, 10, 0, 0, 5)], 0)


def test_what_claude_code_wrote_itself_and_sums_of_tools_are_no_calls(read: Read) -> None:
    synthetic = answered(0, "m", None, (0, 0, 0, 0), model="<synthetic>", isApiErrorMessage=True)
    summed = {**ASKED, "toolUseResult": {"usage": {"input_tokens": 5, "output_tokens": 5}, "totalTokens": 10}}
    result = read([synthetic, summed, answered(1, "n", "r", (1, 0, 0, 1))])
    assert (tokens(result), result.read, result.no_call_count) == ([(1, 1, 0, 0, 1)], 2, 1)


def test_searches_and_unread_cache_fields_are_told_of(read: Read) -> None:
    plain, odd = answered(0, "m", "r", (10, 2, 3, 5)), answered(1, "n", "q", (1, 0, 0, 1))
    plain["message"]["usage"]["server_tool_use"] = {"web_search_requests": 2, "web_fetch_requests": 1}
    odd["message"]["usage"]["cache_of_another_kind"] = {"tokens": 7}
    result = read([plain, odd])
    assert {row.call: row.calls for row in result.calls} == {"web_search": 2, "web_fetch": 1}
    assert [(item.kind, item.rows) for item in result.unpriced] == [("unread_field", 1)]
    assert "cache_of_another_kind" in result.unpriced[0].reason


def test_models_of_other_providers_are_unpriced_by_name_in_one_line_each(read: Read) -> None:
    models = ("claude-sonnet-4-6", "claude-sonnet-4-6", "claude-haiku-4-5", MODEL)
    lines = [answered(at, f"m{at}", f"r{at}", (10, 5, 1, 2), model=model) for at, model in enumerate(models)]
    result = read(lines)
    assert [(item.model, item.rows, item.tokens.input) for item in result.unpriced] == [
        ("claude-sonnet-4-6", 2, 32), ("claude-haiku-4-5", 1, 16),
    ]  # fmt: skip
    assert (result.priced, result.complete) == (1, False)


GOOD = json.dumps(answered(0, "m", "r", (10, 2, 3, 5)))
BAD = [
    ("not JSON", GOOD[:-1]),
    ("not JSON", GOOD.replace('"usage"', '"usage"}')),
    ("input_tokens is no count of tokens: -10", GOOD.replace('"input_tokens": 10', '"input_tokens": -10')),
    ("output_tokens is no count of tokens: 5", GOOD.replace('"output_tokens": 5', '"output_tokens": "5"')),
    ("its usage is no object", GOOD.replace('"usage": {', '"usage": 5, "o": {')),
    ("its timestamp is no time: soon", GOOD.replace("2026-11-01T10:00:00.000Z", "soon")),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "bad"), BAD)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, shipped: PriceTable, reason: str, bad: str) -> None:
    file = tmp_path / "session.jsonl"
    other = json.dumps(answered(1, "n", "q", (1, 0, 0, 1)))
    file.write_text("\n".join([json.dumps(SUMMARY), other, bad, other]))
    result = usage(shipped, str(file))
    assert [(item.file, item.line) for item in result.rejected] == [(str(file), 3)]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced, result.rejected_count, result.repeats) == (3, 1, 1, 1)


def test_more_rejected_lines_than_are_listed_are_counted(tmp_path: Path, shipped: PriceTable) -> None:
    (tmp_path / "session.jsonl").write_text(f"{GOOD}\n" + "{\n" * 50)
    result = usage(shipped, str(tmp_path))
    assert (len(result.rejected), result.rejected_count, result.read, result.priced) == (20, 50, 51, 1)


@st.composite
def folders(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], list[Counts]]:
    """Files of sessions, in which calls stream and stand again, and the calls as they were made."""
    size = st.integers(0, 90_000)
    calls = draw(st.lists(st.tuples(size, size, size, size), max_size=8))
    files: list[list[dict[str, Any]]] = [[ASKED], [ASKED], [ASKED]]
    for number, value in enumerate(calls):
        # As it streams, only the output grows; some tools begin with none of the input.
        parts = sorted(draw(st.lists(st.integers(0, value[3]), max_size=3)))
        pieces = [
            answered(number * 60 + at, f"m{number}", f"r{number}", (*value[:3], out)) for at, out in enumerate(parts)
        ]
        pieces.append(answered(number * 60 + 50, f"m{number}", f"r{number}", value))
        for file in draw(st.sets(st.integers(0, 2), min_size=1)):
            files[file] += pieces
            files[file] += draw(st.sampled_from(([], [SUMMARY], pieces[-1:])))
    return [draw(st.permutations(file)) for file in files], calls


@pytest.fixture(scope="session")
def price(shipped: PriceTable) -> Callable[[str], Usage]:
    """The answer for a folder. A failing example shows it in a word, and would the table in pages."""
    return lambda folder: usage(shipped, folder)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(drawn=folders())
def test_the_answer_is_the_sum_of_the_calls_as_drawn(
    price: Callable[[str], Usage], drawn: tuple[list[list[dict[str, Any]]], list[Counts]]
) -> None:
    files, calls = drawn
    with tempfile.TemporaryDirectory() as folder:
        for place, lines in enumerate(files):
            Path(folder, f"{place}.jsonl").write_text("\n".join(map(json.dumps, lines)))
        result = price(folder)
    uncached, cached, write, output = (sum(call[place] for call in calls) for place in range(4))
    expected = [(len(calls), uncached + cached + write, cached, write, output)] if calls else []
    assert tokens(result) == expected
    assert result.repeats == sum("message" in line and line is not ASKED for file in files for line in file) - len(
        calls
    )
    assert result.complete


def printed(message: str, value: Counts) -> dict[str, Any]:
    """An answer as `claude --print --output-format stream-json` prints it: when it begins, and without a time."""
    line = answered(0, message, None, value)
    return {"type": "assistant", "message": line["message"], "parent_tool_use_id": None, "session_id": "P"}


def result_of(**models: Counts) -> dict[str, Any]:
    """What it prints at the end of a turn."""
    usage = {
        name.replace("_", "-"): {
            "inputTokens": value[0], "cacheReadInputTokens": value[1], "cacheCreationInputTokens": value[2],
            "outputTokens": value[3], "webSearchRequests": 0, "costUSD": 0.5, "contextWindow": 200_000,
        }
        for name, value in models.items()
    }  # fmt: skip
    return {"type": "result", "subtype": "success", "session_id": "P", "usage": {}, "modelUsage": usage}


NOW = {"on": START}
INIT = {"type": "system", "subtype": "init", "session_id": "P", "model": MODEL}


def test_what_claude_prints_is_summed_by_its_result(read: Read) -> None:
    lines = [INIT, printed("m1", (100, 2_000, 0, 3)), printed("m2", (300, 2_000, 0, 5))]
    whole = result_of(deepseek_flash=(400, 4_000, 0, 500), deepseek_v4_pro=(40, 0, 10, 7))
    result = read([*lines, whole], by=("model",), **NOW)
    assert [(row.group, *row.tokens) for row in result.rows] == [
        (("deepseek-flash",), 0, 4_400, 4_000, 0, 500),
        (("deepseek-v4-pro",), 0, 50, 0, 10, 7),
    ]
    # A run that was stopped has the answers alone.
    assert tokens(read(lines, **NOW)) == [(2, 4_400, 4_000, 0, 8)]
    # Nothing says when it was.
    assert {item.kind for item in read([whole]).unpriced} == {"no_time"}


def test_a_later_result_of_a_session_goes_on_counting(read: Read) -> None:
    first, second = result_of(deepseek_flash=(400, 0, 0, 50)), result_of(deepseek_flash=(900, 70, 0, 80))
    assert tokens(read([INIT, first, second], **NOW)) == [(0, 970, 70, 0, 80)]
    other = {**second, "session_id": "Q"}
    assert tokens(read([INIT, first, other], **NOW)) == [(0, 1_370, 70, 0, 130)]


def test_a_result_of_older_versions_has_the_model_of_its_answers(read: Read) -> None:
    line = result_of()
    del line["modelUsage"]
    line["usage"] = {"input_tokens": 400, "cache_read_input_tokens": 100, "output_tokens": 50}
    result = read([INIT, printed("m1", (100, 0, 0, 3)), line], by=("model",), **NOW)
    assert [(row.group, row.tokens.input) for row in result.rows] == [((MODEL,), 500)]


def test_the_name_of_a_model_with_a_long_context_is_its_own(read: Read) -> None:
    line = result_of(long=(400, 0, 0, 50))
    line["modelUsage"] = {f"{MODEL}[1m]": line["modelUsage"]["long"]}
    assert read([line], by=("model",), **NOW).rows[0].group == (MODEL,)


@pytest.mark.parametrize("left_out", [("type",), ("sessionId",), ("type", "sessionId", "cwd", "version", "parentUuid")])
def test_lines_that_others_shortened_are_read(read: Read, left_out: tuple[str, ...]) -> None:
    line = answered(1, "m", "r", (10, 5, 0, 1))
    short = {name: value for name, value in line.items() if name not in left_out}
    assert tokens(read([short, short])) == [(1, 15, 5, 0, 1)]


def test_what_lies_beside_sessions_is_no_log(read: Read, tmp_path: Path) -> None:
    (tmp_path / "sessions-index.json").write_text('{"version": 1, "entries": [{"messageCount": 2}]}')
    (tmp_path / "agent-a.meta.json").write_text('{"agentType": "Explore"}')
    result = read([answered(1, "m", "r", (10, 5, 0, 1))])
    assert (tokens(result), result.rejected_count) == ([(1, 15, 5, 0, 1)], 0)


def test_a_file_without_answers_beside_others_is_no_log_of_another_kind(read: Read) -> None:
    result = read([SUMMARY], [SNAPSHOT], [answered(1, "m", "r", (10, 5, 0, 1))])
    assert (tokens(result), result.rejected_count) == ([(1, 15, 5, 0, 1)], 0)
