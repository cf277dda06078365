"""How the gathered text of records becomes counts and times, in the words of DuckDB or in words that all engines have.

A count is a BIGINT that is NULL where the field is absent, and `MALFORMED` where it holds something else; a time is
the same in microseconds since 1970.
"""

from collections.abc import Sequence
from typing import Protocol

from tokencost.logs.sql.fields import EARLIEST, MALFORMED, count_sql, is_date_sql, literal, scale_time_sql, time_sql


class Parsing(Protocol):
    """A way of writing it. Names are those of columns of text."""

    def prepare_sql(self, gathered: str, counts: Sequence[str], times: Sequence[str]) -> str:
        """The relation with what is looked at several times beside the text."""
        ...

    def count(self, name: str) -> str:
        """A count."""
        ...

    def time(self, name: str) -> str:
        """A time."""
        ...

    def is_day(self, name: str) -> str:
        """Whether a time is a date alone."""
        ...

    def amount(self, text: str) -> str:
        """An amount of money, NULL where the text is none."""
        ...


class NativeParsing:
    """In DuckDB's own words, which are quick: beside each text stands the integer that it casts to."""

    def prepare_sql(self, gathered: str, counts: Sequence[str], times: Sequence[str]) -> str:
        """With the integers."""
        casts = "".join(f", TRY_CAST({name} AS BIGINT) AS {name}_whole" for name in (*counts, *times))
        return f"SELECT *{casts} FROM ({gathered}) AS r"

    def count(self, name: str) -> str:
        """A count."""
        return count_sql(name, f"{name}_whole")

    def time(self, name: str) -> str:
        """A time."""
        return time_sql(name, f"{name}_whole")

    def is_day(self, name: str) -> str:
        """Whether a time is a date alone."""
        return is_date_sql(name, f"{name}_whole")

    def amount(self, text: str) -> str:
        """An amount of money."""
        return f"coalesce(TRY_CAST({text} AS DECIMAL(38, 18)), TRY_CAST({_bare_amount(text)} AS DECIMAL(38, 18)))"


_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?"
_ZONE = "( ?Z| ?UTC| ?[+-][0-9]{2}(:?[0-9]{2})?)?"
_WHOLE = "^([0-9]{1,18}|[1-8][0-9]{18})$"
_DECIMAL = "^[0-9]{1,14}[.][0-9]{1,9}$"
_COUNT = "^[0-9]{1,15}([.]0{1,9})?$"
_AMOUNT = "^-?[0-9]{1,15}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,2})?$"
_OFFSETS = ("[+-][0-9]{2}:[0-9]{2}", "[+-][0-9]{4}", "[+-][0-9]{2}")
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LEAPS_BEFORE_1970 = 477


class PortableParsing:
    """In words that all engines have, and with no cast that could fail: the calendar is reckoned with integers."""

    def prepare_sql(self, gathered: str, counts: Sequence[str], times: Sequence[str]) -> str:
        """With the parts of every time."""
        del counts
        if not times:
            return gathered
        texts = "".join(f", {_iso_text(name)} AS {name}_iso" for name in times)
        parts = "".join(
            f", {expression} AS {name}_{part}" for name in times for part, expression in _parts(f"{name}_iso").items()
        )
        days = "".join(f", {_day_number(name)} AS {name}_day" for name in times)
        inner = f"SELECT *{texts} FROM ({gathered}) AS r"
        return f"SELECT *{days} FROM (SELECT *{parts} FROM ({inner}) AS r) AS r"

    def count(self, name: str) -> str:
        """A count."""
        return (
            f"CASE WHEN {name} IS NULL THEN NULL WHEN {matches_sql(name, _COUNT)} "
            f"THEN CAST(TRY_CAST({name} AS DECIMAL(38, 9)) AS BIGINT) ELSE {MALFORMED} END"
        )

    def time(self, name: str) -> str:
        """A time."""
        whole, fraction = f"TRY_CAST({name} AS BIGINT)", f"TRY_CAST({name} AS DECIMAL(38, 9))"
        clock = f"(({name}_hour * 60 + {name}_minute - {name}_offset) * 60 + {name}_second) * 1000000 + {name}_micros"
        return (
            f"CASE WHEN {name} IS NULL OR {name} = '' THEN NULL "
            f"WHEN {matches_sql(name, _WHOLE)} THEN {scale_time_sql(whole)} "
            f"WHEN {matches_sql(name, _DECIMAL)} THEN CASE "
            f"WHEN {fraction} < {EARLIEST} OR {fraction} >= 99999999999999 THEN {MALFORMED} "
            f"WHEN {fraction} < 99999999999 THEN CAST(floor({fraction} * 1000000) AS BIGINT) "
            f"ELSE CAST(floor({fraction} * 1000) AS BIGINT) END "
            f"WHEN {name}_day IS NOT NULL AND {name}_hour < 24 AND {name}_minute < 60 AND {name}_second < 60 "
            f"THEN {name}_day * 86400000000 + {clock} ELSE {MALFORMED} END"
        )

    def is_day(self, name: str) -> str:
        """Whether a time is a date alone."""
        return f"coalesce({matches_sql(name, f'^{_DATE}$')}, false)"

    def amount(self, text: str) -> str:
        """An amount of money."""
        bare = _bare_amount(text)
        return (
            f"CASE WHEN {matches_sql(text, _AMOUNT)} THEN TRY_CAST({text} AS DECIMAL(38, 18)) "
            f"WHEN {matches_sql(bare, _AMOUNT)} THEN TRY_CAST({bare} AS DECIMAL(38, 18)) END"
        )


_DOLLARS = ("US$", "$", "USD")
_YUAN = ("CN¥", "¥", "￥", "CNY", "RMB", "元")
_THOUSANDS = "^-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?$"


def _bare_amount(text: str) -> str:
    """An amount without the sign of its currency, and without the commas between thousands: of `-$1,234.50` -1234.50.

    A comma elsewhere stays, with which it is no number: nobody knows what 1,5 is.
    """
    bare = f"upper({text})"
    for sign in (*_DOLLARS, *_YUAN):
        bare = f"replace({bare}, {literal(sign)}, '')"
    bare = f"replace({bare}, ' ', '')"
    return f"CASE WHEN {matches_sql(bare, _THOUSANDS)} THEN replace({bare}, ',', '') ELSE {bare} END"


def currency_sql(text: str) -> str:
    """In which currency a text names an amount: CNY where it says so, else USD."""
    return f"CASE WHEN {matches_sql(f'upper({text})', '({})'.format('|'.join(_YUAN)))} THEN 'CNY' ELSE 'USD' END"


def matches_sql(text: str, pattern: str) -> str:
    """Whether a text is of a pattern that names its own beginning and end."""
    return f"regexp_matches({text}, {literal(pattern)})"


def _iso_text(name: str) -> str:
    """The text where it is a date, or a date and a time of day, of the Gregorian calendar from 1970 on."""
    pattern = f"^{_DATE}([T ]{_CLOCK}{_ZONE})?$"
    return f"CASE WHEN {matches_sql(f'trim({name})', pattern)} THEN trim({name}) END"


def _number(text: str, start: int | str, length: int = 2) -> str:
    return f"TRY_CAST(substr({text}, {start}, {length}) AS BIGINT)"


def _parts(text: str) -> dict[str, str]:
    """The parts of an ISO 8601 text, each a number; NULL where there is no such text. Offsets are in minutes."""
    has_seconds, has_fraction = f"substr({text}, 17, 1) = ':'", f"substr({text}, 20, 1) = '.'"
    digits = [
        f"CASE WHEN {has_fraction} AND {matches_sql(f'substr({text}, 21, {count})', f'^[0-9]{{{count}}}$')} "
        f"THEN {_number(text, 20 + count, 1)} * {10 ** (6 - count)} ELSE 0 END"
        for count in range(1, 7)
    ]
    offset = "ELSE 0"
    for pattern, length in zip(reversed(_OFFSETS), (3, 5, 6), strict=True):
        start = f"length({text}) - {length - 1}"
        minutes = "0" if length == len("+08") else _number(text, f"length({text}) - 1")
        sign = f"CASE WHEN substr({text}, {start}, 1) = '-' THEN -1 ELSE 1 END"
        hours = _number(text, f"length({text}) - {length - 2}")
        tested = matches_sql(text, f"^.{{16}}.*{pattern}$")
        offset = f"WHEN {tested} THEN ({sign}) * ({hours} * 60 + {minutes}) {offset}"
    timed_at = f"length({text}) > 10"
    return {
        "year": _number(text, 1, 4),
        "month": _number(text, 6),
        "date": _number(text, 9),
        "hour": f"CASE WHEN {timed_at} THEN {_number(text, 12)} ELSE 0 END",
        "minute": f"CASE WHEN {timed_at} THEN {_number(text, 15)} ELSE 0 END",
        "second": f"CASE WHEN {has_seconds} THEN {_number(text, 18)} ELSE 0 END",
        "micros": " + ".join(digits),
        "offset": f"CASE {offset} END",
    }


def _day_number(name: str) -> str:
    """Days since 1970, NULL for a date that no calendar has."""
    year, month, date = f"{name}_year", f"{name}_month", f"{name}_date"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    before = " ".join(f"WHEN {number} THEN {days}" for number, days in enumerate(_DAYS_BEFORE, 1))
    lengths = f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 WHEN {leap} THEN 29 ELSE 28 END"
    last = f"({year} - 1)"
    leaps = f"{last} // 4 - {last} // 100 + {last} // 400 - {_LEAPS_BEFORE_1970}"
    return (
        f"CASE WHEN {year} >= 1970 AND {month} BETWEEN 1 AND 12 AND {date} BETWEEN 1 AND {lengths} "
        f"THEN ({year} - 1970) * 365 + {leaps} + CASE {month} {before} END "
        f"+ CASE WHEN {month} > 2 AND {leap} THEN 1 ELSE 0 END + {date} - 1 END"
    )
