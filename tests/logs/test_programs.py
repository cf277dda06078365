"""What programs and gateways write: what they leave to be said, and that every engine reads them alike."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.logs.test_kinds import FOLDER, read_example, write_files
from tokencost import PriceTable, price
from tokencost.logs.engines.named_fields import hints_of_far
from tokencost.logs.files.csv_header import read_header
from tokencost.logs.files.discover import Log, open_logs
from tokencost.logs.records.kinds import LOG_KINDS, named_kinds
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.fields import literal
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask

TURN: dict[str, Any] = {
    "type": "turn.completed",
    "usage": {
        "input_tokens": 500_000, "cached_input_tokens": 400_000, "cache_write_input_tokens": 0,
        "output_tokens": 1000, "reasoning_output_tokens": 64,
    },
}  # fmt: skip
CHAT = {"model": "gpt-4o", "created": 1740830400, "usage": {"prompt_tokens": 10, "completion_tokens": 1}}
IN_JSON = (
    *("aider", "azure-api-management-array", "codex-exec", "helicone", "helicone-older", "litellm", "new-api"),
    *("openrouter-by-day", "openrouter-generation", "portkey", "realtime"),
)
EXAMPLES = (*IN_JSON, "azure-api-management", "cursor", "cursor-older", "new-api-csv", "openrouter-activity")


def written(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    return str(path)


def test_a_turn_of_codex_is_priced_once_its_model_and_its_day_are_named(shipped: PriceTable, tmp_path: Path) -> None:
    """Half a million tokens of one turn are those of many calls, of which none is known to be long."""
    path = written(tmp_path / "codex.jsonl", {"type": "thread.started", "thread_id": "t"}, TURN)
    (left,) = usage(shipped, path).unpriced
    assert (left.kind, "--model NAME and --on WHEN say both" in left.reason) == ("no_model", True)
    (left,) = usage(shipped, path, on="2026-04-01").unpriced
    assert left.reason.startswith("the record names no model (--model NAME says which")
    (left,) = usage(shipped, path, model="gpt-5.4").unpriced
    assert "--on WHEN" in left.reason
    result = usage(shipped, path, model="gpt-5.4", on="2026-04-01")
    once = price(
        shipped, "gpt-5.4", on="2026-04-01", input_tokens=100_000, cached_input_tokens=80_000, output_tokens=200
    )
    assert [row.cost.total for row in result.rows] == [5 * once.total]
    assert (result.base_rates, result.no_call_count, result.complete) == (("gpt-5.4",), 1, True)


def test_a_response_beside_it_keeps_its_context_length(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", {**TURN, "type": "response"})
    result = usage(shipped, path, model="gpt-5.4", on="2026-04-01")
    long = price(
        shipped, "gpt-5.4", on="2026-04-01", input_tokens=500_000, cached_input_tokens=400_000, output_tokens=1000
    )
    assert ([row.cost.total for row in result.rows], result.base_rates) == ([long.total], ())


@pytest.mark.parametrize("effort", ["", "-none", "-low", "-medium", "-high", "-xhigh", "-extra-high"])
def test_how_hard_cursor_made_a_model_think_is_no_other_model(shipped: PriceTable, tmp_path: Path, effort: str) -> None:
    path = tmp_path / "usage.csv"
    header = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens\n"
    path.write_text(f"{header}2026-04-01T10:00:00.000Z,gpt-5.4{effort},0,10,0,1\n", encoding="utf-8")
    assert [row.group for row in usage(shipped, str(path)).rows] == [("gpt-5.4",)]


@pytest.mark.parametrize("model", ["-high", "high", "gpt-5.4-highest", "gpt-5.4-high-fast"])
def test_what_is_no_effort_stays_in_the_name(shipped: PriceTable, tmp_path: Path, model: str) -> None:
    path = tmp_path / "usage.csv"
    header = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens\n"
    path.write_text(f"{header}2026-04-01T10:00:00.000Z,{model},0,10,0,1\n", encoding="utf-8")
    assert [(item.model, item.kind) for item in usage(shipped, str(path)).unpriced] == [(model, "unknown_model")]


def test_audio_is_said_before_a_missing_model(shipped: PriceTable, tmp_path: Path) -> None:
    details = {"text_tokens": 119, "audio_tokens": 13, "cached_tokens": 64}
    done = {"usage": {"input_tokens": 132, "output_tokens": 1, "input_token_details": details}}
    (left,) = usage(shipped, written(tmp_path / "log.jsonl", {"type": "response.done", "response": done})).unpriced
    assert (left.kind, left.model) == ("other_tokens", None)
    details["audio_tokens"] = 0
    (left,) = usage(shipped, written(tmp_path / "log.jsonl", {"type": "response.done", "response": done})).unpriced
    assert left.kind == "no_model"


def test_a_table_beside_lines_of_which_one_is_no_record(shipped: PriceTable, tmp_path: Path) -> None:
    """Its columns differ in case alone from fields of others, with which they cannot be looked for."""
    table, _ = written_example(tmp_path, "cursor-older")
    result = usage(shipped, [table, written(tmp_path / "log.jsonl", CHAT, {"x": 1})])
    assert (result.priced, result.rejected_count) == (3, 1)


def test_fields_that_differ_in_case_alone_are_found_late(shipped: PriceTable, tmp_path: Path) -> None:
    event = {"Date": "2026-04-01T10:00:00Z", "Model": "gpt-5.4", "Input (w/o Cache Write)": 10, "Cache Read": 5,
             "Output Tokens": 1}  # fmt: skip
    result = usage(shipped, written(tmp_path / "log.jsonl", *[CHAT] * 200, event))
    assert (result.priced, result.rejected_count) == (201, 0)


@pytest.mark.parametrize("example", IN_JSON)
def test_they_are_known_wherever_they_come(shipped: PriceTable, tmp_path: Path, example: str) -> None:
    """Behind so many others that the first lines do not show them."""
    records = json_records(example)
    alone = usage(shipped, written(tmp_path / "alone.jsonl", *records))
    late = usage(shipped, written(tmp_path / "late.jsonl", *[CHAT] * 200, *records))
    assert late.priced == alone.priced + 200
    assert (late.unpriced, late.no_call_count, late.rejected_count) == (alone.unpriced, alone.no_call_count, 0)


def json_records(example: str) -> list[dict[str, Any]]:
    """The records of an example in JSON, those of a page or an array one by one."""
    (file,) = read_example(FOLDER / f"{example}.toml")["files"]
    text = file["text"]
    if not file["name"].endswith(".json"):
        return [json.loads(line) for line in text.strip().split("\n")]
    read = json.loads(text)
    found: list[dict[str, Any]] = read["data"] if isinstance(read, dict) else read
    return found


def ends(result: Usage) -> tuple[object, ...]:
    """Where all records ended; a query over a table knows no names of files, and no reasons without a price."""
    left = {(item.model, item.reason, item.rows, item.tokens) for item in result.unpriced}
    return result.rows, left, result.read, result.priced, result.rejected_count, result.no_call_count


def written_example(folder: Path, example: str) -> tuple[str, tuple[str, ...]]:
    read = read_example(FOLDER / f"{example}.toml")
    write_files(folder, read["files"])
    return str(folder / read["files"][0]["name"]), tuple(read["kinds"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_printed_query_reads_them_alike(shipped: PriceTable, tmp_path: Path, example: str) -> None:
    path, names = written_example(tmp_path, example)
    here = usage(shipped, path)
    kinds = list(named_kinds(names))
    assert set(names) <= {kind.name for kind in kinds} <= {kind.name for kind in LOG_KINDS}
    with duckdb.connect() as connection:
        if example in IN_JSON:
            records = json_records(example)
            connection.execute("CREATE TABLE logs (record JSON)")
            connection.executemany("INSERT INTO logs VALUES (?)", [[json.dumps(record)] for record in records])
            where: dict[str, Any] = {"json_column": "record"}
        else:
            connection.execute(f"CREATE TABLE logs AS SELECT * FROM read_csv('{path}', all_varchar=true)")
            with open_logs([path]) as logs:
                where = {"columns": read_header(logs.files[0])}
        text = table_query(DIALECTS["duckdb"], "logs", kinds, ask(shipped), rate_periods(shipped), **where)
        connection.sql(text).write_csv(str(tmp_path / "sums.csv"))
    assert ends(usage(shipped, str(tmp_path / "sums.csv"))) == ends(here)


@pytest.mark.engine
def test_spark_names_the_keys_of_unknown_records(shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    path = written(tmp_path / "log.jsonl", CHAT, {"name": "gpt-4o", "tokens": {"in": 5, "out": 1}})
    there, here = usage(shipped, path, engine="spark", cluster=spark), usage(shipped, path)
    assert there.hints == here.hints
    assert "have the keys name, tokens.in, tokens.out" in there.hints[0]


def test_what_only_a_cluster_has_read_is_said_to_be_unknown(tmp_path: Path) -> None:
    near = Log(str(tmp_path), str(tmp_path), "lines", "none", 1)
    assert list(hints_of_far([near], [str(tmp_path)])) == []
    (hint,) = hints_of_far([near], [str(tmp_path), *(f"s3a://bucket/{name}.jsonl" for name in "dcba")])
    assert hint.startswith("s3a://bucket/a.jsonl, s3a://bucket/b.jsonl, s3a://bucket/c.jsonl and 1 more: records of no")
    assert "--map" in hint


TEXTS = [
    (2, "gpt-4o", 1000, '{"cache_tokens":400,"frt":1.25}'),
    (2, "deepseek-chat", 600, '{"claude":true,"cache_tokens":400}'),
    (2, "gpt-4o", 1000, "{cut off"), (2, "gpt-4o", 1000, ""), (1, "", 0, None),
]  # fmt: skip
"""Rows of new-api whose `other` is a column of text, which holds JSON or not."""


def check_texts(dialect: str, execute: Callable[[str], str], table: PriceTable, folder: Path) -> None:
    log, sums = folder / "log.csv", folder / "sums.csv"
    with log.open("w", newline="") as stream:
        rows = [(1740830400, kind, model, 5, tokens, 300, other) for kind, model, tokens, other in TEXTS]
        csv.writer(stream).writerows([COLUMNS, *rows])
    values = ", ".join(
        f"(1740830400, {kind}, '{model}', 5, {tokens}, 300, {literal(other) if other is not None else 'NULL'})"
        for kind, model, tokens, other in TEXTS
    )
    execute(f"INSERT INTO logs ({', '.join(COLUMNS)}) VALUES {values}")
    kinds = [kind for kind in LOG_KINDS if kind.name in ("one-api", "one-api-claude")]
    columns = None if dialect == "postgres" else COLUMNS
    text = table_query(DIALECTS[dialect], "logs", kinds, ask(table), rate_periods(table), columns=columns)
    sums.write_text(execute(text), encoding="utf-8")
    execute("DROP TABLE logs")
    here = usage(table, str(log))
    assert ends(usage(table, str(sums))) == ends(here)
    assert sum(row.tokens.cached_input for row in here.rows) == 800


COLUMNS = ["created_at", "type", "model_name", "quota", "prompt_tokens", "completion_tokens", "other"]


@pytest.mark.engine
def test_postgresql_reads_a_text_that_is_json(shipped: PriceTable, tmp_path: Path, psql: Callable[[str], str]) -> None:
    psql(
        "CREATE TABLE logs (created_at bigint, type int, model_name text, quota int, prompt_tokens int, "
        "completion_tokens int, other text)"
    )
    check_texts("postgres", psql, shipped, tmp_path)


@pytest.mark.engine
def test_clickhouse_reads_a_text_that_is_json(
    shipped: PriceTable, tmp_path: Path, clickhouse: Callable[[str], str]
) -> None:
    clickhouse(
        "CREATE TABLE logs (created_at Int64, type Int32, model_name String, quota Int32, prompt_tokens Int32, "
        "completion_tokens Int32, other Nullable(String)) ENGINE = Memory"
    )
    check_texts("clickhouse", clickhouse, shipped, tmp_path)


@pytest.mark.engine
@pytest.mark.parametrize("example", EXAMPLES)
def test_spark_reads_them_alike(shipped: PriceTable, tmp_path: Path, spark: Cluster, example: str) -> None:
    path, _ = written_example(tmp_path, example)
    assert ends(usage(shipped, path, engine="spark", cluster=spark)) == ends(usage(shipped, path))
