"""Calls that several programs wrote, each in its own way and some of them again: the answer is the sum of the calls."""

import csv
import json
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, price
from tokencost.errors import TokencostError
from tokencost.logs.usage import Usage, usage

ON = "2026-11-20T12:00:00Z"
START = 1_772_366_000
"""Seconds since 1970; each call is a minute after the one before."""
MODELS = ("gpt-5", "deepseek-flash", "gpt-6.1-sol")


class Made(NamedTuple):
    """A call as it was made."""

    number: int
    model: str
    input: int
    cached: int
    output: int
    copies: int
    """How often it was written again, where the program does that."""

    @property
    def time(self) -> int:
        return START + 60 * self.number

    @property
    def uncached(self) -> int:
        return self.input - self.cached


def as_json(lines: Sequence[object]) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def in_database(path: Path, create: str, rows: Sequence[tuple[Any, ...]]) -> int:
    table = create.split()[2]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {('delete', 'wal')[len(rows) % 2]}")
        connection.execute(create)
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()
    return len(rows)


def write_chat(folder: Path, calls: Sequence[Made]) -> int:
    """Bodies of Chat Completions, a line each."""
    usages = [
        {"prompt_tokens": each.input, "completion_tokens": each.output,
         "prompt_tokens_details": {"cached_tokens": each.cached}} for each in calls
    ]  # fmt: skip
    bodies = [{"created": each.time, "model": each.model, "usage": u} for each, u in zip(calls, usages, strict=True)]
    (folder / "chat.jsonl").write_text(as_json(bodies))
    return 0


def write_table(folder: Path, calls: Sequence[Made]) -> int:
    with (folder / "table.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["model", "time", "input_tokens", "cached_input_tokens", "output_tokens"])
        writer.writerows([each.model, each.time, each.input, each.cached, each.output] for each in calls)
    return 0


def write_llm(folder: Path, calls: Sequence[Made]) -> int:
    """A database, and what was printed of some of it."""
    rows = []
    for each in calls:
        # Zeros are left out.
        details = {"prompt_tokens_details": {"cached_tokens": each.cached}} if each.cached else {}
        time = f"2026-03-01T12:{each.number:02}:00+00:00"
        rows.append((f"llm{each.number}", each.model, time, each.input, each.output, json.dumps(details)))
    names = ("id", "model", "datetime_utc", "input_tokens", "output_tokens", "token_details")
    in_database(folder / "logs.db", f"CREATE TABLE turns ({', '.join(names)})", rows)
    copied = [row for row, each in zip(rows, calls, strict=True) for _ in range(each.copies)]
    printed = [dict(zip(names, row, strict=True)) | {"prompt": "q", "response": "a"} for row in copied]
    if printed:
        (folder / "logs.json").write_text(json.dumps(printed, indent=2))
    return len(printed)


def write_opencode(folder: Path, calls: Sequence[Made]) -> int:
    """Messages in files, their copies in a database under other ids."""
    bodies = []
    for each in calls:
        tokens = {"input": each.uncached, "output": each.output, "reasoning": 0,
                  "cache": {"read": each.cached, "write": 0}}  # fmt: skip
        times = {"created": each.time * 1000, "completed": each.time * 1000 + 7}
        head = {"role": "assistant", "modelID": each.model, "providerID": "openai"}
        bodies.append({**head, "time": times, "cost": 0.5, "tokens": tokens})
    for each, body in zip(calls, bodies, strict=True):
        path = folder / f"msg_{each.number}.json"
        path.write_text(json.dumps({"id": path.stem, "sessionID": "s", **body}, indent=2 if each.copies else None))
    copied = [body for body, each in zip(bodies, calls, strict=True) for _ in range(each.copies)]
    rows = [(f"fork{place}", "s", json.dumps(body)) for place, body in enumerate(copied)]
    return in_database(folder / "opencode.db", "CREATE TABLE message (id TEXT PRIMARY KEY, session_id, data)", rows)


def write_cline(folder: Path, calls: Sequence[Made]) -> int:
    """A task, and copies of its folder as far as they went."""
    messages = []
    for each in calls:
        info = {"tokensIn": each.uncached, "cacheReads": each.cached, "cacheWrites": 0, "tokensOut": each.output}
        model = {"providerId": "openai-native", "modelId": each.model}
        message = {"ts": each.time * 1000, "type": "say", "say": "api_req_started", "modelInfo": model}
        messages.append({**message, "text": json.dumps(info)})
    most = max(each.copies for each in calls)
    for copy in range(most + 1):
        path = folder / f"task{copy}" / "ui_messages.json"
        path.parent.mkdir()
        path.write_text(json.dumps(messages))
    return most * len(messages)


def write_streams(folder: Path, calls: Sequence[Made]) -> int:
    """Streams one after another: running totals, and in Anthropic's format counts in parts."""
    text = ""
    for each in calls:
        answer = f"answer{each.number}"
        for _ in range(each.copies + 1):
            if each.number % 2:
                first = {"input_tokens": each.uncached, "cache_read_input_tokens": each.cached, "output_tokens": 1}
                start = {"type": "message_start", "message": {"id": answer, "model": each.model, "usage": first}}
                parts = [
                    {"type": "message_delta", "usage": {"output_tokens": n}} for n in (each.output // 2, each.output)
                ]
                events = [start, *parts, {"type": "message_stop"}]
            else:
                details = {"prompt_tokens_details": {"cached_tokens": each.cached}, "prompt_tokens": each.input}
                head = {"id": answer, "model": each.model, "created": each.time, "choices": []}
                outputs = (each.output // 2, each.output)
                events = [{**head, "usage": {**details, "completion_tokens": n}} for n in outputs]
            text += "".join(f"data: {json.dumps(one)}\n\n" for one in events)
            text += "" if each.number % 2 else "data: [DONE]\n\n"
    (folder / "answers.txt").write_text(text)
    return sum(each.copies for each in calls)


def write_codex(folder: Path, calls: Sequence[Made]) -> int:
    """A session with totals alone, some of which are shown again."""
    head: dict[str, Any] = {"timestamp": "2026-03-01T12:00:00Z"}
    lines = [{**head, "type": "session_meta", "payload": {"id": "S"}}]
    total = {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0}
    for each in calls:
        lines.append({**head, "type": "turn_context", "payload": {"model": each.model}})
        added = (each.input, each.cached, each.output)
        total = {name: count + more for (name, count), more in zip(total.items(), added, strict=True)}
        event = {"type": "token_count", "info": {"total_token_usage": total}}
        lines += [{**head, "type": "event_msg", "payload": event}] * (each.copies + 1)
    (folder / "rollout-1.jsonl").write_text(as_json(lines))
    return 0  # a total alone that is shown again tells of no call


def write_claude(folder: Path, calls: Sequence[Made]) -> int:
    """A session in which an answer is written for each of its pieces, with the output so far."""
    lines = []
    for each in calls:
        for copy in range(each.copies + 1):
            counts = {"input_tokens": each.uncached, "cache_read_input_tokens": each.cached}
            output = each.output if copy == each.copies else each.output // 2
            message = {"id": f"m{each.number}", "model": each.model, "usage": {**counts, "output_tokens": output}}
            head = {"type": "assistant", "sessionId": "S", "timestamp": "2026-03-01T12:00:00Z"}
            lines.append({**head, "requestId": f"r{each.number}", "message": message})
    (folder / "claude.jsonl").write_text(as_json(lines))
    return sum(each.copies for each in calls)


WRITERS = (
    write_chat, write_table, write_llm, write_opencode, write_cline, write_streams, write_codex, write_claude,
)  # fmt: skip


@st.composite
def drawn(draw: st.DrawFn) -> list[tuple[int, Made]]:
    """Calls, each with the program that made it."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        size = draw(st.integers(1, 400_000))
        cached, output = draw(st.integers(0, size)), draw(st.integers(0, 9_000))
        made = Made(number, draw(st.sampled_from(MODELS)), size, cached, output, draw(st.integers(0, 2)))
        found.append((draw(st.integers(0, len(WRITERS) - 1)), made))
    return found


Ask = Callable[[str], Usage]
Expect = Callable[[Sequence[Made]], dict[str, tuple[int, int, int, int, Decimal]]]


@pytest.fixture(scope="session")
def ask(shipped: PriceTable) -> Ask:
    """The answer for a folder. A failing example shows it in a word, and would the table in pages."""
    return lambda folder: usage(shipped, folder, on=ON)


@pytest.fixture(scope="session")
def expect(shipped: PriceTable) -> Expect:
    """Requests, tokens and cost by model, each call priced alone."""

    def add(calls: Sequence[Made]) -> dict[str, tuple[int, int, int, int, Decimal]]:
        found: dict[str, tuple[int, int, int, int, Decimal]] = {}
        for each in calls:
            sent, read, got = each.input, each.cached, each.output
            cost = price(
                shipped, each.model, on=ON, input_tokens=sent, cached_input_tokens=read, output_tokens=got
            ).total
            old = found.get(each.model, (0, 0, 0, 0, Decimal(0)))
            found[each.model] = (
                old[0] + 1, old[1] + each.input, old[2] + each.cached, old[3] + each.output, old[4] + cost,
            )  # fmt: skip
        return found

    return add


@settings(max_examples=settings().max_examples // 6)
@given(calls=drawn())
def test_the_answer_is_the_sum_of_the_calls_as_drawn(ask: Ask, expect: Expect, calls: list[tuple[int, Made]]) -> None:
    repeats = 0
    with tempfile.TemporaryDirectory() as folder:
        for place, write in enumerate(WRITERS):
            own = [made for chosen, made in calls if chosen == place]
            if own:
                path = Path(folder, str(place))
                path.mkdir()
                repeats += write(path, own)
        result = ask(folder)
    found = {str(row.group[0]): (*(row.tokens[place] for place in (0, 1, 2, 4)), row.cost.total) for row in result.rows}
    assert found == expect([made for _, made in calls])
    assert (result.repeats, result.complete) == (repeats, True)
    assert result.read == result.priced + result.no_call_count + result.repeats


@st.composite
def damages(draw: st.DrawFn) -> tuple[float, bytes, int]:
    """Where a file is damaged, with what, and how much of it is lost."""
    odd = (b"", b"\xff", b"\0", b"null", b"-1", b"1e400", b'"', b"[[", b"}", b"9" * 5_000, b"\n", b"data:")
    return draw(st.floats(0, 1)), draw(st.sampled_from(odd)), draw(st.sampled_from((0, 1, 9, 10_000)))


@settings(max_examples=15)
@given(place=st.integers(0, len(WRITERS) - 1), damage=damages())
def test_damaged_files_are_told_of_and_never_end_in_a_fault(
    ask: Ask, place: int, damage: tuple[float, bytes, int]
) -> None:
    where, odd, lost = damage
    with tempfile.TemporaryDirectory() as folder:
        WRITERS[place](Path(folder), [Made(number, MODELS[number], 900, 400, 30, 1) for number in range(3)])
        for path in [path for path in Path(folder).rglob("*") if path.is_file()]:
            content = path.read_bytes()
            cut = int(len(content) * where)
            path.write_bytes(content[:cut] + odd + content[cut + lost :])
        try:
            result = ask(folder)
        except TokencostError as error:
            assert str(error)
        else:
            counted = result.priced + result.unpriced_rows + result.rejected_count + result.no_call_count
            assert result.read == counted + result.repeats
