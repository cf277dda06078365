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
    assert " ".join(shown.partition("\n\n")[0].split()) == (
        '"a query costs $0.14 per million tokens at DeepSeek against $7.50 at OpenAI, 98% cheaper" '
        '(Chinese-language market report ("AI界拼多多" DeepSeek衝擊全球股市), 2025-01-27) '
        "is reproduced by the list prices of 2025-01-27. True only for cached input. "
        "New input cost $0.55 against $15.00 and output $2.19 against $60.00: 96.3% and 96.4% lower."
    )
    assert "cached input                    $0.14    $7.50     53.57×   −98.13%   reproduced\n" in shown
    assert "The bill stays the same if use of deepseek-reasoner grows by 5,257.1%." in shown
    assert (
        "Other list prices with these figures: 7 pairs, 1 like with like (deepseek-reasoner cached input and "
        "o1-preview cached input). See tokencost find 0.14 7.50 --on 2025-01-27\n"
    ) in shown
    found = tokencost("find", "0.14", "7.50", "--on", "2025-01-27", "--all").out
    last = found[found.index("\ndeepseek-chat input ") :]
    assert re.search(r"\n  +o1 input, batch +no: batch\n", last)
    lines = Path("prices.toml").read_text(encoding="utf-8").split("\n")
    sources = json.loads(tokencost("claims", "query-cost-014-750", "--format", "json").out)["sources"]
    (source,) = [line for line in sources if line.startswith("deepseek-reasoner: https")]
    assert source.startswith("deepseek-reasoner: https://api-docs.deepseek.com/news/news250120 (checked 2025-02-11")
    line = int(source.rpartition(":")[2])
    assert lines[line - 1] == "[[models.deepseek-reasoner.prices]]"


def test_what_else_would_have_reproduced_a_percentage(tokencost: Run) -> None:
    shown = tokencost("claims", "r1-27-times-output").out
    assert "Also reproduced by input: 27.27×, 96.33% lower." in shown


def test_a_verdict_that_one_may_not_expect_is_explained(tokencost: Run) -> None:
    shown = tokencost("claims", "v3-95-percent").out
    assert "is overstated, by the list prices of 2025-01-27. Input cost $0.14 against $2.50: 94.4% lower." in shown
    assert "−94.40%" in shown
    assert "94.40% rounds to 94, not 95." in shown


def test_an_undecidable_claim_says_what_is_missing(tokencost: Run) -> None:
    alone = tokencost("claims", "training-cost-1-20").out
    assert "is undecidable. No training cost of o1 was ever published.\n" in alone
    moved = tokencost("claims", "query-cost-014-750", "--on", "2026-11-20")
    assert (moved.status, "is undecidable. No price of deepseek-reasoner on 2026-11-20.\n" in moved.out) == (0, True)


def test_all_claims_are_counted_and_stand_beside_what_was_printed(tokencost: Run) -> None:
    shown = tokencost("claims", "--width", "80").out
    assert " ".join(shown.partition("\n\n")[0].split()) == (
        "20 published figures, recomputed from the list prices of their day: 13 reproduced, 4 overstated, "
        "1 understated, 1 differs, 1 undecidable."
    )
    assert "understated  api-cost-90-95             90% to 95% lower     96.33% to 98.13%\n" in shown
    assert "Left out for want of room: in its words, printed by.\n" in shown
    read = tokencost("claims", "--format", "markdown").out
    (row,) = [line for line in read.splitlines() if "api-cost-90-95" in line]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "understated", "api-cost-90-95", "API calls 90%-95% cheaper than o1", "智通财经 (DeepSeek 风暴), 2025-01-27",
        "90% to 95% lower", "96.33% to 98.13%",
    ]  # fmt: skip
    answer = json.loads(tokencost("claims", "--on", "2026-11-20", "--format", "json").out)["answer"]
    assert answer[0].startswith("20 published figures, recomputed from the list prices of 2026-11-20: ")


CLAIM = """
schema = 1
[claims.a]
statement = "s"
printed_by = "p"
printed = 2026-11-20
published = {published}
left = {{ model = "{left}", component = "{component}" }}
right = {{ model = "{right}", component = "{component}" }}
"""


@pytest.mark.parametrize(
    ("published", "left", "right", "component", "said"),
    [
        ("{ percent_lower = 50 }", "gpt-6.1-sol", "gpt-6-luna", "input",
         "Input cost $2.00 against $0.10: 1,900.0% higher."),
        ("{ ratio = 20 }", "gpt-6-luna", "gpt-6.1-sol", "output",
         "Output cost $0.50 against $10.00: gpt-6.1-sol cost 20.0 times as much."),
        ("{ percent_of = 5 }", "gpt-6-luna", "gpt-6.1-sol", "input", "Input cost $0.10 against $2.00: 5.0% of it."),
        ("{ prices = [0.2, 3] }", "gpt-6-luna", "gpt-6.1-sol", "input",
         "No list prices of the two were $0.2 against $3. Input cost $0.10 against $2.00."),
        ("{ percent_lower = 85 }", "deepseek-flash", "gpt-6.1-sol", "input",
         "True only for input (peak). Input (off-peak) cost $0.15 against $2.00: 92.5% lower."),
    ],
)  # fmt: skip
def test_a_verdict_in_plain_words(
    tokencost: Run, tmp_path: Path, published: str, left: str, right: str, component: str, said: str
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(CLAIM.format(published=published, left=left, right=right, component=component))
    shown = tokencost("claims", "--file", str(mine), "a").out
    assert said in shown.partition("\n\n")[0]
    assert not re.search(r"[-−][\d.,]+% lower", shown)


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
    shown = tokencost("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--break-even").out
    assert "The bill stays the same if use of deepseek-reasoner grows by 2,627.3% to 5,257.1%." in shown


def test_find_on_a_day_sets_prices_side_by_side(tokencost: Run) -> None:
    shown = tokencost("find", "0.14", "7.50", "--on", "2025-01-27", "--width", "80").out
    assert shown.startswith("""\
On 2025-01-27, 8 pairs of list prices were $0.14 and $7.50; 2 of them compare
like with like: 53.6×, 98.1% lower.

$0.14                            $7.50                             comparable
─────────────────────────────────────────────────────────────────────────────
deepseek-reasoner cached input   o1 cached input                   yes
                                 o1-preview cached input           yes
                                 o1 input, batch                   no: batch
                                 gpt-4o-2024-05-13 output, batch   no: batch
deepseek-chat input              the same four                     no

A published claim has these figures: tokencost claims query-cost-014-750
""")
    swapped = tokencost("find", "7.5", "0.14", "--on", "2025-01-27").out
    assert "were $7.50 and $0.14; 2 of them compare like with like: 53.6×, 98.1% lower." in swapped
    assert "tokencost claims query-cost-014-750" in swapped


def test_find_at_any_time_sums_up_and_all_lists_every_pair(tokencost: Run) -> None:
    shown = tokencost("find", "0.14", "7.50", "--width", "80", "--brief").out
    assert shown.startswith("At any time, 42 pairs of list prices were $0.14 and $7.50; 4 of them compare\nlike with")
    assert len(shown.splitlines()) < 35
    assert "       gpt-5.4 output, batch and flex        2026-03-05        —\n" in shown
    assert "All 42 pairs are listed with --all." in tokencost("find", "0.14", "7.50").out
    every = tokencost("find", "0.14", "7.50", "--all", "--brief").out
    rows = [line for line in every.splitlines() if re.search(r"(yes|no: \w+)  +\d{4}-", line)]
    assert len(rows) == 42
    assert len(json.loads(tokencost("find", "0.14", "7.50", "--format", "json").out)["rows"]) == 42
    many = tokencost("find", "2", "10", "--on", "2026-11-20", "--brief", "--width", "80").out
    assert "Like with like, the newest 10\n" in many
    assert "All prices of these figures, the newest 8 of each\n" in many
    assert len(many.splitlines()) < 40


def test_find_of_one_figure_says_when_it_was_a_price(tokencost: Run) -> None:
    assert tokencost("find", "0.14", "--on", "2025-01-27").out.startswith("On 2025-01-27, 2 list prices were $0.14.\n")
    assert tokencost("find", "0.14").out.startswith("7 list prices are or were $0.14.\n")
    near = tokencost("find", "0.14", "--near", "5%", "--on", "2025-01-27").out
    assert near.startswith("On 2025-01-27, 2 list prices were within 5% of $0.14.\n")
    nothing = tokencost("find", "0.1401", "--on", "2025-01-27").out
    assert nothing.startswith("On 2025-01-27, no list price was $0.1401; the nearest are below.\n\nnearest list price")
    assert "no two list prices were $0.14 and $7.51 at the same time." in tokencost("find", "0.14", "7.51").out


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
