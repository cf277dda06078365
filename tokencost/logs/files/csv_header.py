"""The header of a CSV or TSV file."""

import csv
import io
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tokencost.errors import InvalidData, Problem
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import SEPARATORS
from tokencost.logs.files.long_lines import LONGEST_ROW

if TYPE_CHECKING:
    from tokencost.logs.files.discover import Log


def read_header(log: "Log") -> tuple[str, ...]:
    """The names of the columns, made unique. Raises `InvalidData` where the first line is none."""
    names, _ = _read(log)
    unique: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names):
        bare = " ".join(name.split()) or f"column {place + 1}"
        unique.append(f"{bare} ({place + 1})" if bare.casefold() in taken else bare)
        taken.add(unique[-1].casefold())
    return tuple(unique)


def header_lines(log: "Log") -> int:
    """How many lines the header takes."""
    return len(_read(log)[1])


def with_plain_header(log: "Log", folder: str) -> "Log":
    """The log, copied where its header has line breaks, as spreadsheets write: engines find no row after such a one.

    Blank lines take the place of the others, so that lines keep their numbers.
    """
    names, lines = _read(log)
    if len(lines) == 1 and "\r" not in lines[0].rstrip("\r\n"):
        return log
    path = os.path.join(folder, f"{len(os.listdir(folder))}.log")
    ending = "\r\n" if lines[-1].endswith("\r\n") else "\n"
    plain = io.StringIO()
    writer = csv.writer(plain, delimiter=SEPARATORS[log.layout], lineterminator=ending)
    writer.writerow(" ".join(name.split()) for name in names)
    with open_decompressed(log.path, log.compression, log.shown) as inner, open(path, "wb") as copy:
        for _ in lines:
            inner.readline()
        copy.write(plain.getvalue().encode() + ending.encode() * (len(lines) - 1))
        shutil.copyfileobj(inner, copy)
    return log._replace(path=path, compression="none", size=os.path.getsize(path))


def _read(log: "Log") -> tuple[list[str], list[str]]:
    """The names as they are written, and the lines on which they stand."""
    with open_decompressed(log.path, log.compression, log.shown) as inner:
        text = inner.read(LONGEST_ROW).decode("utf-8-sig", "replace")
    lines: list[str] = []

    def taken() -> Iterator[str]:
        for line in io.StringIO(text):
            lines.append(line)
            yield line

    try:
        names = next(csv.reader(taken(), delimiter=SEPARATORS[log.layout], strict=True), [])
    except csv.Error as error:
        names = []
        if '"' in "".join(lines):
            problem = f"the quotes of the header do not match: {error}"
            hint = "close the quote, or write it twice within a name"
            raise InvalidData([Problem(log.shown, 1, problem, hint)]) from None
    if not any(name.strip() for name in names):
        raise InvalidData([Problem(log.shown, 1, "there is no header line with the names of columns")]) from None
    return names, lines
