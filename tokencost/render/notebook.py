"""Results as HTML for a notebook: the tables of their documents, with what says where the figures come from."""

from collections.abc import Sequence
from typing import Any

from tokencost.analysis.claims import JudgedClaim
from tokencost.analysis.compare import Comparison
from tokencost.analysis.find import ListedRate, RatePair
from tokencost.analysis.sweep import Sweep
from tokencost.analysis.workload import WorkloadTotals
from tokencost.logs.usage import Usage
from tokencost.render.html_page import html_table, items, paragraph
from tokencost.render.numbers import exact
from tokencost.render.shown import page, shown_table
from tokencost.report.claims import claims_table
from tokencost.report.compare import comparison_document
from tokencost.report.document import Document, Table
from tokencost.report.find import pairs_table, rates_table
from tokencost.report.usage import usage_document
from tokencost.report.workload import workload_document
from tokencost.report.workload_sweep import break_even_tables, sweep_table
from tokencost.rows import Rows


def html(result: object) -> str:
    """The result as a part of a page, escaped."""
    document = _document(result)
    if document is not None:
        return page(document, paragraph=paragraph, table=html_table, items=items)
    return html_table(shown_table(_table(result)))


def record(judged: JudgedClaim) -> dict[str, Any]:
    """The columns of a judged claim: figures and what was computed are sentences, as in CSV."""
    table = claims_table([judged])
    (row,) = table.rows
    cells = zip(table.columns, row, strict=True)
    return {column.key: exact(value, column.kind) or None for column, value in cells}


def _document(result: object) -> Document | None:
    if isinstance(result, Comparison):
        return comparison_document(result.table, result)
    if isinstance(result, WorkloadTotals):
        return workload_document(result.table, result)
    if isinstance(result, Usage):
        return usage_document(result.table, result)
    return None


def _table(result: object) -> Table:
    if isinstance(result, Sweep):
        return sweep_table(result.given, result)
    if isinstance(result, JudgedClaim):
        return claims_table([result])
    rows: Sequence[Any] = result if isinstance(result, Rows) else ()
    if all(isinstance(row, ListedRate) for row in rows):
        return rates_table(rows, "list prices")
    if all(isinstance(row, RatePair) for row in rows):
        return pairs_table(rows, None, "pairs of list prices")
    _, read = break_even_tables(rows)
    return read
