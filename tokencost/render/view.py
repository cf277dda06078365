"""What people see of a document, the same in every format: which columns, in which words and order.

Values are strings here, rounded and with nothing in them that acts; a format adds only its syntax.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tokencost.documents.document import Column, Document, Sentence, Table
from tokencost.render.numbers import show, show_sentence
from tokencost.render.sanitize import sanitize

# Only characters that a URL may have, less those that end a cell, a link or a quotation in some markup;
# punctuation at the end belongs to the sentence. https://www.rfc-editor.org/rfc/rfc3986#section-2
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[\w.~:/?#@!$&()*+,;=%-]*[\w~/#@$&*+=%-]", re.ASCII)


class ColumnView(NamedTuple):
    """A heading, and how the cells below it are laid out."""

    heading: str
    right: bool
    """Numbers stand at the right."""
    whole: bool
    """A number, date or instant, which must never be broken across lines."""


class TableView(NamedTuple):
    """The columns that people see, with all cells as text."""

    caption: str
    columns: tuple[ColumnView, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> list[Sequence[str]]:
        """The headings, then the rows."""
        return [[column.heading for column in self.columns], *self.rows]

    @property
    def right(self) -> list[bool]:
        """For each column, whether it stands at the right."""
        return [column.right for column in self.columns]


class DocumentView(NamedTuple):
    """All parts of a document, in the order in which people read them."""

    answer: tuple[str, ...]
    assumed: tuple[str, ...]
    tables: tuple[TableView, ...]
    reading: tuple[str, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    """Lists that have entries, each under its heading."""
    stamp: str
    """Which price table this comes from, and the time that was asked for."""


def view_document(document: Document) -> DocumentView:
    """The document as people see it. A table whose columns are all hidden is for programs only."""
    lists = (
        ("Notes", _lines(document.notes)),
        ("Sources", tuple(_line(source) for source in document.sources)),
    )
    return DocumentView(
        answer=_lines(document.answer),
        assumed=_lines(document.assumed),
        tables=tuple(view_table(table) for table in document.tables if any(c.shown for c in table.columns)),
        reading=_lines(document.reading),
        lists=tuple((heading, entries) for heading, entries in lists if entries),
        stamp=_line(
            f"prices.toml {document.version} (sha256 {document.sha256[:12]}) · "
            + (f"as of {show(document.as_of, 'when')}" if document.as_of else "at all times")
        ),
    )


def list_footer(document: Document) -> tuple[str, ...]:
    """What stands below a picture: what it holds for, and which price table it comes from."""
    # Without the tables: a picture of a workload would else make thousands of cells that nobody sees.
    parts = view_document(document._replace(tables=(), answer=(), reading=(), notes=(), sources=()))
    return (*parts.assumed, parts.stamp)


def join_blocks(
    document: Document,
    *,
    paragraph: Callable[[str], str],
    table: Callable[[TableView], str],
    items: Callable[[str, Sequence[str]], str],
) -> str:
    """The document in a markup that separates its blocks with blank lines."""
    parts = view_document(document)
    return "\n\n".join(
        [
            *(paragraph(sentence) for sentence in (*parts.answer, *parts.assumed)),
            *(table(each) if each.rows else paragraph(say_empty(each)) for each in parts.tables),
            *(paragraph(sentence) for sentence in parts.reading),
            *(items(heading, entries) for heading, entries in parts.lists),
            paragraph(parts.stamp),
        ]
    )


def escape_text(text: str, *, word: Callable[[str], str], address: Callable[[str], str]) -> str:
    """The text with `address` applied to each http or https address in it and `word` to all the rest.

    Escaped as words are, an address would be another one in most markups.
    """
    pieces: list[str] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        pieces += [word(text[end : match.start()]), address(match[0])]
        end = match.end()
    return "".join([*pieces, word(text[end:])])


def say_empty(table: TableView) -> str:
    """What stands in place of a table without rows."""
    return f"{table.caption} (none)".lstrip()


def _lines(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    return tuple(_line(show_sentence(sentence)) for sentence in sentences)


def _line(text: str) -> str:
    # Leading blanks would indent the line, which means something in most markups.
    return sanitize(text).strip()


def view_table(table: Table) -> TableView:
    """One table as people see it: hidden columns left out, cells as text."""
    seen = [(place, column) for place, column in enumerate(table.columns) if column.shown]
    return TableView(
        caption=_line(table.caption),
        columns=tuple(_view_column(column) for _, column in seen),
        rows=tuple(
            tuple(_line(show(row[place], column.kind, column.currency)) for place, column in seen) for row in table.rows
        ),
    )


def _view_column(column: Column) -> ColumnView:
    return ColumnView(
        heading=_line(column.title),
        right=column.kind not in ("text", "term", "when", "bound", "url"),
        whole=column.kind not in ("text", "term", "url"),
    )
