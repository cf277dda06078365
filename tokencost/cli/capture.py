"""Answers for whoever asks for them within this process, instead of standard output.

A command that is run to keep a text current neither knows of it nor differs from one that was typed: what it would
write, and the price tables that it would load, pass through here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tokencost.pricetable.table import PriceTable


class Captured:
    """What one command writes."""

    def __init__(
        self,
        default_format: str,
        load_table: "Callable[[str | None], PriceTable]",
        find_prices: "Callable[[str | None], Path]",
    ) -> None:
        self.default_format = default_format
        """Of an answer for which the command names none."""
        self.load_table, self.find_prices = load_table, find_prices
        self.format: str | None = None
        """Of what was written; None for what has none, such as SQL."""
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self.parts)


_CAPTURED: ContextVar[Captured | None] = ContextVar("captured", default=None)


def captured() -> Captured | None:
    """Where the answer goes; None is standard output."""
    return _CAPTURED.get()


@contextmanager
def capture(into: Captured) -> Iterator[None]:
    """While this lasts, answers of commands that are run in this thread go there."""
    token = _CAPTURED.set(into)
    try:
        yield
    finally:
        _CAPTURED.reset(token)
