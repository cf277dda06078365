"""One table as people see it: headings and cells as text, rounded and with nothing in them that acts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal, NamedTuple

from tokencost.documents.document import Column, Indented, Table, Value
from tokencost.render.numbers import show, show_column, show_short_when
from tokencost.render.sanitize import sanitize

INDENT = "\u00a0\u00a0"
"""No format takes no-break spaces for its own."""


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


def say_empty(table: TableView) -> str:
    """What stands in place of a table without rows."""
    return f"{table.title} (none)".lstrip()


def say_left_out(table: TableView) -> str:
    """Which columns are not there, and what brings them back."""
    return f"Left out for want of room: {', '.join(table.left_out)}."


def one_line(text: str) -> str:
    """Text of a document as it may stand anywhere."""
    # Leading blanks would indent the line, which means something in most markups.
    return sanitize(text).strip()


def _cell(text: str, value: Value) -> str:
    return INDENT + one_line(text) if isinstance(value, Indented) else one_line(text)


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
            rows.append(RowView((one_line(show(row[0], "text")), *("",) * (width - 1)), "heading"))
            above = ()
            continue
        line = next(shown)
        rows.append(RowView(_blank_repeated(line, above, table.names), "total" if number >= first_total else "plain"))
        above = line
    return TableView(one_line(table.title), _view_columns(table), tuple(rows))


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
        first, unit = views[0], one_line(table.unit)
        # Beside headings over several columns it has a line of its own.
        two_lines = any(column.over for column in views) and first.heading
        heading = first.heading if two_lines else ", ".join(filter(None, (first.heading, unit)))
        views[0] = first._replace(heading=heading, over=unit if two_lines else "")
    return tuple(views)


def _view_column(column: Column) -> ColumnView:
    return ColumnView(
        heading=one_line(column.heading),
        over=one_line(column.over),
        right=column.kind not in ("text", "term", "when", "bound", "url"),
        whole=column.kind not in ("text", "term", "url"),
    )
