"""`tokencost usage --print-sql`, and the CSV of its result as it is typed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Run = Callable[..., Any]
LOG = "tests/logs/fixtures/requests.jsonl"
BY = ("--by", "model,month,metadata.team")


def test_a_log_priced_by_way_of_a_warehouse(tokencost: Run, tmp_path: Path) -> None:
    """The printed query, run elsewhere, its result saved and priced: the same to the last digit."""
    printed = tokencost("usage", "--print-sql", "duckdb", "--table", "logs", "--shape", "chat,responses,batch", *BY)
    assert (printed.status, printed.err) == (0, "")
    assert printed.out.startswith("-- tokencost ")
    sums = tmp_path / "sums.csv"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs AS SELECT * FROM read_json(?, union_by_name=true)", [LOG])
        connection.execute(f"COPY ({printed.out}) TO '{sums}' (HEADER)")
    for more in (("--as", "gpt-6-luna", "--tier", "standard"), ("--on", "2026-11-01", "--tier", "standard"), ()):
        of_sums = tokencost("usage", str(sums), *BY, *more, "--format", "csv")
        of_logs = tokencost("usage", LOG, *BY, *more, "--format", "csv")
        assert of_sums.out == of_logs.out
        assert of_sums.status == of_logs.status


def test_the_head_of_a_query_says_what_it_expects_and_what_comes_next(tokencost: Run, tmp_path: Path) -> None:
    path = tmp_path / "query.sql"
    outcome = tokencost(
        "usage", "--print-sql", "bigquery", "--table", "p.d.logs", "--shape", "chat", "--by", "month", "-o", str(path)
    )
    assert (outcome.status, outcome.out) == (0, "")
    head = [line for line in path.read_text().splitlines() if line.startswith("--")]
    columns = "Its columns: usage, model, created, service_tier. --columns says otherwise."
    assert head[1:] == [
        "-- Not run by the tests: they have no bigquery. Compare a few of its sums with your own.",
        f"-- One row of p.d.logs is one record of the shape chat. {columns}",
        "-- Times without an offset are UTC. The query adds up whole numbers and knows no price.",
        "-- It counts a call each time that it is recorded. To count it once name id with --columns.",
        "-- Save its result as CSV with a header, and price it: tokencost usage --by month sums.csv",
    ]


TABLE = ("--table", "logs")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--print-sql", "postgres"), "--print-sql needs the name of the table"),
        (("--print-sql", "postgres", *TABLE), "--print-sql needs the shape of the records"),
        (("--print-sql", "postgres", *TABLE, "--shape", "chatt"), "there is no shape 'chatt'"),
        (("--print-sql", "postgres", "--table", "a; b", "--shape", "chat"), "'a; b' is not the name of a table"),
        (("--print-sql", "postgres", *TABLE, "--shape", "chat", LOG), "--print-sql reads no files"),
        (("--print-sql", "trino", *TABLE, "--shape", "chat", "--columns", "model"), "have the columns usage"),
        (
            ("--print-sql", "trino", *TABLE, "--shape", "chat", "--by", "metadata.a'b"),
            "no query can be written with the field",
        ),
        (
            ("--print-sql", "trino", *TABLE, "--shape", "chat", "--columns", "usage", "--json-column", "x"),
            "--columns and --json-column say different things",
        ),
        (("--shape", "chat", LOG), "--shape goes with --print-sql"),
        (("--master", "local", LOG), "--master and --spark-remote go with --engine spark"),
        (("--engine", "spark", "--master", "local", "--spark-remote", "sc://x", LOG), "are two places"),
        (("--engine", "spark", "s3a://bucket/logs"), "does not say what it holds"),
        ((), "Missing argument 'FILE...'"),
    ],
)
def test_wrong_usage(tokencost: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = tokencost("usage", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    ("address", "message"), [("sc://127.0.0.1:1", "nobody listens at"), ("spark://x", "is no address of Spark Connect")]
)
def test_a_server_that_is_not_there(tokencost: Run, address: str, message: str) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    outcome = tokencost("usage", "--engine", "spark", "--spark-remote", address, LOG)
    assert outcome.status == 2
    assert message in outcome.err


@pytest.mark.parametrize(
    ("missing", "arguments", "install"),
    [
        ("sqlglot", ("--print-sql", "trino", *TABLE, "--shape", "chat"), "warehouse"),
        ("pyspark.sql", ("--engine", "spark", LOG), "spark"),
        ("sqlglot", ("--engine", "spark", LOG), "spark"),
    ],
)
def test_a_missing_extra_is_named(
    tokencost: Run, monkeypatch: pytest.MonkeyPatch, missing: str, arguments: tuple[str, ...], install: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    outcome = tokencost("usage", *arguments)
    assert outcome.status == 2
    assert f"pip install 'tokencost-compare[{install}]'" in outcome.err
