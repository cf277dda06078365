r"""LaTeX: a fragment for `\input`, in plain `tabular` without packages."""

import re
from collections.abc import Sequence

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.padding import pad
from tokencost.render.view import TableView, join_blocks

_COMMENT = "% Needs no package with LaTeX of 2020 or newer."
_OTHER_SCRIPTS = "\n% Has characters that need XeLaTeX or LuaLaTeX and a font with them."

_CHARACTERS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\symbol{34}",
    "×": r"$\times$",
    "—": "---",
    "–": "--",
    "¥": r"\textyen{}",
    "·": r"\textperiodcentered{}",
    "→": r"$\rightarrow$",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
}
# Two of these in a row would be printed as one character; the last two would begin an option of \\ or \item.
_PLACES = {"-": "-{}", "'": "'{}", ",": ",{}", "[": "{[}", "*": "{*}"}
_SPECIAL = re.compile(rf"[{re.escape(''.join(_CHARACTERS))}]|-(?=-)|'(?=')|,(?=,)|^[\[*]")

# The letters of European languages and the common punctuation are in the encodings LaTeX has by itself.
_OUTSIDE = re.compile("[^\u0000-\u017f–—‘’“”„†‡•…€]")


def render(document: Document, _screen: Screen) -> str:
    """Paragraphs, a tabular each, lists."""
    body = join_blocks(document, paragraph=_escape, table=_table, items=_items)
    return f"{_COMMENT}{_OTHER_SCRIPTS if _OUTSIDE.search(body) else ''}\n{body}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: _CHARACTERS.get(match[0]) or _PLACES[match[0]], text)


def _table(table: TableView) -> str:
    cells = [[_escape(cell) for cell in line] for line in table.lines]
    head, *rows = (f"{' & '.join(line)} \\\\" for line in pad(cells, table.right))
    caption = [rf"\noindent\textbf{{{_escape(table.caption)}}}", ""] if table.caption else []
    begin = rf"\noindent\begin{{tabular}}{{{''.join('r' if right else 'l' for right in table.right)}}}"
    line = r"\hline"
    return "\n".join([*caption, begin, line, head, line, *rows, line, r"\end{tabular}"])


def _items(heading: str, entries: Sequence[str]) -> str:
    lines = (rf"\item {_escape(entry)}" for entry in entries)
    return "\n".join([rf"\noindent\textbf{{{heading}}}", r"\begin{itemize}", *lines, r"\end{itemize}"])
