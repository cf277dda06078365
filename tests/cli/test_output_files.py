"""Where `--output` writes: to devices and open files, not over them, and never over what is read."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent
COMPARE = ("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--format", "csv")
CSV = "model,provider,component,"
ADD = ("--from", "2026-12-01", "--input", "2", "--output", "8", "--source", "https://x.y", "--on", "2026-12-01")
LOG = "model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files of POSIX")


@pytest.fixture
def redirected(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A file that a shell has opened for a command, with a line in it that was written before."""
    file = tmp_path / "redirected.txt"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    os.write(descriptor, b"before\n")
    yield file, descriptor
    os.close(descriptor)


@pytest.mark.parametrize(
    "named", ["/dev/fd/{}", "/proc/self/fd/{}", "/proc/thread-self/fd/{}", "link", "link to a link"]
)
def test_an_open_file_is_written_to_and_not_replaced(
    tokencost: Run, tmp_path: Path, redirected: tuple[Path, int], named: str
) -> None:
    file, descriptor = redirected
    (tmp_path / "link").symlink_to(f"/dev/fd/{descriptor}")
    (tmp_path / "link to a link").symlink_to("link")
    name = str(tmp_path / named) if "link" in named else named.format(descriptor)
    if not os.path.exists(name):
        pytest.skip(f"there is no {name} here")
    before = file.stat().st_ino
    assert tokencost(*COMPARE, "--output", name).status == 0
    os.write(descriptor, b"after\n")
    assert file.stat().st_ino == before
    text = file.read_text()
    assert text.startswith(f"before\n{CSV}")
    assert text.endswith("after\n")


def test_standard_output_is_the_file_behind_a_redirection(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    command = f"echo before; {sys.executable} -m tokencost {' '.join(COMPARE)} --output /dev/stdout; echo after"
    subprocess.run(["bash", "-c", f"{{ {command}; }} > {file}"], cwd=ROOT, check=True)
    lines = file.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert lines[1].startswith(CSV)


def test_a_pipe_gets_what_standard_output_would(tokencost: Run) -> None:
    reading, writing = os.pipe()
    name = f"/dev/fd/{writing}"
    if not os.path.exists(name):
        pytest.skip(f"there is no {name} here")
    asked = ("compare", "deepseek-reasoner", "o1", "--on", "2025-01-27")
    assert tokencost(*asked, "--output", name).status == 0
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        assert pipe.read() == tokencost(*asked).out


def test_the_open_file_of_another_process_is_not_replaced(tokencost: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    with file.open("wb") as stream, subprocess.Popen(["sleep", "60"], stdout=stream) as other:
        before = file.stat().st_ino
        name = f"/proc/{other.pid}/fd/1"
        status = tokencost(*COMPARE, "--output", name).status if os.path.exists(name) else None
        other.kill()
    if status is None:
        pytest.skip("there is no /proc here")
    assert (status, file.stat().st_ino) == (0, before)
    assert file.read_text().startswith(CSV)


def test_a_pipe_with_a_name_is_written_to(tokencost: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert tokencost(*COMPARE, "--output", str(pipe)).status == 0
    reader.join()
    assert read[0].startswith(CSV)
    assert pipe.is_fifo()


def test_a_reader_of_an_output_file_that_has_gone(tokencost: Run) -> None:
    read, write = os.pipe()
    os.close(read)
    assert tokencost(*COMPARE, "--output", f"/dev/fd/{write}").status == 141
    os.close(write)


@pytest.mark.parametrize("named", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_a_price_table_behind_a_redirection_is_not_edited(tokencost: Run, tmp_path: Path, named: str) -> None:
    table = tmp_path / "prices.toml"
    content = (ROOT / "prices.toml").read_bytes()
    table.write_bytes(content)
    with table.open("rb") as stream:
        (tmp_path / "link").symlink_to(f"/dev/fd/{stream.fileno()}")
        name = str(tmp_path / "link") if named == "link" else named.format(stream.fileno())
        outcome = tokencost("prices", "add", "o3", "--prices", name, *ADD)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"{name} is not a file that can be edited" in outcome.err
    assert table.read_bytes() == content


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of each kind that commands read."""
    table = (ROOT / "prices.toml").read_bytes()
    for name in ("prices.toml", "old.toml"):
        (tmp_path / name).write_bytes(table)
    (tmp_path / "claims.toml").write_bytes((ROOT / "tokencost" / "claims.toml").read_bytes())
    (tmp_path / "spec.toml").write_text('requests = 1\nper = "day"\ninput = 1\noutput = 1\nmodels = ["o1", "o3"]\n')
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "log.csv").write_text(LOG)
    (tmp_path / "other.json").write_text('{"prices": [{"vendor": "openai", "id": "o1", "input": 15}]}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


READING = [
    (("compare",), "prices.toml"),
    (("compare", "--prices", "old.toml"), "old.toml"),
    (("find", "1"), "prices.toml"),
    (("prices", "list"), "prices.toml"),
    (("prices", "export"), "prices.toml"),
    (("prices", "export", "--shape", "litellm"), "prices.toml"),
    (("usage", "logs/log.csv"), "logs/log.csv"),
    (("usage", "logs"), "logs/log.csv"),
    (("usage", "logs/*.csv"), "logs/log.csv"),
    (("usage", "logs/log.csv", "--prices", "old.toml"), "old.toml"),
    (("workload", "spec.toml"), "spec.toml"),
    (("workload", "spec.toml", "--output-tokens", "350"), "spec.toml"),
    (("claims", "--file", "claims.toml"), "claims.toml"),
    (("report", "spec.toml"), "spec.toml"),
    (("prices", "audit", "--against", "other.json"), "other.json"),
    (("prices", "diff", "old.toml", "prices.toml"), "old.toml"),
    (("prices", "diff", "old.toml", "prices.toml"), "prices.toml"),
    (("prices", "diff", "old.toml", "--workload", "spec.toml"), "spec.toml"),
    (("prices", "diff", "old.toml", "--usage", "logs"), "logs/log.csv"),
]


@pytest.mark.parametrize(("words", "read"), READING)
@pytest.mark.parametrize("link", [None, "symbolic", "hard"])
def test_an_output_is_never_written_over_what_is_read(
    tokencost: Run, files: Path, words: tuple[str, ...], read: str, link: str | None
) -> None:
    output = files / read
    content = output.read_bytes()
    if link:
        output = files / "x.html"
        (output.symlink_to if link == "symbolic" else output.hardlink_to)(files / read)
    form = () if words[0] == "report" or "export" in words else ("--format", "csv")
    outcome = tokencost(*words, *form, "--output", str(output))
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"Error: --output {output} would replace ")
    assert "name another file with --output" in outcome.err
    assert (files / read).read_bytes() == content


def test_nor_over_standard_input(tokencost: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        return os.stat("logs/log.csv") if descriptor == 0 else real(descriptor)

    monkeypatch.setattr(os, "fstat", fstat)
    outcome = tokencost("usage", "-", "--output", "logs/log.csv")
    assert (outcome.status, (files / "logs" / "log.csv").read_text()) == (2, LOG)
    assert "would replace standard input" in outcome.err


def test_it_is_refused_before_any_work(tokencost: Run, files: Path) -> None:
    (files / "logs" / "log.csv").write_bytes(b"\x00 is no log")
    assert "would replace" in tokencost("usage", "logs", "--output", "logs/log.csv").err


def test_a_read_only_file_is_not_replaced(tokencost: Run, files: Path) -> None:
    for name in ("x.csv", "x.svg", "link.csv"):
        (files / "link.csv").unlink(missing_ok=True)
        (files / "link.csv").symlink_to("x.csv")
        file = files / name
        if name != "link.csv":
            file.write_text("kept")
            file.chmod(0o444)
        outcome = tokencost("compare", "o1", "o3", "--output", name)
        assert (outcome.status, file.read_text()) == (2, "kept")
        assert f"cannot write {name}: it is read-only\n  hint: nothing was written; chmod u+w" in outcome.err


def test_every_command_with_an_output_file_spares_what_it_reads() -> None:
    import click

    from tokencost.cli.commands import tokencost as program

    def commands(group: click.Command) -> Iterator[click.Command]:
        if not isinstance(group, click.Group):
            yield group
            return
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found)

    with_output = [command for command in commands(program) if any("--output" in p.opts for p in command.params)]
    assert len(with_output) > 10
    for command in with_output:
        if command.name != "add":  # whose --output is a price
            assert hasattr(command.callback, "__wrapped__"), f"{command.name} lacks sparing_inputs"
