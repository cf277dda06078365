"""The header of a CSV or TSV file."""

import csv
import io

from tokencost.errors import InvalidData, Problem
from tokencost.logs.sources import HEAD, Log, decompressed


def header_of(log: Log) -> tuple[str, ...]:
    """The names of the columns, made unique. Raises `InvalidData` where the first line is none."""
    with open(log.path, "rb") as stream, decompressed(stream, log.compression) as inner:
        text = inner.read(HEAD).decode("utf-8-sig", "replace")
    try:
        names = next(csv.reader(io.StringIO(text), delimiter="\t" if log.kind == "tsv" else ","))
    except (StopIteration, csv.Error):
        raise InvalidData([Problem(log.shown, 1, "there is no header line with the names of columns")]) from None
    unique: list[str] = []
    for place, name in enumerate(names):
        bare = name.strip() or f"column {place + 1}"
        taken = {known.casefold() for known in unique}
        unique.append(f"{bare} ({place + 1})" if bare.casefold() in taken else bare)
    return tuple(unique)
