"""Times as people write them: dates, instants, and the words that ask the clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tokencost import InvalidRequest
from tokencost.pricetable.when import END, When, as_bound, as_when, span

EVENING_IN_BEIJING = "2027-03-06T07:59:58.765432+08:00"
"""A Friday still in UTC."""


@pytest.mark.parametrize(
    ("word", "when"),
    [
        ("today", date(2027, 3, 5)),
        ("yesterday", date(2027, 3, 4)),
        ("now", datetime(2027, 3, 5, 23, 59, 58, tzinfo=UTC)),
        (" Today ", date(2027, 3, 5)),
        ("YESTERDAY", date(2027, 3, 4)),
        ("Now", datetime(2027, 3, 5, 23, 59, 58, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("door", [as_when, as_bound])
def test_words_are_read_off_the_clock_in_utc(
    clock_at: Callable[[str], None], door: Callable[[str], When], word: str, when: When
) -> None:
    clock_at(EVENING_IN_BEIJING)
    assert door(word) == when
    assert type(door(word)) is type(when)


def test_the_day_before_the_first_of_march_is_the_29th_of_february(clock_at: Callable[[str], None]) -> None:
    clock_at("2028-03-01T00:00:00Z")
    assert as_when("yesterday") == date(2028, 2, 29)


def test_no_clock_is_read_for_a_written_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from tokencost.pricetable import clock

    monkeypatch.delattr(clock, "datetime")
    assert as_when("2025-01-27") == date(2025, 1, 27)
    assert as_when("2025-01-27T00:00+08:00") == datetime(2025, 1, 26, 16, tzinfo=UTC)


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=8)), ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC"), UTC])
@pytest.mark.parametrize("door", [as_when, as_bound])
def test_instants_come_out_in_utc(door: Callable[[When], When], zone: timezone) -> None:
    instant = datetime(2025, 4, 14, 10, tzinfo=UTC)
    when = door(instant.astimezone(zone))
    assert isinstance(when, datetime)
    assert (when, when.tzinfo) == (instant, UTC)


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31T23:59:59Z", "2200-01-01", "9999-12-31T23:59:59Z"])
def test_no_price_is_known_so_far_away(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        as_when(text)
    assert caught.value.message == f"no price is known for the year {int(text[:4])}"
    assert caught.value.hint == "write a day from 1970-01-01 to 2199-12-31"


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999Z"])
def test_a_bound_may_lie_in_any_year(text: str) -> None:
    first, after = span(as_bound(text))
    assert first.isoformat() == (text if "T" in text else f"{text}T00:00:00").replace("Z", "") + "+00:00"
    assert first <= after <= END


@pytest.mark.parametrize("door", [as_when, as_bound])
@pytest.mark.parametrize("value", [None, 20250127, 1.5, b"2025-01-27", ["2025-01-27"]])
def test_what_is_no_time_is_refused(door: Callable[[object], When], value: object) -> None:
    with pytest.raises(InvalidRequest, match="is not a date or an instant"):
        door(value)


@pytest.mark.parametrize("door", [as_when, as_bound])
def test_a_time_without_a_zone_is_refused(door: Callable[[object], When]) -> None:
    with pytest.raises(InvalidRequest, match="has no zone"):
        door(datetime(2025, 1, 27))  # noqa: DTZ001  # that it has none is the point
