"""Parquet files that lie about what is in them, or hold more than counts can be."""

import struct
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidData
from tokencost.logs.billing.bill import Bill
from tokencost.logs.billing.sums import rejected_sum
from tokencost.logs.usage import Usage, usage
from tokencost.logs.usage_query import ask

AT = 1_740_830_400
YEAR = 31_536_000
ROW = {"input_tokens": 1000, "cached_input_tokens": 5, "output_tokens": 7, "time": AT}


def write(path: Path, column: str, values: list[int], kind: str = "BIGINT") -> None:
    """Rows that differ in one column alone."""
    others = ", ".join(f"CAST({value} AS BIGINT) AS {name}" for name, value in ROW.items() if name != column)
    rows = ", ".join(f"(CAST({value} AS {kind}))" for value in values)
    duckdb.sql(
        f"COPY (SELECT 'gpt-4o' AS model, {others}, v.x AS {column} FROM (VALUES {rows}) AS v(x)) TO '{path}' "
        "(FORMAT parquet, COMPRESSION uncompressed)"
    )


def lie(path: Path, true: list[int], told: list[int]) -> None:
    """Other values in place of the least and the largest of a column, as the end of the file says them."""
    content = path.read_bytes()
    start = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    footer = content[start:]
    for value, other in zip(true, told, strict=True):
        assert struct.pack("<q", value) in footer
        footer = footer.replace(struct.pack("<q", value), struct.pack("<q", other))
    path.write_bytes(content[:start] + footer)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("input_tokens", -3_000_000_000_000, 900),
        ("output_tokens", -3_000_000_000_000, 1),
        ("cached_input_tokens", -3_000_000_000_000, 1),
        ("cached_input_tokens", 8_888_888_888, 6),
        ("output_tokens", 10**16, 9),
        ("time", -AT, AT - 1),
        ("time", 9 * 10**18, AT + 3),
    ],
)
@pytest.mark.parametrize("by", ["model", "input_tokens"])
def test_statistics_are_not_believed(
    shipped: PriceTable, tmp_path: Path, adds_up: Callable[[Usage], bool], column: str, value: int, told: int, by: str
) -> None:
    path = tmp_path / "log.parquet"
    good = [ROW[column], ROW[column] + 1]
    write(path, column, good)
    right = usage(shipped, [str(path)], by=[by])
    write(path, column, [*good, value])
    lie(path, [value], [told])
    result = usage(shipped, [str(path)], by=[by])
    assert (result.rows, result.priced, result.rejected_count) == (right.rows, 2, 1)
    assert adds_up(result)


def test_no_row_is_passed_over_for_what_statistics_say(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    write(path, "time", [AT, AT + 1, AT + YEAR])
    lie(path, [AT, AT + YEAR], [AT - 10 * YEAR, AT - 9 * YEAR])
    assert usage(shipped, [str(path)], since="2025-01-01").priced == 3
    assert usage(shipped, [str(path)], since="2025-06-01").priced == 1
    assert usage(shipped, [str(path)], until="2025-01-01").read == 0


@pytest.mark.parametrize("column", list(ROW))
@pytest.mark.parametrize("kind", ["UBIGINT", "DECIMAL(38, 0)", "DOUBLE"])
def test_more_than_a_count_can_be_is_rejected(shipped: PriceTable, tmp_path: Path, column: str, kind: str) -> None:
    path = tmp_path / "log.parquet"
    write(path, column, [ROW[column], 2**63, 2**64 - 1], kind)
    result = usage(shipped, [str(path)])
    assert (result.priced, result.rejected_count) == (1, 2)
    assert all("missing" not in item.reason for item in result.rejected)


@pytest.mark.parametrize("name", ["output_tokens", "time"])
def test_a_column_whose_name_is_no_text(shipped: PriceTable, tmp_path: Path, name: str) -> None:
    path = tmp_path / "log.parquet"
    write(path, "time", [AT])
    path.write_bytes(path.read_bytes().replace(name.encode(), b"\xff" * len(name)))
    with pytest.raises(InvalidData, match=r"log\.parquet:1: the name of a column is no text in UTF-8"):
        usage(shipped, [str(path)])


def test_sums_that_cannot_be_are_never_billed(shipped: PriceTable) -> None:
    bill = Bill(shipped, ask(shipped))
    sound = rejected_sum(1, "", "log")._replace(model="gpt-4o", code=None, at=AT * 10**6, requests=1, input=5, cached=5)
    bill.add(sound)
    for wrong in (sound._replace(cached=6), sound._replace(output=-1), sound._replace(written=1)):
        with pytest.raises(InvalidData, match="its counts were not checked"):
            bill.add(wrong)
