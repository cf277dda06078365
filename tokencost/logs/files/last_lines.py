"""The last line of JSON lines, where no line break ends it.

DuckDB takes such a line for none where it lies across two of the blocks in which it reads.
"""

import json
import os
import shutil
from typing import BinaryIO

from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.discover import LONGEST_RECORD, Log, Logs

_BLOCK = LONGEST_RECORD - 64
"""Bytes of the engine's blocks, without the few at the end that it needs itself: it reads shorter files as one."""


def has_open_line(logs: Logs) -> bool:
    """Whether the last line of some log is a record, and has no end."""
    return any(map(_is_open, logs.files))


def with_ends(logs: Logs) -> Logs:
    """The logs, those copied that end so, with a line break at their end."""
    return logs._replace(files=tuple(_end_last_line(log, logs.folder) if _is_open(log) else log for log in logs.files))


def _is_open(log: Log) -> bool:
    if log.layout != "lines" or (log.compression == "none" and log.size <= _BLOCK):
        return False
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        tail = _tail(inner) if log.compression == "none" else _tail_of_stream(inner)
    line = tail.rpartition(b"\n")[2]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _tail(stream: BinaryIO) -> bytes:
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2 * _BLOCK))
    return stream.read()


def _tail_of_stream(stream: BinaryIO) -> bytes:
    """The last bytes of what can only be read from its beginning; nothing where it is no longer than a block."""
    size, last, block = 0, b"", b""
    while read := stream.read(_BLOCK):
        last, block = block, read
        size += len(read)
    return last + block if size > _BLOCK else b""


def _end_last_line(log: Log, folder: str) -> Log:
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    with open_decompressed(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
        shutil.copyfileobj(inner, copy)
        copy.write(b"\n")
    return log._replace(path=path, compression="none", size=os.path.getsize(path))
