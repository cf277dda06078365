"""What stands below a picture: what it holds for, and which price table it comes from."""

from tokencost.render.shown import shown
from tokencost.report.document import Document


def footer(document: Document) -> tuple[str, ...]:
    """Sentences, the stamp last, without showing the tables."""
    parts = shown(document._replace(tables=(), answer=(), reading=(), notes=(), sources=()))
    return (*parts.assumed, parts.stamp)
