"""What a file is, by its first bytes and its name."""

import json
import os
import re
from typing import Literal

Layout = Literal["lines", "array", "objects", "csv", "tsv", "ssv", "parquet", "stream", "sqlite"]
Compression = Literal["none", "gzip", "zstd"]

SEPARATORS: dict[str, str] = {"csv": ",", "tsv": "\t", "ssv": ";"}
"""What stands between the cells of a row, by layout. Spreadsheets write semicolons where a comma is in numbers."""
TABLES = (*SEPARATORS, "parquet")
BOM = b"\xef\xbb\xbf"
SUFFIXES: dict[str, Layout | None] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": None,
    ".log": None,
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
DATABASES = (".db", ".sqlite", ".sqlite3")
TEXTS = (".sse", ".txt")
BY_CONTENT = (*TEXTS, *DATABASES)
"""Suffixes of files that may be anything: in a folder they are looked into, and left alone where they are no logs."""
COMPRESSED = (".gz", ".zst", ".zstd")
_LAYOUTS: dict[bytes, Layout] = {b"PAR1": "parquet", b"SQLite format 3\0": "sqlite"}
"""How files begin that are no text."""
_STREAM = re.compile(rb"(?:[ \t]*\r?\n|:[^\n]*\n|(?:event|id|retry):[^\n]*\n)*data:[ \t]*(?:\{|\[DONE\])")
"""How a stream of server-sent events begins: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_FOREIGN = {
    b"PK\x03\x04": "a zip file",
    _GZIP: "compressed twice",
    _ZSTD: "compressed twice",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x04\x22\x4d\x18": "compressed with lz4",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF-": "a PDF file",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
"""How files begin that are often among logs and are none."""
NEVER_LOGS = ("a picture", "a PDF file")
"""Those of them that nobody means where a folder or a pattern finds them."""
_TAR = slice(257, 262)


def suffix(name: str) -> str:
    """The suffix, that of a compression left out."""
    stem, last = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if last in COMPRESSED else last


def compression_of(head: bytes) -> Compression:
    """How a file is compressed that begins so."""
    if head.startswith(_GZIP):
        return "gzip"
    return "zstd" if head.startswith(_ZSTD) else "none"


def foreign_format(head: bytes) -> str | None:
    """What a file is that begins so, inside its compression, where it is no log."""
    if head[_TAR] == b"ustar":
        return "a tar archive"
    return next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None)


def layout_of(name: str, head: bytes) -> Layout:
    """How to read a file of this name that begins so."""
    by_magic = next((layout for magic, layout in _LAYOUTS.items() if head.startswith(magic)), None)
    if by_magic:
        return by_magic
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    named = SUFFIXES.get(suffix(name))
    if text.startswith(b"[") or _STREAM.match(text):
        return "array" if text.startswith(b"[") else "stream"
    if text.startswith(b"{"):
        first = text.partition(b"\n")[0]
        pretty = not _is_json(first) and len(first) < len(text) and named != "lines" and first.strip() == b"{"
        return "objects" if pretty else "lines"
    return named if named == "lines" else _layout_of_rows(name, named, text.partition(b"\n")[0])


def _layout_of_rows(name: str, named: Layout | None, header: bytes) -> Layout:
    """How to read a file that begins with this line, which is no JSON."""
    commas, tabs, semicolons = map(header.count, (b",", b"\t", b";"))
    if semicolons > commas + tabs and (named == "csv" or not suffix(name)):
        return "ssv"
    if named in ("csv", "tsv"):
        return named
    if tabs > commas:
        return "tsv"
    return "csv" if commas and named is None and not name.lower().endswith(".json") else "lines"


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
