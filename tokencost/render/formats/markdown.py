"""GitHub Markdown: pipe tables with aligned columns, and text in which nothing is markup.

https://github.github.com/gfm/
"""

import re
from collections.abc import Sequence

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import column_widths, pad
from tokencost.render.table_view import TableView
from tokencost.render.view import escape_text, join_blocks

# Only where it can take effect: a backslash before punctuation, an underscore outside a word, an ampersand
# that begins a character reference. A dollar before a digit never ends a formula, so prices stay as they
# are; with every other dollar escaped, none begins one either.
_INLINE = re.compile(
    r"[`*\[\]<|~]"
    r"|\\(?=[!-/:-@\[-`{-~]|$)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|&(?=#?\w+;)"
    r"|\$(?!\d)"
    r"|:(?=[\d_+-]*[a-z][\w+-]*:)|(?<!\d):(?=\d+:)"  # an emoji's name, not a time
)
# What is linked without a mark. An escape keeps all readers from it, except that GitHub looks for mail addresses last,
# in the text as it is read: https://github.github.com/gfm/#autolinks-extension-
_LINKED = re.compile(r"(?<=www)\.|:(?=//)|(?<=[\w.+-])@(?=[\w-]+\.\w)", re.IGNORECASE)
_ESCAPED = r"\\\g<0>"
_BLOCK = re.compile(r"^(?:[-+=](?![\w$¥])|#(?=#|\s|$)|>|\d+(?=[.)]))")


def render(document: Document, screen: Screen) -> str:
    """Paragraphs, a pipe table each, lists."""
    return join_blocks(document, screen, paragraph=_paragraph, table=_table, items=_items)


def _escape(text: str) -> str:
    return escape_text(text, word=_words, address=lambda address: f"<{address}>")


def _words(text: str) -> str:
    return _LINKED.sub(_ESCAPED, _INLINE.sub(_ESCAPED, text))


def _paragraph(text: str) -> str:
    return _BLOCK.sub(lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], _escape(text))


def _table(table: TableView) -> str:
    bold = [False, *(row.kind != "plain" for row in table.rows)]
    cells = [[_cell(cell, strong) for cell in line] for line, strong in zip(table.lines, bold, strict=True)]
    rule = [
        "-" * max(width - 1, 2) + (":" if right else "-")
        for width, right in zip(column_widths(cells), table.right, strict=True)
    ]
    lines = pad([cells[0], rule, *cells[1:]], table.right)
    caption = [f"**{_escape(table.title)}**", ""] if table.title else []
    return "\n".join([*caption, *(f"| {' | '.join(line)} |" for line in lines)])


def _cell(text: str, strong: bool) -> str:
    return f"**{_escape(text)}**" if strong and text else _escape(text)


def _items(heading: str, entries: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {_paragraph(entry)}" for entry in entries)])
