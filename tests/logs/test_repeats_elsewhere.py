"""Calls that several records tell of, counted by other engines: as by the embedded one, to the last digit."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.logs.records.kinds import LOG_KINDS
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask

AT = 1740830400
IDS = [*(f"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKc{place}" for place in range(5)), "chatcmpl-1", "7", None]
BY = ["model", "tier", "day"]
KINDS = ("chat", "otel-flat")


def records() -> list[dict[str, Any]]:
    """Calls in one to three records each, of which one is the fullest, and some that are rejected or have no id."""
    found: list[dict[str, Any]] = []
    for place in range(60):
        used: dict[str, Any] = {"prompt_tokens": 1000 + place % 3, "completion_tokens": -1 if place % 20 == 9 else 5}
        if place % 4 == 0:
            used["prompt_tokens_details"] = {"cached_tokens": 100}
        record = {"created": AT + place % 5 * 86_400, "model": "o1" if place % 7 == 0 else "gpt-4o", "usage": used}
        name = IDS[place % len(IDS)]
        tier = {"service_tier": "flex"} if place % 6 == 0 else {}
        found.append(({} if name is None else {"id": name}) | record | tier)
    attributes = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1, "gen_ai.request.model": "gpt-4o"}
    spans = [{"trace_id": f"{place:032x}", "span_id": f"{place:016x}"} for place in (10, 11, 10)]
    return [*found, *({**ids, **attributes, "end_time": AT} for ids in spans)]


def alike(one: Usage, other: Usage) -> bool:
    numbers = [(each.rows, each.read, each.priced, each.repeats, each.rejected_count) for each in (one, other)]
    return numbers[0] == numbers[1]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "here.jsonl"
    path.write_text("\n".join(map(json.dumps, records())), encoding="utf-8")
    return path


@pytest.fixture
def here(shipped: PriceTable, log: Path) -> Usage:
    found = usage(shipped, [str(log)], by=BY)
    # Five names with two models, one more of each without a name that counts, and the spans.
    assert found.repeats > 20
    return found


def query(dialect: str, table: PriceTable, **places: Any) -> str:
    kinds = [kind for kind in LOG_KINDS if kind.name in KINDS]
    return table_query(DIALECTS[dialect], "logs", kinds, ask(table, by=BY), rate_periods(table), **places)


def test_duckdb_reads_the_printed_query_alike(here: Usage, shipped: PriceTable, log: Path, tmp_path: Path) -> None:
    sums = tmp_path / "sums.csv"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[line] for line in log.read_text().splitlines()])
        connection.sql(query("duckdb", shipped, json_column="record")).write_csv(str(sums))
        assert alike(usage(shipped, [str(sums)], by=BY), here)
        connection.sql(query("duckdb", shipped, json_column="record", keep_repeats=True)).write_csv(str(sums))
    kept = usage(shipped, [str(sums)], by=BY)
    assert alike(kept, usage(shipped, [str(log)], by=BY, keep_repeats=True))
    assert kept.repeats == 0


@pytest.mark.engine
def test_postgresql_counts_alike(
    here: Usage, shipped: PriceTable, log: Path, tmp_path: Path, psql: Callable[[str], str]
) -> None:
    rows = ", ".join(f"('{line}')" for line in log.read_text().splitlines())
    psql(f"CREATE TABLE logs (record jsonb); INSERT INTO logs VALUES {rows}")
    sums = tmp_path / "sums.csv"
    sums.write_text(psql(query("postgres", shipped, json_column="record")), encoding="utf-8")
    psql("DROP TABLE logs")
    assert alike(usage(shipped, [str(sums)], by=BY), here)


@pytest.mark.engine
def test_clickhouse_counts_alike(
    here: Usage, shipped: PriceTable, log: Path, tmp_path: Path, clickhouse: Callable[[str], str]
) -> None:
    clickhouse("CREATE TABLE logs (record String) ENGINE = Memory")
    rows = ", ".join(f"('{line}')" for line in log.read_text().splitlines())
    clickhouse(f"INSERT INTO logs VALUES {rows}")
    sums = tmp_path / "sums.csv"
    sums.write_text(clickhouse(query("clickhouse", shipped, json_column="record")), encoding="utf-8")
    clickhouse("DROP TABLE logs")
    assert alike(usage(shipped, [str(sums)], by=BY), here)


@pytest.mark.engine
def test_spark_counts_alike(here: Usage, shipped: PriceTable, log: Path, tmp_path: Path, spark: Cluster) -> None:
    def asked(*files: Path, **more: Any) -> Usage:
        return usage(shipped, [*map(str, files)], by=BY, engine="spark", cluster=spark, **more)

    assert alike(asked(log), here)
    table = tmp_path / "table.csv"
    lines = [f"{name},gpt-4o,{AT},10,1" for name in (IDS[0], IDS[1], IDS[0], "7", "7")]
    table.write_text("\n".join(["id,model,time,input_tokens,output_tokens", *lines]), encoding="utf-8")
    parquet = tmp_path / "table.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{table}')) TO '{parquet}' (FORMAT parquet)")
    found = asked(parquet)
    assert (found.priced, found.repeats) == (4, 1)
    assert alike(found, usage(shipped, [str(parquet)], by=BY))
    assert asked(parquet, keep_repeats=True).priced == len(lines)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_say_it(shipped: PriceTable, dialect: str) -> None:
    text = query(dialect, shipped, json_column="record")
    sqlglot.parse_one(text, read=DIALECTS[dialect].name)
    window = re.compile(r"ROW_NUMBER\(\) OVER \(\s*PARTITION BY", re.IGNORECASE)
    assert window.search(text)
    assert not window.search(query(dialect, shipped, json_column="record", keep_repeats=True))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json-column", "record"], "Records of one call count once: those that agree in id."),
        (["--json-column", "record", "--keep-repeats"], "It counts a call each time that it is recorded."),
        (["--columns", "id,model,created,usage"], "Records of one call count once: those that agree in id."),
        (["--columns", "model,created,usage"], "recorded. To count it once name id with --columns."),
    ],
)
def test_a_printed_query_says_whether_a_call_counts_once(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    command = ["usage", "--print-sql", "trino", "--table", "logs", "--shape", "chat", *options]
    assert run(command) == 0
    assert said in capsys.readouterr().out
