"""Headers over several lines, and files that hold nothing: none passes without a word."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.errors import InvalidData
from tokencost.logs.usage import usage

COLUMNS = ("model", "time", "input_tokens", "output_tokens")
CELLS = ("gpt-4o", "2025-03-01T00:00:00Z", "10", "1")


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("names", [("input\ntokens (all)",), ("a\r\nb",), ('cost, "USD"\n', "x\ny\nz"), ("\n\nnote",)])
def test_line_breaks_in_a_header(
    shipped: PriceTable, tmp_path: Path, suffix: str, ending: str, names: tuple[str, ...]
) -> None:
    """As spreadsheets write them: the rows end in other line breaks than those within the header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t" if suffix == "tsv" else ",", lineterminator=ending)
    writer.writerows([(*names[:1], *COLUMNS, *names[1:]), *[("7", *CELLS, "7")[: 4 + len(names)]] * 3])
    path = tmp_path / f"log.{suffix}"
    path.write_text(text.getvalue() + "one cell" + ending, newline="")
    result = usage(shipped, [str(path)], by=[" ".join(names[0].split())])
    assert (result.read, result.priced, result.rows[0].group) == (4, 3, ("7",))
    assert [item.line for item in result.rejected] == [text.getvalue().count("\n") + 1]


@pytest.mark.parametrize("header", [',"note', ',"no"te', ',"'])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_quotes_of_a_header_that_do_not_match(shipped: PriceTable, tmp_path: Path, suffix: str, header: str) -> None:
    rows = [",".join(COLUMNS) + header, *[",".join((*CELLS, "x"))] * 3]
    path = tmp_path / f"log.{suffix}"
    path.write_text("\n".join(rows).replace(",", "\t" if suffix == "tsv" else ","))
    with pytest.raises(InvalidData, match=rf"log\.{suffix}:1: the quotes of the header do not match"):
        usage(shipped, [str(path)])


@pytest.mark.parametrize("content", [b"{", b"x", b"}", b'"', b"\0", b"\xff", b"1"])
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "log"])
def test_a_single_character_is_no_log(shipped: PriceTable, tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"log.{suffix}"
    path.write_bytes(content)
    with pytest.raises(InvalidData, match="is no log: it holds a single character"):
        usage(shipped, [str(path)])


EMPTY: tuple[tuple[str, str], ...] = (
    ("log.jsonl", ""), ("log.json", "[]"), ("log.json", " [ ] "), ("log.csv", ",".join(COLUMNS) + "\n"),
    ("log.csv", " \n"), ("log.jsonl", "\n\n"), ("log.jsonl", "\ufeff"),
    ("log.csv", '"model\n",' + ",".join(COLUMNS[1:])),
)  # fmt: skip


@pytest.mark.parametrize(("name", "content"), EMPTY)
def test_a_file_without_a_record_is_named(
    shipped: PriceTable, tmp_path: Path, line: bytes, capsys: pytest.CaptureFixture[str], name: str, content: str
) -> None:
    path, other = tmp_path / name, tmp_path / "other.jsonl"
    path.write_text(content, newline="")
    other.write_bytes(line)
    assert usage(shipped, [str(path)]).empty == (str(path),)
    beside = usage(shipped, [str(path), str(other)])
    assert (beside.read, beside.empty) == (1, (str(path),))
    assert run(["usage", str(path), "--format", "csv"]) == 0
    assert capsys.readouterr().err == f"note: {path} holds no record\n"


def test_records_outside_of_the_asked_time_are_records(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    path, other = tmp_path / "log.jsonl", tmp_path / "other.json"
    path.write_bytes(line)
    other.write_text("[]")
    assert usage(shipped, [str(path)], since="2099-01-01").empty == ()
    assert usage(shipped, [str(path), str(other)], until="2001-01-01").empty == (str(other),)


FULL: tuple[tuple[str, Any], ...] = (
    ("log.json", lambda line: b"[" + line + b"]"),
    ("log.json", lambda line: json.dumps({"data": [json.loads(line)]}).encode()),
    ("log.json", lambda line: json.dumps({**json.loads(line), "data": []}, indent=1).encode()),
    ("log.jsonl", lambda line: b"\n\nno record\n" + line),
    ("log.csv", lambda _: ",".join(COLUMNS).encode() + b"\n\n" + b",".join(map(str.encode, CELLS))),
    ("log.csv", lambda _: ",".join(COLUMNS).encode() + b"\ntoo short"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "content"), FULL)
def test_a_file_with_a_record_is_not(
    shipped: PriceTable, tmp_path: Path, line: bytes, name: str, content: Callable[[bytes], bytes]
) -> None:
    path, other = tmp_path / name, tmp_path / "other.jsonl"
    path.write_bytes(content(line))
    other.write_bytes(line)
    assert usage(shipped, [str(path), str(other)]).empty == ()
