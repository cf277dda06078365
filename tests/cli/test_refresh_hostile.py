"""Texts from anybody: a clear refusal, and no effect."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tokencost as package

Run = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("outside")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in a folder with a log and a table that no text may read."""
    log = "model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n"
    (tmp_path / "secret.csv").write_text(log, encoding="utf-8")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "up").symlink_to(tmp_path)
    (folder / "logs").mkdir()
    (folder / "logs" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "own.csv").write_text(log, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    return tmp_path


NOT_RUN = "is not run from a text"
OUTSIDE = "is outside of the folder that blocks may read"
NO_SHELL = "there is no shell behind a block"
HOSTILE = {
    "prices add o1 --from 2026-12-01 --input 1 --output 1 --source https://x.y": NOT_RUN,
    "prices format": NOT_RUN,
    "prices export --output x.csv": NOT_RUN,
    "prices audit --against https://example.org/x.json": NOT_RUN,
    "prices schema": NOT_RUN,
    "report": NOT_RUN,
    "refresh report.md": NOT_RUN,
    "compare o1 gpt-4o --output x.csv": "--output is not allowed in a text: it writes a file",
    "compare o1 gpt-4o -o x.csv": "--output is not allowed in a text",
    "compare o1 gpt-4o -ox.csv": "--output is not allowed in a text",
    "compare o1 gpt-4o --output=x.csv": "--output is not allowed in a text",
    "usage own.csv --engine spark": "--engine is not allowed in a text: it starts another program",
    "usage own.csv --master local": "--master is not allowed in a text: it reaches other machines",
    "usage own.csv --spark-remote sc://x": "--spark-remote is not allowed in a text",
    "workload --example": "--example is not allowed in a text",
    "compare o1 gpt-4o --paste": "--paste is not allowed in a text: it stands between marks already",
    "usage ../../etc/passwd": OUTSIDE,
    "usage ../secret.csv": OUTSIDE,
    "usage up/secret.csv": OUTSIDE,
    "usage link.csv": OUTSIDE,
    "usage own.csv link.csv": OUTSIDE,
    "usage '*.csv'": OUTSIDE,
    "usage 'up/*.csv'": OUTSIDE,
    "usage logs": OUTSIDE,
    "usage 'lo*s'": OUTSIDE,
    "usage /etc/passwd": OUTSIDE,
    "usage ~/secret.csv": OUTSIDE,
    "usage codex": OUTSIDE,
    "usage https://example.org/x.jsonl": OUTSIDE,
    "usage -": "a block cannot read standard input",
    "usage own.csv --bill ../secret.csv": OUTSIDE,
    "usage own.csv --prices ../secret.csv": OUTSIDE,
    "claims --file ../secret.csv": OUTSIDE,
    "workload ../w.toml": OUTSIDE,
    "usage own.csv --as o1 --token-factor @../secret.csv": OUTSIDE,
    "usage own.csv --as o1 --token-factor o1=@../secret.csv": OUTSIDE,
    "prices diff ../a.toml b.toml": OUTSIDE,
    "prices diff a.toml b.toml --usage ../secret.csv": OUTSIDE,
    "compare o1 gpt-4o | tee x": NO_SHELL,
    "compare o1 gpt-4o > x": NO_SHELL,
    "compare o1 gpt-4o>x": NO_SHELL,
    "compare o1 gpt-4o; rm x": NO_SHELL,
    "compare o1 gpt-4o && rm x": NO_SHELL,
    "compare $(rm x) gpt-4o": NO_SHELL,
    "compare `rm x` gpt-4o": NO_SHELL,
    "compare 'o1": "the command cannot be read",
    "": "the block names no command",
    "prices": "the block names no command",
    "--version": "the block names no command",
    "compere o1": "No such command 'compere'",
    "compare --outputs x": "No such option",
}


@pytest.mark.parametrize(("command", "said"), HOSTILE.items())
def test_a_hostile_block_is_refused_and_does_nothing(tokencost: Run, command: str, said: str) -> None:
    text = f"x\n\n<!-- tokencost {command} -->\n<!-- /tokencost -->\n"
    Path("report.md").write_text(text, encoding="utf-8")
    before = sorted(os.listdir("."))
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert f"report.md:3: `tokencost {command}".rstrip() in outcome.err
    assert said in outcome.err
    assert "\n  hint: " in outcome.err
    assert Path("report.md").read_text(encoding="utf-8") == text
    assert sorted(os.listdir(".")) == before
    assert tokencost("refresh", "--check", "report.md").status == 3


def test_bytes_that_are_no_text_are_refused_in_a_mark(tokencost: Run) -> None:
    for command in (
        b"compare \xff o1 --on 2025-01-27",
        b"usage \xff.csv",
        b"usage a\0b",
        b"compare \x1b[2J o1",
        b"\xff",
    ):
        text = b"<!-- tokencost " + command + b" -->\n<!-- /tokencost -->\n"
        Path("report.md").write_bytes(text)
        outcome = tokencost("refresh", "report.md")
        assert (outcome.status, outcome.err.startswith("report.md:1: `tokencost ")) == (3, True)
        assert "Bug" not in outcome.err
        assert "\x1b" not in outcome.err
        assert Path("report.md").read_bytes() == text


@pytest.mark.parametrize("command", ["usage ../secret.csv", "usage link.csv", "usage up/secret.csv"])
def test_a_trusted_text_may_read_elsewhere(tokencost: Run, command: str) -> None:
    Path("report.md").write_text(f"<!-- tokencost {command} -->\n<!-- /tokencost -->\n", encoding="utf-8")
    assert tokencost("refresh", "report.md", "--allow-outside").status == 0


def test_a_transcript_is_refused_as_well(tokencost: Run) -> None:
    text = "```console\n$ tokencost prices add x\nold\n$ tokencost compare o1 gpt-4o --output x.csv\nold\n```\n"
    Path("report.md").write_text(text, encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert "report.md:2: `tokencost prices add x`" in outcome.err
    assert "report.md:4: `tokencost compare o1 gpt-4o --output x.csv`" in outcome.err
    assert Path("report.md").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cost ../w.toml o1 2026-11-20", OUTSIDE),
        ("cost /etc/passwd o1 2026-11-20", OUTSIDE),
        ("average o1 input", "there is no figure 'average'"),
        ("", "there is no figure ''"),
        ("price o1", "price is followed by 1 words, not by 2 or 3"),
        ("price o1 reasoning", "there is no component 'reasoning'"),
        ("price o1 input 2025-01-27 output=x.csv", "'output=x.csv' is no setting of a figure"),
        ("price o1 cache_write 2025-01-27", "o1 has no price for cache_write"),
        ("price deepseek-flash input 2026-11-16", "the price of deepseek-flash depends on the hour"),
        ("ratio deepseek-flash gpt-6-luna input 2026-11-16", "the ratio depends on the hour"),
        ("ratio o1 gpt-4o cache_write 2025-01-27", "no two prices for cache_write"),
        ("price o1 input 2025-01-27 currency=CNY", "o1 has no CNY price list then"),
        ("cost own.toml o1 2026-11-20 tier=batch", "the cost of a workload file has no settings"),
    ],
)
def test_a_figure_is_one_of_a_closed_set(tokencost: Run, words: str, said: str) -> None:
    Path("report.md").write_text(f"x <!-- tokencost: {words} -->1<!-- / -->\n", encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert (outcome.status, said in outcome.err) == (3, True), outcome.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("price deepseek-reasoner cached-input 2025-01-27", "$0.14"),
        ("price deepseek-flash input 2026-11-16 window=peak", "$0.30"),
        ("price deepseek-flash input 2026-11-16T12:00:00Z", "$0.15"),
        ("price deepseek-chat input 2026-11-16 currency=CNY", None),
        ("ratio deepseek-reasoner o1 input 2025-01-27", "27.3×"),
        ("ratio o1 gpt-4o input 2025-01-27 tier=batch", "0.17×"),
        ("percent-lower deepseek-reasoner o1 cached_input 2025-01-27", "98.1%"),
        ("percent lower deepseek-reasoner o1 cached_input 2025-01-27", "98.1%"),
        ("cost own.toml gpt-6-luna 2026-11-20", "$440.20"),
        ("cost own.toml gpt-6.1-sol 2026-11-20", "$8,804.00"),
    ],
)
def test_a_figure_is_what_the_commands_say(words: str, expected: str | None) -> None:
    Path("own.toml").write_text(
        '[workloads.w]\nrequests = 40000\nper = "day"\ninput = 1800\noutput = 350\nstart = "2026-12"\n',
        encoding="utf-8",
    )
    try:
        text = package.refresh(f"<!-- tokencost: {words} --><!-- / -->")
    except package.InvalidData:
        assert expected is None
        return
    assert text == f"<!-- tokencost: {words} -->{expected}<!-- / -->"


def test_a_bad_workload_file_is_told_within_its_block(tokencost: Run) -> None:
    Path("w.toml").write_text("[workloads.w]\nrequests = -1\n", encoding="utf-8")
    Path("report.md").write_text("<!-- tokencost workload w.toml -->\n<!-- /tokencost -->\n", encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert "report.md:1: `tokencost workload w.toml`: w.toml:" in outcome.err


def test_a_check_that_fails_is_no_answer(tokencost: Run) -> None:
    Path("report.md").write_text("<!-- tokencost find 0.1234567 -->\n<!-- /tokencost -->\n", encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert "the command ends with status 1" in outcome.err


def test_a_block_that_is_not_run_is_listed_all_the_same(tokencost: Run) -> None:
    Path("report.md").write_text("<!-- tokencost usage ../secret.csv -->\n<!-- /tokencost -->\n", encoding="utf-8")
    outcome = tokencost("refresh", "--list", "report.md")
    assert (outcome.status, "usage ../secret.csv" in outcome.out) == (0, True)


def test_a_faulty_price_table_is_told_once(tokencost: Run) -> None:
    Path("prices.toml").write_text("schema = 1\n", encoding="utf-8")
    text = "<!-- tokencost compare o1 gpt-4o -->\n<!-- /tokencost -->\n" * 3
    Path("report.md").write_text(text, encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert (outcome.status, outcome.err.count("`version`")) == (3, tokencost("compare").err.count("`version`"))
    assert Path("report.md").read_text(encoding="utf-8") == text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_into_which_nobody_writes_is_not_waited_for(
    tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = tmp_path / "report.md"
    os.mkfifo(report.with_name("pipe.jsonl"))
    report.write_text("<!-- tokencost usage pipe.jsonl -->\n<!-- /tokencost -->\n", encoding="utf-8")
    result = tokencost("refresh", "report.md")
    assert (result.status, "'pipe.jsonl' is no file, but a pipe or a device" in result.err) == (3, True)
