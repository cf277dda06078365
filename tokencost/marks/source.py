"""A text to look for marks in, and what is found in it: offsets are those of the text itself."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal, NamedTuple

BYTE_ORDER_MARK = "\ufeff"
MARK = "tokencost"
_SPACES = re.compile(r"[ \t]*+")
_REST = re.compile(r"[ \t]*+(?=\n|\Z)")
Word = Literal["begin", "end", "figure", "figure end"]


class Source:
    """A text with its lines, whatever they end in.

    `plain` is as long as the text and has line feeds alone, so that every pattern needs to know one line ending only.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = text.replace("\r\n", " \n").replace("\r", "\n")
        self.plain = f" {plain[1:]}" if plain.startswith(BYTE_ORDER_MARK) else plain
        self._line = (0, -1)

    @cached_property
    def _breaks(self) -> list[int]:
        found, at = [], self.plain.find("\n")
        while at >= 0:
            found.append(at)
            at = self.plain.find("\n", at + 1)
        return found

    def line(self, offset: int) -> int:
        """The number of the line, from 1."""
        return bisect_right(self._breaks, offset - 1) + 1

    def _bounds(self, offset: int) -> tuple[int, int]:
        """Where its line begins, and where it ends. A line is measured once, however many marks it has."""
        start, end = self._line
        if not start <= offset <= end:
            start, end = self.plain.rfind("\n", 0, offset) + 1, self.plain.find("\n", offset)
            self._line = start, end if end >= 0 else len(self.plain)
        return self._line

    def line_start(self, offset: int) -> int:
        """Where the line begins."""
        return self._bounds(offset)[0]

    def next_line(self, offset: int) -> int:
        """Where the next line begins; the end of the text where there is none."""
        return min(self._bounds(offset)[1] + 1, len(self.plain))

    def ending(self, offset: int) -> str:
        """What the line ends in; a line feed where it is the last one."""
        after = self.next_line(offset)
        if self.text.endswith("\r\n", 0, after):
            return "\r\n"
        return "\r" if self.text.endswith("\r", 0, after) else "\n"

    def indentation(self, offset: int) -> str:
        """The spaces and tabs with which the line begins."""
        found = _SPACES.match(self.plain, self.line_start(offset))
        return found[0] if found else ""

    def is_first(self, offset: int) -> bool:
        """Whether nothing but spaces stands before it on its line."""
        return not self.plain[offset - 1 : offset].strip() and (
            offset <= self.line_start(offset) + len(self.indentation(offset))
        )

    def is_last(self, offset: int) -> bool:
        """Whether nothing but spaces stands behind it on its line."""
        return bool(_REST.match(self.plain, offset))

    def rest(self, offset: int) -> str:
        """The characters of the line from it on."""
        return self.plain[offset : self._bounds(offset)[1]]


class Mark(NamedTuple):
    """A comment that is addressed to this tool."""

    word: Word
    said: str
    """The command, or the words of a figure."""
    start: int
    end: int


class Verbatim(NamedTuple):
    """A stretch that is shown as it is, in which comments are no comments."""

    start: int
    end: int
    inner: tuple[int, int]
    is_console: bool
    """Whether it shows what was typed in a terminal, and what came of it."""


class Unended(NamedTuple):
    """A stretch that never ends, and would hide all marks below it."""

    start: int
    what: str


Event = Mark | Verbatim | Unended


def read_mark(comment: str, start: int, end: int) -> Mark | None:
    """What the words of a comment mean, if they are addressed to this tool."""
    said = comment.strip()
    if said == f"/{MARK}":
        return Mark("end", "", start, end)
    if said == "/":
        return Mark("figure end", "", start, end)
    if said.startswith(f"{MARK}:") and not said.startswith(f"{MARK}::"):
        return Mark("figure", " ".join(said[len(MARK) + 1 :].split()), start, end)
    if said == MARK or (said.startswith(MARK) and said[len(MARK)].isspace()):
        return Mark("begin", said[len(MARK) :].strip(), start, end)
    return None
