"""Lines of models that succeed each other: what one means at each instant, and each slip at its line."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tokencost import (
    HourNeeded,
    InvalidData,
    NoPrice,
    PriceTable,
    UnknownModel,
    compare,
    parse_prices,
    price,
    resolve,
    usage,
    workload,
    workload_totals,
)
from tokencost.analysis.table.diff import diff_tables
from tokencost.pricetable.editing.format import format_table
from tokencost.pricetable.names import suggestion
from tokencost.pricetable.resolve import find_model, spells

MOMENT = timedelta(microseconds=1)
TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
[lines.acme-best]
name = "Acme's best"
models = [
  { from = 2025-01-01, model = "one" },
  { from = 2025-03-01T12:00:00Z, model = "two" },
  { from = 2025-05-01, model = "three" },
]
[models.one]
provider = "acme"
aliases = ["uno"]
shutdown = 2025-06-01
[[models.one.prices]]
from = 2024-12-01
input = 8
output = 16
source = "https://acme.example/prices"
[[models.one.prices]]
from = 2025-02-01
input = 4
output = 8
source = "https://acme.example/prices"
[models.two]
provider = "acme"
[[models.two.prices]]
from = 2025-03-01T12:00:00Z
input = 2
output = 4
source = "https://acme.example/prices"
[models.three]
provider = "acme"
[[models.three.prices]]
from = 2025-05-01
input = 1
output = 2
source = "https://acme.example/prices"
"""


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return parse_prices(TABLE.encode())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "model"),
    [
        (at("2025-01-01T00:00:00"), "one"),
        (at("2025-03-01T12:00:00") - MOMENT, "one"),
        (at("2025-03-01T12:00:00"), "two"),
        (at("2025-05-01T00:00:00") - MOMENT, "two"),
        (at("2025-05-01T00:00:00"), "three"),
        (date(2025, 2, 28), "one"),
        (date(2025, 3, 1), "one"),  # as with prices: what holds when the day begins
        (date(2025, 3, 2), "two"),
        (date(2190, 1, 1), "three"),
    ],
)
@pytest.mark.parametrize("name", ["acme-best", "acme/acme-best", "Acme Best", "acme's best", "ACME_BEST"])
def test_a_line_is_the_model_that_was_its_head(table: PriceTable, name: str, when: date, model: str) -> None:
    side = resolve(table, name, when)
    assert (side.label, side.model.id, side.line and side.line.id) == (model, model, "acme-best")
    assert resolve(table, f"{name}@2025-01-31", when).label == "one@2025-01-31"


def test_before_its_first_model_a_line_means_none(table: PriceTable) -> None:
    with pytest.raises(NoPrice, match="the line acme-best had no model on 2024-12-31") as caught:
        resolve(table, "acme-best", date(2024, 12, 31))
    assert caught.value.hint == "its first is one from 2025-01-01 until 2025-03-01T12:00:00Z"


def test_the_shipped_lines_change_at_the_instant_of_each_head(shipped: PriceTable) -> None:
    assert list(shipped.lines) == ["openai-flagship", "deepseek-flagship", "deepseek-reasoning"]
    for line in shipped.lines.values():
        before = None
        for head in line.heads:
            assert resolve(shipped, line.id, head.start).model.id == head.model
            if before is not None:
                assert resolve(shipped, line.id, head.start - MOMENT).model.id == before
            # What succeeds another is on sale from then on, by the table's own dates.
            released = shipped.models[head.model].released
            assert released is not None
            assert released.date() == head.start.date()
            before = head.model


def test_a_line_costs_what_its_heads_cost_while_they_were(table: PriceTable) -> None:
    found: list[Any] = [
        (each.model.id, each.price.rates.input, each.start, each.end) for each in spells(table, "acme-best", DAY)
    ]
    assert found == [
        ("one", 8, at("2025-01-01T00:00:00"), at("2025-02-01T00:00:00")),
        ("one", 4, at("2025-02-01T00:00:00"), at("2025-03-01T12:00:00")),
        ("two", 2, at("2025-03-01T12:00:00"), at("2025-05-01T00:00:00")),
        ("three", 1, at("2025-05-01T00:00:00"), None),
    ]
    # A model alone ends with its sale, and a time of its own makes one model of a line.
    assert [each.end for each in spells(table, "one", DAY)] == [at("2025-02-01T00:00:00"), at("2025-06-01T00:00:00")]
    assert {each.model.id for each in spells(table, "acme-best@2025-04-01", DAY)} == {"two"}


DAY = date(2025, 7, 1)


def test_a_line_is_compared_and_priced_as_a_model(table: PriceTable) -> None:
    result = compare(table, ["acme-best@2025-01-15"], against="acme-best", on="2025-07-01")
    found: list[Any] = [(row.model, row.baseline, row.price, row.baseline_price) for row in result.rows]
    assert found == [
        ("one@2025-01-15", "three", 8, 1),
        ("one@2025-01-15", "three", 16, 2),
    ]
    before, after = at("2025-03-01T12:00:00") - MOMENT, at("2025-03-01T12:00:00")
    assert price(table, "acme-best", on=before, input_tokens=10**6, output_tokens=0).total == 4
    assert price(table, "acme-best", on=after, input_tokens=10**6, output_tokens=0).total == 2
    assert price(table, "acme-best", on="2025-03-02", input_tokens=10**6, output_tokens=0).total == 2
    with pytest.raises(HourNeeded, match="the price of acme-best changes on 2025-03-01, at 2025-03-01T12:00:00Z"):
        price(table, "acme-best", on="2025-03-01", input_tokens=10**6, output_tokens=0)


def test_a_workload_pays_each_head_while_it_is(table: PriceTable) -> None:
    asked: dict[str, Any] = {"requests": 1000, "per": "month", "input": 1000, "output": 0, "start": "2025-02"}
    totals = workload_totals(table, workload(**asked, months=4), ["one"], against="acme-best", on="2025-02-01")
    (one,), best = totals.models, totals.baseline
    assert best.label == "acme-best"
    # Of the 31 days of March half a one costs 4, and the rest 2.
    assert [float(cost) for cost in best.by_month.values()] == pytest.approx([4, (4 * 0.5 + 2 * 30.5) / 31, 2, 1])
    assert [float(cost) for cost in one.by_month.values()] == [4, 4, 4, 4]
    # Where one head lasts throughout, it is that model.
    totals = workload_totals(table, workload(**{**asked, "start": "2025-04"}), ["one"], against="acme-best", on=DAY)
    assert totals.baseline.label == "two"
    assert totals.baseline.cost == 2


def test_token_factors_may_name_a_line(table: PriceTable) -> None:
    asked = workload(
        requests=1000, per="month", input=1000, output=0, start="2025-02", months=2, token_factors={"acme-best": "1.5"}
    )
    totals = workload_totals(table, asked, ["one"], against="acme-best", on="2025-02-01")
    assert float(totals.baseline.by_month[totals.months[0]]) == 6


def test_logs_are_priced_as_a_line_but_name_none(table: PriceTable, tmp_path: Any) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "model,time,input_tokens,output_tokens\n"
        "uno,2025-03-01T11:59:59Z,1000000,0\n"
        "uno,2025-03-01T12:00:00Z,1000000,0\n"
        "acme-best,2025-03-01T12:00:00Z,1000000,0\n"
    )
    result = usage(table, [str(log)], as_models=["acme-best"])
    (row,) = result.rows
    (beside,) = row.elsewhere
    assert row.cost.total == 8
    assert beside.model == "acme-best"
    assert beside.cost == 6
    # A record names what was called, which may be anybody's alias.
    assert [(item.model, item.reason) for item in result.unpriced] == [
        ("acme-best", "unknown model 'acme-best' (that is a line of models; a record, or a price, is of one model)")
    ]
    with pytest.raises(UnknownModel, match="unknown model 'acme-best'"):
        find_model(table, "acme-best", DAY)


def test_a_line_is_suggested(table: PriceTable) -> None:
    assert suggestion(table, "acme-bets") == "did you mean acme-best?"
    assert suggestion(table, "Acme's bets") == "did you mean acme-best?"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "message", "hint"),
    [
        ('model = "two" }', 'model = "tow" }', 8, "unknown model 'tow'", "did you mean 'two'?"),
        ('model = "one" }', 'model = "uno" }', 7, "unknown model 'uno'", "that is an alias: write its model, 'one'"),
        (
            "2025-05-01, model",
            "2025-02-01, model",
            9,
            "`from` is 2025-02-01, before the 2025-03-01T12:00:00Z of the model above it",
            "models of a line stand oldest first: mend the date, or move it up",
        ),
        (
            "2025-05-01, model",
            "2025-03-01T12:00:00Z, model",
            9,
            "`from` is 2025-03-01T12:00:00Z, the same as the 2025-03-01T12:00:00Z of the model above it",
            "models of a line stand oldest first: mend the date, or move it up",
        ),
        (
            "[lines.acme-best]",
            "[lines.two]",
            4,
            "the line 'two' has the id of a model as its name",
            "give the line a name of its own",
        ),
        (
            "[lines.acme-best]",
            "[lines.uno]",
            4,
            "the line 'uno' has an alias of 'one' as its name",
            "give the line a name of its own",
        ),
        (
            "2025-03-01T12:00:00Z, model",
            "2025-03-01T11:59:59Z, model",
            8,
            "two has no price on 2025-03-01T11:59:59Z",
            "its first price begins 2025-03-01T12:00:00Z",
        ),
        (
            '{ from = 2025-05-01, model = "three" }',
            '{ from = 2025-06-01, model = "one" }',
            9,
            "one is not sold on 2025-06-01",
            "it was sold until 2025-06-01; a line goes on with a model that is sold",
        ),
        ('model = "two" }', "}", 8, "`model` is missing", 'write the id of a model: model = "o1"'),
        ('name = "Acme\'s best"', 'named = "Acme"', 5, "unknown key `named`", "did you mean `name`?"),
        ("[models.one]", "[defaults]\ncompare = ['acme-bets']\nagainst = 'one'\n[models.one]", 12, None, None),
    ],
)
def test_a_slip_in_a_line_is_found_at_its_line(
    was: str, becomes: str, line: int, message: str | None, hint: str | None
) -> None:
    assert was in TABLE
    with pytest.raises(InvalidData) as caught:
        parse_prices(TABLE.replace(was, becomes, 1).encode())
    problem = caught.value.problems[0]
    assert problem.line == line
    assert message is None or (problem.message, problem.hint) == (message, hint)


def test_a_head_may_begin_with_its_price_and_on_the_last_moment_of_its_sale() -> None:
    parse_prices(TABLE.replace('2025-05-01, model = "three"', '2025-05-31T23:59:59Z, model = "one"').encode())


def test_a_default_may_be_a_line() -> None:
    defaults = "[defaults]\ncompare = ['one']\nagainst = 'acme-best'\n[models.one]"
    table = parse_prices(TABLE.replace("[models.one]", defaults).encode())
    assert {row.baseline for row in compare(table, on=DAY).rows} == {"three"}


def test_the_form_of_a_table_has_heads_in_columns() -> None:
    formatted = format_table(TABLE.encode(), "prices.toml").content.decode()
    assert (
        """
[lines.acme-best]
name = "Acme's best"
models = [
  { from = 2025-01-01,           model = "one" },
  { from = 2025-03-01T12:00:00Z, model = "two" },
  { from = 2025-05-01,           model = "three" },
]

[models.one]
"""
        in formatted
    )
    assert format_table(formatted.encode(), "prices.toml").first_difference is None


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        (
            '  { from = 2025-05-01, model = "three" },\n',
            "",
            [("names", "three", "acme-best no longer means three from then on")],
        ),
        (
            "2025-05-01, model",
            "2025-06-01, model",
            [
                ("names", "three", "acme-best means three from then on"),
                ("names", "three", "acme-best no longer means three from then on"),
            ],
        ),
        ("Acme's best", "Acme's finest", [("table", None, "line acme-best: name: Acme's best → Acme's finest")]),
        (
            "[lines.acme-best]",
            "[lines.acme]",
            [("table", None, "line acme-best: removed"), ("table", None, "line acme: new")],
        ),
        ("models = [", "models = [\n\n", []),
    ],
)
def test_what_changed_in_a_line(table: PriceTable, was: str, becomes: str, found: list[tuple[Any, ...]]) -> None:
    after = parse_prices(TABLE.replace(was, becomes, 1).encode())
    changes = diff_tables(table, after, DAY).changes
    assert [(change.kind, change.model, change.detail) for change in changes] == found


def test_answers_say_which_model_a_line_was(tokencost_of: Callable[..., str]) -> None:
    shown = tokencost_of("compare", "deepseek-flagship", "openai-flagship", "--on", "2025-01-27")
    assert (
        "On that day deepseek-flagship was deepseek-reasoner, openai-flagship was o1, deepseek-reasoner was DeepSeek-R1"
        in shown
    )
    assert "o1 cost 27.3 to 53.6 times as much as deepseek-reasoner" in shown
    assert "On that day openai-flagship was o1, and" in tokencost_of(
        "prices", "show", "openai-flagship", "--on", "2025-04-15"
    )
    assert "On that day openai-flagship was o3." in tokencost_of(
        "prices", "show", "openai-flagship", "--on", "2025-04-16"
    )
    shown = tokencost_of("compare", "gpt-6-luna", "openai-flagship", "--on", "2026-11-23")
    assert "lower). USD per" in shown
    assert " openai-flagship is gpt-6.2-sol. " in shown
    asked = ("--requests", "9", "--input", "5", "--output-tokens", "5", "--on", "2026-11-21", "--start", "2026-12")
    shown = tokencost_of("workload", "gpt-6-luna", "openai-flagship", *asked)
    assert "openai-flagship is gpt-6.2-sol in these months." in shown


@pytest.fixture
def tokencost_of(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    from tokencost.cli import run

    def call(*arguments: str) -> str:
        assert run(list(arguments)) == 0
        return " ".join(capsys.readouterr().out.split())

    return call
