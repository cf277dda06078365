"""Marks in AsciiDoc, reStructuredText, LaTeX and Org, whose comments are lines of their own."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tokencost.marks.source import Event, Source, Unended, Verbatim, read_mark

CONSOLE = r"(?:console|shell-session|sh-session)"


class LineComments(NamedTuple):
    """How one syntax is searched.

    Its patterns take spaces whole (`*+`): giving them back one by one would read a long line once for each of them.
    """

    comment: str
    """What begins a line that is a comment, as a pattern."""
    verbatim: str
    """The first line of a stretch that is shown as it is, or is a comment as a whole, as a pattern."""
    close: Callable[[re.Match[str]], str | None]
    """The pattern of its last line; None for a stretch that ends before the next line that is no further indented."""
    console: str
    """Where the line before the stretch, or its first, says that it is a transcript, as a pattern."""


def _close_asciidoc(found: re.Match[str]) -> str:
    return rf"^{re.escape(found['fence'])}[ \t]*$"


def _close_latex(found: re.Match[str]) -> str:
    return r"\\fi\b" if found["environment"] is None else rf"\\end\{{{re.escape(found['environment'])}\}}"


def _close_org(found: re.Match[str]) -> str:
    return rf"^[ \t]*#\+end_{re.escape(found['block'])}[ \t]*$"


SEARCHES: Mapping[str, LineComments] = {
    "asciidoc": LineComments(
        r"//(?!/)",
        # https://docs.asciidoctor.org/asciidoc/latest/blocks/delimited/
        r"^(?P<fence>-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,})(?P<info>[^\s`.+/-][^\n]*)?[ \t]*$",
        _close_asciidoc,
        rf"^\[(?:source)?,\s*{CONSOLE}\b|^`{{3,}}{CONSOLE}\b",
    ),
    "rst": LineComments(
        r"[ \t]*+\.\.(?=[ \t])",
        # https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#literal-blocks and #comments. What stands
        # below other directives, such as notes, is text.
        r"^(?P<indent>[ \t]*+)(?:\.\.[ \t]+(?:code|code-block|sourcecode|raw|parsed-literal|math|prompt|literalinclude)"
        r"::[^\n]*|\.\.[ \t]*|\.\.[ \t]+(?![^\n]*::)[^_|\[\s][^\n]*|(?!\.\.[ \t])[^\n]*::[ \t]*)$",
        lambda _: None,
        rf"^[ \t]*\.\.[ \t]+(?:code|code-block|sourcecode)::[ \t]*{CONSOLE}\b",
    ),
    "latex": LineComments(
        r"[ \t]*+%++",
        r"^(?:[^%\\\n]|\\[^\n])*?(?:\\begin\{(?P<environment>(?:[BL]?[Vv]erbatim|lstlisting|minted|comment|filecontents|alltt)\*?)\}"
        r"|\\iffalse\b)",
        _close_latex,
        r"(?!)",
    ),
    "orgmode": LineComments(
        r"[ \t]*+#(?=[ \t])",
        # https://orgmode.org/manual/Blocks.html
        r"^[ \t]*#\+begin_(?P<block>src|example|comment|export)\b[^\n]*$",
        _close_org,
        rf"^[ \t]*#\+begin_(?:src[ \t]+{CONSOLE}\b|example\b)",
    ),
}


def find_in_lines(source: Source, name: str) -> Iterator[Event]:
    """Every mark and every verbatim stretch of a text in the syntax of that name, in order."""
    known = SEARCHES[name]
    flags = re.MULTILINE | re.IGNORECASE
    # The words of a mark are searched for before anything else: in reStructuredText every comment looks alike.
    opener = re.compile(
        rf"^(?:{known.comment})[ \t]*(?P<mark>/?tokencost(?=[\s:])[^\n]*|/(?=[ \t]*$)[^\n]*)$|{known.verbatim}", flags
    )
    console, at = re.compile(known.console, flags), 0
    while found := opener.search(source.plain, at):
        if found["mark"] is not None:
            words, at = _continue_mark(source, known, found)
            if mark := read_mark(words, source.line_start(found.start("mark")), at):
                yield mark
            continue
        if name == "asciidoc" and _underlines_title(source, found):
            at = found.end()
            continue
        event = _read_verbatim(source, known, console, found)
        yield event
        if isinstance(event, Unended):
            return
        at = max(event.end, found.end())


def _underlines_title(source: Source, found: re.Match[str]) -> bool:
    """Whether a line of dashes makes a title of the line above: https://docs.asciidoctor.org/asciidoc/latest/sections/."""
    line = source.line_start(found.start())
    above = source.plain[source.line_start(line - 1) : line].strip() if line else ""
    is_text = bool(above) and not above.startswith(("[", ".", "/", "|"))
    return is_text and found["fence"][0] in "-+" and abs(len(above) - len(found["fence"])) <= 1


def _continue_mark(source: Source, known: LineComments, found: re.Match[str]) -> tuple[str, int]:
    """The words of a mark with those of the lines on which it continues, and where it ends."""
    words, end = found["mark"].rstrip(), found.end()
    further = re.compile(rf"(?:{known.comment})?[ \t]*([^\n]*)$", re.MULTILINE)
    while words.endswith("\\") and end < len(source.plain):
        line = further.match(source.plain, end + 1)
        if line is None:
            break
        words, end = f"{words[:-1]} {line[1].rstrip()}", line.end()
    return words, end


def _read_verbatim(
    source: Source, known: LineComments, console: re.Pattern[str], found: re.Match[str]
) -> Verbatim | Unended:
    plain, inner = source.plain, source.next_line(found.end())
    first = source.line_start(found.start())
    is_console = bool(console.match(plain, first) or (first and console.match(plain, source.line_start(first - 1))))
    close = known.close(found)
    if close is None:
        deeper = len(found["indent"]) + 1
        after = re.compile(rf"^(?![ \t]{{{deeper}}})[ \t]*\S", re.MULTILINE).search(plain, inner)
        stop = after.start() if after else len(plain)
        return Verbatim(first, stop, (inner, stop), is_console)
    ended = re.compile(close, re.MULTILINE | re.IGNORECASE).search(plain, found.end())
    if ended is None:
        return Unended(found.start(), found[0].strip()[:40])
    inner = min(inner, ended.start())
    return Verbatim(first, ended.end(), (inner, ended.start()), is_console)
