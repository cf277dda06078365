"""Names and times resolve exactly, or to an error that suggests what was meant."""

from collections.abc import Callable

import pytest

from tokencost import InvalidRequest, PriceTable, resolve
from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.names import meanings
from tokencost.pricetable.resolve import find_model
from tokencost.pricetable.table import Alias
from tokencost.pricetable.when import parse_when


@pytest.mark.parametrize(
    ("name", "on", "label", "start"),
    [
        ("o1", "2025-01-27", "o1", "2024-12-17"),
        ("openai/o1", "2025-01-27", "o1", "2024-12-17"),
        ("o1-2024-12-17", "2025-01-27", "o1", "2024-12-17"),
        ("gpt-5.6", "2026-10-20", "gpt-5.6-sol", "2026-08-21"),
        ("gpt-3.5-turbo-0613", "2024-09-12", "gpt-3.5-turbo-0613", "2023-06-13"),
        ("gpt-3.5-turbo-0301", "2023-06-12", "gpt-3.5-turbo-0301", "2023-03-01"),
        ("gpt-6.1-sol-2026-09-29", "2026-10-20", "gpt-6.1-sol", "2026-10-08"),
        ("gpt-4-turbo-preview", "2024-03-01", "gpt-4-turbo", "2023-11-06"),
        ("ft:gpt-4o-2024-08-06:acme::9xYz", "2025-06-01", "ft:gpt-4o-2024-08-06", "2024-10-01"),
        ("openai/ft:gpt-3.5-turbo-1106:acme:support:9x", "2025-06-01", "ft:gpt-3.5-turbo", "2024-03-27"),
        ("ft:gpt-4.1", "2026-06-01", "ft:gpt-4.1-2025-04-14", "2025-08-28"),
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
        ("deepseek-resoner", "did you mean deepseek-reasoner or deepseek-reasoning?"),
        ("gpt-6.1", "did you mean gpt-6.1-sol or gpt-6.1-terra?"),
        ("gpt-6.1-mini", "did you mean gpt-6.1-sol or gpt-6.1-terra or gpt-4.1-mini?"),
        ("GPT", "did you mean gpt-6-astra-law or gpt-6.2-sol or gpt-6.2-astra?"),
        ("R1", "did you mean deepseek-reasoner?"),
        ("vs", "leave it out: models stand side by side, the baseline last"),
        ("o1,gpt-4o", "write a space between models: o1 gpt-4o"),
        ("2025-01-27", "a day goes with --on 2025-01-27, or with a name: MODEL@2025-01-27"),
        (
            "DeepSeek",
            """\
its models on sale on 2026-11-20: deepseek-flash, deepseek-v4-flash-vision-exp, deepseek-v4-flash, deepseek-v4-pro; \
at other times: deepseek-v3.2-speciale, deepseek-reasoner, deepseek-coder, deepseek-chat""",
        ),
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
            "gpt-4-0314",
            "2026-03-26",
            "the name 'gpt-4-0314' stood for no model on 2026-03-26",
            "it stood for gpt-4 until 2026-03-26",
        ),
    ],
)
def test_a_time_without_a_price(shipped: PriceTable, name: str, on: str, message: str, hint: str) -> None:
    with pytest.raises(NoPrice) as caught:
        resolve(shipped, name, parse_when(on))
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("name", "on", "label"),
    [
        ("GPT-6.1-SOL", "2026-11-20", "gpt-6.1-sol"),
        ("GPT-6.1 Sol", "2026-11-20", "gpt-6.1-sol"),
        ("gpt_6.1_sol", "2026-11-20", "gpt-6.1-sol"),
        ("gpt4o", "2026-11-20", "gpt-4o"),
        ("gpt\N{EN DASH}4o", "2026-11-20", "gpt-4o"),
        ("\N{FULLWIDTH LATIN SMALL LETTER G}pt-4o", "2026-11-20", "gpt-4o"),
        (" `gpt-4o`, ", "2026-11-20", "gpt-4o"),
        ("OpenAI/GPT-4o", "2026-11-20", "gpt-4o"),
        ("GPT-4O-MINI-2024-07-18", "2026-11-20", "gpt-4o-mini"),
        ("DeepSeek-V4.1-Flash", "2026-11-20", "deepseek-flash"),
        ("DeepSeek-R1", "2025-01-27", "deepseek-reasoner"),
        ("deepseek/deepseek r1", "2025-01-27", "deepseek-reasoner"),
        ("DeepSeek-R1@2025-01-27", "2026-11-20", "deepseek-reasoner@2025-01-27"),
        ("DeepSeek-V3", "2025-01-27", "deepseek-chat"),
        ("DeepSeek-V3.2 (thinking)", "2025-12-10", "deepseek-reasoner"),
        ("DeepSeek-V4-Flash-0731", "2026-08-05", "deepseek-v4-flash"),
    ],
)
def test_a_name_as_people_write_it(shipped: PriceTable, name: str, on: str, label: str) -> None:
    assert resolve(shipped, name, parse_when(on)).label == label


@pytest.mark.parametrize(
    ("name", "on", "message", "hint"),
    [
        (
            "DeepSeek-R1",
            "2026-01-01",
            "'DeepSeek-R1' was not sold on 2026-01-01",
            "it was sold as deepseek-reasoner from 2025-01-20 until 2025-05-28",
        ),
        (
            "DeepSeek-V3.2",
            "2025-12-10",
            "on 2025-12-10 'DeepSeek-V3.2' may mean deepseek-chat or deepseek-reasoner",
            "write deepseek-chat for DeepSeek-V3.2 (non-thinking), deepseek-reasoner for DeepSeek-V3.2 (thinking)",
        ),
        (
            "GPT-4-0314",
            "2026-03-26",
            "the name 'GPT-4-0314' stood for no model on 2026-03-26",
            "it stood for gpt-4 until 2026-03-26",
        ),
    ],
)
def test_a_name_with_no_meaning_on_that_day_or_with_two(
    shipped: PriceTable, name: str, on: str, message: str, hint: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        resolve(shipped, name, parse_when(on))
    assert (caught.value.message, caught.value.hint) == (message, hint)


TWO_ALIKE = """
[models.one-1]
provider = "acme"
[[models.one-1.prices]]
from = 2026-01-01
input = 1
output = 1
source = "s"
[models.one_1]
provider = "acme"
[[models.one_1.prices]]
from = 2026-01-01
input = 2
output = 2
source = "s"
"""


def test_two_models_of_one_spelling_are_told_apart_by_exact_names_alone(table_of: Callable[[str], PriceTable]) -> None:
    table = table_of(TWO_ALIKE)
    assert [resolve(table, name, parse_when("2026-02-01")).label for name in ("one-1", "one_1", "ONE_1")] == [
        "one-1", "one_1", "one_1",
    ]  # fmt: skip
    with pytest.raises(UnknownModel, match="'one 1' may mean one-1 or one_1"):
        resolve(table, "one 1", parse_when("2026-02-01"))


@pytest.mark.parametrize(
    "spelled", [str.upper, str.title, lambda name: name.replace("-", " "), lambda name: f"'{name}'"]
)
def test_every_id_alias_and_shown_name_is_found_in_every_spelling(
    shipped: PriceTable, spelled: Callable[[str], str]
) -> None:
    names = [(model.name, model.id) for model in shipped.models.values()]
    names += [
        (alias.name, model.id) for model in shipped.models.values() for alias in (Alias(model.id), *model.aliases)
    ]
    for name, model in names:
        assert {meaning.model.id for meaning in meanings(shipped, spelled(name))} == {model}, name


@pytest.mark.parametrize("name", ["GPT-4o", "DeepSeek-R1", " gpt-4o", "gpt4o", "DeepSeek/deepseek-chat"])
def test_names_in_records_are_matched_as_they_are(shipped: PriceTable, name: str) -> None:
    with pytest.raises(UnknownModel, match="unknown model"):
        find_model(shipped, name, parse_when("2025-01-27"))


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
    with pytest.raises(InvalidRequest) as caught:
        parse_when(text)
    assert caught.value.message == message


def test_an_offset_is_the_same_instant_in_utc() -> None:
    assert parse_when("2025-02-09T00:00:00+08:00") == parse_when("2025-02-08T16:00:00Z")
