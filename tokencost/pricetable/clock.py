"""The clock: read here and nowhere else, and only where somebody asks for `today`, `yesterday` or `now`.

Whatever else an answer rests on is given, so that the same command answers the same on any day.
"""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """The day that it is in UTC."""
    return now().date()
