r"""LaTeX: a fragment for `\input`, in plain `tabular` without packages."""

import re
from collections.abc import Sequence

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.fit import table_width
from tokencost.render.table_view import ColumnView, RowView, TableView
from tokencost.render.view import escape_text, join_blocks

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
    "≈": r"$\approx$",
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


def render(document: Document, screen: Screen) -> str:
    """Paragraphs, a tabular each, lists."""
    body = join_blocks(document, screen, paragraph=_paragraph, table=_table, items=_items)
    return f"{_COMMENT}{_OTHER_SCRIPTS if _OUTSIDE.search(body) else ''}\n{body}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: _CHARACTERS.get(match[0]) or _PLACES[match[0]], text)


def _paragraph(text: str) -> str:
    # Without it, a long name that TeX cannot break would stand out into the margin.
    return rf"\noindent{{\sloppy {_breakable(text)}\par}}"


def _breakable(text: str) -> str:
    """The text with places inside addresses at which a line may end."""
    return escape_text(
        text,
        word=_escape,
        address=lambda address: re.sub(r"(?<=[/.?=&])(?=[\w])|(?=-)", r"\\allowbreak{}", _escape(address)),
    )


def _table(table: TableView) -> str:
    size, gap = next((size, gap) for most, size, gap in _SIZES if table_width(table) <= most)
    title = [rf"\noindent\textbf{{{_escape(table.title)}}}", ""] if table.title else []
    # A tabular is never broken: a longer table becomes several, each with the headings.
    pages = [table.rows[first : first + _PAGE] for first in range(0, len(table.rows), _PAGE)]
    tabulars = "\n\n".join(
        rf"\noindent{{{size}\setlength{{\tabcolsep}}{{{gap}}}%" + f"\n{_tabular(table, rows)}}}" for rows in pages
    )
    return "\n".join([*title, tabulars])


def _tabular(table: TableView, rows: Sequence[RowView]) -> str:
    lines: list[str] = []
    if table.groups:
        lines.append(_row([_over(over, count, first=not place) for place, (over, count) in enumerate(table.groups)]))
    lines += [_row([_heading(column) for column in table.columns]), r"\hline"]
    total = False
    for row in rows:
        if row.kind == "heading":
            lines.append(_row([rf"\multicolumn{{{len(row.cells)}}}{{l}}{{\textbf{{{_escape(row.cells[0])}}}}}"]))
            continue
        if row.kind == "total" and not total:
            lines.append(r"\hline")
            total = True
        lines.append(_row([_escape(cell) for cell in row.cells]))
    layout = "".join(_layout(column) for column in table.columns)
    return "\n".join([rf"\begin{{tabular}}{{{layout}}}", r"\hline", *lines, r"\hline", r"\end{tabular}"])


_PAGE = 40
"""Rows that fit on a page."""
_SIZES = (
    (60, "", "6pt"),
    (72, r"\small", "4pt"),
    (84, r"\footnotesize", "3pt"),
    (10**9, r"\scriptsize", "2pt"),
)
"""Up to how many characters a table is printed in which size, with which space beside its columns."""


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _layout(column: ColumnView) -> str:
    if column.width is not None:
        return rf"p{{{column.width / 2:.1f}em}}"
    return "r" if column.right else "l"


def _over(over: str, count: int, *, first: bool) -> str:
    if not over:
        return " & ".join([""] * count)
    return rf"\multicolumn{{{count}}}{{{'l' if first else 'c'}}}{{{_escape(over)}}}"


def _heading(column: ColumnView) -> str:
    lines = [_escape(line) for line in column.heading.split("\n")]
    if len(lines) == 1:
        return lines[0]
    return rf"\shortstack[{'r' if column.right else 'l'}]{{" + r"\\".join(lines) + "}"


def _items(heading: str, entries: Sequence[str]) -> str:
    lines = (rf"\item {_breakable(entry)}" for entry in entries)
    return "\n".join([rf"\noindent\textbf{{{heading}}}", r"\begin{itemize}\sloppy", *lines, r"\end{itemize}"])
