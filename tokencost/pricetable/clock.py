"""The clock: read here and nowhere else, and only where somebody asks for `today`, `yesterday` or `now`.

Whatever else an answer rests on is given, so that the same command answers the same on any day.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_TOLD: ContextVar[Callable[[], datetime] | None] = ContextVar("told", default=None)


def now() -> datetime:
    """This second, in UTC."""
    return (_TOLD.get() or read)()


def read() -> datetime:
    """The same, whatever was told."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """The day that it is in UTC."""
    return now().date()


@contextmanager
def told(tell: Callable[[], datetime]) -> Iterator[None]:
    """While this lasts, it is what `tell` says: one instant for answers that belong together, or an error."""
    token = _TOLD.set(tell)
    try:
        yield
    finally:
        _TOLD.reset(token)
