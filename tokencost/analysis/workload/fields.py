"""The fields of a workload: what each may be, whether it comes from a file, an option or Python.

A check raises `ValueError(message, hint)`. Numbers become exact fractions, shares 0 to 1.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from fractions import Fraction
from typing import Any, NamedTuple

from tokencost.analysis.workload.arrival import days_of_arrival, hours_of_arrival
from tokencost.analysis.workload.months import PERIODS, Month, parse_month
from tokencost.pricetable.hours import MINUTES_OF_DAY, Window, zone_of
from tokencost.pricetable.spelling import fold_case
from tokencost.pricing.rates import STANDARD
from tokencost.quantities import (
    GROWTH,
    MONTHS,
    MOST_MONTHS,
    REQUESTS,
    SHARE,
    TOKENS,
    Kind,
    factor,
    growth,
    number,
    parse_request,
    share,
    show_value,
    whole_number,
)

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
    region: str | None = None
    """Where requests are processed, such as `data-residency`; None is anywhere."""
    output_factors: Mapping[str, Fraction] | None = None
    """The same for output alone, where samples of both were counted; None where `token_factors` hold for both."""

    @property
    def last(self) -> Month:
        """The last of its months."""
        return self.start.plus(self.months - 1)


Fault = tuple[str, str, str]
"""A field, what is wrong with it, and what to write instead."""


def months(value: object) -> int:
    """A whole number of months, at least one."""
    count = whole_number(value, MONTHS)
    if not count:
        raise ValueError(f"0 months are not between 1 and {MOST_MONTHS}", "write it like 12")
    return count


def period(value: object) -> str:
    """One of the periods: `day`, also `Days`, `per day` and `daily`."""
    name = fold_case(value).removeprefix("per ").strip() if isinstance(value, str) else ""
    name = "day" if name == "daily" else name.removesuffix("ly").removesuffix("s")
    if name in PERIODS:
        return name
    raise ValueError(f"{show_value(value)} is not a period", "write one of " + ", ".join(PERIODS))


def tier(value: object) -> str:
    """The name of a tier; whether a model offers it is asked when it is priced."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("a tier is a name", 'write it like "standard" or "batch"')


def region(value: object) -> str:
    """The name of a region; whether the price table has it is asked when it is priced."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("a region is a name", 'write it like "data-residency", or leave it out')


def zone(value: object) -> str:
    """The name of a time zone."""
    from tokencost.pricetable.hours import is_known_zone

    if isinstance(value, str) and is_known_zone(value):
        return value
    from zoneinfo import available_timezones

    city = fold_case(value).rpartition("/")[2].replace(" ", "_") if isinstance(value, str) else ""
    near = sorted(name for name in available_timezones() if name.casefold().rpartition("/")[2] == city)
    hint = f"did you mean {' or '.join(near[:3])}?" if near else 'write a name such as "Asia/Shanghai" or "UTC"'
    raise ValueError(f"unknown time zone {show_value(value)}", hint)


def token_factors(value: object) -> dict[str, Fraction]:
    """A factor for each model that needs one."""
    if not isinstance(value, Mapping):
        raise ValueError("token factors are a table", 'write "deepseek-flash" = 1.1 under [token_factors]')  # noqa: TRY004
    return {str(model): factor(each) for model, each in value.items()}


class Field(NamedTuple):
    """How a field is checked, what it means, and what it is where it is left out."""

    check: Callable[[object], Any]
    meaning: str
    default: Any = None
    kind: Kind | None = None
    """Of a number: how a person may write it."""


def _count_field(kind: Kind, meaning: str) -> Field:
    return Field(lambda value: number(value, kind), meaning, kind=kind)


def _share_field(meaning: str, default: Fraction | None = Fraction(0)) -> Field:
    return Field(share, meaning, default, SHARE)


FIELDS: dict[str, Field] = {
    "requests": _count_field(REQUESTS, "requests in each period, in the first month"),
    "per": Field(period, "the period: hour, day, week, month or year", "day"),
    "input": _count_field(TOKENS, "input tokens of a request, cached ones included"),
    "output": _count_field(TOKENS, "output tokens of a request, reasoning included"),
    "cached": _share_field("share of the input that is read from a cache"),
    "cache_write": _share_field("share of the input that is written to a cache"),
    "batch": _share_field("share of the requests that is sent in the batch tier"),
    "tier": Field(tier, "tier of the rest", STANDARD),
    "growth": Field(growth, "growth of the requests from month to month", Fraction(0), GROWTH),
    "start": Field(parse_month, "first month"),
    "months": Field(months, "how many months", 1, MONTHS),
    "hours": Field(hours_of_arrival, "hours of the day at which requests arrive; all if left out"),
    "days": Field(days_of_arrival, "days on which requests arrive; every day if left out"),
    "zone": Field(zone, "time zone of months, days and hours", "UTC"),
    "peak": _share_field("share of the requests that arrive in peak hours; as the calendar has it if left out", None),
    "token_factors": Field(token_factors, "how many times as many tokens a model takes", {}),
    "region": Field(region, "region in which requests are processed, such as data-residency; anywhere if left out"),
}
REQUIRED = ("requests", "input", "output")
MISSING = {
    "requests": "write how many requests there are in each period: requests = 40_000",
    "input": "write the input tokens of a request, cached ones included: input = 1_800",
    "output": "write the output tokens of a request: output = 350",
}


def find_conflicts(fields: Mapping[str, Any]) -> Iterator[Fault]:
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
    """A workload from its fields, which are called and written as the options are: `requests="40k", cached="55%"`.

    `requests`, `input`, `output` and `start` are needed; None is as if left out. Raises `InvalidRequest`.
    """
    from tokencost.errors import InvalidRequest

    checked = {}
    for key, value in fields.items():
        if key not in FIELDS:
            raise InvalidRequest(f"a workload has no field `{key}`", "its fields are " + ", ".join(FIELDS))
        if value is None:
            continue  # as if it were left out
        checked[key] = parse_request(FIELDS[key].check, value, f"`{key}`")
    for _, message, hint in find_conflicts(checked):
        raise InvalidRequest(message, hint)
    if "start" not in checked:
        raise InvalidRequest("`start` is missing", 'write the first month: start="2026-12"')
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
