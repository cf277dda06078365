"""CSV: the records of a document for programs and spreadsheets, with all columns and all digits."""

import csv
import re
from io import StringIO

from tokencost.documents.document import Document, Kind, Phrase, Value
from tokencost.render import Screen
from tokencost.render.numbers import show_exact, show_sentence
from tokencost.render.sanitize import sanitize

# What makes a spreadsheet read a cell as a formula, in full width too:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = tuple("=+-@＝＋－＠")
# Where a comma is the decimal point, a spreadsheet parts cells at semicolons, inside quotation marks of ours too.
_LATER_CELL = {
    ",": re.compile(rf"(?<=;)(?=[\s\"]*[{re.escape(''.join(_FORMULA))}])"),
    "\t": re.compile(rf"(?<=[;,])(?=[\s\"]*[{re.escape(''.join(_FORMULA))}])"),
}


def render(document: Document, _screen: Screen) -> str:
    """The first records, under the keys of its columns."""
    return records(document, ",")


def records(document: Document, separator: str) -> str:
    """The first records as lines of cells, quoted where needed. Text is sanitized, so a record is one line."""
    if not document.records:
        return ""
    table = document.records[0]
    out = StringIO()
    lines = csv.writer(out, delimiter=separator, lineterminator="\n")
    lines.writerow(_cell(column.key, "text", separator) for column in table.columns)
    for row in table.rows:
        lines.writerow(_cell(value, column.kind, separator) for value, column in zip(row, table.columns, strict=True))
    return out.getvalue()


def _cell(value: Value, kind: Kind, separator: str) -> str:
    if isinstance(value, Phrase):
        value = show_sentence(value.words)
    if not isinstance(value, str):
        return show_exact(value, kind)
    formula = value.startswith(("\t", "\r")) or value.lstrip().startswith(_FORMULA)
    return ("'" if formula else "") + _LATER_CELL[separator].sub("'", sanitize(value))
