"""What people see of a document, the same in every format: which sentences and tables, in which words and order.

Values are strings here, rounded and with nothing in them that acts; a format adds only its syntax.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from tokencost.documents.document import Column, Document, Indented, Sentence, Source, Table, Value
from tokencost.render.numbers import show, show_column, show_sentence, show_short_when
from tokencost.render.sanitize import sanitize

if TYPE_CHECKING:
    from tokencost.render import Screen

# Only characters that a URL may have, less those that end a cell, a link or a quotation in some markup;
# punctuation at the end belongs to the sentence. https://www.rfc-editor.org/rfc/rfc3986#section-2
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[\w.~:/?#@!$&()*+,;=%-]*[\w~/#@$&*+=%-]", re.ASCII)
_CONFIDENCE = {"primary": "official page", "corroborated": "several tables agree", "single": "one table"}
INDENT = "\u00a0\u00a0"
"""No format takes no-break spaces for its own."""
_FEW_NOTES = 3
"""So many stand as sentences beneath the table; more become a list."""


class ColumnView(NamedTuple):
    """A heading, and how the cells below it are laid out."""

    heading: str
    """May be broken over two lines."""
    over: str
    """The heading that it shares with its neighbours; of the first column, the unit of all figures."""
    right: bool
    """Numbers stand at the right."""
    whole: bool
    """A number, date or instant, which must never be broken across lines."""
    width: int | None = None
    """Within so many characters the cells are to be wrapped; None is as wide as they are."""


class RowView(NamedTuple):
    """The cells of a row as text."""

    cells: tuple[str, ...]
    kind: Literal["plain", "heading", "total"] = "plain"
    """A heading has one text, in its first cell, for the rows below it."""


class TableView(NamedTuple):
    """The columns that people see, with all cells as text."""

    title: str
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    left_out: tuple[str, ...] = ()
    """Headings of the columns for which there was no room."""
    cards: bool = False
    """Whether each row is written below itself, for want of room."""

    @property
    def lines(self) -> list[Sequence[str]]:
        """The headings in one line, then the rows."""
        return [self.flat_headings, *(row.cells for row in self.rows)]

    @property
    def flat_headings(self) -> list[str]:
        """For formats with one line of headings: `gpt-6.1-sol costs: input`; the unit behind the first."""
        flat = []
        for place, column in enumerate(self.columns):
            own = column.heading.replace("\n", " ")
            parts = (own, column.over) if place == 0 else (column.over, own)
            flat.append((", " if place == 0 else ": ").join(filter(None, parts)))
        return flat

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The shared headings, each with the number of its columns; empty where no column has one."""
        if not any(column.over for column in self.columns):
            return []
        return [(over, len(list(group))) for over, group in groupby(self.columns, key=lambda column: column.over)]

    @property
    def right(self) -> list[bool]:
        """For each column, whether it stands at the right."""
        return [column.right for column in self.columns]


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
    from tokencost.render.fit import fit_table

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
        stamp=_line(
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
        _line(
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


def say_empty(table: TableView) -> str:
    """What stands in place of a table without rows."""
    return f"{table.title} (none)".lstrip()


def say_left_out(table: TableView) -> str:
    """Which columns are not there, and what brings them back."""
    return f"Left out for want of room: {', '.join(table.left_out)}."


def _lines(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    return tuple(_line(show_sentence(sentence)) for sentence in sentences)


def _paragraph(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The sentences as one text; none where there are none."""
    return (" ".join(lines),) if (lines := _lines(sentences)) else ()


def _line(text: str) -> str:
    # Leading blanks would indent the line, which means something in most markups.
    return sanitize(text).strip()


def _cell(text: str, value: Value) -> str:
    return INDENT + _line(text) if isinstance(value, Indented) else _line(text)


def view_table(table: Table, *, short_times: bool = False) -> TableView:
    """One table as people see it, as wide as it is."""
    width = len(table.columns)
    full = [row for row in table.rows if len(row) == width]
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in full]
        cells = _show_cells(values, column, table.totals, short_times)
        columns.append([_cell(cell, value) for cell, value in zip(cells, values, strict=True)])
    shown = iter(zip(*columns, strict=True))
    rows: list[RowView] = []
    above: tuple[str, ...] = ()
    first_total = len(table.rows) - table.totals
    for number, row in enumerate(table.rows):
        if len(row) != width:
            rows.append(RowView((_line(show(row[0], "text")), *("",) * (width - 1)), "heading"))
            above = ()
            continue
        line = next(shown)
        rows.append(RowView(_blank_repeated(line, above, table.names), "total" if number >= first_total else "plain"))
        above = line
    return TableView(_line(table.title), _view_columns(table), tuple(rows))


def _show_cells(values: Sequence[Value], column: Column, totals: int, short_times: bool) -> Sequence[str]:
    if short_times:
        return [
            show_short_when(value) if isinstance(value, datetime) and "T" in cell else cell
            for value, cell in zip(
                values, show_column(values, column.kind, column.currency, totals=totals), strict=True
            )
        ]
    return show_column(values, column.kind, column.currency, totals=totals)


def _blank_repeated(cells: tuple[str, ...], above: tuple[str, ...], names: int) -> tuple[str, ...]:
    """The cells without what stands above them already; the last name is the row's own."""
    same = 0
    while same < names - 1 and above and cells[same] == above[same]:
        same += 1
    return (*("",) * same, *cells[same:])


def _view_columns(table: Table) -> tuple[ColumnView, ...]:
    views = [_view_column(column) for column in table.columns]
    if table.unit and views:
        first, unit = views[0], _line(table.unit)
        # Beside headings over several columns it has a line of its own.
        two_lines = any(column.over for column in views) and first.heading
        heading = first.heading if two_lines else ", ".join(filter(None, (first.heading, unit)))
        views[0] = first._replace(heading=heading, over=unit if two_lines else "")
    return tuple(views)


def _view_column(column: Column) -> ColumnView:
    return ColumnView(
        heading=_line(column.heading),
        over=_line(column.over),
        right=column.kind not in ("text", "term", "when", "bound", "url"),
        whole=column.kind not in ("text", "term", "url"),
    )
