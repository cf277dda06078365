"""reStructuredText: grid tables, and text in which nothing is markup.

https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#escaping-mechanism
"""

import re
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import align, column_widths
from tokencost.render.table_view import TableView
from tokencost.render.view import escape_text, join_blocks

# An at sign makes a mail address of what stands around it, even of a web address or a part of one.
_INLINE = re.compile(r"[\\`*|@]|(?<![^\W_])_|_(?![^\W_])")
# A colon after a known scheme makes a link, if only of a script or with the web address that follows; two at the end
# announce a literal block.
_COLON = re.compile(r"(?<=[A-Za-z]):(?=\S|$)|(?<=:):$")
# List, enumeration, field, option, comment, prompt, or a line drawn with one character.
_BLOCK = re.compile(
    r"[-+/](?![$¥])|[.:>•‣⁃]"
    r"|\(?(?:\d+|#|[A-Za-z]|[ivxlcdmIVXLCDM]+)[.)](?=\s|$)"
    r"|([!-/:-@\[-`{-~])\1*$"
)


def render(document: Document, screen: Screen) -> str:
    """Paragraphs, a grid table each, lists."""
    return join_blocks(document, screen, paragraph=_escape, table=_table, items=_items)


def _escape(text: str) -> str:
    escaped = escape_text(text, word=_words, address=_address)
    # An escaped blank is nothing when read, and no construct of a block begins with one.
    return rf"\ {escaped}" if _BLOCK.match(escaped) else escaped


def _words(text: str) -> str:
    return _COLON.sub(r"\:", _inline(text))


def _address(address: str) -> str:
    scheme, slashes, rest = address.partition("://")
    return scheme + slashes + _words(rest)


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", text)


def _table(table: TableView) -> str:
    headings = [column.heading.replace("\n", " ") for column in table.columns] if table.groups else table.flat_headings
    cells = [[_cell(cell, row.kind != "plain") for cell in row.cells] for row in table.rows]
    lines = [[_escape(cell) for cell in headings], *cells]
    widths = column_widths(lines, _count_columns)
    spans: list[tuple[str, int]] = []
    start = 0
    for over, count in table.groups:
        shown = _escape(over)
        lacking = _count_columns(shown) - sum(widths[start : start + count]) - 3 * (count - 1)
        widths[start + count - 1] += max(lacking, 0)
        spans.append((shown, sum(widths[start : start + count]) + 3 * (count - 1)))
        start += count
    rule, double = (f"+{'+'.join(line * (width + 2) for width in widths)}+" for line in ("-", "="))
    drawn = [
        f"+{'+'.join('-' * (width + 2) for _, width in spans)}+" if spans else rule,
        *(
            [_line([shown for shown, _ in spans], [width for _, width in spans], [False] * len(spans)), rule]
            if spans
            else []
        ),
        _line(lines[0], widths, table.right),
        double,
    ]
    for line in lines[1:]:
        drawn += [_line(line, widths, table.right), rule]
    return "\n".join([f".. table:: {_escape(table.title)}".rstrip(), "", *(f"   {line}" for line in drawn)])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    return f"| {' | '.join(align(cells, widths, right, _count_columns))} |"


def _cell(text: str, strong: bool) -> str:
    return f"**{_escape(text)}**" if strong and text else _escape(text)


def _count_columns(text: str) -> int:
    """The width that docutils counts, which refuses a table whose lines differ from it."""
    return sum(0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text)


def _items(heading: str, entries: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {_escape(entry)}" for entry in entries)])
