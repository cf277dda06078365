"""The examples in the README and the other pages are true, whatever day it is.

What commands print is kept by `tokencost refresh --root . README.md docs/*.md .github/*.md CHANGELOG.md`; the pictures
that the pages show are written by `python tests/test_readme.py`.
"""

import contextlib
import doctest
import io
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
DRAWN = re.compile(r"^\$ tokencost ([^\n]* --output [.]pictures/[^\n]*)$", re.MULTILINE)


def no_day() -> AbstractContextManager[object]:
    """A time without a clock: to ask for the day is an error, which a command ends with."""
    refused = AssertionError("it asks what day it is: name one with --on, or what is shown changes tomorrow")
    return mock.patch.object(clock, "datetime", mock.Mock(**{"now.side_effect": refused}))


def draw(folder: Path) -> None:
    """Write the pictures that pages show, by the commands beside them."""
    for page in PAGES:
        for command in DRAWN.findall(page.read_text(encoding="utf-8")):
            arguments = [argument.replace(".pictures/", f"{folder}/") for argument in shlex.split(command)]
            with no_day():
                assert run(arguments) == 0, command


def words_of(picture: Path) -> list[str]:
    root = ET.parse(picture)  # noqa: S314  # it is our own
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_pages_show_what_their_commands_print(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that a page shows depends on what it names, not on the day: `--dated` refuses what does not."""
    status = run(["refresh", "--check", "--dated", "--root", str(ROOT), *map(str, PAGES)])
    assert status == 0, "".join(capsys.readouterr())


def test_pages_show_pictures_of_what_their_commands_draw(tmp_path: Path) -> None:
    draw(tmp_path)
    # Another version of the library that draws may place a line elsewhere; the words are ours.
    kept = sorted(PICTURES.iterdir())
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    for picture in kept:
        assert any(f".pictures/{picture.name})" in page.read_text(encoding="utf-8") for page in PAGES)
        assert picture.stat().st_size < MOST_BYTES
        assert words_of(picture) == words_of(tmp_path / picture.name)


def test_the_entry_that_upkeep_shows_is_the_one_that_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "upkeep.md").read_text(encoding="utf-8")
    typed = re.search(r"^tokencost (prices add .*?--dry-run)$", page, re.MULTILINE | re.DOTALL)
    shown = re.search(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert typed
    assert shown
    assert run([*shlex.split(typed[1].replace("\\\n", " ")), "--on", "2026-11-21"]) == 0
    added = [line[1:] for line in capsys.readouterr().out.splitlines() if line.startswith("+")]
    assert "\n".join(added).strip().endswith(shown[1].strip())


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
    draw(PICTURES)
