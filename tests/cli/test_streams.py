"""Standard streams that are closed, full, read by nobody or not UTF-8, and a Ctrl-C that comes early."""

import errno
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tokencost.cli import run
from tokencost.render import TEXT_FORMATS

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent
DAY = ("--on", "2025-01-27")
COMPARE = ("compare", "deepseek-reasoner", "o1", *DAY)
EACH_WRITER = [
    COMPARE,
    (*COMPARE, "--format", "json"),
    ("report", "--on", "2026-11-20"),
    ("prices", "schema"),
    ("prices", "export"),
    ("prices", "export", "--shape", "litellm", *DAY),
    ("workload", "--example"),
    ("--version",),
    ("--help",),
    ("prices", "list", "--help"),
]


class Output(io.RawIOBase):
    """A standard output that refuses what is written to it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def writable(self) -> bool:
        return True

    def write(self, _content: object) -> NoReturn:
        raise OSError(self.number, os.strerror(self.number))


def refusing(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(Output(number)), encoding="utf-8")


def run_with(monkeypatch: pytest.MonkeyPatch, stdout: object, *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdout", stdout)
    status = run(list(arguments))
    monkeypatch.undo()
    if isinstance(stdout, io.TextIOWrapper) and isinstance(stdout.buffer, io.BufferedWriter):
        stdout.buffer.raw.write = len  # what is left is thrown away
    return status


@pytest.mark.parametrize("arguments", EACH_WRITER)
def test_a_reader_that_has_gone_ends_a_command_as_it_ends_any_filter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run_with(monkeypatch, refusing(errno.EPIPE), *arguments) == 141
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", EACH_WRITER)
def test_a_full_standard_output_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run_with(monkeypatch, refusing(errno.ENOSPC), *arguments) == 2
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", EACH_WRITER)
def test_a_closed_standard_output_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run_with(monkeypatch, None, *arguments) == 2
    assert "standard output is closed" in capsys.readouterr().err


def test_what_goes_to_a_file_needs_no_standard_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run([*COMPARE, "--output", str(tmp_path / "x.csv")]) == 0


@pytest.mark.parametrize("stderr", [None, refusing(errno.ENOSPC)])
@pytest.mark.parametrize(
    ("arguments", "expected"), [(COMPARE, 0), (("compare", "nope"), 2), (("compar",), 2), (("prices", "lst"), 2)]
)
def test_without_standard_error_the_status_is_the_same(
    monkeypatch: pytest.MonkeyPatch, stderr: object, arguments: tuple[str, ...], expected: int
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    assert run(list(arguments)) == expected


def test_usage_needs_no_standard_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n")
    monkeypatch.setattr(sys, "stderr", None)
    assert run(["usage", str(log)]) == 0


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "2>&-", ">&- 2>&-", "| true"])
def test_the_shell_sees_the_status_and_no_traceback(redirection: str) -> None:
    command = f"{sys.executable} -m tokencost {' '.join(COMPARE)} --format html {redirection}"
    if redirection == "| true":
        command = f"{{ sleep 0.2; {command.removesuffix('| true')}; }} | true"
    # What is preloaded to move the clock opens files of its own, the first in the place of the stream that is closed.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    shell = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(shell, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == (0 if redirection == "2>&-" else 141 if redirection == "| true" else 2)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_price_that_is_written_is_written_though_nobody_hears_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "prices.toml"
    table.write_bytes((ROOT / "prices.toml").read_bytes())
    words = (
        "prices", "add", "o3", "--prices", str(table), "--input", "2", "--output", "8", "--source", "https://x.y",
        "--drop-blocks", "--on", "2026-12-01",
    )  # fmt: skip
    for stdout, day in ((refusing(errno.ENOSPC), "01"), (refusing(errno.EPIPE), "02"), (None, "03")):
        assert run_with(monkeypatch, stdout, *words, "--from", f"2026-12-{day}") == 0
        assert ": price added, version " in capsys.readouterr().err


def test_no_folder_for_temporary_files_is_said(tokencost: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none() -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    log = tmp_path / "log.csv"
    log.write_text("model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n")
    monkeypatch.setattr(tempfile, "gettempdir", none)
    for words in (
        ("usage", str(log)),
        ("report", "--open", "--on", "2026-11-20"),
        ("prices", "export", "--output", str(tmp_path / "x.parquet")),
    ):
        outcome = tokencost(*words)
        assert outcome.status == 2
        assert "there is no folder for temporary files\n  hint: set TMPDIR" in outcome.err


@pytest.mark.parametrize("format_name", sorted(TEXT_FORMATS))
def test_what_is_a_file_elsewhere_is_utf8_in_any_locale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, format_name: str
) -> None:
    table = tmp_path / "prices.toml"
    text = (ROOT / "prices.toml").read_text(encoding="utf-8").replace('"DeepSeek"', '"深度求索"', 1)
    table.write_text(text.replace('name = "o1"', 'name = "ö1"'), encoding="utf-8")
    words = (*COMPARE, "--prices", str(table), "--format", format_name)
    written = {}
    for encoding in ("utf-8", "ascii", "latin-1"):
        content = io.BytesIO()
        stdout = io.TextIOWrapper(content, encoding=encoding)
        assert run_with(monkeypatch, stdout, *words) == 0
        written[encoding] = content.getvalue()
    if format_name == "table":
        assert written["ascii"].isascii()
        assert b"53.6x" in written["ascii"]
    else:
        assert written["ascii"] == written["latin-1"] == written["utf-8"]
        written["ascii"].decode("utf-8")


def test_the_page_is_utf8_in_an_ascii_locale(tmp_path: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment["PYTHONIOENCODING"] = "ascii"
    words = [sys.executable, "-m", "tokencost", "report", "--on", "2026-11-20"]
    page = subprocess.run(words, cwd=ROOT, capture_output=True, env=environment, check=True).stdout
    assert "×" in page.decode("utf-8")
    assert '<meta charset="utf-8">' in page.decode("utf-8")
    file = tmp_path / "x.html"
    subprocess.run([*words, "--output", str(file)], cwd=ROOT, env=environment, check=True)
    assert file.read_bytes() == page


CONSOLE_SCRIPT = "from tokencost.cli import main; sys.exit(main())"
MODULE = "import runpy; runpy.run_module('tokencost', run_name='__main__', alter_sys=True)"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("entry", [CONSOLE_SCRIPT, MODULE])
@pytest.mark.parametrize("module", ["gc", "tokencost.cli.streams", "click", "tokencost.cli.commands", "tomli"])
def test_ctrl_c_while_modules_are_loaded_shows_no_traceback(entry: str, module: str) -> None:
    program = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job ignores it
        "sys.modules.pop('gc', None)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['tokencost', 'compare']\n"
    )
    done = subprocess.run([sys.executable, "-c", program + entry], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"Interrupted.\n")
