"""Hostile files: cut short, too large, foreign, gone, shut, or not where they seem to be."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidData, InvalidRequest, TokencostError
from tokencost.logs.files import long_lines
from tokencost.logs.usage import Usage, usage

Compress = Callable[[bytes], bytes]
AddsUp = Callable[[Usage], bool]


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 1.0])
def test_a_file_of_zstd_that_is_cut_short_is_named(
    shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Compress, kept: float
) -> None:
    packed = zstd(line * 20_000)
    path = tmp_path / "log.jsonl.zst"
    path.write_bytes(packed[: 6 + int(kept * (len(packed) - 6)) - 1])
    with pytest.raises(InvalidData, match=r"log\.jsonl\.zst:1: the compressed file ends too early"):
        usage(shipped, [str(path)])
    path.write_bytes(packed + b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + packed)
    assert usage(shipped, [str(path)]).priced == 40_000


def test_a_long_line_in_zstd_is_counted(
    shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Compress, adds_up: AddsUp
) -> None:
    path = tmp_path / "log.jsonl.zst"
    path.write_bytes(zstd(line + b'{"x": "' + b"y" * 40_000_000 + b'"}\n' + line))
    result = usage(shipped, [str(path)])
    assert (result.priced, [(item.line, item.reason) for item in result.rejected]) == (2, [(2, "longer than 16 MB")])
    assert adds_up(result)
    rows = b"model,time,input_tokens,output_tokens\n" + b"gpt-4o,2025-03-01T00:00:00Z,1,1\n" * 2
    (tmp_path / "t.csv.zst").write_bytes(zstd(rows + b"x" * 3_000_000 + b"\n"))
    result = usage(shipped, [str(tmp_path / "t.csv.zst")])
    assert (result.read, result.priced, [item.line for item in result.rejected]) == (3, 2, [4])


def test_zstd_holds_what_other_files_hold(shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Compress) -> None:
    """A byte order mark, before lines and before an array, is no part of the first record."""
    for name, content in {"log.jsonl.zst": line * 3, "log.json.zst": b"[" + b",".join([line] * 3) + b"]"}.items():
        path = tmp_path / name
        path.write_bytes(zstd(b"\xef\xbb\xbf" + content))
        result = usage(shipped, [str(path)])
        assert (result.read, result.priced) == (3, 3)


def test_a_line_of_256_mib_in_zstd_is_counted(
    shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Compress, adds_up: AddsUp
) -> None:
    path = tmp_path / "log.jsonl.zst"
    path.write_bytes(zstd(line + b'{"x": "') + zstd(b"y" * 2**20) * 256 + zstd(b'"}\n' + line))
    result = usage(shipped, [str(path)])
    assert (result.priced, [(item.line, item.reason) for item in result.rejected]) == (2, [(2, "longer than 16 MB")])
    assert adds_up(result)


@pytest.mark.parametrize("over", [-3, 20, 90])
@pytest.mark.parametrize("packed", [None, "gzip", "zstd"])
def test_a_last_line_without_end_is_read(  # of a file about as long as a block of the engine
    shipped: PriceTable, tmp_path: Path, line: bytes, zstd: Compress, packed: str | None, over: int
) -> None:
    last = line.rstrip()
    first = b'{"x": "' + b"y" * (16 * 1024 * 1024 + over - len(last) - len(b'{"x": ""}\n')) + b'"}\n'
    path = tmp_path / "log.jsonl"
    content = first + last
    path.write_bytes(content if packed is None else zstd(content) if packed == "zstd" else gzip.compress(content, 1))
    result = usage(shipped, [str(path)])
    assert (result.read, result.priced, [item.line for item in result.rejected]) == (2, 1, [1])


@pytest.mark.parametrize("tail", [b"\0" * 100, b"garbage" * 100, b"\x1f\x8b"])
def test_what_follows_a_gzip_member_is_no_bug(shipped: PriceTable, tmp_path: Path, line: bytes, tail: bytes) -> None:
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(line) + gzip.compress(line * 2))
    assert usage(shipped, [str(path)]).priced == 3
    path.write_bytes(gzip.compress(line) + tail)
    with pytest.raises(InvalidData, match=r"log\.jsonl\.gz:1: "):
        usage(shipped, [str(path)])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(b"PK\x03\x04", mtime=0), "a zip file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xfe{\0}\0", "text in UTF-16"),
        (b"\0" * 257 + b"ustar", "a tar archive"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "compressed twice"),
    ],
)
def test_what_is_no_log_is_named_as_what_it_is(shipped: PriceTable, tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidData, match=f"is no log: it is {what}"):
        usage(shipped, [str(path)])


def test_a_record_of_50_mb_in_an_array_is_counted(
    shipped: PriceTable, tmp_path: Path, line: bytes, adds_up: AddsUp
) -> None:
    good = json.loads(line)
    odd = {**good, "text": 'a\n"}, {\\"] é'}
    records = [good, {**good, "x": 'y"' * 17_000_000}, odd]
    path = tmp_path / "log.json"
    path.write_text(json.dumps(records))
    result = usage(shipped, [str(path)], by=["text"])
    assert (result.read, result.priced, result.rejected_count) == (3, 2, 1)
    assert (result.rejected[0].line, result.rejected[0].reason) == (None, "record 2: longer than 16 MB")
    assert {row.group for row in result.rows} == {(None,), (odd["text"],)}
    assert adds_up(result)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("in_array", [True, False])
def test_records_become_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indent: int | None, in_array: bool
) -> None:
    texts = ('a\n"}, {\\"] é', "\\", '"', "[", "}", "x" * 99)
    records: list[Any] = [{"text": text, "list": [{}, [text], 1, None, {text: text}]} for text in texts]
    path = tmp_path / "log.json"
    content = (
        json.dumps(records, indent=indent) if in_array else "\n".join(json.dumps(r, indent=indent) for r in records)
    )
    path.write_text(content)
    for block in (1, 2, 3, 7, 64, 10_000):
        monkeypatch.setattr(long_lines, "_BLOCK", block)
        copy = long_lines.shorten_lines(
            str(path), "none", "array" if in_array else "objects", "log.json", str(tmp_path)
        )
        with open(copy, "rb") as lines:
            assert [json.loads(line) for line in lines] == records


def test_an_array_after_a_byte_order_mark(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(b"\xef\xbb\xbf[" + b",".join([line] * 3) + b", nonsense]")
    result = usage(shipped, [str(path)])
    assert (result.read, result.priced, result.rejected[0].reason) == (4, 3, "record 4: not JSON")


def test_a_line_without_end_is_not_held_in_memory(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * 1_000_000, 1) * 100)
    assert usage(shipped, [str(path)]).read == 0


NAMES = ("q'uo\"te", "new\nline", "st*ar", "br[ack]et", "ünï🙂", "-dash", "a=b", " x ", "esc\x1b[31m", "b\\s", "\udcff")


def test_names_of_files(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    paths = [str(tmp_path / f"{name}.jsonl") for name in NAMES]
    try:
        for path in paths:
            Path(path).write_bytes(line + b"no\n")
    except OSError:
        pytest.skip("no such names in this file system")
    result = usage(shipped, paths)
    assert (result.priced, [item.file for item in result.rejected]) == (len(paths), paths)
    assert usage(shipped, [str(tmp_path)]).priced == len(paths)


def test_folders_and_links(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    (tmp_path / "a.jsonl").mkdir()
    (tmp_path / "a.jsonl" / "b.jsonl").write_bytes(line)
    (tmp_path / "a.jsonl" / "self").symlink_to(".")
    (tmp_path / "a.jsonl" / "again.jsonl").symlink_to("b.jsonl")
    assert usage(shipped, [str(tmp_path / "a.jsonl"), str(tmp_path), str(tmp_path / "*" / "b*")]).read == 1
    (tmp_path / "loop.jsonl").symlink_to("loop.jsonl")
    for name in ("", "loop.jsonl"):
        with pytest.raises(InvalidRequest, match=r"cannot read .*loop\.jsonl: Too many levels of symbolic links"):
            usage(shipped, [str(tmp_path / name)])


@pytest.mark.parametrize("name", ["s3://b/x.jsonl", "https://e.org/*.jsonl", "hf://datasets/x/y.parquet"])
def test_addresses_are_no_files(shipped: PriceTable, name: str) -> None:
    with pytest.raises(InvalidRequest, match="is an address, not a file"):
        usage(shipped, [name])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_can_be_read_only_once(shipped: PriceTable, tmp_path: Path, line: bytes) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(line * 3,))
    writer.start()
    assert usage(shipped, [str(pipe)]).priced == 3
    writer.join()
    if Path("/dev/zero").exists():
        with pytest.raises(InvalidRequest, match="cannot read /dev/zero: it is a device"):
            usage(shipped, ["/dev/zero"])
    if Path("/proc/self/status").exists():
        # It has no size, and yet a content.
        with pytest.raises(InvalidRequest, match="its columns are Name:"):
            usage(shipped, ["/proc/self/status"])


AS_NOBODY = """
import os, sys
from tokencost.cli import run
os.chdir(sys.argv[1])
assert run(["usage", "open.jsonl", "--format", "csv", "--output", os.devnull]) == 0
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
for name in sys.argv[2:]:
    assert run(["usage", name]) == 2
"""


@pytest.fixture
def shut(line: bytes) -> Iterator[Path]:
    """A folder of logs some of which nobody may read, where nobody may look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for place in ("open.jsonl", "sub/a.jsonl", "found/a.jsonl", "file/secret.jsonl"):
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_bytes(line)
        modes = {"sub": 0, "found": 0o311, "file/secret.jsonl": 0}
        for place, mode in modes.items():
            (folder / place).chmod(mode)
        yield folder
        for place in modes:
            (folder / place).chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="no such permissions here")
def test_what_may_not_be_read_is_named(shut: Path) -> None:
    told = {
        "sub": "cannot read the folder sub: Permission denied",
        "sub/a.jsonl": "cannot read sub/a.jsonl: Permission denied",
        "sub/*.jsonl": "cannot read sub/*.jsonl: Permission denied",
        "found/*.jsonl": "cannot read the folder found/: Permission denied",
        "**/a.jsonl": "cannot read the folder found/: Permission denied",
        "found": "cannot read the folder found: Permission denied",
        "file": "cannot read file/secret.jsonl: Permission denied",
        "file/secret.jsonl": "cannot read file/secret.jsonl: Permission denied",
        ".": "cannot read the folder ./found: Permission denied",
    }
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(shut), *told], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.splitlines() == [f"Error: {message}" for message in told.values()]


@pytest.mark.parametrize("kind", ["log.jsonl", "log.csv", "log.json", "log.jsonl.gz"])
@pytest.mark.parametrize("how", ["grows", "shrinks", "goes"])
def test_a_file_that_changes_while_it_is_read(
    shipped: PriceTable, tmp_path: Path, line: bytes, kind: str, how: str, adds_up: AddsUp
) -> None:
    row = b"gpt-4o,2025-03-01T00:00:00Z,1,1\n"
    content = {
        "log.jsonl": line * 9_000 + b"junk\n" + line,
        "log.csv": b"model,time,input_tokens,output_tokens\n" + row * 20_000 + b"bad\n",
        "log.json": b"[" + b",".join([line] * 9_000) + b"]",
        "log.jsonl.gz": gzip.compress(line * 9_000, 1),
    }[kind]
    path = tmp_path / kind
    stop = threading.Event()

    def change() -> None:
        while not stop.wait(0.003):
            if how == "grows":
                with path.open("ab") as stream:
                    stream.write((row if kind == "log.csv" else line)[:-9])
            elif how == "shrinks":
                path.write_bytes(content[: len(content) // 2])
                path.write_bytes(content)
            else:
                path.unlink()
                stop.wait(0.01)
                path.write_bytes(content)

    path.write_bytes(content)
    writer = threading.Thread(target=change)
    writer.start()
    try:
        assert adds_up(usage(shipped, [str(path)]))
    except TokencostError as error:
        assert kind in str(error)
    finally:
        stop.set()
        writer.join()
