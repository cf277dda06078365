"""A table within a width, the same way for every format and terminal.

What each table may do without is its own to say (`Column.leaves`, `Table.turns`); in which order things are tried is
said here alone: times are shortened, the first columns leave, headings are broken over two lines, texts are wrapped,
further columns leave, rows become columns, and what is still too wide is split into blocks. A row becomes a card only
where no block fits, and there are few rows. A number is never wrapped or cut.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from tokencost.documents.document import Column, Kind, Table, Value
from tokencost.render.numbers import show_column
from tokencost.render.padding import width_of
from tokencost.render.table_view import ColumnView, RowView, TableView, view_table

GAP = 2
"""The least number of blanks between two columns."""
LEAST_TEXT, EASY_TEXT = 16, 24
"""Characters that a wrapped text needs to be read at all, and with ease."""
FEW_ROWS = 3
"""So many may become cards."""
LEAST_WHOLE = 10
"""Amounts below it lose too much in whole units."""


def fit_table(table: Table, width: int | None) -> list[TableView]:
    """The table within so many characters, in as many parts as it needs; None is no limit."""
    natural = view_table(table)
    if width is None or table_width(natural) <= width:
        return [natural]
    for view in _narrow(table, width):
        if table_width(view) <= width:
            return [view]
    smallest = _drop(table, max((column.leaves for column in table.columns), default=0))
    if table.turns and _is_large(smallest):
        return _split(_break_headings(view_table(_turn(smallest), short_times=True)), width, names=1)
    view = _note_dropped(table, smallest, _break_headings(view_table(smallest, short_times=True)))
    parts = _split(view, width, names=max(table.names, 1))
    if len(table.rows) <= FEW_ROWS and any(table_width(part) > width for part in parts):
        return [view._replace(cards=True)]
    return [
        part if table_width(part) <= width else _wrap_texts(part, width, LEAST_TEXT, tear=True) or part
        for part in parts
    ]


def table_width(view: TableView) -> int:
    """The characters that the table takes in a font of fixed width."""
    return sum(column_widths(view)) + GAP * (len(view.columns) - 1)


def column_widths(view: TableView) -> list[int]:
    """How wide each column is: as its widest cell or line of a heading, and as its share of a heading above."""
    widths = []
    for place, column in enumerate(view.columns):
        cells = max(map(width_of, _cells_of(view, place)), default=0)
        if column.width is not None:
            cells = min(cells, column.width)
        widths.append(max(cells, *map(width_of, column.heading.split("\n"))))
    start = 0
    for over, count in view.groups:
        group = range(start, start + count)
        # The unit above the first column may stand out over the next ones, which have nothing there.
        lacking = width_of(over) - sum(widths[place] for place in group) - GAP * (count - 1)
        if lacking > 0 and not (start == 0 and _blank_beside(view, count) > lacking):
            widths[start + count - 1] += lacking
        start += count
    return widths


def _blank_beside(view: TableView, first: int) -> int:
    """How many characters stand free beside the first heading above."""
    free = 0
    for column in view.columns[first:]:
        if column.over:
            break
        free += width_of(column.heading.split("\n")[0]) + GAP
    return free


def _narrow(table: Table, width: int) -> Iterator[TableView]:
    """Narrower and narrower views of the whole table."""
    yield view_table(table, short_times=True)
    levels = sorted({column.leaves for column in table.columns if column.leaves})
    for level in (0, *levels):
        kept = _drop(table, level)
        view = view_table(kept, short_times=True)
        if level:
            yield _note_dropped(table, kept, view)
        # The first column to go is one that few miss: an `until` that is the next line's `from`.
        if level == 0 and levels[:1] == [1]:
            continue
        broken = _break_headings(view)
        yield _note_dropped(table, kept, broken)
        # A text in narrow lines is still read; a column that has left is not.
        if wrapped := _wrap_texts(broken, width, LEAST_TEXT if level or not levels else EASY_TEXT):
            yield _note_dropped(table, kept, wrapped)
    kept = _drop(table, levels[-1] if levels else 0)
    broken = _break_headings(view_table(kept, short_times=True))
    if wrapped := _wrap_texts(broken, width, LEAST_TEXT, tear=True):
        yield _note_dropped(table, kept, wrapped)


def _drop(table: Table, level: int) -> Table:
    """The table without the columns that leave up to this level."""
    kept = [place for place, column in enumerate(table.columns) if not 0 < column.leaves <= level]
    whole = len(table.columns)
    rows = [tuple(row[place] for place in kept) if len(row) == whole else row for row in table.rows]
    names = sum(place < table.names for place in kept)
    return table._replace(columns=tuple(table.columns[place] for place in kept), rows=rows, names=names)


def _note_dropped(table: Table, kept: Table, view: TableView) -> TableView:
    gone = [column for column in table.columns if column not in kept.columns]
    left = {column.over for column in kept.columns}
    names = [
        column.over
        if column.over and column.over not in left
        else ": ".join(filter(None, (column.over, column.heading)))
        for column in gone
    ]
    return view._replace(left_out=tuple(dict.fromkeys(names)))


def _break_headings(view: TableView) -> TableView:
    """Headings that are wider than what stands below them, over two lines."""
    return view._replace(
        columns=tuple(
            column._replace(
                heading=_break_in_two(column.heading, max(map(width_of, _cells_of(view, place)), default=0))
            )
            for place, column in enumerate(view.columns)
        )
    )


def _cells_of(view: TableView, place: int) -> Iterator[str]:
    """The cells of a column; a heading among the rows is in none."""
    return (row.cells[place] for row in view.rows if row.kind != "heading")


def _break_in_two(heading: str, least: int) -> str:
    words = heading.split(" ")
    if width_of(heading) <= least or len(words) == 1:
        return heading
    breaks = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    return "\n".join(min(breaks, key=lambda pair: max(map(width_of, pair))))


def _wrap_texts(view: TableView, width: int, least: int, *, tear: bool = False) -> TableView | None:
    """The view with its texts wrapped; None where one would have less room than `least`.

    None as well where a word would have to be torn apart, unless it may be.
    """
    natural = column_widths(view)
    # A name or an address is one word, which would be torn apart.
    texts = [
        place
        for place, column in enumerate(view.columns)
        if not column.whole and any(" " in cell for cell in _cells_of(view, place))
    ]
    room = width - GAP * (len(natural) - 1) - sum(size for place, size in enumerate(natural) if place not in texts)
    columns = list(view.columns)
    for left, place in enumerate(sorted(texts, key=natural.__getitem__)):
        size = min(natural[place], room // (len(texts) - left))
        words = [] if tear else [word for cell in _cells_of(view, place) for word in cell.split()]
        if size < max(min(least, natural[place]), *map(width_of, words), 0):
            return None
        room -= size
        # Beside cells that were wider, the heading has not been broken yet.
        heading = columns[place].heading
        columns[place] = columns[place]._replace(width=size, heading=_break_in_two(heading.replace("\n", " "), size))
    return view._replace(columns=tuple(columns)) if texts else None


def _is_large(table: Table) -> bool:
    """Whether its amounts of money say enough in whole units."""
    amounts = [
        cell
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=False)
        if column.kind == "money" and isinstance(cell, int | Decimal | Fraction)
    ]
    return all(abs(Fraction(amount)) >= LEAST_WHOLE for amount in amounts if amount)


def _turn(table: Table) -> Table:
    """The table on its side: each row a column, in whole units."""
    rows = [row for row in table.rows if len(row) == len(table.columns)]
    first, *others = table.columns
    headings = [cells[0] for cells in view_table(table._replace(columns=(first,), rows=[row[:1] for row in rows])).rows]
    money = others[0].kind == "money"
    kind: Kind = "whole_money" if money else others[0].kind
    columns = [Column(heading[0], kind, currency=others[0].currency) for heading in headings]
    turned: list[tuple[Value, ...]] = []
    for place, column in enumerate(others, start=1):
        cells: Sequence[Value] = [row[place] for row in rows]
        # Rounded here, where they stand below each other with their total, they add up to it.
        cells = show_column(cells, kind, column.currency, totals=table.totals) if money else cells
        turned.append((": ".join(filter(None, (column.over, column.heading))), *cells))
    unit = ", ".join(filter(None, (table.unit, "rounded" if money else "")))
    return Table((Column("model"), *columns), turned, unit=unit, title=table.title)


def _split(view: TableView, width: int, names: int) -> list[TableView]:
    """Parts of the columns that fit, each with the columns that say what a row is."""
    keys = list(range(min(names, len(view.columns) - 1)))
    parts: list[list[int]] = []
    for group in _list_groups(view, len(keys), width):
        if parts and table_width(_choose(view, [*keys, *parts[-1], *group])) <= width:
            parts[-1] += group
        else:
            parts.append(group)
    return [
        _choose(view, [*keys, *part])._replace(left_out=view.left_out if number == len(parts) - 1 else ())
        for number, part in enumerate(parts)
    ]


def _list_groups(view: TableView, first: int, width: int) -> Iterator[list[int]]:
    """The columns that stay together: those with a heading in common, where they fit."""
    places = range(first, len(view.columns))
    for over, group in groupby(places, key=lambda place: view.columns[place].over):
        together = list(group)
        if over and table_width(_choose(view, [*range(first), *together])) <= width:
            yield together
        else:
            yield from ([place] for place in together)


def _choose(view: TableView, places: Sequence[int]) -> TableView:
    columns: tuple[ColumnView, ...] = tuple(view.columns[place] for place in places)
    rows = tuple(RowView(tuple(row.cells[place] for place in places), row.kind) for row in view.rows)
    return view._replace(columns=columns, rows=rows)
