"""Copies of what can be read only once: no run leaves one behind, however it ends."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidRequest
from tokencost.logs.files.folders import working_folder
from tokencost.logs.usage import usage

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no such signals here")
PROGRAM = [sys.executable, "-m", "tokencost", "usage"]
PATIENCE = 60


def until(test: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def reading(scratch: Path, line: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has copied a part of its standard input, and waits for more."""
    with subprocess.Popen(
        [*PROGRAM, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)},
    ) as process:  # fmt: skip
        assert process.stdin
        process.stdin.write(line * 10_000)
        process.stdin.flush()
        until(lambda: any(path.stat().st_size for path in scratch.glob("*/*.log")))
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing(
    reading: subprocess.Popen[bytes], scratch: Path, number: signal.Signals
) -> None:
    reading.send_signal(number)
    # Those that end a process are told to the shell as 128 and their number.
    assert reading.wait(PATIENCE) in (-number, 128 + number)
    assert list(scratch.iterdir()) == []


def test_what_a_killed_run_left_the_next_one_clears(
    reading: subprocess.Popen[bytes], scratch: Path, line: bytes, tmp_path: Path, shipped: PriceTable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    log = tmp_path / "log.jsonl"
    log.write_bytes(line)
    (scratch / "tokencost-of-others").mkdir()
    (scratch / "tokencost-link").symlink_to(tmp_path)
    before = {*scratch.iterdir()}
    assert usage(shipped, [str(log)]).priced == 1
    assert {*scratch.iterdir()} == before  # that run is not over
    reading.kill()
    reading.wait()
    assert usage(shipped, [str(log)]).priced == 1
    assert {path.name for path in scratch.iterdir()} == {"tokencost-of-others", "tokencost-link"}
    assert log.exists()


def test_handlers_of_others_are_kept() -> None:
    def handler(*_: object) -> None: ...

    before = signal.signal(signal.SIGTERM, handler)
    try:
        with working_folder():
            assert signal.getsignal(signal.SIGTERM) is handler
            assert signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is handler
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("name", ["pipe\x1b[31m", "-"])
def test_a_pipe_into_which_nobody_writes(tmp_path: Path, name: str) -> None:
    """On a terminal it says what it waits for, and Ctrl-C ends it."""
    if name != "-":
        os.mkfifo(tmp_path / name)
    master, terminal = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:  # fmt: skip
        os.close(terminal)
        said = b""
        while b"\n" not in said:
            said += os.read(master, 1000)
        shown = "standard input" if name == "-" else r"pipe\x1b[31m"
        expected = f"waiting for {shown}: nothing has been written to it yet (Ctrl-C ends this)\r\n"
        assert said.decode() == expected
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    os.close(master)


def test_what_is_no_file_is_named(shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jsonl")
        with pytest.raises(InvalidRequest, match=r"cannot read socket\.jsonl: it is a socket"):
            usage(shipped, ["socket.jsonl"])
    for device in ("/dev/zero", "/dev/full", "/dev/urandom"):
        if Path(device).exists():
            with pytest.raises(InvalidRequest, match=f"cannot read {device}: it is a device"):
                usage(shipped, [device])
    assert usage(shipped, [os.devnull]).empty == (os.devnull,)
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidRequest, match="there are no log files there"):
        usage(shipped, ["folder"])
