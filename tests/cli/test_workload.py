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
    assert out.startswith(
        "deepseek-flash is the cheapest: $1,001.18 for December 2026 to January 2027. gpt-6.1-sol costs 12.9 times as "
        "much ($12,943.12).\n\nWorkload: "
    )
    assert "deepseek-flash    $1,001.18     $500.59               12.9×           −92.3%\n" in out
    assert "gpt-6.1-sol      $12,943.12   $6,471.56            baseline\n" in out
    assert "2027-01             $496.69     $6,471.56\n" in out
    assert "total             $1,001.18    $12,943.12\n" in out
    assert (
        "Assumptions\n"
        "- Later months assume the prices of 2026-11-20.\n"
        "- It depends on the time of day: deepseek-flash costs twice as much in peak hours (Mon-Fri 09:00-12:00 and "
        "14:00-18:00 Asia/Shanghai, except Chinese public holidays). If all requests came then, gpt-6.1-sol would cost "
        "7.8 times as much; if none did, 15.6 times.\n"
        "- Chinese public holidays after 2026-12-31 are not known and count as working days.\n\n"
    ) in out


def test_models_stand_cheapest_first_and_are_named_once(tokencost: Run) -> None:
    names = ("gpt-6.1-sol", "gpt-5.4", "gpt-5.6-sol", "deepseek-v4-pro", "gpt-6-luna", "--against", "deepseek-flash")
    three = tokencost("workload", *ISSUE, *names[3:], "--start", "2026-12", "--on", "2026-11-20").out
    assert three.startswith(
        "gpt-6-luna is the cheapest: $329.72 for December 2026. deepseek-flash costs 1.5 times as much ($504.49), "
        "deepseek-v4-pro 5.7 times.\n"
    )
    out = tokencost("workload", *ISSUE, *names, "--start", "2026-12", "--on", "2026-11-20").out
    assert out.startswith(
        "gpt-6-luna is the cheapest: $329.72 for December 2026. deepseek-flash costs 1.5 times as much ($504.49), "
        "deepseek-v4-pro 5.7 times, gpt-6.1-sol 19.6 times, gpt-5.4 28.3 times, gpt-5.6-sol 40.0 times.\n"
    )
    many = tokencost("workload", *ISSUE, "gpt-5.5", *names, "--start", "2026-12", "--on", "2026-11-20").out
    assert "deepseek-flash costs 1.5 times as much ($504.49), the other 5 models 5.7 to 56.6 times.\n" in many
    rows = [line.split()[0] for line in out.split("\n\n")[2].splitlines()[2:]]
    assert rows == ["gpt-6-luna", "deepseek-flash", "deepseek-v4-pro", "gpt-6.1-sol", "gpt-5.4", "gpt-5.6-sol"]


def test_a_small_difference_is_said_in_percent(tokencost: Run) -> None:
    """`1.0 times as much` would say nothing."""
    fields = ("--requests", "1k", "--input", "1k", "--output-tokens", "1", "--start", "2026-12", "--on", "2026-11-20")
    names = ("--token-factor", "gpt-6-luna@2026-11-20=1.04", "gpt-6-luna@2026-11-19", "gpt-6-luna@2026-11-20")
    assert tokencost("workload", *fields, *names).out.startswith(
        "gpt-6-luna@2026-11-19 is the cheapest: $3.12 for December 2026. gpt-6-luna@2026-11-20 costs 4.0% more ($3.24)."
    )


def test_one_model_alone_is_shown_by_what_it_is_made_of(tokencost: Run) -> None:
    alone = ("deepseek-flash", "--against", "deepseek-flash", "--start", "2026-12", "--on", "2026-11-20")
    out = tokencost("workload", *ISSUE, *alone, "--months", "2").out
    assert out.startswith(
        "deepseek-flash costs $1,001.18 for December 2026 to January 2027, $500.59 a month on average.\n"
    )
    assert (
        "2 months, USD    deepseek-flash\n"
        "───────────────────────────────\n"
        "uncached input          $363.69\n"
        "cached input              $8.89\n"
        "output                  $628.60\n"
        "───────────────────────────────\n"
        "total                 $1,001.18\n"
    ) in out
    assert "Peak is Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except Chinese public holidays." in out
    assert "baseline" not in out


def test_hours_that_both_sides_have_and_a_baseline_that_has_them(tokencost: Run) -> None:
    fields = ("workload", *ISSUE, "--start", "2026-12", "--on", "2026-11-20")
    out = tokencost(*fields, "gpt-6-luna", "deepseek-flash").out
    assert (
        "deepseek-flash costs twice as much in peak hours (Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except "
        "Chinese public holidays). If all requests came then, deepseek-flash would cost 2.5 times as much; if none "
        "did, 1.3 times.\n"
    ) in out
    many = tokencost(*fields, "deepseek-flash", "deepseek-v4-pro", "gpt-6.1-sol").out
    assert (
        "If all requests came then, gpt-6.1-sol would cost 7.8 times as much as deepseek-flash and 2.1 times as much "
        "as deepseek-v4-pro; if none did, 15.6 times and 4.2 times.\n"
    ) in many
    past = ("--start", "2025-05", "--input", "1M", "--output-tokens", "0", "--cached", "0")
    half = tokencost("workload", *ISSUE[:4], *past, "deepseek-reasoner", "deepseek-chat", "--on", "2025-06-01").out
    assert (
        "It depends on the time of day: if all requests came in peak hours, deepseek-reasoner would cost 2.0 times as "
        "much as deepseek-chat; in off-peak hours, deepseek-chat would cost the same as deepseek-reasoner.\n"
        "- Off-peak is every day 16:30-00:30 UTC.\n"
    ) in half
    assert half.startswith(
        "deepseek-chat was the cheapest: $279,000.00 for May 2025. deepseek-reasoner cost 1.8 times as much "
        "($510,466.67).\n"
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
    assert (
        "deepseek-chat: the price changes at 2025-02-08T16:00:00Z; requests from then on pay the new one."
    ) in answer["notes"]


def test_a_component_split_and_a_budget(tokencost: Run) -> None:
    arguments = ("workload", *ISSUE, *MODELS, "--start", "2026-12", "--months", "3", "--growth", "10%")
    split = tokencost(*arguments, "--by", "component").out.split("\n\n")[3]
    assert split.splitlines() == [
        "3 months, USD    deepseek-flash   gpt-6.1-sol",
        "─────────────────────────────────────────────",
        "uncached input          $580.69     $6,413.90",
        "cached input             $14.19       $391.96",
        "output                $1,003.67    $13,857.20",
        "─────────────────────────────────────────────",
        "total                 $1,598.55    $20,663.06",
    ]
    within = tokencost(*arguments, "--max-cost", "700")
    assert within.status == 0
    assert "No month costs more than $700.00." in within.out.partition("\n\n")[0]
    over = tokencost(*arguments, "--max-cost", "$520")
    assert (over.status, over.err) == (
        1, "Over budget: deepseek-flash costs $546.36 in 2027-01, more than $520.00 a month.\n",
    )  # fmt: skip
    assert over.out.startswith("deepseek-flash is the cheapest: ")
    first = over.out.partition("\n\n")[0]
    assert first.endswith(" deepseek-flash costs $546.36 in 2027-01, more than $520.00 a month.")
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
    assert "deepseek-flash is the cheapest at every swept value of cached and output tokens." in shown
    assert "    0%             100          $476.85     $5,520.00               11.6×\n" in shown
    assert "                   200          $563.55     $6,720.00               11.9×\n" in shown
    assert "Where deepseek-flash and gpt-6.1-sol cost the same" in shown
    never = "requests, input tokens, output tokens, cached, cache write, growth a month, token factor   never\n"
    assert never in shown
    assert "The same cost was looked for at requests, input tokens, output tokens 1 to 1,000,000; " in shown


def test_a_sweep_says_where_which_model_is_the_cheapest(tokencost: Run) -> None:
    arguments = ("workload", *ISSUE, "gpt-6-luna", "deepseek-flash", "--start", "2026-12", "--on", "2026-11-20")
    out = tokencost(*arguments, "--sweep", "input=1000:1000000:100k").out
    assert (
        "Cheapest by input tokens: gpt-6-luna at 1,000 to 201,000, deepseek-flash at 301,000 to 901,000.\n\n"
    ) in out
    two = tokencost(*arguments, "--sweep", "input=1000:1000000:500k", "--sweep", "cached=0:50%:50%").out
    assert "Of 4 points of input tokens and cached, the cheapest is gpt-6-luna at 2, deepseek-flash at 2.\n\n" in two


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
    # In one paragraph of its own, and nothing between it and the first heading of the table but markup.
    between, unit, _ = out[out.index(said) + len(said) :].partition("12 months, USD")
    assert unit
    assert not re.search(r"\b[A-Za-z]+ [A-Za-z]+ [A-Za-z]+\b", between)


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
             "Asia/Shanghai. The requests of all days are sent on those.\n"),
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
        "requests in 62 days, evenly day and night. "
        "Workload reports: 2 requests a week, each 0 input tokens and 3 output tokens. 9 requests in 31 days "
        "(2026-12), evenly day and night.\n\n2 months, USD"
    ) in out
    assert "\n\nworkload, 2 months, USD   deepseek-flash   gpt-6.1-sol\n" in out


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


def test_all_models_are_those_that_are_sold_in_all_months(tokencost: Run) -> None:
    asked = ("workload", "all", "--requests", "40k", "--input", "1800", "--output-tokens", "350", "--on", "2026-11-21")
    read = tokencost(*asked, "--months", "12", "--format", "csv").out.splitlines()
    rows = [row for row in csv.DictReader(read) if row["row"] == "total"]
    names = {row["model"] for row in rows}
    assert {"gpt-6-luna", "deepseek-flash", "gpt-6.2-sol"} <= names
    assert "gpt-5-nano" not in names  # which is sold until 2026-12-11
    assert all(row["cost"] for row in rows)
    text = tokencost(*asked, "--months", "12").out
    assert re.match(r"\S+ is the cheapest: \$", text)
    # Whoever is not among them is named, though all others are sold in months whose prices begin within them.
    said = "Left out, as they are not sold in all of these months or not on these terms: "
    assert re.search(f"{said}.*gpt-5-nano", " ".join(text.split()))
    new = tokencost(*asked[:-2], "--start", "2026-11", "--against", "gpt-6.1-sol", "--on", "2026-11-22")
    assert new.status == 0
    assert re.search(f"{said}.*gpt-6-rosalind", " ".join(new.out.split()))
    assert "Left out" not in tokencost(*asked[:1], "gpt-6-luna", *asked[2:]).out
    batch = tokencost(*asked, "--batch", "50%", "--format", "csv").out.splitlines()
    assert "deepseek-flash" not in {row["model"] for row in csv.DictReader(batch)}
