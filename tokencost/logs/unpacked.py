"""The bytes of a log inside its compression. What goes wrong while they are read is said of the log."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from tokencost.errors import InvalidData, Problem
from tokencost.logs.sniff import Compression

TOO_LONG = b'"longer than 16 MB"\n'
"""Stands in for a line that is longer than engines take: JSON, so that it is no record and yet a line."""
REPEATED = b'"the same key twice"\n'
"""Stands in for a record that has a field twice."""
CUT_SHORT = "the compressed file ends too early"
_BLOCK = 1024 * 1024


@contextmanager
def reading(path: str, compression: Compression, shown: str, *, whole: bool = True) -> Iterator[BinaryIO]:
    """The bytes inside. `whole` says whether all lines are wanted, rather than some of the first.

    Raises `InvalidData` where the file is gone, cut short or damaged.
    """
    try:
        with open(path, "rb") as stream, _inside(stream, compression, whole=whole) as inner:
            yield inner
    except FileNotFoundError:
        raise InvalidData([Problem(shown, 1, "the file is no longer there", "run it again")]) from None
    except (EOFError, zlib.error):
        raise InvalidData([Problem(shown, 1, CUT_SHORT, "copy it again")]) from None
    except OSError as error:
        raise InvalidData([Problem(shown, 1, f"cannot be read to its end: {error}", "copy it again")]) from None


@contextmanager
def _inside(stream: BinaryIO, compression: Compression, *, whole: bool) -> Iterator[BinaryIO]:
    if compression == "none":
        yield stream
    elif compression == "gzip":
        with gzip.GzipFile(fileobj=stream) as inner:
            yield cast("BinaryIO", inner)
    else:
        import duckdb

        from tokencost.logs.zstd import ZstdLines

        try:
            with io.BufferedReader(ZstdLines(stream.name, whole=whole, too_long=TOO_LONG)) as lines:
                yield lines
        except duckdb.Error as error:
            raise OSError(str(error).partition("\n")[0]) from None


def why_damaged(path: str, compression: Compression, shown: str) -> InvalidData | None:
    """What is wrong with a compressed file, where the engine does not say in which it found a fault."""
    try:
        with reading(path, compression, shown) as inner:
            while inner.read(_BLOCK):
                pass
    except InvalidData as error:
        return error
    return None
