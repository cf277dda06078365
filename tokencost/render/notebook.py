"""Results as HTML for a notebook: the tables of their documents, with what says where the figures come from."""

from collections.abc import Sequence
from typing import Any

from tokencost.analysis.claims.judge import JudgedClaim
from tokencost.analysis.compare import Comparison
from tokencost.analysis.find import ListedRate, RatePair
from tokencost.analysis.workload.sweep import Sweep
from tokencost.analysis.workload.totals import WorkloadTotals
from tokencost.counting.costs import CountedTexts
from tokencost.documents.claims.claims import claims_records, claims_table
from tokencost.documents.compare import comparison_document
from tokencost.documents.count import count_document
from tokencost.documents.document import Document, Table
from tokencost.documents.find import pairs_table, rates_table
from tokencost.documents.usage.costs import usage_document
from tokencost.documents.workload.break_even import break_even_table
from tokencost.documents.workload.sweep import sweep_table
from tokencost.documents.workload.totals import workload_document
from tokencost.logs.usage import Usage
from tokencost.render.html.page import html_table, items, paragraph
from tokencost.render.numbers import show_exact
from tokencost.render.table_view import view_table
from tokencost.render.view import join_blocks
from tokencost.rows import Rows


def html(result: object) -> str:
    """The result as a part of a page, escaped."""
    document = _document(result)
    if document is not None:
        return join_blocks(document, paragraph=paragraph, table=html_table, items=items)
    return html_table(view_table(_table(result)))


def record(judged: JudgedClaim) -> dict[str, Any]:
    """The columns of a judged claim: figures and what was computed are sentences, as in CSV."""
    table = claims_records([judged])
    (row,) = table.rows
    cells = zip(table.columns, row, strict=True)
    return {column.key: show_exact(value, column.kind) or None for column, value in cells}


def _document(result: object) -> Document | None:
    if isinstance(result, Comparison):
        return comparison_document(result.table, result)
    if isinstance(result, WorkloadTotals):
        return workload_document(result.table, result)
    if isinstance(result, Usage):
        return usage_document(result.table, result)
    if isinstance(result, CountedTexts):
        return count_document(result.table, result)
    return None


def _table(result: object) -> Table:
    if isinstance(result, Sweep):
        return sweep_table(result.given, result)
    if isinstance(result, JudgedClaim):
        return claims_table([result])
    rows: Sequence[Any] = result if isinstance(result, Rows) else ()
    if all(isinstance(row, ListedRate) for row in rows):
        return rates_table(rows)
    if all(isinstance(row, RatePair) for row in rows):
        return pairs_table(rows)
    return break_even_table(rows)
