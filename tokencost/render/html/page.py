"""HTML: one small page without scripts or outside files, light or dark as the reader prefers."""

from collections.abc import Sequence
from html import escape

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.table_view import RowView, TableView
from tokencost.render.view import escape_text, join_blocks

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tokencost {command}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #ccc; --link: #0550ae; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e6e6e6; --paper: #161616; --line: #444; --link: #79b8ff; }}
}}
body {{ margin: 2rem auto; padding: 0 1rem; max-width: 72rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }}
a {{ color: var(--link); }}
.table {{ overflow-x: auto; overflow-wrap: normal; margin: 1.5rem 0; }}
table {{ border-collapse: collapse; }}
caption {{ text-align: left; font-weight: bold; padding: .3rem 0; }}
th, td {{ padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; }}
.total td {{ font-weight: bold; border-top: 2px solid var(--line); }}
.n {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
h2 {{ font-size: 1.1rem; }}
</style>
</head>
<body>
"""

_SHORT = 24
"""Characters that stay on one line."""


def render(document: Document, screen: Screen) -> str:
    """A complete page, its charts at the end; or what stands in its body, for a page that somebody has."""
    body = join_blocks(document, screen, paragraph=paragraph, table=html_table, items=items)
    if screen.charts:
        from tokencost.render.pictures.svg_chart import draw_figure

        body = "\n\n".join([body, *(draw_figure(chart) for chart in document.charts)])
    if screen.part:
        return body
    return f"{_HEAD.format(command=_escape(document.command))}{body}\n</body>\n</html>"


def _escape(text: str) -> str:
    return escape_text(text, word=escape, address=_link)


def _link(address: str) -> str:
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(address)}</a>'


def paragraph(text: str) -> str:
    """A sentence as a paragraph, its web addresses as links."""
    return f"<p>{_escape(text)}</p>"


def html_table(table: TableView, *, whole: str = "") -> str:
    """A table that scrolls within itself where the page is narrower; `whole` is a class for dates and instants."""
    classes = [
        "n" if column.right else whole if column.whole or _is_short(table, place) else ""
        for place, column in enumerate(table.columns)
    ]
    heads = [_cells(classes, "th", [column.heading for column in table.columns])]
    if table.groups:
        over = (
            f'<th colspan="{count}" scope="{"colgroup" if count > 1 else "col"}">{_escape(text)}</th>'
            if text
            else "<td></td>" * count
            for text, count in table.groups
        )
        heads.insert(0, f"<tr>{''.join(over)}</tr>")
    title = [f"<caption>{_escape(table.title)}</caption>"] if table.title else []
    body = ["<thead>", *heads, "</thead>", "<tbody>", *(_row(row, classes) for row in table.rows), "</tbody>"]
    return "\n".join(['<div class="table"><table>', *title, *body, "</table></div>"])


def _is_short(table: TableView, place: int) -> bool:
    """Whether no cell of a column is so long that it has to be broken: `off-peak` stays on one line."""
    return all(len(row.cells[place]) <= _SHORT for row in table.rows if row.kind != "heading")


def _row(row: RowView, classes: Sequence[str]) -> str:
    if row.kind == "heading":
        return f'<tr><th colspan="{len(row.cells)}" scope="rowgroup">{_escape(row.cells[0])}</th></tr>'
    cells = _cells(classes, "td", row.cells)
    return cells.replace("<tr>", '<tr class="total">', 1) if row.kind == "total" else cells


def _cells(classes: Sequence[str], tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(_cell(tag, cell, name) for cell, name in zip(cells, classes, strict=True))}</tr>"


def _cell(tag: str, text: str, name: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    styled = f' class="{name}"' if name else ""
    return f"<{tag}{scope}{styled}>{_escape(text).replace(chr(10), '<br>')}</{tag}>"


def items(heading: str, entries: Sequence[str]) -> str:
    """A list under its heading, web addresses as links."""
    lines = (f"<li>{_escape(entry)}</li>" for entry in entries)
    return "\n".join([f"<h2>{heading}</h2>", "<ul>", *lines, "</ul>"])
