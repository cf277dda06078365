"""`tokencost prices diff`: every kind of change, between files and between git revisions."""

import json
import os
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
OLD = """\
schema = 1
version = "2026.01.01"
[defaults]
compare = ["one"]
against = "two"
[providers.acme]
[calendars.rest]
source = "https://example.org"
dates = ["2026-01-01"]
[models.one]
provider = "acme"
aliases = ["uno"]
[[models.one.prices]]
from = 2026-01-01
input = 1.00
output = 2
source = "https://example.org"
[models.two]
provider = "acme"
[[models.two.prices]]
from = 2026-01-01
input = 5
output = 6
source = "https://example.org"
"""
NEWER_PRICE = """
[[models.one.prices]]
from = 2026-06-01
input = 0.50
cached_input = 0.10
output = 2
source = "https://example.org"
"""


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(OLD)
    new.write_text(OLD)
    return old, new


def changes(tokencost: Run, old: Path | str, new: Path | str, *options: str) -> list[dict[str, Any]]:
    words = ("prices", "diff", str(old), str(new), "--on", "2026-06-15", "--format", "json", *options)
    found: list[dict[str, Any]] = json.loads(tokencost(*words).out, parse_float=Decimal)["rows"]
    return found


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("kind", "model", "component", "before", "after", "detail")
    return [tuple(row[key] for key in keys) for row in rows]


CASES: dict[str, tuple[Callable[[str], str], list[tuple[Any, ...]]]] = {
    "layout, comments and order are no change": (lambda text: f"# hm\n{text}\n\n", []),
    "a new price is beside the one before": (
        lambda text: text.replace("[models.two]", NEWER_PRICE + "[models.two]"),
        [
            ("new price", "one", "input", 1, Decimal("0.50"), None),
            ("new price", "one", "cached_input", None, Decimal("0.10"), None),
            ("new price", "one", "output", 2, 2, None),
        ],
    ),
    "a new model": (
        lambda text: text + text[text.index("[models.two]") :].replace("two", "three"),
        [("new model", "three", "input", None, 5, None), ("new model", "three", "output", None, 6, None)],
    ),
    "a correction of the past": (
        lambda text: text.replace("input = 1.00", "input = 1.10"),
        [("corrected", "one", "input", 1, Decimal("1.10"), None)],
    ),
    "a price put into the past": (
        lambda text: (
            text.replace("[[models.one.prices]]", NEWER_PRICE.replace("2026-06", "2025-06"), 1)
            .replace(
                "[models.two]",
                '[[models.one.prices]]\nfrom = 2026-01-01\ninput = 1\noutput = 2\nsource = "https://example.org"\n[models.two]',
            )
            .replace('from = 2026-01-01\ninput = 1.00\noutput = 2\nsource = "https://example.org"\n[[', "[[")
        ),
        [
            ("corrected", "one", "input", None, Decimal("0.50"), "was not in the older table"),
            ("corrected", "one", "cached_input", None, Decimal("0.10"), "was not in the older table"),
            ("corrected", "one", "output", None, 2, "was not in the older table"),
        ],
    ),
    "another source": (
        lambda text: text.replace('output = 6\nsource = "https://example.org"', 'output = 6\nsource = "https://b"'),
        [("corrected", "two", None, None, None, "source: https://example.org → https://b")],
    ),
    "an end": (
        lambda text: text.replace("input = 1.00", "until = 2026-05-01\ninput = 1.00"),
        [("corrected", "one", None, None, None, "until: none → 2026-05-01")],
    ),
    "a model that is gone": (
        lambda text: text[: text.index("[models.two]")].replace('against = "two"', 'against = "one"'),
        [
            ("removed", "two", None, None, None, "the model and its 1 prices"),
            ("table", None, None, None, None, "defaults: compare one against two → compare one against one"),
        ],
    ),
    "other names": (
        lambda text: text.replace('["uno"]', '["eins"]'),
        [
            ("names", "one", None, None, None, "eins is now billed as one"),
            ("names", "one", None, None, None, "uno is no longer billed as one"),
        ],
    ),
    "facts of a model": (
        lambda text: text.replace('aliases = ["uno"]', 'aliases = ["uno"]\nshutdown = 2027-01-01'),
        [("model", "one", None, None, None, "shutdown: none → 2027-01-01")],
    ),
    "holidays": (
        lambda text: text.replace('["2026-01-01"]', '["2026-01-02", "2026-01-03"]'),
        [("table", None, None, None, None, "calendar rest: 2 dates added, 1 taken out, through none")],
    ),
    "a promotion that ends soon": (
        lambda text: text.replace("output = 6", "output = 6\npromotion = { guaranteed_through = 2026-07-01 }"),
        [
            ("corrected", "two", None, None, None, "promotion: none → guaranteed_through 2026-07-01"),
            ("ends soon", "two", None, None, None, "the promotional price may end on 2026-07-02"),
        ],
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_each_kind_of_change_is_told_apart(tokencost: Run, tables: tuple[Path, Path], case: str) -> None:
    old, new = tables
    change, expected = CASES[case]
    new.write_text(change(OLD))
    assert brief(changes(tokencost, old, new)) == expected


def test_what_is_there_no_more_is_removed(tokencost: Run, tables: tuple[Path, Path]) -> None:
    old, new = tables
    old.write_text(OLD.replace("[models.two]", NEWER_PRICE + "[models.two]"))
    assert [row["kind"] for row in changes(tokencost, old, new)] == ["removed"] * 3


def test_exit_code_says_whether_they_differ(tokencost: Run, tables: tuple[Path, Path]) -> None:
    old, new = (str(path) for path in tables)
    words = ("prices", "diff", old, new, "--on", "2026-06-15")
    same = tokencost(*words, "--exit-code")
    assert (same.status, same.out.split("\n")[0]) == (0, "2026.01.01 → 2026.01.01: the tables say the same.")
    Path(new).write_text(OLD.replace("1.00", "1.10").replace("2026.01.01", "2026.01.02"))
    assert tokencost(*words).status == 0
    assert tokencost(*words, "--exit-code").status == 1


def test_a_pull_request_gets_markdown(tokencost: Run, tables: tuple[Path, Path]) -> None:
    old, new = tables
    new.write_text(OLD.replace("[models.two]", NEWER_PRICE + "[models.two]").replace('"2026.01.01"', '"2026.06.01"'))
    out = tokencost("prices", "diff", str(old), str(new), "--on", "2026-06-15", "--format", "markdown").out
    assert out.startswith(
        "2026\\.01.01 → 2026.06.01: 1 new price (one).\n\n"
        "| rate, USD per 1M tokens            | before | after | change |\n"
        "| ---------------------------------- | -----: | ----: | -----: |\n"
        "| **new price: one from 2026-06-01** |        |       |        |\n"
        "| input                              |  $1.00 | $0.50 | −50.0% |\n"
        "| cached input                       |      — | $0.10 |        |\n"
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_revisions_of_git_and_the_file_as_it_is_now(
    tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deeper"
    folder.mkdir()
    table = folder / "prices.toml"
    git(tmp_path, "init")
    for number in range(3):
        table.write_text(OLD.replace("1.00", f"1.{number}0"))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-m", str(number))
    table.write_text(OLD.replace("1.00", "1.30"))
    monkeypatch.chdir(folder)
    words = ("prices", "diff", "--format", "json")

    def rates(*revisions: str) -> list[str]:
        found = json.loads(tokencost(*words, *revisions).out, parse_float=str)["rows"]
        return [f"{row['before']} {row['after']}" for row in found]

    assert rates("HEAD~2") == ["1.00 1.30"]
    assert rates("HEAD~2", "HEAD") == ["1.00 1.20"]
    assert rates("HEAD", "HEAD") == []
    monkeypatch.chdir(tmp_path)
    assert rates("HEAD~1", "--prices", "deeper/prices.toml") == ["1.10 1.30"]


def test_a_partial_clone_fetches_nothing_and_runs_nothing(
    tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, clone, ran = tmp_path / "origin", tmp_path / "clone", tmp_path / "ran"
    origin.mkdir()
    git(origin, "init")
    git(origin, "config", "uploadpack.allowFilter", "true")
    for number in range(2):
        (origin / "prices.toml").write_text(OLD.replace("1.00", f"1.{number}0"))
        git(origin, "add", ".")
        git(origin, "commit", "-m", str(number))
    git(tmp_path, "clone", "--filter=blob:none", f"file://{origin}", str(clone))
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho $0 $* >> {ran}\ncat "$1" 2>/dev/null\n')
    program.chmod(0o755)
    (clone / ".git" / "info" / "attributes").write_text("prices.toml diff=shown\n")
    for name in ("core.fsmonitor", "core.pager", "diff.shown.textconv", "remote.origin.uploadpack"):
        git(clone, "config", name, str(program))
    monkeypatch.chdir(clone)
    outcome = tokencost("prices", "diff", "HEAD~1")
    assert (outcome.status, outcome.out) == (2, "")
    assert "prices.toml of the revision 'HEAD~1' is not on this machine: this is a partial clone" in outcome.err
    assert tokencost("prices", "diff", "HEAD").status == 0
    assert not ran.exists()


@pytest.mark.parametrize("revision", ["--output=x", "-p", "HEAD:secret", "a b", "nope", "$(id)"])
def test_what_is_no_revision_is_refused(tokencost: Run, revision: str) -> None:
    outcome = tokencost("prices", "diff", "--", revision)
    assert (outcome.status, outcome.out) == (2, "")
    assert "is neither a file nor a git revision" in outcome.err
    assert not os.path.exists("x")


def test_without_git_it_says_so(tokencost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = tokencost("prices", "diff", "HEAD")
    assert (outcome.status, "git is not installed" in outcome.err) == (2, True)


def test_what_a_change_does_to_the_bill_of_a_workload(
    tokencost: Run, tables: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = tables
    new.write_text(
        OLD + NEWER_PRICE + '[models.three]\nprovider = "acme"\n[[models.three.prices]]\n'
        'from = 2026-01-01\ninput = 1\noutput = 1\nsource = "s"\n'
    )
    spec = tmp_path / "workload.toml"
    spec.write_text(
        'models = ["one", "three"]\nagainst = "two"\nrequests = 1_000\nper = "month"\ninput = 1_000\n'
        'output = 0\nstart = "2026-05"\nmonths = 2\n'
    )
    words = ("prices", "diff", str(old), str(new), "--workload", str(spec), "--on", "2026-06-15", "--format", "json")
    bills = json.loads(tokencost(*words).out, parse_float=Decimal)["bills"]
    # A million tokens in each of two months: at $1.00 by the old table, the second at $0.50 by the new one.
    assert [(bill["model"], bill["before"], bill["after"], bill["percent_change"]) for bill in bills] == [
        ("one", 2, Decimal("1.5"), -25),
        ("three", None, 2, None),
        ("two", 10, 10, 0),
    ]
    assert bills[1]["reason"] == "unknown model 'three'"
    assert "What it does to the bill\nmodel, USD   before    after   change " in tokencost(*words[:-2]).out


def test_what_a_change_does_to_the_bill_of_a_log(tokencost: Run, tables: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = tables
    new.write_text(OLD + NEWER_PRICE)
    log = tmp_path / "log.csv"
    log.write_text(
        "model,time,input_tokens,output_tokens\n"
        "one,2026-05-31T23:59:59Z,1000000,0\n"
        "one,2026-06-01T00:00:00Z,1000000,0\n"
        "two,2026-06-01T00:00:00Z,1000000,0\n"
    )
    words = ("prices", "diff", str(old), str(new), "--usage", str(log), "--format", "json")
    own = json.loads(tokencost(*words).out, parse_float=Decimal)["bills"]
    assert {bill["model"]: (bill["before"], bill["after"]) for bill in own} == {
        "one": (2, Decimal("1.5")),
        "two": (5, 5),
    }
    # All requests at one time: the new price holds for each of them.
    later = json.loads(tokencost(*words, "--on", "2026-06-15").out, parse_float=Decimal)["bills"]
    assert {bill["model"]: (bill["before"], bill["after"]) for bill in later} == {"one": (2, 1), "two": (5, 5)}
