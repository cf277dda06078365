"""Every command in the README runs and prints what the README shows.

`python tests/test_readme.py` writes what the commands print into the README.
"""

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree as ET

import tokencost
from tokencost.cli import run

README = Path(__file__).parent.parent / "README.md"
PICTURES = README.parent / ".pictures"
MOST_BYTES = 100_000
CONSOLE = re.compile(r"^```console\n\$ tokencost (?P<arguments>[^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)


def with_real_output(readme: str, pictures: Path = PICTURES) -> str:
    """The README with what each command prints; its pictures are written to the folder."""

    def block(match: re.Match[str]) -> str:
        out = io.StringIO()
        arguments = [argument.replace(".pictures/", f"{pictures}/") for argument in shlex.split(match["arguments"])]
        with contextlib.redirect_stdout(out):
            status = run(arguments)
        assert status == 0, match["arguments"]
        return f"```console\n$ tokencost {match['arguments']}\n{out.getvalue()}```"

    return CONSOLE.sub(block, readme)


def words_of(picture: Path) -> list[str]:
    root = ET.parse(picture)  # noqa: S314  # it is our own
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_readme_shows_what_the_commands_print(tmp_path: Path) -> None:
    readme = README.read_text(encoding="utf-8")
    assert len(CONSOLE.findall(readme)) == readme.count("\n$ tokencost ")
    assert with_real_output(readme, tmp_path) == readme
    # Another version of the library that draws may place a line elsewhere; the words are ours.
    kept = sorted(PICTURES.iterdir())
    assert [path.name for path in kept] == sorted(path.name for path in tmp_path.iterdir())
    for picture in kept:
        assert f"](.pictures/{picture.name})" in readme
        assert picture.stat().st_size < MOST_BYTES
        assert words_of(picture) == words_of(tmp_path / picture.name)


def test_the_python_examples_are_true() -> None:
    assert doctest.testfile(str(README), module_relative=False).failed == 0
    assert doctest.testmod(tokencost).failed == 0


def test_every_format_and_exit_status_is_in_the_readme() -> None:
    from tokencost.render import FORMATS

    readme = README.read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in FORMATS)


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    readme = README.read_text(encoding="utf-8")
    _, test_command = re.findall(r"```sh\n(.*?)\n```", readme)
    assert f"\n{test_command}\n" in (README.parent / ".ci" / "run").read_text(encoding="utf-8")


if __name__ == "__main__":
    README.write_text(with_real_output(README.read_text(encoding="utf-8")), encoding="utf-8")
