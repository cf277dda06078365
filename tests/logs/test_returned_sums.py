"""Files of sums that another engine made: changed or cut, they are checked as records are."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost import PriceTable, load_prices
from tokencost.errors import TokencostError
from tokencost.logs.records.kinds import LOG_KINDS
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import ask

ROOT = Path(__file__).parent.parent.parent
BY = ["model", "month", "team"]
DAY = 86_400
AT = 1_740_830_400
FORMS = ("csv", "tsv", "jsonl", "parquet")
COUNTS = ("records", "requests", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
TIMES = ("priced_at", "first_request_at", "last_request_at")
Row = dict[str, Any]


@cache
def prices() -> PriceTable:
    """The shipped table; no fixture, which hypothesis would write out in full."""
    return load_prices(ROOT / "prices.toml")


@cache
def sums() -> tuple[Row, ...]:
    """What the printed query returns for some requests, buckets and a record that is none."""
    used = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 400}}
    records: list[Row] = [
        {"model": model, "created": AT + days * DAY, "usage": used, "team": team, "spend": 0.25}
        for model in ("gpt-4o", "deepseek-chat", "gpt-5.4")
        for days, team in ((0, "a"), (1, "a"), (0, "b"), (500, "b"))
    ]
    records.append({"model": "gpt-5.4", "created": AT + 500 * DAY, "team": "b",
                    "usage": {"prompt_tokens": 300_000, "completion_tokens": 1}})  # fmt: skip
    records.append({"model": "gpt-4o", "created": AT, "usage": {"prompt_tokens": -1, "completion_tokens": 1}})
    records.append({"start_time": AT, "end_time": AT + DAY, "num_model_requests": 7, "model": "gpt-4o",
                    "input_tokens": 70, "output_tokens": 7})  # fmt: skip
    shapes = [shape for shape in LOG_KINDS if shape.name in ("chat", "usage-api")]
    text = table_query(
        DIALECTS["duckdb"], "logs", shapes, ask(prices(), by=BY, compare_to="spend"), rate_periods(prices()),
        json_column="record",
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE logs (record JSON)")
        connection.executemany("INSERT INTO logs VALUES (?)", [[json.dumps(record)] for record in records])
        found = connection.execute(f"{text} ORDER BY ALL")
        names = [column[0] for column in found.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


def write(path: Path, rows: list[Row]) -> None:
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in texts))
        return
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            columns = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {name}" for name in rows[0])
            values = [[row[name] for row in texts] for name in rows[0]]
            connection.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)", values)
        return
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
    writer.writeheader()
    writer.writerows(texts)
    path.write_text(table.getvalue(), newline="")


def priced(rows: list[Row], form: str) -> Usage:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sums.{form}"
        write(path, rows)
        return usage(prices(), [str(path)], by=BY, compare_to="spend")


def bill(result: Usage) -> Any:
    return sorted(map(repr, result.rows)), result.unpriced


@pytest.mark.parametrize("form", FORMS)
def test_what_a_query_returns_is_sound(form: str) -> None:
    result = priced(list(sums()), form)
    assert (result.read, result.priced, result.rejected_count, result.unpriced_rows) == (15, 11, 1, 3)


ODD = (
    "", "-1", "1.5", "0.1", "nan", "inf", "1e999999999", "-1e999999999", "1e99", "١", "1_000", "x", "'", "true",
    "\x1b[2J", "99999999999999999999", "9" * 5000, str(2**63), "-0.5", "0x10", "1,000", " ",
)  # fmt: skip


def is_odd(row: Row) -> bool:
    """Whether a row says what no sum of records can, by what is known without the prices."""
    if row["problem"]:
        return not re.fullmatch("[0-9]+", str(row["records"]))
    if not row["priced_at"]:
        return False  # no money for what has no time
    counts = [str(row[name]) for name in (*COUNTS, *TIMES)]
    if not all(re.fullmatch("[0-9]{1,18}", count) for count in counts):
        return True
    records, requests, tokens, cached, written, _, at, first, last = map(int, counts)
    return (
        not records
        or cached + written > tokens
        or not at <= first <= last
        or str(row["summed"]) not in ("0", "1")
        or (str(row["summed"]) == "0" and requests != records)
    )


@settings(max_examples=settings().max_examples // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, len(sums()) - 1),
    name=st.sampled_from([name for name in sums()[0] if name not in ("model", "tier", "by_team", "rate_cells")]),
    value=st.sampled_from(ODD) | st.integers(-3, 5).map(str) | st.integers(10**15, 10**17).map(str),
    form=st.sampled_from(FORMS),
)
def test_changed_rows_are_no_money(
    adds_up: Callable[[Usage], bool], place: int, name: str, value: str, form: str
) -> None:
    rows = [dict(row) for row in sums()]
    rows[place][name] = value
    try:
        result = priced(rows, form)
    except TokencostError as error:
        assert "sums." in str(error)
        return
    assert adds_up(result)
    assert all(part >= 0 for row in result.rows for part in (*row.cost, *row.tokens))
    if is_odd(rows[place]):
        assert bill(result) == bill(priced([row for row in rows if row is not rows[place]], form))
        assert len(result.rejected) == result.rejected_count == 2 - bool(sums()[place]["problem"])


PLAIN: Row = {
    "model": "gpt-4o", "tier": "standard", "summed": 0, "problem": None, "priced_at": AT * 10**6, "covered_until": None,
    "context_tokens": 0, "records": 2, "requests": 2, "input_tokens": 2000, "cached_input_tokens": 5,
    "cache_write_tokens": 0, "output_tokens": 20, "first_request_at": AT * 10**6, "last_request_at": AT * 10**6 + 1,
    "month": 20148, "by_team": "a", "logged_cost": "0.5", "logged_records": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cached_input_tokens": 2001}, "2,001 cached and cache-write tokens are more than the 2,000 input tokens"),
        ({"output_tokens": -1}, "output_tokens is -1, which it cannot be"),
        ({"output_tokens": "1.5"}, "output_tokens is no whole number: '1.5'"),
        ({"input_tokens": ""}, "input_tokens is empty"),
        ({"input_tokens": "1e999999999"}, "input_tokens is no whole number: '1e999999999'"),
        ({"records": 0}, "records is 0, which it cannot be"),
        ({"requests": 3}, "2 records, none of them a sum, are 3 requests"),
        ({"summed": 2}, "summed is 2, which it cannot be"),
        ({"problem": "odd"}, "problem is 'odd', which no query says"),
        ({"priced_at": None, "covered_until": 1}, "covered_until has a time, and priced_at none"),
        (
            {"first_request_at": None, "last_request_at": None, "month": None},
            "priced_at has a time, and first_request_at none",
        ),
        ({"priced_at": -1}, "priced_at is no time from 1970 to 2100, in microseconds"),
        ({"priced_at": 1_700_000_000 * 10**6}, "priced_at has other prices than first_request_at or last_request_at"),
        ({"last_request_at": 0}, "first_request_at and last_request_at are no stretch of time"),
        ({"covered_until": AT * 10**6}, "the requests lie outside of the time from priced_at to covered_until"),
        ({"context_tokens": 7}, "context_tokens is 7, and 2 records have 2,000 input tokens"),
        ({"context_tokens": 272_001}, "context_tokens is 272,001, and 2 records have 2,000 input tokens"),
        ({"month": 99}, "month is not the month of first_request_at"),
        ({"month": 10**12}, "month is not the month of first_request_at"),
        ({"logged_cost": "1e999999999"}, "logged_cost is no amount of money: '1e999999999'"),
        ({"logged_cost": None}, "logged_cost or logged_records is empty"),
        ({"logged_records": 3}, "logged_records is 3, which it cannot be"),
        ({"rate_cells": ""}, "rate_cells is missing"),
    ],
)
def test_each_fault_has_a_reason(changes: Row, reason: str) -> None:
    sound = {**PLAIN, "rate_cells": sums()[0]["rate_cells"]}
    result = priced([sound, {**sound, **changes}], "csv")
    assert (result.priced, result.rejected_count) == (2, 1)
    assert [(item.line, item.reason) for item in result.rejected] == [(3, f"no sum of records: {reason}")]


def test_rows_that_are_cut_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "sums.csv"
    write(path, [*sums()][::-1])
    whole = usage(prices(), [str(path)], by=BY, compare_to="spend")
    text = path.read_bytes()
    path.write_bytes(text[: text.rindex(b",")])
    cut = usage(prices(), [str(path)], by=BY, compare_to="spend")
    assert (cut.rejected_count, cut.rejected[0].line) == (whole.rejected_count + 1, len(sums()) + 1)
    path = tmp_path / "sums.jsonl"
    write(path, list(sums()))
    path.write_bytes(path.read_bytes()[:-9] + b"\n\nnull\n")
    cut = usage(prices(), [str(path)], by=BY, compare_to="spend")
    assert [item.line for item in cut.rejected][:2] == [len(sums()), len(sums()) + 2]
