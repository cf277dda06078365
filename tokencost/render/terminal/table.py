"""The terminal: tables drawn in characters, sentences within the width of the screen.

rich wraps and colours, and is imported only where there is a
line to wrap or a colour to give; text reaches it only as `Text`, never as its markup.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.fit import GAP, column_widths, table_width
from tokencost.render.padding import align, width_of
from tokencost.render.table_view import TableView, say_empty, say_left_out
from tokencost.render.view import view_document


class _Line(NamedTuple):
    """One line, which may be wrapped below its indent unless it is to stay whole."""

    text: str = ""
    style: str = ""
    indent: str = ""
    whole: bool = False
    label: str = ""
    """Stands before the text, in bold."""


def render(document: Document, screen: Screen) -> str:
    """Parts in order, with an empty line between them."""
    lines = [fitted for line in _lines(document, screen) for fitted in _fit_line(line, screen.width)]
    if screen.color:
        return _add_color(lines)
    return "\n".join((line.indent + line.label + line.text).rstrip() for line in lines)


def _lines(document: Document, screen: Screen) -> Iterator[_Line]:
    parts = view_document(document, screen)
    for sentences in filter(None, (parts.answer, parts.assumed)):
        yield from map(_Line, sentences)
        yield _Line()
    for table in parts.tables:
        yield from _draw_table(table, screen.width)
        yield _Line()
    if screen.charts:
        from tokencost.render.terminal.chart import chart_lines

        said = " ".join(parts.answer).removesuffix(".")
        for chart in document.charts:
            # A picture alone has the answer as its title, which stands here already.
            lines = (line for line in chart_lines(chart, screen.width) if line.text != said)
            yield from (_Line(text, style, whole=whole) for text, style, whole in lines)
            yield _Line()
    for sentence in parts.remarks:
        yield _Line(sentence, "dim")
    if parts.remarks:
        yield _Line()
    for heading, entries in parts.lists:
        yield _Line(heading, "dim")
        # A terminal has no use for the scheme of an address that fills its line.
        yield from (_Line(entry.removeprefix("https://"), "dim", "- ") for entry in entries)
        yield _Line()
    yield _Line(parts.stamp, "dim")


def _draw_table(table: TableView, width: int | None) -> Iterator[_Line]:
    if not table.rows:
        yield _Line(say_empty(table))
    elif table.cards:
        yield from _draw_cards(table, width or 0)
    else:
        if table.title:
            yield _Line(table.title, "bold")
        yield from _draw_rows(table, width)
    if table.left_out:
        yield _Line(say_left_out(table), "dim")


def _draw_rows(table: TableView, width: int | None) -> Iterator[_Line]:
    gap = GAP + 1 if width is None or table_width(table) + len(table.columns) - 1 <= width else GAP
    widths = column_widths(table)
    rule = "─" * (sum(widths) + gap * (len(widths) - 1))
    yield from (_Line(line, "bold", whole=True) for line in _draw_headings(table, widths, gap))
    yield _Line(rule, whole=True)
    total = False
    for row in table.rows:
        if row.kind == "heading":
            yield _Line(row.cells[0], "bold")
            continue
        if row.kind == "total" and not total:
            yield _Line(rule, whole=True)
            total = True
        pieces = [_break_lines(cell, column.width) for cell, column in zip(row.cells, table.columns, strict=True)]
        for cells in zip_longest(*pieces, fillvalue=""):
            yield _Line((" " * gap).join(align(cells, widths, table.right)), whole=True)


def _draw_headings(table: TableView, widths: Sequence[int], gap: int) -> Iterator[str]:
    """The headings over several columns, then those of each column, which end on the same line."""
    if table.groups:
        spans, start = [], 0
        for over, count in table.groups:
            size = sum(widths[start : start + count]) + gap * (count - 1)
            spans.append((over, size, table.columns[start].right))
            start += count
        yield _draw_groups(spans, gap)
    parts = [column.heading.split("\n") for column in table.columns]
    deepest = max(map(len, parts))
    for line in zip(*(["" for _ in range(deepest - len(part))] + part for part in parts), strict=True):
        yield (" " * gap).join(align(line, widths, table.right))


def _draw_groups(spans: Sequence[tuple[str, int, bool]], gap: int) -> str:
    """The line of shared headings; the first may stand out over columns that have none."""
    drawn, owed = "", 0
    for place, (over, size, right) in enumerate(spans):
        before = gap if place else 0
        if not over:
            drawn += " " * max(before + size - owed, 0)
            owed = max(owed - before - size, 0)
            continue
        free = max(size - width_of(over), 0)
        drawn += " " * (before - owed) + (" " * free + over if right else over + " " * free)
        owed = max(width_of(over) - size, 0)
    return drawn


def _break_lines(text: str, width: int | None) -> list[str]:
    if width is None or width_of(text) <= width:
        return [text]
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=width, _environ={}), width)]


def _draw_cards(table: TableView, width: int) -> Iterator[_Line]:
    """Labels and values for each row, text before numbers."""
    order = sorted(range(len(table.columns)), key=table.right.__getitem__)
    labels = table.flat_headings
    indent = max(map(width_of, labels)) + 2
    for number, row in enumerate(table.rows):
        if number:
            yield _Line()
        if row.kind == "heading":
            yield _Line(row.cells[0], "bold")
            continue
        for place in order:
            label, value = labels[place], row.cells[place]
            if indent + width_of(value) <= width:
                yield _Line(value, label=label + " " * (indent - width_of(label)), whole=True)
            else:
                yield _Line(label=label, whole=True)
                yield _Line(value, indent="  ", whole=table.columns[place].whole)


def _fit_line(line: _Line, width: int | None) -> Sequence[_Line]:
    """The line, or the lines into which it is wrapped."""
    if width is None or line.whole or width_of(line.indent + line.text) <= width:
        return [line]
    wrapped = _break_lines(line.text, max(width - len(line.indent), 1))
    hanging = " " * len(line.indent)
    return [line._replace(text=text, indent=hanging if n else line.indent) for n, text in enumerate(wrapped)]


def _add_color(lines: Sequence[_Line]) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(
        width=1 + max(width_of(line.indent + line.label + line.text) for line in lines),
        color_system="standard",
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        # The caller has asked the environment; asked again here, it could give another answer.
        _environ={},
    )
    with console.capture() as capture:
        for line in lines:
            label = (line.label.rstrip(), "bold")
            gap = line.label[len(line.label.rstrip()) :]
            console.print(Text.assemble(line.indent, label, gap, (line.text.rstrip(), line.style)), soft_wrap=True)
    return capture.get()
