"""The marked blocks of texts as a document: which command each one holds, for which day, and from which table."""

from collections.abc import Sequence
from typing import NamedTuple

from tokencost.documents.document import Column, Document, Field, Records, Table, begin_document
from tokencost.documents.wording import count_noun
from tokencost.pricetable.table import PriceTable


class ListedBlock(NamedTuple):
    """One block, which was not run."""

    file: str
    line: int
    kind: str
    """answer, figure or transcript."""
    command: str
    on: str
    """The time that it is about, as it was typed; empty where it is about any time."""
    version: str | None
    """Of the price table from which its content comes, where that says so."""


FIELDS = (Field("file"), Field("line"), Field("kind"), Field("command"), Field("on"), Field("version"))


def blocks_document(table: PriceTable, blocks: Sequence[ListedBlock], files: int) -> Document:
    """The document of `tokencost refresh --list`."""
    rows = tuple((each.file, each.line, each.kind, each.command, each.on or None, each.version) for each in blocks)
    columns = (
        Column("file"),
        Column("line"),
        Column("kind", leaves=1),
        Column("command"),
        Column("day"),
        Column("table version", leaves=2),
    )
    return begin_document(table, "refresh", None)._replace(
        records=(Records(FIELDS, rows),),
        tables=(Table(columns, rows),) if rows else (),
        answer=((f"{count_noun(len(blocks), 'block')} in {count_noun(files, 'file')}.",),),
    )
