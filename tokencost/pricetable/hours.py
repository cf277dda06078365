"""Parts of the week with their own rates, and the calendars they leave out.

Hours are half-open and may cross midnight; they belong to the day on which they open, so that the hours after midnight
of a Friday do not need Saturday in `days`. The hours of each provider themselves are data, in prices.toml.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from tokencost.pricetable.when import YEARS, has_prices

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY = 24 * 60
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_LONGEST_HOLIDAY = 366

WINDOW_KEYS = ("zone", "days", "except", "hours")
"""What says when a window is open."""

OpenHours = tuple[int, int]
"""First minute of the day and the minute at which it ends (exclusive); the end is smaller where it crosses midnight."""


def parse_hours(value: object) -> tuple[OpenHours, ...]:
    """`["09:00-12:00"]` as minutes of the day. Raises `ValueError(message, hint)`."""
    if not isinstance(value, list) or not value:
        raise ValueError("hours are a list of stretches", 'write them like ["09:00-12:00", "14:00-18:00"]')
    stretches: list[OpenHours] = []
    for text in value:
        match = _HOURS.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise ValueError(
                f"malformed hours {text!r}", 'write "09:00-12:00", in 24 hours; 24:00 is the end of the day'
            )
        opens = int(match[1]) * 60 + int(match[2])
        ends = int(match[3]) * 60 + int(match[4]) if match[3] else MINUTES_OF_DAY
        if opens == ends:
            raise ValueError(f"the hours {text!r} are empty", 'write "00:00-24:00" for the whole day')
        for other, earlier in zip(value, stretches, strict=False):
            if _overlap(earlier, (opens, ends)):
                raise ValueError(*_overlap_words(other, earlier, text, (opens, ends)))
        stretches.append((opens, ends))
    return tuple(stretches)


def parse_row_hours(value: object) -> tuple[OpenHours, ...] | str:
    """The hours of a condition row: stretches, or the name of hours in `[windows]`. Raises as `parse_hours`."""
    if isinstance(value, str) and value.strip() and ":" not in value:
        return value
    if isinstance(value, str):
        message = f"hours are a list of stretches, not the text {value!r}"
        raise ValueError(message, f'write hours = ["{value}"]')  # noqa: TRY004  # one kind of error for all
    return parse_hours(value)


def _overlap(one: OpenHours, other: OpenHours) -> bool:
    return any(a < d and c < b for a, b in _within_a_day(one) for c, d in _within_a_day(other))


def _within_a_day(stretch: OpenHours) -> tuple[OpenHours, ...]:
    opens, ends = stretch
    return (stretch,) if opens < ends else ((opens, MINUTES_OF_DAY), (0, ends))


def _overlap_words(text: str, stretch: OpenHours, other: str, later: OpenHours) -> tuple[str, str]:
    """The message and hint for two stretches of one list that overlap."""
    for each, (opens, ends) in ((text, stretch), (other, later)):
        if opens > ends:
            first, _, last = each.partition("-")
            message = f"the hours {each!r} cross midnight into {other if each == text else text!r}"
            return message, f'write "{last}-{first}" if the day is meant; else give one stretch "22:00-06:00"'
    return f"the hours {text!r} and {other!r} overlap", "write each hour in one stretch only"


def parse_days(value: object) -> frozenset[int]:
    """`["mon", "fri"]` as weekday numbers, Monday 0. Raises `ValueError(message, hint)`."""
    if not isinstance(value, list) or not value:
        raise ValueError("days are a list of weekdays", 'write them like ["mon", "tue"]')
    for name in value:
        if name not in DAY_NAMES:
            raise ValueError(f"unknown weekday {name!r}", "write " + ", ".join(DAY_NAMES))
    return frozenset(DAY_NAMES.index(name) for name in value)


def parse_dates(value: object) -> frozenset[date]:
    """`["2026-10-01/2026-10-07"]` as the dates it covers, ends included. Raises `ValueError(message, hint)`."""
    if not isinstance(value, list):
        hint = 'write them like ["2026-10-01/2026-10-07"]'
        raise ValueError("dates are a list", hint)  # noqa: TRY004  # one kind of error for all that is malformed
    covered: set[date] = set()
    for item in value:
        try:
            text = item.isoformat() if type(item) is date else item
            first, _, last = text.partition("/")
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if last else begin
            days = (end - begin).days
        except (AttributeError, ValueError):
            raise ValueError(f"malformed date {item!r}", 'write "2026-10-01" or "2026-10-01/2026-10-07"') from None
        if not 0 <= days <= _LONGEST_HOLIDAY:
            raise ValueError(f"the dates {item!r} end before they begin or span over a year", "first/last, inclusive")
        for day in (begin, end):
            if not has_prices(day):
                raise ValueError(f"the year {day.year} is out of range", YEARS)
        covered.update(begin + timedelta(days=n) for n in range(days + 1))
    return frozenset(covered)


def zone_of(name: str) -> tzinfo:
    """The time zone of that name."""
    # UTC needs no database, and `zoneinfo` is not worth importing for it.
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def is_known_zone(name: str) -> bool:
    """Whether the time zone database has that zone."""
    try:
        return bool(zone_of(name))
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False


class Window(NamedTuple):
    """A named part of the week, in the local time of a zone."""

    name: str
    zone: tzinfo
    zone_name: str
    days: frozenset[int]
    hours: tuple[OpenHours, ...]
    except_calendar: str | None = None
    holidays: frozenset[date] = frozenset()
    holidays_name: str = ""

    def opens_on(self, day: date) -> bool:
        """Whether the window opens at all on that local date."""
        return day.weekday() in self.days and day not in self.holidays

    def contains(self, instant: datetime) -> bool:
        """Whether the window is open at that instant."""
        local = instant.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        for opens, ends in self.hours:
            today = opens <= minute < ends if opens < ends else minute >= opens
            if today and self.opens_on(local.date()):
                return True
            since_yesterday = opens > ends > minute
            if since_yesterday and self.opens_on(local.date() - timedelta(days=1)):
                return True
        return False

    def describe(self) -> str:
        """`Mon-Fri 09:00-12:00 and 14:00-18:00 Asia/Shanghai, except Chinese public holidays`."""
        parts = [_day_range(self.days), " and ".join(map(show_hours, self.hours)), self.zone_name]
        text = " ".join(part for part in parts if part)
        return f"{text}, except {self.holidays_name or self.except_calendar}" if self.except_calendar else text


def show_hours(stretch: OpenHours) -> str:
    """`09:00-12:00`."""
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in stretch)


def _day_range(days: frozenset[int]) -> str:
    numbers: Sequence[int] = sorted(days)
    if len(numbers) == len(DAY_NAMES):
        return "every day"
    names = [DAY_NAMES[n].capitalize() for n in numbers]
    consecutive = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{names[0]}-{names[-1]}" if consecutive and names[2:] else ", ".join(names)
