"""The tools whose sessions are known: by which word, in which folders, and by which lines or tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.logs.files.detect import Layout
from tokencost.logs.files.discover import Log, decompress
from tokencost.logs.sessions.readers import claude, cline, codex, dsh, llm, opencode, streams
from tokencost.logs.sessions.reading import SessionLine

if TYPE_CHECKING:
    import sqlite3

    from tokencost.logs.sessions.databases import Schema

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
    marks: tuple[bytes, ...]
    """Keys of which some of the first lines have one."""
    holds_session: Callable[[Mapping[str, Any]], bool]
    find_calls: Callable[[Sequence[Log]], Iterator[SessionLine]]
    layouts: tuple[Layout, ...] = ("lines",)
    """How its files are written."""
    holds_tables: "Callable[[Schema], bool] | None" = None
    """Whether a database is one of its own."""
    find_rows: "Callable[[sqlite3.Connection, Schema, str], Iterator[SessionLine]] | None" = None
    siblings: tuple[str, ...] = ()
    """Files beside its own that hold no calls, and that nobody means where a folder or a pattern finds them: by their
    names, or as `*` by their two last endings."""


TOOLS = (
    Tool(
        "codex",
        "Codex CLI",
        # https://github.com/openai/codex, docs/config.md; archived sessions lie beside the others.
        "CODEX_HOME",
        ("~/.codex",),
        ("sessions/**/rollout-*.jsonl", "archived_sessions/**/rollout-*.jsonl"),
        ("config.toml", "auth.json", "history.jsonl", "version.json"),
        codex.MARKS,
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
        claude.MARKS,
        claude.holds_session,
        claude.find_calls,
        _JSON,
        siblings=claude.SIBLINGS,
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
        opencode.MARKS,
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
        (b'"datetime_utc"',),
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
        (f"tasks/**/{cline.NAME}", f"sessions/**/*{cline.MESSAGES}"),
        ("settings/cline_mcp_settings.json", "state/taskHistory.json"),
        cline.MARKS,
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
        (b'"ts"',),
        cline.holds_session,
        cline.find_calls,
        _JSON,
        siblings=cline.SIBLINGS,
    ),
    Tool(
        "dsh",
        "DeepSeek Harness",
        "DSH_HOME",
        ("~/.dsh",),
        ("sessions/**/session.jsonl",),
        ("config.json", "settings.json"),
        dsh.MARKS,
        dsh.holds_session,
        dsh.find_calls,
    ),
    Tool("stream", "streams", "", (), (), (), (), lambda _: False, streams.find_calls, ("stream",)),
)


class Sessions(NamedTuple):
    """The files of a tool."""

    tool: Tool
    logs: tuple[Log, ...]


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
