"""The line that says which price table a picture comes from."""

from tokencost.render.shown import shown
from tokencost.report.document import Document


def footer(document: Document) -> str:
    """The stamp of a document alone, without showing its tables."""
    return shown(document._replace(tables=(), answer=(), reading=(), notes=(), sources=())).stamp
