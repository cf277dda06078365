"""The header of a CSV or TSV file."""

import csv
import io

from tokencost.errors import InvalidData, Problem
from tokencost.logs.long_lines import LONGEST_ROW
from tokencost.logs.sources import Log
from tokencost.logs.unpacked import reading


def header_of(log: Log) -> tuple[str, ...]:
    """The names of the columns, made unique. Raises `InvalidData` where the first line is none."""
    with reading(log.path, log.compression, log.shown) as inner:
        text = inner.read(LONGEST_ROW).decode("utf-8-sig", "replace")
    try:
        names = next(csv.reader(io.StringIO(text), delimiter="\t" if log.kind == "tsv" else ","))
    except (StopIteration, csv.Error):
        names = []
    if not any(name.strip() for name in names):
        raise InvalidData([Problem(log.shown, 1, "there is no header line with the names of columns")]) from None
    unique: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names):
        bare = name.strip() or f"column {place + 1}"
        unique.append(f"{bare} ({place + 1})" if bare.casefold() in taken else bare)
        taken.add(unique[-1].casefold())
    return tuple(unique)
