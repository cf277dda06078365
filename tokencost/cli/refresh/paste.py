"""An answer between its marks, ready to paste into a text that `tokencost refresh` keeps current."""

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from tokencost.cli import TYPED
from tokencost.cli.refresh.allowed import read_command, refuse_unsafe
from tokencost.errors import InvalidRequest
from tokencost.marks.source import MARK
from tokencost.marks.syntaxes import SYNTAXES, is_read
from tokencost.render import render

if TYPE_CHECKING:
    from tokencost.documents.document import Document

_ALONE = ("--paste", "--no-color")
"""Options that say nothing about the answer."""


def mark_answer(
    document: "Document", format_name: str | None, output: str | None, *, charts: bool, brief: bool, width: int | None
) -> str:
    """The answer between marks that hold the command as it was typed. Raises `InvalidRequest`.

    A format that belongs to a syntax has the marks of that syntax; any other is quoted in Markdown.
    """
    if output not in (None, "-"):
        raise InvalidRequest("--paste prints the block", "leave --output out, and paste it where it belongs")
    syntax = SYNTAXES.get(format_name or "", SYNTAXES["markdown"])
    named = format_name or syntax.format
    typed = click.get_current_context().meta[TYPED]
    command = shlex.join(_words_for_mark(typed, syntax.format))
    if "\n" in command or (syntax.closes and syntax.closes in command):
        raise InvalidRequest("this command cannot stand in a comment", "leave line breaks and --> out of it")
    refuse_unsafe(read_command(command), allow_outside=False)
    text = render(document, named, charts=charts, brief=brief, width=width, part=True).rstrip("\n")
    space = "\n" * syntax.blank_lines
    body = text if is_read(syntax, named) else syntax.quote(text, named)
    return f"{syntax.mark(f'{MARK} {command}')}\n{space}{body}\n{space}{syntax.mark(f'/{MARK}')}\n"


def _words_for_mark(typed: Sequence[str], own_format: str) -> Iterator[str]:
    """What was typed, without what the mark or the syntax of the text says by itself."""
    skip = False
    for place, word in enumerate(typed):
        following = typed[place + 1] if place + 1 < len(typed) else ""
        if skip or word in _ALONE or word.casefold() == f"--format={own_format}":
            skip = False
        elif word == "--format" and following.casefold() == own_format:
            skip = True
        else:
            yield word
