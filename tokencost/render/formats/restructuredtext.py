"""reStructuredText: grid tables, and text in which nothing is markup.

https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#escaping-mechanism
"""

import re
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import column_widths, pad
from tokencost.render.view import TableView, escape_text, join_blocks

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
    cells = [[_cell(cell, row.kind != "plain") for cell in row.cells] for row in table.rows]
    cells = [[_escape(cell) for cell in table.flat_headings], *cells]
    rule, double = (
        f"+{'+'.join(line * (width + 2) for width in column_widths(cells, _count_columns))}+" for line in ("-", "=")
    )
    head, *rows = (f"| {' | '.join(line)} |" for line in pad(cells, table.right, _count_columns))
    lines = [rule, head, double, *(line for row in rows for line in (row, rule))]
    return "\n".join([f".. table:: {_escape(table.title)}".rstrip(), "", *(f"   {line}" for line in lines)])


def _cell(text: str, strong: bool) -> str:
    return f"**{_escape(text)}**" if strong and text else _escape(text)


def _count_columns(text: str) -> int:
    """The width that docutils counts, which refuses a table whose lines differ from it."""
    return sum(0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text)


def _items(heading: str, entries: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {_escape(entry)}" for entry in entries)])
