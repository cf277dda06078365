"""The lines of a session, each with its number: most hold no usage and are long, so they are looked at, not parsed."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.discover import LONGEST_RECORD, TOO_LONG, Log
from tokencost.logs.files.long_lines import records_in
from tokencost.logs.sessions.call import Unreadable
from tokencost.logs.sessions.reading import SessionLine

_BLOCK = 1024 * 1024
_CLOSED = (b"}", b"}\n", b"}\r\n")


def numbered_lines(log: Log) -> Iterator[tuple[int, bytes]]:
    """The lines, from 1. Of one that is longer than any record only the beginning, which does not end as JSON does."""
    with open_decompressed(log.path, log.compression, log.shown, block=_BLOCK) as inner:
        number = 1
        read = inner.readline
        while line := read(LONGEST_RECORD):
            yield number, line
            if len(line) == LONGEST_RECORD:
                while line and not line.endswith(b"\n"):
                    line = read(LONGEST_RECORD)
            number += 1


def numbered_records(log: Log) -> Iterator[tuple[int, bytes]]:
    """The records of a JSON file of any layout, by the numbers of their lines, or in an array by their own."""
    if log.layout == "lines":
        yield from numbered_lines(log)
        return
    with open_decompressed(log.path, log.compression, log.shown, block=_BLOCK) as inner:
        yield from enumerate(records_in(inner), 1)


def read_records(
    logs: Sequence[Log], take: Callable[[str, int, Mapping[str, Any]], Iterable[SessionLine]]
) -> Iterator[SessionLine]:
    """What `take` finds in each record of JSON files, and the records that cannot be read."""
    for log in logs:
        for number, line in numbered_records(log):
            if not line.strip():
                continue
            try:
                yield from take(log.shown, number, parse_line(line))
            except Unreadable as error:
                yield SessionLine(log.shown, number, str(error))


def parse_line(line: bytes) -> Mapping[str, Any]:
    """The record on a line. Raises `Unreadable` where it is no JSON object."""
    if len(line) == LONGEST_RECORD or line == TOO_LONG:
        raise Unreadable("longer than 16 MB")
    try:
        record = from_json(line)  # takes a third of the time
    except ValueError:
        record = _parse_patiently(line)
    if not isinstance(record, dict):
        raise Unreadable("not a JSON object")
    return record


def _parse_patiently(line: bytes) -> Any:
    """What the fast parser refuses and JSON of Python's does not: half a pair of UTF-16, deep nesting, a mark."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def is_closed(line: bytes) -> bool:
    """Whether a line begins and ends as a JSON object does; one that was cut short, or is none, does not."""
    if line.startswith(b"{") and line.endswith(_CLOSED):
        return True
    text = line.strip()
    return not text or (text.startswith(b"{") and text.endswith(b"}"))
