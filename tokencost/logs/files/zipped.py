"""The members of a zip file as it was downloaded: those that may be logs or bills, and no others, are unpacked."""

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from filecmp import cmp
from typing import IO

from tokencost.errors import InvalidData, Problem
from tokencost.logs.files.detect import BY_CONTENT, SUFFIXES, suffix

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""How zip files begin, and how empty ones do."""
MOST_MEMBERS = 10_000
_ENCRYPTED = 1
"""The flag of a member that has a password: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.4"""


class NoLogs(InvalidData):
    """A zip file in which there is nothing to read: one that a folder led to is left alone."""


class Copies:
    """Files by their size, to tell a member of a zip file that lies unpacked beside it."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._of_size: dict[int, list[tuple[str, str]]] = {}
        self.members = 0
        """How many members were unpacked."""
        for path in paths:
            with suppress(OSError):  # whoever reads it says what keeps it from being read
                self._add(path, path)

    def _add(self, shown: str, path: str) -> None:
        self._of_size.setdefault(os.path.getsize(path), []).append((shown, path))

    def find(self, shown: str, path: str) -> str | None:
        """The file that holds the same, as it is shown; else it is one of them from now on."""
        for other, place in self._of_size.get(os.path.getsize(path), ()):
            if cmp(path, place, shallow=False):
                return other
        self._add(shown, path)
        return None

    def count(self, members: int, shown: str) -> None:
        """Count unpacked members. Raises `InvalidData` where the zip files of a run hold too many together."""
        self.members += members
        if self.members > MOST_MEMBERS:
            problem = f"makes {self.members:,} logs in zip files, more than {MOST_MEMBERS:,}"
            raise InvalidData([Problem(shown, 0, problem, "name the files that are meant, or unpack them")])


@contextmanager
def open_zip(path: str, shown: str) -> Iterator[list[tuple[zipfile.ZipInfo, zipfile.ZipFile]]]:
    """The members that may be logs, by name. Raises `InvalidData` where the file is damaged, or holds none."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = [info for info in packed.infolist() if _may_be_log(info)]
            if not members:
                names = f"files that end in {' '.join(SUFFIXES)}, or .gz and .zst of these"
                raise NoLogs([Problem(shown, 0, "is a zip file without logs in it", f"logs are {names}")])
            if len(members) > MOST_MEMBERS:
                problem = f"holds {len(members):,} logs, more than {MOST_MEMBERS:,}"
                raise InvalidData([Problem(shown, 0, problem, "unpack it, and name the folder")])
            yield [(info, packed) for info in sorted(members, key=lambda info: info.filename)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
        raise InvalidData(
            [Problem(shown, 0, f"is a damaged zip file: {error}", "copy it again, or unpack it")]
        ) from None


def _may_be_log(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    hidden = any(part.startswith(".") for part in parts) or parts[0] == "__MACOSX"
    return not info.is_dir() and not hidden and suffix(info.filename) in (*SUFFIXES, *BY_CONTENT)


def unpack(path: str, shown: str, folder: str) -> list[tuple[str, str]]:
    """The members, unpacked into the folder under names of our own: how each is shown, and where it lies."""
    found: list[tuple[str, str]] = []
    with open_zip(path, shown) as members:
        for info, _ in members:
            _refuse_locked(info, shown)
        size = sum(info.file_size for info, _ in members)
        if size > shutil.disk_usage(folder).free:
            problem = f"holds {size:,} bytes of logs, more than are free in {os.path.dirname(folder)}"
            raise InvalidData([Problem(shown, 0, problem, "set TMPDIR to a folder with more room")])
        for info, packed in members:
            name = f"{shown}/{info.filename}"
            target = os.path.join(folder, f"{len(os.listdir(folder))}.log")
            with open_member(packed, info, shown) as inner, open(target, "wb") as copy:
                _copy(inner, copy, info.file_size, name)
            found.append((name, target))
    return found


def open_member(packed: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> IO[bytes]:
    """The bytes of a member. Raises `InvalidData` where it has a password."""
    _refuse_locked(info, shown)
    return packed.open(info)


def _refuse_locked(info: zipfile.ZipInfo, shown: str) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise NoLogs([Problem(shown, 0, f"{info.filename} in it has a password", "unpack it first")])


def _copy(inner: IO[bytes], copy: IO[bytes], size: int, name: str) -> None:
    """As many bytes as the directory of the zip file says: one that says less than it holds is no honest one."""
    while block := inner.read(1024 * 1024):
        size -= len(block)
        if size < 0:
            raise InvalidData([Problem(name, 0, "is longer than its zip file says", "unpack it yourself")])
        copy.write(block)
