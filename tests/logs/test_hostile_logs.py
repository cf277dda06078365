"""Hostile logs: a counted rejection or a clear message, never a traceback, another file, or an SQL statement."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidData, InvalidRequest
from tokencost.logs.usage import Usage, usage

GOOD: dict[str, Any] = {
    "created": 1740830400, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1},
}  # fmt: skip


def lines(path: Path, *contents: str | bytes | dict[str, Any]) -> str:
    encoded = [
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
        for content in contents
    ]
    path.write_bytes(b"".join(content + b"\n" for content in encoded))
    return str(path)


def adds_up(result: Usage) -> bool:
    return result.read == result.priced + result.unpriced_rows + result.rejected_count + result.no_call_count


def with_counts(**counts: Any) -> dict[str, Any]:
    return {**GOOD, "usage": {**GOOD["usage"], **counts}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not JSON", "not JSON"),
        (b"\x00\x00", "not JSON"),
        (b'{"model": "\x00"}', "not JSON"),
        (b'{"model": "\xff"}', "not JSON"),
        ("[1, 2]", "no JSON object"),
        ('"text"', "no JSON object"),
        ("{}", "no usage is recognised"),
        ('{"usage": []}', "no usage is recognised"),
        ('{"usage": {"prompt_tokens": 10', "not JSON"),
        (with_counts(prompt_tokens="10"), "usage.prompt_tokens is not a whole number"),
        (with_counts(prompt_tokens=-10), "usage.prompt_tokens is not a whole number"),
        (with_counts(prompt_tokens=1.5), "usage.prompt_tokens is not a whole number"),
        (with_counts(prompt_tokens=True), "usage.prompt_tokens is not a whole number"),
        (with_counts(prompt_tokens=2**63), "usage.prompt_tokens is"),
        (with_counts(completion_tokens=10**15), "more tokens than a request can have"),
        (with_counts(completion_tokens=None), "usage.completion_tokens is missing"),
        (with_counts(prompt_tokens_details={"cached_tokens": 11}), "prompt_tokens = hit \\+ miss"),
        ({**GOOD, "created": "yesterday"}, "the time in"),
        ({**GOOD, "created": -1}, "the time in"),
    ],
)
def test_one_bad_line_is_counted_and_shown_with_its_place(
    shipped: PriceTable, tmp_path: Path, content: str | bytes | dict[str, Any], reason: str
) -> None:
    path = lines(tmp_path / "log.jsonl", GOOD, "", content, GOOD)
    result = usage(shipped, [path])
    assert (result.read, result.priced, result.rejected_count) == (3, 2, 1)
    (rejected,) = result.rejected
    assert (rejected.file, rejected.line) == (path, 3)
    assert re.search(reason, rejected.reason)
    assert adds_up(result)
    array = tmp_path / "log.json"
    if isinstance(content, dict):
        array.write_text(json.dumps([GOOD, content]), encoding="utf-8")
        assert usage(shipped, [str(array)]).rejected_count == 1


SPAN = {"attributes": {"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0, "gen_ai.request.model": "o3"}}
PAGE = (
    '{"data": [{"start_time": 1740830400, "start_time": 5, "results": [{"model": "gpt-4o", "model": "o1", '
    '"num_model_requests": 1, "input_tokens": 10, "input_tokens": 99, "output_tokens": 1}]}]}'
)


TWICE = (
    '{"created": 1740830400, "model": "gpt-4o", "model": "o1", "mod\\u0065l": "o1", "created": 5, "usage": '
    '{"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens": 99}, "usage": {"prompt_tokens": 77}}'
)


@pytest.mark.parametrize("form", ["array", "pretty", "page"])
def test_of_a_key_that_stands_twice_the_first_holds(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    contents = {"array": f"[{TWICE}]", "pretty": TWICE.replace("{", "{\n"), "page": PAGE}
    result = usage(shipped, [lines(tmp_path / "log.json", contents[form])], since="2025-02-01")
    assert [row.group for row in result.rows] == [("gpt-4o",)]
    assert (result.rows[0].tokens.input, result.rows[0].tokens.output) == (10, 1)
    assert adds_up(result)


USAGE = '"usage": {"prompt_tokens": 10, "completion_tokens": 1}}'


@pytest.mark.parametrize(
    "twice",
    [
        TWICE,
        '{"created": 1740830400, "model": "gpt-4o", "model": "gpt-4o", ' + USAGE,
        '{"created": 1740830400, "model": "gpt-4o", "usage": {}, ' + USAGE,
        json.dumps(GOOD)[:-2] + ', "prompt_tokens_details": {"cached_tokens": 0, "cached_tokens": 1}}}',
    ],
)
@pytest.mark.parametrize("others", ["good", "broken", "several", "large"])
def test_a_line_with_a_field_twice_is_rejected(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: str, others: str
) -> None:
    """Beside good lines, broken ones, and ones that hold several records; in large logs where nothing is broken."""
    good = json.dumps(GOOD)
    also = {"broken": ["{nope", "[1]"], "several": [json.dumps({"scopeSpans": [{"spans": [SPAN]}]})]}.get(others, [])
    if others == "large":
        monkeypatch.setattr("tokencost.logs.records.repeated_keys.SMALL", 10)
    path = lines(tmp_path / "log.jsonl", good, good, twice, *also, good)
    result = usage(shipped, [path])
    assert [item.line for item in result.rejected if item.reason.startswith("a field of it stands in it twice")] == [3]
    assert adds_up(result)
    assert result.rejected_count == 1 + 2 * (others == "broken")


def test_a_key_twice_where_nothing_is_looked_at_does_not_matter(shipped: PriceTable, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", json.dumps(GOOD)[:-1] + ', "x": 1, "x": {"model": 1, "model": 2}}', "{nope")
    result = usage(shipped, [path])
    assert (result.priced, result.rejected_count) == (1, 1)


def test_a_truncated_gzip_is_named(shipped: PriceTable, tmp_path: Path) -> None:
    packed = gzip.compress((json.dumps(GOOD) + "\n").encode() * 200_000, compresslevel=1)
    for size in (len(packed) // 2, 30, 3):
        path = tmp_path / "log.jsonl.gz"
        path.write_bytes(packed[:size])
        try:
            result = usage(shipped, [str(path)])
        except InvalidData as error:
            assert str(path) in str(error)
        else:
            assert result.priced == 0
            assert adds_up(result)


def test_a_line_of_100_mb_is_counted(shipped: PriceTable, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", GOOD, json.dumps({**GOOD, "x": "y" * 100_000_000}), GOOD)
    result = usage(shipped, [path])
    assert (result.read, result.priced) == (3, 2)
    assert [(item.line, item.reason) for item in result.rejected] == [(2, "longer than 16 MB")]


@pytest.mark.parametrize("size", [3_000_000, 50_000_000])
def test_a_long_line_of_a_table_is_counted(shipped: PriceTable, tmp_path: Path, size: int) -> None:
    good = b"gpt-4o,2025-03-01T00:00:00Z,1,1"
    path = lines(tmp_path / "t.csv", b"model,time,input_tokens,output_tokens", good, b"x" * size, good)
    result = usage(shipped, [path])
    assert (result.read, result.priced, [item.line for item in result.rejected]) == (3, 2, [3])


def test_a_byte_order_mark_is_no_part_of_the_first_record(shipped: PriceTable, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), GOOD)
    assert usage(shipped, [path]).priced == 2


def test_names_are_never_sql(shipped: PriceTable, tmp_path: Path) -> None:
    name = "x'\"; DROP TABLE rate_names; --"
    record = {**GOOD, name: {"a'b\"": "v"}, "Model": "o1"}
    path = lines(tmp_path / "it's \"; --.jsonl", record)
    for by in (
        name,
        f"{name}.a'b\"",
        "Model",
        "model",
        "usage",
        "usage.prompt_tokens",
        "no.such",
        "'",
        '"',
        "$",
        "a..b",
    ):
        result = usage(shipped, [path], by=[by])
        assert (by, result.read, result.priced) == (by, 1, 1)
    assert usage(shipped, [path], by=[f"{name}.a'b\""]).rows[0].group == ("v",)
    assert usage(shipped, [path], by=["Model"]).rows[0].group == ("o1",)
    assert usage(shipped, [path], compare_to=name).priced == 1
    table = tmp_path / "t.csv"
    quoted = name.replace('"', '""')
    table.write_text(f'model,time,input_tokens,output_tokens,"{quoted}"\ngpt-4o,2025-03-01T00:00:00Z,1,1,v\n')
    assert usage(shipped, [str(table)], by=[name]).rows[0].group == ("v",)


def test_lines_of_a_table_that_do_not_fit_its_header(shipped: PriceTable, tmp_path: Path) -> None:
    good = "gpt-4o,2025-03-01T00:00:00Z,1,1"
    path = tmp_path / "t.csv"
    path.write_bytes(
        f"model,time,input_tokens,output_tokens\n{good}\n{good},5\ngpt-4o\n{good[:-1]}x\n".encode()
        + b"\xff,2025-03-01T00:00:00Z,1,1\n" + good.encode() + b"\n"
    )  # fmt: skip
    result = usage(shipped, [str(path)])
    assert (result.read, result.priced) == (6, 2)
    assert [item.line for item in result.rejected] == [3, 4, 5, 6]
    assert adds_up(result)


def test_hostile_model_names_are_listed(shipped: PriceTable, tmp_path: Path) -> None:
    names = ["=cmd|' /C calc'!A0", "\x1b[31mred", "x" * 5000, "gpt-4o@2020-01-01", "", "🙂"]
    path = lines(tmp_path / "log.jsonl", *({**GOOD, "model": name} for name in names))
    result = usage(shipped, [path])
    assert {item.model for item in result.unpriced} == set(names)
    assert adds_up(result)


def test_what_cannot_be_read_is_said(shipped: PriceTable, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="there is no file"):
        usage(shipped, [str(tmp_path / "none.jsonl")])
    with pytest.raises(InvalidRequest, match="there are no log files"):
        usage(shipped, [str(tmp_path)])
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvalidRequest, match="no usage that is recognised: its columns are a, b"):
        usage(shipped, [str(tmp_path / "x.csv")])
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InvalidData, match=r"x\.parquet"):
        usage(shipped, [str(tmp_path / "x.parquet")])
    (tmp_path / "x.json").write_text('[{"a": 1}, {"a"')
    with pytest.raises(InvalidData, match=r"x\.json"):
        usage(shipped, [str(tmp_path / "x.json")])


def test_empty_files_hold_nothing(shipped: PriceTable, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.csv", "c.json", "d"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "e.json").write_text("[]")
    (tmp_path / "f.jsonl").write_text("\n\n")
    result = usage(shipped, [str(tmp_path / name) for name in ("a.jsonl", "b.csv", "c.json", "d", "e.json", "f.jsonl")])
    assert (result.read, result.rows) == (0, ())


def test_the_engine_opens_nothing_but_the_logs(shipped: PriceTable, tmp_path: Path) -> None:
    from tokencost.logs.engines.duckdb_engine import Engine
    from tokencost.logs.files.discover import open_logs
    from tokencost.logs.sql.rate_periods import rate_periods

    path = lines(tmp_path / "log.jsonl", GOOD)
    other = lines(tmp_path / "other.jsonl", GOOD)
    with open_logs([path]) as logs, Engine(logs, rate_periods(shipped)) as engine:
        engine.execute(f"SELECT * FROM read_json('{path}')")
        for statement in (
            f"SELECT * FROM read_json('{other}')",
            f"SELECT * FROM read_text('{tmp_path}/*')",
            "SELECT * FROM read_csv('https://example.org/x.csv')",
            "INSTALL httpfs",
            "LOAD httpfs",
            f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
            f"ATTACH '{tmp_path}/new.db'",
            "SET enable_external_access = true",
            "SET allowed_paths = ['/']",
        ):
            with pytest.raises(InvalidData):
                engine.execute(statement)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.jsonl", "other.jsonl"]
