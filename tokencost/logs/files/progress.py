"""Work of the engine that can be interrupted, and on a terminal how far it is, if it takes longer than a second."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PATIENCE = 1.0
EVERY = 0.2
WIDTH = 40


def run_interruptibly(connection: "duckdb.DuckDBPyConnection", work: Callable[[], None], *, shown: bool) -> None:
    """Do the work, which Ctrl-C ends at once; where `shown`, a bar on standard error follows it.

    What the work raises is raised here.
    """
    failed: list[BaseException] = []
    # Not the thread's own end: a `join` that is interrupted takes the thread for ended, before Python 3.13.
    done = threading.Event()

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below, in the caller's thread
            failed.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=guarded, daemon=True).start()
        _wait(connection, done, shown=shown)
    except KeyboardInterrupt:
        # More than once, as the work may just be about to begin.
        while not done.is_set():
            connection.interrupt()
            done.wait(EVERY)
        raise
    if failed:
        raise failed[0]


@contextmanager
def announce_wait(shown: str) -> Iterator[None]:
    """Say on standard error what is waited for, if it takes longer than a second."""
    plain = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in shown)
    message = f"waiting for {plain}: nothing has been written to it yet (Ctrl-C ends this)\n"
    timer = threading.Timer(PATIENCE, sys.stderr.write, (message,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _wait(connection: "duckdb.DuckDBPyConnection", done: threading.Event, *, shown: bool) -> None:
    written = False
    try:
        while not done.wait(EVERY if written else PATIENCE):
            part = connection.query_progress() if shown else 0
            if part > 0:
                filled = int(WIDTH * part / 100)
                sys.stderr.write(f"\rreading [{'#' * filled}{' ' * (WIDTH - filled)}] {part:3.0f}%")
                sys.stderr.flush()
                written = True
    finally:
        if written:
            sys.stderr.write("\r" + " " * (WIDTH + 16) + "\r")
            sys.stderr.flush()
