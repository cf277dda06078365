"""The bytes of a log inside its compression. What goes wrong while they are read is said of the log."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from tokencost.errors import InvalidData, Problem
from tokencost.logs.files.detect import Compression

TOO_LONG = b'"longer than 16 MB"\n'
"""Stands in for a line that is longer than engines take: JSON, so that it is no record and yet a line."""
REPEATED = b'"the same key twice"\n'
"""Stands in for a record that has a field twice."""
CUT_SHORT = "the compressed file ends too early"
_BLOCK = 1024 * 1024


@contextmanager
def open_decompressed(path: str, compression: Compression, shown: str, *, block: int = -1) -> Iterator[BinaryIO]:
    """The bytes inside. Raises `InvalidData` where the file is gone, cut short or damaged.

    Whoever reads all of its lines takes a `block` that is longer than these: the usual one makes pieces of each.
    """
    try:
        with open(path, "rb", buffering=block) as stream, _inside(stream, compression) as inner:
            yield inner
    except FileNotFoundError:
        raise InvalidData([Problem(shown, 1, "the file is no longer there", "run it again")]) from None
    except (EOFError, zlib.error):
        raise InvalidData([Problem(shown, 1, CUT_SHORT, "copy it again")]) from None
    except OSError as error:
        raise InvalidData([Problem(shown, 1, f"cannot be read to its end: {error}", "copy it again")]) from None


@contextmanager
def _inside(stream: BinaryIO, compression: Compression) -> Iterator[BinaryIO]:
    if compression == "none":
        yield stream
    elif compression == "gzip":
        with gzip.GzipFile(fileobj=stream) as inner:
            yield cast("BinaryIO", inner)
    else:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        try:
            with zstd.open(stream) as inner:
                yield cast("BinaryIO", inner)
        except zstd.ZstdError as error:
            raise OSError(str(error)) from None


def why_damaged(path: str, compression: Compression, shown: str) -> InvalidData | None:
    """What is wrong with a compressed file, where the engine does not say in which it found a fault."""
    try:
        with open_decompressed(path, compression, shown) as inner:
            while inner.read(_BLOCK):
                pass
    except InvalidData as error:
        return error
    return None
