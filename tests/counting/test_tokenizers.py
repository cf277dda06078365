"""Which vocabulary a model has is data in the table: dated, sourced and checked."""

from datetime import date

import pytest

from tokencost.analysis.table.diff import diff_tables
from tokencost.counting.counted import CountedBy, counted_by
from tokencost.errors import InvalidData
from tokencost.pricetable.editing.format import format_table
from tokencost.pricetable.load import parse_prices
from tokencost.pricetable.when import as_when

TEXT = """schema = 1
version = "2026.01.01"

[providers.acme]
{provider}
{tables}
[models.m]
provider = "acme"
{model}
[[models.m.prices]]
from = 2026-01-01
input = 1
output = 2
source = "https://example.org"
"""
KNOWN = """
[tokenizers.old]
source = "https://example.org/old"

[tokenizers.new]
source = "page"
checked = 2026-01-02

[sources.page]
url = "https://example.org/page"
"""


def table(model: str = "", provider: str = "", tables: str = KNOWN) -> bytes:
    return TEXT.format(model=model, provider=provider, tables=tables).encode()


def by(model: str, when: str, provider: str = "") -> CountedBy | None:
    parsed = parse_prices(table(model, provider))
    return counted_by(parsed, parsed.models["m"], as_when(when))


DATED = 'tokenizer = [{ from = 2026-02-01T12:00:00Z, name = "old" }, { from = 2026-03-01, name = "new" }]'


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ("2026-02-01T11:59:59Z", None),
        ("2026-02-01", None),  # as at its 00:00
        ("2026-02-01T12:00:00Z", "old"),
        ("2026-02-28", "old"),
        ("2026-03-01", "new"),
        ("2030-01-01", "new"),
    ],
)
def test_a_dated_vocabulary_holds_until_the_next(when: str, name: str | None) -> None:
    assert by(DATED, when) == (CountedBy(name, estimated=False) if name else None)
    nearest = by(DATED, when, 'nearest_tokenizer = "new"')
    assert nearest == CountedBy(name or "new", estimated=name is None)


def test_a_name_alone_holds_always_and_its_source_is_an_address() -> None:
    assert by('tokenizer = "new"', "2020-01-01") == CountedBy("new", estimated=False)
    assert parse_prices(table()).tokenizers["new"].source == "https://example.org/page"


@pytest.mark.parametrize(
    ("given", "line", "message"),
    [
        (table('tokenizer = "nwe"'), 19, "unknown tokenizer 'nwe'\n  hint: did you mean 'new'\\?"),
        (
            table(provider='nearest_tokenizer = "o200k"'),
            5,
            "unknown tokenizer 'o200k'\n  hint: known tokenizers: old, new",
        ),
        (table('tokenizer = "x"', tables=""), 9, r"name it once for the table: \[tokenizers.x\] with its source"),
        (
            table('tokenizer = [{ from = 2026-03-01, name = "old" }, { from = 2026-02-01, name = "new" }]'),
            19,
            "the vocabularies of the model are not in order of time",
        ),
        (table(tables="\n[tokenizers.x]\n"), 7, "`source` is missing"),
        (table(tables='\n[tokenizers.x]\nsource = "pgae"\n[sources.page]\nurl = "https://a.b"\n'), 8, "unknown source"),
    ],
)
def test_slips_are_found_with_their_line(given: bytes, line: int, message: str) -> None:
    with pytest.raises(InvalidData, match=message) as found:
        parse_prices(given)
    assert [problem.line for problem in found.value.problems] == [line]


def test_the_form_of_the_table_keeps_both_ways_of_writing() -> None:
    for model in ('tokenizer = "new"', DATED):
        once = format_table(table(model), "prices.toml").content
        assert format_table(once, "prices.toml").content == once
        assert parse_prices(once).models["m"].tokenizers == parse_prices(table(model)).models["m"].tokenizers


def test_a_change_of_vocabulary_is_a_change_of_the_table() -> None:
    elsewhere = KNOWN.replace('source = "page"', 'source = "https://example.org/elsewhere"')
    before, after = parse_prices(table()), parse_prices(table(DATED, tables=elsewhere))
    said = [change.detail for change in diff_tables(before, after, date(2026, 4, 1)).changes]
    assert said == [
        "tokenizer: none → old from 2026-02-01T12:00:00Z, new from 2026-03-01",
        "tokenizer new: changed",
    ]
