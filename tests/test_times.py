"""Every function that takes a time takes it from any zone, as a word, and as far away as Python goes."""

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tokencost
from tokencost import PriceTable, TokencostError
from tokencost.pricetable.when import When

Call = Callable[[PriceTable, When | str], object]

LOG = str(Path(__file__).parent / "logs" / "fixtures" / "requests.jsonl")
MODELS = ["deepseek-chat", "deepseek-reasoner"]
CHAT = tokencost.workload("chat", requests=1, per="day", input=10, output=10, start="2025-04", months=1)


def _rate_cell(table: PriceTable, on: When | str) -> object:
    discounted = tokencost.resolve(table, "deepseek-chat", date(2025, 4, 14)).price
    return tokencost.rate_cell(discounted, on)


def _judge(table: PriceTable, on: When | str) -> object:
    return tokencost.judge(table, tokencost.load_claims()[0], on)


CALLS: dict[str, Call] = {
    "compare": lambda table, on: tokencost.compare(table, MODELS, against="gpt-4o", on=on),
    "judge": _judge,
    "listed_rates": tokencost.listed_rates,
    "price": lambda table, on: tokencost.price(table, "deepseek-chat", on=on, input_tokens=1000, output_tokens=10),
    "rate_cell": _rate_cell,
    "resolve": lambda table, on: tokencost.resolve(table, "deepseek-chat", on),
    "sweep": lambda table, on: tokencost.sweep(
        table, CHAT, [tokencost.axis("cached", 0, 1, 1)], MODELS, on=on, against="gpt-4o"
    ),
    "workload_totals": lambda table, on: tokencost.workload_totals(table, CHAT, MODELS, on=on, against="gpt-4o"),
}
TEXT = str(Path(__file__).parent.parent / "LICENSE")
COUNT_CALLS: dict[str, Call] = {
    "count_texts": lambda table, on: tokencost.count_texts(table, [TEXT], MODELS, on=on, against="gpt-4o"),
    "count_tokens": lambda table, on: tokencost.count_tokens(table, "What does it cost?", "deepseek-chat", on=on),
}
LOG_CALLS: dict[str, Call] = {
    "usage": lambda table, on: tokencost.usage(table, [LOG], on=on, as_models=["deepseek-chat"]),
    "usage since": lambda table, on: tokencost.usage(table, [LOG], since=on),
    "usage until": lambda table, on: tokencost.usage(table, [LOG], until=on),
}
EVERY_CALL = CALLS | COUNT_CALLS | LOG_CALLS


def takes_a_time(function: Callable[..., object]) -> bool:
    annotations = (str(parameter.annotation) for parameter in inspect.signature(function).parameters.values())
    return any("date" in annotation for annotation in annotations)


def public_functions() -> dict[str, Callable[..., object]]:
    found: dict[str, Callable[..., object]] = {}
    for name in tokencost.__all__:
        public = getattr(tokencost, name)
        if inspect.isfunction(public):
            found[name] = public
        else:  # what a class does; that a result can be made by hand is no promise
            methods = inspect.getmembers(public, inspect.isfunction)
            found |= {f"{name}.{method}": each for method, each in methods if not method.startswith("_")}
    return found


def test_every_public_function_that_takes_a_time_is_tested_here() -> None:
    with_times = {name for name, function in public_functions().items() if takes_a_time(function)}
    assert with_times == {name.partition(" ")[0] for name in EVERY_CALL}


def outcome(call: Call, table: PriceTable, on: When | str) -> object:
    """The result, or what the error says."""
    try:
        return call(table, on)
    except TokencostError as error:
        return type(error), error.args


ZONES: st.SearchStrategy[tzinfo] = st.one_of(
    st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]).map(ZoneInfo),
)
# The months in which hours of `deepseek-chat` were discounted, in UTC: from 16:30 to 00:30.
INSTANTS = st.datetimes(datetime(2025, 2, 1), datetime(2025, 10, 1), timezones=st.just(UTC))  # noqa: DTZ001  # drawn so
IN_BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize("name", CALLS)
@example(instant=datetime(2025, 4, 14, 10, tzinfo=UTC), zone=IN_BEIJING)
@given(instant=INSTANTS, zone=ZONES)
@settings(max_examples=settings().max_examples // 2, deadline=None)
def test_an_instant_is_the_same_in_any_zone(shipped: PriceTable, name: str, instant: datetime, zone: tzinfo) -> None:
    there = instant.astimezone(zone)
    assert outcome(CALLS[name], shipped, there) == outcome(CALLS[name], shipped, instant)


@pytest.mark.parametrize("name", [*COUNT_CALLS, *LOG_CALLS])
@example(instant=datetime(2025, 4, 14, 10, tzinfo=UTC), zone=IN_BEIJING)
@given(instant=INSTANTS, zone=ZONES)
@settings(max_examples=3, deadline=None)
def test_logs_are_priced_alike_in_any_zone(shipped: PriceTable, name: str, instant: datetime, zone: tzinfo) -> None:
    there = instant.astimezone(zone)
    assert outcome(EVERY_CALL[name], shipped, there) == outcome(EVERY_CALL[name], shipped, instant)


def test_ten_in_the_morning_is_not_discounted_in_beijing(shipped: PriceTable) -> None:
    evening = datetime(2025, 4, 14, 18, tzinfo=IN_BEIJING)
    ask = partial(tokencost.price, shipped, "deepseek-chat", input_tokens=1_000_000, output_tokens=0)
    assert ask(on=evening).total == Decimal("0.27")
    assert ask(on="2025-04-14T18:00:00Z").total == Decimal("0.135")


@pytest.mark.parametrize("name", EVERY_CALL)
@pytest.mark.parametrize(("word", "time"), [("Today", "2025-04-14"), ("now", "2025-04-14T10:20:30Z")])
def test_today_and_now_are_taken(
    shipped: PriceTable, clock_at: Callable[[str], None], name: str, word: str, time: str
) -> None:
    clock_at("2025-04-14T10:20:30.405060Z")
    assert outcome(EVERY_CALL[name], shipped, word) == outcome(EVERY_CALL[name], shipped, time)


def test_a_name_may_have_today_as_its_time(shipped: PriceTable, clock_at: Callable[[str], None]) -> None:
    clock_at("2025-04-14T10:20:30Z")
    sides = [tokencost.resolve(shipped, name, "2025-01-27") for name in ("deepseek-chat@TODAY", "deepseek-chat@now")]
    assert [side.label for side in sides] == ["deepseek-chat@2025-04-14", "deepseek-chat@2025-04-14T10:20:30Z"]


FAR: list[When] = [
    date.min,
    date.max,
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    date(1970, 1, 1),
    date(2199, 12, 31),
    datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(2199, 12, 31, 23, 59, tzinfo=UTC),
]


@pytest.mark.parametrize("name", EVERY_CALL)
@pytest.mark.parametrize("on", FAR, ids=str)
def test_a_time_far_away_is_answered_or_refused(shipped: PriceTable, name: str, on: When) -> None:
    outcome(EVERY_CALL[name], shipped, on)
