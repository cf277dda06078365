"""Hostile fields: names that are SQL or too long, columns by the thousand, depth, times out of reach, addresses."""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidRequest
from tokencost.logs.usage import Usage, usage

AddsUp = Callable[[Usage], bool]
SQL = "x') FROM read_text('/etc/passwd') --"
NAMES = (
    SQL, "it's",
    'say "x"', "back\\slash", "[0]", "$a", "/a~1", "*", "ünï", "x" * 10_000, "filename", "record", "shape",
    "code", "instant", "rows", "r", "json", "field_0", "a\0b",
)  # fmt: skip
CSV_HEADER = "model,time,input_tokens,output_tokens"
CSV_ROW = "gpt-4o,2025-03-01T00:00:00Z,10,1"


@pytest.mark.parametrize("form", ["lines", "array", "csv", "parquet"])
def test_fields_of_any_name(shipped: PriceTable, tmp_path: Path, line: bytes, form: str) -> None:
    names = [name for name in NAMES if "\0" not in name or form in ("lines", "array")]
    record: dict[str, Any] = json.loads(line) | {name: f"v{place}" for place, name in enumerate(names)}
    path = tmp_path / f"log.{form}"
    if form == "parquet":
        chosen = ", ".join(f"""'v{place}' AS "{name.replace('"', '""')}" """ for place, name in enumerate(names))
        duckdb.sql(
            f"COPY (SELECT 'gpt-4o' AS model, 1740830400 AS time, 10 AS input_tokens, 1 AS output_tokens, {chosen}) "
            f"TO '{path}' (FORMAT parquet)"
        )
    elif form == "csv":
        quoted = (f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)
        values = (f"v{place}" for place, _ in enumerate(names))
        path.write_text(f"{CSV_HEADER},{','.join(quoted)}\n{CSV_ROW},{','.join(values)}\n", encoding="utf-8")
    else:
        path.write_text(json.dumps(record if form == "lines" else [record]), encoding="utf-8")
    result = usage(shipped, [str(path)], by=names)
    assert result.rows[0].group == tuple(f"v{place}" for place, _ in enumerate(names))
    for name in names[:3]:
        assert usage(shipped, [str(path)], compare_to=name).priced == 1
        assert usage(shipped, [str(path)], mapping={"tier": name}).read == 1


@pytest.mark.parametrize("name", ["\ud800", "a." * 3000 + "b"])
def test_what_can_be_no_field(shipped: PriceTable, tmp_path: Path, line: bytes, name: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(line)
    for asked in ({"by": [name]}, {"compare_to": name}, {"mapping": {"model": name}}):
        with pytest.raises(InvalidRequest, match=r"is not a field|nested deeper"):
            usage(shipped, [str(path)], **asked)


def test_a_tier_that_is_no_text(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(line)
    with pytest.raises(InvalidRequest, match="no model here has a tier"):
        usage(shipped, [str(path)], tier="\udcff")


def test_thousands_of_columns(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(",".join(f"column_{'x' * 60}_{i}" for i in range(5000)) + f",{CSV_HEADER}\n" + "," * 5000 + CSV_ROW)
    assert usage(shipped, [str(path)]).priced == 1
    for first in ("\n", ",,\n"):
        path.write_text(f"{first}{CSV_HEADER}\n{CSV_ROW}\n")
        with pytest.raises(Exception, match=r"t\.csv:1: there is no header line"):
            usage(shipped, [str(path)])


@pytest.mark.parametrize("name", ["log.jsonl", "log.json"])
def test_ten_thousand_deep(shipped: PriceTable, tmp_path: Path, line: bytes, name: str, adds_up: AddsUp) -> None:
    deep = [b'{"x":' * 10_000 + b"1" + b"}" * 10_000, b"[" * 10_000 + b"]" * 10_000]
    path = tmp_path / name
    lines = [line.strip(), *deep, line.strip()]
    path.write_bytes(b"\n".join(lines) if name == "log.jsonl" else b"[" + b",".join(lines) + b"]")
    result = usage(shipped, [str(path)])
    assert (result.read, result.priced, len(result.rejected)) == (4, 2, 2)
    assert adds_up(result)


@pytest.mark.parametrize("time", ["9999-12-31", "290000-01-01T00:00:00Z", 4102444800])
def test_times_out_of_reach(shipped: PriceTable, tmp_path: Path, line: bytes, time: object) -> None:
    path = tmp_path / "log.jsonl"
    far = {**json.loads(line), "created": time}
    bucket = {
        "start_time": 1740830400,
        "end_time": time,
        "num_model_requests": 1,
        "input_tokens": 1,
        "output_tokens": 1,
    }
    path.write_bytes(line + json.dumps(far).encode() + b"\n" + json.dumps(bucket).encode())
    result = usage(shipped, [str(path)], by=["month"])
    assert (result.priced, result.rejected_count) == (1, 2)
    assert result.rejected[0].reason.endswith("nor the seconds since 1970, before 2100")
    assert usage(shipped, [str(path)], on="2025-03-01").priced == 2


@pytest.mark.parametrize("day", ["20260701", "2026-07-01"])
def test_a_day_of_deepseek_written_compactly(shipped: PriceTable, tmp_path: Path, day: str) -> None:
    path = tmp_path / "amount.csv"
    path.write_text(
        f"user_id,utc_date,model,api_key_name,api_key,type,price,amount\n1,{day},deepseek-chat,k,k,output_tokens,1,7\n"
        f"1,{day.replace('07', '13')},deepseek-chat,k,k,output_tokens,1,7\n"
    )
    result = usage(shipped, [str(path)], by=["day"])
    assert [(row.group, row.tokens.output) for row in result.rows] == [(("2026-07-01",), 7)]
    assert result.rejected_count == 1
    table = tmp_path / "amount.parquet"
    duckdb.sql(
        f"COPY (SELECT {day.replace('-', '')} AS utc_date, 'deepseek-chat' AS model, 'output_tokens' AS type, "
        f"7 AS amount) TO '{table}' (FORMAT parquet)"
    )
    assert usage(shipped, [str(table)], by=["day"]).rows[0].group == ("2026-07-01",)
    path.write_text(f"{CSV_HEADER}\n{CSV_ROW.replace('2025-03-01T00:00:00Z', '20250301')}\n")
    assert usage(shipped, [str(path)]).rejected_count == 1


def test_all_kinds_in_one_call(
    shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Callable[[bytes], bytes], adds_up: AddsUp
) -> None:
    bad = b'{"usage": {"prompt_tokens": -1, "completion_tokens": 1}}\n'
    table = f"{CSV_HEADER}\n{CSV_ROW}\n{CSV_ROW},5\n"
    contents = {
        "a.jsonl": line + bad, "b.json": b"[" + line + b"," + bad + b"]", "c.jsonl.gz": gzip.compress(line + bad),
        "d.jsonl.zst": zstd(line + bad), "e.csv": table.encode(), "f.tsv": table.replace(",", "\t").encode(),
        "g.json": (line + bad).replace(b"{", b"{\n"),
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    duckdb.sql(
        "COPY (SELECT 'gpt-4o' AS model, 1740830400 AS time, unnest([10, -1]) AS input_tokens, 1 AS output_tokens) "
        f"TO '{tmp_path / 'h.parquet'}' (FORMAT parquet)"
    )
    result = usage(shipped, [str(tmp_path / "*.jsonl"), str(tmp_path)])
    assert (result.read, result.priced, result.rejected_count) == (16, 8, 8)
    assert {Path(item.file).name for item in result.rejected} == {*contents, "h.parquet"}
    assert adds_up(result)


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")
def test_nothing_else_is_opened_and_nothing_connected(tmp_path: Path, line: bytes) -> None:
    path, trace = tmp_path / "log.jsonl", tmp_path / "trace"
    path.write_bytes(line.replace(b"gpt-4o", b"https://example.org/x.parquet") + b'{"x": "/etc/passwd"}\n')
    command = [sys.executable, "-m", "tokencost", "usage", str(path), "--by", f"model,{SQL}", "--format", "csv"]
    traced = ["strace", "-f", "-qq", "-e", "trace=open,openat,connect", "-e", "signal=none", "-o", str(trace)]
    done = subprocess.run([*traced, *command], capture_output=True, text=True, check=False)
    if done.returncode != 1 or not trace.exists():
        pytest.skip(f"strace does not work here: {done.stderr[:200]}")
    calls = trace.read_text()
    assert "connect(" not in calls
    assert "/etc/passwd" not in calls
    assert "example.org" not in calls
    assert str(path) in calls
