"""Real engines and hostile records: what the tests of logs share."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tokencost.logs.usage import Usage
from tokencost.logs.usage_query import Cluster

Psql = Callable[..., str]


def _program(name: str) -> str | None:
    """A program of PostgreSQL; Debian keeps the server's out of the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))


@pytest.fixture(scope="session")
def psql() -> Iterator[Psql]:
    """Run SQL in a server of our own, as a user would: what it answers is CSV."""
    initdb, pg_ctl, client = _program("initdb"), _program("pg_ctl"), _program("psql")
    if not (initdb and pg_ctl and client):
        pytest.skip("PostgreSQL is not installed")
    # The server refuses to run as root.
    as_user: dict[str, Any] = {"user": "postgres"} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="tokencost-pg-", dir="/tmp"))  # sockets need a short path
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str | Path) -> None:
        subprocess.run([*map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

    data = folder / "data"
    run(initdb, "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", data)
    # Some other time zone than UTC, which no answer may depend on.
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=America/New_York"
    run(pg_ctl, "-D", data, "-l", folder / "log", "-o", settings, "-w", "start")

    def execute(sql: str) -> str:
        command = [client, "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-X", "-q", "--csv"]
        done = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1"], input=sql, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        yield execute
    finally:
        run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[Psql]:
    """Run SQL in an embedded ClickHouse: what it answers is CSV."""
    session = pytest.importorskip("chdb.session", reason="chdb is not installed").Session()
    session.query("CREATE DATABASE logs ENGINE = Atomic")
    session.query("USE logs")
    yield lambda sql: str(session.query(sql, "CSVWithNames"))
    session.close()


@pytest.fixture(scope="session")
def spark() -> Cluster:
    """A Spark with two workers."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java")
    # One driver plans the queries of all tests, and forgets little of them.
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", "--driver-memory 3g pyspark-shell")
    return Cluster("local[2]")


GOOD: dict[str, Any] = {
    "created": 1740830400, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1},
}  # fmt: skip


@pytest.fixture(scope="session")
def line() -> bytes:
    """A record that has a price, as a line."""
    return json.dumps(GOOD).encode() + b"\n"


@pytest.fixture(scope="session")
def adds_up() -> Callable[[Usage], bool]:
    """Every record read is priced, unpriced, rejected, no call, or a repeat."""

    def check(result: Usage) -> bool:
        counted = result.priced + result.unpriced_rows + result.rejected_count + result.no_call_count
        return result.read == counted + result.repeats

    return check


@pytest.fixture(scope="session")
def zstd() -> Callable[[bytes], bytes]:
    """Compressed with zstd."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    def compress(content: bytes) -> bytes:
        return zstd.compress(content, 1)

    return compress
