"""The sessions among what was named: the folders of tools, and files by their first lines or by their tables."""

import os
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import Compression, compression_of, layout_of
from tokencost.logs.files.discover import HEAD, LeftAlone, Log, Logs, open_logs
from tokencost.logs.files.folders import working_folder
from tokencost.logs.sessions.call import Unreadable
from tokencost.logs.sessions.lines import numbered_records, parse_line
from tokencost.logs.sessions.tools import TOOLS, Sessions, Tool, opened_database

COMPRESSED = ("", ".gz", ".zst", ".zstd")
FIRST_LINES = 50
FEW = 3
"""Records of an array that are looked at, of which each may be long."""
MOST_TABLES = 12
"""Names of tables that are said of a database that is not known."""
_XDG = {"XDG_CONFIG_HOME": os.path.join("~", ".config"), "XDG_DATA_HOME": os.path.join("~", ".local", "share")}
"""https://specifications.freedesktop.org/basedir-spec/latest/"""


@contextmanager
def open_sessions(names: Sequence[str], *, shown: bool = False) -> Iterator[tuple[list[Sessions], Logs]]:
    """The sessions among what was named, and all other files, opened as `open_logs` does, in a folder for both."""
    found, others = find_sessions(names)
    if found and not others:
        with working_folder() as folder:
            yield found, Logs((), folder)
        return
    with open_logs(others, shown=shown) as logs:
        more, rest = recognise(logs)
        yield _join([*found, *more]), rest


def _join(sessions: Sequence[Sessions]) -> list[Sessions]:
    """Those of each tool together, each file once, by the tool that it was found by first."""
    once: dict[str, tuple[str, Log]] = {}
    for item in sessions:
        for log in item.logs:
            once.setdefault(os.path.realpath(log.path), (item.tool.word, log))
    found: dict[str, list[Log]] = {}
    for word, log in once.values():
        found.setdefault(word, []).append(log)
    return [Sessions(tool, tuple(found[tool.word])) for tool in TOOLS if tool.word in found]


def find_sessions(names: Sequence[str]) -> tuple[list[Sessions], list[str]]:
    """The sessions that words and folders of tools stand for, and the names that stand for other files.

    A word stands for a tool only where no file has that name. Raises `InvalidRequest` where the tool has no sessions.
    """
    found: dict[str, list[str]] = {}
    others = []
    for name in names:
        tool = _tool_of_word(name)
        if tool is not None and not os.path.lexists(name):
            found.setdefault(tool.word, []).extend(_of_word(tool))
            continue
        tool = next((tool for tool in TOOLS if os.path.isdir(name) and _is_home(tool, name)), None)
        if tool is not None:
            found.setdefault(tool.word, []).extend(_in_home(tool, name))
        else:
            others.append(name)
    sessions = [Sessions(tool, tuple(map(_open, found[tool.word]))) for tool in TOOLS if tool.word in found]
    return _join(sessions), others


def words_of_files(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words of tools that are names of files here, each with the tool whose sessions it would stand for."""
    for name in names:
        tool = _tool_of_word(name)
        if tool is not None and os.path.lexists(name):
            yield name, tool.name


def _tool_of_word(word: str) -> Tool | None:
    return next((tool for tool in TOOLS if tool.homes and tool.word == word), None)


def recognise(logs: Logs) -> tuple[list[Sessions], Logs]:
    """The sessions among files, by their first lines or their tables, and all other files.

    Raises `InvalidData` for a database that was named and is not known.
    """
    found: dict[str, list[Log]] = {}
    others, left = [], list(logs.left)
    for log in logs.files:
        tool = _tool_of(log, logs.folder) if log.size else None
        if isinstance(tool, LeftAlone):
            left.append(tool)
        elif tool is None:
            others.append(log)
        else:
            found.setdefault(tool.word, []).append(log)
    sessions = [Sessions(tool, tuple(found[tool.word])) for tool in TOOLS if tool.word in found]
    beside = {
        (os.path.dirname(log.shown), name) for item in sessions for log in item.logs for name in item.tool.siblings
    }
    files = tuple(log for log in others if not (log.sought and _is_beside(log, beside)))
    if not (files or sessions):
        raise InvalidRequest("there are no request logs there", "; ".join(map(str, left[:3])))
    return sessions, Logs(files, logs.folder, tuple(left))


def _is_beside(log: Log, known: Container[tuple[str, str]]) -> bool:
    """Whether a file lies in the folder of a session, under a name, or with an ending, that tools give to others."""
    folder, name = os.path.split(log.shown)
    return (folder, name) in known or (folder, f"*.{'.'.join(name.split('.')[-2:])}") in known


def _of_word(tool: Tool) -> list[str]:
    given = os.environ.get(tool.variable, "")
    named = [part.strip() for part in given.split(",") if part.strip()]
    homes = [_expand(home) for home in named or tool.homes]
    files = [path for home in homes for path in _in_home(tool, home)]
    if files:
        return files
    where = " and ".join(homes)
    hint = f"{tool.variable} says so: correct it, or name the folder"
    if not named:
        hint = f"if they are elsewhere, {f'set {tool.variable} or ' if tool.variable else ''}name the folder"
    raise InvalidRequest(f"there are no sessions of {tool.name} in {where}", hint)


def _expand(home: str) -> str:
    for variable, usual in _XDG.items():
        home = home.replace(f"${variable}", os.environ.get(variable) or usual)
    return os.path.expanduser(home)


def _is_home(tool: Tool, folder: str) -> bool:
    named = os.path.basename(os.path.abspath(folder)) in (f".{tool.word}", tool.word)
    known = named or any(os.path.exists(os.path.join(folder, name)) for name in tool.also)
    return known and bool(_in_home(tool, folder))


def _in_home(tool: Tool, folder: str) -> list[str]:
    """The sessions in the folder of a tool. Raises `InvalidRequest` for folders in it that cannot be read."""

    def refuse(error: OSError) -> None:
        raise InvalidRequest(f"cannot read the folder {error.filename}: {error.strerror}") from None

    found = []
    for pattern in tool.files:
        under, below, name = pattern.rpartition("/**/")
        top = os.path.join(folder, under)
        if not os.path.isdir(top):
            continue
        names = [name + suffix for suffix in COMPRESSED]
        for parent, folders, files in os.walk(top, onerror=refuse):
            folders[:] = sorted(folders) if below else []
            found += [
                os.path.join(parent, file) for file in sorted(files) if any(fnmatchcase(file, each) for each in names)
            ]
    return found


def _open(path: str) -> Log:
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as stream:
            compression = compression_of(stream.read(4))
        return Log(path, path, layout_of(path, _read_head(path, compression)), compression, size)
    except OSError as error:
        raise InvalidRequest(f"cannot read {path}: {error.strerror or error}") from None


def _read_head(path: str, compression: Compression) -> bytes:
    try:
        with open_decompressed(path, compression, path) as inner:
            return inner.read(HEAD)
    except InvalidData:  # it may still be written to: its reader says what is missing
        with open_decompressed(path, compression, path) as inner:
            return inner.readline(HEAD)


def _tool_of(log: Log, folder: str) -> Tool | LeftAlone | None:
    """The tool that wrote a file; None where it is a log of another kind."""
    if log.layout == "sqlite":
        return _tool_of_database(log, folder)
    possible = [tool for tool in TOOLS if log.layout in tool.layouts]
    if not possible or log.layout == "stream":
        return possible[0] if possible else None
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        head = inner.read(HEAD)
    possible = [tool for tool in possible if any(mark in head for mark in tool.marks)]
    if not possible:
        return None
    for record in _first_records(log, head):
        for tool in possible:
            if tool.holds_session(record):
                return tool
    return None


def _first_records(log: Log, head: bytes) -> Iterator[Mapping[str, Any]]:
    if log.layout == "lines":
        lines: Iterator[bytes] = iter(head.splitlines()[:FIRST_LINES])
    else:
        lines = (line for _, line in islice(numbered_records(log), FEW))
    for line in lines:
        try:
            yield parse_line(line)
        except Unreadable:
            continue


def _tool_of_database(log: Log, folder: str) -> Tool | LeftAlone:
    with opened_database(log, folder) as (_, schema):
        tool = next((tool for tool in TOOLS if tool.holds_tables and tool.holds_tables(schema)), None)
    if tool is not None:
        return tool
    tables = ", ".join(list(schema)[:MOST_TABLES]) + (" and more" if len(schema) > MOST_TABLES else "")
    has = f"its tables are {tables}" if schema else "it has no tables"
    problem = f"is an SQLite database of no program that is known: {has}"
    if log.sought:
        return LeftAlone(log.shown, problem)
    hint = 'export the table with the requests: sqlite3 -csv -header FILE "SELECT * FROM TABLE" > requests.csv'
    raise InvalidData([Problem(log.shown, 0, problem, hint)])
