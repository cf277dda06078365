"""Other engines: what they are asked, what comes back, and that the same records are read alike by all of them."""

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from tokencost import PriceTable
from tokencost.errors import InvalidRequest
from tokencost.logs.records.kinds import FAMILIES, LOG_KINDS, named_kinds
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import Cluster, ask

BY = ["model", "month", "metadata.team"]
TIMES = (
    1740830400, 1740830400.25, 1740830400123, 1740830400123456, 1740830400123456789, "1740830400", "2025-03-01",
    "2025-03-01T12:00:00Z", "2025-03-01 12:00:00", "2025-03-01T12:00", "2025-03-01T12:00:00.5+08:00",
    "2025-03-01T12:00:00.123456789Z", "2025-03-01T12:00:00-0330", "2025-03-01T12:00:00+05", "2025-03-01 12:00:00 UTC",
    "2024-02-29T23:59:59Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-03-01T25:00:00Z", "1969-12-31",
    "yesterday", "", 12, -5, 20250301, True, "2025-03-01T12:00:00+08:00 ", "2100-01-01", [1],
)  # fmt: skip
COUNTS: tuple[Any, ...] = (0, 7, 7.0, 7.5, -1, "7", None, True, 10**15 - 1, 10**15, 2**63, 1e3, [7], {"n": 7}, "x")


def records() -> list[dict[str, Any]]:
    """Chat completions with times and counts of every kind."""
    usual = {"prompt_tokens": 1000, "completion_tokens": 10}
    found: list[dict[str, Any]] = [
        {"model": "gpt-4o", "created": at, "usage": usual, "metadata": {"team": "it's"}} for at in TIMES
    ]
    found += [
        {"model": "deepseek-chat", "created": 1740830400, "usage": {**usual, field: count}}
        for count in COUNTS
        for field in ("prompt_tokens", "completion_tokens")
    ]
    details = [{"cached_tokens": count} for count in COUNTS]
    found += [
        {"model": "gpt-4o", "created": 1740830400, "usage": {**usual, "prompt_tokens_details": part}}
        for part in [*details, {"cached_tokens": 1001}]
    ]
    found += [{"model": "gpt-4o", "time": TIMES[0], "input_tokens": count, "output_tokens": 1} for count in COUNTS]
    return [*found, {"model": "gpt-4o", "service_tier": "flex", "created": 1740830400, "usage": usual}, {"x": 1}]


def lines(some: Sequence[dict[str, Any]]) -> list[str]:
    return [json.dumps(record) for record in some]


def alike(one: Usage, other: Usage) -> bool:
    """The same rows to the last digit and the same period, and the same numbers of records left out."""
    return (
        (one.rows, one.read, one.priced, one.rejected_count, one.no_call_count, one.requests, one.first, one.last)
        == (
            *(other.rows, other.read, other.priced, other.rejected_count, other.no_call_count),
            *(other.requests, other.first, other.last),
        )
    ) and {item[:3] for item in one.unpriced} == {item[:3] for item in other.unpriced}


@pytest.fixture
def here(shipped: PriceTable, tmp_path: Path) -> Usage:
    path = tmp_path / "here.jsonl"
    path.write_text("\n".join(lines(records())), encoding="utf-8")
    return usage(shipped, [str(path)], by=BY)


def query(dialect: str, table: PriceTable, *names: str, **places: Any) -> str:
    shapes = [shape for shape in LOG_KINDS if shape.name in names]
    return table_query(DIALECTS[dialect], "logs", shapes, ask(table, by=BY), rate_periods(table), **places)


def test_duckdb_reads_the_printed_query_alike(here: Usage, shipped: PriceTable, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[line] for line in lines(records())])
        for suffix, options in (("csv", "HEADER"), ("parquet", "FORMAT parquet"), ("jsonl", "FORMAT json")):
            text = query("duckdb", shipped, "chat", "table", json_column="record")
            connection.execute(f"COPY ({text}) TO '{tmp_path}/sums.{suffix}' ({options})")
            assert alike(usage(shipped, [f"{tmp_path}/sums.{suffix}"], by=BY), here)


@pytest.mark.parametrize("timed", [True, False])
def test_sums_priced_at_another_time_know_their_period_or_say_that_they_do_not(
    shipped: PriceTable, tmp_path: Path, *, timed: bool
) -> None:
    log = '{"model": "gpt-4o", "created": 1740830400, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'
    shapes = [shape for shape in LOG_KINDS if shape.name == "chat"]
    question, sums = ask(shipped, on="2025-06-01"), str(tmp_path / "sums.csv")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        every = [log] if timed else [log, log.replace("created", "made")]
        connection.executemany("INSERT INTO logs VALUES (?)", [[line] for line in every])
        text = table_query(DIALECTS["duckdb"], "logs", shapes, question, rate_periods(shipped), json_column="record")
        connection.sql(text).write_csv(sums)
    found = usage(shipped, [sums], on="2025-06-01")
    days = (date(2025, 3, 1), date(2025, 3, 1)) if timed else (None, None)
    assert (found.priced, found.first, found.last) == (len(every), *days)


@pytest.mark.engine
def test_postgresql_reads_records_alike(
    here: Usage, shipped: PriceTable, tmp_path: Path, psql: Callable[[str], str]
) -> None:
    """Whole records in a column, and a column for each of their fields."""
    sums = tmp_path / "sums.csv"
    rows = ", ".join("('" + line.replace("'", "''") + "')" for line in lines(records()))
    psql(f"CREATE TABLE logs (record jsonb); INSERT INTO logs VALUES {rows}")
    sums.write_text(psql(query("postgres", shipped, "chat", "table", json_column="record")), encoding="utf-8")
    assert alike(usage(shipped, [str(sums)], by=BY), here)
    psql(
        "ALTER TABLE logs RENAME TO whole; CREATE TABLE logs AS SELECT record ->> 'model' AS model, "
        "record -> 'created' AS created, record -> 'usage' AS usage, record ->> 'service_tier' AS service_tier, "
        "record -> 'metadata' AS metadata FROM whole WHERE record ? 'usage'"
    )
    sums.write_text(psql(query("postgres", shipped, "chat")), encoding="utf-8")
    by_column = usage(shipped, [str(sums)], by=BY)
    log = tmp_path / "chat.jsonl"
    log.write_text("\n".join(lines([record for record in records() if "usage" in record])), encoding="utf-8")
    assert alike(by_column, usage(shipped, [str(log)], by=BY))
    psql("DROP TABLE logs; DROP TABLE whole")


def check_plain_table(dialect: str, execute: Callable[[str], str], table: PriceTable, folder: Path) -> None:
    """Typed columns, some of those that a table may have missing; the answer is that of the same table as CSV."""
    header = "model,time,input_tokens,cached_input_tokens,output_tokens,tier"
    zone = "+00" if dialect == "postgres" else ""
    rows = (
        ("deepseek-chat", "2025-03-01 16:29:59.999999", 1000, 400, 10, "standard"),
        ("deepseek-chat", "2025-03-01 16:30:00", 1000, 400, 10, "standard"),
        ("gpt-5.4", "2026-08-01 00:00:00", 272_001, 0, 10, "batch"),
        ("gpt-5.4", "2026-08-01 00:00:00", 272_000, 0, 10, "flex"),
        ("deepseek-flash", "2026-10-01 02:00:00", 5, 0, 10, "standard"),
        ("deepseek-flash", "2026-10-08 02:00:00", 5, 0, 10, "standard"),
    )
    log = folder / "log.csv"
    log.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    values = ", ".join(str((model, time + zone, *rest)) for model, time, *rest in rows)
    execute(f"INSERT INTO logs ({header}) VALUES {values}")
    by = ["model", "window", "tier", "day"]
    shapes = [shape for shape in LOG_KINDS if shape.name == "table"]
    columns = None if dialect == "postgres" else [*header.split(","), "cache_write_tokens"]
    name = "public.logs" if dialect == "postgres" else "logs"
    text = table_query(DIALECTS[dialect], name, shapes, ask(table, by=by), rate_periods(table), columns=columns)
    sums = folder / "sums.csv"
    sums.write_text(execute(text), encoding="utf-8")
    execute("DROP TABLE logs")
    found, expected = usage(table, [str(sums)], by=by), usage(table, [str(log)], by=by)
    assert found.rows == expected.rows
    assert len(found.rows) == len(rows)


@pytest.mark.engine
def test_postgresql_prices_a_plain_table(shipped: PriceTable, tmp_path: Path, psql: Callable[[str], str]) -> None:
    psql(
        "CREATE TABLE logs (model text, time timestamptz, input_tokens int, cached_input_tokens bigint, "
        "output_tokens numeric, tier varchar)"
    )
    check_plain_table("postgres", psql, shipped, tmp_path)


@pytest.mark.engine
def test_clickhouse_reads_records_alike(
    here: Usage, shipped: PriceTable, tmp_path: Path, clickhouse: Callable[[str], str]
) -> None:
    """Whole records in a column, and a column for each of their fields."""
    sums = tmp_path / "sums.csv"
    rows = ", ".join("('" + line.replace("\\", "\\\\").replace("'", "\\'") + "')" for line in lines(records()))
    clickhouse("CREATE TABLE logs (record String) ENGINE = Memory")
    clickhouse(f"INSERT INTO logs VALUES {rows}")
    sums.write_text(clickhouse(query("clickhouse", shipped, "chat", "table", json_column="record")), encoding="utf-8")
    assert alike(usage(shipped, [str(sums)], by=BY), here)
    clickhouse(
        "CREATE TABLE fields ENGINE = Memory AS SELECT JSONExtractString(record, 'model') AS model, "
        "JSONExtract(record, 'created', 'Nullable(String)') AS created, JSONExtractRaw(record, 'usage') AS usage, "
        "JSONExtract(record, 'service_tier', 'Nullable(String)') AS service_tier, "
        "JSONExtractRaw(record, 'metadata') AS metadata FROM logs WHERE JSONHas(record, 'usage')"
    )
    clickhouse("DROP TABLE logs")
    clickhouse("RENAME TABLE fields TO logs")
    columns = ["model", "created", "usage", "service_tier", "metadata"]
    sums.write_text(clickhouse(query("clickhouse", shipped, "chat", columns=columns)), encoding="utf-8")
    by_column = usage(shipped, [str(sums)], by=BY)
    clickhouse("DROP TABLE logs")
    log = tmp_path / "chat.jsonl"
    log.write_text("\n".join(lines([record for record in records() if "usage" in record])), encoding="utf-8")
    assert alike(by_column, usage(shipped, [str(log)], by=BY))


@pytest.mark.engine
def test_clickhouse_prices_a_plain_table(shipped: PriceTable, tmp_path: Path, clickhouse: Callable[[str], str]) -> None:
    clickhouse(
        "CREATE TABLE logs (model String, time DateTime64(6, 'UTC'), input_tokens Int32, cached_input_tokens Int64, "
        "cache_write_tokens Nullable(Int64), output_tokens Decimal(18, 2), tier LowCardinality(String)) "
        "ENGINE = Memory"
    )
    check_plain_table("clickhouse", clickhouse, shipped, tmp_path)


@pytest.mark.engine
def test_spark_reads_records_alike(here: Usage, shipped: PriceTable, tmp_path: Path, spark: Cluster) -> None:
    found = usage(shipped, [str(tmp_path / "here.jsonl")], by=BY, engine="spark", cluster=spark)
    assert alike(found, here)


@pytest.mark.engine
def test_spark_reads_files_of_all_kinds_alike(
    shipped: PriceTable, tmp_path: Path, spark: Cluster, zstd: Callable[[bytes], bytes]
) -> None:
    """Compressed under any name, arrays, tables of text and typed columns, and records that hold several."""
    chat = {"model": "gpt-4o", "created": 1740830400, "usage": {"prompt_tokens": 1000, "completion_tokens": 10}}
    attributes = {"gen_ai.request.model": "o1", "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 6}
    listed = [
        {"key": k, "value": {"stringValue" if k.endswith("model") else "intValue": str(v)}}
        for k, v in attributes.items()
    ]
    span = {"endTimeUnixNano": "1740830400000000000", "attributes": listed}
    bucket = {"input_tokens": 9000, "output_tokens": 3, "num_model_requests": 4, "model": "gpt-4o", "batch": True}
    page = {"data": [{"start_time": 1740826800, "end_time": 1740830400, "results": [bucket, bucket]}]}
    several: list[dict[str, Any]] = [
        chat, {"resourceSpans": [{"scopeSpans": [{"spans": [span, {"attributes": []}]}, {}]}]}, page,
        {"end_time": "2025-03-01T12:00:00Z", "attributes": attributes}, {"spans": []}, {"nothing": 1},
    ]  # fmt: skip
    text = "\n".join(lines(several)).encode()
    for name, content in {
        "several.jsonl": text,
        "packed.jsonl.gz": gzip.compress(text),
        "packed without saying so.log": gzip.compress(text),
        "zipped.jsonl.zst": zstd(text),
        "array.json": json.dumps(several).encode(),
        "pretty.json": "\n".join(json.dumps(record, indent=2) for record in several).encode(),
        "_hidden [1].jsonl": json.dumps(chat).encode() + b"\n\n{broken\n",
        "amount-2025-3.csv": b"\xef\xbb\xbfutc_date,model,api_key_name,api_key,type,price,amount\r\n"
        b"2025-03-01,deepseek-chat,k,sk-***,output_tokens,0.00000055,77\r\n2025-03-01,deepseek-chat,k,sk-***,request_count,,3\r\n",
        "spreadsheet.csv": b"model;time;input_tokens;output_tokens;note\r\n"
        b'gpt-4o;2025-03-01T12:00:00+08:00;12;3;"a, b; c"\r\n',
        "table.tsv": b"model\ttime\tinput_tokens\toutput_tokens\tmetadata\n"
        b'gpt-4o\t2025-03-01T12:00:00+08:00\t12\t3.0\t"{""team"": ""a""}"\n',
    }.items():
        (tmp_path / name).write_bytes(content)
    duckdb.execute(
        "COPY (SELECT * FROM (VALUES ('gpt-4o', TIMESTAMP '2025-03-01 12:00:00.5', 10000000.0::DOUBLE, 1::UTINYINT, "
        "{'team': 'b'}), ('o1', TIMESTAMP '2025-03-02', 1.5::DOUBLE, 1::UTINYINT, NULL)) "
        f"AS t(model, time, input_tokens, output_tokens, metadata)) TO '{tmp_path}/typed.parquet' (FORMAT parquet)"
    )
    files = [str(path) for path in tmp_path.iterdir()]
    by = ["model", "day", "tier", "metadata.team"]
    expected = usage(shipped, files, by=by, window="peak")
    found = usage(shipped, files, by=by, window="peak", engine="spark", cluster=spark)
    assert found.rows == expected.rows
    assert (found.read, found.priced, found.rejected_count) == (expected.read, expected.priced, expected.rejected_count)
    assert {item.file for item in found.rejected} == {item.file for item in expected.rejected}


SAID = [(dialect, name) for dialect in DIALECTS for name in ("chat", "table", "otel")]
SAID += [("postgres", shape.name) for shape in LOG_KINDS if ("postgres", shape.name) not in SAID]


@pytest.mark.parametrize(("dialect", "name"), SAID)
def test_every_dialect_can_say_every_shape(shipped: PriceTable, dialect: str, name: str) -> None:
    text = query(dialect, shipped, name)
    found = sqlglot.parse_one(text, read=dialect)
    assert [column.alias for column in found.selects][-1] == "rate_cells"  # type: ignore[attr-defined]
    assert "verbatim" not in text


def test_a_query_knows_no_price(table_of: Callable[[str], PriceTable]) -> None:
    model = '[models.m]\nprovider = "acme"\n[[models.m.prices]]\nfrom = 2026-01-01\nsource = "s"\n'
    one, other = (table_of(f"{model}input = {rate}\noutput = {rate}\n") for rate in ("1", "98765.4321"))
    assert query("postgres", one, "chat") == query("postgres", other, "chat")
    assert "98765" not in query("postgres", other, "chat")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["logs; DROP TABLE x", "logs WHERE 1=1 --", "(SELECT 1)", ""])
def test_what_is_no_table_is_refused(shipped: PriceTable, dialect: str, name: str) -> None:
    with pytest.raises(InvalidRequest, match="is not the name of a table"):
        table_query(DIALECTS[dialect], name, LOG_KINDS[2:3], ask(shipped), rate_periods(shipped))


def test_columns_are_never_sql(shipped: PriceTable) -> None:
    column = 'a" FROM x; DROP TABLE y; --'
    question = ask(shipped, by=[column])
    text = table_query(
        DIALECTS["duckdb"],
        "logs",
        named_kinds(["chat"]),
        question,
        rate_periods(shipped),
        columns=["usage", "model", column],
    )
    assert len(sqlglot.parse(text, read="duckdb")) == 1
    with duckdb.connect() as connection:
        quoted = '"' + column.replace('"', '""') + '"'
        connection.execute(
            "CREATE TABLE logs AS SELECT 'gpt-4o' AS model, {'prompt_tokens': 1, 'completion_tokens': 1} AS usage, "
            f"'team' AS {quoted}"
        )
        assert "team" in connection.sql(text).fetchall()[0]


SUMS = (
    "MODEL,TIER,SUMMED,PROBLEM,PRICED_AT,COVERED_UNTIL,CONTEXT_TOKENS,RECORDS,REQUESTS,INPUT_TOKENS,"
    "CACHED_INPUT_TOKENS,CACHE_WRITE_TOKENS,OUTPUT_TOKENS,FIRST_REQUEST_AT,LAST_REQUEST_AT,RATE_CELLS\n"
)
ROW = "gpt-4o,standard,0,\\N,1740830400000000,\\N,0,2,2,2000.0,0,0,20,1740830400000000,1740830400000001,{cells}\n"


def test_sums_come_back_in_capitals_and_beside_records(shipped: PriceTable, tmp_path: Path) -> None:
    sums, log = tmp_path / "sums.csv", tmp_path / "log.jsonl"
    cells = rate_periods(shipped).fingerprint
    sums.write_text(SUMS + ROW.format(cells=cells) + f",,0,input,,,,3,,,,,,,,{cells}\n", encoding="utf-8")
    log.write_text('{"model": "gpt-4o", "created": 1740830400, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}')
    found = usage(shipped, [str(sums), str(log)])
    assert (found.read, found.priced, found.rejected_count) == (6, 3, 3)
    assert found.rows[0].tokens.input == 2001
    assert found.rejected[0].reason == "3 records: the input tokens are no whole number, or missing"


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        ("0123456789ab", {}, "was summed for other dates of prices"),
        (None, {"by": ["month"]}, "has no column month"),
        (None, {"compare_to": "spend"}, "has no column logged_cost"),
        (None, {"since": "2025-01-01"}, "--since and --until belong to the query"),
        (None, {"as_models": ["o1"], "token_factors": {"o1": 2}}, "was summed for other dates of prices"),
    ],
)
def test_sums_that_answer_another_question(
    shipped: PriceTable, tmp_path: Path, cells: str | None, options: dict[str, Any], message: str
) -> None:
    sums = tmp_path / "sums.csv"
    sums.write_text(SUMS + ROW.format(cells=cells or rate_periods(shipped).fingerprint), encoding="utf-8")
    with pytest.raises(InvalidRequest, match=message):
        usage(shipped, [str(sums)], **options)


def test_a_family_of_shapes_is_asked_for_by_one_name() -> None:
    names = ["batch", "batch-responses", "batch-refused", "batch-failed"]
    assert [shape.name for shape in named_kinds(["batch"])] == names
    assert {member for family in FAMILIES.values() for member in family} <= {shape.name for shape in LOG_KINDS}
