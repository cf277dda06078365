"""The markup languages in which texts are marked: their suffixes, comments, and how output is quoted in them.

A mark is a comment, so that no reader of the finished text sees it.
"""

import re
from collections.abc import Callable
from html import escape
from os import PathLike, fspath
from pathlib import PurePath
from typing import NamedTuple

from tokencost.errors import InvalidRequest


class Syntax(NamedTuple):
    """One markup language."""

    name: str
    suffixes: tuple[str, ...]
    """Of its files."""
    format: str
    """The format (`--format`) in which answers are written in it, where a command names none."""
    opens: str
    closes: str
    """What stands before and after the words of a comment; without an end, a comment is a line of its own."""
    quote: Callable[[str, str], str]
    """Output of another format, shown as it is: from the text and the name of its format."""
    blank_lines: int = 0
    """How many blank lines a mark needs between itself and other text."""
    indents: bool = True
    """Whether what is written below an indented mark is indented as the mark is."""

    def mark(self, words: str) -> str:
        """The mark that says these words."""
        return f"{self.opens} {words} {self.closes}".rstrip()


def syntax_of(file: str | PathLike[str]) -> Syntax:
    """The syntax that the suffix of a file means. Raises `InvalidRequest`."""
    suffix = PurePath(fspath(file)).suffix.lower()
    for syntax in SYNTAXES.values():
        if suffix in syntax.suffixes:
            return syntax
    known = " ".join(each.suffixes[0] for each in SYNTAXES.values())
    raise InvalidRequest(
        f"the name {fspath(file)!r} does not say in which markup it is written",
        f"end it in one of {known}, or give --syntax",
    )


def named_syntax(name: str) -> Syntax:
    """The syntax of that name. Raises `InvalidRequest`."""
    if name in SYNTAXES:
        return SYNTAXES[name]
    raise InvalidRequest(f"there is no syntax {name!r}", f"choose one of {', '.join(SYNTAXES)}")


def _quote_markdown(text: str, format_name: str) -> str:
    # A fence ends at the first line of as many backticks as it began with.
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{'text' if format_name == 'table' else format_name}\n{text}\n{fence}"


def _quote_html(text: str, _: str) -> str:
    return f"<pre>{escape(text, quote=False)}</pre>"


def _quote_asciidoc(text: str, _: str) -> str:
    longest = max((len(line) for line in text.split("\n") if set(line) == {"."}), default=0)
    fence = "." * max(4, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _quote_rst(text: str, _: str) -> str:
    return "::\n\n" + "\n".join(f"   {line}".rstrip() for line in text.split("\n"))


def _quote_latex(text: str, _: str) -> str:
    return f"\\begin{{verbatim}}\n{text}\n\\end{{verbatim}}"


def _quote_org(text: str, _: str) -> str:
    # https://orgmode.org/manual/Literal-Examples.html: a comma keeps a line from being read as Org.
    lines = (f",{line}" if line.startswith(("*", "#+", ",*", ",#+")) else line for line in text.split("\n"))
    return "#+begin_example\n" + "\n".join(lines) + "\n#+end_example"


SYNTAXES = {
    each.name: each
    for each in (
        Syntax("markdown", (".md", ".markdown", ".qmd", ".rmd"), "markdown", "<!--", "-->", _quote_markdown),
        Syntax("html", (".html", ".htm", ".xhtml"), "html", "<!--", "-->", _quote_html, indents=False),
        Syntax("asciidoc", (".adoc", ".asciidoc", ".asc"), "asciidoc", "//", "", _quote_asciidoc, indents=False),
        # https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#comments: what follows is indented, or
        # stands below a blank line.
        Syntax("rst", (".rst",), "rst", "..", "", _quote_rst, blank_lines=1),
        Syntax("latex", (".tex", ".ltx"), "latex", "%", "", _quote_latex, indents=False),
        Syntax("orgmode", (".org",), "orgmode", "#", "", _quote_org),
    )
}
"""Every syntax by its name, which is also that of its format."""

READABLE = {"markdown": ("markdown", "html")}
"""Formats beside its own that a syntax shows as they are meant; all others are quoted."""


def is_read(syntax: Syntax, format_name: str | None) -> bool:
    """Whether output of a format can stand in the text as it is; None is output that has no format, such as SQL."""
    return format_name in READABLE.get(syntax.name, (syntax.format,))
