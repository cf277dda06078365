"""Other public tables: each format read from a small piece of it, and every kind of finding."""

import json
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tokencost import InvalidData, PriceTable
from tokencost.analysis.audit.compare import Audit, audit
from tokencost.analysis.audit.propose import propose_commands
from tokencost.analysis.audit.readers import read_table

DAY = date(2026, 11, 20)
MODELS = """
[models.one]
provider = "acme"
aliases = ["uno"]
[[models.one.prices]]
from = 2026-01-01
input = 9
output = 2
source = "https://acme.example/old"
checked = 2026-01-01
[[models.one.prices]]
from = 2026-03-01
input = 1
cached_input = 0.1
output = 2
source = "https://acme.example"
checked = 2026-10-01
[[models.one.prices.when]]
tier = "batch"
input = 0.5
output = 1
[[models.one.prices.when]]
input_tokens_above = 272_000
input = 2
output = 3

[models.night]
provider = "acme"
[[models.night.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://acme.example"
checked = 2026-10-01
[[models.night.prices.when]]
window = "peak"
zone = "Asia/Shanghai"
days = ["mon", "tue", "wed", "thu", "fri"]
hours = ["09:00-12:00"]
input = 3
output = 6

[models.gone]
provider = "acme"
shutdown = 2026-06-01
[[models.gone.prices]]
from = 2026-01-01
until = 2026-06-01
input = 1
output = 2
source = "https://acme.example"
"""
TableOf = Callable[[str], PriceTable]


@pytest.fixture
def table(table_of: TableOf) -> PriceTable:
    return table_of(MODELS)


def audited(table: PriceTable, other: Any, dated: date | None = None) -> Audit:
    return audit(table, read_table(json.dumps(other).encode(), "other.json", DAY, dated), DAY)


def brief(result: Audit, *kinds: str) -> list[tuple[Any, ...]]:
    return [
        (f.kind, f.model, f.tier, f.window, f.input_tokens_above, f.component, f.ours, f.theirs)
        for f in result.findings
        if f.kind in (kinds or ("agrees", "differs", "ambiguous", "missing here"))
    ]


def agrees(
    model: str, component: str, rate: str, *, window: str | None = None, tier: str = "standard", above: int = 0
) -> tuple[Any, ...]:
    return ("agrees", model, tier, window, above, component, Decimal(rate), Decimal(rate))


def test_litellm_has_tiers_lengths_and_off_peak_hours(table: PriceTable) -> None:
    result = audited(
        table,
        {
            "sample_spec": {"litellm_provider": "one of https://…", "mode": "one of: chat"},
            "acme/one": {
                "litellm_provider": "acme",
                "mode": "chat",
                "input_cost_per_token": 1e-06,
                "input_cost_per_token_cache_hit": 1e-07,
                "cache_read_input_token_cost": 1.0000000000000001e-07,
                "cache_creation_input_token_cost": 0.0,
                "output_cost_per_token_batches": 1e-06,
                "output_cost_per_token_above_272k_tokens": 3e-06,
                "output_cost_per_reasoning_token": 7,
                "input_cost_per_audio_token": 7,
            },
            "night": {
                "litellm_provider": "acme",
                "input_cost_per_token": 3e-06,
                "off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": []},
            },
            "acme/picture": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_token": 1e-06},
            "elsewhere/one": {"litellm_provider": "elsewhere", "input_cost_per_token": 5},
        },
    )
    assert (result.other.format, result.other.dated) == ("LiteLLM", None)
    cached = ("agrees", "one", "standard", None, 0, "cached_input", Decimal("0.1"), Decimal("0.10000000000000001"))
    assert brief(result) == [
        agrees("one", "input", "1"),
        cached,
        agrees("one", "output", "1", tier="batch"),
        agrees("one", "output", "3", above=272_000),
        agrees("night", "input", "3", window="peak"),
        agrees("night", "input", "1", window="off-peak"),
    ]


def test_genai_prices_has_dates_and_hours(table: PriceTable) -> None:
    result = audited(
        table,
        [
            {
                "id": "acme",
                "models": [
                    {
                        "id": "one-latest",
                        "match": {"or": [{"equals": "one"}, {"starts_with": "one-"}]},
                        "prices_checked": "2026-11-01",
                        "prices": [
                            {"prices": {"input_mtok": 9}},
                            {
                                "constraint": {"start_date": "2026-03-01"},
                                "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 272000, "price": 2}]}},
                            },
                            {"constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 7}},
                        ],
                        "price_variants": [
                            {"when": {"processing": "batch"}, "prices": {"output_mtok": 1}},
                            {"when": {"service_tier": "default"}, "prices": {"output_mtok": 7}},
                        ],
                    },
                    {
                        "id": "night",
                        "prices": [
                            {"prices": {"output_mtok": 2}},
                            {
                                "constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"},
                                "prices": {"output_mtok": 6},
                            },
                        ],
                    },
                ],
            }
        ],
    )
    assert (result.other.format, result.other.dated) == ("genai-prices", date(2026, 11, 1))
    assert brief(result, "agrees") == [
        agrees("one", "input", "1"),
        agrees("one", "input", "2", above=272_000),
        agrees("one", "output", "1", tier="batch"),
        agrees("night", "output", "2", window="off-peak"),
        agrees("night", "output", "6", window="peak"),
    ]


def test_llm_prices_has_one_number_which_may_be_that_of_a_window(table: PriceTable) -> None:
    result = audited(
        table,
        {
            "updated_at": "2026-11-10",
            "prices": [
                {"id": "one", "vendor": "acme", "name": "One", "input": 1, "output": 2.0, "input_cached": None},
                {"id": "one", "vendor": "acme", "input": 9, "from_date": None, "to_date": "2026-03-01"},
                {"id": "night", "vendor": "acme", "input": 3, "output": 5},
            ],
        },
    )
    assert (result.other.format, result.other.dated) == ("llm-prices", date(2026, 11, 10))
    assert brief(result) == [
        ("differs", "night", "standard", "off-peak", 0, "output", 2, 5),
        agrees("one", "input", "1"),
        agrees("one", "output", "2"),
        agrees("night", "input", "3", window="peak"),
    ]
    (peak,) = [f for f in result.of("agrees") if f.window]
    assert peak.detail == "their one number is our peak rate"


def test_models_dev_has_one_longer_context(table: PriceTable) -> None:
    cost = {"input": 1, "output": 2, "cache_read": 0.1, "cache_write": 0, "context_over_272k": {"input": 2}}
    result = audited(
        table, {"acme": {"models": {"one": {"id": "one", "last_updated": "2026-09-01", "cost": cost}, "x": {}}}}
    )
    assert (result.other.format, result.other.dated) == ("models.dev", date(2026, 9, 1))
    assert brief(result) == [
        agrees("one", "input", "1"),
        agrees("one", "cached_input", "0.1"),
        agrees("one", "output", "2"),
        agrees("one", "input", "2", above=272_000),
    ]


def test_openrouter_has_strings_per_token(table: PriceTable) -> None:
    pricing = {"prompt": "0.000001", "completion": "0.000002", "input_cache_read": "1e-7", "request": "0"}
    data = [
        {"id": "acme/one", "pricing": pricing},
        {"id": "acme/one:free", "pricing": {"prompt": "0"}},
        {"id": "openrouter/auto", "pricing": {"prompt": "-1"}},
    ]
    result = audited(table, {"data": data})
    assert result.other.format == "OpenRouter"
    assert brief(result) == [
        agrees("one", "input", "1"),
        agrees("one", "cached_input", "0.1"),
        agrees("one", "output", "2"),
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"a": 1}', b"\xff", b"[" * 100_000, b"NaN", b'"x"'])
def test_what_is_no_known_table_is_an_error(content: bytes) -> None:
    with pytest.raises(InvalidData, match=r"other.json:1: (not JSON|no price table of a known format)"):
        read_table(content, "other.json", DAY)


@pytest.mark.parametrize(
    ("other", "faults"),
    [
        (
            {"prices": [{"vendor": 1, "id": None, "input": "x"}, 5, {"vendor": "acme", "id": "a@b", "to_date": "x"}]},
            [
                "prices[0].vendor is 1, not a name",
                "prices[0].id is null, not a name",
                "prices[0].input is 'x', not a price",
                "prices[1] is 5, not an object",
                "prices[2].to_date is 'x', not a date",
            ],
        ),
        (
            {
                "data": [
                    {"id": "x/y", "pricing": []},
                    {"id": 5, "pricing": 1},
                    {"id": "a", "pricing": {"prompt": "inf"}},
                ]
            },
            [
                "data[0].pricing is a list, not an object",
                "data[1].id is 5, not a name",
                "data[1].pricing is 1, not an object",
                "data[2].pricing.prompt is 'inf', not a price",
            ],
        ),
        (
            [{"id": "acme", "models": [1, {"id": "one", "match": {"or": 5}, "prices": [1, {"constraint": 5}]}]}],
            [
                "[0].models[0] is 1, not an object",
                "[0].models[1].match.or is 5, not a list",
                "[0].models[1].prices[0] is 1, not an object",
                "[0].models[1].prices[1].constraint is 5, not an object",
            ],
        ),
        (
            {"acme": {"litellm_provider": "acme", "off_peak_pricing": 5, "input_cost_per_token": [1]}},
            ["acme.input_cost_per_token is a list, not a price", "acme.off_peak_pricing is 5, not an object"],
        ),
        (
            {"acme": {"models": {"one": {"cost": {"input": True, "context_over_1k": 1}}}}},
            [
                "acme.models.one.cost.input is true or false, not a price",
                "acme.models.one.cost.context_over_1k is 1, not an object",
            ],
        ),
    ],
)
def test_a_wrong_type_in_any_field_is_named_with_its_place(table: PriceTable, other: Any, faults: list[str]) -> None:
    with pytest.raises(InvalidData) as error:
        audited(table, other)
    found = [problem.message for problem in error.value.problems]
    assert [fault for fault in faults if fault not in found] == []


@pytest.mark.parametrize(
    "figure", ["1e-999999999", "1e999999999", "0e-999999999", "1e99999999999999999999", "1" * 5000]
)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_number_that_is_no_price_is_refused_at_once(figure: str, quoted: bool) -> None:
    written = f'"{figure}"' if quoted else figure
    content = f'{{"prices": [{{"vendor": "acme", "id": "one", "input": {written}}}]}}'.encode()
    begun = time.process_time()
    with pytest.raises(InvalidData, match=r"prices\[0\].input is .{1,40}, not a price") as error:
        read_table(content, "other.json", DAY)
    assert time.process_time() - begun < 0.5
    assert len(str(error.value)) < 300
    # Where no price is meant, it does no harm.
    other = content.replace(b'"input"', b'"score"')
    assert read_table(other, "other.json", DAY).quotes == ()


def test_names_nested_deeply_are_read() -> None:
    match = '{"or": [' * 300 + '{"equals": "one"}' + "]}" * 300
    content = f'[{{"id": "acme", "models": [{{"id": "x", "match": {match}, "prices": {{"input_mtok": 1}}}}]}}]'
    assert [quote.model for quote in read_table(content.encode(), "other.json", DAY).quotes] == ["x", "one"]


def llm_price(model: str, **rates: Any) -> dict[str, Any]:
    return {"id": model, "vendor": "acme", **rates}


def test_differences_say_which_is_newer_and_what_the_other_number_is(table: PriceTable) -> None:
    def difference(updated: str | None, **rates: Any) -> tuple[str | None, str | None]:
        found = audited(table, {"updated_at": updated, "prices": [llm_price("one", **rates)]}).of("differs")
        return found[0].newer, found[0].detail

    assert difference("2026-11-10", output=7) == ("there", None)
    assert difference("2026-09-10", output=7) == ("here", None)
    assert difference(None, output=7) == (None, None)
    assert difference("2026-11-10", input=9) == ("here", "their number is our price until 2026-03-01")
    assert difference(None, input=0.5) == (None, "their number is our batch rate")
    assert difference(None, output=3) == (None, "their number is our above 272,000 input tokens rate")


def test_two_numbers_for_one_rate_are_ambiguous(table: PriceTable) -> None:
    result = audited(table, {"prices": [llm_price("one", input=1), llm_price("one", input=2)]})
    (finding,) = result.of("ambiguous")
    assert finding.detail == "there are 1 and 2"


def test_what_only_one_side_knows_is_missing_on_the_other(table: PriceTable) -> None:
    prices = [llm_price("one", input=1), llm_price("three", input=4, output=5), llm_price("gone", input=1)]
    result = audited(table, {"prices": prices})
    assert [(f.model, f.component, str(f.theirs), f.detail) for f in result.of("missing here")] == [
        ("three", "input", "4", "unknown model"),
        ("three", "output", "5", "unknown model"),
    ]
    # No line of this table has cached input, so that it has none of ours says nothing.
    assert [(f.model, f.component, str(f.ours), f.detail) for f in result.of("missing there")] == [
        ("one", "output", "2", None),
        ("night", "input", "3", "unknown model"),
        ("night", "output", "6", "unknown model"),
    ]
    assert result.retired == ("gone",)


def test_proposals_are_commands_that_adopt_what_is_newer_there(table: PriceTable) -> None:
    other = {
        "one": {
            "litellm_provider": "acme",
            "input_cost_per_token": 2e-06,
            "output_cost_per_token": 2e-06,
            "output_cost_per_token_batches": 1.5e-06,
        },
        "night": {
            "litellm_provider": "acme",
            "input_cost_per_token": 4e-06,
            "off_peak_pricing": {"input_cost_per_token": 1e-06},
        },
        "three": {"litellm_provider": "acme", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
    }
    commands = [" ".join(words) for words in propose_commands(table, audited(table, other), DAY).commands]
    tail = "--source other.json --confidence single"
    night = "--input 1 --output 2 --when window=peak,input=4,output=6"
    one = "--input 2 --cached-input 0.1 --output 2 --when tier=batch,input=0.5,cached_input=0.1,output=1.5"
    assert commands == [
        f"tokencost prices add night --from 2026-11-20 {night} {tail}",
        f"tokencost prices add one --from 2026-11-20 {one} {tail}",
        f"tokencost prices add three --from 2026-11-20 --new --provider acme --input 1 --output 1 {tail}",
    ]
    older = audited(table, other, dated=date(2026, 9, 1))
    assert [words[3] for words in propose_commands(table, older, DAY).commands] == ["three"]
