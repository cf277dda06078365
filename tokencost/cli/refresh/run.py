"""One block after the other is run, all on one price table and at one time."""

import os
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokencost.cli import INTERRUPTED_STATUS, attempt
from tokencost.cli.capture import Captured, capture
from tokencost.cli.refresh.allowed import Asked, read_command, refuse_file, refuse_unsafe
from tokencost.errors import InvalidRequest
from tokencost.marks.blocks import Block
from tokencost.marks.syntaxes import Syntax, is_read
from tokencost.pricetable import clock

if TYPE_CHECKING:
    from tokencost.pricetable.table import PriceTable

NAME_A_DAY = "name one: --on 2026-11-20, or as the last word of a figure"
HINT = "\n  hint: "


class Run:
    """What all blocks of one run have in common, however many texts they stand in.

    Each price table is read once, however many blocks rest on it, and so is the clock: no two blocks disagree because
    a file changed, or a day began, between them.
    """

    def __init__(
        self, prices: "PriceTable | str | os.PathLike[str] | None" = None, *, allow_outside: bool, dated: bool
    ) -> None:
        from tokencost.pricetable.locate import find_prices

        self.allow_outside, self.dated = allow_outside, dated
        self._given: PriceTable | None = None
        self._file: Path | None = None
        if prices is None or isinstance(prices, str | os.PathLike):
            named = find_prices(prices)
            # A block runs in the folder of its text, from which a relative name would lead elsewhere.
            self._label, self._file = os.fspath(named), named.absolute()
        else:
            self._given = prices
        self._tables: dict[str, PriceTable] = {}
        self._now: datetime | None = None

    def load_table(self, prices: str | None) -> "PriceTable":
        """The price table of a block: the one that it names, else that of the run."""
        from tokencost.pricetable.load import parse_prices, read_prices

        if prices is None and self._given is not None:
            return self._given
        path = os.fspath(self.find_prices(prices))
        key = os.path.realpath(path)
        if key not in self._tables:
            self._tables[key] = parse_prices(read_prices(path), self._label if prices is None else prices)
        return self._tables[key]

    def find_prices(self, prices: str | None) -> Path:
        """Where that table is."""
        if prices is not None:
            return Path(prices)
        if self._file is None:
            raise InvalidRequest("the price table of this run has no file", "name one with --prices FILE")
        return self._file

    def renew(self, block: Block, text: str, syntax: Syntax) -> str:
        """What a block is to hold, before it is laid out. Raises `InvalidRequest` where there is no such thing."""
        with clock.told(self._tell_time):
            if block.kind == "figure":
                return self._write_figure(block, text)
            asked = self.read(block)
            if asked.asks_help:
                shown = _help_of(asked)
                return shown if block.kind == "transcript" else syntax.quote(shown, "text")
            printed = Captured(
                "table" if block.kind == "transcript" else syntax.format, self.load_table, self.find_prices
            )
            with capture(printed):
                status, message = attempt(list(asked.words))
        if status == INTERRUPTED_STATUS:
            raise KeyboardInterrupt
        if status:
            raise _failure(status, message)
        output = printed.text.rstrip("\n")
        if block.kind == "transcript" or is_read(syntax, printed.format):
            return output
        return syntax.quote(output, printed.format or "text")

    def read(self, block: Block) -> Asked:
        """The command of a block, which may be run. Raises `InvalidRequest`."""
        asked = read_block(block)
        refuse_unsafe(asked, allow_outside=self.allow_outside, in_transcript=block.kind == "transcript")
        return asked

    def _write_figure(self, block: Block, text: str) -> str:
        from tokencost.analysis.figure import compute_figure, read_figure
        from tokencost.cli.refresh.allowed import split_words
        from tokencost.render.number_form import write_like

        asked = read_figure(split_words(block.command))
        if asked.kind == "cost":
            refuse_file(asked.words[0], allow_outside=self.allow_outside)
        figure = compute_figure(self.load_table(None), asked)
        return write_like(block.within(text), figure.value, figure.kind, figure.currency)

    def _tell_time(self) -> datetime:
        """The time of the run; an error where nothing may depend on it."""
        if self.dated:
            raise InvalidRequest("this depends on the day", NAME_A_DAY)
        if self._now is None:
            self._now = clock.read()
        return self._now


def read_block(block: Block) -> Asked:
    """The command of a block, whether or not it may be run. Raises `InvalidRequest`."""
    try:
        return read_command(block.command)
    except click.ClickException as error:
        raise _of_click(error) from None


def _help_of(asked: Asked) -> str:
    """The help of a command, as wide as where no terminal is."""
    with ExitStack() as stack:
        context: click.Context | None = None
        names = ("tokencost", *asked.name.split())
        for name, command in zip(names, asked.group, strict=True):
            context = click.Context(
                command, parent=context, info_name=name, terminal_width=78, **command.context_settings
            )
            stack.enter_context(context)
        assert context is not None  # noqa: S101  # the outermost is always there
        return context.get_help()


def _failure(status: int, message: str) -> InvalidRequest:
    """A command that ended with a status, as what is wrong with its block."""
    if not message:
        return InvalidRequest(
            f"the command ends with status {status}: a check of it failed",
            "run it to see; --allow-unpriced, a budget that is kept or another question would mend it",
        )
    # Click shows the usage of the command before what is wrong with it.
    _, _, said = f"\n{message}".rpartition("\nError: ")
    said, _, hint = said.partition(HINT)
    return InvalidRequest(said.strip(), hint.strip())


def _of_click(error: click.ClickException) -> InvalidRequest:
    from tokencost.cli.parameters.slips import explain

    said, _, hint = explain(error).format_message().partition(HINT)
    return InvalidRequest(said.strip(), hint.strip())
