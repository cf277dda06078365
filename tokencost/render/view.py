"""What people see of a document, the same in every format: which sentences and tables, in which words and order.

Values are strings here, rounded and with nothing in them that acts; a format adds only its syntax.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tokencost.documents.document import Document, Sentence, Source
from tokencost.render.fit import fit_table
from tokencost.render.numbers import show, show_sentence
from tokencost.render.table_view import TableView, one_line, say_empty, say_left_out

if TYPE_CHECKING:
    from tokencost.render import Screen

# Only characters that a URL may have, less those that end a cell, a link or a quotation in some markup;
# punctuation at the end belongs to the sentence. https://www.rfc-editor.org/rfc/rfc3986#section-2
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[\w.~:/?#@!$&()*+,;=%-]*[\w~/#@$&*+=%-]", re.ASCII)
_CONFIDENCE = {"primary": "official page", "corroborated": "several tables agree", "single": "one table"}
_FEW_NOTES = 3
"""So many stand as sentences beneath the table; more become a list."""


class DocumentView(NamedTuple):
    """All parts of a document, in the order in which people read them."""

    answer: tuple[str, ...]
    assumed: tuple[str, ...]
    tables: tuple[TableView, ...]
    remarks: tuple[str, ...]
    """Beneath the tables, where they are too few for a list."""
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    """Lists that have entries, each under its heading."""
    stamp: str
    """Which price table this comes from, and the time that was asked for."""


def view_document(document: Document, screen: "Screen | None" = None) -> DocumentView:
    """The document as people see it, its tables within the width of the screen."""
    brief, width = (screen.brief, screen.width) if screen else (False, None)
    notes = () if brief else _lines(document.notes)
    few = notes if len(notes) <= _FEW_NOTES and document.notes_heading == "Notes" else ()
    lists = (
        (document.notes_heading, () if few else notes),
        ("Sources", () if brief else tuple(view_sources(document.sources))),
    )
    return DocumentView(
        answer=_paragraph(document.answer),
        assumed=_paragraph(document.assumed),
        tables=tuple(view for table in document.tables for view in fit_table(table, width)),
        remarks=few,
        lists=tuple((heading, entries) for heading, entries in lists if entries),
        stamp=one_line(
            f"prices.toml {document.version} (sha256 {document.sha256[:12]}) · "
            + (f"as of {show(document.as_of, 'when')}" if document.as_of else "at all times")
        ),
    )


def view_sources(sources: Iterable[Source]) -> list[str]:
    """One line for each page: `https://... (official page, read 2026-10-27)`."""
    pages: dict[str, dict[str, date | None]] = {}
    for source in sources:
        seen = pages.setdefault(source.address, {})
        how = _CONFIDENCE.get(source.confidence or "", source.confidence or "")
        known = seen.get(how)
        seen[how] = max(filter(None, (known, source.checked)), default=None)
    return [
        one_line(
            address
            + (
                f" ({'; '.join(said)})"
                if (said := [*filter(None, (_say_seen(how, day) for how, day in seen.items()))])
                else ""
            )
        )
        for address, seen in pages.items()
    ]


def _say_seen(how: str, day: date | None) -> str:
    if not how:
        return f"read {day.isoformat()}" if day else ""
    if day is None:
        return f"{how}, date not recorded"
    return f"{how}, {'read ' if how == _CONFIDENCE['primary'] else ''}{day.isoformat()}"


def list_footer(document: Document) -> tuple[str, ...]:
    """What stands below a picture: what it holds for, and which price table it comes from."""
    # Without the tables: a picture of a workload would else make thousands of cells that nobody sees.
    parts = view_document(document._replace(tables=(), answer=(), notes=(), sources=()))
    return (*parts.assumed, parts.stamp)


def join_blocks(
    document: Document,
    screen: "Screen | None" = None,
    *,
    paragraph: Callable[[str], str],
    table: Callable[[TableView], str],
    items: Callable[[str, Sequence[str]], str],
) -> str:
    """The document in a markup that separates its blocks with blank lines."""
    parts = view_document(document, screen)
    return "\n\n".join(
        [
            *(paragraph(sentence) for sentence in (*parts.answer, *parts.assumed)),
            *(block for each in parts.tables for block in _join_table(each, paragraph, table)),
            *(paragraph(sentence) for sentence in parts.remarks),
            *(items(heading, entries) for heading, entries in parts.lists),
            paragraph(parts.stamp),
        ]
    )


def _join_table(view: TableView, paragraph: Callable[[str], str], table: Callable[[TableView], str]) -> Iterable[str]:
    yield table(view) if view.rows else paragraph(say_empty(view))
    if view.left_out:
        yield paragraph(say_left_out(view))


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


def _lines(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    return tuple(one_line(show_sentence(sentence)) for sentence in sentences)


def _paragraph(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The sentences as one text; none where there are none."""
    return (" ".join(lines),) if (lines := _lines(sentences)) else ()
