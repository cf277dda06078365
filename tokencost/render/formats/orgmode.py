r"""Org: tables with aligned columns, and text in which nothing is markup.

What could act becomes an entity (`\vert{}`), or where Org has none, is parted by a zero-width space, as its
manual advises: https://orgmode.org/manual/Escape-Character.html
"""

import re
from collections.abc import Sequence

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import column_widths, pad
from tokencost.render.table_view import TableView
from tokencost.render.view import escape_text, join_blocks

_SPACE = "\u200b"
_ENTITIES = {
    "|": r"\vert{}",
    "_": r"\under{}",
    "^": r"\asciicirc{}",
    "<": r"\lt{}",
    "$": r"\dollar{}",
    "/": r"\slash{}",
    "=": r"\equal{}",
    "+": r"\plus{}",
    ":": r"\colon{}",
}
_INLINE = re.compile(
    r"[|_^<]"
    r"|\$(?!\d)"  # a dollar before a digit never ends a formula
    r"|(?<![^\W_])[*/=+~](?!\s)"  # emphasis begins outside a word
    r"|^[/#!*]$"  # alone in the first cell, these say what a row is for
    r"|(?<=[A-Za-z]):(?=\S)|:(?=:)"  # a link of some type, shell included; a description
    r"|\\|\[(?=[\[\d%]|fn:|cite)|\{(?=\{)|@(?=@)|-(?=-)|\.(?=\.\.)"
)
_BLOCK = re.compile(r"(?:\*+|[-+]|(?:\d+|[A-Za-z])[.)])(?:\s|$)|[#:%]|\[|CLOCK:")


def render(document: Document, screen: Screen) -> str:
    """Paragraphs, an Org table each, lists."""
    return join_blocks(document, screen, paragraph=_paragraph, table=_table, items=_items)


def _escape(text: str) -> str:
    return escape_text(text, word=lambda words: _INLINE.sub(_part, words), address=lambda address: f"[[{address}]]")


def _part(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0]) or match[0] + _SPACE


def _paragraph(text: str) -> str:
    escaped = _escape(text)
    return _SPACE + escaped if _BLOCK.match(escaped) and not escaped.startswith("[[") else escaped


def _table(table: TableView) -> str:
    cells = [[_escape(cell) for cell in line] for line in table.lines]
    # Without cookies Org would align a column anew by whether most of its cells look like numbers.
    cookies = ["<r>" if right else "<l>" for right in table.right]
    lines = pad([cookies, *cells], table.right)
    rule = f"|{'+'.join('-' * (width + 2) for width in column_widths([cookies, *cells]))}|"
    caption = [f"#+CAPTION: {_escape(table.title)}"] if table.title else []
    cookies_line, head, *rows = (f"| {' | '.join(line)} |" for line in lines)
    body: list[str] = []
    for row, above, line in zip(table.rows, ("plain", *(row.kind for row in table.rows)), rows, strict=False):
        body += [rule, line] if row.kind == "total" and above != "total" else [line]
    return "\n".join([*caption, cookies_line, head, rule, *body])


def _items(heading: str, entries: Sequence[str]) -> str:
    return "\n".join([f"*{heading}*", "", *(f"- {_paragraph(entry)}" for entry in entries)])
