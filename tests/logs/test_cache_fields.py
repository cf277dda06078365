"""Cached tokens under every name that programs give them, and whose convention an input follows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, price
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster

AT = 1740830400
TIME = "2025-03-01T12:00:00Z"
CHAT: dict[str, Any] = {
    "created": AT, "model": "gpt-4o", "usage": {"prompt_tokens": 1000, "completion_tokens": 30},
}  # fmt: skip
RESPONSE: dict[str, Any] = {
    "created_at": AT, "model": "gpt-4o", "usage": {"input_tokens": 1000, "output_tokens": 30},
}  # fmt: skip
SPAN = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 30, "gen_ai.response.model": "gpt-4o"}
MESSAGE = {"input_tokens": 500, "cache_read_input_tokens": 400, "cache_creation_input_tokens": 100, "output_tokens": 30}
BODY = {"type": "message", "model": "gpt-4o", "usage": MESSAGE}
SPEND = {
    "request_id": "r", "startTime": TIME, "endTime": TIME, "prompt_tokens": 1000, "completion_tokens": 30,
    "model": "gpt-4o", "cache_hit": "False",
}  # fmt: skip


def used(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**record, "usage": {**record["usage"], **more}}


def span(**more: int) -> dict[str, Any]:
    return {"end_time": AT, "attributes": {**SPAN, **{name.replace("__", "."): count for name, count in more.items()}}}


CACHED: dict[str, dict[str, Any]] = {
    "proxies": used(CHAT, cache_read_input_tokens=400),
    "at the top of usage": used(CHAT, cached_tokens=400),
    "codex": used(RESPONSE, cached_input_tokens=400),
    "underscores": span(gen_ai__usage__cache_read_input_tokens=400),
    "AI SDK": span(ai__usage__cachedInputTokens=400),
    "AI SDK 6": span(ai__usage__inputTokenDetails__cacheReadTokens=400),
    "flat": {"timestamp": AT, **SPAN, "gen_ai.usage.cache_read_input_tokens": 400},
    "a table": {"model": "gpt-4o", "time": AT, "input_tokens": 1000, "output_tokens": 30, "cached_tokens": 400},
    "text that is JSON": {
        **SPEND, "metadata": json.dumps({"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}})
    },
    "text of the API": {
        **SPEND, "metadata": json.dumps({"additional_usage_values": {"cache_read_input_tokens": 400}})
    },
}  # fmt: skip
EXCLUDING: dict[str, dict[str, Any]] = {
    "anthropic": {**BODY, "timestamp": TIME},
    "anthropic in a line": {"timestamp": AT, "response": BODY},
    "anthropic, a body": {"timestamp": AT, "body": BODY},
    "a table of anthropic": {"model": "gpt-4o", "time": AT, **MESSAGE},
}
UNREAD: dict[str, dict[str, Any]] = {
    "chat": used(CHAT, cache_hits=400),
    "deeper": used(CHAT, details={"tokens_from_cache": 400}),
    "responses": used(RESPONSE, input_details={"cacheReads": 400}),
}


def written(path: Path, *records: dict[str, Any], form: str = "lines") -> str:
    lines = "\n".join(map(json.dumps, records)) + "\n"
    path.write_text(lines if form == "lines" else json.dumps(records, indent=1), encoding="utf-8")
    return str(path)


def tokens(result: Usage) -> list[tuple[int, ...]]:
    assert (result.unpriced, result.rejected) == ((), ())
    return [tuple(row.tokens) for row in result.rows]


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", CACHED)
def test_cached_tokens_are_read_under_every_name(shipped: PriceTable, tmp_path: Path, name: str, form: str) -> None:
    result = usage(shipped, [written(tmp_path / "log.json", CACHED[name], form=form)])
    assert tokens(result) == [(1, 1000, 400, 0, 30)]
    alone = price(shipped, "gpt-4o", on=TIME, input_tokens=1000, cached_input_tokens=400, output_tokens=30)
    assert result.rows[0].cost == alone.parts


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", EXCLUDING)
def test_an_input_that_leaves_the_cache_out_is_added_up(
    shipped: PriceTable, tmp_path: Path, name: str, form: str
) -> None:
    result = usage(shipped, [written(tmp_path / "log.json", EXCLUDING[name], form=form)])
    assert tokens(result) == [(1, 1000, 400, 100, 30)]


def test_deepseek_behind_claude_code(shipped: PriceTable, tmp_path: Path) -> None:
    """More is read from the cache than is not: no contradiction in this format."""
    used_tokens = {"input_tokens": 88, "cache_read_input_tokens": 22_912, "output_tokens": 5}
    body = {"type": "message", "model": "deepseek-chat", "timestamp": TIME, "usage": used_tokens}
    result = usage(shipped, [written(tmp_path / "log.jsonl", body)])
    alone = price(
        shipped, "deepseek-chat", on=TIME, input_tokens=23_000, cached_input_tokens=22_912, output_tokens=5
    )  # fmt: skip
    assert result.rows[0].cost == alone.parts


@pytest.mark.parametrize("field", ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"])
@pytest.mark.parametrize("count", [-1, 1.5, "x", 10**15])
def test_what_is_no_count_is_rejected_by_its_name(shipped: PriceTable, tmp_path: Path, field: str, count: Any) -> None:
    body = {**BODY, "timestamp": TIME, "usage": {**MESSAGE, field: count}}
    result = usage(shipped, [written(tmp_path / "log.jsonl", body)])
    assert (result.priced, result.rejected_count) == (0, 1)
    assert result.rejected[0].reason.startswith(f"usage.{field} is ") or count == 10**15


def test_a_csv_with_the_columns_of_anthropic(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = "model,time,input_tokens,output_tokens,cache_read_input_tokens,cache_creation_input_tokens"
    path.write_text(f"{names}\ngpt-4o,{TIME},500,30,400,100\ngpt-4o,{TIME},1000,30,,\n")
    assert tokens(usage(shipped, [str(path)])) == [(2, 2000, 400, 100, 60)]


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("name", UNREAD)
def test_an_unread_cache_field_keeps_a_record_from_its_price(
    shipped: PriceTable, tmp_path: Path, name: str, form: str
) -> None:
    result = usage(shipped, [written(tmp_path / "log.json", CHAT, UNREAD[name], form=form)])
    assert (result.priced, result.unpriced_rows, result.complete) == (1, 1, False)
    (left,) = result.unpriced
    key = {"chat": "cache_hits", "deeper": "tokens_from_cache", "responses": "cacheReads"}[name]
    assert (left.kind, left.reason.startswith(f"no rule reads its field {key}")) == ("unread_field", True)
    assert left.tokens.input == 1000


@pytest.mark.parametrize(
    "more", [{"cache_hits": 0}, {"cache_hits": None}, {"prompt_cache_miss_tokens": 7}, {"cache_discount": 0.5}]
)
def test_a_cache_field_that_tells_of_no_tokens_does_not_matter(
    shipped: PriceTable, tmp_path: Path, more: dict[str, Any]
) -> None:
    text = {"choices": [{"message": {"content": '"cache_hits": 4'}}]}
    for form in ("lines", "array"):
        path = written(tmp_path / "log.json", {**used(CHAT, **more), **text}, used(CHAT, cache_hits=0), form=form)
        assert usage(shipped, [path]).priced == 2


def test_a_column_of_cached_tokens_that_no_rule_reads(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = "model,time,input_tokens,output_tokens,cache_hit_tokens"
    path.write_text(f"{names}\ngpt-4o,{TIME},1000,30,400\ngpt-4o,{TIME},1000,30,0\n")
    result = usage(shipped, [str(path)])
    assert (result.priced, [item.reason.split(" (")[0] for item in result.unpriced]) == (
        1, ["no rule reads its field cache_hit_tokens"],
    )  # fmt: skip


ROW = {"model": "gpt-4o", "time": "2025-03-01T12:00:00Z", "input_tokens": 10, "output_tokens": 1}
ROWS = [{**ROW, "tokens_from_cache": 4}, {**ROW, "tokens_from_cache": 0, "cache_key": 7}, ROW]


def test_a_field_of_cached_tokens_in_rows_of_json(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    result = usage(shipped, [str(path)])
    assert (result.priced, result.unpriced_rows) == (2, 1)
    assert "tokens_from_cache" in result.unpriced[0].reason


@pytest.mark.engine
def test_spark_finds_them_in_rows(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    result = usage(shipped, [str(path)], engine="spark", cluster=spark)
    assert (result.priced, [item.reason.split(" (")[0] for item in result.unpriced]) == (
        2, ["no rule reads its field tokens_from_cache"]
    )  # fmt: skip


def test_a_text_that_is_json_among_objects(shipped: PriceTable, tmp_path: Path) -> None:
    plain = {**SPEND, "metadata": {}}
    path = written(tmp_path / "log.jsonl", *[plain] * 60, CACHED["text that is JSON"])
    assert tokens(usage(shipped, [path])) == [(61, 61_000, 400, 0, 61 * 30)]


@pytest.mark.engine
def test_spark_reads_them_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    path = written(tmp_path / "log.jsonl", *CACHED.values(), *EXCLUDING.values(), *UNREAD.values())
    there, here = usage(shipped, [path], engine="spark", cluster=spark), usage(shipped, [path])
    assert there.rows == here.rows
    assert there.priced == here.priced == len(CACHED) + len(EXCLUDING)
    assert {item[:3] for item in there.unpriced} == {item[:3] for item in here.unpriced}
