"""Calendar months, with their real lengths in a time zone."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MONTHS_OF_YEAR = 12
FIRST_YEAR, LAST_YEAR = 2000, 2199
PERIODS = ("hour", "day", "week", "month", "year")
DAYS_OF_WEEK = 7
CACHED_MONTHS = 1024
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class Month(NamedTuple):
    """A calendar month; months sort by time."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def plus(self, months: int) -> "Month":
        """So many months later."""
        year, number = divmod(self.year * MONTHS_OF_YEAR + self.number - 1 + months, MONTHS_OF_YEAR)
        return Month(year, number + 1)

    @property
    def days(self) -> int:
        """How many days it has: 28 to 31."""
        return (_first_day(self.plus(1)) - _first_day(self)).days

    @property
    def days_of_year(self) -> int:
        """How many days its year has: 365 or 366."""
        return (date(self.year + 1, 1, 1) - date(self.year, 1, 1)).days


def month_of(day: date) -> Month:
    """The month of a day."""
    return Month(day.year, day.month)


def parse_month(value: object) -> Month:
    """`"2026-12"`, or a date within the month. Raises `ValueError(message, hint)`."""
    hint = 'write the month like "2026-12"'
    if isinstance(value, Month):
        return value
    if isinstance(value, date):
        month = month_of(value)
    else:
        match = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
        if not match:
            raise ValueError(f"{value!r} is not a month", hint)
        month = Month(int(match[1]), int(match[2]))
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise ValueError(f"{month} is not between {FIRST_YEAR} and {LAST_YEAR}", hint)
    return month


@lru_cache(maxsize=CACHED_MONTHS)
def bounds(month: Month, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first instant of the month in that zone and the first one after it, in UTC."""
    return _midnight(month, zone), _midnight(month.plus(1), zone)


def periods_in(month: Month, per: str, zone: tzinfo) -> Fraction:
    """How many hours, days, weeks, months or years the month has; a year is as many days as the month's own."""
    if per == "hour":
        begin, end = bounds(month, zone)
        return Fraction((end - begin) // timedelta(seconds=1), 3600)
    if per == "day":
        return Fraction(month.days)
    if per == "week":
        return Fraction(month.days, DAYS_OF_WEEK)
    if per == "year":
        return Fraction(month.days, month.days_of_year)
    return Fraction(1)


def _first_day(month: Month) -> date:
    return date(month.year, month.number, 1)


def _midnight(month: Month, zone: tzinfo) -> datetime:
    return datetime(month.year, month.number, 1, tzinfo=zone).astimezone(UTC)
