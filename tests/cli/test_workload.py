"""`tokencost workload`: what is shown, what is carried in data, what wrong input gets, and exit statuses."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost.render import TEXT_FORMATS

Run = Callable[..., Any]

ISSUE = ("--requests", "40k", "--per", "day", "--input", "1.8k", "--cached", "55%", "--output-tokens", "350")
MODELS = ("deepseek-flash", "--against", "gpt-6.1-sol", "--on", "2026-11-20")
COLUMNS = [
    "workload", "model", "provider", "month", "requests", "input_tokens", "cached_input_tokens",
    "cache_write_tokens", "output_tokens", "uncached_input_cost", "cached_input_cost", "cache_write_cost",
    "output_cost", "cost", "baseline", "baseline_cost", "ratio", "percent_lower", "row",
]  # fmt: skip


def answer_of(outcome: Any) -> dict[str, Any]:
    assert outcome.err == ""
    answer: dict[str, Any] = json.loads(outcome.out, parse_float=Decimal)
    return answer


def test_the_records_are_exact(tokencost: Run) -> None:
    outcome = tokencost("workload", *ISSUE, *MODELS, "--start", "2026-12", "--format", "json")
    answer = answer_of(outcome)
    assert (outcome.status, answer["command"], answer["as_of"]) == (0, "workload", "2026-11-20")
    assert [list(row) for row in answer["rows"]] == [COLUMNS] * 4
    month, own, total, _ = answer["rows"]
    assert [row["row"] for row in answer["rows"]] == ["month", "month", "total", "total"]
    assert (month["workload"], month["month"], total["workload"], total["month"]) == (
        "workload", "2026-12", "total", None,
    )  # fmt: skip
    # 23 weekdays of 7 peak hours in 31 days: every request costs (1 + 161/744) times the off-peak price.
    assert str(month["requests"]) == "1240000"
    assert (month["input_tokens"], month["cached_input_tokens"]) == (2_232_000_000, 1_227_600_000)
    assert str(month["output_cost"]) == "316.75"
    assert str(month["cost"]) == "504.49225"
    assert month["cost"] == sum(month[f"{part}_cost"] for part in ("uncached_input", "cached_input", "output"))
    assert (own["model"], own["baseline"], own["ratio"], own["percent_lower"]) == ("gpt-6.1-sol", "gpt-6.1-sol", 1, 0)
    assert month["baseline_cost"] == own["cost"] == Decimal("6471.56")
    assert str(month["ratio"]) == "12.8278680198"


def test_csv_has_the_same_records_with_numbers_as_numbers(tokencost: Run) -> None:
    arguments = ("workload", *ISSUE, *MODELS, "--months", "3")
    lines = list(csv.reader(io.StringIO(tokencost(*arguments, "--format", "csv").out)))
    rows = answer_of(tokencost(*arguments, "--format", "json"))["rows"]
    assert lines[0] == COLUMNS
    assert [[str(value) if value is not None else "" for value in row.values()] for row in rows] == lines[1:]
    assert len(lines) == 1 + 2 * (3 + 1)


def test_a_pivot_of_the_csv_counts_every_month_once(tokencost: Run) -> None:
    out = tokencost("workload", *ISSUE, *MODELS, "--start", "2026-12", "--months", "3", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["row"] for row in rows] == ["month"] * 6 + ["total"] * 2
    months, totals = ({"deepseek-flash": Decimal(0), "gpt-6.1-sol": Decimal(0)} for _ in range(2))
    for row in rows:
        (months if row["row"] == "month" else totals)[row["model"]] += Decimal(row["cost"])
    assert months == totals == {"deepseek-flash": Decimal("1453.8296"), "gpt-6.1-sol": Decimal("18788.4")}


def test_people_read_the_answer_first(tokencost: Run) -> None:
    out = tokencost("workload", *ISSUE, *MODELS, "--start", "2026-12", "--months", "2").out
    assert out.startswith("From 2026-12 to 2027-01, deepseek-flash is the cheapest at $1,001.18, $500.59 a month on")
    assert "gpt-6.1-sol costs $12,943.12, 12.9× as much: $11,941.94 more (deepseek-flash is 92.3% lower)." in out
    assert "The same budget buys 12.9× as many of these requests on deepseek-flash." in out
    assert "2027-01          $496.69     $6,471.56   13.0×" in out
    assert "Later months assume the prices of 2026-11-20." in out
    assert "the china holidays are known through 2026-12-31; later days count as ordinary." in out
    assert (
        "It depends on the time of day: gpt-6.1-sol costs 7.8× as much as deepseek-flash if every request arrives in"
        in out
    )


def test_past_months_have_their_own_prices_and_no_note_about_the_future(tokencost: Run) -> None:
    arguments = ("--requests", "1", "--per", "month", "--input", "1M", "--output-tokens", "0", "--start", "2025-02")
    outcome = tokencost("workload", *arguments, "deepseek-chat", "gpt-4o", "--on", "2026-11-20", "--format", "json")
    answer = answer_of(outcome)
    # $0.14 until 2025-02-08 16:00 UTC, then $0.27; from 2025-02-26 16:30 half of it from 16:30 to 00:30.
    early, half = 7 * 1440 + 960, 480 + 480 + 450
    cost = early * Decimal("0.14") + half * Decimal("0.135") + (28 * 1440 - early - half) * Decimal("0.27")
    assert abs(answer["rows"][0]["cost"] - cost / 40320) < Decimal("1e-17")
    assert not any("assume" in note for note in answer["notes"])
    assert "deepseek-chat: the price changes at 2025-02-08T16:00:00Z, and is split there." in answer["notes"]


def test_a_component_split_and_a_budget(tokencost: Run) -> None:
    arguments = ("workload", *ISSUE, *MODELS, "--start", "2026-12", "--months", "3", "--growth", "10%")
    heading = tokencost(*arguments, "--by", "component").out.splitlines()[6]
    assert re.split(" {2,}", heading) == [
        "model", "uncached input", "cached input", "cache write", "output", "cost", "a month", "ratio", "lower",
    ]  # fmt: skip
    within = tokencost(*arguments, "--max-cost", "700")
    assert within.status == 0
    over = tokencost(*arguments, "--max-cost", "$520")
    assert (over.status, over.err) == (
        1, "Over budget: deepseek-flash costs $546.36 in 2027-01, more than $520.00 a month.\n",
    )  # fmt: skip
    assert "deepseek-flash is the cheapest" in over.out
    assert tokencost(*arguments, "--max-cost", "-5").status == 2


def test_a_file_and_options_over_it(tokencost: Run, tmp_path: Path) -> None:
    spec = tmp_path / "traffic.toml"
    spec.write_text(tokencost("workload", "--example").out, encoding="utf-8")
    answer = answer_of(tokencost("workload", str(spec), "--on", "2026-11-20", "--format", "json"))
    assert {row["model"] for row in answer["rows"]} == {"deepseek-flash", "gpt-6-luna", "gpt-6.1-sol"}
    assert {row["workload"] for row in answer["rows"]} == {"chat", "reports", "total"}
    assert sum("deepseek-flash takes 1.05 times as many tokens." in said for said in answer["answer"]) == 2
    changed = answer_of(
        tokencost(
            "workload", str(spec), "gpt-6-luna", "--requests", "1", "--per", "month", "--months", "1",
            "--growth", "-2%", "--on", "2026-11-20", "--format", "json",
        )
    )  # fmt: skip
    assert [row["requests"] for row in changed["rows"]] == [1, 1, 1, 1, 2, 2]
    assert {row["baseline"] for row in changed["rows"]} == {"gpt-6.1-sol"}


def test_output_is_tokens_where_it_is_a_number_and_a_file_elsewhere(tokencost: Run, tmp_path: Path) -> None:
    target = tmp_path / "cost.csv"
    outcome = tokencost("workload", *ISSUE, *MODELS, "--output", str(target))
    assert (outcome.status, outcome.out) == (0, "")
    assert target.read_text(encoding="utf-8").startswith(",".join(COLUMNS[:3]))


def test_sweeps_and_break_evens_are_data_too(tokencost: Run) -> None:
    arguments = ("workload", *ISSUE, *MODELS, "--sweep", "cached=0:100%:50%", "--sweep", "output=100:200:100")
    answer = answer_of(tokencost(*arguments, "--break-even", "--format", "json"))
    assert list(answer["rows"][0]) == ["sweep_cached", "sweep_output", *COLUMNS]
    points = [(row["sweep_cached"], row["sweep_output"], row["model"]) for row in answer["rows"]]
    assert points[:4] == [
        (0, 100, "deepseek-flash"), (0, 100, "gpt-6.1-sol"), (0, 200, "deepseek-flash"), (0, 200, "gpt-6.1-sol"),
    ]  # fmt: skip
    assert len(points) == 12
    found = {row["field"]: row for row in answer["break_even"]}
    assert found["input"]["remark"] == "none between these bounds"
    assert "offers no batch tier" in found["batch"]["remark"]
    shown = tokencost(*arguments, "--break-even").out
    assert "  0.0%      100" in shown
    assert "Where deepseek-flash and gpt-6.1-sol cost the same" in shown


@pytest.mark.parametrize("name", list(TEXT_FORMATS))
def test_every_format(tokencost: Run, name: str) -> None:
    outcome = tokencost("workload", *ISSUE, *MODELS, "--months", "2", "--break-even", "--format", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert "504.49" in outcome.out


@pytest.mark.parametrize("name", [name for name in TEXT_FORMATS if name not in ("csv", "tsv", "json")])
def test_every_format_for_people_says_above_the_table_what_it_is_the_cost_of(tokencost: Run, name: str) -> None:
    out = tokencost("workload", *ISSUE, *MODELS, "--start", "2026-12", "--months", "12", "--format", name).out
    out = out.replace("\\%", "%")
    said = (
        "Workload: 40,000 requests a day, each 1,800 input tokens (55% of them cached) and 350 output tokens. "
        "14,600,000 requests in 365 days, evenly day and night."
    )
    assert said in out
    # In one paragraph of its own, and nothing between it and the caption of the table but markup.
    after = out[out.index(said) + len(said) :]
    assert re.match(
        r'(</p>|\n|\*|\.|\. table:: |\\noindent|\\textbf\{|#\+\w+: |<div class="table">|<table>|<caption>)*Cost from',
        after,
    )


def test_what_it_is_the_cost_of_is_exact_for_programs(tokencost: Run) -> None:
    shown = ("--hours", "09:00-12:00,14:00-18:00", "--days", "mon-fri", "--zone", "Asia/Shanghai", "--growth", "3%")
    arguments = ("workload", *ISSUE, "--cache-write", "5%", *MODELS, "--start", "2026-12", "--months", "2")
    answer = answer_of(tokencost(*arguments, *shown, "--token-factor", "deepseek-flash=1.05", "--format", "json"))
    assert answer["workloads"] == [
        {
            "name": "workload", "requests": 40_000, "requests_per": "day", "growth": Decimal("0.03"),
            "from": "2026-12", "to": "2027-01", "months": 2, "calendar_days": 62, "total_requests": 2_517_200,
            "input_tokens": 1_800, "cached": Decimal("0.55"), "cache_write": Decimal("0.05"), "output_tokens": 350,
            "hours": "09:00-12:00,14:00-18:00", "days": "mon,tue,wed,thu,fri", "zone": "Asia/Shanghai", "peak": None,
            "batch": 0, "tier": "standard", "region": None,
        }
    ]  # fmt: skip
    assert answer["token_factors"] == [{"workload": "workload", "model": "deepseek-flash", "factor": Decimal("1.05")}]
    plain = answer_of(tokencost(*arguments, "--peak", "30%", "--format", "json"))
    assert "token_factors" not in plain
    given = {key: plain["workloads"][0][key] for key in ("peak", "hours", "days", "zone")}
    assert given == {"peak": Decimal("0.3"), "hours": None, "days": None, "zone": "UTC"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--growth", "3%", "--months", "2", "--cache-write", "5%"),
            ("Workload: 40,000 requests a day (3% more each month), each 1,800 input tokens (55% of them cached, 5% "
             "written to the cache) and 350 output tokens. 2,517,200 requests in 62 days, evenly day and night.\n"),
        ),
        (
            ("--growth", "-0.5%", "--months", "2", "--cached", "0"),
            ("Workload: 40,000 requests a day (0.5% fewer each month), each 1,800 input tokens (none of them cached) "
             "and 350 output tokens. 2,473,800 requests in 62 days, evenly day and night.\n"),
        ),
        (
            ("--hours", "09:00-18:00", "--days", "mon-fri", "--zone", "Asia/Shanghai"),
            ("1,240,000 requests in 31 days, evenly over Mon-Fri 09:00-18:00 Asia/Shanghai. Months begin at midnight "
             "Asia/Shanghai.\n"),
        ),
        (("--peak", "30%"), "1,240,000 requests in 31 days, 30% of them in peak hours.\n"),
        (
            ("--per", "year", "--requests", "100"),
            ("Workload: 100 requests a year, each 1,800 input tokens (55% of them cached) and 350 output tokens. 8 "
             "requests in 31 days, evenly day and night. A year's requests are divided by its days.\n"),
        ),
        (
            ("--per", "hour", "--requests", "1", "--input", "1", "--output-tokens", "1"),
            "Workload: 1 request an hour, each 1 input token (55% of them cached) and 1 output token. 744 requests",
        ),
        (("--token-factor", "gpt-6.1-sol=1.1"), "day and night. gpt-6.1-sol takes 1.1 times as many tokens.\n"),
        (("--sweep", "cached=0:100%:50%"), "The sweep changes only cached.\n"),
    ],
)  # fmt: skip
def test_whatever_is_assumed_is_said(tokencost: Run, options: tuple[str, ...], said: str) -> None:
    assert said in tokencost("workload", *ISSUE, *MODELS, "--start", "2026-12", *options).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--batch", "25%"), "evenly day and night, 25% of them in the batch tier.\n"),
        (("--tier", "batch"), "evenly day and night, in the batch tier.\n"),
        (
            ("--tier", "flex", "--batch", "25%"),
            "evenly day and night, 25% of them in the batch tier, the rest in the flex tier.\n",
        ),
    ],
)
def test_tiers_are_said(tokencost: Run, options: tuple[str, ...], said: str) -> None:
    assert said in tokencost("workload", *ISSUE, "gpt-6-luna", "gpt-6.1-sol", "--on", "2026-11-20", *options).out


def test_each_workload_of_a_file_is_said_with_its_own_months(tokencost: Run, tmp_path: Path) -> None:
    spec = tmp_path / "w.toml"
    spec.write_text(
        """
start = "2026-12"
[workloads.chat]
requests = 1
input = 10
output = 2
months = 2
[workloads.reports]
requests = 2
per = "week"
input = 0
output = 3
""",
        encoding="utf-8",
    )
    out = tokencost("workload", str(spec), *MODELS).out
    assert (
        "\n\nWorkload chat: 1 request a day, each 10 input tokens (none of them cached) and 2 output tokens. 62 "
        "requests in 62 days, evenly day and night.\n"
        "Workload reports: 2 requests a week, each 0 input tokens and 3 output tokens. 9 requests in 31 days "
        "(2026-12), evenly day and night.\n\nCost from"
    ) in out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "--requests is missing"),
        (("--requests", "1", "--input", "1"), 2, "--output-tokens is missing"),
        ((*ISSUE, "--cached", "155%"), 2, "--cached"),
        ((*ISSUE, "--cached", "half"), 2, "--cached: 'half' is not a share"),
        ((*ISSUE, "--cache-write", "50%"), 2, "more than all of the input"),
        ((*ISSUE, "--requests", "-5"), 2, "--requests: requests cannot be negative"),
        ((*ISSUE, "--requests", "99999999999999999999"), 2, "--requests: more than 1,000,000,000,000"),
        ((*ISSUE, "--per", "fortnight"), 2, "--per: 'fortnight' is not a period"),
        ((*ISSUE, "--start", "2026"), 2, "--start: '2026' is not a month"),
        ((*ISSUE, "--start", "2026-09"), 2, "begins 2026-09-10T04:00:00Z: begin with --start 2026-10"),
        ((*ISSUE, "--hours", "9-5"), 2, "--hours: the hours '9-5' may be meant in the morning or in the afternoon"),
        ((*ISSUE, "--hours", "9-25"), 2, "--hours: malformed hours '09:00-25:00'"),
        ((*ISSUE, "--days", "mon-noday"), 2, "--days: unknown weekday 'mon-noday'"),
        ((*ISSUE, "--zone", "Asia/Beijing"), 2, "--zone: unknown time zone 'Asia/Beijing'"),
        ((*ISSUE, "--batch", "20%"), 2, "deepseek-flash offers no batch tier"),
        ((*ISSUE, "--token-factor", "1.1"), 2, "--token-factor: '1.1' names no model"),
        ((*ISSUE, "--token-factor", "deepsek=1.1"), 2, "unknown model 'deepsek'"),
        ((*ISSUE, "--sweep", "cached"), 2, "--sweep: 'cached' is not a sweep"),
        ((*ISSUE, "--sweep", "tier=0:1:1"), 2, "'tier' is not a numeric field"),
        ((*ISSUE, "nofile.toml"), 3, "nofile.toml: no such file"),
        ((*ISSUE, "deepsek-flash"), 2, "unknown model 'deepsek-flash'"),
    ],
)
def test_wrong_input_says_what_to_type(tokencost: Run, arguments: tuple[str, ...], status: int, message: str) -> None:
    outcome = tokencost("workload", *arguments, *MODELS)
    assert (outcome.status, outcome.out) == (status, "")
    assert message in outcome.err
    assert "hint:" in outcome.err


def test_working_days_in_words(tokencost: Run) -> None:
    hours = ("--hours", "09:00-18:00", "--zone", "Asia/Shanghai", "--format", "json")
    costs = [
        answer_of(tokencost("workload", *ISSUE, *MODELS, "--days", days, *hours))["rows"][0]["cost"]
        for days in ("mon-fri", "mon,tue,wed,thu,fri", "weekdays")
    ]
    assert len(set(costs)) == 1


def test_spellings_of_options_and_models_do_not_change_the_answer(tokencost: Run) -> None:
    exact = ("--per", "day", "--hours", "09:00-18:00", "--days", "mon-fri", "--tier", "standard")
    loose = ("--per", "Daily", "--hours", "9-18", "--days", "Monday-Friday", "--tier", "Standard")
    asked = (
        "workload",
        "--requests",
        "40k",
        "--input",
        "1.8k",
        "--output-tokens",
        "350",
        "--on",
        "2026-11-20",
        "--format",
        "csv",
    )
    assert tokencost(*asked, *loose, "DeepSeek-V4.1-Flash", "GPT-6.1 Sol") == tokencost(
        *asked, *exact, "deepseek-flash", "gpt-6.1-sol"
    )


def test_a_plain_workload_imports_only_what_it_needs() -> None:
    program = f"from tokencost.cli import run; import sys; run({['workload', *ISSUE, *MODELS]!r}); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(result.stdout.splitlines()[-1].split())
    assert imported & {"pydantic", "rich", "difflib", "tempfile", "tokencost.analysis.workload.sweep"} == set()


def test_a_step_at_which_the_cheaper_side_changes_is_named(tokencost: Run) -> None:
    """Above 272,000 input tokens gpt-6-luna costs twice as much, and more than deepseek-flash."""
    arguments = ("--requests", "1", "--input", "1k", "--output-tokens", "1", "--break-even", "--on", "2026-11-20")
    outcome = tokencost("workload", *arguments, "gpt-6-luna", "deepseek-flash", "--format", "json")
    found = [row for row in answer_of(outcome)["break_even"] if row["field"] == "input"]
    assert [(row["value"], row["remark"]) for row in found] == [
        (272_000, "not the same: above it other rates make the other side cheaper")
    ]


def test_the_month_in_which_a_model_was_launched_is_not_the_first_unless_it_is_asked_for(
    tokencost: Run, tmp_path: Path
) -> None:
    def months(*words: str) -> set[str]:
        outcome = tokencost("workload", *words, "--on", "2026-11-20", "--format", "json")
        return {row["month"] for row in json.loads(outcome.out)["rows"] if row["row"] != "total"}

    fields = ("--requests", "1k", "--input", "1k", "--output-tokens", "100")
    assert months("gpt-6-luna", "gpt-6.1-sol", *fields) == {"2026-11"}
    assert months("gpt-6-luna", "gpt-6.2-sol", *fields) == months(*fields) == {"2026-12"}
    refused = tokencost("workload", *fields, "--start", "2026-11")
    assert refused.status == 2
    assert "no price of gpt-6.2-sol for the whole of 2026-11" in refused.err
    spec = tmp_path / "spec.toml"
    spec.write_text('requests = 1000\ninput = 1000\noutput = 100\nmodels = ["gpt-6.2-sol"]\nagainst = "gpt-6-luna"\n')
    assert months(str(spec)) == {"2026-12"}
    assert months(str(spec), "gpt-6-luna", "gpt-6.1-sol") == {"2026-11"}
