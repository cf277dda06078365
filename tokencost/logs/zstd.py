"""Files compressed with zstd, which Python reads from 3.14 on only: DuckDB yields their lines, and we see their frames.

The format: https://www.rfc-editor.org/rfc/rfc8878#section-3
"""

import io
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_DICTIONARY = (0, 1, 2, 4)
"""Bytes of the dictionary's id, by its flag."""
_HEADER = 3
"""Bytes before each block, which say how long it is, of which type, and whether it is the last one."""
_RLE = 1
_CHECKSUM = 4
_LONGEST = 16 * 1024 * 1024
_UNREAD = b"\xff\n"
"""Stands in for a line that the engine does not give: it is no text, as most of these lines are none."""
_MANY = 1000


def is_whole(stream: BinaryIO) -> bool:
    """Whether the last frame ends where the file does. Engines take a file that was cut short as if it were whole."""
    size = stream.seek(0, io.SEEK_END)
    place = 0
    while place < size:
        place = _end_of_frame(stream, place)
    return place == size


def _end_of_frame(stream: BinaryIO, start: int) -> int:
    """Where the frame ends that starts there, by the sizes of its blocks; beyond the file where it is cut short."""
    beyond = stream.seek(0, io.SEEK_END) + 1
    stream.seek(start)
    magic, size = stream.read(4), stream.read(4)
    if int.from_bytes(magic, "little") in _SKIPPABLE:
        return stream.tell() + int.from_bytes(size, "little")
    if magic != MAGIC or not size:
        return beyond
    flags = size[0]
    single = flags >> 5 & 1
    place = start + len(magic) + 1 + (1 - single) + _DICTIONARY[flags & 3] + (single, 2, 4, 8)[flags >> 6]
    last = 0
    while not last:
        stream.seek(place)
        block = stream.read(_HEADER)
        if len(block) < _HEADER:
            return beyond
        header = int.from_bytes(block, "little")
        last = header & 1
        place += _HEADER + (1 if header >> 1 & 3 == _RLE else header >> 3)
    return place + _CHECKSUM * (flags >> 2 & 1)


def unread_lines(path: str, longest: int = _LONGEST) -> dict[int, bool]:
    """The numbers of lines that the engine does not give, and whether each is so because it is longer."""
    with _connection(path) as connection:
        connection.execute(_reader("count(line)", longest, rejects=True), [path]).fetchall()
        found = connection.execute("SELECT line, error_type FROM reject_errors").fetchall()
    return {int(line): kind == "LINE SIZE OVER MAXIMUM" for line, kind in found}


def _connection(path: str) -> Any:
    """One that reads this file and nothing else."""
    from tokencost.logs.offline import connected

    connection = connected()
    quoted = path.replace("'", "''")
    connection.execute(f"SET allowed_paths = ['{quoted}']; SET enable_external_access = false")
    return connection


def _reader(chosen: str, longest: int, *, rejects: bool = False) -> str:
    return (
        f"SELECT {chosen} FROM read_csv(?, columns={{line: 'VARCHAR'}}, header=false, delim='\x1f\x1e\x1d\x1c', "
        f"quote='', escape='', auto_detect=false, strict_mode=false, ignore_errors=true, compression='zstd', "
        f"max_line_size={longest}, store_rejects={str(rejects).lower()})"
    )


class ZstdLines(io.RawIOBase):
    """The lines of such a file. With `whole` set, another line stands for each that the engine does not give."""

    def __init__(self, path: str, *, whole: bool, too_long: bytes = _UNREAD) -> None:
        unread = unread_lines(path) if whole else {}
        self._lines = _with(unread, _lines(path), too_long)
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        if not self._rest:
            self._rest = next(self._lines, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _lines(path: str) -> Iterator[bytes]:
    with _connection(path) as connection:
        result = connection.execute(_reader("line", _LONGEST), [path])
        while rows := result.fetchmany(_MANY):
            for (line,) in rows:
                yield (line or "").encode() + b"\n"


def _with(unread: dict[int, bool], lines: Iterator[bytes], too_long: bytes) -> Iterator[bytes]:
    number = 1
    for line in chain(lines, (b"",)):
        while number in unread:
            yield too_long if unread[number] else _UNREAD
            number += 1
        yield line
        number += 1
