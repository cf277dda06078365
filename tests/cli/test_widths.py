"""What people read is never wider than asked, has no cards, and adds up as printed."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

Run = Callable[..., Any]

DAY = ("--on", "2026-11-20")
LOG = "tests/logs/fixtures/requests.jsonl"
EIGHT = ("deepseek-flash", "deepseek-v4-pro", "gpt-5.4", "gpt-5.4-mini", "o3", "gpt-4o", "gpt-6-luna", "gpt-6.2-sol")
COMPARE = (
    ("deepseek-reasoner", "o1", "--on", "2025-01-27"),
    ("deepseek-flash", "gpt-6-luna", *DAY),
    ("deepseek-flash", "gpt-6-luna", "--blend", "3:1:60%", *DAY),
    ("gpt-6-luna", "deepseek-flash", "gpt-4o", "gpt-6.1-sol", *DAY),
    ("gpt-6-luna", "deepseek-flash", "gpt-4o", "gpt-6.1-sol", "--blend", "3:1:60%", *DAY),
    ("gpt-6-luna", "gpt-4o", "gpt-5.4", "gpt-6.1-sol", *DAY),
    (*EIGHT, "--on", "2026-11-23"),
    (*EIGHT, "--blend", "3:1", "--on", "2026-11-23"),
    ("deepseek-chat@2025-01-20", "gpt-4o@2025-01-20", "gpt-6.1-sol", *DAY),
    ("deepseek-flash", "deepseek-v4-pro", "--currency", "CNY", *DAY),
    DAY,
)
USAGE = (
    (),
    ("--by", "metadata.team,month"),
    ("--by", "component,model"),
    ("--as", "deepseek-flash", "--as", "gpt-6-luna", "--tier", "standard"),
    ("--as", "deepseek-flash", "--as", "gpt-4o", "--as", "o3", "--as", "gpt-6-luna"),
)
CLAIMS = (
    ("claims",),
    ("claims", *DAY),
    ("claims", "query-cost-014-750"),
    ("claims", "v2-one-70th"),
    ("claims", "api-cost-90-95"),
)
FIND = (
    ("find", "0.14", "--on", "2025-01-27"),
    ("find", "0.14"),
    ("find", "0.1401", "--on", "2025-01-27"),
    ("find", "0.14", "--near", "5%", "--on", "2025-01-27"),
    ("find", "0.14", "7.50", "--on", "2025-01-27"),
    ("find", "0.14", "7.50", "--on", "2025-01-27", "--all"),
    ("find", "0.14", "7.50"),
    ("find", "0.14", "7.50", "--all"),
    ("find", "0.14", "7.50", "--near", "5%"),
    ("find", "2", "10", *DAY),
)
PRICES = (
    ("list", *DAY),
    ("list", "--on", "2026-11-21"),
    ("list", "--retired", *DAY),
    ("list", "--tier", "all", *DAY),
    ("list", "--currency", "CNY", *DAY),
    ("list", "--region", "data-residency", *DAY),
    ("show", "deepseek-flash", *DAY),
    ("show", "deepseek-reasoner", "--on", "2025-03-01"),
    ("show", "gpt-6.1-sol", *DAY),
    ("show", "gpt-5.4", *DAY),
    ("show", "o1-mini", "--on", "2025-01-27"),
    ("history", "deepseek-chat", *DAY),
    ("history", "o3", "deepseek-chat", "gpt-4o", *DAY),
    ("history", "gpt-6.1-sol", "--tier", "all", *DAY),
    ("history", "gpt-5.4", "gpt-4o", "--region", "data-residency", *DAY),
    ("check", *DAY),
    ("check", "--max-age", "90d", "--on", "2027-02-15"),
)

TRAFFIC = (
    "--requests",
    "40k",
    "--input",
    "1.8k",
    "--cached",
    "55%",
    "--output-tokens",
    "350",
    "--start",
    "2026-12",
    *DAY,
)
ONE = ("deepseek-flash", "--against", "deepseek-flash", *TRAFFIC)
THREE = ("gpt-6-luna", "deepseek-flash", "gpt-6.1-sol", *TRAFFIC)
SEVEN = ("deepseek-v4-pro", "gpt-5.6-sol", "gpt-5.4", "o1@2026-10-22", *THREE)
YEAR = ("--months", "12")
WORKLOADS = {
    **{
        f"{words} over {'a year' if months else 'a month'}{', by component' if split else ''}": (
            *models,
            *months,
            *split,
        )
        for words, models in (("one", ONE), ("three", THREE), ("seven", SEVEN))
        for months in ((), YEAR)
        for split in ((), ("--by", "component"))
    },
    "a sweep": (*THREE, "--sweep", "cached=0:100%:50%"),
    "a sweep of seven": (*SEVEN, *YEAR, "--sweep", "input=1k:1M:100k"),
    "two fields": (*THREE, "--sweep", "cached=0:100%:50%", "--sweep", "output=100:300:100"),
    "two fields of seven": (*SEVEN, "--sweep", "cached=0:100%:50%", "--sweep", "output=100:300:100"),
    "break-even": (*THREE[:2], *TRAFFIC, "--break-even"),
    "break-even of seven": (*SEVEN, "--break-even"),
    "cents": (*SEVEN, *YEAR, "--requests", "1"),
    "a year and a budget": (*SEVEN, *YEAR, "--max-cost", "100k"),
}

GAPS = (
    ("deepseek-reasoner", "o1"),
    ("o1", "gpt-5", "--tier", "batch"),
    ("gpt-5", "gpt-4o"),
    ("deepseek-v4-pro", "deepseek-flash", "--currency", "CNY"),
    ("deepseek-flagship", "openai-flagship"),
    ("openai-flagship", "deepseek-reasoning", "--window", "peak"),
    ("o3", "openai-flagship"),
    ("deepseek-v4-flash-vision-exp", "gpt-3.5-turbo-instruct"),
    ("text-embedding-3-small", "text-embedding-3-large"),
)


def check_width(text: str, width: int) -> None:
    """No line is wider, and no row has become a card."""
    assert max(map(cell_len, text.splitlines())) <= width, text
    assert "─" in text, "a table was drawn"
    # A card is a label, two blanks and a value below each other; a table has a rule beneath its headings.
    assert not re.search(r"(?m)^price  +\$", text)


def check_totals(text: str) -> None:
    """Every column of amounts adds up to the total below it, as printed."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("total"):
            continue
        start = max(n for n in range(number - 1) if set(lines[n]) == {"─"})
        rows = [re.findall(r"\$([\d,]+\.\d+)", row) for row in lines[start + 1 : number - 1]]
        sums = re.findall(r"\$([\d,]+\.\d+)", line)
        if all(len(row) == len(sums) for row in rows):
            for place, total in enumerate(sums):
                parts = [Fraction(row[place].replace(",", "")) for row in rows]
                assert sum(parts) == Fraction(total.replace(",", "")), text


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", COMPARE, ids=" ".join)
def test_compare(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    check(tokencost, ("compare", *arguments), width)


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", USAGE, ids=lambda words: " ".join(words) or "by model")
def test_usage(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    check_totals(check(tokencost, ("usage", LOG, *arguments), width))


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", WORKLOADS.values(), ids=WORKLOADS)
def test_workload(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    check_totals(check(tokencost, ("workload", *arguments), width))


def test_a_year_of_many_models_is_in_whole_dollars_that_add_up(tokencost: Run) -> None:
    text = tokencost("workload", *SEVEN, *YEAR, "--width", "80").out
    amounts: dict[str, list[int]] = {}
    blocks = [block for block in text.split("\n\n") if block.startswith("model, USD, rounded")]
    assert [heading for block in blocks for heading in block.splitlines()[0].split()[3:]] == [
        *(f"2026-{12}" if not n else f"2027-{n:02d}" for n in range(12)), "total",
    ]  # fmt: skip
    for block in blocks:
        for line in block.splitlines()[2:]:
            name, *cells = line.split("$")
            amounts.setdefault(name.strip(), []).extend(int(cell.replace(",", "")) for cell in cells)
    assert len(amounts) == 7
    for *months, total in amounts.values():
        assert sum(months) == total
    assert amounts["gpt-6-luna"][-1] == 3882  # $3,882.14


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", [*CLAIMS, *FIND], ids=" ".join)
def test_claims_and_find(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    check(tokencost, arguments, width)


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", PRICES, ids=" ".join)
def test_prices(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    check(tokencost, ("prices", *arguments), width)


@pytest.mark.parametrize("width", [60, 80, 120, None])
def test_a_changed_table(tokencost: Run, tmp_path: Path, width: int | None) -> None:
    old = tmp_path / "prices.toml"
    text = Path("prices.toml").read_text(encoding="utf-8")
    begin = text.index('[models."gpt-6.2-astra"]')
    end = text.find("\n[models.", begin)
    old.write_text(
        (text[:begin] + (text[end:] if end > 0 else ""))
        .replace("input = 0.30", "input = 0.33")
        .replace("shutdown = 2026-12-11", "shutdown = 2026-12-12")
        .replace('aliases = ["gpt-6.1-sol-2026-09-29"]', "aliases = []"),
        encoding="utf-8",
    )
    spec = ("--workload", "tokencost/cli/workload.example.toml")
    shown = check(tokencost, ("prices", "diff", str(old), "prices.toml", *spec, *DAY), width)
    assert "new model: " in shown
    assert "corrected: " in shown
    assert "What it does to the bill" in shown


@pytest.mark.parametrize("width", [60, 80, 120, None])
def test_an_audit(tokencost: Run, tmp_path: Path, width: int | None) -> None:
    other = tmp_path / "litellm.json"
    prices = {
        "gpt-4o": {"input_cost_per_token": 5e-06, "output_cost_per_token": 1e-05},
        "o3": {"input_cost_per_token": 2.1e-06, "input_cost_per_token_flex": 1.1e-06, "output_cost_per_token": 8e-06},
        "gpt-6.1-sol": {
            "input_cost_per_token": 2e-06,
            "input_cost_per_token_above_272k_tokens": 4.4e-06,
            "output_cost_per_token": 1e-05,
        },
    }
    other.write_text(
        json.dumps({name: {"litellm_provider": "openai", "mode": "chat", **rates} for name, rates in prices.items()})
    )
    shown = check(tokencost, ("prices", "audit", "--against", str(other), *DAY), width)
    assert "differs\n" in shown
    assert "missing there\n" in shown


@pytest.mark.parametrize("width", [60, 80, 120, None])
@pytest.mark.parametrize("arguments", GAPS, ids=" ".join)
def test_prices_history_of_two(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> None:
    text = check(tokencost, ("prices", "history", *arguments, *DAY), width)
    # One table, whatever had to leave it, in which the ratios stay.
    assert text.count("─\n") == 1
    assert " costs\n" in text


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("arguments", GAPS, ids=" ".join)
def test_a_chart_of_a_gap(tokencost: Run, arguments: tuple[str, ...], width: int) -> None:
    text = tokencost("prices", "history", *arguments, *DAY, "--chart", "--width", str(width)).out
    assert max(map(cell_len, text.splitlines())) <= width


def check(tokencost: Run, arguments: tuple[str, ...], width: int | None) -> str:
    """The output within the width, or without one: the same answer, its table whole."""
    text: str = tokencost(*arguments, *(("--width", str(width)) if width else ())).out
    assert text
    if width:
        check_width(text, width)
    else:
        assert "Left out" not in text
    return text


def test_a_bare_comparison_is_one_look(tokencost: Run) -> None:
    for day in ("2026-11-21", "2026-11-23", "2027-01-04"):
        lines = tokencost("compare", "--on", day, "--width", "80").out.splitlines()
        first = lines.index("Sources")
        last = next(n for n in range(first, len(lines)) if not lines[n])
        assert len(lines) - (last - first) - 1 <= 20


@pytest.mark.parametrize(
    "command", [("compare", *DAY), ("usage", LOG), ("workload", *THREE)], ids=lambda words: words[0]
)
def test_brief_is_the_answer_its_table_and_the_footer(tokencost: Run, command: tuple[str, ...]) -> None:
    whole, brief = tokencost(*command).out, tokencost(*command, "--brief").out
    assert "Sources" in whole
    assert "Sources" not in brief
    *answer, footer = brief.rstrip().split("\n\n")
    assert whole.startswith("\n\n".join(answer))
    assert footer == whole.rstrip().split("\n\n")[-1]


@pytest.mark.parametrize("suffix", ["md", "html", "tex", "rst", "adoc", "org", "txt"])
def test_files_have_no_width_but_the_one_that_is_asked_for(tokencost: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"answer.{suffix}"
    assert tokencost("compare", *EIGHT, "--on", "2026-11-23", "-o", str(path)).status == 0
    whole = path.read_text(encoding="utf-8")
    assert tokencost("compare", *EIGHT, "--on", "2026-11-23", "-o", str(path), "--width", "50").status == 0
    narrow = path.read_text(encoding="utf-8")
    # Narrower, the ratios stand in a table of their own, and every model is named in both.
    assert narrow.count("gpt-5.4-mini") > whole.count("gpt-5.4-mini")
