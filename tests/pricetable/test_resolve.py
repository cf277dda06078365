"""Names and times resolve exactly, or to an error that suggests what was meant."""

from collections.abc import Callable

import pytest

from tokencost import PriceTable, UsageError, resolve
from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.when import parse_when


@pytest.mark.parametrize(
    ("name", "on", "label", "start"),
    [
        ("o1", "2025-01-27", "o1", "2024-12-17"),
        ("openai/o1", "2025-01-27", "o1", "2024-12-17"),
        ("o1-2024-12-17", "2025-01-27", "o1", "2024-12-17"),
        ("gpt-5.6", "2026-11-20", "gpt-5.6-sol", "2026-08-21"),
        ("deepseek-chat@2025-02-10", "2025-01-27", "deepseek-chat@2025-02-10", "2025-02-08"),
        (
            "deepseek/deepseek-chat@2025-02-08T15:59:59Z",
            "2025-01-27",
            "deepseek-chat@2025-02-08T15:59:59Z",
            "2024-12-26",
        ),
        # A price that begins within a day is that day's price where no other held before.
        ("deepseek-flash", "2026-09-10", "deepseek-flash", "2026-09-10"),
    ],
)
def test_a_name_resolves(shipped: PriceTable, name: str, on: str, label: str, start: str) -> None:
    side = resolve(shipped, name, parse_when(on))
    assert (side.label, side.price.start.date().isoformat()) == (label, start)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("deepseek-resoner", "did you mean deepseek-reasoner or deepseek-coder?"),
        ("GPT-6.1-SOL", "did you mean gpt-6.1-sol?"),
        ("DeepSeek-V4.1-Flash", "did you mean deepseek-flash?"),
        ("openai/deepseek-chat", "did you mean deepseek-chat or deepseek/deepseek-chat?"),
        ("zzzzzz", "`tokencost prices list` shows the models that are known"),
        ("", "`tokencost prices list` shows the models that are known"),
    ],
)
def test_an_unknown_name_gets_a_suggestion_and_never_a_guess(shipped: PriceTable, name: str, hint: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        resolve(shipped, name, parse_when("2026-11-20"))
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("name", "on", "message", "hint"),
    [
        ("o1", "2024-12-16", "no price of o1 on 2024-12-16", "its first price begins 2024-12-17"),
        (
            "deepseek-flash",
            "2026-09-10T03:59:59Z",
            "no price of deepseek-flash on 2026-09-10T03:59:59Z",
            "its first price begins 2026-09-10T04:00:00Z",
        ),
        (
            "deepseek-chat",
            "2026-07-24T15:59:00Z",
            "no price of deepseek-chat on 2026-07-24T15:59:00Z",
            "its last price before ended 2026-07-24T15:59:00Z",
        ),
        (
            "gpt-3.5-turbo-0613",
            "2024-02-16",
            "the name 'gpt-3.5-turbo-0613' stood for no model on 2024-02-16",
            "it stood for gpt-3.5-turbo from 2023-06-13 until 2024-02-16",
        ),
    ],
)
def test_a_time_without_a_price(shipped: PriceTable, name: str, on: str, message: str, hint: str) -> None:
    with pytest.raises(NoPrice) as caught:
        resolve(shipped, name, parse_when(on))
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_gap_between_two_prices_is_an_error(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of("""
[models.m]
provider = "acme"
[[models.m.prices]]
from = 2026-01-01
until = 2026-02-01
input = 1
output = 1
source = "s"
[[models.m.prices]]
from = 2026-03-01
input = 2
output = 2
source = "s"
""")
    with pytest.raises(NoPrice) as caught:
        resolve(table, "m", parse_when("2026-02-10"))
    assert caught.value.hint == "its last price before ended 2026-02-01; its next price begins 2026-03-01"
    assert resolve(table, "m", parse_when("2026-01-31T23:59:59Z")).price.rates.input == 1
    assert resolve(table, "m", parse_when("2026-03-01T00:00:00Z")).price.rates.input == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2025-02-30", "'2025-02-30' is not a date or an instant"),
        ("2025-02-08T16:00", "the time 2025-02-08T16:00:00 has no zone"),
        ("tomorrow", "'tomorrow' is not a date or an instant"),
        ("", "'' is not a date or an instant"),
        ("0001-01-01T00:00:00+10:00", "0001-01-01T00:00:00+10:00 is out of range"),
    ],
)
def test_a_time_that_is_none(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_when(text)
    assert caught.value.message == message


def test_an_offset_is_the_same_instant_in_utc() -> None:
    assert parse_when("2025-02-09T00:00:00+08:00") == parse_when("2025-02-08T16:00:00Z")
