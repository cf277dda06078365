"""Dates and instants as they are asked for: a date leaves the hour open, an instant does not."""

from datetime import UTC, date, datetime, timedelta

from tokencost.errors import InvalidRequest

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
"""Bounds of intervals that have none of their own."""

When = date | datetime
"""A UTC-aware `datetime` is an instant; a plain `date` is any hour of that UTC day."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""So far prices are told and asked for. Beyond, days and zones would soon leave what a `datetime` can hold."""
WORDS = ("today", "yesterday", "now")
_HINT = "write 2025-01-27, 2025-02-08T15:59:59Z, today, yesterday or now"
YEARS = f"write a day from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31"
"""The hint where a time lies outside of them."""


def parse_when(text: str) -> When:
    """`2025-01-27`, `2025-02-08T15:59:59Z` or any offset, `today`, `yesterday` or `now`. Raises as `as_when`."""
    return _require_priced_year(_read(text))


def as_when(value: When | str) -> When:
    """The same moment with instants in UTC: the door through which every time passes at which prices are asked for.

    Raises `InvalidRequest` for what is no time, for one without a zone, and for one outside `FIRST_YEAR`..`LAST_YEAR`.
    """
    # The common case first: this is called for every priced request.
    if type(value) is datetime and value.tzinfo is UTC and FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    return _require_priced_year(as_bound(value))


def as_bound(value: When | str) -> When:
    """The same as a bound of time, for which any year will do: `9999-12-31` is never reached."""
    if isinstance(value, str):
        return _read(value)
    if not isinstance(value, date):
        raise InvalidRequest(f"{value!r} is not a date or an instant", _HINT)
    return _to_utc(value) if isinstance(value, datetime) else value


def _read(text: str) -> When:
    trimmed = text.strip()
    if (word := trimmed.casefold()) in WORDS:
        return _read_clock(word)
    try:
        if len(trimmed) <= len("2025-01-27"):
            return date.fromisoformat(trimmed)
        instant = datetime.fromisoformat(trimmed)
    except ValueError:
        from tokencost.pricetable.odd_dates import suggest_date

        raise InvalidRequest(f"{text!r} is not a date or an instant", suggest_date(text) or _HINT) from None
    return _to_utc(instant)


def _read_clock(word: str) -> When:
    from tokencost.pricetable import clock

    if word == "now":
        return clock.now()
    return clock.today() - timedelta(days=word == "yesterday")


def _to_utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InvalidRequest(
            f"the time {instant.isoformat()} has no zone", f"add Z for UTC: {instant.isoformat()}Z, or an offset"
        )
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidRequest(f"{instant.isoformat()} is out of range", YEARS) from None


def _require_priced_year(when: When) -> When:
    if has_prices(when):
        return when
    raise InvalidRequest(f"no price is known for the year {when.year}", YEARS)


def has_prices(when: When) -> bool:
    """Whether it lies in the years for which prices may be known."""
    return FIRST_YEAR <= when.year <= LAST_YEAR


def span(when: When) -> tuple[datetime, datetime]:
    """The first instant meant, and the first one after: a whole UTC day, or a single microsecond."""
    if isinstance(when, datetime):
        first, length = when, timedelta(microseconds=1)
    else:
        first, length = datetime(when.year, when.month, when.day, tzinfo=UTC), timedelta(days=1)
    return first, first + length if first <= END - length else END


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
