"""Every command in the README and the other pages runs and prints what they show, whatever day it is.

`python tests/test_readme.py` writes what the commands print into them.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree as ET

import pytest

import tokencost
from tokencost.cli import run
from tokencost.pricetable import clock

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("docs/**/*.md")})
PICTURES = ROOT / ".pictures"
MOST_BYTES = 100_000
AS_WIDE_AS = {"COLUMNS": "80"}
"""Help is as wide as the terminal; answers that are no terminal's are of any width."""
CONSOLE = re.compile(r"^```console\n\$ tokencost (?P<arguments>[^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)


def no_day() -> AbstractContextManager[object]:
    """A time without a clock: to ask for the day is an error, which a command ends with."""
    refused = AssertionError("it asks what day it is: name one with --on, or what is shown changes tomorrow")
    return mock.patch.object(clock, "datetime", mock.Mock(**{"now.side_effect": refused}))


def with_real_output(page: str, pictures: Path = PICTURES) -> str:
    """The page with what each command prints; its pictures are written to the folder."""

    def block(match: re.Match[str]) -> str:
        out = io.StringIO()
        arguments = [argument.replace(".pictures/", f"{pictures}/") for argument in shlex.split(match["arguments"])]
        with contextlib.redirect_stdout(out), no_day(), mock.patch.dict(os.environ, AS_WIDE_AS):
            status = run(arguments)
        assert status == 0, match["arguments"]
        return f"```console\n$ tokencost {match['arguments']}\n{out.getvalue()}```"

    return CONSOLE.sub(block, page)


def words_of(picture: Path) -> list[str]:
    root = ET.parse(picture)  # noqa: S314  # it is our own
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_pages_show_what_their_commands_print(tmp_path: Path) -> None:
    assert README in PAGES
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        assert len(CONSOLE.findall(page)) == page.count("\n$ tokencost ")
        assert with_real_output(page, tmp_path) == page
    # Another version of the library that draws may place a line elsewhere; the words are ours.
    kept = sorted(PICTURES.iterdir())
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    for picture in kept:
        assert any(f".pictures/{picture.name})" in page.read_text(encoding="utf-8") for page in PAGES)
        assert picture.stat().st_size < MOST_BYTES
        assert words_of(picture) == words_of(tmp_path / picture.name)


@pytest.mark.parametrize(
    "arguments",
    [
        "prices history o3",
        "compare o3 o1",
        "compare o3@today o1 --on 2026-11-20",
        "prices list --on now",
        "prices check",
        "workload --requests 1 --input 1 --output-tokens 1 deepseek-flash gpt-6-luna --on Today",
        "usage tests/logs/fixtures/requests.jsonl --since yesterday",
    ],
)
def test_a_command_that_depends_on_the_day_is_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError):
        with_real_output(f"```console\n$ tokencost {arguments}\n```\n")
    assert "it asks what day it is: name one with --on" in capsys.readouterr().err


def test_the_python_examples_are_true() -> None:
    with no_day():
        for path in PAGES:
            assert doctest.testfile(str(path), module_relative=False).failed == 0
        assert doctest.testmod(tokencost).failed == 0


def test_a_python_example_that_depends_on_the_day_is_refused() -> None:
    example = '>>> import tokencost\n>>> tokencost.resolve(tokencost.load_prices(), "o3", "today").label\n\'o3\'\n'
    with no_day(), contextlib.redirect_stdout(io.StringIO()) as said:
        doctest.run_docstring_examples(example, {})
    assert "it asks what day it is" in said.getvalue()


def test_every_format_and_exit_status_is_in_the_readme() -> None:
    from tokencost.render import FORMATS

    readme = README.read_text(encoding="utf-8")
    for name, known in FORMATS.items():
        assert (f"`{name}`" if known.text else f"`{known.suffixes[0]}`") in readme


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    readme = README.read_text(encoding="utf-8")
    _, test_command = re.findall(r"```sh\n(.*?)\n```", readme)
    assert f"\n{test_command}\n" in (README.parent / ".ci" / "run").read_text(encoding="utf-8")


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(with_real_output(each.read_text(encoding="utf-8")), encoding="utf-8")
