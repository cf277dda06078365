"""One text with its marked blocks brought up to date, in memory: the files are somebody else's."""

import re
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

from tokencost.cli.refresh.run import Run
from tokencost.errors import InvalidData, Problem, TokencostError
from tokencost.marks.blocks import Block, find_blocks, lay_out, replace_blocks
from tokencost.marks.syntaxes import Syntax, named_syntax

if TYPE_CHECKING:
    from tokencost.pricetable.table import PriceTable

NAME = "text"
"""What a text without a file is called where something is wrong with it."""
FOOTER = re.compile(r"prices\.toml (?P<version>\S+) \(sha256 (?P<sha256>[0-9a-f]+)\)")
"""The line with which every answer says which table it comes from."""
_NO_TEXT = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as `surrogateescape` reads it."""


class Renewed(NamedTuple):
    """A block, and what it is to hold."""

    block: Block
    content: str
    is_stale: bool


class Refreshed(NamedTuple):
    """A text with its blocks renewed. Where there are problems, nobody should keep it."""

    text: str
    blocks: tuple[Renewed, ...]
    """Those that could be renewed, stale or not."""
    problems: tuple[Problem, ...]

    @property
    def stale(self) -> tuple[Renewed, ...]:
        """The blocks that held something else."""
        return tuple(each for each in self.blocks if each.is_stale)


def refresh(
    text: str,
    *,
    syntax: str = "markdown",
    prices: "PriceTable | str | PathLike[str] | None" = None,
    allow_outside: bool = False,
    dated: bool = False,
) -> str:
    """The text with its marked blocks, figures and transcripts as the commands in them print them now.

    `syntax` is markdown, html, asciidoc, rst, latex or orgmode. `prices` is a table or its file, else the one that the
    command line would use. Commands that only read are run, in this process; the files that they name are below the
    working folder, unless `allow_outside`. With `dated`, what depends on the day is an error.

    Everything outside of the blocks stays as it is. Raises `InvalidData`, which lists every problem with its line.
    """
    run = Run(prices, allow_outside=allow_outside, dated=dated)
    refreshed = refresh_text(text, named_syntax(syntax), run)
    if refreshed.problems:
        raise InvalidData(refreshed.problems)
    return refreshed.text


def refresh_text(text: str, syntax: Syntax, run: Run, file: str = NAME, *, keep_version: bool = False) -> Refreshed:
    """The text with its blocks renewed, and all that is wrong with them. Bytes that are no text come escaped.

    With `keep_version`, a block stays as it is where only the version of the price table has changed.
    """
    blocks, problems = find_blocks(text, syntax, file)
    found = list(problems)
    renewed: list[Renewed] = []
    is_text = not _NO_TEXT.search(text)
    for block in blocks:
        try:
            output = run.renew(block, text, syntax)
        except TokencostError as error:
            found.append(_problem_of(error, block, file))
            continue
        old = block.within(text)
        new = output if block.kind == "figure" else lay_out(block, output, text, syntax)
        if keep_version and _without_version(new) == _without_version(old):
            new = old
        if new != old and not is_text and not new.isascii():
            found.append(
                Problem(
                    file, block.line, "this text is not UTF-8, and the answer holds characters such as × and −",
                    "save the text as UTF-8, or ask for --format csv",
                )
            )  # fmt: skip
            continue
        renewed.append(Renewed(block, new, new != old))
    after = replace_blocks(text, [each.block for each in renewed], [each.content for each in renewed])
    if after != text and not found:
        found += _misread(renewed, after, syntax, file)
    return Refreshed(after, tuple(renewed), tuple(sorted(found, key=lambda problem: problem.line)))


def _without_version(content: str) -> str:
    return FOOTER.sub("", content)


def _problem_of(error: TokencostError, block: Block, file: str) -> Problem:
    said = error.message
    if isinstance(error, InvalidData):
        said = "; ".join(f"{each.file}:{each.line}: {each.message}" for each in error.problems)
    shown = f"tokencost{':' if block.kind == 'figure' else ''} {' '.join(block.command.split())}".rstrip()
    return Problem(file, block.line, f"`{shown}`: {said}", error.hint)


def _misread(renewed: list[Renewed], after: str, syntax: Syntax, file: str) -> list[Problem]:
    """Whether the marks can still be told from what stands between them.

    What a log or a price table says may look like a mark, or like the end of a block of code.
    """
    blocks, problems = find_blocks(after, syntax, file)
    for place, each in enumerate(renewed):
        again = blocks[place] if place < len(blocks) else None
        if again is None or (again.command, again.within(after)) != (each.block.command, each.content):
            return [
                Problem(
                    file, each.block.line, "the answer holds what would be read as a mark, or as the end of its block",
                    "ask for another format, such as --format csv",
                )
            ]  # fmt: skip
    if problems or len(blocks) != len(renewed):
        return [Problem(file, 0, "an answer holds what would be read as a mark", "ask for another format")]
    return []
