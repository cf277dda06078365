"""How far the engine is, on a terminal, for work that takes longer than a second."""

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PATIENCE = 1.0
EVERY = 0.2
WIDTH = 40


def with_progress(connection: "duckdb.DuckDBPyConnection", work: Callable[[], None]) -> None:
    """Do the work while a bar on standard error follows it; what the work raises is raised here."""
    failed: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below, in the caller's thread
            failed.append(error)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    shown = False
    try:
        thread.join(PATIENCE)
        while thread.is_alive():
            done = connection.query_progress()
            if done > 0:
                filled = int(WIDTH * done / 100)
                sys.stderr.write(f"\rreading [{'#' * filled}{' ' * (WIDTH - filled)}] {done:3.0f}%")
                sys.stderr.flush()
                shown = True
            thread.join(EVERY)
    except KeyboardInterrupt:
        connection.interrupt()
        thread.join()
        raise
    finally:
        if shown:
            sys.stderr.write("\r" + " " * (WIDTH + 16) + "\r")
            sys.stderr.flush()
    if failed:
        raise failed[0]
