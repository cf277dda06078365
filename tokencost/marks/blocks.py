"""The marked blocks of a text: which commands its marks name, and what stands between them.

<!-- tokencost compare deepseek-reasoner o1 --on 2025-01-27 -->
...                                          an answer
<!-- /tokencost -->

cost <!-- tokencost: ratio deepseek-reasoner o1 cached_input 2025-01-27 -->53.6×<!-- / -->
                                             a figure, within a sentence

```console
$ tokencost find 0.14 7.50 --on 2025-01-27   a transcript, which needs no marks
...
```
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from tokencost.errors import Problem
from tokencost.marks.comments import Comments
from tokencost.marks.line_comments import SEARCHES, find_in_lines
from tokencost.marks.source import BYTE_ORDER_MARK, MARK, Event, Mark, Source, Unended, Verbatim
from tokencost.marks.syntaxes import Syntax

PROMPT = "$ "
_TYPED = re.compile(rf"^(?P<prefix>[ \t>]*)\$ (?P<typed>{MARK}(?:[ \t][^\n]*)?)$", re.MULTILINE)
_LINES = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$")
_BLANK = " \t\r\n"
_PROMPTS = re.compile(r"^[ \t>]*\$ ", re.MULTILINE)
_HIDDEN = re.compile(
    rf"<!--\s*/?{MARK}[\s:]|^[ \t]*(?://|\.\.|%+|#)[ \t]*/?{MARK}[\s:]|^[ \t>]*\$ {MARK}\s", re.MULTILINE
)


class Block(NamedTuple):
    """One stretch of a text that is kept current."""

    kind: Literal["answer", "figure", "transcript"]
    command: str
    """What its mark says, without the name of this tool."""
    line: int
    """Of its first mark, from 1."""
    start: int
    end: int
    """Where the stretch begins and ends."""
    prefix: str
    """What stands before each line of it, such as the indentation of the list in which it is."""
    ending: str
    """What its lines end in."""

    def within(self, text: str) -> str:
        """What stands in it now."""
        return text[self.start : self.end]


class Found(NamedTuple):
    """The blocks of a text in order, and what is wrong with its marks."""

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]


def find_blocks(text: str, syntax: Syntax, file: str = "text") -> Found:
    """The blocks of a text. `file` is the name that problems carry."""
    if MARK not in text:
        return Found((), ())
    source = Source(text)
    pairing = _Pairing(source, syntax, file)
    for event in _events(source, syntax):
        pairing.take(event)
    pairing.end()
    return Found(tuple(sorted(pairing.blocks, key=lambda block: block.start)), tuple(pairing.problems))


def _events(source: Source, syntax: Syntax) -> Iterator[Event]:
    if syntax.name in SEARCHES:
        return find_in_lines(source, syntax.name)
    return Comments(source, is_markdown=syntax.name == "markdown").find()


def replace_blocks(text: str, blocks: Iterable[Block], contents: Sequence[str]) -> str:
    """The text with new contents of its blocks, and everything else as it was."""
    parts: list[str] = []
    at = 0
    for block, content in zip(blocks, contents, strict=True):
        parts += (text[at : block.start], content)
        at = block.end
    return "".join((*parts, text[at:]))


def lay_out(block: Block, output: str, text: str, syntax: Syntax) -> str:
    """Output as it stands in its block: with the line endings and the indentation of the text around it.

    Blank lines that stand next to the marks stay, as a formatter may have put them there.
    """
    lines = output.rstrip("\n").split("\n") if output.strip("\n") else []
    if block.kind != "transcript":
        lines = _without_blank_ends(lines)
    body = "".join(f"{block.prefix}{line}".rstrip(" \t" if not line else "") + block.ending for line in lines)
    if block.kind == "transcript":
        return body
    before, after = _blank_lines(block.within(text), block.ending, syntax.blank_lines)
    return f"{before}{body}{after}"


def _without_blank_ends(lines: list[str]) -> list[str]:
    held = [place for place, line in enumerate(lines) if line.strip(_BLANK)]
    return lines[held[0] : held[-1] + 1] if held else []


def _blank_lines(old: str, ending: str, least: int) -> tuple[str, str]:
    if not old.strip(_BLANK):
        return ending * least, ending * least
    lines = _LINES.findall(old)
    first = next(place for place, line in enumerate(lines) if line.strip(_BLANK))
    last = next(place for place, line in enumerate(reversed(lines)) if line.strip(_BLANK))
    before, after = "".join(lines[:first]), "".join(lines[len(lines) - last :])
    return before or ending * least, after or ending * least


class _Pairing:
    """Marks become blocks as they come: the open one waits for its end."""

    def __init__(self, source: Source, syntax: Syntax, file: str) -> None:
        self.source, self.syntax, self.file = source, syntax, file
        self.blocks: list[Block] = []
        self.problems: list[Problem] = []
        self.open: Mark | None = None
        self.inside = False
        """Whether another block has begun within the open one, which is told of once."""

    def take(self, event: Event) -> None:
        """The next event."""
        if isinstance(event, Unended):
            self._hides(event)
        elif isinstance(event, Verbatim):
            if event.is_console and self.open is None:
                self.blocks += _transcripts(self.source, event)
        elif event.word in ("begin", "figure"):
            self._begin(event)
        elif event.word == "end":
            self._end_answer(event)
        elif self.open and self.open.word == "figure":
            self._end_figure(event)

    def end(self) -> None:
        """The end of the text."""
        if self.open:
            self._lacks_end(self.open)

    def _begin(self, mark: Mark) -> None:
        if self.open and self.open.word == "figure":
            self._lacks_end(self.open)
        elif self.open:
            line = self.source.line(self.open.start)
            self._report(
                mark,
                f"a block begins within the block of line {line}",
                f"end that one before: {self.syntax.mark('/' + MARK)}",
            )
            self.inside = True
        if mark.word == "begin" and not self._is_alone(mark):
            self.open = None
            self._report(mark, "the mark of a block is not alone on its line", "give it a line of its own")
            self.inside = True  # its end, when that comes, is not a second fault
            return
        self.open = mark

    def _end_answer(self, mark: Mark) -> None:
        if self.open is None or self.open.word == "figure":
            if not self.inside:
                first = self.syntax.mark(f"{MARK} compare MODEL MODEL")
                self._report(mark, "a block ends that did not begin", f"begin it with {first}, or take this mark away")
            self.inside = False
            return
        source, begin = self.source, self.open
        self.open = None
        if not self._is_alone(mark):
            self._report(mark, "the mark of a block is not alone on its line", "give it a line of its own")
            return
        start, end = source.next_line(begin.end), source.line_start(mark.start)
        prefix = source.text[source.line_start(begin.start) : begin.start] if self.syntax.indents else ""
        prefix = prefix.replace(BYTE_ORDER_MARK, "") if self.syntax.closes else source.indentation(begin.start)
        command = " ".join(begin.said.split("\n"))
        self.blocks.append(
            Block("answer", command, source.line(begin.start), start, end, prefix, source.ending(begin.start))
        )

    def _end_figure(self, mark: Mark) -> None:
        source, begin = self.source, self.open
        assert begin is not None  # noqa: S101  # the caller has looked
        self.open = None
        start, end = begin.end, mark.start
        if not self.syntax.closes:
            start = min(source.next_line(begin.end), end)
        self.blocks.append(
            Block("figure", begin.said, source.line(begin.start), start, end, "", source.ending(begin.start))
        )

    def _is_alone(self, mark: Mark) -> bool:
        if not self.syntax.closes:
            return True
        return self.source.is_first(mark.start) and self.source.is_last(mark.end)

    def _lacks_end(self, mark: Mark) -> None:
        end = self.syntax.mark("/" if mark.word == "figure" else f"/{MARK}")
        what = "figure" if mark.word == "figure" else "block"
        self._report(mark, f"the {what} has no end", f"end it with {end}")

    def _hides(self, unended: Unended) -> None:
        if hidden := _HIDDEN.search(self.source.plain, unended.start):
            line = self.source.line(hidden.start())
            self.problems.append(
                Problem(
                    self.file,
                    self.source.line(unended.start),
                    f"this {unended.what} never ends, and hides the mark of line {line}",
                    "end it",
                )
            )
            self.open = None

    def _report(self, mark: Mark, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, self.source.line(mark.start), message, hint))


def _transcripts(source: Source, shown: Verbatim) -> Iterator[Block]:
    """Each command of a transcript that has output below it: all lines up to the next prompt."""
    start, stop = shown.inner
    for found in _TYPED.finditer(source.plain, start, stop):
        typed, end = found["typed"].rstrip(), found.end()
        while typed.endswith("\\") and end < stop:
            following = source.rest(end + 1)
            typed = f"{typed[:-1]} {following.removeprefix(found['prefix']).lstrip().removeprefix('> ').rstrip()}"
            end += 1 + len(following)
        begin = min(source.next_line(end), stop)
        prompt = _PROMPTS.search(source.plain, begin, stop)
        until = prompt.start() if prompt else stop
        # In reStructuredText a blank line parts the transcript from what follows.
        content = source.plain[begin:until].rstrip()
        if not content.strip(" >\t\n"):
            continue  # it shows what to type, and not what comes of it
        until = min(source.next_line(begin + len(content)), until)
        yield Block(
            "transcript", typed[len(MARK) :].strip(), source.line(found.start("typed")), begin, until, found["prefix"],
            source.ending(found.start("typed")),
        )  # fmt: skip
