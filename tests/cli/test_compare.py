"""`tokencost compare`: what is shown, to the digit, and what wrong input gets."""

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def rows_of(text: str) -> dict[str, dict[str, Any]]:
    answer = json.loads(text, parse_float=Decimal)
    return {
        row["component"] if row["window"] is None else f"{row['component']} {row['window']}": row
        for row in answer["rows"]
    }


def test_the_press_figure_of_january_2025(tokencost: Run) -> None:
    outcome = tokencost("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--format", "json")
    assert outcome.status == 0
    answer = json.loads(outcome.out, parse_float=Decimal)
    assert list(answer)[:4] == ["command", "as_of", "prices", "currency"]
    assert (answer["command"], answer["as_of"]) == ("compare", "2025-01-27")
    figures = {
        row["component"]: tuple(str(row[key]) for key in ("price", "baseline_price", "ratio", "percent_lower"))
        for row in answer["rows"]
    }
    assert figures == {
        "input": ("0.55", "15", "27.2727272727", "96.3333333333"),
        "cached_input": ("0.14", "7.50", "53.5714285714", "98.1333333333"),
        "output": ("2.19", "60", "27.397260274", "96.35"),
    }
    assert list(answer["rows"][0]) == [
        "model", "provider", "component", "tier", "window", "price", "baseline", "baseline_price", "ratio",
        "percent_lower", "baseline_window", "status", "baseline_status", "region",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("models", "on", "expected"),
    [
        (("deepseek-chat", "gpt-4o"), "2025-02-08T15:59:59Z", "0.14"),
        (("deepseek-chat", "gpt-4o"), "2025-02-08T16:00:00Z", "0.27"),
        (("deepseek-reasoner", "o1"), "2025-03-01T00:29:59Z", "0.135"),
        (("deepseek-reasoner", "o1"), "2025-03-01T00:30:00Z", "0.55"),
        (("deepseek-flash", "gpt-6.1-sol"), "2026-11-16T00:59:59Z", "0.15"),
        (("deepseek-flash", "gpt-6.1-sol"), "2026-11-16T01:00:00Z", "0.30"),
        (("deepseek-flash", "gpt-6.1-sol"), "2026-10-01T02:00Z", "0.15"),
        (("deepseek-flash", "gpt-6.1-sol"), "2026-11-16T09:00:00+08:00", "0.30"),
    ],
)
def test_prices_change_at_the_instant(tokencost: Run, models: tuple[str, str], on: str, expected: str) -> None:
    outcome = tokencost("compare", *models, "--on", on, "--format", "json")
    answer = json.loads(outcome.out, parse_float=Decimal)
    assert str(answer["rows"][0]["price"]) == expected
    assert answer["as_of"].endswith("Z")


def test_a_date_shows_every_window(tokencost: Run) -> None:
    rows = rows_of(tokencost("compare", "deepseek-flash", "gpt-6.1-sol", "--on", "2026-11-20", "--format", "json").out)
    assert str(rows["input peak"]["price"]) == "0.30"
    assert str(rows["input off-peak"]["price"]) == "0.15"
    assert rows["cache_write peak"]["price"] is None
    assert str(rows["cache_write peak"]["baseline_price"]) == "2.50"
    assert rows["cache_write peak"]["ratio"] is None


def test_windows_meet_by_name_when_both_sides_have_them(tokencost: Run) -> None:
    arguments = ("compare", "deepseek-flash", "deepseek-v4-pro", "--on", "2026-11-20", "--format", "json")
    rows = rows_of(tokencost(*arguments).out)
    assert (rows["input peak"]["price"], rows["input peak"]["baseline_price"]) == (Decimal("0.30"), Decimal("1.32"))
    assert rows["input off-peak"]["baseline_price"] == Decimal("0.66")
    only = rows_of(tokencost(*arguments, "--window", "peak").out)
    assert set(only) == {"input peak", "cached_input peak", "output peak"}


def test_one_window_of_the_baseline_stands_beside_a_price_for_all_hours(tokencost: Run) -> None:
    outcome = tokencost("compare", "gpt-6-luna", "deepseek-flash", "--on", "2026-11-20", "--format", "json")
    rows = [row for row in json.loads(outcome.out, parse_float=Decimal)["rows"] if row["component"] == "input"]
    # The window is the baseline's: the model has one price for all hours.
    assert [(row["window"], row["baseline_window"], str(row["baseline_price"])) for row in rows] == [
        (None, "peak", "0.30"),
        (None, "off-peak", "0.15"),
    ]
    assert "gpt-6-luna (" not in outcome.out
    read = [
        line.split()
        for line in tokencost("compare", "gpt-6-luna", "deepseek-flash", "--on", "2026-11-20").out.splitlines()
    ]
    assert ["input", "peak", "$0.10", "$0.300", "3.0×", "−66.7%"] in read
    assert ["off-peak", "$0.10", "$0.150", "1.5×", "−33.3%"] in read


def test_tiers(tokencost: Run) -> None:
    rows = rows_of(
        tokencost(
            "compare", "gpt-6-luna", "gpt-6.1-sol", "--tier", "batch", "--on", "2026-11-20", "--format", "json"
        ).out
    )
    assert (rows["input"]["price"], rows["input"]["baseline_price"]) == (Decimal("0.05"), Decimal(1))
    assert rows["input"]["tier"] == "batch"


def test_a_blend_is_exact_and_may_have_a_cached_share(tokencost: Run) -> None:
    arguments = ("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--format", "json", "--blend")
    blended = rows_of(tokencost(*arguments, "3:1").out)["blended"]
    assert (blended["price"], blended["baseline_price"]) == (Decimal("0.96"), Decimal("26.25"))
    # (3 x (0.55 x 0.4 + 0.14 x 0.6) + 2.19) / 4
    cached = rows_of(tokencost(*arguments, "3:1:60%").out)["blended"]
    assert cached["price"] == Decimal("0.7755")
    # 2:1 has no finite decimal: (2 x 0.55 + 2.19) / 3
    endless = rows_of(tokencost(*arguments, "2:1").out)["blended"]
    assert str(endless["price"]) == "1.09666666666666667"


def test_yuan_are_the_providers_own_list(tokencost: Run) -> None:
    yuan = ("--on", "2025-01-27", "--currency", "CNY", "--format", "json")
    answer = json.loads(tokencost("compare", "deepseek-reasoner", "deepseek-chat", *yuan).out, parse_float=Decimal)
    assert answer["currency"] == "CNY"
    assert [(row["price"], row["baseline_price"]) for row in answer["rows"]] == [
        (4, 1), (1, Decimal("0.1")), (16, 2),
    ]  # fmt: skip


def test_a_model_without_a_yuan_list_is_named_and_never_a_column_of_dashes(tokencost: Run) -> None:
    yuan = ("--on", "2025-01-27", "--currency", "CNY")
    baseline = tokencost("compare", "deepseek-reasoner", "o1", *yuan)
    assert (baseline.status, baseline.out) == (2, "")
    assert "o1 has no CNY price list on 2025-01-27\n  hint: compare with a model that has one, such as --against" in (
        baseline.err
    )
    assert "deepseek-reasoner, or leave --currency out" in baseline.err
    both = tokencost("compare", "gpt-4o", "o1", *yuan)
    assert (both.status, both.out) == (2, "")
    assert "o1 has no CNY price list on 2025-01-27\n  hint: leave --currency out" in both.err
    alone = tokencost("compare", "o1", "deepseek-chat", *yuan)
    assert (alone.status, alone.out) == (2, "")
    assert "o1 has no CNY price list" in alone.err
    some = tokencost("compare", "deepseek-reasoner", "o1", "deepseek-chat", *yuan, "--format", "json")
    answer = json.loads(some.out)
    assert {row["model"] for row in answer["rows"]} == {"deepseek-reasoner"}
    assert all(row["price"] is not None and row["baseline_price"] is not None for row in answer["rows"])
    assert "o1: no CNY price list on 2025-01-27; it is left out." in answer["notes"]


def test_a_bare_compare_shows_the_defaults_of_the_table(tokencost: Run) -> None:
    outcome = tokencost("compare", "--on", "2026-11-20", "--format", "json")
    rows = json.loads(outcome.out)["rows"]
    assert list(dict.fromkeys(row["model"] for row in rows)) == ["deepseek-flash", "deepseek-v4-pro", "gpt-6-luna"]
    assert {row["baseline"] for row in rows} == {"gpt-6.2-sol"}


def test_one_model_is_compared_with_the_default_baseline_and_itself_never(tokencost: Run) -> None:
    alone = tokencost("compare", "gpt-6-luna", "--on", "2026-11-20", "--format", "json")
    assert {row["baseline"] for row in json.loads(alone.out)["rows"]} == {"gpt-6.2-sol"}
    same = tokencost("compare", "gpt-6.2-sol", "--on", "2026-11-20")
    assert (same.status, same.out) == (2, "")
    assert "name another model" in same.err


def test_one_model_at_two_times(tokencost: Run) -> None:
    outcome = tokencost("compare", "deepseek-chat@2025-02-10", "deepseek-chat@2025-02-01", "--format", "json")
    row = json.loads(outcome.out, parse_float=Decimal)["rows"][0]
    assert (row["model"], row["baseline"]) == ("deepseek-chat@2025-02-10", "deepseek-chat@2025-02-01")
    assert (row["price"], row["baseline_price"], row["percent_lower"]) == (
        Decimal("0.27"), Decimal("0.14"), Decimal("-92.8571428571"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deepseek-resoner", "o1"), "unknown model 'deepseek-resoner'\n  hint: did you mean deepseek-reasoner"),
        (
            ("--on", "2025-01-27"),
            "no price of deepseek-flash on 2025-01-27, and it is compared where no model is named\n  hint: name models",
        ),
        (("gpt-4o", "o1", "--on", "2023-01-01"), "no price of gpt-4o on 2023-01-01\n  hint: its first price begins"),
        (("deepseek-flash", "gpt-6.1-sol", "--tier", "batch"), "deepseek-flash offers no batch tier"),
        (("gpt-4o", "o1", "--window", "peak", "--on", "2025-01-27"), "no model here has a window 'peak'"),
        (("o1", "gpt-4o", "--on", "27.01.2025"), "'27.01.2025' is not a date or an instant"),
        (("o1", "gpt-4o", "--on", "2025-01-27T10:00"), "has no zone\n  hint: add Z for UTC"),
        (("o1", "gpt-4o", "--blend", "3"), "'3' is not a blend"),
        (("o1", "gpt-4o", "--blend", "3:x"), "'x' is not a number of zero or more"),
        (("o1", "gpt-4o", "--blend", "0:0"), "'0:0' has no tokens"),
        (("o1", "gpt-4o", "--blend", "3:1:160%"), "'160%' is not a share between 0% and 100%"),
        (("o1", "gpt-4o", "--format", "pdf"), "'pdf' is not one of"),
        (("o1", "gpt-4o", "--output", "x.xyz"), ".xyz"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_what_to_type(
    tokencost: Run, arguments: tuple[str, ...], message: str
) -> None:
    outcome = tokencost("compare", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_a_bad_table_ends_with_status_3_and_every_problem(tokencost: Run, tmp_path: Path) -> None:
    bad = tmp_path / "prices.toml"
    bad.write_text("schema = 1\nversion = 3\n[models.m]\n[providers.p]\n")
    outcome = tokencost("compare", "--prices", str(bad))
    assert (outcome.status, outcome.out) == (3, "")
    assert [line.removeprefix(str(bad)).split(": ")[0] for line in outcome.err.splitlines() if "hint" not in line] == [
        ":2", ":3", ":3",
    ]  # fmt: skip


def test_what_a_reader_should_know_is_noted(tokencost: Run) -> None:
    def notes(*arguments: str) -> str:
        return " ".join(json.loads(tokencost("compare", *arguments, "--format", "json").out)["notes"])

    promotion = notes("deepseek-chat", "gpt-4o", "--on", "2025-01-27")
    assert "deepseek-chat: a promotional price, announced to end 2025-02-08T16:00:00Z." in promotion
    assert "On that day deepseek-chat was DeepSeek-V3, and gpt-4o was gpt-4o-2024-08-06." in promotion
    changing = notes("deepseek-chat", "gpt-4o", "--on", "2025-02-08")
    assert "deepseek-chat: the price changes at 2025-02-08T16:00:00Z, to $0.27 input, $0.07 cached input" in changing
    sunday = notes("deepseek-flash", "gpt-6.1-sol", "--on", "2026-11-22")
    assert (
        "Peak is Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except Chinese public holidays; none on 20"
        in sunday
    )
    old = notes("gpt-6-luna", "gpt-6.1-sol", "--on", "2027-03-01")
    assert "gpt-6-luna, gpt-6.1-sol: this price was last checked on 2026-11-12; it may be" in old
    retired = notes("deepseek-flash", "o1", "--on", "2026-11-20")
    assert "o1: shut down on 2026-10-23; this is its last list price." in retired
    uncached = notes("deepseek-reasoner", "gpt-4-turbo", "--on", "2025-01-27")
    assert "gpt-4-turbo: no cached input is offered; such tokens are billed as input." in uncached


def test_the_output_file_is_whole_and_has_the_format_of_its_suffix(tokencost: Run, tmp_path: Path) -> None:
    target = tmp_path / "answer.md"
    outcome = tokencost("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--output", str(target))
    assert (outcome.status, outcome.out) == (0, "")
    assert re.search(r"\| cached input +\| +\$0\.14 \| +\$7\.50 \| +53\.6× \|", target.read_text(encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["answer.md"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "answer.json"
    target.write_text("old")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    outcome = tokencost("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--output", str(target))
    assert outcome.status == 2
    assert "No space left on device" in outcome.err
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["answer.json"]
    missing = tokencost("compare", "--output", str(tmp_path / "no" / "answer.json"))
    assert (missing.status, missing.out) == (2, "")


def test_all_models_on_sale_are_ranked(tokencost: Run) -> None:
    mix = ("--blend", "20:1:90%", "--on", "2026-11-21")
    text = tokencost("compare", "all", *mix).out
    named = re.search(r"^(\S+) is the cheapest of these (\d+) models for this mix", text)
    assert named is not None
    rows = list(csv.DictReader(tokencost("compare", "all", *mix, "--format", "csv").out.splitlines()))
    blended = {row["model"]: Decimal(row["price"]) for row in rows if row["component"] == "blended"}
    assert named[1] == min(blended, key=blended.__getitem__)
    assert int(named[2]) == len(blended) + 1
    listed = tokencost("prices", "list", "--on", "2026-11-21", "--format", "csv").out.splitlines()
    sold = {row["model"] for row in csv.DictReader(listed) if row["output"] and not row["model"].startswith("ft:")}
    assert {*blended, rows[0]["baseline"]} == sold
    # Of a tier, the models that have it.
    batch = tokencost("compare", "all", "--tier", "batch", "--on", "2026-11-21", "--format", "csv").out.splitlines()
    assert {row["model"] for row in csv.DictReader(batch)} < sold
    assert "To rank all models on sale: tokencost compare all" in tokencost("compare", *mix).out
    assert "To rank all" not in text


def test_an_option_for_all_models_says_what_to_type(tokencost: Run) -> None:
    outcome = tokencost("compare", "--all")
    assert outcome.status == 2
    assert "hint: write all in place of a MODEL: tokencost compare all" in outcome.err
