"""Every kind of log, by a file of its own in `kinds`: the records, and the calls that they stand for.

An example has `files`, each with its `name` and its `text`, or for an SQLite database the `sql` that makes it; `path`
is the one that is named where that is not the first, `.` for the folder. Its `calls` are what was called, as the
library's `price` takes it, with `requests` where one record sums up several. `no_call`, `repeats` and `unpriced`
(model, none where records name none, reason, `rows`) say where the other records end. Where the kinds are in
`LOG_KINDS`, `kinds` names those that it shows.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli

from tokencost import PriceTable, price
from tokencost.logs import passes
from tokencost.logs.passes import Pass
from tokencost.logs.records.kinds import LOG_KINDS
from tokencost.logs.usage import usage

FOLDER = Path(__file__).parent / "kinds"
FILES = sorted(FOLDER.glob("*.toml"))


def read_example(path: Path) -> Mapping[str, Any]:
    return tomli.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("at_once", [False, True], ids=["", "at once"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_log_costs_what_its_calls_cost_with_no_option_but_its_path(
    shipped: PriceTable, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if at_once:  # as whole records, with all fields looked up at once, as is done where memory is short
        monkeypatch.setattr(passes, "first_pass", lambda logs, kinds: Pass(logs, kinds, as_json=True, at_once=True))
    example = read_example(path)
    write_files(tmp_path, example["files"])
    result = usage(shipped, [str(tmp_path / example.get("path", example["files"][0]["name"]))])
    assert result.rejected == ()
    expected = sum((cost_of(shipped, call) for call in example["calls"]), Decimal(0))
    assert sum((row.cost.total for row in result.rows), Decimal(0)) == expected
    assert sum(row.tokens.requests for row in result.rows) == sum(call.get("requests", 1) for call in example["calls"])
    assert {(item.model, item.reason): item.rows for item in result.unpriced} == {
        (item.get("model"), item["reason"]): item.get("rows", 1) for item in example.get("unpriced", ())
    }
    assert (result.no_call_count, result.repeats) == (example.get("no_call", 0), example.get("repeats", 0))
    assert result.read == result.priced + result.unpriced_rows + result.no_call_count + result.repeats


def write_files(folder: Path, files: Sequence[Mapping[str, str]]) -> None:
    for file in files:
        path = folder / file["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if "sql" in file:
            with closing(sqlite3.connect(path)) as database:
                database.executescript(file["sql"])
        else:
            path.write_text(file["text"].lstrip("\n"), encoding="utf-8")


def cost_of(table: PriceTable, call: Mapping[str, Any]) -> Decimal:
    """What one call costs, from the price table alone."""
    asked = {name: value for name, value in call.items() if name not in ("model", "requests")}
    return price(table, call["model"], **asked).total


def test_examples_show_kinds_that_there_are() -> None:
    shown = {name for path in FILES for name in read_example(path).get("kinds", ())}
    assert shown <= {kind.name for kind in LOG_KINDS}


def test_rows_with_json_in_a_text_fit_in_memory(shipped: PriceTable, tmp_path: Path) -> None:
    usage_of_call = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 400}}
    row = {
        "request_id": "", "call_type": "acompletion", "spend": 0.01, "total_tokens": 1010, "prompt_tokens": 1000,
        "completion_tokens": 10, "startTime": "2026-10-01 10:00:00.123", "endTime": "2026-10-01 10:00:04.123",
        "model": "gpt-5", "custom_llm_provider": "openai", "metadata": json.dumps({"usage_object": usage_of_call}),
    }  # fmt: skip
    path = tmp_path / "log.jsonl"
    text = json.dumps(row)
    path.write_text("".join(text.replace('""', f'"chatcmpl-{n:016}"', 1) + "\n" for n in range(25_000)))
    result = usage(shipped, str(path))
    alone = price(
        shipped, "gpt-5", on="2026-10-01T10:00:04Z", input_tokens=1000, cached_input_tokens=400, output_tokens=10
    )
    assert (result.priced, result.rows[0].cost.total) == (25_000, 25_000 * alone.total)
