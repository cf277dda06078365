"""Lines and records that are longer than engines take: a short line takes the place of each, and is counted."""

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from tokencost.logs.files.decompress import TOO_LONG, open_decompressed
from tokencost.logs.files.detect import BOM, SEPARATORS, Compression, Layout

LONGEST_RECORD = 16 * 1024 * 1024
"""Bytes of one line; a longer one is counted as unreadable."""
LONGEST_ROW = 2_000_000
"""Bytes of one line of CSV or TSV."""
_BLOCK = 256 * 1024
_WITHIN = re.compile(rb'["{}\[\]]')
_BETWEEN = re.compile(rb'["{}\[\],]')
_QUOTED = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)


def has_long_row(path: str, compression: Compression, shown: str) -> bool:
    """Whether a line of a table is longer than the engine takes: it would leave out some such lines without a word."""
    with open_decompressed(path, compression, shown) as inner:
        while block := inner.read(LONGEST_ROW // 2):
            if len(block) == LONGEST_ROW // 2 and b"\n" not in block:
                return True
    return False


def shorten_lines(path: str, compression: Compression, layout: Layout, shown: str, folder: str) -> str:
    """A copy in the folder, without the byte order mark and with a short line in place of each that is too long.

    Arrays and objects over several lines become lines of one record each.
    """
    target = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    longest = LONGEST_ROW if layout in SEPARATORS else LONGEST_RECORD
    with open_decompressed(path, compression, shown) as inner, open(target, "wb") as copy:
        # One byte less than engines take, so that what is left is short enough for them.
        lines = _Records(longest - 1).of(inner) if layout in ("array", "objects") else _lines(inner, longest - 1)
        copy.writelines(lines)
    return target


def _lines(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    first = True
    while line := stream.readline(longest):
        if first:
            line, first = line.removeprefix(BOM), False
        if len(line) == longest and not line.endswith(b"\n"):
            while rest := stream.readline(LONGEST_RECORD):
                if rest.endswith(b"\n"):
                    break
            line = TOO_LONG
        yield line


def records_in(stream: BinaryIO) -> Iterator[bytes]:
    """The records of an array, or of objects one after another, each on a line; `TOO_LONG` for one that is."""
    return _Records(LONGEST_RECORD - 1).of(stream)


class _Records:
    """The records of an array, or objects one after another, each on a line; what is none of them is a line too.

    Line breaks within become carriage returns: white space between the parts of a record, and no part of a text, just
    as they were.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._quoted = False
        self._escaped = 0
        self._in_array: bool | None = None

    def of(self, stream: BinaryIO) -> Iterator[bytes]:
        while block := stream.read(_BLOCK):
            yield from self._split(block.replace(b"\n", b"\r"))
        yield from self._ended()

    def _split(self, block: bytes) -> Iterator[bytes]:
        begin = 0
        if self._in_array is None:
            block = block.removeprefix(BOM).lstrip()
            if not block:
                return
            self._in_array = block.startswith(b"[")
            begin = self._escaped = int(self._in_array)
        for end, after in self._ends(block):
            self._keep(block[begin:end])
            yield from self._ended()
            begin = after
        self._keep(block[begin:])

    def _ends(self, block: bytes) -> Iterator[tuple[int, int]]:
        """Where records end, and where what comes after each of them begins."""
        place = self._escaped
        while found := self._next(block, place):
            sign, place = found[0], found.end()
            if sign == b'"':
                self._quoted = True
            elif sign in b"{[":
                self._depth += 1
            elif sign == b"," or not self._depth:
                if self._in_array:
                    yield place - 1, place
            else:
                self._depth -= 1
                if not (self._depth or self._in_array):
                    yield place, place

    def _next(self, block: bytes, place: int) -> re.Match[bytes] | None:
        """The next sign outside of texts."""
        if self._quoted:
            place = _end_of_text(block, place)
            self._quoted = place >= len(block)
            place += not self._quoted
        found = (_WITHIN if self._depth else _BETWEEN).search(block, place)
        self._escaped = 0 if found else max(0, place - len(block))
        return found

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._longest:
            self._held.append(part)
        else:
            self._held.clear()

    def _ended(self) -> Iterator[bytes]:
        record = TOO_LONG if self._size > self._longest else b"".join(self._held).strip()
        self._held.clear()
        self._size = 0
        if record:
            yield record if record.endswith(b"\n") else record + b"\n"


def _end_of_text(block: bytes, place: int) -> int:
    """Where the quote stands that ends a text; beyond the block where it is not in it, past a sign that is escaped."""
    found = _QUOTED.match(block, place)
    end = found.end() if found else len(block)
    return end + 2 if block[end : end + 1] == b"\\" else end
