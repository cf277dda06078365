"""Fees of calls in prices.toml: what they say, each misuse at its line, and that the form keeps them."""

from datetime import UTC, datetime
from decimal import Decimal

import jsonschema
import pytest
import tomli

from tokencost import InvalidData, parse_prices
from tokencost.pricetable.editing.format import format_table
from tokencost.pricetable.reading.schema import json_schema
from tokencost.pricetable.table import Fee

HEAD = """\
schema = 1
version = "2026.01.01"
[sources.page]
url = "https://acme.example/fees"
[sources.yuan]
url = "https://acme.example/zh"
[providers.acme]
name = "Acme"
"""
MODELS = """\
[models.one]
provider = "acme"
[[models.one.prices]]
from = 2026-01-01
input = 1
output = 2
source = "page"
[models.two]
provider = "acme"
[[models.two.prices]]
from = 2026-01-01
input = 1
output = 2
source = "page"
"""
FIRST_LINE = HEAD.count("\n") + 1


def fee(
    start: str = "2026-01-01", amount: str = "per_1000_calls = 10", call: str = "web_search", more: str = ""
) -> str:
    """One entry: its keys stand in lines of their own, the first at `FIRST_LINE` + 1."""
    return f'[[providers.acme.fees]]\ncall = "{call}"\nfrom = {start}\n{amount}\nsource = "page"\n{more}'


def fees_of(*entries: str) -> tuple[Fee, ...]:
    return parse_prices((HEAD + "".join(entries) + MODELS).encode()).providers["acme"].fees


def problems_of(*entries: str) -> list[tuple[int, str, str]]:
    with pytest.raises(InvalidData) as caught:
        fees_of(*entries)
    return [(problem.line - FIRST_LINE, problem.message, problem.hint) for problem in caught.value.problems]


def test_a_fee_says_what_its_entry_says() -> None:
    more = 'models = ["one"]\nchecked = 2026-02-01\nnote = "so"\ncny = { per_1000_calls = 70, source = "yuan" }\n'
    (found,) = fees_of(fee("2026-01-01T12:00:00+08:00", "per_1000_calls = 0.75", more=more))
    assert (found.provider, found.call, found.models) == ("acme", "web_search", ("one",))
    assert (found.start, found.end) == (datetime(2026, 1, 1, 4, tzinfo=UTC), None)
    assert (found.per_1000_calls, found.billed_per) == (Decimal("0.75"), None)
    assert (found.evidence.source, found.evidence.note) == ("https://acme.example/fees", "so")
    yuan = found.listed("CNY")
    assert yuan is not None
    assert (yuan.per_1000_calls, yuan.evidence.source) == (Decimal(70), "https://acme.example/zh")


def test_a_fee_ends_where_the_next_of_its_call_and_models_begins() -> None:
    found = fees_of(
        fee("2026-01-01"),
        fee("2026-01-01", call="file_search"),
        fee("2026-02-01", more='models = ["one"]\n'),
        fee("2026-03-01", more="until = 2026-04-01\n"),
        fee("2026-05-01"),
    )
    ends = [each.end and each.end.month for each in found]
    assert ends == [3, None, None, 4, None]


def test_a_provider_without_fees_has_none() -> None:
    assert fees_of() == ()


@pytest.mark.parametrize(
    ("entries", "line", "message", "hint"),
    [
        ([fee(call="web_serch")], 1, "web_serch", "web_search"),
        ([fee(amount='per_1000_calls = "10"')], 3, "a fee is a bare number", "without quotes"),
        ([fee(amount="per_1000_calls = true")], 3, "a fee is a bare number", "without quotes"),
        ([fee(amount="per_1000_calls = -1")], 3, "a fee is from 0 to 1,000,000", "such as 10"),
        ([fee(amount="per_1000_calls = 1_000_001")], 3, "a fee is from 0 to 1,000,000", "such as 10"),
        ([fee(amount="per_1000_calls = nan")], 3, "a fee is from 0 to 1,000,000", "such as 10"),
        ([fee(amount="per_1000_calls = 0.0000000000001")], 3, "more than 12 decimal places", "not per call"),
        ([fee(amount="per_call = 0.01")], 3, "per_call", "per_1000_calls"),
        ([fee(amount="")], 0, "the fee of web_search says no price", "per_1000_calls = 10"),
        ([fee(more='billed_per = "container"\n')], 5, "`billed_per` beside `per_1000_calls`", "keep one of the two"),
        ([fee(more="cny = { source = 'yuan' }\n")], 5, "per_1000_calls", "per_1000_calls = 10"),
        ([fee(more='models = ["on"]\n')], 5, "unknown model 'on'", "did you mean 'one'?"),
        ([fee(more='models = ["one", "one"]\n')], 5, "'one' is named twice", "leave one of the two out"),
        ([fee(more="until = 2026-01-01\n")], 5, "`until` is not later than `from`", "exclusive"),
        ([fee().replace('"page"', '"pag"')], 4, "unknown source 'pag'", "did you mean 'page'?"),
        ([fee(more='cny = { per_1000_calls = 5, source = "yuen" }\n')], 5, "unknown source 'yuen'", "'yuan'"),
        ([fee(), fee()], 5, "two fees of web_search begin at the same instant", "keep one of them"),
        ([fee("2026-02-01"), fee()], 7, "`from` is 2026-01-01, before the 2026-02-01", "oldest first"),
        ([fee(more="until = 2026-03-01\n"), fee("2026-02-01")], 5, "overlaps the next fee", "leave `until` out"),
        (
            [fee(more='models = ["one"]\n'), fee(more='models = ["one", "two"]\n')],
            11,
            "'one' has another fee of web_search at the same time",
            "name a model in one of them",
        ),
    ],
)
def test_a_slip_is_answered_at_its_line(entries: list[str], line: int, message: str, hint: str) -> None:
    found = problems_of(*entries)
    assert found[0][0] == line, found
    assert message in found[0][1]
    assert hint in found[0][2]


def test_lists_of_models_may_follow_one_another() -> None:
    one, both = 'models = ["one"]\nuntil = 2026-02-01\n', 'models = ["one", "two"]\n'
    assert len(fees_of(fee(more=one), fee("2026-02-01", more=both))) == 2
    assert problems_of(fee(more=one), fee("2026-01-31T23:59:59Z", more=both))


def test_a_table_in_its_form_keeps_its_fees_and_their_comments() -> None:
    entry = fee(more='models = [ "one","two" ] # both\ncny = {per_1000_calls=70,source="yuan"}\n')
    formatted = format_table((HEAD + "# said above\n" + entry + fee("2026-02-01") + MODELS).encode(), "p.toml")
    text = formatted.content.decode()
    assert text.count("[[providers.acme.fees]]") == 2
    assert "# said above\n[[providers.acme.fees]]\n" in text
    assert (
        'call = "web_search"\nmodels = ["one", "two"]  # both\nfrom = 2026-01-01\nper_1000_calls = 10\n'
        'source = "page"\ncny = { per_1000_calls = 70, source = "yuan" }\n'
    ) in text
    assert format_table(formatted.content, "p.toml").first_difference is None


def test_an_inline_list_of_fees_becomes_sections() -> None:
    inline = 'fees = [{ call = "web_search", from = 2026-01-01, per_1000_calls = 1, source = "page" }]\n'
    text = format_table((HEAD + inline + MODELS).encode(), "p.toml").content.decode()
    assert '[[providers.acme.fees]]\ncall = "web_search"\nfrom = 2026-01-01\n' in text


def test_an_editor_knows_fees() -> None:
    schema = json_schema()
    good = tomli.loads(HEAD + fee() + MODELS)
    as_json = {
        **good,
        "providers": {"acme": {"fees": [{**good["providers"]["acme"]["fees"][0], "from": "2026-01-01"}]}},
    }
    as_json["models"] = {}
    jsonschema.validate(as_json, schema)
    as_json["providers"]["acme"]["fees"][0]["call"] = "web_serch"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json, schema)
