"""What is no longer sold is shown only where it is asked for, marked with its last day; what ends soon says so."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ON = ("--on", "2026-11-20")


def listed(tokencost: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    outcome = tokencost("prices", "list", *arguments, "--format", "json")
    assert outcome.status == 0
    return {row["model"]: row for row in json.loads(outcome.out)["rows"]}


def test_the_list_of_a_day_has_what_is_on_sale_then(tokencost: Run) -> None:
    found = listed(tokencost, *ON)
    assert {"o1", "o1-preview", "gpt-4-32k", "deepseek-chat"}.isdisjoint(found)
    assert found["gpt-6-luna"]["status"] == "on sale"
    assert (found["gpt-5-mini"]["status"], found["gpt-5-mini"]["shutdown"]) == (
        "ends 2026-12-11", "2026-12-11T00:00:00Z",
    )  # fmt: skip
    assert "retired" not in {row["status"].partition(" ")[0] for row in found.values()}
    read = tokencost("prices", "list", *ON).out
    assert read.startswith("52 models on sale on 2026-11-20, newest first (45 are retired: --retired).\n")
    assert "\ngpt-5-mini (ends 2026-12-11) " in read


def test_the_day_that_was_asked_for_decides_and_not_today(tokencost: Run) -> None:
    assert listed(tokencost, "--on", "2025-01-27")["o1-preview"]["status"] == "on sale"
    assert "o1" in listed(tokencost, "--on", "2026-10-22")
    assert "o1" not in listed(tokencost, "--on", "2026-10-23")
    assert "gpt-5-mini" in listed(tokencost, "--on", "2026-12-10")
    assert "gpt-5-mini" not in listed(tokencost, "--on", "2026-12-11")


def test_retired_models_are_listed_on_request_with_their_last_day(tokencost: Run) -> None:
    found = listed(tokencost, *ON, "--retired")
    assert len(found) == 97
    assert found["o1"]["status"] == "retired 2026-10-23"
    assert (found["deepseek-chat"]["status"], found["deepseek-chat"]["input"]) == ("retired 2026-07-24", 0.14)
    assert found["o1-preview"]["status"] == "retired 2025-07-28"
    read = tokencost("prices", "list", *ON, "--retired").out
    assert read.startswith("52 models on sale on 2026-11-20, newest first, and 45 retired.\n")
    assert "\no1 (retired 2026-10-23) " in read


def test_csv_follows_the_same_filter(tokencost: Run) -> None:
    assert "\nopenai,o1," not in tokencost("prices", "list", *ON, "--format", "csv").out
    assert "\nopenai,o1," in tokencost("prices", "list", *ON, "--retired", "--format", "csv").out


def test_the_whole_table_stays_in_history_and_export(tokencost: Run) -> None:
    assert tokencost("prices", "history", "o1", *ON).status == 0
    assert "\nopenai,o1," in tokencost("prices", "export", "--format", "csv", *ON).out


@pytest.mark.parametrize("day", ["2026-11-21", "2026-10-05"])
def test_the_list_leaves_out_hours_that_the_day_does_not_have(tokencost: Run, day: str) -> None:
    outcome = tokencost("prices", "list", "--provider", "deepseek", "--on", day, "--format", "json")
    answer = json.loads(outcome.out)
    assert {row["window"] for row in answer["rows"]} == {"off-peak"}
    assert f"none on {day}" in answer["notes"][0]
    friday = tokencost("prices", "list", "--provider", "deepseek", *ON, "--format", "json")
    assert {row["window"] for row in json.loads(friday.out)["rows"]} == {"peak", "off-peak"}


def test_show_has_every_window_and_says_which_does_not_open(tokencost: Run) -> None:
    answer = json.loads(tokencost("prices", "show", "deepseek-flash", "--on", "2026-11-21", "--format", "json").out)
    assert {row["window"] for row in answer["rows"]} == {"peak", "off-peak"}
    assert any("none on 2026-11-21" in note for note in answer["notes"])


@pytest.mark.parametrize(
    "command", [("prices", "show", "gpt-5-mini"), ("compare", "gpt-5-mini", "gpt-6-luna")], ids=lambda words: words[0]
)
def test_an_end_within_60_days_is_noted(tokencost: Run, command: tuple[str, ...]) -> None:
    note = "gpt-5-mini: sold only until 2026-12-11."
    assert note in tokencost(*command, *ON).out
    assert note in tokencost(*command, "--on", "2026-10-12").out
    assert note not in tokencost(*command, "--on", "2026-10-11").out


def test_a_retired_model_is_marked_in_the_comparison_itself(tokencost: Run) -> None:
    read = tokencost("compare", "o1", "gpt-6.1-sol", *ON).out
    assert "On 2026-11-20, o1 (retired 2026-10-23) cost 6.0 to 75.0 times as much as gpt-6.1-sol" in read
    for models in (("o1", "gpt-6.1-sol"), ("gpt-6.1-sol", "o1")):
        heading = tokencost("compare", *models, *ON).out.splitlines()[2]
        assert "o1 (retired 2026-10-23)" in heading
    several = tokencost("compare", "o1", "gpt-6-luna", "gpt-6.1-sol", *ON).out
    assert any(line.startswith("o1 (retired 2026-10-23)  ") for line in several.splitlines())
    answer = json.loads(tokencost("compare", "o1", "gpt-6.1-sol", *ON, "--format", "json").out)
    assert {(row["status"], row["baseline_status"]) for row in answer["rows"]} == {("retired 2026-10-23", "on sale")}


def test_a_budget_does_not_buy_tokens_of_a_model_that_is_not_sold(tokencost: Run) -> None:
    same = "The bill stays the same if use of"
    sold = tokencost("compare", "gpt-5-nano", "gpt-6.1-sol", "--break-even", *ON).out
    assert f"{same} gpt-5-nano grows by 1,900.0% to 3,900.0%." in sold
    assert same not in tokencost("compare", "gpt-5-nano", "gpt-6.1-sol", *ON).out
    for model in ("gpt-4.1-nano", "gpt-4.1-nano@2025-06-01"):
        assert same not in tokencost("compare", model, "gpt-6.1-sol", "--break-even", *ON).out


def test_a_retired_model_is_never_the_cheapest_of_a_mix(tokencost: Run) -> None:
    models = ("gpt-4.1-nano", "gpt-5-nano", "gpt-6.1-sol", "--blend", "3:1")
    retired = tokencost("compare", *models, *ON).out
    assert "gpt-5-nano was the cheapest of these 3 models for this mix" in retired
    assert any(line.startswith("gpt-4.1-nano (retired") for line in retired.splitlines())


def test_a_model_with_a_day_of_its_own_is_described_with_that_day(tokencost: Run) -> None:
    read = tokencost("compare", "deepseek-reasoner@2025-01-27", "gpt-6.1-sol", *ON).out
    assert "gpt-6.1-sol on 2026-11-20 cost 3.6 to 4.6 times as much as deepseek-reasoner on 2025-01-27, but" in read
    assert "On 2026-11-20," not in read
    both = tokencost("compare", "deepseek-reasoner@2025-01-27", "o1@2025-01-27", *ON).out
    assert "On 2025-01-27, o1 cost 27.3 to 53.6 times as much as deepseek-reasoner (96.3% to 98.1% lower)." in both
    assert "On 2026-11-20," not in both


@pytest.mark.parametrize("day", ["2026-11-21", "2026-10-05"])
def test_a_comparison_leaves_out_hours_that_the_day_does_not_have(tokencost: Run, day: str) -> None:
    arguments = ("compare", "deepseek-flash", "gpt-6.1-sol", "--format", "json", "--on")
    answer = json.loads(tokencost(*arguments, day).out)
    assert {row["window"] for row in answer["rows"]} == {"off-peak"}
    assert any(f"none on {day}" in note for note in answer["notes"])
    assert not any("(peak)" in sentence for sentence in answer["answer"])


def test_find_takes_what_is_on_sale_and_open_on_the_day(tokencost: Run) -> None:
    def models(*arguments: str) -> list[str]:
        return [row["model"] for row in json.loads(tokencost("find", *arguments, "--format", "json").out)["rows"]]

    assert "o1" in models("7.50", "--on", "2026-10-22")
    assert "o1" not in models("7.50", *ON)
    assert "deepseek-flash" in models("0.30", *ON)
    assert "deepseek-flash" not in models("0.30", "--on", "2026-11-21")
    notes = json.loads(tokencost("find", "0.30", "--on", "2026-11-21", "--format", "json").out)["notes"]
    assert any("deepseek-flash" in note and "in peak hours; none on 2026-11-21" in note for note in notes)


def test_find_at_any_time_gives_the_period_of_sale(tokencost: Run) -> None:
    answer = json.loads(tokencost("find", "7.50", "--format", "json").out)
    until = {(row["model"], row["tier"]): row["until"] for row in answer["rows"]}
    assert until["o1", "standard"] == "2026-10-23T00:00:00Z"
    assert until["o1-preview", "standard"] == "2025-07-28T00:00:00Z"
    assert until["gpt-5.4", "batch"] is None


def test_a_model_that_was_withdrawn_on_an_unknown_day_says_so(tokencost: Run, tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    shipped = Path("prices.toml").read_text(encoding="utf-8")
    table.write_text(shipped.replace("shutdown = 2025-07-28", "withdrawn = true"), encoding="utf-8")
    words = ("--prices", str(table))
    answer = json.loads(tokencost("find", "7.50", "--format", "json", *words).out)
    assert any(note.startswith("o1-preview: withdrawn on a day that is not known") for note in answer["notes"])
    assert listed(tokencost, *ON, "--retired", *words)["o1-preview"]["status"] == "retired after 2025-06-26"
    asked = (
        "workload",
        "o1-preview",
        "gpt-6-luna",
        "--requests",
        "1k",
        "--input",
        "1k",
        "--output-tokens",
        "1",
        *ON,
        *words,
    )
    assert "o1-preview is withdrawn after 2025-06-26, and covers none of these months in full" in tokencost(*asked).err


def test_a_list_that_leaves_models_out_for_another_reason_says_how_many_it_has(tokencost: Run) -> None:
    assert tokencost("prices", "list", *ON, "--currency", "CNY", "--provider", "openai").out.startswith(
        "48 models on sale on 2026-11-20 (41 are retired: --retired); 0 of them have such rates."
    )


def test_a_workload_past_the_end_of_a_model_has_empty_cells_and_says_so(tokencost: Run) -> None:
    asked = (
        "workload",
        "gpt-5-mini",
        "gpt-6-luna",
        "--requests",
        "40k",
        "--input",
        "1.8k",
        "--output-tokens",
        "350",
        *ON,
    )
    answer = json.loads(tokencost(*asked, "--months", "2", "--format", "json").out)
    costs = [row["cost"] for row in answer["rows"] if row["model"] == "gpt-5-mini"]
    assert costs == [1380, None, None]
    assert "gpt-5-mini is sold only until 2026-12-11" in " ".join(answer["answer"])
    table = list(csv.DictReader(io.StringIO(tokencost(*asked, "--months", "2", "--format", "csv").out)))
    assert [row["cost"] for row in table if row["model"] == "gpt-5-mini"] == ["1380", "", ""]
    assert "gpt-5-mini: sold only until 2026-12-11." in tokencost(*asked).out
    beyond = tokencost(*asked, "--months", "2").out
    assert beyond.count("sold only until 2026-12-11") == 1
    assert "gpt-5-mini (ends 2026-12-11)" in beyond
    gone = tokencost("workload", "o1", *asked[2:])
    assert (gone.status, gone.out) == (2, "")
    assert (
        "o1 is sold only until 2026-10-23, and covers none of these months in full\n  hint: name another model, or use"
        in gone.err
    )
    assert "o1@2026-10-22" in gone.err
