"""SQLite databases of programs, read while these go on writing: without a lock that they wait for, or a file of ours.

How SQLite shares a file: https://www.sqlite.org/lockingv3.html, https://www.sqlite.org/wal.html#read_only_databases.
A reader of a database with a rollback journal keeps writers waiting, so that rows are read in short queries. A reader
of one with a write-ahead log does not; but where no program has it open, SQLite would make two files beside it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from tokencost.errors import InvalidData, Problem
from tokencost.logs.files.discover import Log

ROWS = 500
"""So many rows are read by each query."""
PATIENCE = 2.0
"""Seconds to wait for a program that is writing."""
_MODES = slice(18, 20)
"""The bytes that say whether there is a write-ahead log: https://www.sqlite.org/fileformat.html#the_database_header"""
_WITH_LOG = b"\2\2"
_FIRST = -(2**63)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Schema = Mapping[str, frozenset[str]]
"""The tables of a database, each with its columns."""


@contextmanager
def open_database(log: Log, folder: str) -> Iterator[sqlite3.Connection]:
    """The database to read. Raises `InvalidData` where it cannot be, and for what SQLite says while it is read.

    What was not yet written into it, after a program ended without doing so, is joined to a copy in the folder.
    """
    try:
        path = os.path.realpath(log.path)
        with closing(_connect(path, folder)) as connection:
            # What a table says of itself may call no function.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InvalidData([_explain(log.shown, error)]) from None
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise InvalidData([Problem(log.shown, 0, problem, "copy it, and name the copy")]) from None


def _connect(path: str, folder: str) -> sqlite3.Connection:
    with open(path, "rb") as stream:
        with_log = stream.read(_MODES.stop)[_MODES] == _WITH_LOG
    if _is_filled(f"{path}-wal") and with_log:
        # Where the other file is there, a program has it open, or had.
        return _open(path if os.path.exists(f"{path}-shm") else _copy(path, folder))
    if with_log:
        return _open(path, "&immutable=1")
    if not _is_filled(f"{path}-journal"):
        return _open(path)
    connection = _open(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in _BUSY:
            raise
        # The program that wrote the journal ended amidst its work: only who may write can take that back.
        return _open(_copy(path, folder), mode="rw")
    return connection


def _is_filled(path: str) -> bool:
    try:
        return os.path.getsize(path) > 0
    except OSError:
        return False


def _open(path: str, more: str = "", *, mode: str = "ro") -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(path)}?mode={mode}{more}", uri=True, timeout=PATIENCE)


def _copy(path: str, folder: str) -> str:
    """A copy of a database and of what was not yet written into it."""
    target = os.path.join(folder, f"{len(os.listdir(folder))}.db")
    for suffix in ("-wal", "-journal", ""):
        if os.path.exists(path + suffix):
            shutil.copyfile(path + suffix, target + suffix)
    return target


def _explain(shown: str, error: sqlite3.Error | UnicodeDecodeError) -> Problem:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        problem = "a program is writing to this database and keeps it locked"
        return Problem(shown, 0, problem, "run it again once that is done, or name a copy of the file")
    # What SQLite says of a damaged table may quote bytes that are no text.
    if code in _DAMAGED or isinstance(error, UnicodeDecodeError):
        problem = f"this database is damaged or encrypted: {error}"
        return Problem(shown, 0, problem, "recover it with `sqlite3 FILE .recover`, or name a backup")
    return Problem(shown, 0, f"this database cannot be read: {error}", "copy it, and name the copy")


def read_schema(connection: sqlite3.Connection) -> Schema:
    """The tables, but for those of SQLite itself."""
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 999")
    ]
    return {
        name: frozenset(row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,)))
        for name in tables
        if not name.startswith("sqlite_")
    }


def read_rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], where: str = ""
) -> Iterator[tuple[Any, ...]]:
    """The rows in the order they were written, each behind its number; a column may be any expression of SQL."""
    chosen = ", ".join(columns)
    last = _FIRST
    while True:
        condition = f"rowid > {last}{f' AND ({where})' if where else ''}"
        query = f'SELECT rowid, {chosen} FROM "{table}" WHERE {condition} ORDER BY rowid LIMIT {ROWS}'
        # All at once, which frees the database for writers.
        rows = connection.execute(query).fetchall()
        yield from rows
        if len(rows) < ROWS:
            return
        last = rows[-1][0]
