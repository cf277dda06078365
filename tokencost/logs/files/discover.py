"""Which files are read, and what each of them is: found, sniffed by their first bytes, never loaded whole."""

import glob
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.bills import is_bill
from tokencost.logs.files.csv_header import with_plain_header
from tokencost.logs.files.decompress import CUT_SHORT, TOO_LONG, open_decompressed
from tokencost.logs.files.detect import (
    BOM,
    BY_CONTENT,
    DATABASES,
    NEVER_LOGS,
    SEPARATORS,
    SUFFIXES,
    TEXTS,
    Compression,
    Layout,
    compression_of,
    foreign_format,
    layout_of,
    suffix,
)
from tokencost.logs.files.folders import working_folder
from tokencost.logs.files.long_lines import LONGEST_RECORD, LONGEST_ROW, has_long_row, shorten_lines
from tokencost.logs.files.progress import announce_wait
from tokencost.logs.files.zipped import MAGIC as ZIP
from tokencost.logs.files.zipped import Copies, NoLogs, unpack
from tokencost.logs.files.zstd import is_whole

__all__ = [
    "HEAD",
    "LONGEST_RECORD",
    "LONGEST_ROW",
    "LONG_LAYOUTS",
    "TOO_LONG",
    "LeftAlone",
    "Log",
    "Logs",
    "find_files",
    "open_logs",
    "shorten",
]

HEAD = 256 * 1024
_BLOCK = 64 * 1024
LONG_LAYOUTS = ("array", "objects")
"""Kinds of which a record may be longer than a line, as a page of spans is, until it does not fit in memory."""
_GLOB = frozenset("*?[")
_ENCRYPTED = "not an SQLite database, or an encrypted one"


class Log(NamedTuple):
    """One file to read."""

    shown: str
    """As the user named it."""
    path: str
    """Where it is read from: the file itself, or its copy in the working folder."""
    layout: Layout
    compression: Compression
    size: int
    """Bytes; 0 where it holds nothing but white space."""
    own_lines: bool = True
    """Whether its lines are those of the file that the user named."""
    sought: bool = False
    """Whether a folder, a pattern or a zip file led to it: it may be no log, and is then left alone."""


class LeftAlone(NamedTuple):
    """A file beside logs that is none."""

    shown: str
    why: str

    def __str__(self) -> str:
        return f"{self.shown} {self.why}"


class Logs(NamedTuple):
    """All files of one run, and the folder in which engines may keep what does not fit in memory."""

    files: tuple[Log, ...]
    folder: str
    left: tuple[LeftAlone, ...] = ()
    """Files beside them that are no logs."""


class Found(NamedTuple):
    """A file to look at."""

    name: str
    sought: bool
    """Whether a folder, a pattern or a zip file led to it, so that nobody said that it is a log."""


def find_files(names: Sequence[str], *, any_suffix: bool = False, command: str = "usage") -> list[Found]:
    """The files that names, globs and folders stand for, each once. Raises `InvalidRequest` where there is none.

    In folders those with a suffix of logs, or with `any_suffix` all that are not hidden.
    """
    found: list[Found] = []
    for name in names:
        mode = 0 if name == "-" else _mode(name)
        if mode is not None and not stat.S_ISDIR(mode):
            found.append(Found(name, sought=False))
        elif mode is not None:
            found += [Found(each, sought=True) for each in _in_folder(name, any_suffix=any_suffix)]
        elif _GLOB & set(name) and (matches := _matches(name)):
            # A pattern of text files means them, whatever is in them.
            found += [Found(each, sought=suffix(each) not in TEXTS) for each in matches if not os.path.isdir(each)]
        elif "://" in name:
            raise InvalidRequest(
                f"{name!r} is an address, not a file", f"download it, or pipe it into tokencost {command} -"
            )
        else:
            raise InvalidRequest(
                f"there is no file {name!r}", "name files, folders, globs such as 'logs/*.jsonl', or -"
            )
    once: dict[str, Found] = {}
    for each in found:
        place = each.name if each.name == "-" else os.path.realpath(each.name)
        # Under the name by which it was found first; named by itself it is meant, wherever it was found besides.
        first = once.setdefault(place, each)
        once[place] = first._replace(sought=first.sought and each.sought)
    if not once and any_suffix:
        raise InvalidRequest("there are no files there", "name a file, or a folder that has some")
    if not once:
        raise InvalidRequest(
            "there are no log files there", f"files end in {' '.join(SUFFIXES)}, or .gz and .zst of these"
        )
    return list(once.values())


def _mode(name: str) -> int | None:
    """What kind of file it is; None where there is none. Raises `InvalidRequest` where that cannot be told."""
    try:
        return os.stat(name).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        raise InvalidRequest(f"cannot read {name}: {error.strerror}") from None


def _matches(pattern: str) -> list[str]:
    """The files of a glob. Folders that it looks into and that cannot be read are named, rather than passed over."""
    parts = pattern.split(os.sep)
    for place, part in enumerate(parts):
        if _GLOB & set(part):
            inside = parts[: place + 1] if part == "**" else parts[:place]
            folders = glob.glob(os.path.join(os.sep.join(inside), ""), recursive=True) if inside else ["."]
            for folder in sorted(folders):
                if not os.access(folder, os.R_OK | os.X_OK):
                    raise InvalidRequest(f"cannot read the folder {folder}: Permission denied")
    return sorted(glob.glob(pattern, recursive=True))


def _in_folder(folder: str, *, any_suffix: bool) -> list[str]:
    def refuse(error: OSError) -> None:
        raise InvalidRequest(f"cannot read the folder {error.filename}: {error.strerror}") from None

    found = []
    for parent, folders, files in os.walk(folder, onerror=refuse):
        if any_suffix:
            folders[:] = [name for name in folders if not name.startswith(".")]
        folders.sort()
        found += [
            os.path.join(parent, name)
            for name in sorted(files)
            if (not name.startswith(".") if any_suffix else _may_hold_logs(name))
        ]
    return found


def _may_hold_logs(name: str) -> bool:
    return suffix(name) in (*SUFFIXES, *BY_CONTENT) or name.lower().endswith(".zip")


@contextmanager
def open_logs(names: Sequence[str], *, shown: bool = False) -> Iterator[Logs]:
    """The files, sniffed. What cannot be read twice, such as standard input, is copied to a folder first.

    `shown` says on standard error what is waited for. Raises `InvalidRequest` for a file that cannot be opened, and
    `InvalidData` for one that is no log, where it was named itself.
    """
    with working_folder() as folder:
        files: list[Log] = []
        left: list[LeftAlone] = []
        found = find_files(names)
        copies = Copies([name for name, _ in found if os.path.isfile(name)])
        for name, sought in found:
            for log in _logs(name, folder, copies, sought=sought, waited=shown):
                if log is not None:
                    (files if isinstance(log, Log) else left).append(log)  # type: ignore[arg-type]  # each into its own
        if not files:
            endings = f"files end in {' '.join(SUFFIXES)}, or .gz and .zst of these"
            raise InvalidRequest("there are no request logs there", "; ".join(map(str, left[:3])) or endings)
        yield Logs(tuple(files), folder, tuple(left))


def _logs(name: str, folder: str, copies: Copies, *, sought: bool, waited: bool) -> "Iterator[Log | LeftAlone | None]":
    """The log in a file, or those in a zip file."""
    shown = "standard input" if name == "-" else name
    try:
        path = os.path.abspath(name)
        if name == "-" or not _plain_file(name) or not _plain_path(path):
            path = _copy_input(name, shown, folder, waited=waited)
        with open(path, "rb") as stream:
            packed = stream.read(4) in ZIP
        if packed:
            yield from _members(path, shown, folder, copies, sought=sought)
        else:
            yield _log(name, shown, path, folder, sought=sought)
    except OSError as error:
        raise InvalidRequest(f"cannot read {shown}: {error.strerror or error}") from None


def _refuse_foreign(name: str, shown: str, head: bytes, layout: Layout, *, sought: bool) -> LeftAlone | None:
    """What is left alone of a file that is no log; None for a log.

    Raises `InvalidData` or `InvalidRequest` for such a file where it was named itself, or may have been meant.
    """
    what = foreign_format(head)
    if what is None and layout != "sqlite" and suffix(name) in DATABASES and b"\0" in head:
        what = _ENCRYPTED
    if what:
        if sought and what in (*NEVER_LOGS, _ENCRYPTED):
            return LeftAlone(shown, f"is {what}")
        hint = "decrypt it, or export its rows" if what == _ENCRYPTED else "unpack or export it, or leave it out"
        raise InvalidData([Problem(shown, 1, f"is no log: it is {what}", hint)])
    if not is_bill(head.decode("utf-8", "replace")):
        return None
    if sought:
        return LeftAlone(shown, "is a bill, which --bill sets beside the costs")
    raise InvalidRequest(f"{shown} is a bill, and no log", f"--bill {shown} sets it beside the costs of logs")


def _members(path: str, shown: str, folder: str, copies: Copies, *, sought: bool) -> "Iterator[Log | LeftAlone | None]":
    """The logs in a zip file. One that a folder or a pattern led to may lie there unpacked too."""
    try:
        members = unpack(path, shown, folder)
    except NoLogs as error:
        if not sought:
            raise
        yield LeftAlone(shown, f"{error.problems[0].message}: left alone")
        return
    if sought:
        copies.count(len(members), shown)
    for inside, target in members:
        if sought and (other := copies.find(inside, target)):
            yield LeftAlone(inside, f"is a copy of {other}: left alone")
        else:
            yield _log(inside, inside, target, folder, sought=True)


def _log(name: str, shown: str, path: str, folder: str, *, sought: bool) -> "Log | LeftAlone | None":
    """The log; None where neither somebody, nor its suffix, nor its beginning says that it is one."""
    size = os.path.getsize(path)
    with open(path, "rb") as stream:
        compression = compression_of(stream.read(4))
        if compression == "zstd" and not is_whole(stream):
            raise InvalidData([Problem(shown, 1, CUT_SHORT, "copy it again")])
    with open_decompressed(path, compression, shown) as inner:
        head = inner.read(HEAD)
    layout = layout_of(name, head)
    if sought and suffix(name) in BY_CONTENT and layout not in ("stream", "sqlite"):
        return None
    if left := _refuse_foreign(name, shown, head, layout, sought=sought):
        return left
    text = head.removeprefix(BOM).strip(b" \t\r\n")
    if len(head) == 1 and text:
        # Engines pass over such a file.
        raise InvalidData([Problem(shown, 1, "is no log: it holds a single character", "leave out this file")])
    empty = not text and len(head) < HEAD
    log = Log(shown, path, layout, compression, 0 if empty else size, sought=sought)
    if not log.size:
        return log
    if log.layout == "sqlite" and log.compression != "none":
        return decompress(log, folder)
    if log.layout in SEPARATORS:
        return with_plain_header(shorten(log, folder) if has_long_row(path, compression, shown) else log, folder)
    return shorten(log, folder) if head.startswith(BOM) else log


def shorten(log: Log, folder: str) -> Log:
    """The log without lines that are longer than engines take, and without a byte order mark."""
    path = shorten_lines(log.path, log.compression, log.layout, log.shown, folder)
    if log.layout in LONG_LAYOUTS:
        return log._replace(path=path, compression="none", layout="lines", own_lines=False)
    return log._replace(path=path, compression="none")


def decompress(log: Log, folder: str) -> Log:
    """The log without its compression: databases are not read from their beginning to their end."""
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    with open_decompressed(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
        shutil.copyfileobj(inner, copy)
    return log._replace(path=path, compression="none", size=os.path.getsize(path))


def _plain_file(name: str) -> bool:
    """Whether it can be read again; what the kernel makes up as it is read, as in /proc, says that it is empty."""
    mode = os.stat(name).st_mode
    if stat.S_ISSOCK(mode):
        raise OSError(0, "it is a socket")
    if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not _ends(name)):
        raise OSError(0, "it is a device")
    if not stat.S_ISREG(mode):
        return False
    if os.path.getsize(name):
        return True
    with open(name, "rb") as stream:
        return not stream.read(1)


def _ends(device: str) -> bool:
    """Whether a device comes to an end, as a terminal and the empty one do."""
    descriptor = os.open(device, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    try:
        return os.isatty(descriptor) or os.path.samestat(os.fstat(descriptor), os.stat(os.devnull))
    finally:
        os.close(descriptor)


def _plain_path(path: str) -> bool:
    """Whether an engine takes the path as it is: no pattern, no folder named like a partition, valid text."""
    return not (_GLOB & set(path)) and "=" not in path and max(path) < "\udc80" and "://" not in path


def _copy_input(name: str, shown: str, folder: str, *, waited: bool) -> str:
    """Under a name of our own: a link where the file can be read again, else a copy of what it yields."""
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    if name != "-" and _plain_file(name):
        os.symlink(os.path.abspath(name), path)
        return path
    if name == "-" and sys.stdin is None:
        raise OSError(0, "it is closed")
    with ExitStack() as stack:
        copy = stack.enter_context(open(path, "wb"))
        with announce_wait(shown) if waited else nullcontext():
            # A pipe with a name opens once somebody opens it to write.
            source: Any = sys.stdin.buffer if name == "-" else stack.enter_context(open(name, "rb"))
            block = source.read1(_BLOCK)
        # As it comes: a signal is answered between two reads, and a longer one might wait for more in between.
        while block:
            copy.write(block)
            block = source.read1(_BLOCK)
    return path
