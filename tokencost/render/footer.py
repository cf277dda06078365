"""What stands below a picture: what it holds for, and which price table it comes from."""

from tokencost.documents.document import Document
from tokencost.render.view import shown


def footer(document: Document) -> tuple[str, ...]:
    """Sentences, the stamp last, without showing the tables."""
    parts = shown(document._replace(tables=(), answer=(), reading=(), notes=(), sources=()))
    return (*parts.assumed, parts.stamp)
