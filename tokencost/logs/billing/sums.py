"""What an engine hands back: integers, summed per rate cell and group."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tokencost.logs.sql.rate_periods import instant_of
from tokencost.rows import Row


class Sum(NamedTuple):
    """The sums of all records that agree in their groups, model, tier, period of time and class of context length."""

    periods: tuple[int | None, ...]
    """Days since 1970 on which the day, week or month begins, in the order of the query."""
    fields: tuple[str | None, ...]
    """The values of the fields that group them."""
    model: str | None
    tier: str | None
    """As the records say it; behind the region where they say one, as in `data-residency/batch`."""
    summed: bool
    """Whether each record is itself a sum of requests, of unknown context length."""
    code: str | None
    """What is wrong with them; None where nothing is."""
    file: str | None
    """Where they stand, if something is wrong."""
    at: int | None
    """An instant in the rate period of the records, in microseconds since 1970; None where they have no time.

    Where records cover a span of time, its start.
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
    logged_in: str | None = None
    """In which currency; None where none of them holds one. All of them do, or none."""
    calls: tuple[tuple[str, int], ...] = ()
    """How often tools were called, each with its number; what was not called is left out."""


class Period:
    """From which day to which records are. Known only while every sum says when its records were."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._last: int | None = None
        self._known = True

    def add(self, item: Sum) -> None:
        """One sum more."""
        if item.first_at is None or item.last_at is None:
            self._known = False
            return
        # A record may cover a day or a bucket of time; `until` is the first instant after it.
        last = item.last_at if item.until is None else max(item.last_at, item.until - 1)
        self._first = item.first_at if self._first is None else min(self._first, item.first_at)
        self._last = last if self._last is None else max(self._last, last)

    @property
    def days(self) -> tuple[date, date] | tuple[None, None]:
        """The first and the last day, in UTC; None where some record has no time."""
        if not self._known or self._first is None or self._last is None:
            return None, None
        return instant_of(self._first).date(), instant_of(self._last).date()


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
