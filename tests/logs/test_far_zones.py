"""Zones put their clocks otherwise years after the newest date of a table: logs are priced as each record alone."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tokencost import PriceTable, price, usage
from tokencost.logs.records.kinds import LOG_KINDS
from tokencost.logs.sql.dialects import DIALECTS
from tokencost.logs.sql.printed_sql import table_query
from tokencost.logs.sql.rate_periods import rate_periods
from tokencost.logs.usage_query import ask

ZONES = {
    # The day from which the offset is one that it did not have while the table's prices began.
    "Asia/Almaty": date(2024, 3, 1),
    "Africa/Casablanca": date(2024, 3, 10),
    "America/New_York": date(2024, 3, 10),
}
HOURS = ((9, 0, 12, 7), (22, 30, 3, 15))
MODEL = """
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2022-06-01
input = 1
output = 1
source = "s"
when = [{{ window = "peak", zone = "{zone}", hours = ["09:00-12:07", "22:30-03:15"], days = {days}, input = 3 }}]
"""
EVERY_DAY = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
WORK_DAYS = '["mon", "tue", "wed", "thu", "fri"]'


def instants(zone: ZoneInfo, changed: date) -> list[datetime]:
    """Around each minute at which a window opens or closes, on days near the change and long after."""
    days = [changed + timedelta(days=n) for n in (-700, -30, -1, 0, 1, 2, 40, 200, 400, 900, 2500)]
    days += [date(2022, 5, 31), date(2022, 6, 1)]
    found = []
    for day in days:
        for from_hour, from_minute, to_hour, to_minute in HOURS:
            for local in (time(from_hour, from_minute), time(to_hour, to_minute)):
                at = datetime.combine(day, local, tzinfo=zone).astimezone(UTC)
                found += [at + timedelta(microseconds=n) for n in (-1, 0)] + [
                    at + timedelta(minutes=n) for n in (-59, 3)
                ]
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        found += [midnight + timedelta(minutes=30 * n) for n in range(48)]
    return found


def alone(table: PriceTable, at: datetime, tokens: int) -> Decimal:
    """What a request costs by itself; before the first price nothing."""
    if at < datetime(2022, 6, 1, tzinfo=UTC):
        return Decimal(0)
    return price(table, "m", on=at, input_tokens=tokens, output_tokens=0).total


@pytest.mark.parametrize("days", [EVERY_DAY, WORK_DAYS], ids=["every day", "on work days"])
@pytest.mark.parametrize("name", ZONES)
def test_logs_are_priced_as_their_records_years_later(
    table_of: Callable[[str], PriceTable], tmp_path: Path, name: str, days: str
) -> None:
    table = table_of(MODEL.format(zone=name, days=days))
    requests = [(at, 10**6 + place) for place, at in enumerate(instants(ZoneInfo(name), ZONES[name]))]
    log = tmp_path / "log.jsonl"
    records = [{"model": "m", "time": at.isoformat(), "input_tokens": tokens, "output_tokens": 0, "team": "a"}
               for at, tokens in requests]  # fmt: skip
    log.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    expected = sum(alone(table, at, tokens) for at, tokens in requests)
    per_slot = usage(table, [str(log)])
    per_group = usage(table, [str(log)], by=["team"])
    assert [sum(row.cost.total for row in result.rows) for result in (per_slot, per_group)] == [expected, expected]

    query = table_query(
        DIALECTS["duckdb"], "logs", LOG_KINDS, ask(table), rate_periods(table), json_column="record"
    )  # a warehouse does not know how far its records go, and has the same query for all of them
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE logs AS SELECT json AS record FROM read_json_objects('{log}')")
        connection.sql(query).write_csv(str(tmp_path / "sums.csv"))
    summed = usage(table, [str(tmp_path / "sums.csv")])
    assert sum(row.cost.total for row in summed.rows) == expected
