"""TSV: the same records as CSV, between tabs."""

from tokencost.documents.document import Document
from tokencost.render import Screen
from tokencost.render.formats.comma_separated import records


def render(document: Document, _screen: Screen) -> str:
    """The first table, under the keys of its columns; a tab or line break inside text is a visible escape."""
    return records(document, "\t")
