"""`tokencost prices check`: what time does to a sound table, and what a weekly job can fail on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TABLE = """\
schema = 1
version = "2026.01.01"
[defaults]
compare = ["one", "two"]
against = "three"
[providers.acme]
[calendars.rest]
source = "https://example.org"
dates = ["2026-05-01"]
through = 2026-12-31
[calendars.unused]
source = "https://example.org"
dates = ["2020-05-01"]
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://example.org"
checked = 2026-06-01
confidence = "single"
promotion = { guaranteed_through = 2026-09-30 }
  [[models.one.prices.when]]
  window = "peak"
  hours = ["09:00-10:00"]
  except = "rest"
  input = 2
  checked = 2026-03-01
[models.two]
provider = "acme"
shutdown = 2026-11-01
[[models.two.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://example.org"
checked = 2026-06-01
confidence = "primary"
[models.three]
provider = "acme"
[[models.three.prices]]
from = 2026-01-01
until = 2026-12-15
input = 1
output = 2
source = "https://example.org"
checked = 2026-06-01
promotion = { ends = 2026-12-15 }
"""


@pytest.fixture
def check(tokencost: Run, tmp_path: Path) -> Callable[..., tuple[int, list[tuple[str, ...]]]]:
    table = tmp_path / "prices.toml"
    table.write_text(TABLE)

    def run(on: str, *options: str) -> tuple[int, list[tuple[str, ...]]]:
        words = ("prices", "check", "--prices", str(table), "--on", on, "--format", "json", *options)
        outcome = tokencost(*words)
        return outcome.status, [
            (row["finding"], row["model"], row["line"], row["detail"]) for row in json.loads(outcome.out)["rows"]
        ]

    return run


SINGLE = ("single source", "one", 16, "https://example.org")


@pytest.mark.parametrize(
    ("on", "strict", "findings"),
    [
        ("2026-07-01", 0, []),
        ("2026-08-01", 0, []),
        ("2026-08-02", 1, [("promotion", "one", 16, "may end on 2026-10-01")]),
        ("2026-10-01", 1, [("promotion", "one", 16, "has ended or may have, on 2026-10-01")]),
        (
            "2026-11-01",
            1,
            [
                ("promotion", "one", 16, "has ended or may have, on 2026-10-01"),
                ("retired default", "two", 4, "shut down on 2026-11-01"),
                ("calendar ends", None, 7, "calendar rest is complete up to 2026-12-31"),
            ],
        ),
        (
            "2026-12-15",
            1,
            [
                ("promotion", "one", 16, "has ended or may have, on 2026-10-01"),
                ("retired default", "two", 4, "shut down on 2026-11-01"),
                ("retired default", "three", 5, "no price in force"),
                ("calendar ends", None, 7, "calendar rest is complete up to 2026-12-31"),
            ],
        ),
    ],
)
def test_what_needs_a_person_on_a_day(check: Any, on: str, strict: int, findings: list[Any]) -> None:
    status, found = check(on)
    assert (status, found) == (0, [*findings, SINGLE])
    assert check(on, "--strict")[0] == strict


def test_a_calendar_is_reported_from_60_days_before_its_end(check: Any) -> None:
    def calendars(on: str) -> list[str]:
        return [detail for finding, _, _, detail in check(on)[1] if finding == "calendar ends"]

    assert calendars("2026-10-31") == []
    assert calendars("2026-11-01") == ["calendar rest is complete up to 2026-12-31"]


def test_rates_that_continued_go_stale_by_their_own_day(check: Any) -> None:
    status, found = check("2026-07-01", "--max-age", "60d")
    assert (status, [row for row in found if row[0] == "stale"]) == (1, [("stale", "one", 24, "window peak")])
    assert check("2026-07-01", "--max-age", "300d")[0] == 0


def test_the_summary_says_what_needs_attention_and_what_was_entered_so(tokencost: Run) -> None:
    out = tokencost("prices", "check", "--on", "2026-11-20").out.splitlines()
    assert out[0].endswith(
        " 480 tier, peak, long-context and regional rates, 1 calendar, 8 dated fees. "
        "What needs attention: 1 promotion past or within 60 days of the end; "
        "1 calendar past or within 60 days of the end. "
        "3 prices and 11 of these rates in force rest on a single source."
    )
    assert tokencost("prices", "check", "--on", "2026-11-20", "--strict").status == 1


def test_a_slip_is_listed_at_its_line_and_strict_fails_until_it_is_accepted(tokencost: Run, tmp_path: Path) -> None:
    second = """\
[[models.three.prices]]
from = 2026-12-15
input = 0.1
output = 2
source = "see the e-mail"
checked = 2027-06-01
"""
    table = tmp_path / "prices.toml"
    words = ("prices", "check", "--prices", str(table), "--on", "2026-06-01", "--format", "csv", "--strict")
    table.write_text(TABLE + second)
    outcome = tokencost(*words)
    assert outcome.status == 1
    assert [line.split(",", 4)[::3] for line in outcome.out.splitlines()[1:4]] == [
        ["jump", "52"],
        ["future", "55"],
        ["source", "54"],
    ]
    table.write_text(TABLE + second.replace("2027", "2026") + 'accept = ["jump", "source"]\n')
    outcome = tokencost(*words)
    assert outcome.status == 0
    assert "jump" not in outcome.out
