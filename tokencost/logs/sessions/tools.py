"""The tools whose sessions are known: by which word, in which folders, and by which lines."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import Layout, compression_of, layout_of
from tokencost.logs.files.discover import HEAD, LeftAlone, Log, Logs, decompress, open_logs
from tokencost.logs.files.folders import working_folder
from tokencost.logs.sessions.call import Unreadable
from tokencost.logs.sessions.lines import numbered_records, parse_line
from tokencost.logs.sessions.readers import claude, cline, codex, llm, opencode, streams
from tokencost.logs.sessions.reading import SessionLine

if TYPE_CHECKING:
    import sqlite3

    from tokencost.logs.sessions.databases import Schema

COMPRESSED = ("", ".gz", ".zst", ".zstd")
FIRST_LINES = 50
FEW = 3
"""Records of an array that are looked at, of which each may be long."""
_XDG = {"XDG_CONFIG_HOME": os.path.join("~", ".config"), "XDG_DATA_HOME": os.path.join("~", ".local", "share")}
"""https://specifications.freedesktop.org/basedir-spec/latest/"""
MOST_TABLES = 12
"""Names of tables that are said of a database that is not known."""
_JSON: tuple[Layout, ...] = ("lines", "array", "objects")


class Tool(NamedTuple):
    """Where a tool keeps its sessions, and how they are read."""

    word: str
    """What stands for its folders on the command line, where it has some."""
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
    layouts: tuple[Layout, ...] = ("lines",)
    """How its files are written."""
    holds_tables: "Callable[[Schema], bool] | None" = None
    """Whether a database is one of its own."""
    find_rows: "Callable[[sqlite3.Connection, Schema, str], Iterator[SessionLine]] | None" = None
    siblings: tuple[str, ...] = ()
    """Files beside its own that hold no calls, and that nobody means where a folder or a pattern finds them."""


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
    Tool(
        "opencode",
        "opencode",
        # Its folder is that of xdg-basedir on every system; the variable is that of programs that count its tokens:
        # https://ccusage.com/guide/opencode
        "OPENCODE_DATA_DIR",
        ("$XDG_DATA_HOME/opencode",),
        ("opencode*.db", "storage/message/**/*.json", "message/**/*.json"),
        ("auth.json", "storage/part", "part", "session_diff"),
        b'"sessionID"',
        opencode.holds_session,
        opencode.find_calls,
        _JSON,
        opencode.holds_tables,
        opencode.find_rows,
    ),
    Tool(
        "llm",
        "llm",
        # https://llm.datasette.io/en/stable/setup.html; its folder is that of click for programs.
        "LLM_USER_PATH",
        ("$XDG_CONFIG_HOME/io.datasette.llm", "~/Library/Application Support/io.datasette.llm"),
        ("logs.db",),
        ("keys.json", "aliases.json", "default_model.txt"),
        b'"datetime_utc"',
        llm.holds_session,
        llm.find_calls,
        _JSON,
        llm.holds_tables,
        llm.find_rows,
    ),
    Tool(
        "cline",
        "Cline",
        # https://docs.cline.bot: the storage of an extension of Visual Studio Code, and since 2026 a folder of its own.
        "CLINE_DATA_DIR",
        (*(f"{home}/globalStorage/saoudrizwan.claude-dev" for home in cline.EDITORS), "~/.cline/data"),
        (f"tasks/**/{cline.NAME}",),
        ("settings/cline_mcp_settings.json", "state/taskHistory.json"),
        b'"ts"',
        cline.holds_session,
        cline.find_calls,
        _JSON,
        siblings=cline.SIBLINGS,
    ),
    Tool(
        "roo",
        "Roo Code",
        "",
        tuple(f"{home}/globalStorage/rooveterinaryinc.roo-cline" for home in cline.EDITORS),
        (f"tasks/**/{cline.NAME}",),
        ("settings/mcp_settings.json", "settings/custom_modes.yaml"),
        b'"ts"',
        cline.holds_session,
        cline.find_calls,
        _JSON,
        siblings=cline.SIBLINGS,
    ),
    Tool("stream", "streams", "", (), (), (), b"", lambda _: False, streams.find_calls, ("stream",)),
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
        more, rest = recognise(logs)
        yield _join([*found, *more]), rest


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
        tool = next((tool for tool in TOOLS if tool.homes and tool.word == name and not os.path.lexists(name)), None)
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
    files = tuple(log for log in others if not (log.sought and os.path.split(log.shown) in beside))
    if not (files or sessions):
        raise InvalidRequest("there are no request logs there", "; ".join(map(str, left[:3])))
    return sessions, Logs(files, logs.folder, tuple(left))


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
        with open_decompressed(path, compression, path) as inner:
            return Log(path, path, layout_of(path, inner.read(HEAD)), compression, size)
    except OSError as error:
        raise InvalidRequest(f"cannot read {path}: {error.strerror or error}") from None


def _tool_of(log: Log, folder: str) -> Tool | LeftAlone | None:
    """The tool that wrote a file; None where it is a log of another kind."""
    if log.layout == "sqlite":
        return _tool_of_database(log, folder)
    possible = [tool for tool in TOOLS if log.layout in tool.layouts]
    if not possible or log.layout == "stream":
        return possible[0] if possible else None
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        head = inner.read(HEAD)
    possible = [tool for tool in possible if tool.mark in head]
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


@contextmanager
def opened_database(log: Log, folder: str) -> "Iterator[tuple[sqlite3.Connection, Schema]]":
    """A database and its tables. Raises `InvalidRequest` where this Python cannot read any."""
    try:
        from tokencost.logs.sessions.databases import open_database, read_schema
    except ImportError:
        hint = "use a Python that has the module sqlite3, or export the table as CSV"
        raise InvalidRequest(f"{log.shown} is an SQLite database, and this Python cannot read these", hint) from None
    with open_database(log, folder) as connection:
        yield connection, read_schema(connection)


def find_calls(item: Sessions, folder: str) -> Iterator[SessionLine]:
    """What counts of the files of a tool; copies are made in the folder."""
    yield from item.tool.find_calls([log for log in item.logs if log.layout != "sqlite"])
    for log in item.logs:
        if log.layout == "sqlite" and item.tool.find_rows:
            plain = log if log.compression == "none" else decompress(log, folder)
            with opened_database(plain, folder) as (connection, schema):
                yield from item.tool.find_rows(connection, schema, log.shown)


def show_names(sessions: Sequence[Sessions]) -> str:
    """The names of the tools."""
    return " and ".join(item.tool.name for item in sessions)


def refuse_sessions(shapes: Sequence[str]) -> None:
    """Raise `InvalidRequest` where a tool is named as a shape: a query sees rows, and not the lines before them."""
    for tool in TOOLS:
        if tool.word in shapes:
            named = tool.word if tool.homes else "FILE"
            raise InvalidRequest(
                f"sessions of {tool.name} are files, each read from its beginning: no query of rows prices them",
                f"tokencost usage {named} --by day, or load its calls into a table of --shape table",
            )
