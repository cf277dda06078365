"""`tokencost prices export`: every rate of every date, in formats that other tools read."""

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tokencost import PriceTable
from tokencost.pricing.rates import cells_everywhere

Run = Callable[..., Any]


def expected(table: PriceTable) -> int:
    found = [cell for model in table.models.values() for price in model.prices for cell in cells_everywhere(price)]
    return len(found) + sum(cell.cny is not None for cell in found)


def test_csv_json_and_parquet_have_the_same_rows_with_all_digits(
    tokencost: Run, shipped: PriceTable, tmp_path: Path
) -> None:
    files = {name: tmp_path / f"prices.{name}" for name in ("csv", "json", "parquet")}
    for file in files.values():
        assert tokencost("prices", "export", "--output", str(file)).status == 0
    table = list(csv.DictReader(files["csv"].read_text(encoding="utf-8").splitlines()))
    records = json.loads(files["json"].read_text(encoding="utf-8"), parse_float=Decimal)["rows"]
    assert len(table) == len(records) == expected(shipped)
    names = list(table[0])
    selected = ", ".join(f'"{name}"::VARCHAR' for name in names if name not in ("from", "until"))
    with duckdb.connect() as connection:
        stored = connection.execute(f"SELECT {selected} FROM '{files['parquet']}'").fetchall()  # noqa: S608
        began = connection.execute(f"SELECT epoch(\"from\") FROM '{files['parquet']}'").fetchall()  # noqa: S608
    rates = ("input", "cached_input", "cache_write", "output", "cache_write_12h")
    for row, record, values, (start,) in zip(table, records, stored, began, strict=True):
        assert datetime.fromtimestamp(start, UTC) == datetime.fromisoformat(row["from"])
        kept = dict(zip([name for name in names if name not in ("from", "until")], values, strict=True))
        for name, value in kept.items():
            if name in rates:
                assert (Decimal(value) if value else None) == (Decimal(row[name]) if row[name] else None)
                assert record[name] == (Decimal(row[name]) if row[name] else None)
            else:
                assert (value or "") == row[name]


def test_windows_have_their_hours(tokencost: Run) -> None:
    rows = list(csv.DictReader(tokencost("prices", "export").out.splitlines()))
    flash = [row for row in rows if row["model"] == "deepseek-flash" and row["currency"] == "USD"]
    assert [(row["window"], row["input"], row["window_hours"]) for row in flash] == [
        ("peak", "0.30", "Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except china holidays"),
        ("off-peak", "0.15", ""),
    ]


@pytest.mark.parametrize(
    "words", [("--format", "parquet"), ("--output", "x.xls"), ("--shape", "litellm", "--format", "csv")]
)
def test_what_cannot_be_written_is_said(tokencost: Run, words: tuple[str, ...]) -> None:
    assert tokencost("prices", "export", *words).status == 2


def test_litellm_gets_exact_numbers_and_off_peak_hours_in_utc(tokencost: Run) -> None:
    outcome = tokencost("prices", "export", "--shape", "litellm", "--on", "2026-11-20")
    assert not re.search(r"\d[eE]-?\d", re.sub(r'"[^"]*"', "", outcome.out))
    models = json.loads(outcome.out, parse_float=str)
    flash = models["deepseek/deepseek-flash"]
    assert (flash["input_cost_per_token"], flash["cache_read_input_token_cost"]) == ("0.00000030", "0.000000006")
    assert flash["off_peak_pricing"] == {
        "input_cost_per_token": "0.00000015",
        "cache_read_input_token_cost": "0.000000003",
        "output_cost_per_token": "0.00000060",
        "windows": [
            {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
            {"hours_utc": ["00:00-00:00"], "weekdays": [6, 7]},
        ],
    }
    sol = models["gpt-6.1-sol"]
    assert sol["output_cost_per_token_above_272k_tokens_batches"] == "0.00000750"
    assert sol["cache_creation_input_token_cost_above_12hr_ultrafast"] == "0.000030"
    assert "left out: deepseek-flash: holidays, on which off-peak holds all day\n" in outcome.err


def test_litellm_gets_what_held_on_the_day(tokencost: Run) -> None:
    out = tokencost("prices", "export", "--shape", "litellm", "--on", "2025-01-27").out
    models = json.loads(out, parse_float=Decimal)
    assert models["deepseek/deepseek-reasoner"]["cache_read_input_token_cost"] == Decimal("1.4e-7")
    assert models["o1"]["cache_read_input_token_cost"] == Decimal("7.5e-6")
