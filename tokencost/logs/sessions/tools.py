"""The tools whose sessions are known: by which word, in which folders, and by which lines."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import compression_of
from tokencost.logs.files.discover import HEAD, Log, Logs, open_logs
from tokencost.logs.files.folders import working_folder
from tokencost.logs.sessions import claude, codex
from tokencost.logs.sessions.reading import SessionLine

COMPRESSED = ("", ".gz", ".zst", ".zstd")
FIRST_LINES = 50


class Tool(NamedTuple):
    """Where a tool keeps its sessions, and how they are read."""

    word: str
    """What stands for its folders on the command line."""
    name: str
    variable: str
    """The environment variable that names its folder, or several with commas."""
    homes: tuple[str, ...]
    """Where it is without that variable; `~` is the user's own folder."""
    files: tuple[str, ...]
    """The sessions in its folder, as globs."""
    also: tuple[str, ...]
    """What else lies in its folder, of which the folder is known where it has another name. Of any other folder all
    files are read, lest logs beside sessions are passed over."""
    mark: bytes
    """A key that some of the first lines have."""
    holds_session: Callable[[Mapping[str, Any]], bool]
    find_calls: Callable[[Sequence[Log]], Iterator[SessionLine]]


TOOLS = (
    Tool(
        "codex",
        "Codex CLI",
        # https://github.com/openai/codex, docs/config.md; archived sessions lie beside the others.
        "CODEX_HOME",
        ("~/.codex",),
        ("sessions/**/rollout-*.jsonl", "archived_sessions/**/rollout-*.jsonl"),
        ("config.toml", "auth.json", "history.jsonl", "version.json"),
        b'"payload"',
        codex.holds_session,
        codex.find_calls,
    ),
    Tool(
        "claude",
        "Claude Code",
        # https://docs.claude.com/en/docs/claude-code/settings; since version 1.0.30 in ~/.config/claude for some.
        "CLAUDE_CONFIG_DIR",
        ("~/.claude", "$XDG_CONFIG_HOME/claude"),
        ("projects/**/*.jsonl",),
        ("settings.json", ".claude.json", ".credentials.json", "history.jsonl", "todos", "CLAUDE.md", "statsig"),
        b'"sessionId"',
        claude.holds_session,
        claude.find_calls,
    ),
)


class Sessions(NamedTuple):
    """The files of a tool."""

    tool: Tool
    logs: tuple[Log, ...]


@contextmanager
def open_sessions(names: Sequence[str], *, shown: bool = False) -> Iterator[tuple[list[Sessions], Logs]]:
    """The sessions among what was named, and all other files, opened as `open_logs` does, in a folder for both."""
    found, others = find_sessions(names)
    if found and not others:
        with working_folder() as folder:
            yield found, Logs((), folder)
        return
    with open_logs(others, shown=shown) as logs:
        more, files = recognise(logs.files)
        yield _join([*found, *more]), logs._replace(files=files)


def _join(sessions: Sequence[Sessions]) -> list[Sessions]:
    """Those of each tool together, each file once."""
    found: dict[str, dict[str, Log]] = {}
    for item in sessions:
        for log in item.logs:
            found.setdefault(item.tool.word, {}).setdefault(os.path.realpath(log.path), log)
    return [Sessions(tool, tuple(found[tool.word].values())) for tool in TOOLS if tool.word in found]


def find_sessions(names: Sequence[str]) -> tuple[list[Sessions], list[str]]:
    """The sessions that words and folders of tools stand for, and the names that stand for other files.

    A word stands for a tool only where no file has that name. Raises `InvalidRequest` where the tool has no sessions.
    """
    found: dict[str, list[str]] = {}
    others = []
    for name in names:
        tool = next((tool for tool in TOOLS if tool.word == name and not os.path.lexists(name)), None)
        if tool is not None:
            found.setdefault(tool.word, []).extend(_of_word(tool))
            continue
        tool = next((tool for tool in TOOLS if os.path.isdir(name) and _is_home(tool, name)), None)
        if tool is not None:
            found.setdefault(tool.word, []).extend(_in_home(tool, name))
        else:
            others.append(name)
    sessions = [Sessions(tool, tuple(map(_open, found[tool.word]))) for tool in TOOLS if tool.word in found]
    return _join(sessions), others


def recognise(logs: Sequence[Log]) -> tuple[list[Sessions], tuple[Log, ...]]:
    """The sessions among files, by their first lines, and all other files."""
    found: dict[str, list[Log]] = {}
    others = []
    for log in logs:
        tool = _tool_of(log) if log.layout == "lines" and log.size else None
        if tool is None:
            others.append(log)
        else:
            found.setdefault(tool.word, []).append(log)
    return [Sessions(tool, tuple(found[tool.word])) for tool in TOOLS if tool.word in found], tuple(others)


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
        hint = f"if they are elsewhere, set {tool.variable} or name the folder"
    raise InvalidRequest(f"there are no sessions of {tool.name} in {where}", hint)


def _expand(home: str) -> str:
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.join("~", ".config")
    return os.path.expanduser(home.replace("$XDG_CONFIG_HOME", settings))


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
        under, _, name = pattern.partition("/**/")
        top = os.path.join(folder, under)
        if not os.path.isdir(top):
            continue
        start, end = name.split("*")
        ends = tuple(end + suffix for suffix in COMPRESSED)
        for parent, folders, files in os.walk(top, onerror=refuse):
            folders.sort()
            found += [
                os.path.join(parent, file) for file in sorted(files) if file.startswith(start) and file.endswith(ends)
            ]
    return found


def _open(path: str) -> Log:
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as stream:
            return Log(path, path, "lines", compression_of(stream.read(4)), size)
    except OSError as error:
        raise InvalidRequest(f"cannot read {path}: {error.strerror or error}") from None


def _tool_of(log: Log) -> Tool | None:
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        head = inner.read(HEAD)
    possible = [tool for tool in TOOLS if tool.mark in head]
    if not possible:
        return None
    for line in head.splitlines()[:FIRST_LINES]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        for tool in possible:
            if isinstance(record, dict) and tool.holds_session(record):
                return tool
    return None


def show_names(sessions: Sequence[Sessions]) -> str:
    """The names of the tools."""
    return " and ".join(item.tool.name for item in sessions)


def refuse_sessions(shapes: Sequence[str]) -> None:
    """Raise `InvalidRequest` where a tool is named as a shape: a query sees rows, and not the lines before them."""
    for tool in TOOLS:
        if tool.word in shapes:
            raise InvalidRequest(
                f"sessions of {tool.name} are files, each read from its beginning: no query of rows prices them",
                f"tokencost usage {tool.word} --by day, or load its calls into a table of --shape table",
            )
