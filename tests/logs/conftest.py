"""Records of hostile logs, and what holds of every result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tokencost.logs.usage import Usage

GOOD: dict[str, Any] = {
    "created": 1740830400, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1},
}  # fmt: skip


@pytest.fixture(scope="session")
def line() -> bytes:
    """A record that has a price, as a line."""
    return json.dumps(GOOD).encode() + b"\n"


@pytest.fixture(scope="session")
def adds_up() -> Callable[[Usage], bool]:
    """Every record read is priced, unpriced or rejected."""

    def check(result: Usage) -> bool:
        return result.read == result.priced + result.unpriced_rows + result.rejected_count

    return check


@pytest.fixture(scope="session")
def zstd(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], bytes]:
    """Compressed with zstd, as lines of which none is long."""

    def compress(content: bytes) -> bytes:
        target: Path = tmp_path_factory.mktemp("zstd") / "x.zst"
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT unnest(?) AS line) TO '{target}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', "
                "DELIMITER '\x1f', COMPRESSION zstd)",
                [content.decode().splitlines()],
            )
        return target.read_bytes()

    return compress
