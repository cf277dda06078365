"""Hours, days and periods in the spellings that people use: read as they were meant, or refused."""

import pytest

from tokencost import InvalidRequest, workload
from tokencost.analysis.workload.arrival import days_of_arrival, hours_of_arrival
from tokencost.pricetable.hours import DAY_NAMES

WORKING = "mon tue wed thu fri"


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("mon-fri", WORKING),
        ("Monday-Friday", WORKING),
        ("MON \N{EN DASH} FRI", WORKING),
        ("Mo-Fr", WORKING),
        ("monday to friday", WORKING),
        ("weekdays", WORKING),
        ("Business days", WORKING),
        (["Mon", "tuesday", "Wed", "Thurs", "FRI"], WORKING),
        (["mon-fri"], WORKING),
        ("sat,sun", "sat sun"),
        ("Sat and Sun", "sat sun"),
        ("weekend", "sat sun"),
        ("fri-mon", "fri sat sun mon"),
        ("Tues", "tue"),
        ("sundays", "sun"),
        ("every day", "mon tue wed thu fri sat sun"),
    ],
)
def test_days(written: object, days: str) -> None:
    assert {DAY_NAMES[number] for number in days_of_arrival(written)} == set(days.split())


@pytest.mark.parametrize("written", ["m", "t-f", "mon-noday", "mon-wed-fri", "", "mon,,fri", [], [1], 5, "everyday"])
def test_days_that_are_none(written: object) -> None:
    with pytest.raises(ValueError, match="day") as caught:
        days_of_arrival(written)
    assert "mon-fri" in caught.value.args[1]


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("09:00-18:00", [(9, 18)]),
        ("9-18", [(9, 18)]),
        ("9:00-18:00", [(9, 18)]),
        ("09-18h", [(9, 18)]),
        ("9h-18h", [(9, 18)]),
        ("9.00-18.00", [(9, 18)]),
        ("0900-1800", [(9, 18)]),
        ("9 to 18", [(9, 18)]),
        ("9\N{EN DASH}18", [(9, 18)]),
        ("9am-6pm", [(9, 18)]),
        ("9 a.m. - 6 p.m.", [(9, 18)]),
        ("9:30am-12pm", [(9.5, 12)]),
        ("12am-6am", [(0, 6)]),
        ("8-12", [(8, 12)]),
        ("9-12,14-18", [(9, 12), (14, 18)]),
        ("9-12 and 14-18", [(9, 12), (14, 18)]),
        (["9-12", "14:00-18:00"], [(9, 12), (14, 18)]),
        ("22-6", [(22, 6)]),
        ("9:00-5:00", [(9, 5)]),
        ("18-24", [(18, 24)]),
        ("all day", [(0, 24)]),
    ],
)
def test_hours(written: object, hours: list[tuple[float, float]]) -> None:
    assert hours_of_arrival(written) == tuple((int(opens * 60), int(ends * 60)) for opens, ends in hours)


@pytest.mark.parametrize("written", ["9-5", "12-1", "9-5pm", "1pm-5"])
def test_hours_that_may_be_morning_or_afternoon_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="in the morning or in the afternoon"):
        hours_of_arrival(written)


@pytest.mark.parametrize(
    "written", ["9", "9-", "-18", "9-18-20", "9.5-18", "25-26", "9-18:75", "14pm-15pm", "9-9", "", "x", [], [9], 9]
)
def test_hours_that_are_none(written: object) -> None:
    with pytest.raises(ValueError, match="hours"):
        hours_of_arrival(written)


@pytest.mark.parametrize(
    ("written", "period"),
    [("day", "day"), ("Day", "day"), ("daily", "day"), ("per month", "month"), ("Weekly", "week")],
)
def test_periods(written: str, period: str) -> None:
    assert workload(requests=1, input=1, output=1, start="2026-12", per=written).per == period


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Berlin", "did you mean Europe/Berlin?"),
        ("asia/shanghai", "did you mean Asia/Shanghai?"),
        ("New York", "did you mean America/New_York?"),
        ("Atlantis", 'write a name such as "Asia/Shanghai" or "UTC"'),
    ],
)
def test_a_zone_is_suggested_by_its_city(zone: str, hint: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        workload(requests=1, input=1, output=1, start="2026-12", zone=zone)
    assert caught.value.hint == hint
