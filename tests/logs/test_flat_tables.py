"""Tables that people make themselves, and those of gateways: names of models, times and tokens as they write them."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, price
from tokencost.documents.usage.costs import usage_document
from tokencost.logs.usage import usage

AT = "2025-03-01T12:00:00Z"
SECONDS = int(datetime.fromisoformat(AT).astimezone(UTC).timestamp())
TOKENS = {"prompt_tokens": 1000, "completion_tokens": 100}
FORMS = ["lines", "array", "csv"]
RECORDS: dict[str, dict[str, Any]] = {
    "seconds": {"model_name": "gpt-4o", "created_at": SECONDS, **TOKENS},
    "model": {"model": "gpt-4o", "time": AT, **TOKENS},
    **{
        time: {"model": "gpt-4o", time: value, **TOKENS}
        for time, value in {
            "ts": SECONDS * 1000,
            "createdAt": AT,
            "datetime": "2025-03-01 12:00:00",
            "@timestamp": AT,
            "start_time": AT,
        }.items()
    },
    **{root: {"model": "gpt-4o", "created_at": SECONDS, root: TOKENS} for root in ("data", "result", "token_usage")},
    "all within": {"data": {"model_name": "gpt-4o", "created_at": SECONDS, **TOKENS}},
    "named table": {"model_name": "gpt-4o", "ts": AT, "input_tokens": 1000, "output_tokens": 100},
    "plain table": {"model": "gpt-4o", "@timestamp": AT, "input_tokens": 1000, "output_tokens": 100},
}


def written(folder: Path, form: str, *records: dict[str, Any]) -> str:
    path = folder / f"log.{form}"
    if form == "csv":
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(records[0]))
            writer.writeheader()
            cells = ({name: json.dumps(value) if isinstance(value, dict) else value for name, value in each.items()}
                     for each in records)  # fmt: skip
            writer.writerows(cells)
    else:
        path.write_text("\n".join(map(json.dumps, records)) if form == "lines" else json.dumps(records))
    return str(path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", RECORDS)
def test_each_is_priced(shipped: PriceTable, tmp_path: Path, name: str, form: str) -> None:
    (row,) = usage(shipped, written(tmp_path, form, RECORDS[name], RECORDS[name])).rows
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, output_tokens=100).total
    assert (row.group, row.cost.total) == (("gpt-4o",), 2 * alone)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "cached",
    [{"cached_tokens": 400}, {"prompt_cache_hit_tokens": 400}, {"prompt_tokens_details": {"cached_tokens": 400}}],
)
def test_cached_tokens(shipped: PriceTable, tmp_path: Path, form: str, cached: dict[str, Any]) -> None:
    (row,) = usage(shipped, written(tmp_path, form, RECORDS["seconds"] | cached)).rows
    assert row.tokens.cached_input == 400


def test_the_logs_of_a_gateway(shipped: PriceTable, tmp_path: Path) -> None:
    row = {"id": 1, "created_at": SECONDS, "type": 2, "content": "", "model_name": "gpt-4o", "quota": 175, **TOKENS,
           "use_time": 3, "channel": 1, "other": {"cache_tokens": 400, "model_ratio": 1.25}}  # fmt: skip
    topped = row | {"type": 1, "model_name": "x", "prompt_tokens": 0, "completion_tokens": 0}
    for form in FORMS:
        result = usage(shipped, written(tmp_path, form, row, topped, row | {"type": 5}))
        assert (result.priced, result.no_call_count, result.complete) == (1, 2, True)
        assert result.rows[0].tokens.cached_input == 400


def test_a_missing_time_says_what_to_type(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path, "lines", {"model": "gpt-4o", "finished": AT, **TOKENS}, {"model": "", "ts": AT, **TOKENS})
    timeless, nameless = sorted(usage(shipped, path).unpriced, key=lambda item: item.kind != "no_time")
    for option in ("--time FIELD", "--map time=FIELD", "--on WHEN"):
        assert option in timeless.reason
    assert "--model NAME" in nameless.reason
    assert usage(shipped, path, mapping={"time": "finished"}).priced == 1


@pytest.mark.parametrize("form", ["lines", "array"])
def test_the_same_reason_is_said_once(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    wrong = RECORDS["model"] | {"prompt_tokens": -1}
    path = written(tmp_path, form, *[wrong] * 30, RECORDS["model"] | {"completion_tokens": "x"})
    result = usage(shipped, path)
    table = next(each for each in usage_document(shipped, result).tables if each.title.startswith("Not read"))
    assert table.title == "Not read: the first 20 of 31"
    line = 1 if form == "lines" else None
    assert list(table.rows) == [(path, line, 20, "prompt_tokens is not a whole number of tokens, zero or more")]
    assert len(result.rejected) == 20
    one = usage(shipped, written(tmp_path, form, wrong))
    assert [column.heading for column in next(
        each for each in usage_document(shipped, one).tables if each.title == "Not read"
    ).columns] == ["file", "line", "reason"]  # fmt: skip


@pytest.mark.parametrize("name", ["data", "all within", "result", "seconds", "named table"])
def test_records_that_come_late(shipped: PriceTable, tmp_path: Path, name: str) -> None:
    chat = {"model": "gpt-4o", "created": SECONDS, "usage": TOKENS}
    path = written(tmp_path, "lines", *[chat] * 200, RECORDS[name])
    assert usage(shipped, path).priced == 201


@pytest.mark.parametrize("first", ["data", "seconds"])
def test_beside_what_is_no_record(shipped: PriceTable, tmp_path: Path, first: str) -> None:
    path = written(tmp_path, "lines", RECORDS[first], {"x": 1}, RECORDS["result"])
    result = usage(shipped, path)
    assert (result.priced, result.rejected_count) == (2, 1)


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log"])
def test_rows_with_semicolons(shipped: PriceTable, tmp_path: Path, name: str) -> None:
    """As spreadsheets write them where a comma stands in numbers: cells hold commas, and semicolons in quotes."""
    header = "\ufeffmodel;time;input_tokens;cached_input_tokens;output_tokens;team"
    rows = [f'gpt-4o;{AT};1000;400;100;"a; b, c"', f"gpt-4o;{AT};1000;400;100;d,e,f,g,h,i,j", f"gpt-4o;{AT};1,5;0;1;k"]
    content = "\r\n".join([header, *rows, ""]).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    result = usage(shipped, str(path), by="team")
    alone = price(shipped, "gpt-4o", on=AT, input_tokens=1000, cached_input_tokens=400, output_tokens=100)
    assert {row.group: row.cost.total for row in result.rows} == {
        ("a; b, c",): alone.total,
        ("d,e,f,g,h,i,j",): alone.total,
    }
    assert [(item.line, item.reason) for item in result.rejected] == [
        (4, "input_tokens is not a whole number of tokens, zero or more")
    ]


def test_semicolons_within_cells_are_no_separators(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"model,time,input_tokens,output_tokens,a;b;c\ngpt-4o,{AT},1000,100,d;e;f;g;h;i\n")
    assert usage(shipped, str(path), by="a;b;c").rows[0].group == ("d;e;f;g;h;i",)
