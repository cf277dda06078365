"""Every shape of record, each with the page that documents it, is priced as the same request alone."""

import csv
import gzip
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, price
from tokencost.errors import InvalidRequest
from tokencost.logs.usage import Usage, usage

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECONDS = int(AT.timestamp())
CHAT = {"prompt_tokens": 1000, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 400}}
RESPONSES = {"input_tokens": 1000, "output_tokens": 300, "input_tokens_details": {"cached_tokens": 400}}
# https://platform.openai.com/docs/api-reference/chat/object
CHAT_OBJECT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": SECONDS, "model": "gpt-4o", "service_tier": "default",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}}],
    "usage": {**CHAT, "total_tokens": 1300, "completion_tokens_details": {"reasoning_tokens": 100}},
}  # fmt: skip
# https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
ATTRIBUTES = {
    "gen_ai.response.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 300,
    "gen_ai.usage.cache_read.input_tokens": 400,
}
RECORDS: dict[str, dict[str, Any]] = {
    "chat": CHAT_OBJECT,
    # https://platform.openai.com/docs/api-reference/responses/object
    "responses": {
        "object": "response", "created_at": SECONDS - 60, "completed_at": SECONDS, "model": "gpt-4o",
        "service_tier": None, "usage": RESPONSES,
    },
    "wrapped": {"ts": "x", "request": {"model": "gpt-4o", "messages": []}, "response": CHAT_OBJECT},
    # https://api-docs.deepseek.com/api/create-chat-completion, also beside OpenAI's spelling
    "deepseek": {
        "created": SECONDS, "model": "gpt-4o",
        "usage": {**CHAT, "prompt_cache_hit_tokens": 400, "prompt_cache_miss_tokens": 600},
    },
    "deepseek alone": {
        "created": SECONDS, "model": "gpt-4o",
        "usage": {"prompt_tokens": 1000, "completion_tokens": 300, "prompt_cache_hit_tokens": 400},
    },
    "deepseek parts": {
        "created": SECONDS, "model": "gpt-4o",
        "usage": {"completion_tokens": 300, "prompt_cache_hit_tokens": 400, "prompt_cache_miss_tokens": 600},
    },
    # https://docs.litellm.ai/docs/proxy/cost_tracking
    "litellm": {
        "request_id": "r", "call_type": "acompletion", "spend": 0.0045, "prompt_tokens": 1000,
        "completion_tokens": 300, "startTime": "2025-03-01 11:59:00.000", "endTime": "2025-03-01 12:00:00.000",
        "model": "openai/gpt-4o", "cache_hit": "False",
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}},
    },
    "otel": {"name": "chat gpt-4o", "end_time": "2025-03-01T12:00:00.000000Z", "attributes": ATTRIBUTES},
    "otel flat": {"timestamp": "2025-03-01T20:00:00+08:00", **ATTRIBUTES},
    "otel older": {
        "end_time": "2025-03-01T12:00:00Z",
        "attributes": {
            "gen_ai.request.model": "gpt-4o", "gen_ai.usage.prompt_tokens": 1000,
            "gen_ai.usage.completion_tokens": 300, "gen_ai.usage.cache_read.input_tokens": 400,
        },
    },
    # https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
    "otlp": {
        "resourceSpans": [{"scopeSpans": [{"spans": [
            {
                "startTimeUnixNano": "1740830300000000000", "endTimeUnixNano": f"{SECONDS}000000000",
                "attributes": [
                    {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": str(value)}}
                    for key, value in ATTRIBUTES.items()
                ],
            },
        ]}]}],
    },
    # https://python.langchain.com/api_reference/core/messages/langchain_core.messages.ai.UsageMetadata.html
    "langchain": {
        "type": "ai", "timestamp": "2025-03-01T12:00:00Z", "response_metadata": {"model_name": "gpt-4o"},
        "usage_metadata": {
            "input_tokens": 1000, "output_tokens": 300, "total_tokens": 1300,
            "input_token_details": {"cache_read": 400}, "output_token_details": {"reasoning": 100},
        },
    },
    "table": {
        "model": "gpt-4o", "time": "2025-03-01T12:00:00Z", "input_tokens": 1000, "cached_input_tokens": 400,
        "output_tokens": 300,
    },
    # https://platform.openai.com/docs/api-reference/usage/completions_object
    "usage api": {
        "object": "page", "data": [{
            "object": "bucket", "start_time": SECONDS, "end_time": SECONDS + 3600,
            "results": [{
                "object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 300,
                "input_cached_tokens": 400, "num_model_requests": 1, "model": "gpt-4o", "batch": False,
                "service_tier": "default",
            }],
        }],
    },
}  # fmt: skip


def written(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def adds_up(result: Usage) -> bool:
    return result.read == result.priced + result.unpriced_rows + result.rejected_count + result.no_call_count


@pytest.mark.parametrize("name", RECORDS)
def test_each_shape_costs_what_the_request_costs(shipped: PriceTable, tmp_path: Path, name: str) -> None:
    result = usage(shipped, [written(tmp_path / "log.jsonl", RECORDS[name])])
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    assert (result.rejected, result.unpriced) == ((), ())
    (row,) = result.rows
    assert (row.group, tuple(row.tokens), row.cost) == (("gpt-4o",), (1, 1000, 400, 0, 300), alone.parts)
    assert adds_up(result)
    assert result.read == 1


def test_all_shapes_in_one_file_and_in_an_array(shipped: PriceTable, tmp_path: Path) -> None:
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    lines = written(tmp_path / "log.jsonl", *RECORDS.values())
    array = tmp_path / "log.json"
    array.write_text(json.dumps(list(RECORDS.values()), indent=1), encoding="utf-8")
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(Path(lines).read_bytes()))
    late = tmp_path / "late.jsonl"
    late.write_text((json.dumps(CHAT_OBJECT) + "\n") * 200 + Path(lines).read_text(encoding="utf-8"), encoding="utf-8")
    for path, more in ((lines, 0), (str(array), 0), (str(packed), 0), (str(late), 200)):
        result = usage(shipped, [path], keep_repeats=True)
        (row,) = result.rows
        assert row.cost.total == alone.total * (len(RECORDS) + more)
        assert result.read == result.priced == len(RECORDS) + more


def test_batch_output_is_priced_as_batch_and_failed_lines_are_counted_apart(
    shipped: PriceTable, tmp_path: Path
) -> None:
    # https://platform.openai.com/docs/api-reference/batch/request-output
    good = {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": CHAT_OBJECT}, "error": None}
    failed = {"id": "b", "custom_id": "2", "response": None, "error": {"code": "batch_expired", "message": "m"}}
    refused = {"id": "b", "custom_id": "3", "response": {"status_code": 400, "body": {"error": {}}}, "error": None}
    path = written(tmp_path / "batch.jsonl", good, failed, refused)
    result = usage(shipped, [path], by=["tier"])
    alone = price(shipped, "gpt-4o", on=AT, tier="batch", input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    (row,) = result.rows
    assert (row.group, row.cost.total) == (("batch",), alone.total)
    assert (result.rejected_count, result.failed_count, result.no_call_count) == (0, 2, 2)
    assert (result.rejected, result.complete) == ((), True)
    assert adds_up(result)


AMOUNT = """\ufeffuser_id,utc_date,model,api_key_name,api_key,type,price,amount\r
u,2025-01-27,deepseek-reasoner,k,sk-12***34,output_tokens,0.00000219,300\r
u,2025-01-27,deepseek-reasoner,k,sk-12***34,input_cache_hit_tokens,0.00000014,400\r
u,2025-01-27,deepseek-reasoner,k,sk-12***34,input_cache_miss_tokens,0.00000055,600\r
u,2025-01-27,deepseek-reasoner,k,sk-12***34,request_count,,7\r
"""


def test_the_amounts_that_deepseek_exports(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "amount-2025-1.csv"
    path.write_bytes(AMOUNT.encode())
    result = usage(shipped, [str(path)])
    alone = price(
        shipped, "deepseek-reasoner", on="2025-01-27", input_tokens=1000, cached_input_tokens=400, output_tokens=300
    )
    (row,) = result.rows
    assert tuple(row.tokens) == (7, 1000, 400, 0, 300)
    assert row.cost.total == alone.total
    assert (result.read, result.priced) == (4, 4)


def test_the_amounts_that_deepseek_exports_by_bucket(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "amount-2025-01-27_2025-01-28.csv"
    text = AMOUNT.replace("utc_date", "start_time_iso,end_time_iso")
    path.write_bytes(text.replace("2025-01-27", "2025-01-27T00:00:00+08:00,2025-01-28T00:00:00+08:00").encode())
    result = usage(shipped, [str(path)], by=["model", "day"])
    alone = price(
        shipped, "deepseek-reasoner", on="2025-01-26", input_tokens=1000, cached_input_tokens=400, output_tokens=300
    )
    (row,) = result.rows
    assert row.group == ("deepseek-reasoner", "2025-01-26")
    assert tuple(row.tokens) == (7, 1000, 400, 0, 300)
    assert row.cost.total == alone.total


def test_the_cache_writes_of_usage_buckets(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "start_time,end_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens,"
        "input_cache_write_tokens\n1763596800,1763683200,2,gpt-6.1-sol,1000,10,400,100\n",
        encoding="utf-8",
    )
    (row,) = usage(shipped, [str(path)], on="2026-11-20").rows
    assert tuple(row.tokens) == (2, 1000, 400, 100, 10)


def test_a_date_leaves_the_hour_open_unless_a_window_is_named(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "amount.csv"
    unsaid = re.sub(r",0[.][0-9]+,", ",,", AMOUNT)
    path.write_bytes(unsaid.replace("2025-01-27", "2025-04-01").encode())
    result = usage(shipped, [str(path)])
    (left,) = result.unpriced
    assert "depends on the hour" in left.reason
    assert "--window" in left.reason
    assert adds_up(result)
    chosen = usage(shipped, [str(path)], window="off-peak")
    alone = price(
        shipped, "deepseek-reasoner", on="2025-04-01", window="off-peak",
        input_tokens=1000, cached_input_tokens=400, output_tokens=300,
    )  # fmt: skip
    assert chosen.rows[0].cost.total == alone.total


PAID = """user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount
u,{day},deepseek-flash,k,sk-1,input_cache_miss_tokens,{peak[0]},1000
u,{day},deepseek-flash,k,sk-1,input_cache_miss_tokens,{rest[0]},2000
u,{day},deepseek-flash,k,sk-1,input_cache_hit_tokens,{peak[1]},10000
u,{day},deepseek-flash,k,sk-1,input_cache_hit_tokens,{rest[1]},20000
u,{day},deepseek-flash,k,sk-1,output_tokens,{peak[2]},300
u,{day},deepseek-flash,k,sk-1,output_tokens,{rest[2]},400
u,{day},deepseek-flash,k,sk-1,request_count,,7
"""
USD = {"peak": ("0.0000003", "0.000000006", "0.0000012"), "rest": ("0.00000015", "0.000000003", "0.0000006")}
CNY = {"peak": ("0.000002", "0.00000004", "0.000008"), "rest": ("1e-06", "0.0000000200", "4E-6")}
BUCKET = "2026-11-10T00:00:00+08:00,2026-11-11T00:00:00+08:00"


@pytest.mark.parametrize("prices", [USD, CNY], ids=["USD", "CNY"])
def test_what_was_paid_for_a_token_tells_the_hours_of_a_day(
    shipped: PriceTable, tmp_path: Path, prices: dict[str, tuple[str, ...]]
) -> None:
    path = tmp_path / "amount.csv"
    path.write_text(PAID.format(day=BUCKET, **prices), encoding="utf-8")
    parts = {
        window: price(
            shipped, "deepseek-flash", on="2026-11-10", window=window,
            input_tokens=tokens + cached, cached_input_tokens=cached, output_tokens=output,
        ).total
        for window, tokens, cached, output in (("peak", 1000, 10_000, 300), ("off-peak", 2000, 20_000, 400))
    }  # fmt: skip
    result = usage(shipped, [str(path)])
    (row,) = result.rows
    assert tuple(row.tokens) == (7, 33_000, 30_000, 0, 700)
    assert row.cost.total == sum(parts.values())
    assert (result.hours_told, result.complete) == (True, True)
    by_window = usage(shipped, [str(path)], by="window").rows
    assert {str(row.group[0]): row.cost.total for row in by_window} == parts
    # What it tells goes before a window that is named for hours that are not known.
    assert usage(shipped, [str(path)], window="peak").rows[0].cost.total == sum(parts.values())


def test_what_no_rate_of_the_day_is_tells_no_hour(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "amount.csv"
    others = {
        "peak": ("0.0000004", "0.0000003", "0.0000002"),
        "rest": ("0", "0.15", "0.0000006000001"),
    }
    path.write_text(PAID.format(day=BUCKET, **others), encoding="utf-8")
    result = usage(shipped, [str(path)])
    # Requests without tokens cost nothing at any hour.
    assert (result.read, result.priced, result.requests, result.hours_told) == (7, 1, 7, False)
    assert adds_up(result)
    # Where the hour does not matter, nobody asks what was paid.
    path.write_text(PAID.format(day="2026-11-08T00:00:00Z,2026-11-09T00:00:00Z", **others), encoding="utf-8")
    whole = usage(shipped, [str(path)])
    assert (whole.priced, whole.hours_told) == (7, False)


def test_what_was_paid_tells_nothing_of_other_models(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "amount.csv"
    path.write_text(PAID.format(day=BUCKET, **USD), encoding="utf-8")
    result = usage(shipped, [str(path)], as_models="deepseek-v4-pro")
    assert result.unpriced == ()
    (left,) = result.unpriced_elsewhere
    assert "depends on the hour" in left.reason


def test_a_usage_export_as_csv_and_base_rates_for_sums(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "start_time,end_time,num_model_requests,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens\n"
        "1763596800,1763683200,1000,gpt-6.1-sol,True,,5000000,10,0\n",
        encoding="utf-8",
    )
    result = usage(shipped, [str(path)], on="2026-11-20")
    assert result.base_rates == ("gpt-6.1-sol",)
    assert result.rows[0].tokens.requests == 1000
    alone = price(shipped, "gpt-6.1-sol", on="2026-11-20", tier="batch", input_tokens=1, output_tokens=0)
    assert result.rows[0].cost.uncached_input == alone.total * 5_000_000


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_plain_table(shipped: PriceTable, tmp_path: Path, separator: str) -> None:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=separator)
    rows.writerow(["model", "time", "input_tokens", "cached_input_tokens", "output_tokens", "team"])
    rows.writerow(["gpt-4o", "2025-03-01 12:00:00", "1000", "400.0", "300", 'a"b,c'])
    rows.writerow(["gpt-4o", "2025-03-01", "1000", "", "300", ""])
    path = tmp_path / "log.txt"
    path.write_text(out.getvalue(), encoding="utf-8")
    result = usage(shipped, [str(path)], by=["team"])
    assert {row.group: row.tokens.cached_input for row in result.rows} == {('a"b,c',): 400, (None,): 0}


def test_parquet(shipped: PriceTable, tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "log.parquet"
    duckdb.sql(
        "COPY (SELECT 'gpt-4o' AS model, TIMESTAMP '2025-03-01 12:00:00' AS time, 1000 AS input_tokens, "
        f"400 AS cached_input_tokens, 300 AS output_tokens, {{'team': 'x'}} AS metadata) TO '{path}'"
    )
    nested = tmp_path / "nested.parquet"
    duckdb.sql(
        f"COPY (SELECT 'gpt-4o' AS model, {SECONDS} AS created, {{'prompt_tokens': 1000, 'completion_tokens': 300, "
        f"'prompt_tokens_details': {{'cached_tokens': 400}}}} AS usage) TO '{nested}'"
    )
    result = usage(shipped, [str(path), str(nested)], by=["metadata.team"])
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    assert [(row.group, row.cost.total) for row in result.rows] == [((None,), alone.total), (("x",), alone.total)]


def test_zstd(shipped: PriceTable, tmp_path: Path) -> None:
    import duckdb

    plain = written(tmp_path / "plain.jsonl", CHAT_OBJECT, {"x": 1})
    packed = tmp_path / "log.zst"
    duckdb.sql(f"COPY (SELECT json FROM read_ndjson_objects('{plain}')) TO '{packed}' "
               "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x1f', COMPRESSION zstd)")  # fmt: skip
    result = usage(shipped, [str(packed)])
    assert (result.priced, [item.line for item in result.rejected]) == (1, [2])


def test_anything_else_is_mapped(shipped: PriceTable, tmp_path: Path) -> None:
    record = {"m": {"x y": "gpt-4o"}, "n": {"in": 1000, "hit": 400}, "out": 300, "when": "2025-03-01T12:00:00Z"}
    path = written(tmp_path / "log.jsonl", record)
    mapping = {"model": "m.x y", "input_tokens": "n.in", "cached_input_tokens": "n.hit", "output_tokens": "out",
               "time": "when"}  # fmt: skip
    result = usage(shipped, [path], mapping=mapping)
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    assert [row.cost.total for row in result.rows] == [alone.total]
    with pytest.raises(InvalidRequest, match="no field 'colour'"):
        usage(shipped, [path], mapping={"colour": "x"})


def test_the_completion_decides_where_it_is_recorded(shipped: PriceTable, tmp_path: Path) -> None:
    """DeepSeek, 2025: the completion timestamp of each request determines its pricing tier."""
    record = {"object": "response", "model": "deepseek-chat", "usage": RESPONSES,
              "created_at": "2025-04-01T16:29:59Z", "completed_at": "2025-04-01T16:30:00Z"}  # fmt: skip
    result = usage(shipped, [written(tmp_path / "log.jsonl", record)], by=["window"])
    assert [row.group for row in result.rows] == [("off-peak",)]


def test_what_has_no_price_is_listed_with_its_reason(shipped: PriceTable, tmp_path: Path) -> None:
    base = {"created": SECONDS, "usage": CHAT}
    path = written(
        tmp_path / "log.jsonl",
        {**base, "model": "gpt-4o"},
        {**base, "model": "gpt-4oo"},
        {**base, "model": "gpt-4o", "service_tier": "warp"},
        {**base, "model": "gpt-6.1-sol"},
        {**base, "model": None},
        {"model": "gpt-4o", "usage": CHAT},
    )
    result = usage(shipped, [path])
    reasons = {(item.model, item.reason.split(" (")[0]) for item in result.unpriced}
    assert ("gpt-4oo", "unknown model 'gpt-4oo'") in reasons
    assert ("gpt-4o", "gpt-4o offers no warp tier") in reasons
    assert ("gpt-6.1-sol", "no price of gpt-6.1-sol on 2025-03-01T12:00:00Z") in reasons
    assert (None, "the record names no model") in reasons
    assert ("gpt-4o", "the record has no time") in reasons
    assert any("did you mean gpt-4o" in item.reason for item in result.unpriced)
    assert (result.priced, result.unpriced_rows) == (1, 5)
    assert usage(shipped, [path], on="2025-03-01").priced == 2


def test_a_tier_in_other_letters_is_that_tier(shipped: PriceTable, tmp_path: Path) -> None:
    tiers = ("batch", "Batch", "BATCH", "priority", "Priority", "default", "Default", "AUTO", "Standard")
    records = [{"created": SECONDS, "model": "gpt-4o", "usage": CHAT, "service_tier": tier} for tier in tiers]
    result = usage(shipped, [written(tmp_path / "log.jsonl", *records)], by=["tier"])
    assert {row.group: row.tokens.requests for row in result.rows} == {
        ("batch",): 3, ("priority",): 2, ("standard",): 4,
    }  # fmt: skip
    assert result.complete


@pytest.mark.parametrize("name", ["GPT-4o", "DeepSeek-R1", "OpenAI/gpt-4o", "gpt_4o"])
def test_a_model_is_priced_only_where_its_name_is_written_as_the_table_has_it(
    shipped: PriceTable, tmp_path: Path, name: str
) -> None:
    """Other hosts serve models under names such as DeepSeek-R1, at prices of their own."""
    result = usage(shipped, [written(tmp_path / "log.jsonl", {"created": SECONDS, "model": name, "usage": CHAT})])
    assert (result.priced, [item.model for item in result.unpriced]) == (0, [name])
    assert "did you mean" in result.unpriced[0].reason


def test_elsewhere_with_a_token_factor(shipped: PriceTable, tmp_path: Path) -> None:
    from fractions import Fraction

    path = written(tmp_path / "log.jsonl", CHAT_OBJECT)
    result = usage(shipped, [path], as_models=["gpt-4o-mini"], token_factors={None: Fraction(11, 10)})
    alone = price(shipped, "gpt-4o-mini", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=300)
    (other,) = result.rows[0].elsewhere
    assert other.cost == alone.total * Decimal("1.1")
    assert other.ratio == Fraction(result.rows[0].cost.total) / Fraction(other.cost)


def test_periods_and_bounds(shipped: PriceTable, tmp_path: Path) -> None:
    records = [{**CHAT_OBJECT, "created": when} for when in ("2024-12-30T00:00:00Z", "2025-01-01T00:00:00Z")]
    path = written(tmp_path / "log.jsonl", *records)
    result = usage(shipped, [path], by=["day", "week", "month"])
    assert [row.group for row in result.rows] == [
        ("2024-12-30", "2025-W01", "2024-12"),
        ("2025-01-01", "2025-W01", "2025-01"),
    ]
    assert usage(shipped, [path], since="2025-01-01").read == 1
    assert usage(shipped, [path], until="2025-01-01").read == 1


def test_tables_of_different_columns_and_files_of_different_kinds_together(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "it's a [folder]=1"
    folder.mkdir()
    written(folder / "a'b.jsonl", CHAT_OBJECT)
    (folder / "c.csv").write_text("model,time,input_tokens,output_tokens\ngpt-4o,2025-03-01T12:00:00Z,1,1\n")
    (folder / "d.csv").write_text("time,model,output_tokens,input_tokens\n2025-03-01T12:00:00Z,gpt-4o,1,1\n")
    (folder / "empty.jsonl").write_text("")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CHAT_OBJECT).encode())))
    result = usage(shipped, [str(folder), "-"], keep_repeats=True)
    assert (result.read, result.priced) == (4, 4)
