"""Marks in Markdown and HTML, whose comments have an end and may stand within a line.

A comment within code is shown to readers: it is an example of a mark, and none.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from tokencost.marks.source import Event, Source, Unended, Verbatim, read_mark

CONSOLE = frozenset({"console", "shell-session", "sh-session"})
"""What an info string calls a transcript."""
CODE_INDENT = 4
"""https://spec.commonmark.org/0.31.2/#indented-code-blocks"""
MOST_LINES = 400
"""How far up the item of a list is looked for, to which an indented line belongs."""
_MARKDOWN = re.compile(
    r"^(?P<prefix>[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+)(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)$"
    r"|(?P<ticks>`+)|(?P<comment><!--)",
    re.MULTILINE,
)
_HTML = re.compile(
    r"<(?P<element>script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])|(?P<data><!\[CDATA\[)"
    r"|(?P<comment><!--)",
    re.IGNORECASE,
)
"""https://html.spec.whatwg.org/multipage/parsing.html: within these elements there are no comments."""
_RUNS = re.compile("`+")
_BLANK = re.compile(r"\n(?=[ \t>]*\n)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")


class Comments:
    """The search through one text. Each part of it is looked at a fixed number of times, however long its lines are."""

    def __init__(self, source: Source, *, is_markdown: bool) -> None:
        self.source = source
        self.is_markdown = is_markdown
        self._close = 0
        self._judged: dict[int, bool] = {}
        """Which lines are code, by where they begin."""

    def find(self) -> Iterator[Event]:
        """Every mark and every verbatim stretch, in order."""
        opener, plain, at = _MARKDOWN if self.is_markdown else _HTML, self.source.plain, 0
        while found := opener.search(plain, at):
            kinds = found.groupdict()
            event: Event | None = None
            if kinds["comment"]:
                event, at = self._comment(found.start())
            elif kinds.get("fence") and not (kinds["fence"][0] == "`" and "`" in kinds["info"]):
                event, at = self._fence(found)
            elif kinds.get("fence") or kinds.get("ticks"):
                at = self._after_code(found.start("fence" if kinds["fence"] else "ticks"))
            else:
                event, at = self._element(found)
            if event is not None:
                yield event
            if isinstance(event, Unended):
                return

    def _comment(self, start: int) -> tuple[Event | None, int]:
        plain, inner = self.source.plain, start + len("<!--")
        if self.is_markdown and plain[start - 1 : start] == "\\":
            return None, inner  # shown as it is
        if 0 <= self._close < inner:
            self._close = plain.find("-->", inner)
        alone = not self.is_markdown or self.source.is_first(start)
        if self._close < 0:
            return (Unended(start, "comment"), len(plain)) if alone else (None, inner)
        if not alone and self._is_parted(inner, self._close):
            return None, inner  # a comment within a paragraph ends with it
        end = self._close + len("-->")
        if self.is_markdown and self._is_code(start):
            return None, end
        return read_mark(plain[inner : self._close], start, end), end

    def _fence(self, found: re.Match[str]) -> tuple[Event, int]:
        """https://spec.commonmark.org/0.31.2/#fenced-code-blocks."""
        source, fence = self.source, found["fence"]
        inner = source.next_line(found.end())
        quoted = ">" in found["prefix"]
        deepest = _columns(found["prefix"]) + CODE_INDENT - 1
        close = rf"^(?P<close>[ \t>]{{0,{deepest}}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*)$"
        # A fence in a quotation ends with it.
        ended = re.compile(close + (r"|^(?![ \t]*>)" if quoted else ""), re.MULTILINE).search(source.plain, inner)
        if ended is None and not quoted:
            return Unended(found.start("fence"), "code fence"), len(source.plain)
        stop = ended.start() if ended else len(source.plain)
        end = source.next_line(ended.end()) if ended and ended["close"] is not None else stop
        info = found["info"].split()
        is_console = (
            bool(info) and info[0].strip("{}.").casefold() in CONSOLE and not self._is_code(found.start("fence"))
        )
        return Verbatim(found.start(), end, (inner, max(inner, stop)), is_console), max(end, inner)

    def _element(self, found: re.Match[str]) -> tuple[Event, int]:
        plain, start = self.source.plain, found.start()
        name = found["element"]
        close = re.compile(rf"</{name}(?=[\s/>])" if name else r"\]\]>", re.IGNORECASE).search(plain, found.end())
        if close is None:
            return Unended(start, f"<{name}>" if name else "CDATA section"), len(plain)
        return Verbatim(start, close.end(), (found.end(), close.start()), is_console=False), close.end()

    def _after_code(self, start: int) -> int:
        """Where the search goes on behind backticks: behind the code that they enclose, if they do."""
        run = _RUNS.match(self.source.plain, start)
        assert run is not None  # noqa: S101  # it was found here
        if self.source.plain[start - 1 : start] == "\\":
            return start + 1
        same = self._runs[len(run[0])]
        following = bisect_left(same, run.end())
        if following == len(same) or self._is_parted(run.end(), same[following]):
            return run.end()
        return same[following] + len(run[0])

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """Where backticks stand, by how many there are."""
        runs: dict[int, list[int]] = {}
        for run in _RUNS.finditer(self.source.plain):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

    @cached_property
    def _blanks(self) -> list[int]:
        return [blank.start() for blank in _BLANK.finditer(self.source.plain)]

    def _is_parted(self, start: int, end: int) -> bool:
        """Whether a blank line, and so the end of a paragraph, lies between."""
        place = bisect_left(self._blanks, start)
        return place < len(self._blanks) and self._blanks[place] < end

    def _is_code(self, offset: int) -> bool:
        """Whether a line is code because it is indented, and not because it belongs to an item of a list."""
        source, start = self.source, self.source.line_start(offset)
        if start not in self._judged:
            self._judged[start] = self._judge(start, _columns(source.indentation(offset)))
        return self._judged[start]

    def _judge(self, start: int, indent: int) -> bool:
        if indent < CODE_INDENT:
            return False
        source = self.source
        follows_text = True
        for _ in range(MOST_LINES):
            if not start:
                return True
            start = source.plain.rfind("\n", 0, start - 1) + 1
            line = source.plain[start : start + MOST_LINES].partition("\n")[0]
            text = line.lstrip(" \t")
            before = _columns(line[: len(line) - len(text)])
            if not text:
                follows_text = False
            elif start in self._judged and before == indent:
                return self._judged[start]
            elif item := _ITEM.match(line):
                return not _columns(item[0]) <= indent < _columns(item[0]) + CODE_INDENT
            elif follows_text and before < CODE_INDENT:
                return False  # a line of a paragraph may be indented as far as one likes
            elif not before:
                break
        return True


def _columns(text: str) -> int:
    """How many columns the spaces and tabs at its beginning take; for an item of a list, all that it is made of."""
    return len(text.expandtabs(CODE_INDENT))
