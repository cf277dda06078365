"""What an engine hands back: integers, summed per rate cell and group."""

from decimal import Decimal
from typing import NamedTuple


class CellKey(NamedTuple):
    """Which rate cell of a price records fall into, but for their tier."""

    price: int | None
    """Place of the price in `RateCells.prices`; None where none is in force or the name is unknown."""
    above: int
    """The context-length threshold that they exceed."""
    windows: str | None
    """The open windows, joined by commas; None where the price holds at all hours."""
    crosses: int
    """1 where the price changes within the time that a record covers, 2 where a window opens or closes in it."""
    minute: int | None
    """The minute since 1970 where the engine left the hour to the bill."""


class Sum(NamedTuple):
    """The sums of all records that agree in their groups, model, tier and rate cells."""

    periods: tuple[int | None, ...]
    """Days since 1970 on which the day, week or month begins, in the order of the question."""
    fields: tuple[str | None, ...]
    """The values of the fields that group them."""
    model: str | None
    tier: str | None
    summed: bool
    """Whether each record is itself a sum of requests, of unknown context length."""
    timeless: bool
    """Whether the records have no time."""
    code: str | None
    """What is wrong with them; None where nothing is."""
    file: str | None
    """Where they stand, if something is wrong."""
    cells: tuple[CellKey, ...]
    """One for each side of the question."""
    rows: int
    requests: int
    input: int
    cached: int
    written: int
    output: int
    first_at: int | None
    last_at: int | None
    logged: Decimal | None
    """The cost that the log itself holds."""
    logged_rows: int
    """How many of the records hold one."""


class Rejected(NamedTuple):
    """A record that cannot be priced for what it says, not for want of a price."""

    file: str
    line: int | None
    """Counted from 1; None where the file has no lines."""
    reason: str
