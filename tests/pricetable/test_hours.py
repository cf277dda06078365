"""Windows are half-open, may cross midnight, follow local days, and leave holidays out."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tokencost import PriceTable
from tokencost.pricetable.hours import Window

MODEL = """
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2025-01-01
input = 1
output = 1
source = "s"
  [[models.m.prices.when]]
  window = "w"
  input = 2
"""


@pytest.fixture
def window_of(table_of: Callable[[str], PriceTable]) -> Callable[[str], Window]:
    def make(definition: str) -> Window:
        return table_of(MODEL + definition).models["m"].prices[0].windows[0]

    return make


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("definition", "instant", "is_open"),
    [
        ('hours = ["16:30-00:30"]', "2025-03-01T16:29:59Z", False),
        ('hours = ["16:30-00:30"]', "2025-03-01T16:30:00Z", True),
        ('hours = ["16:30-00:30"]', "2025-03-02T00:00:00Z", True),
        ('hours = ["16:30-00:30"]', "2025-03-02T00:29:59.999999Z", True),
        ('hours = ["16:30-00:30"]', "2025-03-02T00:30:00Z", False),
        ('hours = ["00:00-24:00"]\ndays = ["sun"]', "2026-11-22T00:00:00Z", True),
        ('hours = ["00:00-24:00"]\ndays = ["sun"]', "2026-11-22T23:59:59Z", True),
        ('hours = ["00:00-24:00"]\ndays = ["sun"]', "2026-11-23T00:00:00Z", False),
        # Friday night belongs to Friday: it is open early on Saturday, not early on Friday.
        ('hours = ["22:00-02:00"]\ndays = ["fri"]', "2026-11-21T01:59:00Z", True),
        ('hours = ["22:00-02:00"]\ndays = ["fri"]', "2026-11-20T01:00:00Z", False),
        # 01:00 UTC on Monday is 09:00 in Shanghai.
        ('zone = "Asia/Shanghai"\nhours = ["09:00-12:00"]\ndays = ["mon"]', "2026-11-16T00:59:59Z", False),
        ('zone = "Asia/Shanghai"\nhours = ["09:00-12:00"]\ndays = ["mon"]', "2026-11-16T01:00:00Z", True),
        ('zone = "Asia/Shanghai"\nhours = ["09:00-12:00"]\ndays = ["mon"]', "2026-11-16T04:00:00Z", False),
        # A holiday by the local date: 2026-10-01 begins at 16:00 UTC the day before.
        ('zone = "Asia/Shanghai"\nexcept = "china"', "2026-09-30T15:59:59Z", True),
        ('zone = "Asia/Shanghai"\nexcept = "china"', "2026-09-30T16:00:00Z", False),
        ('zone = "Asia/Shanghai"\nexcept = "china"', "2026-10-07T15:59:59Z", False),
        ('zone = "Asia/Shanghai"\nexcept = "china"', "2026-10-07T16:00:00Z", True),
        # Summer time: nine in New York is 14:00 UTC in winter, 13:00 in summer.
        ('zone = "America/New_York"\nhours = ["09:00-10:00"]', "2026-01-05T14:00:00Z", True),
        ('zone = "America/New_York"\nhours = ["09:00-10:00"]', "2026-07-06T13:00:00Z", True),
        ('zone = "America/New_York"\nhours = ["09:00-10:00"]', "2026-07-06T14:00:00Z", False),
    ],
)
def test_a_window_is_open(window_of: Callable[[str], Window], definition: str, instant: str, is_open: bool) -> None:
    assert window_of(definition).contains(at(instant)) is is_open


def test_a_window_is_described_as_people_say_it(window_of: Callable[[str], Window]) -> None:
    definition = 'zone = "Asia/Shanghai"\ndays = ["mon", "tue", "wed"]\nexcept = "china"\nhours = ["09:00-12:00"]'
    assert window_of(definition).describe() == "Mon-Wed 09:00-12:00 Asia/Shanghai, except china holidays"
    assert window_of('hours = ["16:30-00:30"]').describe() == "every day 16:30-00:30 UTC"
    assert window_of('days = ["mon", "sat"]').describe() == "Mon, Sat 00:00-24:00 UTC"
