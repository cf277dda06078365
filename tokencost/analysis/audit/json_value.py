"""The values of somebody else's file: each with its place, and with every problem in it collected.

Not a schema, as for our own files: these formats are only read in part, and change without notice. What is not read
may be anything.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tokencost.errors import InvalidData, Problem

MOST_DIGITS = 40
"""Of a price: binary floats that a program wrote out have 17, and no price has more."""
LARGEST_EXPONENT = 20
"""A price per token or per 1M tokens lies between 1e-20 and 1e20. One of 1e-999999999 would be written out in full."""
MOST_PROBLEMS = 20
_SHOWN = 30


class TooLong(NamedTuple):
    """A number that is no price, nor anything else that a price table has."""

    text: str


class JsonValue:
    """One value of a JSON file. Where it is not what it should be, the problem is kept and nothing stands in for it."""

    def __init__(self, value: Any, place: str = "", problems: dict[str, None] | None = None) -> None:
        self.value = value
        self.place = place
        self.problems: dict[str, None] = {} if problems is None else problems
        """In the order in which they were found, each once."""

    def get(self, key: str) -> "JsonValue":
        """The member of that name; null where it is missing."""
        value = self.value.get(key) if self._is(dict, "an object") else None
        return self._inner(value, f".{_shorten(key)}" if self.place else _shorten(key))

    def members(self) -> Iterator[tuple[str, "JsonValue"]]:
        """The names and values of an object."""
        if self._is(dict, "an object"):
            for key in self.value:
                yield key, self.get(key)

    def items(self) -> Iterator["JsonValue"]:
        """The values of a list."""
        if self._is(list, "a list"):
            for number, value in enumerate(self.value):
                yield self._inner(value, f"[{number}]")

    def text(self) -> str:
        """A name."""
        if isinstance(self.value, str) and self.value:
            return self.value
        self.wrong("a name")
        return ""

    def amount(self) -> Decimal | None:
        """A price; None for null, or for a negative one (OpenRouter writes -1 for "it depends")."""
        value = self.value
        if value is None:
            return None
        if isinstance(value, str) and len(value) <= MOST_DIGITS and _NUMBER.fullmatch(value):
            value = parse_number(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.wrong("a price")
            return None
        return Decimal(value) if value >= 0 else None

    def count(self) -> int | None:
        """A number of tokens; None for null."""
        value = self.value
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, bool) or not (value is None or isinstance(value, int)) or (value or 0) < 0:
            self.wrong("a number of tokens")
            return None
        return value

    def day(self) -> date | None:
        """A date or the date of an instant, on which it depends what holds; None for null."""
        found = self.seen()
        if found is None and self.value is not None:
            self.wrong("a date")
        return found

    def seen(self) -> date | None:
        """A date that only informs: None also for what gives none, such as a month."""
        if not (self.value is None or isinstance(self.value, str)):
            self.wrong("a date")
        try:
            return date.fromisoformat(self.value[:10]) if isinstance(self.value, str) else None
        except ValueError:
            return None

    def minute(self) -> int:
        """`16:30:00Z` as the minute of the day."""
        match = _TIME.match(self.value) if isinstance(self.value, str) else None
        if match is None:
            self.wrong("a time of day")
            return 0
        return int(match[1]) * 60 + int(match[2])

    def wrong(self, wanted: str) -> None:
        """Keep that this is not what it should be."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems[f"{self.place or 'the file'} is {_describe(self.value)}, not {wanted}"] = None

    def _inner(self, value: Any, place: str) -> "JsonValue":
        return JsonValue(value, self.place + place, self.problems)

    def _is(self, kind: type, wanted: str) -> bool:
        if isinstance(self.value, kind):
            return True
        if self.value is not None:
            self.wrong(wanted)
        return False


_NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?!\d)", re.ASCII)


def parse_json(content: bytes, source: str, hint: str) -> Any:
    """The values of a JSON file, numbers exact. Raises `InvalidData`."""
    try:
        return json.loads(content, parse_float=parse_number, parse_int=parse_number, parse_constant=TooLong)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InvalidData([Problem(source, line, f"not JSON: {error}", hint)]) from None


def parse_number(text: str) -> int | Decimal | TooLong:
    """A number as it is written; exactly, or not at all."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > MOST_DIGITS or len(exponent) > len(f"-{LARGEST_EXPONENT}"):
        return TooLong(text)
    if mantissa.lstrip("-").isdecimal() and not exponent:
        return int(mantissa)
    return Decimal(text) if abs(int(exponent or 0)) <= LARGEST_EXPONENT else TooLong(text)


def _describe(value: Any) -> str:
    if isinstance(value, TooLong | Decimal | int) and not isinstance(value, bool):
        return _shorten(value.text if isinstance(value, TooLong) else str(value))
    if isinstance(value, str):
        return repr(_shorten(value)) if value else "empty"
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(value), "null")


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
