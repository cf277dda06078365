"""Dates and instants as they are asked for: a date leaves the hour open, an instant does not."""

from datetime import UTC, date, datetime, timedelta

from tokencost.errors import UsageError

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
"""Bounds of intervals that have none of their own."""

When = date | datetime
"""A UTC-aware `datetime` is an instant; a plain `date` is any hour of that UTC day."""


def parse_when(text: str) -> When:
    """`2025-01-27`, `2025-02-08T15:59:59Z` or any offset. Raises `UsageError` where a time has no zone."""
    trimmed = text.strip()
    try:
        if len(trimmed) <= len("2025-01-27"):
            return date.fromisoformat(trimmed)
        instant = datetime.fromisoformat(trimmed)
    except ValueError:
        raise UsageError(f"{text!r} is not a date or an instant", "write 2025-01-27 or 2025-02-08T15:59:59Z") from None
    return as_when(instant)


def as_when(value: When | str) -> When:
    """The same moment with instants in UTC. Raises `UsageError` for a time without a zone."""
    if isinstance(value, str):
        return parse_when(value)
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None or value.utcoffset() is None:
        raise UsageError(
            f"the time {value.isoformat()} has no zone", f"add Z for UTC: {value.isoformat()}Z, or an offset"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"{value.isoformat()} is out of range") from None


def span(when: When) -> tuple[datetime, datetime]:
    """The first instant meant, and the first one after: a whole UTC day, or a single microsecond."""
    if isinstance(when, datetime):
        return when, when + timedelta(microseconds=1)
    first = datetime(when.year, when.month, when.day, tzinfo=UTC)
    return first, first + timedelta(days=1)


def day_of(when: When) -> date:
    """The UTC day."""
    return when.date() if isinstance(when, datetime) else when


def show_bound(instant: datetime) -> str:
    """The start or end of an interval: midnight UTC as the bare date, as it is written in the table."""
    return show_when(instant).removesuffix("T00:00:00Z")


def show_when(when: When) -> str:
    """`2025-01-27` or `2025-02-08T16:00:00Z`."""
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.isoformat().replace("+00:00", "Z")
