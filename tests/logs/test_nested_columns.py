"""Lines read straight into nested columns are answered as whole JSON records are, whatever later lines hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.logs.engines import duckdb_engine
from tokencost.logs.usage import Usage, usage

GOOD: dict[str, Any] = {
    "created": 1740830400, "model": "gpt-4o", "service_tier": "default",
    "usage": {"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}},
}  # fmt: skip
ALIKE = 60


def counts(**others: Any) -> dict[str, Any]:
    return {**GOOD, "usage": {**GOOD["usage"], **others}}


NO_COUNTS: list[Any] = [1.5, -1, True, {}, [], 2**63, 10**15]
LATER: dict[str, list[Any]] = {
    "nothing else": [],
    "quoted counts": [counts(prompt_tokens="12"), counts(completion_tokens="1"),
                      counts(prompt_tokens_details={"cached_tokens": "0"})],
    "numbers that are no counts": [counts(prompt_tokens=value) for value in NO_COUNTS],
    "more that are none": [
        json.dumps(counts(completion_tokens=7)).replace("7,", f"{text},")
        for text in ("1e400", "-0.0", "NaN", "Infinity", "0.1", "123456789012345678901234", "1e22", "-1e-9")
    ],
    "counts in other words": [
        json.dumps(counts(completion_tokens=7)).replace("7,", f"{text},")
        for text in ("0", "-0", "0.0", "12.0", "1e3", "1E2", "999999999999999", "12.0000000000000000000001")
    ],
    "fields that earlier lines lack": [
        {**GOOD, "completed_at": 1751371200}, {**GOOD, "completed_at": "2025-07-01T00:00:00Z"},
        {**GOOD, "created": None, "timestamp": "2025-08-01T00:00:00Z"}, {**GOOD, "created": None},
        counts(prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 5}),
        counts(prompt_tokens_details=None, prompt_cache_hit_tokens=3), counts(prompt_tokens_details={}),
    ],
    "times in other words": [
        {**GOOD, "created": value}
        for value in ("2025-03-01", "2025-03-01T12:00:00+08:00", 1740830400.5, 1740830400123, "1740830400", -1, 5,
                      "17408e5", " 1740830400", "yesterday", "", True, 10**18)
    ],
    "odd records": [counts(prompt_tokens_details={"cached_tokens": 11}), {}, [1], "text", {"usage": []}, "{not JSON",
                    {**GOOD, "model": None}, {**GOOD, "model": "unknown"}, counts(prompt_tokens=300_000)],
    "tiers": [{**GOOD, "service_tier": tier} for tier in ("auto", "", "batch", "flex", "warp", None, 5)],
    "other shapes": [
        {"created": 1740830400, "model": "gpt-4o", "usage": {"input_tokens": 10, "output_tokens": 1}},
        {"response": GOOD}, {"data": [GOOD, GOOD]},
    ],
    "two shapes in one": [{**GOOD, "response": GOOD}, counts(input_tokens=3, output_tokens=2)],
}  # fmt: skip


def both_ways(table: PriceTable, path: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Usage, Usage]:
    by = ["model", "tier", "window", "day", "component"]
    nested = usage(table, [str(path)], by=by, **options)
    with monkeypatch.context() as patch:
        patch.setattr(duckdb_engine, "_nested_columns", lambda *_: None)
        return nested, usage(table, [str(path)], by=by, **options)


def written(path: Path, later: list[Any]) -> None:
    lines = [json.dumps(GOOD)] * ALIKE
    lines += [each if isinstance(each, str) else json.dumps(each) for each in later]
    path.write_text("\n".join([*lines, json.dumps(GOOD)]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", LATER)
def test_later_lines_of_all_kinds(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "log.jsonl"
    written(path, LATER[name])
    for options in (
        {},
        {"since": "2025-03-01T12:00:00Z"},
        {"tier": "batch"},
        {"as_models": ["gpt-6.1-sol@2026-11-20"]},
    ):
        nested, whole = both_ways(shipped, path, monkeypatch, **options)
        assert nested == whole


def test_fields_named_like_the_columns_of_the_query(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.jsonl"
    record = {"shape": "gpt-4o", "Time_Whole": 1740830400, "input_whole": 7, "instant": 1}
    path.write_text((json.dumps(record) + "\n") * ALIKE, encoding="utf-8")
    mapping = {"model": "shape", "time": "Time_Whole", "input_tokens": "input_whole", "output_tokens": "instant"}
    nested, whole = both_ways(shipped, path, monkeypatch, mapping=mapping)
    assert nested == whole
    assert nested.priced == ALIKE


def test_several_logs_together(shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.jsonl", LATER["quoted counts"])
    written(tmp_path / "b.jsonl", [])
    (tmp_path / "c.csv").write_text("model,time,input_tokens,output_tokens\ngpt-4o,2025-03-01T12:00:00Z,1,1\n")
    nested, whole = both_ways(shipped, tmp_path, monkeypatch)
    assert nested == whole
    assert nested.rejected_count == len(LATER["quoted counts"])
