"""The bar and Ctrl-C, on a terminal of the test's own."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tokencost.cli import run
from tokencost.logs.files import progress

pty = pytest.importorskip("pty", reason="no terminals here")

IMPATIENT = """
import sys
import tokencost.logs.files.progress as progress
from tokencost.cli import main
progress.PATIENCE = progress.EVERY = 0.01
sys.argv = ["tokencost", *sys.argv[1:]]
main()
"""
BAR = "\rreading ["
TIMERS_RUN = {"DONT_FAKE_MONOTONIC": "1"}
"""Where libfaketime moves the clock, it moves that of timers too, and waits with a time limit then have no end."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One that takes a while."""
    import duckdb

    path: Path = tmp_path_factory.mktemp("progress") / "log.jsonl"
    record = "{'created': 1740830400 + i, 'model': 'gpt-4o', 'usage': {'prompt_tokens': i, 'completion_tokens': 1}}"
    duckdb.sql(f"COPY (SELECT unnest({record}) FROM range(400000) AS t(i)) TO '{path}' (FORMAT json)")
    return str(path)


def on_terminal(log: str, *, interrupted_at: str = "") -> tuple[int, str, str]:
    """Exit status, standard output, and what the terminal got; Ctrl-C is pressed once it shows a text."""
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, "usage", log, "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=its_end,
        env={**os.environ, **TIMERS_RUN},
    )
    os.close(its_end)
    shown, deadline = "", time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if select.select([terminal], [], [], 0.01)[0]:
                shown += os.read(terminal, 10_000).decode()
        except OSError:  # the program has closed its end
            break
        if interrupted_at and interrupted_at in shown:
            process.send_signal(signal.SIGINT)
            interrupted_at = ""
    out = process.communicate(timeout=60)[0].decode()
    os.close(terminal)
    return process.returncode, out, shown


def test_the_bar_is_on_the_terminal_alone_and_goes_away(log: str) -> None:
    status, out, shown = on_terminal(log)
    assert status == 0
    assert out.startswith("model,requests,")
    assert len(out.splitlines()) == 2
    assert BAR not in out
    assert shown.startswith(BAR)
    assert shown.endswith("\r" + " " * 56 + "\r")
    assert shown.replace(" ", "").endswith("\r\r")


def test_ctrl_c_ends_the_work(log: str) -> None:
    status, out, shown = on_terminal(log, interrupted_at=BAR)
    assert (status, out) == (130, "")
    assert shown.rstrip().endswith("Interrupted.")
    assert "Traceback" not in shown
    assert "Bug" not in shown


def test_ctrl_c_without_a_terminal(
    log: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "_wait", pressed)
    assert run(["usage", log, log]) == 130
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", "Interrupted.")
