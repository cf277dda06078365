"""No text of a price table acts on a terminal: not in answers, messages, notes, diffs, prompts or errors."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli
from click.testing import CliRunner

from tokencost.cli.commands import tokencost as program
from tokencost.render.sanitize import HIDDEN

Run = Callable[..., Any]
ACTS = r"\u001b[2J\u202e\u0085\u200b\u2028"
"""As TOML writes what no TOML may hold: clear the screen, turn the text round, end the line."""
RAW = "\x9b31m\u202e\u2066"
"""What a TOML file may hold as it is: in comments, and in strings."""
NAME = f"{ACTS}{RAW}"
ID = f"{ACTS}{RAW}id"
MODEL = tomli.loads(f'id = "{ID}"')["id"]
SECOND = "second\x1b[2J"
TABLE = f"""\
schema = 1
version = "2026.01.01{NAME}"
# {RAW}
[defaults]
compare = ["{ID}"]
against = "second\\u001b[2J"
[providers."{NAME}"]
name = "{NAME}"
pricing_url = "https://example.org/{NAME}"
[calendars."{NAME}"]
source = "{NAME}"
dates = ["2026-01-01"]
[models."{ID}"]
provider = "{NAME}"
name = "{NAME}"
aliases = ["{NAME}alias"]
note = "{NAME}"
released = 2025-01-01
served = [{{ from = 2025-01-01, name = "{NAME}" }}]
[[models."{ID}".prices]]
from = 2026-01-01
input = 1
cached_input = 0.5
output = 2
source = "{NAME}"
checked = 2026-01-02
note = "{NAME}"
confidence = "single"
promotion = {{ ends = 2026-06-01 }}
cny = {{ input = 7, output = 14, source = "{NAME}" }}
  [[models."{ID}".prices.when]]
  tier = "{NAME}"  # {RAW}
  input = 0.8
  source = "{NAME}"
  note = "{NAME}"
  [[models."{ID}".prices.when]]
  window = "{NAME}"
  hours = ["09:00-12:00"]
  except = "{NAME}"
  input = 2
  [[models."{ID}".prices.when]]
  input_tokens_above = 1000
  input = 2
[models."second\\u001b[2J"]
provider = "{NAME}"
[[models."second\\u001b[2J".prices]]
from = 2026-01-01
input = 3
output = 4
source = "{NAME}"
"""
PRICE = ("--from", "2026-06-01", "--input", "1.5", "--output", "2", "--source", f"https://example.org/{SECOND}")
ON = ("--on", "2026-03-01")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "\x1b[2J\u202e"
    folder.mkdir()
    path = folder / "prices.toml"
    path.write_text(TABLE)
    monkeypatch.chdir(folder)
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("compare", *ON),
        ("compare", MODEL, SECOND, "--tier", "nope", *ON),
        ("compare", MODEL, SECOND, "--window", "nope", *ON),
        ("compare", MODEL, "--against", f"{MODEL}x", *ON),
        ("compare", MODEL, SECOND, "--chart", *ON),
        ("compare", MODEL, SECOND, "--on", "2025-01-01"),
        ("workload", "--requests", "10", "--input-tokens", "5", "--output-tokens", "5", MODEL, SECOND, *ON),
        ("workload", "\x1b[2J.toml"),
        ("find", "1", "2", *ON),
        ("find", "1"),
        ("claims",),
        ("claims", "--file", "\x1b[2J.toml"),
        ("claims", "\x1b[2J"),
        ("prices", "list", *ON),
        ("prices", "list", "--tier", "all", *ON),
        ("prices", "list", "--currency", "CNY", *ON),
        ("prices", "list", "--provider", "\x1b[2J", *ON),
        ("prices", "show", MODEL, *ON),
        ("prices", "history", MODEL, SECOND, *ON),
        ("prices", "history", MODEL, "--chart", *ON),
        ("prices", "check", *ON),
        ("prices", "check", "--max-age", "1d", *ON),
        ("prices", "diff", "old\x1b[2J.toml", *ON),
        ("prices", "diff", "\x1b[2J"),
        ("prices", "export", "--format", "table", *ON),
        ("prices", "add", SECOND, *PRICE, *ON),
        ("prices", "add", MODEL, *PRICE, *ON),
        ("prices", "add", MODEL, *PRICE, "--dry-run", *ON),
        ("prices", "add", MODEL, *PRICE, "--drop-blocks", *ON),
        ("prices", "add", MODEL, *PRICE, "--tier", "\x1b[2J", *ON),
        ("prices", "add", MODEL, *PRICE, "--accept", "name", "--accept", "source", "--tier", "\x1b[2J", *ON),
        ("prices", "add", MODEL, *PRICE, "--output", "200", *ON),
        ("prices", "add", "\x1b[2J", *PRICE, *ON),
        ("prices", "add", "x", "--new", "--provider", "\x1b[2J", *PRICE, *ON),
        ("prices", "add", MODEL, *PRICE, "--zone", "\x1b[2J", "--window", "w", *ON),
        ("prices", "add", MODEL, *PRICE, "--prices", "\x1b[2J.toml", *ON),
        ("prices", "list", "--prices", "broken\x1b[2J.toml", *ON),
        ("prices", "list", "--prices", "doubtful\x1b[2J.toml", *ON),
        ("\x1b[2J",),
        ("compare", "--\x1b[2J"),
        ("compare", MODEL, "--format", "\x1b[2J"),
    ],
)
def test_no_command_shows_what_would_act(tokencost: Run, table: Path, arguments: tuple[str, ...]) -> None:
    (table.parent / "old\x1b[2J.toml").write_text(TABLE.replace("output = 2\n", 'output = 3\naccept = ["jump"]\n'))
    (table.parent / "broken\x1b[2J.toml").write_text(f'{TABLE}"{ID}" = 0,15\n[model."{ID}"]\n')
    doubtful = f'{TABLE}[models."{ID}x".prices]\n"{ID}" = 1\n[models.third]\nprovider = "{ID}"\naliases = ["{ID}"]\n'
    (table.parent / "doubtful\x1b[2J.toml").write_text(doubtful)
    outcome = tokencost(*arguments)
    shown = re.sub("\n", "", outcome.out + outcome.err)
    assert shown
    assert outcome.status != 70, outcome.err
    assert HIDDEN.findall(shown) == []


def test_no_question_shows_what_would_act(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    answers = ["2026-06-01\x1b[2J", "2026-06-01", "1.5", "\x1b[2J", "", "", "", "2", "https://example.org", ""]
    answers += ["", "", "", "", "", "", "y", "y", "y", "y", "y", "y", "y", "y"]
    words = ["prices", "add", MODEL, "--prices", os.fspath(table), *ON]
    result = CliRunner().invoke(program, words, input="\n".join(answers), standalone_mode=False)
    assert "write this?" in result.output
    typed = [answer for answer in answers if HIDDEN.search(answer)]
    shown = result.output
    for answer in typed:
        shown = shown.replace(f" {answer}\n", "\n")  # what a terminal echoes as it is typed
    assert HIDDEN.findall(shown.replace("\n", "").replace("\r", "")) == []
