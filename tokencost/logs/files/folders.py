"""The folder in which a run keeps copies of what can be read only once: it goes with the run, however that ends.

A run that is ended by SIGTERM or SIGHUP removes it first. One that is killed cannot: the next one does. A lock, which
the system takes away with the process, tells which folders are still in use.
"""

import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

PREFIX = "tokencost-"
_IN_USE = "in-use"
_ENDING = ("SIGTERM", "SIGHUP")


@contextmanager
def working_folder() -> Iterator[str]:
    """A new folder of our own among the temporary ones, removed at the end."""
    _clear()
    folder = tempfile.mkdtemp(prefix=PREFIX)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(_removed_on_signals(folder))
        stack.callback(os.close, _claim(folder))
        yield folder


def _claim(folder: str) -> int:
    """The open file that says that the folder is in use. It has its name only once it is locked."""
    path = os.path.join(folder, _IN_USE)
    lock = os.open(f"{path}.new", os.O_RDWR | os.O_CREAT, 0o600)
    _lock(lock)
    if os.name == "posix":  # elsewhere a file that is open keeps its name, and no folder is cleared
        os.rename(f"{path}.new", path)
    return lock


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds the file. Where there are no such locks, somebody may."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _clear() -> None:
    """Remove the folders of runs that were killed."""
    if os.name != "posix":
        return
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    _clear_one(entry)


def _clear_one(entry: "os.DirEntry[str]") -> None:
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return
    lock = os.open(os.path.join(entry.path, _IN_USE), os.O_RDWR | os.O_NOFOLLOW)
    try:
        if _lock(lock):
            shutil.rmtree(entry.path, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def _removed_on_signals(folder: str) -> Iterator[None]:
    """Remove it before these signals end the process, where they would."""

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # as handlers are called
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    known = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    ours = threading.current_thread() is threading.main_thread()
    taken = [number for number in known if ours and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
