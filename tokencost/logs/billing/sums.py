"""What an engine hands back: integers, summed per rate cell and group."""

from decimal import Decimal
from typing import NamedTuple

from tokencost.rows import Row


class Sum(NamedTuple):
    """The sums of all records that agree in their groups, model, tier, stretch of time and class of context length."""

    periods: tuple[int | None, ...]
    """Days since 1970 on which the day, week or month begins, in the order of the question."""
    fields: tuple[str | None, ...]
    """The values of the fields that group them."""
    model: str | None
    tier: str | None
    summed: bool
    """Whether each record is itself a sum of requests, of unknown context length."""
    code: str | None
    """What is wrong with them; None where nothing is."""
    file: str | None
    """Where they stand, if something is wrong."""
    at: int | None
    """An instant, in microseconds since 1970, at which all prices are those of the records' own; None without a time.

    It is the start of the records themselves where they cover time.
    """
    until: int | None
    """Until when the records cover time, such as a day; None where they are instants."""
    context: int
    """The shortest input of the class of context lengths that they are in."""
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


def rejected_sum(rows: int, code: str, file: str | None) -> Sum:
    """So many records that cannot be read."""
    return Sum((), (), None, None, False, code, file, None, None, 0, rows, 0, 0, 0, 0, 0, None, None, None, 0)


class _Rejected(NamedTuple):
    """The fields of `Rejected`."""

    file: str
    line: int | None
    """Counted from 1; None where the file has no lines."""
    reason: str


class Rejected(Row, _Rejected):
    """A record that cannot be priced for what it says, not for want of a price."""

    __slots__ = ()
