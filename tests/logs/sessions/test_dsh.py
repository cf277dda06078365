"""Sessions of DeepSeek's harness: formats that are not known, and files as it compresses them."""

import json
from collections.abc import Callable
from pathlib import Path

from tokencost import PriceTable
from tokencost.logs.usage import usage


def line(kind: str, **more: object) -> bytes:
    return json.dumps({"type": kind, **more}).encode() + b"\n"


def begin(version: int = 0) -> bytes:
    return line("session", version=version, id="a", createdAt=1785744000000, cwd="/srv/shop", delegationDepth=0)


def answer(seq: int) -> bytes:
    source = {"kind": "model", "provider": "deepseek-official", "model": "deepseek-v4-pro"}
    data = {
        "turn": 1, "step": seq, "message": {"id": f"m{seq}", "source": source},
        "usage": {"inputTokens": 10, "cacheReadTokens": 90, "outputTokens": 5},
    }  # fmt: skip
    return line("assistant/message", seq=seq, time=1785744003000, data=data)


def test_frames_that_were_appended_are_read_to_the_last(
    tmp_path: Path, shipped: PriceTable, zstd: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "session.jsonl.zstd"
    path.write_bytes(b"".join(map(zstd, (begin(), answer(1), answer(2), answer(3)))))
    result = usage(shipped, str(path), by=("session", "project"))
    assert [(row.group, *row.tokens) for row in result.rows] == [(("a", "/srv/shop"), 3, 300, 270, 0, 15)]


def test_what_was_broken_off_hides_nothing_else(
    tmp_path: Path, shipped: PriceTable, zstd: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / ".dsh" / "sessions" / "--srv--" / "a" / "session.jsonl.zstd"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(map(zstd, (begin(), answer(1), answer(2))))[:-7])
    result = usage(shipped, str(tmp_path / ".dsh"))
    assert [row.tokens.requests for row in result.rows] == [1]
    assert [(item.line, item.reason) for item in result.rejected] == [(3, "the compressed file ends too early")]


def test_a_format_that_is_not_known_is_not_guessed_at(tmp_path: Path, shipped: PriceTable) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(begin(version=1) + answer(1) + answer(2))
    result = usage(shipped, str(path))
    assert [(item.line, item.reason) for item in result.rejected] == [
        (1, "a session in format 1: only format 0 is known")
    ]
    assert result.rows == ()


def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, shipped: PriceTable) -> None:
    path = tmp_path / "session.jsonl"
    wrong = answer(2).replace(b'"inputTokens": 10', b'"inputTokens": -1')
    lost = answer(3).replace(b"cacheReadTokens", b"cacheReadTokensLater")
    path.write_bytes(begin() + answer(1) + wrong + lost + answer(4)[:-20] + b"\n")
    result = usage(shipped, str(path))
    assert [item.line for item in result.rejected] == [3, 5]
    assert [item.kind for item in result.unpriced] == ["unread_field"]
    assert [row.tokens.requests for row in result.rows] == [1]
