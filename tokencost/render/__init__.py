"""A document becomes text in one of several formats, or a picture.

This module knows which formats there are; each is imported only when it is used.
"""

from importlib import import_module
from os import PathLike, fspath
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple, cast

from tokencost.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tokencost.documents.document import Document


class Screen(NamedTuple):
    """Where the text will be read; only the terminal format looks at it."""

    width: int | None = None
    """Columns to stay within; None is not a terminal: nothing is wrapped, turned or cut."""
    color: bool = False
    charts: bool = False
    """Whether the charts of a document are drawn, where the format can hold a chart."""


class Format(NamedTuple):
    """The module whose `render(document, screen)` writes a format, and the file suffixes that mean it."""

    module: str
    suffixes: tuple[str, ...]


FORMATS = {
    "table": Format("terminal.table", (".txt",)),
    "markdown": Format("formats.markdown", (".md", ".markdown")),
    "csv": Format("formats.comma_separated", (".csv",)),
    "tsv": Format("formats.tab_separated", (".tsv",)),
    "json": Format("formats.json_object", (".json",)),
    "html": Format("html.page", (".html", ".htm")),
    "latex": Format("formats.latex", (".tex",)),
    "asciidoc": Format("formats.asciidoc", (".adoc", ".asciidoc")),
    "rst": Format("formats.restructuredtext", (".rst",)),
    "orgmode": Format("formats.orgmode", (".org",)),
}

PICTURES = {
    "svg": (".svg",),
    "png": (".png",),
    "pdf": (".pdf",),
}
"""The formats of a picture, which holds the charts of a document, and their suffixes."""


def format_of(path: str | PathLike[str]) -> str:
    """The format that the suffix of a file name means, whatever its case.

    Raises `InvalidRequest` for a suffix that no format has.
    """
    suffix = PurePath(fspath(path)).suffix.lower()
    for name, known in FORMATS.items():
        if suffix in known.suffixes:
            return name
    for name, own in PICTURES.items():
        if suffix in own:
            return name
    endings = (*(known.suffixes for known in FORMATS.values()), *PICTURES.values())
    suffixes = " ".join(suffix for known in endings for suffix in known)
    raise InvalidRequest(
        f"the name {fspath(path)!r} does not say which format to write",
        f"end it in one of {suffixes}, or give --format",
    )


def render(
    document: "Document",
    format: str,  # noqa: A002 - the word that users type
    *,
    width: int | None = None,
    color: bool = False,
    charts: bool = False,
) -> str:
    """The document as text that ends with exactly one newline.

    `width` and `color` are those of a terminal, and `charts` asks for charts; see `Screen`. Raises `InvalidRequest`
    for an unknown format.
    """
    if format not in FORMATS:
        raise InvalidRequest(f"there is no format {format!r}", f"choose one of {', '.join(FORMATS)}")
    module = import_module(f"{__name__}.{FORMATS[format].module}")
    write = cast("Callable[[Document, Screen], str]", module.render)
    return write(document, Screen(width, color, charts)).rstrip("\n") + "\n"


def draw(document: "Document", picture: str) -> bytes:
    """The charts of the document as a file in one of the `PICTURES` formats.

    Raises `InvalidRequest` for a document that has none, `MissingExtra` without the library that draws.
    """
    if picture not in PICTURES:
        raise InvalidRequest(f"there is no picture format {picture!r}", f"choose one of {', '.join(PICTURES)}")
    if not document.charts:
        suffixes = " ".join(known.suffixes[0] for known in FORMATS.values())
        raise InvalidRequest(
            f"this answer of `tokencost {document.command}` has no picture",
            f"write it as text: --output FILE that ends in one of {suffixes}",
        )
    from tokencost.render.pictures.matplotlib_chart import picture as drawn

    return drawn(document, picture)
