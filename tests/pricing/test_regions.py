"""Rates of a region: those of the models that cost more there, and of no other request."""

from decimal import Decimal
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, compare, find_pairs, listed_rates, load_prices, parse_prices, price, resolve
from tokencost.errors import AmbiguousRate, NotOffered
from tokencost.money import EXACT
from tokencost.pricetable.table import Price
from tokencost.pricing.rates import (
    ambiguous_combinations,
    cells,
    cells_everywhere,
    known_region,
    rate_cell,
    region_names,
    tier_names,
)

REGION = "data-residency"
TIMES = Decimal("1.1")
HEAD = """\
schema = 1
version = "2026.11.20"
[providers.p]
[regions.here]
rule = "10% more here"
[regions.there]
note = "as dear as anywhere"
[models.m]
provider = "p"
[[models.m.prices]]
from = 2026-01-01
input = 2
cached_input = 1
output = 10
source = "https://example.org"
note = "of all rows"
when = [
"""


def table_of(*rows: str) -> PriceTable:
    return parse_prices((HEAD + "".join(f"  {row},\n" for row in rows) + "]\n").encode())


def only_price(table: PriceTable) -> Price:
    return table.models["m"].prices[0]


def regional_prices(table: PriceTable) -> list[Price]:
    return [each for model in table.models.values() for each in model.prices if region_names(each)]


def test_every_row_of_the_region_is_a_tenth_above_the_row_it_belongs_to(shipped: PriceTable) -> None:
    found = regional_prices(shipped)
    assert len({each.model for each in found}) == 23
    rows = 0
    for each in found:
        assert region_names(each) == (REGION,)
        known = {block.conditions[:3]: block.rates for block in each.blocks if block.region is None}
        known[None, None, None] = each.rates
        own = {block.conditions[:3]: block.rates for block in each.blocks if block.region is not None}
        assert own.keys() == known.keys(), each
        for conditions, rates in own.items():
            assert rates == tuple(
                None if rate is None else EXACT.multiply(rate, TIMES) for rate in known[conditions]
            ), (each, conditions)
        rows += len(own)
    assert rows == 216


def test_every_price_of_a_model_that_costs_more_there_does(shipped: PriceTable) -> None:
    models = {each.model for each in regional_prices(shipped)}
    assert all(region_names(each) for name in models for each in shipped.models[name].prices)
    rule = shipped.regions[REGION].rule
    assert rule is not None
    assert "10% uplift for models released on or after March 5, 2026" in rule
    early = [shipped.models[name].released for name in models]
    assert min(when.date().isoformat() for when in early if when is not None) == "2026-03-05"


def test_rows_of_the_region_have_the_rule_that_stands_once_in_the_table(shipped: PriceTable) -> None:
    regions = shipped.regions
    for each in regional_prices(shipped):
        for block in each.blocks:
            assert (block.evidence.rule == regions[REGION].rule) is (block.region is not None)
    own, other = only_price(
        table_of('{ region = "here", input = 3 }', '{ region = "there", input = 4, rule = "x" }')
    ).blocks
    assert (own.evidence.rule, own.evidence.note) == ("10% more here", "of all rows")
    assert other.evidence.rule == "x"


@pytest.mark.parametrize("tier", ["standard", "batch", "flex", "priority", "ultrafast"])
@pytest.mark.parametrize("input_tokens", [272_000, 272_001])
def test_a_region_meets_tiers_and_long_context(shipped: PriceTable, tier: str, input_tokens: int) -> None:
    side = resolve(shipped, "gpt-6.1-sol", "2026-11-20")
    anywhere = rate_cell(side.price, side.when, tier=tier, input_tokens=input_tokens)
    there = rate_cell(side.price, side.when, tier=tier, input_tokens=input_tokens, region=REGION)
    assert (anywhere.region, there.region) == (None, REGION)
    assert there.tier == tier
    assert there.rates.input == EXACT.multiply(anywhere.rates.input, TIMES)
    assert there.per_token.input == there.rates.input.scaleb(-6)


def test_the_region_counts_as_one_condition_like_the_others() -> None:
    table = table_of(
        '{ tier = "batch", input = 1 }',
        '{ region = "here", input = 2.2 }',
        "{ input_tokens_above = 1000, input = 4 }",
        '{ region = "here", input_tokens_above = 1000, input = 4.4 }',
        '{ region = "here", tier = "batch", input_tokens_above = 1000, input = 2.22 }',
    )
    known = only_price(table)

    def rate(tier: str, tokens: int, region: str | None) -> Decimal:
        cell = rate_cell(known, "2026-02-01", tier=tier, input_tokens=tokens, region=region)
        return cell.rates.input

    assert [rate("standard", tokens, region) for region in (None, "here") for tokens in (1000, 1001)] == [
        2,
        4,
        Decimal("2.2"),
        Decimal("4.4"),
    ]
    assert rate("batch", 1001, "here") == Decimal("2.22")
    # Neither says what a batch costs there: the first of two would be a guess.
    with pytest.raises(AmbiguousRate, match="tier batch, region here"):
        rate("batch", 1000, "here")
    assert list(ambiguous_combinations(known)) == ["tier batch, region here", "tier batch, above 1,000 input tokens"]


def test_a_combination_without_a_rate_has_none_in_a_region_and_is_listed_once(shipped: PriceTable) -> None:
    side = resolve(shipped, "gpt-5.5", "2026-11-20")
    with pytest.raises(AmbiguousRate, match="above 272,000 input tokens, region data-residency"):
        rate_cell(side.price, side.when, tier="priority", input_tokens=272_001, region=REGION)
    assert list(ambiguous_combinations(side.price)) == ["tier priority, above 272,000 input tokens"]


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-5.3-chat-latest", "chat-latest"])
def test_a_model_without_rates_for_it_costs_what_it_costs_everywhere(shipped: PriceTable, name: str) -> None:
    counts = {"input_tokens": 1_000_000, "output_tokens": 1_000}
    there = price(shipped, name, on="2026-06-01", region=REGION, **counts)  # type: ignore[arg-type]
    assert there == price(shipped, name, on="2026-06-01", **counts)  # type: ignore[arg-type]
    assert there.cell.region is None


def test_a_price_that_knows_one_region_has_its_base_rates_in_another() -> None:
    known = only_price(table_of('{ region = "here", input = 3 }'))
    assert [rate_cell(known, "2026-02-01", region=region).rates.input for region in ("here", "there", None)] == [
        3,
        2,
        2,
    ]


def test_the_cost_of_a_request_there(shipped: PriceTable) -> None:
    cost = price(
        shipped, "gpt-5.4", on="2026-03-05", input_tokens=100_000, output_tokens=1_000, region="Data Residency"
    )
    assert cost.total == Decimal("0.2915")
    assert cost.as_dict()["region"] == REGION
    batch = price(
        shipped,
        "gpt-5.4",
        on="2026-03-05T12:00:00Z",
        input_tokens=300_000,
        output_tokens=0,
        tier="batch",
        region=REGION,
    )
    assert batch.total == Decimal("0.825")


@pytest.mark.parametrize("text", ["data-residency", "Data residency", "data_residency", "data-residency region"])
def test_a_region_may_be_spelled_as_people_do(shipped: PriceTable, text: str) -> None:
    assert known_region(shipped, text) == REGION


@pytest.mark.parametrize("text", ["eu", "data-residence", ""])
def test_a_region_that_the_table_lacks_is_an_error_that_names_those_it_has(shipped: PriceTable, text: str) -> None:
    with pytest.raises(NotOffered) as caught:
        price(shipped, "gpt-4o", on="2026-06-01", input_tokens=1, output_tokens=1, region=text)
    assert (caught.value.message, caught.value.hint) == (
        f"no model here has rates for a region {text!r}",
        "the regions are data-residency",
    )


def test_a_table_without_regions_says_so() -> None:
    before, _, rest = HEAD.partition("[regions.here]")
    plain = before + "[models.m]" + rest.partition("[models.m]")[2].partition("when")[0]
    with pytest.raises(NotOffered) as caught:
        known_region(parse_prices(plain.encode()), REGION)
    assert caught.value.hint == "the table has none: leave it out"


def test_cells_are_those_without_a_region_unless_one_is_asked_for(shipped: PriceTable) -> None:
    for each in regional_prices(shipped):
        assert {cell.region for cell in cells(each)} == {None}
        there = list(cells(each, REGION))
        assert {cell.region for cell in there} == {REGION}
        assert [*cells(each), *there] == list(cells_everywhere(each))
        assert {cell.tier for cell in there} == set(tier_names(each))
    older = shipped.models["gpt-4o"].prices[0]
    assert list(cells(older, REGION)) == list(cells(older)) == list(cells_everywhere(older))


SHIPPED = load_prices()


@given(
    st.sampled_from(sorted(model for model in SHIPPED.models if region_names(SHIPPED.models[model].prices[0]))),
    st.integers(0, 400_000),
    st.integers(0, 10_000),
)
def test_each_request_costs_a_tenth_more_there(name: str, tokens: int, output: int) -> None:
    on = SHIPPED.models[name].prices[-1].start
    asked = {"on": on, "input_tokens": tokens, "output_tokens": output}
    there = price(SHIPPED, name, region=REGION, **asked)  # type: ignore[arg-type]
    assert there.total == EXACT.multiply(price(SHIPPED, name, **asked).total, TIMES)  # type: ignore[arg-type]


def test_a_comparison_in_a_region(shipped: PriceTable) -> None:
    result = compare(shipped, ["gpt-4o", "gpt-6.2-sol"], against="gpt-5.5", on="2026-11-20", region="data residency")
    shown = {(row.model, row.component): (row.price, row.baseline_price, row.region) for row in result.rows}
    assert shown["gpt-4o", "input"] == (Decimal("2.50"), Decimal("5.50"), REGION)
    assert shown["gpt-6.2-sol", "output"] == (Decimal(11), Decimal(33), REGION)
    assert {row.region for row in compare(shipped, "gpt-4o", against="gpt-5.5", on="2026-11-20").rows} == {None}


def test_prices_of_a_region_are_found_only_where_they_are_asked_for(shipped: PriceTable) -> None:
    assert {listed.cell.region for listed in listed_rates(shipped)} == {None}
    assert {listed.cell.region for listed in listed_rates(shipped, region=REGION)} == {None, REGION}
    assert len(listed_rates(shipped, "2026-11-20", region=REGION)) == len(listed_rates(shipped, "2026-11-20"))
    assert find_pairs(listed_rates(shipped, "2026-11-20"), "2.75", "16.50") == ()
    pairs = find_pairs(listed_rates(shipped, "2026-11-20", region=REGION), "2.75", "16.50")
    assert ("gpt-5.4", "gpt-5.4") in {(pair.left.model.id, pair.right.model.id) for pair in pairs}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            '{ region = "her", input = 3 }',
            "prices.toml:18: unknown region 'her'\n  hint: did you mean 'here'?",
        ),
        (
            '{ regoin = "here", input = 3 }',
            "prices.toml:18: unknown key `regoin`\n  hint: did you mean `region`?",
        ),
        (
            '{ region = "xyz", input = 3 }',
            "prices.toml:18: unknown region 'xyz'\n  hint: known regions: here, there",
        ),
        ('{ region = "here" }', "prices.toml:18: this block has no rate\n  hint: write the rates that differ, such as"),
    ],
)
def test_a_slip_in_a_row_is_answered_at_its_line(row: str, expected: str) -> None:
    from tokencost import InvalidData

    with pytest.raises(InvalidData) as caught:
        table_of(row)
    problems = "\n".join(f"{p.file}:{p.line}: {p.message}\n  hint: {p.hint}" for p in caught.value.problems)
    assert problems.startswith(expected)


def test_two_rows_of_the_same_region_are_refused() -> None:
    from tokencost import InvalidData

    with pytest.raises(InvalidData, match="the same conditions as block 1"):
        table_of('{ region = "here", input = 3 }', '{ region = "here", input = 4 }')


def test_a_table_that_names_no_region_is_told_how() -> None:
    from tokencost import InvalidData

    text = dedent(HEAD).replace(
        '[regions.here]\nrule = "10% more here"\n[regions.there]\nnote = "as dear as anywhere"\n', ""
    )
    with pytest.raises(InvalidData) as caught:
        parse_prices((text + '  { region = "here", input = 3 },\n]\n').encode())
    assert (
        caught.value.problems[0].hint
        == 'name it once for the table: [regions.here] with rule = "the words of the page"'
    )
