"""AsciiDoc: tables with aligned columns, and text in which nothing is markup.

What could act is written as a character reference, which no substitution reads again; a backslash would
itself be shown where nothing follows for it to escape.
https://docs.asciidoctor.org/asciidoc/latest/subs/replacements/
"""

import re
from collections.abc import Sequence

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import pad
from tokencost.render.table_view import TableView
from tokencost.render.view import escape_text, join_blocks

_INLINE = re.compile(
    r"[`*#^~+{\[<>|\\]"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|&(?=#?\w+;)"
    r"|\$(?=\$)|-(?=-)|\.(?=\.\.)|:(?=:)|(?<![^\W_]);"
    r"|(?<=[\w.%+-])@(?=\w)"  # a mail address
    r"|\((?=\(|C\)|R\)|TM\))"
)
# An address between blanks is found without being marked as one.
_ALONE = re.compile(r"(?<!\S)link:([^\s&]+)\[\](?!\S)")
_BLOCK = re.compile(
    r"^(?:()([.=/:',!•]|-(?![\d$¥]))"
    r"|(\d+|[A-Za-z]|[ivxIVX]+)([.)])(?=\s)"
    r"|(NOTE|TIP|IMPORTANT|CAUTION|WARNING)(:))"
)


def render(document: Document, screen: Screen) -> str:
    """Paragraphs, a table each, lists under titles."""
    return join_blocks(document, screen, paragraph=_paragraph, table=_table, items=_items)


def _write_reference(character: str) -> str:
    return f"&#{ord(character)};"


def _words(text: str) -> str:
    return _INLINE.sub(lambda match: _write_reference(match[0]), text)


def _without_links(text: str) -> str:
    # Of other schemes too: ftp, irc, file.
    return _words(text).replace("://", f"{_write_reference(':')}//")


def _escape(text: str) -> str:
    linked = escape_text(text, word=_without_links, address=lambda address: f"link:{_words(address)}[]")
    return _ALONE.sub(r"\1", linked)


def _paragraph(text: str) -> str:
    return _BLOCK.sub(_block, _escape(text))


def _block(match: re.Match[str]) -> str:
    before, character = (group for group in match.groups() if group is not None)
    return before + _write_reference(character)


def _table(table: TableView) -> str:
    columns = ",".join(">" if right else "<" for right in table.right)
    head, *rows = pad([[_escape(cell) for cell in line] for line in table.lines], table.right)
    caption = [f".{_paragraph(table.title)}"] if table.title else []
    kinds = ("plain", *(row.kind for row in table.rows))
    lines = (_line(line, kind) for line, kind in zip((head, *rows), kinds, strict=True))
    return "\n".join([*caption, f'[%autowidth%header,cols="{columns}"]', "|===", *lines, "|==="])


def _line(cells: Sequence[str], kind: str) -> str:
    if kind == "heading":
        return f"{len(cells)}+<s| {cells[0].rstrip()}"
    mark = "s| " if kind == "total" else "| "
    return " ".join(mark + cell for cell in cells).rstrip()


def _items(heading: str, entries: Sequence[str]) -> str:
    return "\n".join([f".{heading}", *(f"* {_paragraph(entry)}" for entry in entries)])
