"""The terminal: tables as wide as they need to be, or turned on their side where the screen is narrower.

A number in a table is never wrapped or cut. rich wraps and colours, and is imported only where there is a
line to wrap or a colour to give; text reaches it only as `Text`, never as its markup.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import column_widths, pad, width_of
from tokencost.render.view import TableView, say_empty, view_document

_GAPS = ("   ", "  ", " ")
"""Between columns: as wide as the screen allows."""
_WRAPPED_GAP = "  "
_LEAST_TEXT = 16
"""Columns that a wrapped text needs to be read."""


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
    parts = view_document(document)
    for sentences in filter(None, (parts.answer, parts.assumed)):
        yield from map(_Line, sentences)
        yield _Line()
    for table in parts.tables:
        yield from _draw_table(table, screen.width)
        yield _Line()
    if screen.charts:
        from tokencost.render.terminal.chart import chart_lines

        for chart in document.charts:
            for text, style, whole in chart_lines(chart, screen.width):
                yield _Line(text, style, whole=whole)
            yield _Line()
    for sentence in parts.reading:
        yield _Line(sentence)
    if parts.reading:
        yield _Line()
    for heading, entries in parts.lists:
        yield _Line(heading, "dim")
        yield from (_Line(entry, "dim", "- ") for entry in entries)
        yield _Line()
    yield _Line(parts.stamp, "dim")


def _draw_table(table: TableView, width: int | None) -> Iterator[_Line]:
    if not table.rows:
        yield _Line(say_empty(table))
        return
    if table.caption:
        yield _Line(table.caption, "bold")
    lines = pad(table.lines, table.right)
    for gap in _GAPS:
        if width is None or width_of(gap.join(lines[0])) <= width:
            yield from _draw_rows(lines, gap)
            return
    narrow = _wrap_table(table, width or 0)
    if narrow:
        yield from _draw_rows(pad(narrow, table.right), _WRAPPED_GAP)
    else:
        yield from _draw_blocks(table, width or 0)


def _draw_rows(lines: Sequence[Sequence[str]], gap: str) -> Iterator[_Line]:
    head, *body = [gap.join(cells) for cells in lines]
    yield _Line(head, "bold", whole=True)
    yield _Line("─" * width_of(head), whole=True)
    yield from (_Line(line, whole=True) for line in body)


def _wrap_table(table: TableView, width: int) -> list[list[str]] | None:
    """The lines with the texts among the cells wrapped; None where no text would have room to be read."""
    natural = column_widths(table.lines)
    # A name or an address is one word, which would be torn apart.
    texts = [
        place
        for place, column in enumerate(table.columns)
        if not column.whole and any(" " in row[place] for row in table.rows)
    ]
    gaps = len(_WRAPPED_GAP) * (len(natural) - 1)
    room = width - gaps - sum(size for place, size in enumerate(natural) if place not in texts)
    narrowed = dict.fromkeys(texts, 0)
    for left, place in enumerate(sorted(texts, key=natural.__getitem__)):
        narrowed[place] = min(natural[place], room // (len(texts) - left))
        room -= narrowed[place]
    if not texts or any(size < min(_LEAST_TEXT, natural[place]) for place, size in narrowed.items()):
        return None
    lines: list[list[str]] = []
    for cells in table.lines:
        pieces = [_break_lines(cell, narrowed.get(place)) for place, cell in enumerate(cells)]
        lines += [list(line) for line in zip_longest(*pieces, fillvalue="")]
    return lines


def _break_lines(text: str, width: int | None) -> list[str]:
    if width is None or width_of(text) <= width:
        return [text]
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=width, _environ={}), width)]


def _draw_blocks(table: TableView, width: int) -> Iterator[_Line]:
    """A block of labels and values for each row, text before numbers."""
    order = sorted(range(len(table.columns)), key=table.right.__getitem__)
    labels = [column.heading for column in table.columns]
    indent = max(map(width_of, labels)) + 2
    for number, row in enumerate(table.rows):
        if number:
            yield _Line()
        for place in order:
            label, value = labels[place], row[place]
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
