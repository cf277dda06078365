"""Files as texts: opened, decompressed and decoded block by block, so that their length does not matter."""

import codecs
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import BinaryIO, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import compression_of, foreign_format
from tokencost.logs.files.discover import find_files
from tokencost.logs.files.progress import announce_wait

BLOCK = 256 * 1024
"""Bytes that are read at a time."""
HEAD = 8 * 1024
"""Bytes in which a file that is no text has a zero byte, as good as always; git tells them by the same."""
STANDARD_INPUT = "standard input"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TEXT_IN_UTF_16 = "text in UTF-16"


class TextFile(NamedTuple):
    """A file that holds text."""

    name: str
    """As the user named it; `-` is standard input."""
    path: str
    sought: bool = False
    """Whether a folder or a pattern led to it, so that nobody said what it holds."""

    @property
    def shown(self) -> str:
        """What it is called in sentences and tables."""
        return STANDARD_INPUT if self.name == "-" else self.name


class LeftOut(NamedTuple):
    """A file that a folder or a pattern led to, and that is no text."""

    shown: str
    why: str


def find_texts(names: Sequence[str]) -> tuple[list[TextFile], list[LeftOut]]:
    """The files that names, globs and folders stand for, each once, and those among them that are no text.

    Raises `InvalidRequest` where there are none, or where one cannot be read, and `InvalidData` where a file that was
    named itself is no text.
    """
    texts: list[TextFile] = []
    left: list[LeftOut] = []
    for name, sought in find_files(names, any_suffix=True, command="count"):
        if why := None if name == "-" else _why_no_text(name):
            if not sought:
                raise InvalidData([Problem(name, 0, f"is no text: it is {why}", "take the text out of it first")])
            left.append(LeftOut(name, f"is {why}"))
        else:
            texts.append(TextFile(name, name, sought))
    if not texts:
        raise InvalidRequest("there is no text there", "; ".join(f"{each.shown} {each.why}" for each in left[:3]))
    return texts, left


def _why_no_text(name: str) -> str | None:
    try:
        with open(name, "rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise InvalidRequest(f"cannot read {name}: {error.strerror or error}") from None
    if (compression := compression_of(head)) != "none":
        with open_decompressed(name, compression, name) as inner:
            head = inner.read(HEAD)
    what = foreign_format(head)
    if head.startswith(_UTF_16) or what == _TEXT_IN_UTF_16:
        return None
    return what or ("binary: it has a zero byte" if b"\0" in head else None)


class Decoded:
    """The text of one file in blocks; afterwards, whether all of its bytes were valid."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self.size = 0
        """Bytes, without a byte order mark and inside any compression."""
        self.invalid = False
        """Whether some bytes are not in the encoding: each stands in the text as U+FFFD."""

    def blocks(self) -> Iterator[str]:
        """The text. Raises `InvalidRequest` or `InvalidData` where it cannot be read to its end."""
        with ExitStack() as stack:
            stream = self._open(stack)
            try:
                yield from self._decode(stream)
            except IsADirectoryError:
                raise InvalidRequest(f"{self._file.shown} is a folder") from None
            except OSError as error:
                raise InvalidRequest(f"cannot read {self._file.shown}: {error.strerror or error}") from None

    def _open(self, stack: ExitStack) -> BinaryIO:
        if self._file.name == "-":
            if sys.stdin is None:
                raise InvalidRequest("cannot read standard input: it is closed", "name a file")
            return sys.stdin.buffer
        path = self._file.path
        with open(path, "rb") as stream:
            compression = compression_of(stream.read(4))
        return stack.enter_context(open_decompressed(path, compression, self._file.shown))

    def _decode(self, stream: BinaryIO) -> Iterator[str]:
        with self._announce():
            first = stream.read(BLOCK)
        if first.startswith(_UTF_16):
            yield from self._decode_utf_16(stream, first)
            return
        rest = b""
        block = first.removeprefix(codecs.BOM_UTF8)
        while block:
            self.size += len(block)
            yield from filter(None, [(found := self._decode_utf_8(rest + block))[0]])
            rest = found[1]
            block = stream.read(BLOCK)
        if rest:
            self.invalid = True
            yield codecs.utf_8_decode(rest, "replace", True)[0]

    def _announce(self) -> AbstractContextManager[None]:
        """A word to whoever sits before a terminal and typed nothing yet."""
        waited = self._file.name == "-" and sys.stderr is not None and sys.stderr.isatty()
        return announce_wait(self._file.shown) if waited else nullcontext()

    def _decode_utf_8(self, data: bytes) -> tuple[str, bytes]:
        """The text, and the bytes at the end that the next block may complete."""
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            self.invalid = True
            text, used = codecs.utf_8_decode(data, "replace", False)
        return text, data[used:]

    def _decode_utf_16(self, stream: BinaryIO, block: bytes) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self.size -= len(codecs.BOM_UTF16_LE)
        while block:
            self.size += len(block)
            yield decoder.decode(block)
            block = stream.read(BLOCK)
        yield decoder.decode(b"", final=True)


def plain(text: str) -> str:
    """The text with surrogates that stand alone replaced, as whoever sends it would: no file can hold them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
