"""Calls that several records tell of: each counts once, by the fullest of its records, wherever they stand."""

import csv
import json
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable
from tokencost.logs.sql.repeats import SHORTEST
from tokencost.logs.usage import Usage, usage

AT = 1740830400
ID = "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT"
UUID = "930c60df-bf64-41c9-a88e-3ec75f81e00e"
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"
Record = Mapping[str, Any]


def chat(name: str | None = ID, tokens: int = 1000, output: int = 10, **more: Any) -> dict[str, Any]:
    used = {"prompt_tokens": tokens, "completion_tokens": output}
    given_name = {} if name is None else {"id": name}
    return {**given_name, "created": AT, "model": "gpt-4o", "usage": used, **more}


def span(trace: str, name: str, **attributes: Any) -> dict[str, Any]:
    used = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 10, "gen_ai.request.model": "gpt-4o"}
    return {"traceId": trace, "spanId": name, "attributes": {**used, **attributes}, "end_time": AT}


def write(path: Path, records: Sequence[Record]) -> str:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return str(path)


def tokens(result: Usage) -> tuple[int, int, int]:
    """Requests, input and output."""
    parts = [(row.tokens.requests, row.tokens.input, row.tokens.output) for row in result.rows]
    one, two, three = (sum(part) for part in zip(*parts, strict=True))
    return one, two, three


def cost(result: Usage) -> Decimal:
    return sum((row.cost.total for row in result.rows), Decimal(0))


@pytest.mark.parametrize(
    ("records", "counted", "repeats"),
    [
        ([chat(), chat()], (1, 1000, 10), 1),
        ([chat(), chat(output=30), chat(output=20)], (1, 1000, 30), 2),
        # As long as the shortest name, and shorter by one sign: the form decides.
        ([chat("chatcmpl-" + "a" * 7)] * 2, (1, 1000, 10), 1),
        # A short one with its time: some servers number their calls.
        ([chat("chatcmpl-" + "a" * 6)] * 2, (1, 1000, 10), 1),
        ([chat("resp_1"), chat("resp_1", created=AT + 1)], (2, 2000, 20), 0),
        ([chat("resp_" + "a1" * 6)] * 2, (1, 1000, 10), 1),
        ([chat("msg_1"), {"response": chat("msg_1"), "timestamp": AT + 5}], (1, 1000, 10), 1),
        ([chat(UUID)] * 2, (1, 1000, 10), 1),
        ([chat(UUID), chat(UUID[:-1] + "f")], (2, 2000, 20), 0),
        # Numbers, and what people call things, are unique in one file at best.
        ([chat("1740830400123456789")] * 2, (2, 2000, 20), 0),
        ([chat("conversation-number-0001")] * 2, (2, 2000, 20), 0),
        ([chat("batch_of_last_tuesday_evening")] * 2, (2, 2000, 20), 0),
        ([chat("gen-1739400000-" + "a" * 15)] * 2, (2, 2000, 20), 0),
        ([chat("gen-1739400000-" + "a" * 16)] * 2, (1, 1000, 10), 1),
        ([chat(f"run--{UUID}-0")] * 2, (1, 1000, 10), 1),
        ([chat(None)] * 2, (2, 2000, 20), 0),
        # The same name with another model is another call: rather twice than lost.
        ([chat(), chat(model="gpt-4o-2024-08-06")], (2, 2000, 20), 0),
        ([chat(), chat(model="openai/gpt-4o"), {"request_id": ID, "startTime": "2025-03-01T12:00:00Z",
          "model": "openai/gpt-4o", "prompt_tokens": 1000, "completion_tokens": 10}], (1, 1000, 10), 2),
        # The body as stored, as logged in a wrapper, and as a batch has it.
        ([chat(), {"response": chat(), "timestamp": AT}, {"body": chat()}], (1, 1000, 10), 2),
        ([{"custom_id": "a", "id": "batch_req_1", "response": {"status_code": 200, "body": chat()}}] * 2,
         (1, 1000, 10), 1),
        # Pieces of a stream of which each says what was used so far, and one that says nothing.
        ([chat(object="chat.completion.chunk", output=count) for count in (1, 2, 3)]
         + [{**chat(object="chat.completion.chunk"), "usage": None}], (1, 1000, 3), 2),
        # An event, and the response as it is stored.
        ([{"type": "response.completed", "response": {**chat("resp_" + "0" * 40), "object": "response",
           "usage": {"input_tokens": 7, "output_tokens": 5}}},
          {**chat("resp_" + "0" * 40), "usage": {"input_tokens": 7, "output_tokens": 5}}], (1, 7, 5), 1),
        # Spans: by the name of the response where they have it, else by trace and span.
        ([span(TRACE, SPAN), span(TRACE, SPAN)], (1, 1000, 10), 1),
        ([span(TRACE, SPAN), span(TRACE[::-1], SPAN)], (2, 2000, 20), 0),
        ([span(TRACE, SPAN, **{"gen_ai.response.id": ID}), span(TRACE, SPAN[::-1], **{"gen_ai.response.id": ID}),
          chat()], (1, 1000, 10), 2),
    ],
)  # fmt: skip
def test_a_call_counts_once_by_its_fullest_record(
    shipped: PriceTable, tmp_path: Path, records: Sequence[Record], counted: tuple[int, int, int], repeats: int
) -> None:
    result = usage(shipped, [write(tmp_path / "log.jsonl", records)])
    assert (tokens(result), result.repeats) == (counted, repeats)
    assert result.read == len(records) == result.priced + result.repeats + result.no_call_count
    kept = usage(shipped, [write(tmp_path / "log.jsonl", records)], keep_repeats=True)
    assert (kept.repeats, kept.read, kept.priced) == (0, len(records), len(records) - kept.no_call_count)


def test_of_equal_tokens_the_one_that_knows_the_cache_counts_and_then_the_latest(
    shipped: PriceTable, tmp_path: Path
) -> None:
    cached = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 400}}
    days = [chat(created=AT + day * 86_400) for day in (2, 0, 3, 1)]
    result = usage(shipped, [write(tmp_path / "log.jsonl", days)], by=["day"])
    assert [str(row.group[0]) for row in result.rows] == ["2025-03-04"]
    result = usage(shipped, [write(tmp_path / "log.jsonl", [*days, chat(usage=cached)])], by=["day"])
    assert [(str(row.group[0]), row.tokens.cached_input) for row in result.rows] == [("2025-03-01", 400)]


def test_of_records_that_are_alike_the_one_with_the_field_asked_for_counts(shipped: PriceTable, tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [chat(), chat(team="a"), chat()])
    assert [row.group for row in usage(shipped, [log], by=["team"]).rows] == [("a",)]


def test_the_record_that_counts_decides_whether_a_call_is_in_the_time_asked_for(
    shipped: PriceTable, tmp_path: Path
) -> None:
    """Else a call would be in the bill of two months."""
    log = write(tmp_path / "log.jsonl", [chat(output=5), chat(created=AT + 86_400)])
    before = usage(shipped, [log], until="2025-03-02")
    after = usage(shipped, [log], since="2025-03-02")
    assert (before.priced, before.repeats, after.priced, after.repeats) == (0, 1, 1, 0)


def test_what_is_rejected_or_not_billed_stays_so_and_hides_no_call(shipped: PriceTable, tmp_path: Path) -> None:
    wrong = chat(tokens=-5, output=10**9)
    other = chat(UUID, model="nobody-knows")
    log = write(tmp_path / "log.jsonl", [chat(), wrong, chat(), other, other, {"id": ID, "error": {"message": "no"}}])
    result = usage(shipped, [log])
    assert (result.priced, result.repeats, result.rejected_count, result.unpriced_rows) == (1, 2, 1, 1)
    assert (result.no_call_count, result.read) == (1, 6)
    assert [item.line for item in result.rejected] == [2]


def test_files_of_all_layouts_tell_of_one_call(shipped: PriceTable, tmp_path: Path) -> None:
    header = ["id", "model", "created_at", "input_tokens", "output_tokens"]
    row = [ID, "gpt-4o", AT, 1000, 10]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, row, row])
    (tmp_path / "b.json").write_text(json.dumps([chat(), chat()], indent=1), encoding="utf-8")
    write(tmp_path / "c.jsonl", [chat(), chat(UUID)])
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{tmp_path}/a.csv')) TO '{tmp_path}/d.parquet' (FORMAT parquet)")
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": TRACE, "spanId": SPAN, "endTimeUnixNano": f"{AT}000000000", "attributes": [
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "10"}},
            {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o"}},
            {"key": "gen_ai.response.id", "value": {"stringValue": ID}}]}]}]}]}  # fmt: skip
    write(tmp_path / "e.jsonl", [spans])
    names = [str(tmp_path / name) for name in ("a.csv", "b.json", "c.jsonl", "d.parquet", "e.jsonl")]
    for some, repeats in ((names, 7), (names[:1], 1), (names[1:2], 1), (names[3:4], 1), (names[3:], 2)):
        result = usage(shipped, some)
        assert (result.priced, result.repeats) == (2 if names[2] in some else 1, repeats)


def test_the_numbers_of_rows_make_no_two_records_one(shipped: PriceTable, tmp_path: Path) -> None:
    lines = ["id,model,created_at,input_tokens,output_tokens", *(f"{row},gpt-4o,{AT},1000,10" for row in range(5))]
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    result = usage(shipped, [str(tmp_path)])
    assert (result.priced, result.repeats) == (10, 0)


def test_a_name_may_come_after_many_files_without_one(shipped: PriceTable, tmp_path: Path) -> None:
    for place in range(30):
        write(tmp_path / f"{place:02}.jsonl", [chat(None if place < 28 else ID)])
    result = usage(shipped, [str(tmp_path)])
    assert (result.priced, result.repeats) == (29, 1)


NAMES = st.sampled_from([None, "7", "chatcmpl-123", *(f"chatcmpl-{'x' * SHORTEST}{place}" for place in range(4)), UUID])
CALLS = st.builds(
    chat,
    NAMES,
    st.integers(0, 300_000),
    st.integers(0, 5),
    model=st.sampled_from(["gpt-4o", "o1", "gpt-5.4", "unknown"]),
    created=st.integers(AT, AT + 10 * 86_400),
    service_tier=st.sampled_from(["default", "flex", "batch"]),
)


def _one_each(records: Sequence[Record]) -> list[Record]:
    """Records of which each is a call of its own."""
    found: dict[object, Record] = {}
    for place, record in enumerate(records):
        name = record.get("id", "")
        found.setdefault((name, record["model"]) if len(name) >= SHORTEST else place, record)
    return list(found.values())


@settings(
    max_examples=settings().max_examples // 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    records=st.lists(CALLS, min_size=1, max_size=12), draw=st.randoms(use_true_random=False), files=st.integers(1, 3)
)
def test_a_log_with_repeats_in_any_order_costs_what_it_costs_without_them(
    shipped: PriceTable, tmp_path: Path, records: Sequence[Record], draw: random.Random, files: int
) -> None:
    calls = _one_each(records)
    named = [record for record in calls if len(record.get("id", "")) >= SHORTEST]
    # A record that tells less: fewer tokens of output, or the same earlier.
    lesser = [{**record, "created": record["created"] - 1} for record in named]
    again = [draw.choice([*named, *lesser]) for _ in range(draw.randrange(8))] if named else []
    every = [*calls, *again]
    draw.shuffle(every)
    paths = [write(tmp_path / f"{place}.jsonl", every[place::files]) for place in range(files)]
    whole = usage(shipped, [write(tmp_path / "once.jsonl", calls)], by=["model", "tier", "day"])
    result = usage(shipped, paths, by=["model", "tier", "day"])
    assert (result.rows, result.unpriced_rows) == (whole.rows, whole.unpriced_rows)
    assert (result.repeats, result.read) == (len(again), len(every))
    assert cost(result) == cost(whole)
