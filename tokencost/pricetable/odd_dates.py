"""Dates as people write them elsewhere, `27/01/2025`, `Jan 27 2025`: never read, only to suggest what was meant.

`27/01/2025` is plain, `02/01/2025` is not: whoever reads one kind has to guess the other.
"""

import re
from calendar import monthrange
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_OF_YEAR = 12
_YEAR_DIGITS = 4
_FIRST_YEAR = 1970
_PARTS = re.compile(r"[0-9]+|[a-z]+", re.ASCII)
_ORDINALS = ("st", "nd", "rd", "th", "of")


def suggest_date(text: str) -> str | None:
    """What to write instead of this text: one date, or the two that it may be; None where it is no date at all."""
    parts = [part for part in _PARTS.findall(text.casefold()) if part not in _ORDINALS]
    named = [_MONTHS.index(part[:3]) + 1 for part in parts if part[:3] in _MONTHS and part.isalpha()]
    numbers = [int(part) for part in parts if part.isdigit() and len(part) <= _YEAR_DIGITS]
    years = [part for part in parts if len(part) == _YEAR_DIGITS and part.isdigit()]
    if len(named) + len(numbers) != len(parts) or len(named) > 1 or len(years) != 1 or int(years[0]) < _FIRST_YEAR:
        return None
    year = int(years[0])
    others = [number for number in numbers if number != year]
    orders: list[tuple[int, int | None]]
    if named:
        orders = [(named[0], other) for other in others] or [(named[0], None)]
    elif len(others) < len(("month", "day")):
        orders = [(other, None) for other in others] or [(1, None)]
    else:
        orders = [(others[0], others[1])] if parts[0] == years[0] else [(others[1], others[0]), (others[0], others[1])]
    if len(others) + len(named) > len(("month", "day")):
        return None
    return _suggestion(year, [(month, day) for month, day in orders if 1 <= month <= _MONTHS_OF_YEAR])


def _suggestion(year: int, orders: list[tuple[int, int | None]]) -> str | None:
    """For months with a day, or without one where none was given."""
    if not orders:
        return None
    month, day = orders[0]
    if day is None:
        return f"name a day, such as {year}-{month:02d}-01"
    found = dict.fromkeys(shown for month, day in orders if day and (shown := _date_text(year, month, day)))
    return f"write {' or '.join(found)}" if found else f"{year}-{month:02d} has {monthrange(year, month)[1]} days"


def _date_text(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
