"""Where the frames of a file compressed with zstd end: engines take one that was cut short as if it were whole.

The format: https://www.rfc-editor.org/rfc/rfc8878#section-3
"""

import io
from typing import BinaryIO

MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_DICTIONARY = (0, 1, 2, 4)
"""Bytes of the dictionary's id, by its flag."""
_HEADER = 3
"""Bytes before each block, which say how long it is, of which type, and whether it is the last one."""
_RLE = 1
_CHECKSUM = 4


def is_whole(stream: BinaryIO) -> bool:
    """Whether the last frame ends where the file does."""
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
