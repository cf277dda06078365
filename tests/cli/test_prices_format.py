"""`tokencost prices format`: what it says, what it writes, and that it writes nothing else."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokencost.pricetable import locate

Run = Callable[..., Any]
TABLE = """\
schema = 1
version = "2026.01.01"

[providers.acme]

[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 0.10
output = 1
source = "https://acme.example/prices"
[[models.one.prices.when]]
tier = "batch"
input = 0.05
[[models.one.prices.when]]
tier = "priority"
input = 1
"""
IN_FORM = (
    TABLE.partition("[[models.one.prices.when")[0]
    + """\
when = [
  { tier = "batch",    input = 0.05 },
  { tier = "priority", input = 1 },
]
"""
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(TABLE)
    return path


def test_a_table_is_checked_shown_written_and_then_in_its_form(tokencost: Run, table: Path) -> None:
    table.chmod(0o640)
    name = str(table)
    checked = tokencost("prices", "format", "--check", name)
    assert (checked.status, checked.out) == (
        1,
        f"{name}:13: not in the form that `tokencost prices format` writes\n",
    )
    shown = tokencost("prices", "format", "--dry-run", name)
    assert shown.status == 0
    assert '-[[models.one.prices.when]]\n-tier = "batch"\n' in shown.out
    assert '+  { tier = "batch",    input = 0.05 },\n' in shown.out
    assert table.read_text() == TABLE
    assert tokencost("prices", "format", name).out == f"{name}: formatted\n"
    assert table.read_text() == IN_FORM
    assert stat.S_IMODE(table.stat().st_mode) == 0o640
    assert [path.name for path in table.parent.iterdir()] == ["prices.toml"]
    for options in ((), ("--check",), ("--dry-run",)):
        again = tokencost("prices", "format", *options, name)
        assert (again.status, again.out) == (0, f"{name}: in its form already\n")


def test_the_diff_of_both_is_empty(tokencost: Run, table: Path, tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(TABLE)
    tokencost("prices", "format", str(table))
    outcome = tokencost(
        "prices",
        "diff",
        str(tmp_path / "old.toml"),
        str(table),
        "--exit-code",
        "--on",
        "2026-02-01",
        "--format",
        "json",
    )
    assert (outcome.status, json.loads(outcome.out)["rows"]) == (0, [])


def test_the_table_in_use_is_formatted_and_the_bundled_one_never(
    tokencost: Run, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(locate.ENVIRONMENT, raising=False)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    refused = tokencost("prices", "format")
    assert refused.status == 2
    assert "no price table of your own to format; the one inside the package is never changed" in refused.err
    monkeypatch.chdir(tmp_path)
    assert tokencost("prices", "format").status == 0
    assert table.read_text() == IN_FORM


def test_a_table_with_problems_stays_as_it_is(tokencost: Run, table: Path) -> None:
    table.write_text(TABLE.replace("input = 0.05", "inptu = 0.05"))
    outcome = tokencost("prices", "format", str(table))
    assert outcome.status == 3
    assert "prices.toml:15: unknown key `inptu`\n  hint: did you mean `input`?" in outcome.err
    assert table.read_text() == TABLE.replace("input = 0.05", "inptu = 0.05")


def test_an_edit_by_another_program_in_the_meantime_is_not_overwritten(
    tokencost: Run, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tokencost.pricetable import load

    texts = iter([TABLE.encode(), TABLE.encode(), TABLE.replace("0.05", "0.06").encode()])
    monkeypatch.setattr(load, "read_prices", lambda _: next(texts))
    outcome = tokencost("prices", "format", str(table))
    assert (outcome.status, table.read_text()) == (2, TABLE)
    assert "was changed by another program just now" in outcome.err


def test_the_schema_is_printed_or_written_for_editors_without_a_network(tokencost: Run, tmp_path: Path) -> None:
    printed = tokencost("prices", "schema").out
    assert json.loads(printed)["title"] == "prices.toml"
    assert tokencost("prices", "schema", "--output", str(tmp_path / "s.json")).out == ""
    assert (tmp_path / "s.json").read_text() == printed
    assert tokencost("prices", "schema", "-o", "-").out == printed


def test_a_file_that_is_not_there_is_named_as_it_was_typed(tokencost: Run) -> None:
    outcome = tokencost("prices", "format", "nosuch.toml")
    assert outcome.status == 2
    assert "there is no file 'nosuch.toml'\n  hint: name a price table: tokencost prices format" in outcome.err
