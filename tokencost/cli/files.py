"""Files written whole or not at all, and by one process at a time."""

import contextlib
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator

from tokencost.cli.streams import ReaderGone
from tokencost.errors import InvalidRequest

LONGEST_WAIT = 20.0
"""Seconds to wait for another process that edits the same file."""
BETWEEN_TRIES = 0.02
MOST_LINKS = 40
"""As in Linux."""
_OPEN_FILES = re.compile(r"/proc/\d+(/task/\d+)?/fd|/dev/fd", re.ASCII)
"""Folders of the files that a process has open."""


def write_whole(path: str, content: str | bytes) -> None:
    """Replace the file in one step, text in UTF-8; on any failure the old one stays. Raises `InvalidRequest`.

    What is not a regular file, such as /dev/stdout or a pipe, is written to, and may raise `ReaderGone`.
    """
    refuse_read_only(path)
    try:
        replace_file(path, content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise InvalidRequest(
            f"cannot write {path}: {error.strerror or error}", "nothing was written; name another file with --output"
        ) from None


def replace_file(path: str, content: bytes) -> None:
    """Replace the file in one step, with its mode and owner; on any failure the old one stays. Raises `OSError`."""
    if stream := stream_of(path):
        _write_to(stream, content)
        return
    target = os.path.realpath(path)
    before = os.stat(target) if os.path.exists(target) else None
    mode = before.st_mode & 0o7777 if before else 0o666 & ~_read_umask()
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=_temporary_prefix(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before:
            _keep_owner(temporary, before)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def stream_of(path: str) -> str | None:
    """The open file, device or pipe that a path names, which is written to; None for a file, which is replaced."""
    target = os.path.realpath(path)
    return open_stream(path) or (target if os.path.exists(target) and not os.path.isfile(target) else None)


def open_stream(path: str) -> str | None:
    """The open file of a process that a name such as /dev/stdout or /proc/self/fd/1, or a link to it, stands for.

    Such a name may lead on to a regular file, behind a redirection, which is nevertheless not what was named.
    """
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder or os.curdir)
        if name.isdecimal() and _OPEN_FILES.fullmatch(folder):
            return os.path.join(folder, name)
        try:
            path = os.path.join(folder, os.readlink(os.path.join(folder, name)))
        except (OSError, ValueError):
            return None
    return None


def _write_to(path: str, content: bytes) -> None:
    """Write to a device, a pipe or an open file, after what is there."""
    folder, name = os.path.split(path)
    if name.isdecimal() and f"{folder}/".startswith((f"{os.path.realpath('/proc/self')}/", "/dev/fd/")):
        sys.stdout.flush()
        # Opened anew, a file would be written from its beginning, over what others have written to it.
        descriptor = os.dup(int(name))
    else:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def refuse_read_only(path: str) -> None:
    """Raise `InvalidRequest` for a regular file to which nobody may write.

    Replacing it needs no right to write to the file itself, but whoever took that away meant it.
    """
    target = os.path.realpath(path)
    if not os.path.isfile(target) or open_stream(path):
        return
    if not os.stat(target).st_mode & 0o222 or not os.access(target, os.W_OK):
        raise InvalidRequest(
            f"cannot write {path}: it is read-only", "nothing was written; chmod u+w makes it writable"
        )


def refuse_own_input(output: str, inputs: Iterable[str]) -> None:
    """Raise `InvalidRequest` where a file to write is also read, under whatever name. `-` is standard input."""
    try:
        written = os.stat(output)
    except (OSError, ValueError):
        return  # it does not exist yet
    if not stat.S_ISREG(written.st_mode):
        return
    for name in inputs:
        with contextlib.suppress(OSError, ValueError):
            if os.path.samestat(written, os.fstat(0) if name == "-" else os.stat(name)):
                read = "standard input" if name == "-" else name
                raise InvalidRequest(
                    f"--output {output} would replace {read}, which this command reads",
                    "nothing was read or written; name another file with --output",
                )


@contextlib.contextmanager
def edit_alone(path: str) -> Iterator[None]:
    """While this lasts, no other process that asks the same edits the file. Raises `InvalidRequest`.

    The operating system keeps the lock, so that it ends with the process however that ends. It is held on a file
    beside the one that is edited, because that one is replaced.
    """
    target = os.path.realpath(path)
    if stream_of(path):
        raise InvalidRequest(f"{path} is not a file that can be edited", "name a price table with --prices FILE")
    refuse_read_only(path)
    refuse_hard_links(path)
    lock = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.lock")
    deadline = time.monotonic() + LONGEST_WAIT
    try:
        while (held := _try_lock(lock)) is None:
            if time.monotonic() > deadline:
                raise InvalidRequest(
                    f"another process is editing {path}", "nothing was written; try again when it is done"
                )
            time.sleep(BETWEEN_TRIES)
    except OSError as error:
        raise InvalidRequest(
            f"cannot write beside {path}: {error.strerror or error}",
            "nothing was written; the folder must be one that you may write to",
        ) from None
    _clear_left_behind(target)
    try:
        yield
    finally:
        # While it is held, so that nobody gets a lock on a file that is about to go; and only if it is still this
        # one: somebody may have removed it. Windows removes no open file: there it goes afterwards, unless the next
        # process has opened it already.
        with contextlib.suppress(OSError):
            if sys.platform != "win32" and os.path.samestat(os.fstat(held), os.stat(lock)):
                os.unlink(lock)
        os.close(held)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                os.unlink(lock)


def refuse_hard_links(path: str) -> None:
    """Raise `InvalidRequest` for a file that has other names, under which a replaced file would stay as it was.

    Writing into it would keep them together, but then a fault half way leaves half a table.
    """
    target = os.path.realpath(path)
    if os.path.isfile(target) and (names := os.stat(target).st_nlink) > 1:
        raise InvalidRequest(
            f"{path} has {names} names (hard links), and the others would stay as they are",
            "nothing was written; make the other names symbolic links: ln -sf " + path + " OTHER",
        )


def _temporary_prefix(target: str) -> str:
    """Of temporary files beside a file. Not its name, which may be as long as a name can be."""
    from zlib import crc32

    return f".tokencost-{crc32(os.path.basename(target).encode('utf-8', 'surrogateescape')):08x}-"


def _clear_left_behind(target: str) -> None:
    """Remove the temporary files of killed runs: whoever has the lock is the only one that makes such."""
    folder = os.path.dirname(target)
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(_temporary_prefix(target)):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(folder, name))


def _keep_owner(path: str, before: os.stat_result) -> None:
    """Give a new file the owner and group of the one that it replaces, as far as this user may."""
    if sys.platform == "win32":
        return
    made = os.stat(path)
    if made.st_uid != before.st_uid:
        with contextlib.suppress(OSError):
            os.chown(path, before.st_uid, -1)
    if made.st_gid != before.st_gid:
        with contextlib.suppress(OSError):
            os.chown(path, -1, before.st_gid)


def _try_lock(lock: str) -> int | None:
    """An open descriptor of the locked file; None where another process has it."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return descriptor
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(lock)):
                return descriptor
    except (BlockingIOError, PermissionError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    # Locked by another, or taken away by it when it was done: then this descriptor is of no file any more.
    os.close(descriptor)
    return None


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
