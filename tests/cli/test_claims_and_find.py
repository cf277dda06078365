"""`tokencost claims` and `tokencost find`: the records, the words, and the exit statuses."""

import csv
import io
import json
import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

Run = Callable[..., Any]


def test_claims_have_the_columns_of_the_design(tokencost: Run) -> None:
    answer = json.loads(tokencost("claims", "--format", "json").out, parse_float=Decimal)
    assert list(answer["rows"][0]) == ["id", "published", "computed", "verdict", "left", "right", "source", "date"]
    first = answer["rows"][0]
    assert first == {
        "id": "query-cost-014-750",
        "published": "$0.14 against $7.50, 98% lower",
        "computed": "cached input $0.14 against $7.50, 98.13% lower, 53.57×",
        "verdict": "reproduced",
        "left": "deepseek-reasoner cached input $0.14",
        "right": "o1 cached input $7.50",
        "source": 'Chinese-language market report ("AI界拼多多" DeepSeek衝擊全球股市)',
        "date": "2025-01-27",
    }
    cached = [part for part in answer["parts"] if part["id"] == first["id"] and part["verdict"] == "reproduced"]
    assert [(part["component"], str(part["ratio"]), str(part["percent_lower"])) for part in cached] == [
        ("cached_input", "53.5714285714", "98.1333333333")
    ]
    assert answer["as_of"] is None


def test_one_claim_is_explained(tokencost: Run) -> None:
    shown = tokencost("claims", "query-cost-014-750").out
    assert "Verdict for prices of 2025-01-27: reproduced for cached input." in shown
    assert "cached input: $7.50 ÷ $0.14 = 53.57×; 1 - $0.14 ÷ $7.50 = 98.13% lower." in shown
    assert "use must grow by 5,257.1% for the bill to stay the same." in shown
    assert "deepseek-chat input $0.14 against o1 input (batch) $7.50, not like for like." in shown
    lines = Path("prices.toml").read_text(encoding="utf-8").split("\n")
    (source,) = [line for line in shown.splitlines() if line.startswith("- deepseek-reasoner: https")]
    assert source.startswith("- deepseek-reasoner: https://api-docs.deepseek.com/news/news250120 (checked 2025-02-11")
    line = int(source.rpartition(":")[2])
    assert lines[line - 1] == "[[models.deepseek-reasoner.prices]]"


def test_what_else_would_have_reproduced_a_percentage(tokencost: Run) -> None:
    shown = tokencost("claims", "r1-27-times-output").out
    assert "Also reproduced by input, standard tier: 96.33% lower, 27.27×." in shown


def test_a_verdict_that_one_may_not_expect_is_explained(tokencost: Run) -> None:
    shown = tokencost("claims", "v3-95-percent").out
    assert "Verdict for prices of 2025-01-27: overstated." in shown
    assert "94.40% rounds to 94, not 95." in shown


def test_an_undecidable_claim_says_what_is_missing(tokencost: Run) -> None:
    assert "- no training cost of o1 was ever published." in tokencost("claims", "training-cost-1-20").out
    moved = tokencost("claims", "query-cost-014-750", "--on", "2026-11-20")
    assert (moved.status, "- no price of deepseek-reasoner on 2026-11-20." in moved.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("query-cost-014-750", "training-6m", "--strict"), 0),
        (("query-cost-014-750", "api-cost-90-95", "--strict"), 1),
        (("query-cost-014-750", "--strict", "--on", "2026-11-20"), 1),
        (("api-cost-90-95",), 0),
        (("--strict",), 1),
        (("no-such-claim",), 2),
        (("--file", "no-such-file.toml"), 3),
    ],
)
def test_exit_statuses_of_claims(tokencost: Run, arguments: tuple[str, ...], status: int) -> None:
    assert tokencost("claims", *arguments).status == status


def test_an_unknown_claim_gets_a_suggestion(tokencost: Run) -> None:
    assert "did you mean training-6m?" in tokencost("claims", "traning-6m").err


def test_claims_of_ones_own(tokencost: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        """\
schema = 1
[claims.a]
statement = "=cmd('x')|é"
printed_by = "智通财经"
printed = 2026-11-16
on = 2026-11-16T01:00:00Z
published = { prices = [0.30, 2] }
left = { model = "deepseek-flash", component = "input" }
right = { model = "gpt-6.1-sol", component = "input" }
"""
    )
    rows = json.loads(tokencost("claims", "--file", str(mine), "--format", "json").out)["rows"]
    assert [(row["verdict"], row["source"]) for row in rows] == [("reproduced", "智通财经")]
    off_peak = mine.read_text(encoding="utf-8").replace("T01:00:00Z", "T00:59:59Z")
    mine.write_text(off_peak, encoding="utf-8")
    assert (
        json.loads(tokencost("claims", "--file", str(mine), "--format", "json").out)["rows"][0]["verdict"] == "differs"
    )


def test_wide_characters_keep_the_columns_straight(tokencost: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    claim = """
[claims.{name}]
statement = "s"
printed_by = "p"
printed = 2025-01-27
published = {{ ratio = 27 }}
left = {{ model = "deepseek-reasoner" }}
right = {{ model = "o1" }}
"""
    mine.write_text("schema = 1" + claim.format(name='"智通财经"') + claim.format(name="plain"), encoding="utf-8")
    for name in ("table", "markdown", "orgmode", "rst"):
        shown = tokencost("claims", "--file", str(mine), "--format", name).out
        assert "智通财经" in shown
        widths = {cell_len(line) for line in shown.splitlines() if "reproduced   " in line or "| reproduced" in line}
        assert len(widths) == 1, name


def test_find_has_the_columns_of_the_design(tokencost: Run) -> None:
    one = list(csv.DictReader(io.StringIO(tokencost("find", "0.14", "--on", "2025-01-27", "--format", "csv").out)))
    assert list(one[0]) == ["price", "model", "provider", "component", "tier", "window", "from", "until", "region"]
    outcome = tokencost("find", "$0.14", "$7.50", "--on", "2025-01-27", "--format", "json")
    rows = json.loads(outcome.out, parse_float=Decimal)["rows"]
    side = ["price", "model", "provider", "component", "tier", "window", "from", "until"]
    assert list(rows[0]) == [
        *(f"left_{key}" for key in side), *(f"right_{key}" for key in side), "like_for_like", "ratio", "percent_lower",
        "from", "until", "left_region", "right_region",
    ]  # fmt: skip
    assert (rows[0]["left_model"], rows[0]["right_model"], rows[0]["like_for_like"]) == (
        "deepseek-reasoner",
        "o1",
        True,
    )
    assert str(rows[0]["ratio"]) == "53.5714285714"
    assert [row["like_for_like"] for row in rows] == sorted((row["like_for_like"] for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("0.14",), 0),
        (("0.1401",), 1),
        (("0.1401", "--near", "1%"), 0),
        (("0.14", "7.51"), 1),
        (("0.14", "7.51", "--near", "1%", "--on", "2025-01-27"), 0),
        (("cheap",), 2),
        (("0.14", "--near", "200%"), 2),
    ],
)
def test_exit_statuses_of_find(tokencost: Run, arguments: tuple[str, ...], status: int) -> None:
    assert tokencost("find", *arguments).status == status


def test_nothing_found_shows_the_nearest(tokencost: Run) -> None:
    answer = json.loads(tokencost("find", "0.1401", "--on", "2025-01-27", "--format", "json").out)
    assert answer["rows"] == []
    assert [row["model"] for row in answer["nearest"]][:2] == ["deepseek-chat", "deepseek-reasoner"]


def test_compare_says_how_far_use_must_grow(tokencost: Run) -> None:
    shown = tokencost("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27").out
    assert "its use must grow by 2,627.3%, 5,257.1% and 2,639.7% for the bill to stay the same." in shown


@pytest.mark.parametrize("figures", [("999999", "1000000"), ("1", "2"), ("0.5", "999999")])
def test_nearly_everything_is_near_and_too_much_to_pair(tokencost: Run, figures: tuple[str, str]) -> None:
    begun = time.process_time()
    outcome = tokencost("find", *figures, "--near", "100%")
    assert time.process_time() - begun < 2
    assert (outcome.status, outcome.out) == (2, "")
    assert re.search(r"[\d,]+ list prices are near the first figure and [\d,]+ near the other: too many", outcome.err)
    assert "--near 5%" in outcome.err


def test_a_figure_of_39_digits_is_no_price(tokencost: Run) -> None:
    outcome = tokencost("find", "1" * 39, "2" * 39, "--near", "100%")
    assert (outcome.status, outcome.out) == (2, "")
    assert "more than 1,000,000 USD per 1M tokens" in outcome.err
