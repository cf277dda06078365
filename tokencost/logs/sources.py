"""Which files are read, and what each of them is: found, sniffed by their first bytes, never loaded whole."""

import glob
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Literal, NamedTuple

from tokencost.errors import InvalidData, Problem, UsageError

Kind = Literal["lines", "array", "objects", "csv", "tsv", "parquet"]
Compression = Literal["none", "gzip", "zstd"]

HEAD = 256 * 1024
LONGEST_RECORD = 16 * 1024 * 1024
"""Bytes of one line; a longer one is counted as unreadable."""
LONGEST_ROW = 2_000_000
"""Bytes of one line of CSV or TSV."""
TOO_LONG = b'"longer than 16 MB"\n'
"""Stands in for such a line: JSON, so that it is no record and yet a line."""
SUFFIXES: dict[str, Kind | None] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": None,
    ".log": None,
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
COMPRESSED = (".gz", ".zst", ".zstd")
_BOM = b"\xef\xbb\xbf"
_GLOB = frozenset("*?[")


class Log(NamedTuple):
    """One file to read."""

    shown: str
    """As the user named it."""
    path: str
    """Where it is read from: the file itself, or its copy in the working folder."""
    kind: Kind
    compression: Compression
    size: int


class Logs(NamedTuple):
    """All files of one run, and the folder in which engines may keep what does not fit in memory."""

    files: tuple[Log, ...]
    folder: str


def find_files(names: Sequence[str]) -> list[str]:
    """The files that names, globs and folders stand for, each once. Raises `UsageError` where there is none."""
    found: list[str] = []
    for name in names:
        if name == "-" or os.path.isfile(name) or (os.path.exists(name) and not os.path.isdir(name)):
            found.append(name)
        elif os.path.isdir(name):
            found += _in_folder(name)
        elif _GLOB & set(name) and (matches := sorted(glob.glob(name, recursive=True))):
            found += [match for match in matches if not os.path.isdir(match)]
        else:
            raise UsageError(f"there is no file {name!r}", "name files, folders, globs such as 'logs/*.jsonl', or -")
    once = list({name if name == "-" else os.path.realpath(name): name for name in reversed(found)}.values())[::-1]
    if not once:
        raise UsageError("there are no log files there", f"files end in {' '.join(SUFFIXES)}, or .gz and .zst of these")
    return once


def _in_folder(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"cannot read the folder {error.filename}: {error.strerror}") from None

    found = []
    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders.sort()
        found += [os.path.join(parent, name) for name in sorted(files) if _suffix(name) in SUFFIXES]
    return found


@contextmanager
def opened(names: Sequence[str]) -> Iterator[Logs]:
    """The files, sniffed. What cannot be read twice, such as standard input, is copied to a folder first.

    The folder is removed at the end. Raises `UsageError` for a file that cannot be opened.
    """
    folder = tempfile.mkdtemp(prefix="tokencost-")
    try:
        yield Logs(tuple(_log(name, folder) for name in find_files(names)), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _log(name: str, folder: str) -> Log:
    shown = "standard input" if name == "-" else name
    try:
        path = os.path.abspath(name)
        if name == "-" or not stat.S_ISREG(os.stat(name).st_mode) or not _plain_path(path):
            path = _copied(name, folder)
        size = os.path.getsize(path)
        with open(path, "rb") as stream:
            compression = _compression(stream.read(4))
            stream.seek(0)
            head = _head(stream, compression, shown)
        kind = _kind(name, head)
        if head.startswith(_BOM) and kind in ("lines", "array", "objects"):
            path, compression = _mended(path, compression, folder), "none"
        if kind in ("csv", "tsv") and _has_long_line(path, compression):
            path, compression = _mended(path, compression, folder, LONGEST_ROW), "none"
        return Log(shown, path, kind, compression, size)
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror or error}") from None
    except EOFError:
        raise InvalidData([Problem(shown, 1, "the compressed file ends too early", "copy it again")]) from None


def _plain_path(path: str) -> bool:
    """Whether an engine takes the path as it is: no pattern, no folder named like a partition, valid text."""
    return not (_GLOB & set(path)) and "=" not in path and max(path) < "\udc80" and "://" not in path


def _copied(name: str, folder: str) -> str:
    """Under a name of our own: a link where the file can be read again, else a copy of what it yields."""
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    if name != "-" and stat.S_ISREG(os.stat(name).st_mode):
        os.symlink(os.path.abspath(name), path)
        return path
    with open(path, "wb") as copy:
        if name == "-":
            shutil.copyfileobj(sys.stdin.buffer, copy)
        else:
            with open(name, "rb") as stream:
                shutil.copyfileobj(stream, copy)
    return path


def _compression(magic: bytes) -> Compression:
    if magic.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if magic == b"\x28\xb5\x2f\xfd" else "none"


def _head(stream: BinaryIO, compression: Compression, shown: str) -> bytes:
    if compression == "none":
        return stream.read(HEAD)
    with decompressed(stream, compression) as inner:
        try:
            return inner.read(HEAD)
        except (EOFError, OSError, zlib.error):
            raise EOFError(shown) from None


@contextmanager
def decompressed(stream: BinaryIO, compression: Compression) -> Iterator[BinaryIO]:
    """The bytes inside."""
    if compression == "none":
        yield stream
    elif compression == "gzip":
        import gzip

        with gzip.GzipFile(fileobj=stream) as inner:
            yield inner  # type: ignore[misc]  # it reads as a binary stream does
    else:
        with io.BufferedReader(_ZstdLines(stream.name)) as inner:
            yield inner


class _ZstdLines(io.RawIOBase):
    """Lines of a zstd file, read by DuckDB, since Python has no zstd before 3.14."""

    def __init__(self, path: str) -> None:
        import duckdb

        self._connection = duckdb.connect(
            config={"autoload_known_extensions": False, "autoinstall_known_extensions": False}
        )
        self._lines = self._connection.execute(
            "SELECT line FROM read_csv(?, columns={line: 'VARCHAR'}, header=false, delim='\x1f', quote='', escape='', "
            "auto_detect=false, strict_mode=false, ignore_errors=true, compression='zstd')",
            [path],
        )
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            row = self._lines.fetchone()
            if row is None:
                return 0
            self._rest = (row[0] or "").encode() + b"\n"
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in COMPRESSED else suffix


def _kind(name: str, head: bytes) -> Kind:
    if head.startswith(b"PAR1"):
        return "parquet"
    text = head.removeprefix(_BOM).lstrip(b" \t\r\n")
    named = SUFFIXES.get(_suffix(name))
    if text.startswith(b"["):
        return "array"
    if text.startswith(b"{"):
        first = text.partition(b"\n")[0]
        pretty = not _is_json(first) and len(first) < len(text) and named != "lines" and first.strip() == b"{"
        return "objects" if pretty else "lines"
    if named in ("csv", "tsv", "lines"):
        return named
    first = text.partition(b"\n")[0]
    if first.count(b"\t") > first.count(b","):
        return "tsv"
    return "csv" if b"," in first and named is None and not name.lower().endswith(".json") else "lines"


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _has_long_line(path: str, compression: Compression) -> bool:
    """Whether a line of a table is longer than the engine takes: it would leave out some such lines without a word."""
    with open(path, "rb") as stream, decompressed(stream, compression) as inner:
        while block := inner.read(LONGEST_ROW // 2):
            if len(block) == LONGEST_ROW // 2 and b"\n" not in block:
                return True
    return False


def _mended(path: str, compression: Compression, folder: str, longest: int = LONGEST_RECORD) -> str:
    """A copy without the byte order mark, and with a short line in place of each that is too long."""
    target = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    with open(path, "rb") as stream, decompressed(stream, compression) as inner, open(target, "wb") as copy:
        first = True
        # One byte less than engines take, so that what is left is short enough for them.
        while line := inner.readline(longest - 1):
            if first:
                line, first = line.removeprefix(_BOM), False
            if len(line) == longest - 1 and not line.endswith(b"\n"):
                while rest := inner.readline(LONGEST_RECORD):
                    if rest.endswith(b"\n"):
                        break
                line = TOO_LONG
            copy.write(line)
    return target


def mended(log: Log, folder: str) -> Log:
    """The log without lines that are longer than engines take."""
    try:
        return log._replace(path=_mended(log.path, log.compression, folder), compression="none")
    except (EOFError, OSError) as error:
        raise InvalidData([Problem(log.shown, 1, f"cannot be read to its end: {error}")]) from None
