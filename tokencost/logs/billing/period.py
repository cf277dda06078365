"""From which day to which the priced records are."""

from datetime import date

from tokencost.logs.billing.sums import Sum
from tokencost.logs.sql.rate_periods import instant_of


class Period:
    """Grows with each sum; known only while every one of them says when its records were."""

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
