"""One call as a session recorded it, and how its counts and its time are read."""

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tokencost.logs.sql.fields import MOST
from tokencost.logs.sql.rate_periods import LATEST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = 1000
_LONGEST_TEXT = 4096
"""Names are cut there; a longer one is no model, session or folder."""
_BREAKS = {ord(sign): " " for sign in "\r\n\0"}
_LARGEST_COST = 10**9


class Call(NamedTuple):
    """A call of a model, counted as in the plain table: input includes what was read from a cache and written to it."""

    model: str | None
    time: int | None
    """Microseconds since 1970, UTC."""
    tier: str | None
    input: int
    cached: int
    write: int
    output: int
    session: str | None
    project: str | None
    """The folder that the session ran in."""
    host: str | None = None
    """Who served it, where the session says so; another than the provider's own API has prices of its own."""
    message: str | None = None
    """The id under which a call is counted once across files; None where the reader has done so itself."""
    request: str | None = None
    sidechain: bool = False
    """Whether it stands in a side conversation, which may repeat messages of the main one under new requests."""
    cost: str | None = None
    """What the program itself took for the cost, in USD."""
    unread: str | None = None
    """The name of a cache field that nobody reads: without it the cost is not known."""
    requests: int | None = None
    """Where it sums up several: 0, as how many is not recorded."""
    web_search: int = 0
    web_search_preview: int = 0
    web_fetch: int = 0
    file_search: int = 0
    code_interpreter: int = 0
    """How often tools of the provider's own were called, each under its word in `CALLS`."""


class Unreadable(Exception):
    """What is wrong with a line that holds a call."""


def read_count(usage: Mapping[str, Any], name: str) -> int:
    """A count of tokens; 0 where it is not recorded. Raises `Unreadable` for what is no count."""
    value = usage.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value < MOST:
        raise Unreadable(f"{name} is no count of tokens: {str(value)[:40]}")
    return value


def unread_cache(usage: Mapping[str, Any], known: Collection[str]) -> str | None:
    """The name of a count of cached tokens that nobody reads, and that would be lost; None where there is none."""
    return next(
        (name for name, value in usage.items() if name not in known and "cache" in name.lower() and _counts(value)),
        None,
    )


def _counts(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_counts, value.values()))
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def read_time(text: object) -> int | None:
    """An instant in microseconds since 1970; None where there is none. Raises `Unreadable` for what is no time."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)  # type: ignore[arg-type]  # what is no text is answered below
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        instant = (when - _EPOCH) // _MICROSECOND
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"its timestamp is no time: {str(text)[:40]}") from None
    return _within(instant, text)


def read_milliseconds(value: object) -> int | None:
    """The same of milliseconds since 1970."""
    return _read_number(value, _MILLISECOND)


def read_seconds(value: object) -> int | None:
    """The same of seconds since 1970."""
    return _read_number(value, _MILLISECOND * _MILLISECOND)


def _read_number(value: object, scale: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise Unreadable(f"its time is no number of seconds or milliseconds: {str(value)[:40]}")
    return _within(int(value * scale), value)


def _within(instant: int, shown: object) -> int:
    if not 0 <= instant < LATEST:
        raise Unreadable(f"its timestamp lies before 1970 or after 2099: {str(shown)[:40]}")
    return instant


def read_cost(value: object) -> str | None:
    """What a program took for the cost; None where it is no amount: nothing depends on it but `--compare-to`."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _LARGEST_COST:
        return None
    return format(Decimal(str(value)), "f")


def read_text(value: object) -> str | None:
    """A name, on one line; None where there is none."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value[:_LONGEST_TEXT].translate(_BREAKS)


def read_object(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}
