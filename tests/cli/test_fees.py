"""Fees of calls where people look for them: in lists of prices, in checks, and in what changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
name = "Acme"
[[providers.acme.fees]]
call = "web_search"
from = 2026-01-01
per_1000_calls = 10
source = "https://acme.example/fees"
checked = 2026-01-10
cny = { per_1000_calls = 70 }
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://acme.example/prices"
checked = 2026-03-01
confidence = "primary"
"""
LATER = TABLE.replace(
    "[models.one]\n",
    """\
[[providers.acme.fees]]
call = "web_search"
from = 2026-03-01
per_1000_calls = 12
source = "https://acme.example/fees"
checked = 2026-03-01
[models.one]
""",
)


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / f"prices-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("command", [["list"], ["list", "--provider", "acme"], ["show", "one"]])
def test_fees_stand_below_prices(tokencost: Run, table: Callable[[str], str], command: list[str]) -> None:
    said = tokencost("prices", *command, "--prices", table(TABLE), "--on", "2026-02-01").out
    head, _, below = said.partition("Fees of calls in force on 2026-02-01, apart from tokens")
    assert "per 1M tokens" in head
    assert "acme" in below
    assert "web search" in below
    assert "$10.00" in below
    assert ("¥70.00" in below) == (command[0] == "show")


def test_fees_are_a_member_of_their_own_in_json_and_no_row_of_csv(tokencost: Run, table: Callable[[str], str]) -> None:
    path = table(TABLE)
    found = json.loads(tokencost("prices", "list", "--prices", path, "--on", "2026-02-01", "--format", "json").out)
    assert [row["model"] for row in found["rows"]] == ["one"]
    assert [(fee["call"], fee["per_1000_calls"], fee["currency"]) for fee in found["fees"]] == [
        ("web_search", 10, "USD")
    ]
    rows = tokencost("prices", "list", "--prices", path, "--on", "2026-02-01", "--format", "csv").out.splitlines()
    assert len(rows) == 2


def test_without_fees_nothing_is_said_of_them(tokencost: Run, table: Callable[[str], str]) -> None:
    path = table(TABLE)
    for when in ("2025-12-31", "2026-01-01"):
        said = tokencost("prices", "list", "--prices", path, "--on", when).out
        assert ("Fees" in said) == (when == "2026-01-01")
    assert "¥70.00" in tokencost("prices", "list", "--prices", path, "--on", "2026-02-01", "--currency", "CNY").out


@pytest.mark.parametrize(("on", "status"), [("2026-04-10", 0), ("2026-04-11", 1)])
def test_an_old_fee_is_found(tokencost: Run, table: Callable[[str], str], on: str, status: int) -> None:
    outcome = tokencost("prices", "check", "--prices", table(TABLE), "--on", on, "--max-age", "90d")
    assert outcome.status == status
    assert "1 dated fee" in outcome.out
    assert ("fee of acme for web_search" in outcome.out) == bool(status)
    if status:
        assert "0 prices and 1 fee in force" in outcome.out
        assert "stale" in outcome.out


def test_a_fee_that_has_ended_cannot_go_stale(tokencost: Run, table: Callable[[str], str]) -> None:
    outcome = tokencost("prices", "check", "--prices", table(LATER), "--on", "2026-05-01", "--max-age", "90d")
    assert outcome.status == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("checked = 2026-01-10", "checked = 2027-01-10", "checked 2027-01-10, which is after 2026-04-01"),
        ('"https://acme.example/fees"', '"an e-mail"', "'an e-mail' is no https address"),
    ],
)
def test_a_slip_in_the_evidence_of_a_fee_is_found(
    tokencost: Run, table: Callable[[str], str], old: str, new: str, said: str
) -> None:
    outcome = tokencost("prices", "check", "--prices", table(TABLE.replace(old, new)), "--on", "2026-04-01", "--strict")
    assert outcome.status == 1
    assert f"fee of acme for web_search: {said}" in outcome.out


def changes(tokencost: Run, old: str, new: str) -> list[tuple[Any, ...]]:
    out = tokencost("prices", "diff", old, new, "--on", "2026-04-01", "--format", "json").out
    return [
        (row["from"], row["currency"], row["before"], row["after"], row["detail"]) for row in json.loads(out)["rows"]
    ]


def test_changed_fees_are_listed(tokencost: Run, table: Callable[[str], str]) -> None:
    base, what = table(TABLE), "fee of acme for web_search, per 1,000 calls"
    assert changes(tokencost, base, table(LATER)) == [("2026-03-01T00:00:00Z", "USD", None, 12, f"{what}: new")]
    assert changes(tokencost, table(LATER), base) == [("2026-03-01T00:00:00Z", "USD", 12, None, f"{what}: removed")]
    dearer = table(TABLE.replace("per_1000_calls = 10", "per_1000_calls = 11"))
    assert changes(tokencost, base, dearer) == [("2026-01-01T00:00:00Z", "USD", 10, 11, f"{what}: changed")]
    checked = table(TABLE.replace("2026-01-10", "2026-01-11"))
    assert changes(tokencost, base, checked) == [("2026-01-01T00:00:00Z", None, None, None, f"{what}: changed")]
    ended = table(TABLE.replace("checked = 2026-01-10", "checked = 2026-01-10\nuntil = 2026-02-01"))
    assert changes(tokencost, base, ended) == [("2026-01-01T00:00:00Z", None, None, None, f"{what}: changed")]
    moved = TABLE.replace("[providers.acme]\n", "# a remark\n\n[providers.acme]\n")
    assert changes(tokencost, base, table(moved)) == []


SEARCHES = "tests/logs/fixtures/searches.jsonl"
MEMBERS = ["provider", "call", "model", "calls", "per_1000_calls", "currency", "cost", "reason"]


def test_calls_are_a_table_and_a_member_of_their_own(tokencost: Run) -> None:
    said = tokencost("usage", SEARCHES).out
    costs, _, calls = said.partition("Calls with a fee of their own, not in the cost above")
    assert "web search" not in costs
    assert "counted, not priced: billed per container session" in calls
    assert "Calls of tools cost $0.017 besides; no cost above includes them." in calls
    assert "1 call of tools is counted and not priced." in calls
    found = json.loads(tokencost("usage", SEARCHES, "--format", "json").out)
    assert [list(row) for row in found["calls"]] == [MEMBERS] * 5
    assert sum(row["cost"] or 0 for row in found["calls"]) == pytest.approx(0.017)
    assert sum(row["cost"] for row in found["rows"]) == pytest.approx(0.00532)
    rows = tokencost("usage", SEARCHES, "--format", "csv").out.splitlines()
    assert [line.partition(",")[0] for line in rows] == ["model", "gpt-6-luna", "deepseek-flash"]


def test_what_is_not_priced_by_the_call_is_no_failure(tokencost: Run) -> None:
    assert tokencost("usage", SEARCHES).status == 0


def test_a_log_without_calls_has_an_empty_list_and_no_table(tokencost: Run) -> None:
    log = "tests/logs/fixtures/requests.jsonl"
    assert json.loads(tokencost("usage", log, "--format", "json").out)["calls"] == []
    assert "fee" not in tokencost("usage", log).out


def test_totals_are_told_for_each_currency(tokencost: Run, table: Callable[[str], str], tmp_path: Path) -> None:
    yuan = LATER.replace("per_1000_calls = 10\n", "").replace('"acme"', '"acme"')
    log = tmp_path / "log.jsonl"
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "server_tool_use": {"web_search_requests": 100}}
    times = ("2026-02-28T23:59:59Z", "2026-03-01")
    records = [{"model": "one", "created": time, "usage": usage} for time in times]
    log.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    said = tokencost("usage", str(log), "--prices", table(yuan)).out
    assert "Calls of tools cost $1.20 and ¥7.00 besides; no cost above includes them." in said
    assert "¥70.00" in said
    assert "$12.00" in said


@pytest.mark.parametrize(("shape", "counted"), [("chat", True), ("responses", False), ("otel", True)])
def test_a_query_says_which_calls_it_does_not_count(tokencost: Run, shape: str, *, counted: bool) -> None:
    said = tokencost("usage", "--print-sql", "trino", "--table", "logs", "--shape", shape).out
    head = "It does not count these calls, which may have fees of their own: web search preview, file search"
    assert (head not in said) == counted
    assert ("web_search_calls" in said) == (shape != "otel")


def test_people_see_the_amounts_of_changed_fees(tokencost: Run, table: Callable[[str], str]) -> None:
    dearer = table(TABLE.replace("per_1000_calls = 10", "per_1000_calls = 11"))
    shown = tokencost("prices", "diff", table(TABLE), dearer, "--on", "2026-04-01").out
    assert "\ntable from 2026-01-01\n" in shown
    said = next(line for line in shown.splitlines() if line.startswith("fee of acme for web_search, per 1,000 calls"))
    assert said.split()[-3:] == ["$10.00", "$11.00", "+10.0%"]
    assert "per 1M tokens" not in shown
