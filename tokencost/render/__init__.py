"""A document becomes text, a picture or a table of records in one of several formats.

`FORMATS` alone knows which there are: to add one, write its module and add its line. Each module is imported only
when it is used, since most commands need one of them.
"""

from importlib import import_module
from os import PathLike, fspath
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from tokencost.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from tokencost.documents.document import Document


class Screen(NamedTuple):
    """Where the text will be read."""

    width: int | None = None
    """Characters that tables stay within, and in a terminal all lines; None is no limit: nothing is left out."""
    color: bool = False
    charts: bool = False
    """Whether the charts of a document are drawn, where the format can hold a chart."""
    brief: bool = False
    """Whether notes and sources are left out."""
    part: bool = False
    """Whether it becomes part of somebody's own text, which is a page already."""


class Format(NamedTuple):
    """How one format is written.

    A module of text has `render(document, screen)`, which returns it; any other has `encode(document, format)`, which
    returns the bytes of a file.
    """

    module: str
    holds: Literal["answer", "records", "charts"]
    """What of a document is in it: what people read, the rows for programs, or the pictures."""
    suffixes: tuple[str, ...]
    """Of the files that are written so, the usual one first."""
    text: bool = True
    page: int | None = None
    """Characters that fit on a page, where the format is printed on one."""


FORMATS = {
    "table": Format("terminal.table", "answer", (".txt",)),
    "markdown": Format("formats.markdown", "answer", (".md", ".markdown")),
    "csv": Format("formats.comma_separated", "records", (".csv",)),
    "tsv": Format("formats.tab_separated", "records", (".tsv",)),
    "json": Format("formats.json_object", "records", (".json",)),
    "html": Format("html.page", "answer", (".html", ".htm")),
    "latex": Format("formats.latex", "answer", (".tex",), page=80),
    "asciidoc": Format("formats.asciidoc", "answer", (".adoc", ".asciidoc")),
    "rst": Format("formats.restructuredtext", "answer", (".rst",), page=80),
    "orgmode": Format("formats.orgmode", "answer", (".org",)),
    "svg": Format("pictures.svg_chart", "charts", (".svg",), text=False),
    "png": Format("pictures.matplotlib_chart", "charts", (".png",), text=False),
    "pdf": Format("pictures.matplotlib_chart", "charts", (".pdf",), text=False),
    "parquet": Format("formats.parquet", "records", (".parquet",), text=False),
}

TEXT_FORMATS = tuple(name for name, known in FORMATS.items() if known.text)
RECORD_FORMATS = tuple(name for name, known in FORMATS.items() if known.holds == "records")
PICTURE_FORMATS = tuple(name for name, known in FORMATS.items() if known.holds == "charts")
PICTURE_SUFFIXES = tuple(FORMATS[name].suffixes[0] for name in PICTURE_FORMATS)


def format_of(path: str | PathLike[str], among: "Iterable[str]" = (*TEXT_FORMATS, *PICTURE_FORMATS)) -> str:
    """The format of `among` that the suffix of a file name means, whatever its case.

    Raises `InvalidRequest` for a suffix that none of them has.
    """
    suffix = PurePath(fspath(path)).suffix.lower()
    by_suffix = {known: name for name in among for known in FORMATS[name].suffixes}
    if suffix in by_suffix:
        return by_suffix[suffix]
    raise InvalidRequest(
        f"the name {fspath(path)!r} does not say which format to write",
        f"end it in one of {' '.join(by_suffix)}, or give --format",
    )


def render(
    document: "Document",
    format: str,  # noqa: A002 - the word that users type
    *,
    width: int | None = None,
    color: bool = False,
    charts: bool = False,
    brief: bool = False,
    part: bool = False,
) -> str:
    """The document as text that ends with exactly one newline.

    Without `width`, tables are as wide as they are, or as a page where the format is printed on one; `charts` asks for
    charts, `brief` for the answer alone, `part` for what is put into another text; see `Screen`.

    Raises `InvalidRequest` for a format that does not exist or is no text.
    """
    if format not in TEXT_FORMATS:
        if format in FORMATS:
            raise InvalidRequest(
                f"{format} is no text", f"write it to a file: --output FILE{FORMATS[format].suffixes[0]}"
            )
        raise InvalidRequest(f"there is no format {format!r}", f"choose one of {', '.join(TEXT_FORMATS)}")
    write = cast("Callable[[Document, Screen], str]", _module_of(format).render)
    screen = Screen(width or FORMATS[format].page, color, charts, brief, part)
    return write(document, screen).rstrip("\n") + "\n"


def encode(document: "Document", format: str) -> bytes:  # noqa: A002 - the word that users type
    """The document as a file in a format that is no text.

    Raises `InvalidRequest` for a picture of a document that has no charts, `MissingExtra` without the library that
    draws it.
    """
    if format not in FORMATS or FORMATS[format].text:
        raise InvalidRequest(f"there is no picture format {format!r}", f"choose one of {', '.join(PICTURE_FORMATS)}")
    if format in PICTURE_FORMATS and not document.charts:
        suffixes = " ".join(FORMATS[name].suffixes[0] for name in TEXT_FORMATS)
        raise InvalidRequest(
            f"this answer of `tokencost {document.command}` has no picture",
            f"write it as text: --output FILE that ends in one of {suffixes}",
        )
    write = cast("Callable[[Document, str], bytes]", _module_of(format).encode)
    return write(document, format)


def _module_of(name: str) -> "ModuleType":
    return import_module(f"{__name__}.{FORMATS[name].module}")
