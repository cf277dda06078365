"""`tokencost refresh`: what it writes, what it says, and with which status it ends."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tokencost as package
from tokencost.cli import run
from tokencost.cli.commands import COMMANDS
from tokencost.cli.refresh import text as refreshing
from tokencost.cli.refresh.allowed import READING, REFUSED, read_command
from tokencost.cli.refresh.run import Run as RunOfBlocks
from tokencost.errors import InvalidData
from tokencost.marks.syntaxes import SYNTAXES
from tokencost.pricetable.table import PriceTable

Run = Callable[..., Any]
COMPARE = "compare deepseek-reasoner o1 --on 2025-01-27 --brief"
BLOCK = f"<!-- tokencost {COMPARE} -->\n<!-- /tokencost -->\n"
FIGURE = "<!-- tokencost: ratio deepseek-reasoner o1 cached_input 2025-01-27 -->"
PRICES = Path(__file__).parents[2] / "prices.toml"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the working folder, which has no price table of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "report.md"


def test_a_block_gets_what_its_command_prints(tokencost: Run, report: Path) -> None:
    report.write_text(f"# Title\n\n{BLOCK}\nIt cost {FIGURE}1.0×<!-- / -->.\n", encoding="utf-8")
    outcome = tokencost("refresh", "report.md")
    assert (outcome.status, outcome.out, outcome.err) == (0, "report.md: 2 of 2 blocks refreshed.\n", "")
    printed = tokencost(*COMPARE.split(), "--format", "markdown").out
    begin, end = BLOCK.splitlines()
    expected = f"# Title\n\n{begin}\n{printed}{end}\n\nIt cost {FIGURE}53.6×<!-- / -->.\n"
    assert report.read_text(encoding="utf-8") == expected
    before = report.stat()
    assert tokencost("refresh", "report.md").out == "report.md: 2 blocks, all current.\n"
    assert report.stat() == before


def test_check_shows_the_difference_and_writes_nothing(tokencost: Run, report: Path) -> None:
    report.write_text(f"{BLOCK}{FIGURE}1.0×<!-- / -->\n", encoding="utf-8")
    tokencost("refresh", "report.md")
    current = report.read_text(encoding="utf-8")
    assert tokencost("refresh", "--check", "report.md").status == 0
    report.write_text(current.replace("$0.55", "$0.56"), encoding="utf-8")
    outcome = tokencost("refresh", "--check", "report.md")
    assert outcome.status == 1
    assert "--- report.md:1\n+++ refreshed\n" in outcome.out
    assert "\n-| input             |             $0.56 |" in outcome.out
    assert "\n+| input             |             $0.55 |" in outcome.out
    assert outcome.out.endswith("report.md: 1 of 2 blocks stale; to renew: tokencost refresh report.md\n")
    assert "$0.56" in report.read_text(encoding="utf-8")


def test_the_list_names_command_day_and_version(tokencost: Run, report: Path) -> None:
    report.write_text(
        f"{BLOCK}{FIGURE}1<!-- / -->\n<!-- tokencost find 0.14 -->\n<!-- /tokencost -->\n", encoding="utf-8"
    )
    tokencost("refresh", "report.md")
    report.write_text(
        report.read_text(encoding="utf-8") + "<!-- tokencost compare -->\n<!-- /tokencost -->\n", encoding="utf-8"
    )
    before = report.read_bytes()
    listed = json.loads(tokencost("refresh", "--list", "report.md", "--format", "json").out)
    version = listed["prices"]["version"]
    assert listed["rows"] == [
        {"file": "report.md", "line": line, "kind": kind, "command": command, "on": on, "version": shown}
        for line, kind, command, on, shown in (
            (1, "answer", COMPARE, "2025-01-27", version),
            (12, "figure", "ratio deepseek-reasoner o1 cached_input 2025-01-27", "2025-01-27", None),
            (13, "answer", "find 0.14", None, version),
            (report.read_text(encoding="utf-8").count("\n") - 1, "answer", "compare", "today", None),
        )
    ]
    assert tokencost("refresh", "--list", "report.md").out.startswith("4 blocks in 1 file.\n")
    assert report.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("x.md", f"<!-- tokencost {COMPARE} -->\n<!-- /tokencost -->\n", "| input             |"),
        ("x.html", f"<!-- tokencost {COMPARE} -->\n<!-- /tokencost -->\n", "<tr><td>input</td>"),
        ("x.adoc", f"// tokencost {COMPARE}\n// /tokencost\n", "| input             |"),
        ("x.rst", f".. tokencost {COMPARE}\n\n.. /tokencost\n", "   | input             |"),
        ("x.tex", f"% tokencost {COMPARE}\n% /tokencost\n", "input & \\$0.55"),
        ("x.org", f"# tokencost {COMPARE}\n# /tokencost\n", "| input             |"),
        ("x.md", f"<!-- tokencost {COMPARE} --format csv -->\n<!-- /tokencost -->\n", "```csv\nmodel,"),
        ("x.md", f"<!-- tokencost {COMPARE} --format table -->\n<!-- /tokencost -->\n", "```text\nOn 2025"),
        ("x.html", f"<!-- tokencost {COMPARE} --format csv -->\n<!-- /tokencost -->\n", "<pre>model,"),
        ("x.adoc", f"// tokencost {COMPARE} --format csv\n// /tokencost\n", "....\nmodel,"),
        ("x.rst", f".. tokencost {COMPARE} --format csv\n\n.. /tokencost\n", "\n::\n\n   model,"),
        ("x.tex", f"% tokencost {COMPARE} --format csv\n% /tokencost\n", "\\begin{verbatim}\nmodel,"),
        ("x.org", f"# tokencost {COMPARE} --format csv\n# /tokencost\n", "#+begin_example\nmodel,"),
        ("x.md", f"```console\n$ tokencost {COMPARE}\nold\n```\n", "USD per 1M tokens   deepseek-reasoner"),
        (
            "x.rst",
            f".. code-block:: console\n\n   $ tokencost {COMPARE}\n   old\n\nx\n",
            "\n   USD per 1M tokens   deep",
        ),
        ("x.md", "```console\n$ tokencost compare --help\nold\n```\n", "Usage: tokencost compare [OPTIONS] [MODEL]..."),
        ("x.md", "<!-- tokencost compare --help -->\n<!-- /tokencost -->\n", "```text\nUsage: tokencost compare"),
        ("x.md", "```console\n$ tokencost --help\nold\n```\n", "Usage: tokencost [OPTIONS] COMMAND [ARGS]..."),
        ("x.md", "```console\n$ tokencost prices add --help\nold\n```\n", "Usage: tokencost prices add"),
        ("x.adoc", "// tokencost: price o1 input 2025-01-27\n:o1: $1.00\n// /\n", ":o1: $15.00\n"),
        ("x.tex", "% tokencost: price o1 input 2025-01-27\n\\def\\x{1.0}\n% /\n", "\\def\\x{15.0}\n"),
    ],
)
def test_each_syntax_gets_its_own_format_and_other_formats_as_code(
    tokencost: Run, report: Path, name: str, text: str, expected: str
) -> None:
    file = report.with_name(name)
    file.write_text(f"a\n\n{text}\nb\n", encoding="utf-8")
    assert tokencost("refresh", name).out == f"{name}: 1 of 1 block refreshed.\n"
    once = file.read_text(encoding="utf-8")
    assert expected in once
    assert once.startswith("a\n\n")
    assert once.endswith("\nb\n")
    assert tokencost("refresh", name).out == f"{name}: 1 block, all current.\n"


def test_what_stands_in_a_list_is_indented_as_the_mark_is(tokencost: Run, report: Path) -> None:
    report.write_text(f"- item\n\n  {BLOCK.replace(chr(10), chr(10) + '  ').rstrip(' ')}", encoding="utf-8")
    tokencost("refresh", "report.md")
    lines = report.read_text(encoding="utf-8").split("\n")
    assert all(line.startswith("  ") for line in lines[2:] if line)
    assert "" in lines[3:]  # blank lines have no spaces


def test_blank_lines_beside_the_marks_stay(tokencost: Run, report: Path) -> None:
    begin, end = BLOCK.splitlines()
    report.write_text(f"{begin}\n\nold\n\n\n{end}\n", encoding="utf-8")
    tokencost("refresh", "report.md")
    text = report.read_text(encoding="utf-8")
    assert text.startswith(f"{begin}\n\nOn 2025")
    assert text.endswith(f"2025-01-27\n\n\n{end}\n")


def test_the_mode_and_a_link_to_the_file_stay(tokencost: Run, report: Path) -> None:
    report.write_text(BLOCK, encoding="utf-8")
    if sys.platform != "win32":
        report.chmod(0o640)
    link = report.with_name("link.md")
    link.symlink_to("report.md")
    assert tokencost("refresh", "link.md").status == 0
    assert link.is_symlink()
    assert "USD per 1M" in report.read_text(encoding="utf-8")
    assert sys.platform == "win32" or report.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(report.parent)) == ["link.md", "report.md"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_bytes_outside_of_blocks_stay(tokencost: Run, report: Path, ending: str) -> None:
    begin, end = (
        line.encode() for line in f"<!-- tokencost {COMPARE} --format csv -->\n<!-- /tokencost -->".split("\n")
    )
    outside = b"\xef\xbb\xbf\xff\xfe caf\xe9\r\n\n\x00\x0b\x85\n", b" \nno newline \xe9"
    newline = ending.encode()
    report.write_bytes(outside[0] + begin + newline + end + newline + outside[1])
    assert tokencost("refresh", "report.md").status == 0
    content = report.read_bytes()
    assert content.startswith(outside[0] + begin + newline + b"```csv" + newline + b"model,")
    assert content.endswith(b"```" + newline + end + newline + outside[1])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_transcript_has_the_line_endings_of_its_text(tokencost: Run, report: Path, ending: str) -> None:
    text = f"```console\n$ tokencost {COMPARE} \\\n    --format csv\nold\n```\n".replace("\n", ending)
    report.write_bytes(text.encode())
    assert tokencost("refresh", "report.md").status == 0
    content = report.read_bytes().decode()
    assert content.startswith(f"```console{ending}$ tokencost {COMPARE} \\{ending}    --format csv{ending}model,")
    assert content.endswith(f"{ending}```{ending}")
    assert content.count(ending) == len(content.splitlines())


def test_a_text_that_is_not_utf_8_is_not_mixed_with_it(tokencost: Run, report: Path) -> None:
    before = f"café\n{BLOCK}".encode("latin-1")
    report.write_bytes(before)
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert "report.md:2: this text is not UTF-8, and the answer holds characters such as × and −" in outcome.err
    assert report.read_bytes() == before
    report.write_bytes("x".encode("utf-16"))
    outcome = tokencost("refresh", "report.md")
    assert (outcome.status, "is written in UTF-16" in outcome.err) == (2, True)


def test_a_file_that_changes_meanwhile_is_left_alone(
    tokencost: Run, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.write_text(BLOCK, encoding="utf-8")
    refresh_text = refreshing.refresh_text

    def edit_meanwhile(*given: Any, **options: Any) -> object:
        report.write_text(f"mine\n{BLOCK}", encoding="utf-8")
        return refresh_text(*given, **options)

    monkeypatch.setattr(refreshing, "refresh_text", edit_meanwhile)
    outcome = tokencost("refresh", "report.md")
    assert outcome.status == 3
    assert "report.md: it changed while its blocks were run\n  hint: nothing was written to it" in outcome.err
    assert report.read_text(encoding="utf-8") == f"mine\n{BLOCK}"


def test_a_fault_keeps_its_file_as_it_is_and_no_other(tokencost: Run, report: Path) -> None:
    other = report.with_name("other.md")
    other.write_text(BLOCK, encoding="utf-8")
    faulty = f"{BLOCK}\n<!-- tokencost compare o9 o1 -->\n<!-- /tokencost -->\n<!-- tokencost compare o1 -->\n"
    report.write_text(faulty, encoding="utf-8")
    outcome = tokencost("refresh", "report.md", "other.md")
    assert outcome.status == 3
    assert report.read_text(encoding="utf-8") == faulty
    assert "USD per 1M" in other.read_text(encoding="utf-8")
    assert outcome.out == "report.md: 2 problems; nothing was written.\nother.md: 1 of 1 block refreshed.\n"
    assert outcome.err.splitlines()[0] == "report.md:4: `tokencost compare o9 o1`: unknown model 'o9'"
    assert "report.md:6: the block has no end" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.md"], "there is no file none.md"),
        (["."], "hint: name the files in it: ./*.md"),
        (["-"], "refresh works on files"),
        (["notes.txt"], "end it in one of .md .html .adoc .rst .tex .org, or give --syntax"),
        (["report.md", "--root", "none"], "cannot enter none"),
        (["report.md", "--format", "csv"], "--format goes with --list"),
        ([], "hint: tokencost refresh report.md"),
    ],
)
def test_a_wrong_request_says_what_to_type(tokencost: Run, report: Path, arguments: list[str], said: str) -> None:
    report.write_text(BLOCK, encoding="utf-8")
    report.with_name("notes.txt").write_text(BLOCK, encoding="utf-8")
    outcome = tokencost("refresh", *arguments)
    assert outcome.status == 2
    assert said in outcome.err.replace(os.sep, "/")
    assert report.read_text(encoding="utf-8") == BLOCK


def test_a_syntax_may_be_named_and_names_may_be_patterns(tokencost: Run, report: Path) -> None:
    for name in ("a.txt", "b.txt"):
        report.with_name(name).write_text(BLOCK, encoding="utf-8")
    outcome = tokencost("refresh", "--syntax", "markdown", "*.txt", "a.txt")
    assert outcome.out == "a.txt: 1 of 1 block refreshed.\nb.txt: 1 of 1 block refreshed.\n"


def test_blocks_without_a_day_are_about_today_unless_that_is_refused(
    tokencost: Run, report: Path, clock_at: Callable[[str], None]
) -> None:
    report.write_text(
        "<!-- tokencost compare deepseek-reasoner o1 --brief -->\n<!-- /tokencost -->\n", encoding="utf-8"
    )
    clock_at("2025-01-27T12:00:00Z")
    assert tokencost("refresh", "report.md").status == 0
    assert "as of 2025-01-27" in report.read_text(encoding="utf-8")
    clock_at("2025-02-27T12:00:00Z")
    assert tokencost("refresh", "--check", "report.md").status == 1
    refused = tokencost("refresh", "--check", "--dated", "report.md")
    assert refused.status == 3
    assert "report.md:1: `tokencost compare deepseek-reasoner o1 --brief`: this depends on the day" in refused.err


@pytest.mark.parametrize("words", ["price o1 input", "ratio deepseek-reasoner o1 input", "price o1 input today"])
def test_a_figure_without_a_day_is_refused_as_well(words: str) -> None:
    with pytest.raises(InvalidData, match="this depends on the day"):
        package.refresh(f"<!-- tokencost: {words} -->1<!-- / -->", dated=True)


def test_one_run_has_one_table_and_one_time(monkeypatch: pytest.MonkeyPatch, parsed: list[str]) -> None:
    from datetime import UTC, datetime, timedelta

    from tokencost.pricetable import clock

    instants = iter(datetime(2025, 1, 27, 23, 59, tzinfo=UTC) + timedelta(hours=n) for n in range(100))
    monkeypatch.setattr(clock, "read", lambda: next(instants))
    block = "<!-- tokencost compare deepseek-reasoner o1 --brief -->\n<!-- /tokencost -->\n"
    text = package.refresh(block * 3, prices=PRICES)
    assert text.count("as of 2025-01-27") == 3
    assert len(parsed) == 1


def test_names_of_files_are_relative_to_the_text(tokencost: Run, report: Path) -> None:
    folder = report.with_name("docs")
    folder.mkdir()
    log = "model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\nx,y,z\n"
    (folder / "log.csv").write_text(log, encoding="utf-8")
    page = folder / "page.md"
    page.write_text("<!-- tokencost usage log.csv --allow-unpriced -->\n<!-- /tokencost -->\n", encoding="utf-8")
    here = os.getcwd()
    assert tokencost("refresh", "docs/page.md").status == 0
    assert os.getcwd() == here
    text = page.read_text(encoding="utf-8")
    assert "log.csv" in text  # the record that is rejected is named as the block names its file
    assert str(folder) not in text
    page.write_text(text.replace("usage log.csv", "usage docs/log.csv"), encoding="utf-8")
    assert tokencost("refresh", "docs/page.md").status == 3
    assert tokencost("refresh", "--root", ".", "docs/page.md").status == 0


def test_blocks_rest_on_the_table_that_the_command_line_would_use(tokencost: Run, report: Path) -> None:
    own = report.with_name("prices.toml")
    text = PRICES.read_text(encoding="utf-8")
    own.write_text(re.sub(r'^version = "[\d.]+', r"\g<0>.9", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    folder = report.with_name("docs")
    folder.mkdir()
    (folder / "page.md").write_text(BLOCK, encoding="utf-8")
    assert tokencost("refresh", "docs/page.md").status == 0
    assert ".9 (sha256" in (folder / "page.md").read_text(encoding="utf-8")
    assert tokencost("refresh", "--prices", str(PRICES), "docs/page.md").status == 0
    assert ".9 (sha256" not in (folder / "page.md").read_text(encoding="utf-8")
    # A table that differs in nothing but its version: no figure is another.
    assert tokencost("refresh", "--check", "docs/page.md").status == 1
    assert tokencost("refresh", "--check", "--keep-version", "docs/page.md").status == 0
    stale = (folder / "page.md").read_text(encoding="utf-8").replace("$0.55", "$0.56")
    (folder / "page.md").write_text(stale, encoding="utf-8")
    assert tokencost("refresh", "--check", "--keep-version", "docs/page.md").status == 1


def test_colour_and_width_of_the_terminal_do_not_reach_a_text(
    tokencost: Run, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.write_text(
        f"```console\n$ tokencost {COMPARE}\nold\n```\n{BLOCK}```console\n$ tokencost compare -h\nold\n```\n",
        encoding="utf-8",
    )
    tokencost("refresh", "report.md")
    plain = report.read_bytes()
    assert b"\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    assert tokencost("refresh", "--check", "report.md").status == 0


def test_an_answer_that_holds_what_looks_like_a_mark_is_refused(tokencost: Run, report: Path) -> None:
    log = "model,time,input_tokens,output_tokens,note\no1,2025-01-27T00:00:00Z,1000,0,<!-- /tokencost -->\n"
    report.with_name("log.csv").write_text(log, encoding="utf-8")
    text = "<!-- tokencost usage log.csv --by note --format html -->\n<!-- /tokencost -->\n"
    report.write_text(text, encoding="utf-8")
    assert tokencost("refresh", "report.md").status == 0  # HTML and Markdown are escaped
    assert tokencost("refresh", "--check", "report.md").status == 0


@pytest.mark.parametrize(
    ("fence", "output"),
    [
        ("console", "a\n```\nb"),
        ("console", "a\n$ tokencost compare\nb"),
        ("", "a\n<!-- /tokencost -->\nb"),
        ("", "<!-- tokencost compare -->\n<!-- /tokencost -->"),
        ("", "```\na"),
        ("", "<!-- a"),
    ],
)
def test_output_that_would_end_its_block_is_refused(
    monkeypatch: pytest.MonkeyPatch, shipped: PriceTable, fence: str, output: str
) -> None:
    monkeypatch.setattr(RunOfBlocks, "renew", lambda *_: output)
    text = f"```console\n$ tokencost compare\nold\n```\n\n{BLOCK}" if fence else f"{BLOCK}\nb\n"
    with pytest.raises(InvalidData, match="would be read as a mark"):
        package.refresh(text, prices=shipped)


def test_every_option_of_a_command_in_a_text_is_either_allowed_or_refused() -> None:
    """A new option is looked at before a text from anybody may use it."""
    for name, reading in READING.items():
        command = read_command(f"{name} --help").group[-1]
        options = {each.name for each in command.params}
        assert reading.options <= options, name
        assert options - reading.options - {*REFUSED} == set(), name
        assert reading.files <= reading.options


def test_every_command_is_either_allowed_or_known_to_do_more() -> None:
    allowed = {name.partition(" ")[0] for name in READING}
    assert set(COMMANDS) - allowed == {"refresh", "report"}


@pytest.mark.parametrize("name", READING)
def test_every_allowed_command_prints_a_block_that_is_current(tokencost: Run, report: Path, name: str) -> None:
    old = report.with_name("old.toml")
    old.write_bytes(PRICES.read_bytes())
    workload = "--requests 1k --input 100 --output-tokens 10 deepseek-flash gpt-6-luna --start 2026-12 --on 2026-11-20"
    report.with_name("log.csv").write_text(
        "model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n", encoding="utf-8"
    )
    report.with_name("prompt.txt").write_text("What does it cost?", encoding="utf-8")
    arguments = {
        "compare": COMPARE,
        "workload": f"workload {workload}",
        "usage": "usage log.csv",
        "claims": "claims query-cost-014-750",
        "find": "find 0.14 7.50 --on 2025-01-27",
        "count": "count prompt.txt o1 gpt-4o --on 2025-01-27",
        "prices list": "prices list --provider deepseek --on 2025-01-27",
        "prices show": "prices show o1 --on 2025-01-27",
        "prices history": "prices history o3 o1 --on 2026-11-20",
        "prices check": "prices check --on 2026-11-20",
        "prices diff": "prices diff old.toml old.toml --on 2026-11-20",
    }[name]
    pasted = tokencost(*arguments.split(), "--paste")
    assert pasted.status == 0, pasted.err
    assert pasted.out.startswith(f"<!-- tokencost {arguments} -->\n")
    assert pasted.out.endswith("<!-- /tokencost -->\n")
    report.write_text(pasted.out, encoding="utf-8")
    outcome = tokencost("refresh", "--check", "--dated", "report.md")
    assert (outcome.status, outcome.out) == (0, "report.md: 1 block, all current.\n"), outcome


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
def test_a_pasted_block_has_the_marks_of_its_format(tokencost: Run, report: Path, syntax: Any) -> None:
    pasted = tokencost(*COMPARE.split(), "--paste", "--format", syntax.format).out
    assert pasted.startswith(f"{syntax.mark(f'tokencost {COMPARE}')}\n")
    file = report.with_name(f"x{syntax.suffixes[0]}")
    file.write_text(pasted, encoding="utf-8")
    assert tokencost("refresh", "--check", file.name).out == f"{file.name}: 1 block, all current.\n"


def test_a_pasted_block_of_another_format_is_code(tokencost: Run) -> None:
    pasted = tokencost("compare", "o1", "gpt-4o", "--on", "2025-01-27", "--format=csv", "--paste").out
    assert pasted.startswith("<!-- tokencost compare o1 gpt-4o --on 2025-01-27 --format=csv -->\n```csv\nmodel,")


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*COMPARE.split(), "--output", "x.md"], "--paste prints the block"),
        (["compare", "o1", "gpt-4o@2025-01-27", "--prices", str(PRICES)], "is outside of the folder"),
        (["usage", "x", "--print-sql", "postgres", "--table", "t"], "--print-sql reads no files, and prints no block"),
    ],
)
def test_what_refresh_would_refuse_is_not_pasted(tokencost: Run, arguments: list[str], said: str) -> None:
    outcome = tokencost(*arguments, "--paste")
    assert (outcome.status, outcome.out) == (2, "")
    assert said in outcome.err


def test_the_library_refreshes_texts_and_lists_every_problem(shipped: PriceTable) -> None:
    text = package.refresh(f"{BLOCK}{FIGURE}1.00<!-- / -->\n", prices=shipped)
    assert "53.57<!-- / -->" in text
    assert package.refresh(text, prices=shipped) == text
    assert package.refresh("% tokencost: price o1 input 2025-01-27\n1\n% /", syntax="latex").split("\n")[1] == "15"
    with pytest.raises(InvalidData) as caught:
        package.refresh(f"<!-- tokencost compare o9 o1 -->\n<!-- /tokencost -->\n{FIGURE}x<!-- / -->", prices=shipped)
    assert [problem.line for problem in caught.value.problems] == [1, 3]
    with pytest.raises(package.InvalidRequest, match="there is no syntax 'word'"):
        package.refresh("", syntax="word")


def test_a_bug_in_a_command_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr("tokencost.analysis.compare.compare", fail)
    with pytest.raises(InvalidData, match=r"text:1: .*Bug: RuntimeError: oh"):
        package.refresh(BLOCK)


def test_ctrl_c_ends_the_whole_run(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tokencost.analysis.compare.compare", interrupt)
    report.write_text(BLOCK * 2, encoding="utf-8")
    assert run(["refresh", "report.md"]) == 130
    assert report.read_text(encoding="utf-8") == BLOCK * 2


def test_the_page_about_it_is_true(tokencost: Run) -> None:
    page = "docs/reports.md"
    outcome = tokencost("refresh", "--check", "--dated", "--root", ".", page)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"{page}: 2 blocks, all current.\n"


def test_importing_it_does_not_import_the_command_line() -> None:
    code = "import sys, tokencost; tokencost.refresh; print('tokencost.cli.commands' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_run_finds_its_table_from_any_folder(tmp_path: Path) -> None:
    blocks = RunOfBlocks(os.path.relpath(PRICES), allow_outside=False, dated=True)
    with contextlib.chdir(tmp_path):
        assert blocks.load_table(None).file == os.path.relpath(PRICES, PRICES.parent)


def test_readers_of_restructuredtext_see_the_answer_and_no_mark() -> None:
    from docutils.core import publish_string

    block = f".. tokencost {COMPARE}\n.. /tokencost\n"
    figure = ".. tokencost: price o1 input 2025-01-27\n\n.. |o1| replace:: $1.00\n\n.. /\n"
    text = package.refresh(f"Title\n=====\n\n{block}\n{figure}\nIt cost |o1|.\n", syntax="rst")
    # A warning would be raised as an error.
    page = publish_string(text, writer="html5", settings_overrides={"halt_level": 2}).decode()
    body = page[page.index("<body") :]
    assert "<p>It cost $15.00.</p>" in body
    assert "<td><p>$0.55</p></td>" in body.replace('<td class="text-right">', "<td>")
    seen = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    assert "tokencost" not in seen


def test_readers_of_markdown_see_the_answer_and_no_mark() -> None:
    from markdown_it import MarkdownIt

    text = package.refresh(
        f"Before\n{BLOCK}After {FIGURE}1.0×<!-- / --> as much.\n\n- item\n\n  {BLOCK}".replace(
            "-->\n<!-- /", "-->\n  <!-- /"
        )
    )
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert page.count("<table>") == 2
    assert "After <!--" in page
    seen = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    assert "<p>After 53.6× as much.</p>" in seen
    assert "tokencost" not in seen
