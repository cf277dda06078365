"""Records with the same key twice: which of its values was meant nobody can say, so that they are rejected."""

import json
import os
from collections.abc import Collection, Sequence
from typing import Any

from tokencost.logs.files.decompress import REPEATED, open_decompressed
from tokencost.logs.files.discover import LONGEST_RECORD, Log, Logs
from tokencost.logs.records.kind import Path

SMALL = 64 * 1024 * 1024
"""Bytes of logs up to which all lines are looked at for it where some line is no record."""


def may_repeat(logs: Logs, *, repeated: bool) -> bool:
    """Whether it is looked for. In large logs only where the engine met one: it stops at the first odd line."""
    return repeated or sum(log.size for log in logs.files) <= SMALL


def without_repeated_keys(logs: Logs, fields: Collection[Path]) -> Logs:
    """The logs, with a short line in place of each record that has one of these fields twice."""
    found = (_without(log, logs.folder, fields) if log.layout == "lines" else log for log in logs.files)
    return logs._replace(files=tuple(found))


def _without(log: Log, folder: str, fields: Collection[Path]) -> Log:
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    found = False
    with open_decompressed(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
        while line := inner.readline(LONGEST_RECORD):
            if _repeats(line, fields):
                line, found = REPEATED, True
            copy.write(line)
    return log._replace(path=path, compression="none") if found else log


class _Repeated(dict[str, Any]):
    """An object that has these keys more than once."""

    keys_twice: frozenset[str] = frozenset()


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    repeated = _Repeated(found)
    repeated.keys_twice = frozenset(name for name in found if names.count(name) > 1)
    return repeated


def _repeats(line: bytes, fields: Collection[Path]) -> bool:
    try:
        record = json.loads(line, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return False
    return any(_on_the_way(record, path) for path in fields)


def _on_the_way(record: object, path: Path) -> bool:
    for part in path:
        if isinstance(record, _Repeated) and part in record.keys_twice:
            return True
        if not isinstance(record, dict):
            return False
        record = record.get(part)
    return False
