"""The fields of a workload: what each may be, whether it comes from a file, an option or Python.

A check raises `ValueError(message, hint)`. Numbers become exact fractions, shares 0 to 1.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tokencost.analysis.months import PERIODS, Month, parse_month
from tokencost.pricetable.hours import MINUTES_OF_DAY, Window, parse_days, parse_hours, zone_of
from tokencost.pricing.rates import STANDARD

MOST_REQUESTS = 10**12
MOST_TOKENS = 10**8
MOST_MONTHS = 120
HIGHEST_GROWTH = 10
HIGHEST_FACTOR = 100
MOST_DECIMALS = 12
_PERCENT = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,10})?) ?%", re.ASCII)
ARRIVAL = "arrival"
ONLY = "workload"
"""The name of a workload that has none."""
TOTAL = "total"
"""The name of the row that sums a model's rows; no workload can have it."""


class Workload(NamedTuple):
    """So many requests of such a size, month after month. `workload` makes one, checked."""

    name: str
    requests: Fraction
    """In each period, in the first month."""
    per: str
    """The period: hour, day, week, month or year."""
    input: Fraction
    """Tokens sent with each request, cached ones included."""
    output: Fraction
    """Tokens produced by each request, reasoning included."""
    cached: Fraction
    """The share of the input that is read from a cache."""
    cache_write: Fraction
    """The share of the input that is written to a cache."""
    batch: Fraction
    """The share of the requests that is sent in the batch tier."""
    tier: str
    """The tier of the rest."""
    growth: Fraction
    """How many more requests each month has than the one before: 1/20 is 5% more."""
    start: Month
    months: int
    zone: tzinfo
    """In which months begin, and hours and days are meant."""
    arrival: Window | None
    """When requests arrive; None is evenly, at all hours."""
    peak: Fraction | None
    """The share of the requests that arrive in peak hours, whatever the calendar says; None is as they arrive."""
    token_factors: Mapping[str, Fraction]
    """For a model, how many times as many tokens the same work takes."""

    @property
    def last(self) -> Month:
        """The last of its months."""
        return self.start.plus(self.months - 1)


Fault = tuple[str, str, str]
"""A field, what is wrong with it, and what to write instead."""


def number(value: object, most: int, what: str, example: str) -> Fraction:
    """A number from 0 to `most`, with at most 12 decimal places."""
    exact = _exact(value, example)
    if exact < 0:
        raise ValueError(f"{what} cannot be negative", f"write it like {example}")
    if exact > most:
        raise ValueError(f"more than {most:,} {what}", f"write it like {example}")
    return exact


def share(value: object) -> Fraction:
    """A share between 0 and 1: `0.55`, or `"55%"`."""
    exact = _percent(value, '0.55 or "55%"')
    if not 0 <= exact <= 1:
        raise ValueError(f"{_written(value)} is not a share between 0% and 100%", 'write it like 0.55 or "55%"')
    return exact


def growth(value: object) -> Fraction:
    """A growth rate per month: `0.05`, `"5%"` or `"-2%"`."""
    exact = _percent(value, '0.05 or "5%"')
    if not -1 <= exact <= HIGHEST_GROWTH:
        raise ValueError(
            f"a growth of {_written(value)} a month is not between -100% and {HIGHEST_GROWTH * 100:,}%",
            'write it like 0.05 or "5%"',
        )
    return exact


def months(value: object) -> int:
    """A whole number of months."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction) or value != int(value):
        raise ValueError(f"{_written(value)} is not a whole number of months", "write it like 12")
    if not 1 <= value <= MOST_MONTHS:
        raise ValueError(f"{value} months are not between 1 and {MOST_MONTHS}", "write it like 12")
    return int(value)


def period(value: object) -> str:
    """One of the periods."""
    if value in PERIODS:
        return str(value)
    raise ValueError(f"{_written(value)} is not a period", "write one of " + ", ".join(PERIODS))


def tier(value: object) -> str:
    """The name of a tier; whether a model offers it is asked when it is priced."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("a tier is a name", 'write it like "standard" or "batch"')


def zone(value: object) -> str:
    """The name of a time zone."""
    from tokencost.pricetable.rules import known_zone

    if isinstance(value, str) and known_zone(value):
        return value
    raise ValueError(f"unknown time zone {_written(value)}", 'write a name such as "Asia/Shanghai" or "UTC"')


def token_factor(value: object) -> Fraction:
    """How many times as many tokens."""
    exact = number(value, HIGHEST_FACTOR, "times as many tokens", "1.1")
    if not exact:
        raise ValueError("a token factor is above 0", "write it like 1.1")
    return exact


def token_factors(value: object) -> dict[str, Fraction]:
    """A factor for each model that needs one."""
    if not isinstance(value, Mapping):
        raise ValueError("token factors are a table", 'write "deepseek-flash" = 1.1 under [token_factors]')  # noqa: TRY004
    return {str(model): token_factor(factor) for model, factor in value.items()}


def _tokens(value: object) -> Fraction:
    return number(value, MOST_TOKENS, "tokens in a request", "1_800")


class Field(NamedTuple):
    """How a field is checked, what it means, and what it is where it is left out."""

    check: Callable[[object], Any]
    meaning: str
    default: Any = None


FIELDS: dict[str, Field] = {
    "requests": Field(
        lambda value: number(value, MOST_REQUESTS, "requests", "40_000"), "requests in each period, in the first month"
    ),
    "per": Field(period, "the period: hour, day, week, month or year", "day"),
    "input": Field(_tokens, "input tokens of a request, cached ones included"),
    "output": Field(_tokens, "output tokens of a request, reasoning included"),
    "cached": Field(share, "share of the input that is read from a cache", Fraction(0)),
    "cache_write": Field(share, "share of the input that is written to a cache", Fraction(0)),
    "batch": Field(share, "share of the requests that is sent in the batch tier", Fraction(0)),
    "tier": Field(tier, "tier of the rest", STANDARD),
    "growth": Field(growth, "growth of the requests from month to month", Fraction(0)),
    "start": Field(parse_month, "first month"),
    "months": Field(months, "how many months", 1),
    "hours": Field(parse_hours, "hours of the day at which requests arrive; all if left out"),
    "days": Field(parse_days, "days on which requests arrive; every day if left out"),
    "zone": Field(zone, "time zone of months, days and hours", "UTC"),
    "peak": Field(share, "share of the requests that arrive in peak hours; as the calendar has it if left out"),
    "token_factors": Field(token_factors, "how many times as many tokens a model takes", {}),
}
REQUIRED = ("requests", "input", "output")
MISSING = {
    "requests": "write how many requests there are in each period: requests = 40_000",
    "input": "write the input tokens of a request, cached ones included: input = 1_800",
    "output": "write the output tokens of a request: output = 350",
}


def faults_between(fields: Mapping[str, Any]) -> Iterator[Fault]:
    """What is missing from checked fields, and what they cannot be together."""
    for name in REQUIRED:
        if name not in fields:
            yield name, f"`{name}` is missing", MISSING[name]
    cached, written = fields.get("cached", Fraction(0)), fields.get("cache_write", Fraction(0))
    if cached + written > 1:
        name = "cache_write" if "cache_write" in fields else "cached"
        yield (
            name,
            "`cached` and `cache_write` together are more than all of the input",
            "both are shares of the same input tokens: keep their sum at or below 100%",
        )
    if fields.get("peak") is not None and any(fields.get(name) for name in ("hours", "days", ARRIVAL)):
        yield (
            "peak",
            "`peak` and hours of arrival both say when requests arrive",
            "leave one of them out: `peak`, or `hours` and `days`",
        )


def workload(name: str = ONLY, **fields: Any) -> Workload:
    """A workload from its fields, which are called as the options are: `input=1_800, cached="55%", start="2026-12"`.

    `requests`, `input`, `output` and `start` are needed; None is as if left out. Raises `UsageError`.
    """
    from tokencost.errors import UsageError

    checked = {}
    for key, value in fields.items():
        if key not in FIELDS:
            raise UsageError(f"a workload has no field `{key}`", "its fields are " + ", ".join(FIELDS))
        if value is None:
            continue  # as if it were left out
        try:
            checked[key] = FIELDS[key].check(value)
        except ValueError as error:
            message, hint = error.args
            raise UsageError(f"`{key}`: {message}", hint) from None
    for _, message, hint in faults_between(checked):
        raise UsageError(message, hint)
    if "start" not in checked:
        raise UsageError("`start` is missing", 'write the first month: start="2026-12"')
    return from_checked(name, checked)


def from_checked(name: str, fields: Mapping[str, Any]) -> Workload:
    """A workload of fields that were checked, alone and together; `start` is among them."""
    given = {key: fields.get(key, field.default) for key, field in FIELDS.items()}
    zone_name, hours, days = given.pop("zone"), given.pop("hours"), given.pop("days")
    place = zone_of(zone_name)
    arrival = None
    if hours or days:
        every_day = frozenset(range(7))
        arrival = Window(ARRIVAL, place, zone_name, days or every_day, hours or ((0, MINUTES_OF_DAY),))
    return Workload(name=name, zone=place, arrival=arrival, **given)


def _percent(value: object, example: str) -> Fraction:
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return Fraction(match[1]) / 100 if match else _exact(value, example)


def _exact(value: object, example: str) -> Fraction:
    if isinstance(value, str):
        raise ValueError(f"{_written(value)} is not a number", f"write it like {example}")  # noqa: TRY004
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise ValueError("this is not an exact number", f"write it like {example}; in Python, no float")  # noqa: TRY004
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("this is not a finite number", f"write it like {example}")
    if isinstance(value, Decimal) and value and abs(value.adjusted()) > MOST_DECIMALS * 2:
        raise ValueError(f"{value} is out of range", f"write it like {example}")
    exact = Fraction(value)
    if 10**MOST_DECIMALS % exact.denominator and not isinstance(value, Fraction):
        raise ValueError(f"more than {MOST_DECIMALS} decimal places", f"write it like {example}")
    return exact


def _written(value: object) -> str:
    return repr(value)[:40] if not isinstance(value, Decimal) else f"{value}"[:40]
