"""A workload costs what an independent computation in fractions says, to the digit; months and parts add up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokencost import InvalidRequest, PriceTable, Workload, WorkloadRow, axis, price, sweep, workload, workload_totals
from tokencost.analysis.workload.hour_sensitivity import window_ranges
from tokencost.analysis.workload.months import Month, bounds
from tokencost.pricing.rates import rate_cell
from tokencost.pricing.timeline import rate_intervals

ON = "2026-11-20"
QUARTER = timedelta(minutes=15)
MODELS = """
[models.plain]
provider = "acme"
[[models.plain.prices]]
from = 2025-01-01
input = 2
cached_input = 0.25
cache_write = 2.5
output = 10.1
source = "s"
  [[models.plain.prices.when]]
  input_tokens_above = 1_000
  input = 4
  output = 15
  [[models.plain.prices.when]]
  tier = "batch"
  input = 1
  output = 5
  [[models.plain.prices.when]]
  tier = "batch"
  input_tokens_above = 1_000
  input = 2
  output = 7.5

[models.hourly]
provider = "acme"
[[models.hourly.prices]]
from = 2025-01-01
input = 1
output = 3
source = "s"
[[models.hourly.prices]]
from = 2026-03-10T16:30:00Z
input = 0.15
cached_input = 0.003
output = 0.60
source = "s"
  [[models.hourly.prices.when]]
  window = "peak"
  zone = "Asia/Shanghai"
  days = ["mon", "tue", "wed", "thu", "fri"]
  except = "china"
  hours = ["09:00-12:00", "14:00-18:00"]
  input = 0.30
  output = 1.20
  [[models.hourly.prices.when]]
  window = "night"
  zone = "Europe/London"
  hours = ["22:30-00:45"]
  output = 0.07
  [[models.hourly.prices.when]]
  window = "night"
  tier = "batch"
  output = 0.05
  [[models.hourly.prices.when]]
  window = "peak"
  tier = "batch"
  input = 0.12
  [[models.hourly.prices.when]]
  tier = "batch"
  output = 0.06
"""
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
ARRIVALS: tuple[dict[str, list[str]], ...] = (
    {},
    {"hours": ["09:00-18:00"], "days": ["mon", "tue", "wed", "thu", "fri"]},
    {"hours": ["21:30-02:15"]},
    {"days": ["sun"]},
)


@pytest.fixture(scope="session")
def models(table_of: Callable[[str], PriceTable]) -> PriceTable:
    return table_of(MODELS)


def requests_of(spec: Workload, month: Month, number: int) -> Fraction:
    """Per day times the days, and so on, grown month by month."""
    begin, end = bounds(month, spec.zone)
    hours = Fraction(int((end - begin).total_seconds()), 3600)
    days = round((end - begin) / timedelta(days=1))
    year = 366 if month.year % 4 == 0 else 365
    periods: dict[str, Fraction | int] = {
        "hour": hours,
        "day": days,
        "week": Fraction(days, 7),
        "month": 1,
        "year": Fraction(days, year),
    }
    return spec.requests * periods[spec.per] * (1 + spec.growth) ** number


def parts_at(table: PriceTable, spec: Workload, model: str, instant: datetime) -> tuple[Fraction, ...]:
    """What one request costs at an instant, by component."""
    found = next(p for p in table.models[model].prices if p.start <= instant and (p.end is None or instant < p.end))
    sent = spec.input * spec.token_factors.get(model, Fraction(1))
    made = spec.output * spec.token_factors.get(model, Fraction(1))
    sums = [Fraction(0)] * 4
    for tier, share in ((spec.tier, 1 - spec.batch), ("batch", spec.batch)):
        if not share:
            continue
        rates = rate_cell(found, instant, tier=tier, input_tokens=sent.__ceil__()).rates
        cached, written = sent * spec.cached, sent * spec.cache_write
        fresh = sent - cached - written
        if rates.cached_input is None:
            fresh, cached = fresh + cached, Fraction(0)
        if rates.cache_write is None:
            fresh, written = fresh + written, Fraction(0)
        for place, (tokens, rate) in enumerate(
            ((fresh, rates.input), (cached, rates.cached_input), (written, rates.cache_write), (made, rates.output))
        ):
            sums[place] += share * tokens * Fraction(rate or 0) / 1_000_000
    return tuple(sums)


def independent(table: PriceTable, spec: Workload, model: str, month: Month, number: int) -> tuple[Fraction, ...]:
    """The cost of a month by component: the mean over every quarter of an hour at which requests arrive."""
    begin, end = bounds(month, spec.zone)
    sums, count, known = [Fraction(0)] * 4, 0, dict[tuple[object, ...], tuple[Fraction, ...]]()
    instant = begin
    while instant < end:
        if spec.arrival is None or spec.arrival.contains(instant):
            found = next(p for p in reversed(table.models[model].prices) if p.start <= instant)
            key = (found.start, *(window.contains(instant) for window in found.windows))
            if key not in known:
                known[key] = parts_at(table, spec, model, instant)
            count += 1
            sums = [a + b for a, b in zip(sums, known[key], strict=True)]
        instant += QUARTER
    return tuple(requests_of(spec, month, number) * amount / count for amount in sums)


specs = st.builds(
    workload,
    requests=st.sampled_from([0, 1, 40_000, Decimal("0.37"), 10**12]),
    per=st.sampled_from(["hour", "day", "week", "month", "year"]),
    input=st.sampled_from([0, 999, 1_000, 1_001, Decimal("1234.567"), 300_000]),
    output=st.sampled_from([0, 350, Decimal("0.1")]),
    cached=st.sampled_from([0, "55%", Decimal("0.123456789012")]),
    cache_write=st.sampled_from([0, "5%", Fraction(1, 3)]),
    batch=st.sampled_from([0, "30%", 1]),
    growth=st.sampled_from([0, "3%", "-2.5%", -1]),
    start=st.sampled_from(["2025-12", "2026-02", "2026-03", "2028-02"]),
    months=st.integers(1, 3),
    zone=st.sampled_from(ZONES),
    token_factors=st.sampled_from([{}, {"hourly": Decimal("1.1")}]),
)


@settings(max_examples=30, deadline=None)
@given(spec=specs, arrival=st.sampled_from(ARRIVALS), zone=st.sampled_from(ZONES))
def test_costs_equal_an_independent_computation(
    models: PriceTable, spec: Workload, arrival: dict[str, list[str]], zone: str
) -> None:
    fields: dict[str, Any] = {**spec._asdict(), **arrival, "zone": zone}
    del fields["output_factors"]  # counted, and no field that one types
    del fields["name"], fields["arrival"]
    made = workload(**fields)
    if made.batch and made.start < (2026, 4):
        made = made._replace(batch=Fraction(0))  # the first price of `hourly` has no batch tier
    if made.start == (2025, 12) and made.input > 1_000:
        made = made._replace(input=Fraction(1_000))
    totals = workload_totals(models, made, ["hourly"], against="plain", on=ON)
    assert [row.row for row in totals.rows] == ["month"] * (2 * made.months) + ["total"] * 2
    for row in totals.rows:
        if row.month is None:
            check_total(row, [each for each in totals.rows if each.model == row.model and each.month])
            continue
        month = Month(*map(int, row.month.split("-")))
        number = (month.year - made.start.year) * 12 + month.number - made.start.number
        expected = independent(models, made, row.model, month, number)
        parts = (row.uncached_input_cost, row.cached_input_cost, row.cache_write_cost, row.output_cost)
        assert parts == expected
        assert row.cost == sum(expected)
        assert row.requests == requests_of(made, month, number)
        factor = made.token_factors.get(row.model, Fraction(1))
        assert row.input_tokens == row.requests * made.input * factor
        assert row.cached_input_tokens == row.input_tokens * made.cached
        assert row.cache_write_tokens == row.input_tokens * made.cache_write
        assert row.output_tokens == row.requests * made.output * factor


def check_total(total: WorkloadRow, months: list[WorkloadRow]) -> None:
    assert (total.workload, total.month) == ("total", None)
    for name in ("requests", "input_tokens", "output_tokens", "cost", "baseline_cost", "uncached_input_cost"):
        assert getattr(total, name) == sum(getattr(row, name) for row in months)


@given(factor=st.fractions(0, 1000), spec=specs)
@settings(max_examples=20, deadline=None)
def test_cost_is_linear_in_requests(models: PriceTable, factor: Fraction, spec: Workload) -> None:
    one = workload_totals(models, spec._replace(batch=Fraction(0)), ["hourly"], against="plain", on=ON)
    more = spec._replace(requests=spec.requests * factor, batch=Fraction(0))
    many = workload_totals(models, more, ["hourly"], against="plain", on=ON)
    assert [(row.cost or 0) * factor for row in one.rows] == [row.cost for row in many.rows]
    assert many.rows[0].ratio == (one.rows[0].ratio if factor and spec.requests else many.rows[0].ratio)


def test_a_year_arriving_evenly_is_the_sum_over_every_minute_of_it(shipped: PriceTable) -> None:
    """One request a minute: the price of each, found through the timeline that says which windows are open."""
    spec = workload(requests=60, per="hour", input=1_800, cached="50%", output=350, start="2026-12", months=12)
    totals = workload_totals(shipped, spec, ["deepseek-flash"], against="gpt-6.1-sol", on=ON)
    total, minutes = Decimal(0), 0
    begin, end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
    for stretch in rate_intervals(shipped.models["deepseek-flash"].prices[-1], begin, end):
        each = price(
            shipped,
            "deepseek-flash",
            on=stretch.start,
            input_tokens=1_800,
            cached_input_tokens=900,
            output_tokens=350,
        )
        count = (stretch.end - stretch.start) // timedelta(minutes=1)
        total += each.total * count
        minutes += count
    assert minutes == 365 * 24 * 60
    assert totals.totals[0].cost == Fraction(total)


def test_working_hours_in_beijing_cost_more_by_the_factor_of_their_peak_minutes(shipped: PriceTable) -> None:
    """Seven of nine hours are peak and cost twice as much; evenly, 35 of the 168 hours of a full week do."""
    spec: dict[str, Any] = {
        "requests": 40_000,
        "input": 1_800,
        "cached": "55%",
        "output": 350,
        "start": "2027-02",
    }  # 28 days
    evenly = workload(**spec, zone="Asia/Shanghai")
    working = workload(**spec, zone="Asia/Shanghai", hours=["09:00-18:00"], days=["mon", "tue", "wed", "thu", "fri"])
    costs = [
        workload_totals(shipped, each, ["deepseek-flash"], against="gpt-6.1-sol", on=ON).models[0].priced_cost
        for each in (evenly, working)
    ]
    assert costs[1] / costs[0] == (1 + Fraction(7, 9)) / (1 + Fraction(35, 168))


def test_a_change_of_price_within_a_minute_splits_it(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of(
        """
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 1
source = "s"
[[models.m.prices]]
from = 2026-02-10T00:00:20.5Z
input = 3
output = 1
source = "s"
"""
    )
    spec = workload(requests=1_000_000, per="month", input=1, output=0, start="2026-02")
    cost = workload_totals(table, spec, ["m"], against="m", on=ON).totals[0].cost
    before = Fraction(9 * 86_400_000 + 20_500, 28 * 86_400_000)
    assert cost == before + 3 * (1 - before)


def test_the_same_model_at_another_time_keeps_its_price_for_all_months(shipped: PriceTable) -> None:
    spec = workload(requests=1, per="month", input=1_000_000, output=0, start="2026-12", months=2)
    totals = workload_totals(shipped, spec, ["deepseek-reasoner@2025-01-27"], against="o1@2025-01-27", on=ON)
    assert [(row.model, row.cost) for row in totals.totals] == [
        ("deepseek-reasoner@2025-01-27", Fraction("1.10")),
        ("o1@2025-01-27", 30),
    ]


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        ("deepseek-flash", {"start": "2026-09"}, "no price of deepseek-flash for the whole of 2026-09"),
        ("deepseek-flash", {"start": "2026-08"}, "no price of deepseek-flash for the whole of 2026-08"),
        ("deepseek-chat", {"start": "2026-07"}, "deepseek-chat is sold only until 2026-07-24T15:59:00Z, and covers"),
        ("o1", {"start": "2026-12"}, "o1 is sold only until 2026-10-23, and covers none of these months in full"),
        (
            "o1-preview",
            {"start": "2026-12"},
            "o1-preview is sold only until 2025-07-28, and covers none of these months in full",
        ),
        ("deepseek-flash", {"batch": "10%"}, "deepseek-flash offers no batch tier"),
        ("deepseek-flash", {"tier": "flex"}, "deepseek-flash offers no flex tier"),
        ("deepseek-flsh", {}, "unknown model 'deepseek-flsh'"),
        ("deepseek-flash", {"token_factors": {"deepseek-flsh": 2}}, "unknown model 'deepseek-flsh'"),
    ],
)
def test_what_cannot_be_priced_is_named(shipped: PriceTable, model: str, fields: dict[str, Any], message: str) -> None:
    spec = workload(**{"requests": 1, "input": 1, "output": 1, "start": "2026-12", **fields})
    with pytest.raises(InvalidRequest) as caught:
        workload_totals(shipped, spec, [model], against="gpt-4o", on=ON)
    assert message in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"requests": -1},
        {"requests": 10**13},
        {"requests": 1.5},
        {"requests": True},
        {"requests": Decimal("NaN")},
        {"input": 10**9},
        {"cached": "101%"},
        {"cached": Decimal("0.6"), "cache_write": Decimal("0.5")},
        {"months": 0},
        {"months": 121},
        {"growth": "-101%"},
        {"per": "fortnight"},
        {"zone": "Mars/Olympus"},
        {"hours": ["9-25"]},
        {"days": ["noday"]},
        {"start": "2026-13"},
        {"start": "soon"},
        {"token_factors": {"o1": 0}},
        {"colour": "red"},
    ],
)
def test_fields_that_cannot_be_are_refused_by_name(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        workload(**{"requests": 1, "input": 1, "output": 1, "start": "2026-12", **fields})
    assert any(f"`{name}`" in str(caught.value) for name in fields)
    assert caught.value.hint


@pytest.mark.parametrize("left_out", ["requests", "input", "output", "start"])
def test_what_is_missing_is_named(left_out: str) -> None:
    fields: dict[str, Any] = {"requests": 1, "input": 1, "output": 1, "start": "2026-12"}
    del fields[left_out]
    with pytest.raises(InvalidRequest, match=f"`{left_out}` is missing"):
        workload(**fields)


def test_rows_become_a_dataframe_without_one(shipped: PriceTable) -> None:
    spec = workload(requests=1, per="month", input=1, output=1, start="2026-12")
    row = workload_totals(shipped, spec, ["gpt-6-luna"], on=ON).rows[-1].as_dict()
    assert list(row) == [
        "workload", "model", "provider", "month", "requests", "input_tokens", "cached_input_tokens",
        "cache_write_tokens", "output_tokens", "uncached_input_cost", "cached_input_cost", "cache_write_cost",
        "output_cost", "cost", "baseline", "baseline_cost", "ratio", "percent_lower", "row",
    ]  # fmt: skip
    assert (row["model"], row["ratio"], row["percent_lower"]) == ("gpt-6.2-sol", 1, 0)


def test_months_begin_in_the_zone_and_have_its_hours() -> None:
    zone = ZoneInfo("America/New_York")
    begin, end = bounds(Month(2026, 3), zone)
    assert (begin.isoformat(), end.isoformat()) == ("2026-03-01T05:00:00+00:00", "2026-04-01T04:00:00+00:00")
    spec = workload(requests=1, per="hour", input=1, output=1, start="2026-03", zone="America/New_York")
    assert requests_of(spec, Month(2026, 3), 0) == 743


@pytest.mark.parametrize("names", [("a", "a"), ("total",), ()])
def test_workloads_are_told_apart_by_name(shipped: PriceTable, names: tuple[str, ...]) -> None:
    given = [workload(name, requests=1, input=1, output=1, start="2026-12") for name in names]
    with pytest.raises(InvalidRequest, match="workload"):
        workload_totals(shipped, given, ["gpt-6-luna"], on=ON)


def test_output_may_have_factors_of_its_own(models: PriceTable) -> None:
    one = workload(requests=1000, input=100, output=10, start="2026-06", token_factors={"hourly": 3})
    counted = one._replace(output_factors={"hourly": Fraction(5)})
    typed = workload(requests=1000, input=300, output=50, start="2026-06")
    found = workload_totals(models, counted, ["hourly"], against="plain", on=ON)
    same = workload_totals(models, typed, ["hourly"], against="plain", on=ON)
    alone = workload_totals(models, one, ["hourly"], against="plain", on=ON)
    assert found.models[0].cost == same.models[0].cost
    assert found.baseline.cost == alone.baseline.cost
    assert [row.input_tokens for row in found.totals] == [Fraction(300 * 30_000), Fraction(100 * 30_000)]
    assert [row.output_tokens for row in found.totals] == [Fraction(50 * 30_000), Fraction(10 * 30_000)]
    # At the hours worst and best for it as well.
    (ours,), (theirs,) = window_ranges(found), window_ranges(same)
    scale = found.baseline.priced_cost / same.baseline.priced_cost
    assert ours.lowest.ratio == theirs.lowest.ratio * scale
    assert ours.highest.ratio == theirs.highest.ratio * scale
    # A sweep of the token factor is one of both.
    swept = sweep(models, counted, axis("token_factor", 3, 4, 1), ["hourly"], against="plain", on=ON)
    assert swept.rows[0].total.cost == alone.models[0].cost
