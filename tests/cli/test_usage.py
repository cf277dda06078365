"""`tokencost usage` as it is typed."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost.render import TEXT_FORMATS

Run = Callable[..., Any]
LOG = "tests/logs/fixtures/requests.jsonl"
COLUMNS = (
    "model,requests,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,uncached_input_cost,"
    "cached_input_cost,cache_write_cost,output_cost,cost"
)
LITELLM = (
    '{"model": "openai/gpt-4o", "startTime": "2025-03-01T12:00:00Z", "prompt_tokens": 1000, "completion_tokens": 0, '
    '"spend": 0.005}\n'
)


def answer(outcome: Any) -> dict[str, Any]:
    return json.loads(outcome.out, parse_float=Decimal)  # type: ignore[no-any-return]


def test_the_columns_are_those_of_the_design(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--format", "csv")
    assert outcome.status == 0
    assert outcome.out.split("\n")[0] == COLUMNS
    found = answer(tokencost("usage", LOG, "--format", "json"))
    assert (found["read"], found["priced"], found["rejected_count"], found["unpriced"], found["rejected"]) == (
        5, 5, 0, [], [],
    )  # fmt: skip
    assert all(
        row["cost"]
        == row["uncached_input_cost"] + row["cached_input_cost"] + row["cache_write_cost"] + row["output_cost"]
        for row in found["rows"]
    )


def test_components_add_up(tokencost: Run) -> None:
    whole = answer(tokencost("usage", LOG, "--by", "provider", "--format", "json"))["rows"]
    parts = answer(tokencost("usage", LOG, "--by", "component", "--format", "json"))["rows"]
    assert sum(row["cost"] for row in whole) == sum(row["cost"] for row in parts)
    assert {row["component"] for row in parts} == {"input", "cached_input", "cache_write", "output"}


def test_groups_of_any_field(tokencost: Run) -> None:
    rows = answer(tokencost("usage", LOG, "--by", "metadata.team,month", "--format", "json"))["rows"]
    assert [(row["metadata.team"], row["month"]) for row in rows] == [("search", "2026-11"), ("support", "2026-11")]


@pytest.mark.parametrize("tier", ["warp", "", "\udcff\udcfe"])
def test_a_forced_tier_that_no_model_has_is_refused(tokencost: Run, tier: str) -> None:
    outcome = tokencost("usage", LOG, "--tier", tier)
    assert (outcome.status, outcome.out) == (2, "")
    assert "hint: the tiers are standard, batch, priority, flex, ultrafast" in outcome.err


def test_a_window_that_no_model_has_is_refused(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--window", "night")
    assert (outcome.status, outcome.out) == (2, "")
    assert "no model here has a window 'night'\n  hint: the windows are off-peak, peak" in outcome.err


@pytest.mark.parametrize("option", ["--table", "--json-column", "--columns"])
def test_a_name_that_is_no_text_is_not_printed_into_a_query(tokencost: Run, option: str) -> None:
    words = {"--table": "logs", option: "\udcff"}
    given = [word for pair in words.items() for word in pair]
    outcome = tokencost("usage", "--print-sql", "duckdb", "--shape", "chat", *given)
    assert (outcome.status, outcome.out) == (2, "")
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("named", "label"),
    [("GPT-6 Luna", "gpt-6-luna"), ("DeepSeek-R1@2025-01-27", "deepseek-reasoner@2025-01-27")],
)
def test_an_alternative_is_found_as_people_write_it(tokencost: Run, named: str, label: str) -> None:
    outcomes = [
        tokencost("usage", LOG, "--as", name, "--tier", "Standard", "--format", "csv") for name in (named, label)
    ]
    assert outcomes[0] == outcomes[1]
    assert (outcomes[0].status, label in outcomes[0].out) == (0, True)


def test_an_alternative_that_had_its_name_for_a_time_needs_a_day(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--as", "DeepSeek-R1")
    assert (outcome.status, outcome.out) == (2, "")
    assert "from 2025-01-20 until 2025-05-28" in outcome.err


def test_a_misspelt_field_is_noted(tokencost: Run) -> None:
    assert "metadata.taem: no priced record has this field." in tokencost("usage", LOG, "--by", "metadata.taem").out


def test_elsewhere_stands_beside_the_cost(tokencost: Run) -> None:
    found = answer(tokencost("usage", LOG, "--as", "gpt-6-luna", "--tier", "standard", "--format", "json"))
    row = next(row for row in found["rows"] if row["model"] == "gpt-6.1-sol")
    assert row["as_gpt-6-luna_cost"] < row["cost"]
    assert row["as_gpt-6-luna_ratio"] > 1
    dearer = tokencost("usage", LOG, "--as", "gpt-6-luna", "--token-factor", "1.25", "--tier", "standard")
    assert dearer.status == 0
    lines = [line.split() for line in dearer.out.splitlines()]
    assert ["gpt-6.1-sol", "2", "$0.19371", "$0.01289", "15.0×"] in lines
    assert ["total", "5", "$0.23785", "$0.02822", "8.4×"] in lines
    assert "× is how many times as much the logged model cost." in dearer.out


def test_an_alternative_without_the_tier_is_named_and_fails(tokencost: Run) -> None:
    outcome = tokencost("usage", LOG, "--as", "deepseek-flash")
    assert outcome.status == 1
    assert "offers no flex tier" in outcome.out
    assert tokencost("usage", LOG, "--as", "deepseek-flash", "--allow-unpriced").status == 0


def test_a_logged_cost_is_reconciled(tokencost: Run, tmp_path: Path) -> None:
    path = tmp_path / "spend.jsonl"
    path.write_text(LITELLM)
    found = answer(tokencost("usage", str(path), "--compare-to", "spend", "--format", "json"))
    assert found["reconciled"] == [
        {
            "model": "gpt-4o", "records": 1, "logged": Decimal("0.005"), "computed": Decimal("0.0025"),
            "difference": Decimal("0.0025"),
            "likely_cause": "twice as much: standard rates for batch requests, or peak rates", "currency": "USD",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_every_format_shows_what_was_left_out(tokencost: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        'nope\n{"model": "=cmd|\' /C calc\'!A0\x1b", "created": 1740830400, "usage": {}}\n'.replace("\x1b", "\\u001b")
    )
    outcome = tokencost("usage", str(path), "--format", name)
    assert outcome.status == 1
    assert "\x1b" not in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.jsonl",), "there is no file 'none.jsonl'"),
        ((LOG, "--as", "gpt-6-lunar"), "unknown model 'gpt-6-lunar'"),
        ((LOG, "--map", "nonsense"), "maps nothing"),
        ((LOG, "--by", "model,,day"), "a name in --by is empty"),
        ((LOG, "--token-factor", "x"), "is not a number"),
        ((LOG, "--token-factor", "o1=2"), "not among the --as models"),
        ((LOG, "--token-factor", "2"), "add --as MODEL"),
        ((LOG, "--since", "2026-11-18", "--until", "2026-11-17"), "no time lies between --since 2026-11-18 and"),
        ((LOG, "--since", "2026-11-18", "--until", "2026-11-18T00:00Z"), "--until is exclusive"),
        ((LOG, "--since", "last week"), "is not a date"),
    ],
)
def test_wrong_usage(tokencost: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = tokencost("usage", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err


PLAIN = "model,time,input_tokens,output_tokens\n"


def log_of(folder: Path, text: str, name: str = "log.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_answer_says_how_many_requests_from_when_to_when(tokencost: Run) -> None:
    out = tokencost("usage", LOG).out
    assert out.startswith("5 requests from 2026-11-16 to 2026-11-18 cost $0.2366. All records were priced.\n\n")
    found = answer(tokencost("usage", LOG, "--format", "json"))
    assert [found[name] for name in ("first", "last", "on", "tier", "window")] == [
        "2026-11-16", "2026-11-18", None, None, None,
    ]  # fmt: skip
    found = answer(tokencost("usage", LOG, "--since", "2026-11-17", "--until", "2026-11-18", "--format", "json"))
    assert (found["first"], found["last"]) == ("2026-11-17", "2026-11-17")


@pytest.mark.parametrize(
    ("rows", "options", "said", "first", "last"),
    [
        ("o1,2025-01-27T23:59:59Z,1000,0\n", (), "1 request on 2025-01-27 cost", "2025-01-27", "2025-01-27"),
        ("o1,2025-01-27T23:59:59-01:00,1000,0\n", (), "1 request on 2025-01-28 cost", "2025-01-28", "2025-01-28"),
        (  # a bare date covers its day
            "o1,2025-01-27,1000,0\no1,2025-01-25,1000,0\n", (),
            "2 requests from 2025-01-25 to 2025-01-27 cost", "2025-01-25", "2025-01-27",
        ),
        (
            "o1,2025-01-27,1000,0\no1,2025-01-25,1000,0\n", ("--on", "2025-02-01"),
            "2 requests from 2025-01-25 to 2025-01-27 cost", "2025-01-25", "2025-01-27",
        ),
        ("o1,,1000,0\n", ("--on", "2025-02-01"), "1 request cost", None, None),
        # Of these groups one holds both kinds; nothing is said of a period that is known only in part.
        ("o1,,1000,0\no1,2025-01-25,1000,0\n", ("--on", "2025-02-01"), "2 requests cost", None, None),
        ("o1,,1000,0\no1,2025-01-25,1000,0\n", ("--on", "2025-02-01", "--by", "note"), "2 requests cost", None, None),
        ("o1,,1000,0\ngpt-4o,2025-01-25,1000,0\n", ("--on", "2025-02-01"), "2 requests cost", None, None),
    ],
)  # fmt: skip
def test_the_period_is_that_of_the_priced_records(
    tokencost: Run, tmp_path: Path, rows: str, options: tuple[str, ...], said: str, first: str | None, last: str | None
) -> None:
    path = log_of(tmp_path, PLAIN + rows)
    out = tokencost("usage", path, *options).out
    assert out.startswith(f"{said} $0.")
    assert ("Some priced records have no time" in out) is (first is None)
    found = answer(tokencost("usage", path, *options, "--format", "json"))
    assert (found["first"], found["last"]) == (first, last)


@pytest.mark.parametrize("options", [(), ("--on", "2025-02-01"), ("--by", "project_id", "--on", "2025-02-01")])
def test_a_bucket_reaches_to_the_last_day_that_it_covers(
    tokencost: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    result = {
        "object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 1,
        "num_model_requests": 7, "model": "gpt-4o",
    }  # fmt: skip
    # The three days from 2025-03-01.
    bucket = {"object": "bucket", "start_time": 1740787200, "end_time": 1741046400, "results": [result]}
    path = log_of(tmp_path, json.dumps({"object": "page", "data": [bucket]}), "page.json")
    assert tokencost("usage", path, *options).out.startswith("7 requests from 2025-03-01 to 2025-03-03 cost $0.0025")


@pytest.mark.parametrize(
    ("options", "said", "fields"),
    [
        (("--tier", "standard"), "\n\nAll requests are priced in the standard tier.\n\n", {"tier": "standard"}),
        (
            ("--on", "2026-11-20T12:00:00Z"),
            "\n\nAll requests are priced as of 2026-11-20T12:00:00Z, not at their own times.\n\n",
            {"on": "2026-11-20T12:00:00Z"},
        ),
        (
            ("--on", "2026-11-20", "--window", "peak", "--tier", "standard"),
            (
                "\n\nAll requests are priced as of 2026-11-20, not at their own times. "
                "All requests are priced in the standard tier. "
                "Where the price depends on the hour and the hour is not known, peak prices are used.\n\n"
            ),
            {"on": "2026-11-20", "tier": "standard", "window": "peak"},
        ),
        (
            ("--window", "peak"),
            "\n\n--window peak changed nothing: no price depends on an hour that is not known.\n\n",
            {"window": "peak"},
        ),
    ],
)
def test_what_was_forced_is_said_above_the_table(
    tokencost: Run, options: tuple[str, ...], said: str, fields: dict[str, str]
) -> None:
    assert said in tokencost("usage", LOG, *options).out
    found = answer(tokencost("usage", LOG, *options, "--format", "json"))
    assert {name: found[name] for name in ("on", "tier", "window")} == {
        "on": None,
        "tier": None,
        "window": None,
    } | fields


@pytest.mark.parametrize("name", [name for name in TEXT_FORMATS if name not in ("csv", "tsv")])
def test_every_format_says_what_was_forced_and_the_period(tokencost: Run, name: str) -> None:
    out = tokencost("usage", LOG, "--tier", "standard", "--format", name).out
    assert "All requests are priced in the standard tier." in out
    assert "5 requests from 2026-11-16 to 2026-11-18 cost" in out


RIGHT = "o1,2025-01-27T12:00:00Z,1000,0\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            RIGHT * 2 + "my-model,2025-01-27T12:00:00Z,1,1\n" * 2 + "o1,2025-01-27T12:00:00Z,x,1\n",
            (
                "The 2 priced requests on 2025-01-27 cost $0.03; 3 are not included: 2 of an unknown model "
                "(my-model), 1 unreadable line.\n"
            ),
        ),
        (
            RIGHT + "".join(f"m{n},2025-01-27T12:00:00Z,1,1\n" for n in range(5)),
            (
                "The 1 priced request on 2025-01-27 cost $0.015; 5 are not included: "
                "5 of unknown models (m0, m1, m2 and 2 others).\n"
            ),
        ),
        (RIGHT + "o1,,1,1\n", " cost $0.015; 1 is not included: 1 without a time (o1).\n"),
        (RIGHT + ",2025-01-27,1,1\n", "; 1 is not included: 1 without a model.\n"),
        (RIGHT + "o1,2020-01-27,1,1\n", "; 1 is not included: 1 without a price (o1).\n"),
        (
            RIGHT + "deepseek-flash,2026-11-20,1,1\n",
            "; 1 is not included: 1 whose hour is not known (deepseek-flash).\n",
        ),
        ("my-model,2025-01-27,1,1\n", "No request was priced: 1 of an unknown model (my-model).\n"),
    ],
)
def test_the_headline_says_what_is_not_included(tokencost: Run, tmp_path: Path, rows: str, said: str) -> None:
    outcome = tokencost("usage", log_of(tmp_path, PLAIN + rows))
    assert outcome.status == 1
    assert said in outcome.out


def test_a_tier_that_is_not_offered_is_not_included(tokencost: Run) -> None:
    out = tokencost("usage", LOG, "--tier", "flex").out
    assert "is not included: 1 in a tier or window that is not offered (deepseek-v4-pro).\n" in out


def test_what_was_never_billed_is_said_apart(tokencost: Run, tmp_path: Path) -> None:
    failed = '{"custom_id": "c", "response": {"status_code": 500, "body": {"error": {}}}}\n'
    body = {"model": "o1", "created": 1740830400, "usage": {"prompt_tokens": 1000, "completion_tokens": 0}}
    right = json.dumps({"custom_id": "c", "response": {"status_code": 200, "body": body}}) + "\n"
    path = log_of(tmp_path, right + failed * 2, "batch.jsonl")
    assert tokencost("usage", path).out.startswith(
        "1 request on 2025-03-01 cost $0.0075. All records were priced but 2 failed or cached requests, never billed.\n"
    )
    path = log_of(tmp_path, failed, "failed.jsonl")
    assert tokencost("usage", path).out.startswith("Nothing was billed: 1 failed or cached request.\n")


def test_sums_that_do_not_say_of_how_many_requests_are_neither_none_nor_left_out(
    tokencost: Run, tmp_path: Path
) -> None:
    row = {"model": "o1", "time": "2025-03-01T00:00:00Z", "input_tokens": 1000, "output_tokens": 0, "requests": 0}
    right, wrong = json.dumps(row) + "\n", json.dumps({**row, "model": "o99"}) + "\n"
    start = tokencost("usage", log_of(tmp_path, right, "right.jsonl")).out
    assert start.startswith("Sums of requests on 2025-03-01 cost $0.015. All records were priced.\n")
    start = tokencost("usage", log_of(tmp_path, right + wrong, "both.jsonl")).out
    left_out = "1 is not included: 1 of an unknown model (o99)."
    assert start.startswith(f"The priced sums of requests on 2025-03-01 cost $0.015; {left_out}\n")
    start = tokencost("usage", log_of(tmp_path, wrong, "wrong.jsonl")).out
    assert start.startswith("No request was priced: 1 of an unknown model (o99).\n")


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("by", ["model", "day,model", "component"])
def test_an_answer_is_no_log(tokencost: Run, tmp_path: Path, suffix: str, by: str) -> None:
    assert tokencost("usage", LOG, "--by", by, "-o", str(tmp_path / f"costs.{suffix}")).status == 0
    outcome = tokencost("usage", str(tmp_path), "--on", "2026-06-01")
    assert (outcome.status, outcome.out) == (2, "")
    assert f"costs.{suffix} is an answer of `tokencost usage`, not a log\n  hint: leave it out" in outcome.err


def test_a_day_that_leaves_the_hour_open_is_named(tokencost: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"model": "deepseek-flash", "time": "2026-11-18T12:00:00Z", "input_tokens": 1000, "output_tokens": 0}\n'
    )
    outcome = tokencost("usage", str(log), "--on", "2026-11-20")
    assert "the price of deepseek-flash depends on the hour, which 2026-11-20 leaves open" in outcome.out
    assert tokencost("usage", str(log), "--on", "2026-11-20", "--window", "peak").status == 0
    assert tokencost("usage", str(log), "--on", "2026-11-21").status == 0


def test_only_the_tier_without_cached_input_is_named(tokencost: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    record = '"time": "2026-06-18T12:00:00Z", "input_tokens": 1000, "cached_input_tokens": 100, "output_tokens": 0}\n'
    log.write_text("".join(f'{{"model": "gpt-4o", "tier": "{tier}", {record}' for tier in ("default", "batch")))
    assert "\ngpt-4o (batch tier): no cached input is offered" in tokencost("usage", str(log)).out
