"""Sessions of Codex CLI: every call once, with the model that an earlier line names."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.logs.sessions.calls_table import write_calls
from tokencost.logs.sessions.finding import open_sessions
from tokencost.logs.usage import Usage, usage

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
MODEL = "gpt-5.1-codex"
Counts = tuple[int, int, int]
"""Input, cached input and output."""


def stamp(seconds: float) -> str:
    """The time so long after the start, as Codex writes it."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(seconds: float, kind: str, payload: object, **more: object) -> str:
    return json.dumps({"timestamp": stamp(seconds), **more, "type": kind, "payload": payload}, separators=(",", ":"))


def meta(seconds: float, session: str, **more: object) -> str:
    return line(seconds, "session_meta", {"id": session, "timestamp": stamp(seconds), "cwd": f"/srv/{session}", **more})


def turn(seconds: float, model: str = MODEL, **more: object) -> str:
    return line(seconds, "turn_context", {"cwd": "/elsewhere", "model": model, **more})


def counts(value: Counts) -> dict[str, int]:
    """All of the output is reasoning, so that what calls count adds up to their total in this field as well."""
    return {
        "input_tokens": value[0], "cached_input_tokens": value[1], "output_tokens": value[2],
        "reasoning_output_tokens": value[2], "total_tokens": value[0] + value[2],
    }  # fmt: skip


def count(seconds: float, total: Counts | None, last: Counts | None) -> str:
    info = {"total_token_usage": total and counts(total), "last_token_usage": last and counts(last)}
    return line(seconds, "event_msg", {"type": "token_count", "info": info, "rate_limits": None})


def record(seconds: float, response: str, value: Counts) -> str:
    usage = {**counts(value), "cache_write_input_tokens": 0}
    return line(seconds, "token_usage_record", {"turn_id": "t", "response_id": response, "usage": usage})


Read = Callable[..., Usage]


@pytest.fixture
def read(tmp_path: Path, shipped: PriceTable) -> Read:
    """The answer for sessions, each given by its lines."""

    def price(*sessions: Sequence[str], **asked: Any) -> Usage:
        for number, lines in enumerate(sessions):
            (tmp_path / f"rollout-{number}.jsonl").write_text("".join(f"{text}\n" for text in lines))
        return usage(shipped, str(tmp_path), **asked)

    return price


def tokens(result: Usage) -> tuple[int, int, int, int]:
    """Requests, input, cached input and output, of all groups."""
    rows = [row.tokens for row in result.rows]
    return (
        sum(row.requests for row in rows),
        sum(row.input for row in rows),
        sum(row.cached_input for row in rows),
        sum(row.output for row in rows),
    )


def test_the_model_stands_in_an_earlier_line_and_may_change(read: Read) -> None:
    one, two, three = (100, 50, 10), (250, 100, 30), (251, 100, 32)
    result = read(
        [
            meta(0, "A"),
            turn(1),
            line(2, "response_item", {"type": "message", "content": 'a "token_count" in a text'}),
            count(3, one, one),
            turn(4, "gpt-5"),
            count(5, two, (150, 50, 20)),
            line(6, "event_msg", {"type": "thread_settings_applied", "thread_settings": {"model": "deepseek-flash"}}),
            count(7, three, (1, 0, 2)),
        ]
    )
    assert {row.group: tuple(row.tokens) for row in result.rows} == {
        (MODEL,): (1, 100, 50, 0, 10),
        ("gpt-5",): (1, 150, 50, 0, 20),
        ("deepseek-flash",): (1, 1, 0, 0, 2),
    }
    assert (result.read, result.repeats, result.complete) == (3, 0, True)


def test_an_event_with_an_unchanged_total_is_a_repeat(read: Read) -> None:
    one, two = (100, 50, 10), (200, 100, 20)
    lines = [meta(0, "A"), turn(1), count(3, one, one), count(4, one, one), count(9, two, one), count(10, two, one)]
    result = read(lines)
    assert (tokens(result), result.repeats) == ((2, 200, 100, 20), 2)
    kept = read(lines, keep_repeats=True)
    assert (tokens(kept), kept.repeats) == ((4, 400, 200, 40), 0)


def test_what_tells_of_no_tokens_needs_no_time(read: Read) -> None:
    events = [count(2, None, None), count(3, (0, 0, 0), (0, 0, 0))]
    result = read([meta(0, "A"), turn(1), *(event.replace(stamp(2), "?").replace(stamp(3), "?") for event in events)])
    assert (tokens(result)[0], result.rejected) == (0, ())


def test_rollouts_of_versions_that_wrote_no_usage_are_no_logs_of_another_kind(read: Read) -> None:
    first = json.dumps({"id": "old", "timestamp": stamp(0), "instructions": None, "git": {"branch": "main"}})
    old = [first, '{"record_type":"state"}', '{"type":"message","role":"user","content":[]}']
    result = read(old, [meta(0, "A"), turn(1), count(2, None, (10, 0, 1))])
    assert (tokens(result)[:2], result.rejected_count) == ((1, 10), 0)


def test_null_info_and_empty_usage_are_no_calls(read: Read) -> None:
    zero = (0, 0, 0)
    null = line(3, "event_msg", {"type": "token_count", "info": None, "rate_limits": {"primary": {"used_percent": 1}}})
    result = read([meta(0, "A"), turn(1), null, count(4, zero, zero), count(5, (5, 0, 1), (5, 0, 1))])
    # Limits that are shown are no event of a call; an event with zeros is one, for which nothing was billed.
    assert (tokens(result), result.read, result.repeats) == ((1, 5, 0, 1), 2, 0)
    assert (result.no_call_count, result.complete) == (1, True)


def test_where_only_totals_exist_calls_are_differences(read: Read) -> None:
    result = read(
        [
            meta(0, "A"),
            turn(1),
            count(2, (100, 50, 10), None),
            count(3, (300, 150, 15), None),
            count(4, (300, 150, 15), None),
            count(5, (40, 30, 2), None),  # after a compaction the counter began anew
        ]
    )
    assert (tokens(result), result.repeats) == ((3, 340, 180, 17), 0)


def test_a_fork_repeats_its_parent_under_new_times(read: Read) -> None:
    parent = [
        (3, (100, 50, 10), (100, 50, 10)),
        (60, (300, 150, 20), (200, 100, 10)),
        (90, (400, 200, 21), (100, 50, 1)),
    ]
    copied = [count(3_600.001 + place / 1000, total, last) for place, (_, total, last) in enumerate(parent[:2])]
    # Its own call equals the one that its parent made meanwhile in usage, but for the total.
    own = [turn(3_610), count(3_620, (402, 200, 21), (102, 50, 1)), count(3_680, (502, 250, 22), (100, 50, 1))]
    fork = [meta(3_600, "B", forked_from_id="A"), meta(3_600, "A"), turn(3_600), *copied, *own]
    result = read(fork, [meta(0, "A"), turn(1), *(count(*each) for each in parent)], by=("session", "project"))
    assert {row.group: row.tokens.input for row in result.rows} == {("A", "/srv/A"): 400, ("B", "/srv/B"): 202}
    assert result.repeats == 2


def test_a_copy_that_took_its_time_is_known_by_its_parent(read: Read) -> None:
    parent = [meta(0, "A"), turn(1), *(count(place, (place * 10, 0, place), (10, 0, 1)) for place in range(1, 9))]
    slow = [count(1_000 + place, (place * 10, 0, place), (10, 0, 1)) for place in range(3, 9)]
    child = [meta(1_000, "B", source={"subagent": {"thread_spawn": {"parent_thread_id": "A"}}}), *slow]
    result = read(parent, [*child, turn(2_000), count(2_001, (500, 0, 9), (420, 0, 1))])
    assert (tokens(result)[:2], result.repeats) == ((9, 500), 6)


def test_a_copy_without_its_parent_is_known_by_its_times(read: Read) -> None:
    burst = [count(1_000.002 + place / 500, (place * 10, 0, place), (10, 0, 1)) for place in range(1, 9)]
    own = [turn(1_002), count(1_003, (500, 0, 9), (420, 0, 1))]
    older = [count(place, (place * 10, 0, place), (10, 0, 1)) for place in range(1, 9)]
    for copied in (burst, older):
        result = read([meta(1_000, "B", forked_from_id="A"), turn(1_000), *copied, *own])
        assert (tokens(result)[:2], result.repeats) == ((1, 420), 8)
    # Without a parent nothing is a copy, however fast.
    assert tokens(read([meta(1_000, "B"), turn(1_000), *burst, *own]))[:2] == (9, 500)


def test_a_copy_that_paused_is_known_by_totals_that_are_not_above_those_before(read: Read) -> None:
    first = [meta(1_000, "B", forked_from_id="A"), count(1_000.01, (300, 0, 30), (300, 0, 30)), turn(1_000.95)]
    paused = [count(1_000.96, (50, 0, 5), (50, 0, 5)), count(1_000.97, (300, 0, 30), (250, 0, 25))]
    own = [count(1_001.2, (310, 0, 32), (10, 0, 2))]
    result = read([*first, *paused, *own])
    assert (tokens(result)[:2], result.repeats) == ((1, 10), 3)
    # The total of a fork may begin anew: what took as long as a call does is one.
    result = read([*first, count(1_003, (40, 0, 5), (40, 0, 5))])
    assert (tokens(result)[:2], result.repeats) == ((1, 40), 1)


def made(seconds: float, tail: str) -> str:
    """An id as Codex gives one to a session or a turn that begins then."""
    digits = f"{int((START + timedelta(seconds=seconds)).timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7a3b-9c4d-{tail:0>12}"


def test_a_turn_that_is_older_than_its_session_is_the_parents_however_slowly_it_was_copied(read: Read) -> None:
    session, old, new = made(1_000, "b"), made(500, "1"), made(1_001, "2")
    copied = [
        turn(1_000, turn_id=old),
        count(1_009, (900_000, 0, 9), (40, 0, 1)),
        count(1_018, (900_050, 0, 9), (50, 0, 1)),
    ]
    # Its own first call comes at once, as that of a cached prompt may.
    own = [turn(1_019, turn_id=new), count(1_018.05, (900_070, 0, 9), (20, 0, 1))]
    result = read([meta(1_000, session, forked_from_id="A"), *copied, *own])
    assert (tokens(result)[:2], result.repeats) == ((1, 20), 2)
    # In a session that has no parent nothing is a copy.
    assert tokens(read([meta(1_000, session), *copied, *own]))[:2] == (3, 110)


def test_an_event_that_names_its_model_is_taken_at_its_word(read: Read) -> None:
    info = {"model": "gpt-5.2-codex", "last_token_usage": counts((30, 0, 1))}
    event = line(3, "event_msg", {"type": "token_count", "info": info})
    result = read([meta(0, "A"), turn(1), count(2, None, (10, 0, 1)), event])
    assert {row.group: row.tokens.input for row in result.rows} == {(MODEL,): 10, ("gpt-5.2-codex",): 30}


def test_a_sub_agent_says_where_its_own_lines_begin(read: Read) -> None:
    def numbered(ordinal: int, text: str) -> str:
        return text.replace('"type"', f'"ordinal":{ordinal},"type"', 1)

    spawned = meta(0, "B", parent_thread_id="A", subagent_history_start_ordinal="3")
    result = read(
        [
            numbered(0, spawned),
            numbered(1, turn(1)),
            numbered(2, count(100, (10, 0, 1), (10, 0, 1))),
            numbered(3, count(200, (30, 0, 2), (20, 0, 1))),
        ]
    )
    assert (tokens(result)[:2], result.repeats) == ((1, 20), 1)


def test_a_fork_that_copied_nothing_may_begin_like_its_parent(read: Read) -> None:
    lines = [count(10, (100, 50, 10), (100, 50, 10)), count(20, (200, 100, 20), (100, 50, 10))]
    fork = [meta(100, "B", forked_from_id="A"), turn(101), count(110, (100, 50, 10), (100, 50, 10))]
    result = read([meta(0, "A"), turn(1), *lines], fork)
    assert (tokens(result)[:2], result.repeats) == ((3, 300), 0)


def test_sessions_that_happen_to_be_alike_both_count(read: Read) -> None:
    lines = [turn(1), count(3, (100, 50, 10), (100, 50, 10))]
    siblings = ([meta(0, name, parent_thread_id="A"), *lines] for name in "BC")
    result = read([meta(0, "A"), *lines[:1]], *siblings, [meta(0, "D"), *lines])
    assert (tokens(result)[:2], result.repeats) == ((3, 300), 0)


@pytest.mark.parametrize("longer", [0, 1])
def test_a_copy_of_a_file_counts_once(read: Read, longer: int) -> None:
    lines = [meta(0, "A"), turn(1), *(count(place * 9, (place * 10, 0, place), (10, 0, 1)) for place in range(1, 6))]
    copies = [lines, lines]
    copies[longer] = [*lines, count(99, (70, 0, 6), (20, 0, 1))]
    result = read(*copies)
    assert (tokens(result)[:2], result.repeats) == ((6, 70), 5)


@pytest.mark.parametrize("first", ["record", "event"])
def test_a_call_that_is_written_in_both_ways_counts_once(read: Read, first: str) -> None:
    lines, total = [meta(0, "A"), turn(1)], (0, 0, 0)
    for place in range(1, 4):
        last = (100, 50, 10)
        total = (total[0] + 100, total[1] + 50, total[2] + 10)
        both = [record(place * 2, f"r{place}", last), count(place * 2 + 0.01, total, last)]
        lines += both if first == "record" else both[::-1]
    compaction = [record(20, "r9", (900, 800, 70)), count(21, total, (100, 50, 10))]
    result = read([*lines, *compaction])
    assert (tokens(result), result.repeats) == ((4, 1200, 950, 100), 1)


def test_the_tier_is_that_of_the_settings(read: Read) -> None:
    def tiered(seconds: float, tier: str | None) -> str:
        return line(
            seconds, "event_msg", {"type": "thread_settings_applied", "thread_settings": {"service_tier": tier}}
        )

    usage = [(1, 0, 1), (2, 0, 2), (3, 0, 3)]
    lines = [meta(0, "A"), turn(1, "gpt-5"), count(2, usage[0], usage[0]), tiered(3, "fast")]
    lines += [count(4, (3, 0, 3), usage[1]), tiered(5, "default"), count(6, (6, 0, 6), usage[2])]
    result = read(lines, by="tier")
    assert {row.group: row.tokens.input for row in result.rows} == {("standard",): 4, ("priority",): 2}


def test_calls_that_another_host_served_are_not_priced_as_the_providers_own(
    tmp_path: Path, shipped: PriceTable
) -> None:
    first = json.loads(meta(0, "A"))
    first["payload"]["model_provider"] = "openrouter"
    settings = {"model": "gpt-5", "model_provider_id": "openai"}
    applied = line(4, "event_msg", {"type": "thread_settings_applied", "thread_settings": settings})
    lines = [json.dumps(first), turn(1), count(3, (1, 0, 1), (1, 0, 1)), applied, count(5, (3, 0, 2), (2, 0, 1))]
    file = tmp_path / "rollout-1.jsonl"
    file.write_text("\n".join(lines))
    with open_sessions([str(file)]) as (sessions, found):
        log = write_calls(sessions, found.folder, 1).log
        assert log is not None
        rows = duckdb.execute(f"SELECT host, model, session, input FROM '{log.path}' ORDER BY time").fetchall()
    assert rows == [("openrouter", MODEL, "A", 1), ("openai", "gpt-5", "A", 2)]
    result = usage(shipped, str(file))
    assert [(item.model, item.reason) for item in result.unpriced] == [
        (MODEL, "served by openrouter (--any-host prices such requests as the provider's own)")
    ]
    assert (result.priced, usage(shipped, str(file), any_host=True).priced) == (1, 2)


GOOD = (100, 50, 10)
BAD = [
    ("not JSON", count(3, GOOD, GOOD)[:-1]),
    ("not JSON", count(3, GOOD, GOOD).replace('"info"', "'info'")),
    ("not JSON", "no JSON at all, but token_count"),
    ("not JSON", "\udcff" + count(3, GOOD, GOOD)),
    ("is no count of tokens: -1", count(3, GOOD, (-1, 0, 0))),
    ("is no count of tokens: 1.5", count(3, GOOD, GOOD).replace("100", "1.5")),
    ("is no count of tokens: True", count(3, GOOD, GOOD).replace("100", "true")),
    ("is no count of tokens: 1000000000000000", count(3, GOOD, GOOD).replace("100", "1000000000000000")),
    ("are above input_tokens", count(3, GOOD, (10, 11, 1))),
    ("its usage is no object", count(3, GOOD, GOOD).replace('"last_token_usage":{', '"last_token_usage":[],"o":{')),
    ("its timestamp is no time: yesterday", count(3, GOOD, GOOD).replace(stamp(3), "yesterday")),
    ("before 1970 or after 2099", count(3, GOOD, GOOD).replace("2026-", "9026-")),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "bad"), BAD)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, shipped: PriceTable, reason: str, bad: str) -> None:
    file = tmp_path / "rollout-1.jsonl"
    lines = [meta(0, "A"), turn(1), bad, count(4, (200, 100, 20), GOOD)]
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    result = usage(shipped, str(file))
    assert [(item.file, item.line) for item in result.rejected] == [(str(file), 3)]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced, result.rejected_count, result.complete) == (2, 1, 1, False)


def test_a_cache_field_that_nobody_reads_keeps_the_call_from_being_priced(read: Read) -> None:
    odd = count(3, GOOD, GOOD).replace('"output_tokens"', '"cache_tokens_of_a_new_kind":7,"output_tokens"')
    none = count(4, (200, 100, 20), GOOD).replace('"output_tokens"', '"cache_of_no_tokens":0,"output_tokens"')
    result = read([meta(0, "A"), turn(1), odd, none])
    assert [(item.kind, item.rows, item.tokens.input) for item in result.unpriced] == [("unread_field", 1, 100)]
    assert "cache_tokens_of_a_new_kind" in result.unpriced[0].reason
    assert (tokens(result)[0], result.rejected_count) == (1, 0)


def search(seconds: float, action: str | None = "search") -> str:
    more = {} if action is None else {"action": {"type": action}}
    return line(seconds, "response_item", {"type": "web_search_call", "status": "completed", **more})


def test_searches_of_the_web_are_those_of_the_call_that_follows(read: Read) -> None:
    first = [search(2), search(2.5), search(2.6, "open_page"), count(3, GOOD, GOOD)]
    # The same call is shown again while the next one searches; a search without an action is one.
    second = [search(5, None), count(6, GOOD, GOOD), turn(7, "gpt-5"), count(8, (200, 100, 20), GOOD)]
    lines = [meta(0, "A"), turn(1), *first, *second]
    result = read(lines)
    assert {(row.model, row.call): row.calls for row in result.calls} == {
        (MODEL, "web_search"): 2, ("gpt-5", "web_search"): 1,
    }  # fmt: skip
    copied = [search(100.001), count(100.002, GOOD, GOOD)]
    fork = [meta(100, "B", forked_from_id="A"), *copied, turn(110), count(120, (150, 50, 20), (50, 0, 10))]
    again = read(lines, fork)
    assert sum(row.calls for row in again.calls) == 3


def test_after_a_broken_turn_no_model_is_known(read: Read) -> None:
    result = read([meta(0, "A"), turn(1), turn(2, "gpt-5")[:-1], count(3, GOOD, GOOD)])
    assert [(item.model, item.kind) for item in result.unpriced] == [(None, "no_model")]
    assert (result.rejected_count, result.read) == (1, 2)


def test_other_lines_may_be_long_or_broken_in_their_text(read: Read) -> None:
    long = line(2, "response_item", {"type": "message", "content": "token_count turn_context " * 400_000})
    assert len(long) == pytest.approx(10_000_000, rel=0.01)
    result = read([meta(0, "A"), turn(1), long, count(3, GOOD, GOOD), long])
    assert (tokens(result), result.read) == ((1, *GOOD), 1)


def test_a_line_that_is_longer_than_any_record_hides_nothing(tmp_path: Path, shipped: PriceTable) -> None:
    huge = count(3, GOOD, GOOD)[:-1] + " " * (16 * 1024 * 1024) + "}"
    (tmp_path / "rollout-1.jsonl").write_text("\n".join([meta(0, "A"), turn(1), huge, count(4, (9, 0, 9), (9, 0, 9))]))
    result = usage(shipped, str(tmp_path))
    assert [(item.line, item.reason) for item in result.rejected] == [(3, "longer than 16 MB")]
    assert tokens(result) == (1, 9, 0, 9)


def test_spaces_and_another_order_of_keys_are_read_as_well(tmp_path: Path, shipped: PriceTable) -> None:
    lines = [json.loads(text) for text in (meta(0, "A"), turn(1), count(3, GOOD, GOOD))]
    turned = [json.dumps(dict(reversed(each.items()))) for each in lines]
    (tmp_path / "session.jsonl").write_text("\n".join(turned))
    assert tokens(usage(shipped, str(tmp_path))) == (1, *GOOD)


def test_days_and_spans_of_time(read: Read) -> None:
    day = 86_400
    lines = [meta(0, "A"), turn(1), count(2, GOOD, GOOD), count(day, (300, 50, 20), (200, 0, 10))]
    assert [row.group for row in read(lines, by="day").rows] == [("2026-11-01",), ("2026-11-02",)]
    assert tokens(read(lines, since="2026-11-02"))[1] == 200
    assert tokens(read(lines, until="2026-11-02"))[1] == 100


class Drawn(NamedTuple):
    """A session as it was drawn: its file, and the calls that were made in it."""

    lines: list[str]
    calls: list[tuple[str, Counts]]
    """Model and usage."""
    events: list[tuple[Counts, Counts]]
    """Total and usage, with what it took over from its parent."""


MODELS = st.sampled_from((MODEL, "gpt-5", "deepseek-flash"))


@st.composite
def usages(draw: st.DrawFn) -> Counts:
    size = draw(st.integers(1, 300_000))
    return size, draw(st.integers(0, size)), draw(st.integers(0, 9_000))


@st.composite
def sessions(draw: st.DrawFn, name: str, parent: Drawn | None, begin: float) -> Drawn:
    """A session: turns, calls, limits that are shown again, long answers, and one way of writing usage or both."""
    way = draw(st.sampled_from(("event", "record first", "event first", "totals")))
    clock = begin
    lines = [meta(clock, name, **({"forked_from_id": name[:-1]} if parent else {}))]
    copied = parent.events[draw(st.integers(0, 2)) : draw(st.integers(0, len(parent.events)))] if parent else []
    pace = draw(st.sampled_from((0.001, 3.0)))
    lines += [count(clock + pace * place, *event) for place, event in enumerate(copied)]
    clock += pace * len(copied) + 10
    events, calls = list(copied), []
    total: Counts = copied[-1][0] if copied else (0, 0, 0)
    begun: Counts | None = None
    model = draw(MODELS)
    lines.append(turn(clock, model))
    for number in range(draw(st.integers(0, 6))):
        clock += draw(st.floats(6, 4_000))
        what = draw(st.sampled_from(("call", "call", "call", "turn", "again", "null", "text", "reset")))
        if what == "turn":
            model = draw(MODELS)
            lines.append(turn(clock, model))
        elif what == "text":
            lines.append(line(clock, "response_item", {"type": "message", "content": count(clock, total, total)}))
        elif what == "null":
            lines.append(line(clock, "event_msg", {"type": "token_count", "info": None, "rate_limits": None}))
        elif what == "again" and events and any(total):
            lines += [count(clock + each, total, events[-1][1]) for each in range(draw(st.integers(1, 3)))]
        elif what == "reset" and way != "totals":
            begun, total = begun or total, (0, 0, 0)
        elif what == "call":
            last = draw(usages())
            if begun is not None and last == begun:
                last = (last[0] + 1, *last[1:])  # else a counter that began anew could not be told from a repeat
            begun = None
            total = (total[0] + last[0], total[1] + last[1], total[2] + last[2])
            event = count(clock + 0.01, total, None if way == "totals" else last)
            written = record(clock + 0.01, f"{name}-{number}", last)
            by_way = {"record first": [written, event], "event first": [event, written]}
            lines += by_way.get(way, [event])
            events.append((total, last))
            calls.append((model, last))
    return Drawn(lines, calls, events)


@st.composite
def folders(draw: st.DrawFn) -> list[Drawn]:
    """Sessions, some of them forks and forks of forks, and copies of whole files."""
    found = []
    for place, root in enumerate("AB"):
        family = [draw(sessions(root, None, 0.0))]
        for generation in range(draw(st.integers(0, 2))):
            parent = family[-1]
            # A fork that copies totals alone has no call of its own to be taken as a difference from.
            begin = 1_000_000.0 * (generation + 1) + place
            family.append(draw(sessions(root * (generation + 2), parent, begin)))
        found += family
    copies = [each._replace(calls=[]) for each in found if draw(st.booleans())]
    return draw(st.permutations([*found, *copies]))


def sums(calls: Iterator[tuple[str, Counts]]) -> dict[str, tuple[int, int, int, int]]:
    found: dict[str, tuple[int, int, int, int]] = {}
    for model, (input_, cached, output) in calls:
        before = found.get(model, (0, 0, 0, 0))
        found[model] = (before[0] + 1, before[1] + input_, before[2] + cached, before[3] + output)
    return found


@pytest.fixture(scope="session")
def price(shipped: PriceTable) -> Callable[[str], Usage]:
    """The answer for a folder. A failing example shows it in a word, and would the table in pages."""
    return lambda folder: usage(shipped, folder)


@settings(max_examples=settings().max_examples * 3 // 5)
@given(drawn=folders())
def test_the_answer_is_the_sum_of_the_calls_as_drawn(price: Callable[[str], Usage], drawn: list[Drawn]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for place, session in enumerate(drawn):
            Path(folder, f"rollout-{place}.jsonl").write_text("\n".join(session.lines) + "\n")
        result = price(folder)
    found = {
        str(row.group[0]): (row.tokens.requests, row.tokens.input, row.tokens.cached_input, row.tokens.output)
        for row in result.rows
    }
    assert found == sums(call for session in drawn for call in session.calls)
    assert result.complete
