"""Databases of programs: read beside their writers, which are not kept waiting, and of which nothing is changed."""

import gzip
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidData, InvalidRequest
from tokencost.logs.files.discover import Log
from tokencost.logs.sessions import databases
from tokencost.logs.sessions.databases import open_database, read_rows
from tokencost.logs.usage import usage

LLM = (
    "CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, resolved_model TEXT, datetime_utc TEXT, "
    "input_tokens INTEGER, output_tokens INTEGER, token_details TEXT, conversation_id TEXT, response_json TEXT)"
)
CHAT = '{"created":1740830400,"model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}\n'
OPENCODE = "CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, data TEXT)"
GOOD = ("gpt-4o", None, "2025-03-01T12:00:00+00:00", 10, 1, None, "c", None)


def insert(connection: sqlite3.Connection, *rows: tuple[Any, ...], first: int = 0) -> None:
    for place, row in enumerate(rows, first):
        connection.execute("INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (f"id{place}", *row))
    connection.commit()


def made(path: Path, *rows: tuple[Any, ...], mode: str = "delete") -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute(LLM)
        insert(connection, *rows)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_nothing_is_written_beside_a_database_that_no_program_has_open(
    tmp_path: Path, shipped: PriceTable, mode: str
) -> None:
    path = made(tmp_path / "logs.db", GOOD, mode=mode)
    before = contents(tmp_path)
    assert usage(shipped, path).requests == 1
    assert contents(tmp_path) == before


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A program that has a database with a write-ahead log open."""
    path = made(tmp_path / "logs.db", mode="wal")
    with closing(sqlite3.connect(path)) as connection:
        insert(connection, GOOD)
        yield connection


def test_what_is_only_in_the_write_ahead_log_is_read(
    tmp_path: Path, shipped: PriceTable, writer: sqlite3.Connection
) -> None:
    before = {name: content for name, content in contents(tmp_path).items() if name != "logs.db-shm"}
    assert before.keys() == {"logs.db", "logs.db-wal"}
    assert usage(shipped, tmp_path / "logs.db").requests == 1
    assert {name: content for name, content in contents(tmp_path).items() if name != "logs.db-shm"} == before
    insert(writer, GOOD, first=1)
    assert usage(shipped, tmp_path / "logs.db").requests == 2


@pytest.mark.usefixtures("writer")
def test_a_log_whose_program_ended_is_joined_to_a_copy(tmp_path: Path, shipped: PriceTable) -> None:
    copied = tmp_path / "copied"
    copied.mkdir()
    for name in ("logs.db", "logs.db-wal"):
        shutil.copyfile(tmp_path / name, copied / name)
    before = contents(copied)
    assert usage(shipped, copied / "logs.db").requests == 1
    assert contents(copied) == before


def test_a_journal_of_a_program_that_ended_amidst_its_work_is_taken_back_in_a_copy(
    tmp_path: Path, shipped: PriceTable
) -> None:
    path = made(tmp_path / "logs.db", *[GOOD] * 3)
    left = tmp_path / "left"
    left.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("UPDATE responses SET input_tokens = 99, token_details = ?", ("x" * 90_000,))
        for name in ("logs.db", "logs.db-journal"):
            shutil.copyfile(tmp_path / name, left / name)
        connection.rollback()
    before = contents(left)
    result = usage(shipped, left / "logs.db")
    assert [row.tokens.input for row in result.rows] == [30]
    assert contents(left) == before


def test_writers_wait_for_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "ROWS", 2)
    path = made(tmp_path / "logs.db", *[GOOD] * 5)
    log = Log(str(path), str(path), "sqlite", "none", path.stat().st_size)
    with open_database(log, str(tmp_path)) as connection:
        rows = read_rows(connection, "responses", ["id"])
        found = [next(rows), next(rows), next(rows)]
        with closing(sqlite3.connect(path, timeout=0)) as other:
            insert(other, GOOD, first=5)
        found += rows
    assert [row[1] for row in found] == [f"id{place}" for place in range(6)]


def test_a_database_that_stays_locked_is_named(
    tmp_path: Path, shipped: PriceTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "PATIENCE", 0.01)
    path = made(tmp_path / "logs.db", GOOD)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InvalidData, match="keeps it locked") as caught:
            usage(shipped, path)
    assert "run it again" in str(caught.value.problems[0].hint)


@pytest.mark.parametrize(
    ("cut", "why"),
    [
        (slice(0, 100), "damaged or encrypted"),
        (slice(0, 4096), "damaged or encrypted"),
        (slice(0, 16), "damaged or encrypted|no program that is known"),
    ],
)
def test_a_damaged_database_is_named(tmp_path: Path, shipped: PriceTable, cut: slice, why: str) -> None:
    content = made(tmp_path / "logs.db", *[GOOD] * 900).read_bytes()
    path = tmp_path / "cut.db"
    path.write_bytes(content[cut])
    with pytest.raises(InvalidData, match=why):
        usage(shipped, path)
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with pytest.raises(InvalidData, match="damaged or encrypted"):
        usage(shipped, path)


def test_a_table_that_says_of_itself_what_is_no_text_is_damaged(tmp_path: Path, shipped: PriceTable) -> None:
    path = made(tmp_path / "logs.db", GOOD)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE \xff\xffBLE"))
    with pytest.raises(InvalidData, match="damaged or encrypted"):
        usage(shipped, path)


def test_an_encrypted_database_is_named(tmp_path: Path, shipped: PriceTable) -> None:
    path = tmp_path / "logs.db"
    path.write_bytes(bytes(range(256)) * 16)
    with pytest.raises(InvalidData, match="not an SQLite database, or an encrypted one"):
        usage(shipped, path)


def test_of_an_unknown_database_the_tables_are_said(tmp_path: Path, shipped: PriceTable) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript('CREATE TABLE orders (a); CREATE TABLE "odd ""name" (b); CREATE TABLE message (text)')
    with pytest.raises(InvalidData, match='its tables are message, odd "name, orders') as caught:
        usage(shipped, path)
    assert "sqlite3 -csv" in str(caught.value.problems[0].hint)
    with closing(sqlite3.connect(tmp_path / "empty.db")) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(InvalidData, match="it has no tables"):
        usage(shipped, tmp_path / "empty.db")


def test_in_a_folder_and_in_a_zip_file_databases_that_are_not_known_are_left_alone(
    tmp_path: Path, shipped: PriceTable
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    made(folder / "logs.db", GOOD)
    with closing(sqlite3.connect(folder / "shop.sqlite")) as connection:
        connection.execute("CREATE TABLE orders (a)")
    (folder / "thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (folder / "notes.txt").write_text("data: on paper\n")
    (folder / "folder.db").mkdir()
    (folder / "chat.jsonl").write_text(
        '{"created":1740830400,"model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}\n'
    )
    packed = tmp_path / "logs.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.glob("*.*"):
            if path.is_file():
                archive.write(path, path.name)
    for named, inside in ((folder, folder), (packed, packed)):
        result = usage(shipped, str(named))
        assert (result.requests, result.complete) == (2, True)
        assert result.left_alone == (
            f"{inside}/shop.sqlite is an SQLite database of no program that is known: its tables are orders",
        )
    (folder / "logs.db").unlink()
    (folder / "chat.jsonl").unlink()
    with pytest.raises(InvalidRequest, match="no request logs there"):
        usage(shipped, str(folder))


def test_a_compressed_database_and_one_on_standard_input(
    tmp_path: Path, shipped: PriceTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made(tmp_path / "logs.db", GOOD).read_bytes()
    (tmp_path / "logs.db.gz").write_bytes(gzip.compress(content))
    assert usage(shipped, tmp_path / "logs.db.gz").requests == 1
    with (tmp_path / "logs.db").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert usage(shipped, "-").requests == 1


def test_a_python_without_sqlite_says_so(tmp_path: Path, shipped: PriceTable, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "logs.db", GOOD)
    monkeypatch.setitem(__import__("sys").modules, "tokencost.logs.sessions.databases", None)
    with pytest.raises(InvalidRequest, match="this Python cannot read these"):
        usage(shipped, path)


NO_TOKENS, DETAILS = "it has no tokens: older versions", "its token_details are not JSON"
MORE = '{"prompt_tokens_details": {"cached_tokens": 11}}'
BAD: list[tuple[str, tuple[Any, ...]]] = [
    (NO_TOKENS, ("gpt-4o", None, "2025-03-01", None, None, None, "c", None)),
    (NO_TOKENS, ("gpt-4o", None, "2025-03-01", 10, None, MORE, "c", None)),
    ("input_tokens is no count of tokens: ten", ("gpt-4o", None, "2025-03-01", "ten", 1, None, "c", None)),
    ("output_tokens is no count of tokens: -1", ("gpt-4o", None, "2025-03-01", 10, -1, None, "c", None)),
    ("input_tokens is no count of tokens: 1e+300", ("gpt-4o", None, "2025-03-01", 1e300, 1, None, "c", None)),
    ("no count of tokens: 9223372036854775807", ("gpt-4o", None, "2025-03-01", 2**63 - 1, 1, None, "c", None)),
    ("input_tokens is no count of tokens: b'", ("gpt-4o", None, "2025-03-01", b"\xff", 1, None, "c", None)),
    ("its timestamp is no time: soon", ("gpt-4o", None, "soon", 10, 1, None, "c", None)),
    ("its timestamp is no time: b'5.5'", ("gpt-4o", None, b"5.5", 10, 1, None, "c", None)),
    (DETAILS, ("gpt-4o", None, "2025-03-01", 10, 1, "{", "c", None)),
    (DETAILS, ("gpt-4o", None, "2025-03-01", 10, 1, "[" * 99_999, "c", None)),
    ("more than its input tokens", ("gpt-4o", None, "2025-03-01", 10, 1, MORE, "c", None)),
]


@pytest.mark.parametrize(("reason", "row"), BAD)
def test_rows_that_cannot_be_read_are_named_by_their_number(
    tmp_path: Path, shipped: PriceTable, reason: str, row: tuple[Any, ...]
) -> None:
    path = made(tmp_path / "logs.db", GOOD, row, GOOD)
    result = usage(shipped, path)
    assert [(item.file, item.line) for item in result.rejected] == [(f"{path} (responses)", 2)]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced, result.rejected_count) == (3, 2, 1)


def test_odd_values_where_nothing_is_counted_do_no_harm(tmp_path: Path, shipped: PriceTable) -> None:
    path = made(tmp_path / "logs.db", ("gpt-4o", b"\xff", "2025-03-01", 10, 1, "[]", 7, b"\xff{"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE responses SET model = CAST(x'6770742dff' AS TEXT)")
        connection.commit()
    assert [(item.model, item.kind) for item in usage(shipped, path).unpriced] == [("gpt-�", "unknown_model")]


def test_a_version_of_llm_that_recorded_no_tokens(tmp_path: Path, shipped: PriceTable) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE logs (id INTEGER PRIMARY KEY, model TEXT, prompt TEXT, datetime_utc TEXT)")
        connection.execute("INSERT INTO logs VALUES (7, 'gpt-4', 'q', '2023-07-01 10:00:00')")
        connection.commit()
    result = usage(shipped, path)
    assert [(item.line, item.reason[:20]) for item in result.rejected] == [(7, "it has no tokens: ol")]


def test_fields_of_a_call_can_be_asked_for(tmp_path: Path, shipped: PriceTable) -> None:
    cached = '{"input_tokens_details": {"cached_tokens": 4}}'
    path = made(tmp_path / "logs.db", GOOD, ("gpt-4o", None, "2025-03-01", 10, 1, cached, "d", None))
    for excludes in (False, True):  # what is said of records does not change what a reader knows
        result = usage(shipped, path, by="session", excludes_cached=excludes)
        assert {row.group[0]: tuple(row.tokens) for row in result.rows} == {
            "c": (1, 10, 0, 0, 1),
            "d": (1, 10, 4, 0, 1),
        }


def message(**changed: Any) -> str:
    """A message of opencode's assistant."""
    tokens = {"input": 100, "output": 50, "reasoning": 20, "cache": {"read": 30, "write": 0}}
    body = {
        "role": "assistant", "time": {"created": 1772366391000, "completed": 1772366400000}, "modelID": "gpt-5",
        "providerID": "openai", "cost": 0.001, "tokens": tokens,
    }  # fmt: skip
    return json.dumps({**body, **changed})


def opencode(path: Path, *texts: object) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(OPENCODE)
        for place, text in enumerate(texts):
            connection.execute("INSERT INTO message VALUES (?, 's', ?)", (f"msg_{place}", text))
        connection.commit()
    return path


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("not JSON", message()[:-1]),
        ("not JSON", b"\xff\x00"),
        ("not JSON", "[" * 99_999),
        ("not JSON", 5),
        ("its tokens are no object", message(tokens=7)),
        ("input is no count of tokens: 1.5", message(tokens={"input": 1.5})),
        ("read is no count of tokens: -1", message(tokens={"input": 1, "cache": {"read": -1}})),
        ("its time is no number", message(time={"created": "now"})),
        ("before 1970 or after 2099", message(time={"created": 5e15})),
    ],
)
def test_messages_that_cannot_be_read_are_named(tmp_path: Path, shipped: PriceTable, reason: str, text: object) -> None:
    path = opencode(tmp_path / "opencode.db", message(), text, '{"role":"user"}')
    result = usage(shipped, path)
    assert [(item.file, item.line) for item in result.rejected] == [(f"{path} (message)", 2)]
    assert reason in result.rejected[0].reason
    assert (result.read, result.priced) == (2, 1)


@pytest.mark.parametrize(
    ("tokens", "output"),
    [
        ({"output": 50, "reasoning": 20}, 50),  # the older versions
        ({"output": 50, "reasoning": 20, "total": 180}, 50),
        ({"output": 50, "reasoning": 20, "total": 200}, 70),
        ({"output": 10, "reasoning": 20}, 30),  # more than the output, of which it can be no part
    ],
)
def test_reasoning_is_output_once(tmp_path: Path, shipped: PriceTable, tokens: dict[str, int], output: int) -> None:
    body = message(tokens={"input": 100, "cache": {"read": 30, "write": 0}, **tokens})
    [row] = usage(shipped, opencode(tmp_path / "opencode.db", body)).rows
    assert (row.tokens.input, row.tokens.cached_input, row.tokens.output) == (130, 30, output)


def test_cost_and_unread_caches_of_opencode(tmp_path: Path, shipped: PriceTable) -> None:
    odd = message(
        tokens={"input": 1, "output": 1, "cache": {"read": 0, "write": 0, "kept": 9}}, time={"created": 1772366391000}
    )
    result = usage(shipped, opencode(tmp_path / "opencode.db", message(), odd), compare_to="cost")
    assert [(item.kind, item.rows) for item in result.unpriced] == [("unread_field", 1)]
    assert "cache.kept" in result.unpriced[0].reason
    assert [str(row.logged) for row in result.reconciled] == ["0.001000000000000000"]


def test_what_llm_printed_may_lack_fields(tmp_path: Path, shipped: PriceTable) -> None:
    row = {"model": "gpt-4o", "datetime_utc": "2025-03-01", "prompt": "q", "response": "a", "token_details": MORE}
    path = tmp_path / "logs.json"
    path.write_text(json.dumps([row, {**row, "input_tokens": 20, "output_tokens": 1}, 7]) + "\n")
    result = usage(shipped, path)
    assert [tuple(found.tokens) for found in result.rows] == [(1, 20, 11, 0, 1)]
    assert [(item.line, item.reason[:16]) for item in result.rejected] == [
        (1, "it has no tokens"),
        (3, "not a JSON objec"),
    ]
