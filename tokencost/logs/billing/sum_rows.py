"""Rows of sums that another engine made: each is checked as records are, for a file may have been changed or cut."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from tokencost.logs.billing.reject_reasons import REASONS
from tokencost.logs.billing.sums import Sum, rejected_sum
from tokencost.logs.sql.aggregate import at_own_times, context_cuts
from tokencost.logs.sql.fields import MOST
from tokencost.logs.sql.rate_periods import DAY, LATEST, RatePeriods, instant_of
from tokencost.logs.sql.sum_columns import call_columns, field_columns
from tokencost.logs.usage_query import UsageQuery, region_prefix, split_all, split_region
from tokencost.pricetable.table import CALLS, CURRENCIES

_NUMBER = re.compile(r"[+-]?[0-9]{1,60}([.][0-9]{0,60})?([eE][+-]?[0-9]{1,2})?")
_FIRST_DAY = date(1970, 1, 1)
Row = Mapping[str, str | None]


class NoSum(Exception):
    """The row is no sum of records; the message says why."""


def sum_of(row: Row, query: UsageQuery, periods: RatePeriods, shown: str) -> Sum:
    """A sum from its columns as text. Raises `NoSum`."""
    records = _read_needed(row, "records", MOST, least=1)
    code = row["problem"] or None
    if code is not None:
        if code not in REASONS:
            raise NoSum(f"problem is {code[:40]!r}, which no query says")
        return rejected_sum(records, code, shown)
    summed = _read_needed(row, "summed", 2)
    requests, tokens, cached, written, output = (
        _read_needed(row, name, MOST * records)
        for name in ("requests", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    )
    if cached + written > tokens:
        raise NoSum(f"{cached + written:,} cached and cache-write tokens are more than the {tokens:,} input tokens")
    if not summed and requests != records:
        raise NoSum(f"{records:,} records, none of them a sum, are {requests:,} requests")
    first, last = _instant(row, "first_request_at"), _instant(row, "last_request_at")
    if (first is None) != (last is None) or (first or 0) > (last or 0):
        raise NoSum("first_request_at and last_request_at are no stretch of time")
    at, until = _instant(row, "priced_at"), _instant(row, "covered_until", LATEST + DAY)
    _check_time(query, periods, at, until, first, last)
    logged, logged_rows, logged_in = _read_logged(row, records) if query.compare_to else (None, 0, None)
    return Sum(
        periods=_periods(row, query, first),
        fields=tuple(row[name] for name in field_columns(query)),
        model=row["model"],
        tier=_tier(row["tier"], query),
        summed=bool(summed),
        code=None,
        file=shown,
        at=at,
        until=until,
        context=_context(row, query, periods, records, tokens, summed=bool(summed)),
        rows=records,
        requests=requests,
        input=tokens,
        cached=cached,
        written=written,
        output=output,
        first_at=first,
        last_at=last,
        logged=logged,
        logged_rows=logged_rows,
        logged_in=logged_in,
        calls=_calls(row, records),
    )


def _tier(tier: str | None, query: UsageQuery) -> str | None:
    """The tier that is asked for, else the own; the host and the region of the records stay."""
    if query.tier is None:
        return tier
    before, rest = split_all(tier or "")
    region, _ = split_region(rest)
    return before + ("" if region is None else region_prefix(region)) + query.tier


def _whole(row: Row, name: str) -> int | None:
    text = row[name]
    if not text:
        return None
    # Anything longer is no count, and would take long to become a number.
    value = Decimal(text) if _NUMBER.fullmatch(text) else Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value():
        raise NoSum(f"{name} is no whole number: {text[:40]!r}")
    return int(value)


def _read_needed(row: Row, name: str, below: int, *, least: int = 0) -> int:
    value = _whole(row, name)
    if value is None:
        raise NoSum(f"{name} is empty")
    if not least <= value < below:
        raise NoSum(f"{name} is {value:,}, which it cannot be")
    return value


def _instant(row: Row, name: str, latest: int = LATEST) -> int | None:
    value = _whole(row, name)
    if value is not None and not 0 <= value <= latest:
        raise NoSum(f"{name} is no time from 1970 to 2100, in microseconds")
    return value


def _check_time(
    query: UsageQuery, periods: RatePeriods, at: int | None, until: int | None, first: int | None, last: int | None
) -> None:
    """Whether the prices of `priced_at` are those of the records, which are requested from `first` to `last`."""
    if not at_own_times(query):
        return
    # A query that was printed with --on has none: its records are left without a price.
    if at is None and until is not None:
        raise NoSum("covered_until has a time, and priced_at none")
    if at is None:
        return
    if first is None or last is None:
        raise NoSum("priced_at has a time, and first_request_at none")
    if at > first or (until is not None and until <= last):
        raise NoSum("the requests lie outside of the time from priced_at to covered_until")
    # What covers time is told apart by when it begins: it may end at other prices, and be left without one for it.
    known = (at, first, last) if until is None else (at, first)
    if len({_prices_at(periods, instant) for instant in known}) > 1:
        raise NoSum("priced_at has other prices than first_request_at or last_request_at")


def _prices_at(periods: RatePeriods, instant: int) -> tuple[object, ...]:
    """What decides which prices hold then: the same bounds passed, the same windows open."""
    when = instant_of(instant)
    windowed = (price for price in periods.windowed if price.start <= when and (price.end is None or when < price.end))
    opened = (window.contains(when) for price in windowed for window in price.windows)
    return bisect_right(periods.bounds, instant), *opened


def _context(row: Row, query: UsageQuery, periods: RatePeriods, records: int, tokens: int, *, summed: bool) -> int:
    """The shortest context of the class; each record has at least so many input tokens, and no more than its last."""
    context = _read_needed(row, "context_tokens", MOST)
    cuts = [] if summed else context_cuts(query, periods)
    longest = min((cut for cut in cuts if cut >= context), default=MOST)
    known = context == 0 or context - 1 in cuts
    if not known or not context * records <= tokens <= longest * records:
        raise NoSum(f"context_tokens is {context:,}, and {records:,} records have {tokens:,} input tokens")
    return context


def _periods(row: Row, query: UsageQuery, first: int | None) -> tuple[int | None, ...]:
    found = tuple(_whole(row, name) for name in query.periods)
    for name, value in zip(query.periods, found, strict=True):
        if _period(name, first) != value:
            raise NoSum(f"{name} is not the {name} of first_request_at")
    return found


def _period(name: str, instant: int | None) -> int | None:
    """The first day of the period that an instant lies in, in days since 1970."""
    if instant is None:
        return None
    day = instant // DAY
    if name == "week":
        return day - (day + 3) % 7
    return day if name == "day" else day - (_FIRST_DAY + timedelta(days=day)).day + 1


def _calls(row: Row, records: int) -> tuple[tuple[str, int], ...]:
    """The calls that a query counted: one of records that can show none has no column for them."""
    columns = zip(CALLS, call_columns(CALLS), strict=True)
    found = ((call, _read_needed(row, name, MOST * records)) for call, name in columns if name in row)
    return tuple((call, number) for call, number in found if number)


def _read_logged(row: Row, records: int) -> tuple[Decimal | None, int, str | None]:
    text, rows = row["logged_cost"], _read_needed(row, "logged_records", records + 1)
    if (not text) != (rows == 0):
        raise NoSum("logged_cost or logged_records is empty")
    if not text:
        return None, 0, None
    if not _NUMBER.fullmatch(text) or abs(Decimal(text)) >= MOST * records:
        raise NoSum(f"logged_cost is no amount of money: {text[:40]!r}")
    currency = row.get("logged_currency") or CURRENCIES[0]
    if currency not in CURRENCIES:
        raise NoSum(f"logged_currency is none of {', '.join(CURRENCIES)}: {currency[:40]!r}")
    if rows < records:
        # Older queries sum records with and without a cost together: there is nothing to compare it with.
        return None, 0, None
    return Decimal(text), rows, currency
