"""What `import tokencost` promises: names, errors, rows as dicts, tables in a notebook."""

import ast
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import tokencost
from tokencost import PriceTable, Row
from tokencost.documents.claims.claims import claims_document
from tokencost.documents.compare import comparison_document
from tokencost.documents.document import Records
from tokencost.documents.find import pair_records, rate_records
from tokencost.documents.usage.costs import usage_document
from tokencost.documents.workload.sweep import sweep_records
from tokencost.documents.workload.totals import workload_document
from tokencost.render.numbers import show_exact

ON = "2026-11-20"
LOG = Path("tests/logs/fixtures/requests.jsonl")
CHAT = tokencost.workload(requests="40k", input="1,800", output=350, cached="55%", start="2026-12", months=2)
TableOf = Callable[[str], PriceTable]


def test_the_public_names_stand_in_one_list() -> None:
    tree = ast.parse(Path(tokencost.__file__).read_text(encoding="utf-8"))
    for_checkers = {
        alias.asname: node.module
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    assert sorted(for_checkers) == tokencost.__all__ == dir(tokencost)
    for name, module in for_checkers.items():
        assert getattr(tokencost, name).__name__ == name
        assert module is not None
    assert all(not name.startswith("_") for name in dir(tokencost))
    with pytest.raises(AttributeError, match="no attribute 'pric'"):
        tokencost.pric  # type: ignore[attr-defined]  # noqa: B018


def test_every_error_that_is_documented_is_public() -> None:
    public = [getattr(tokencost, name) for name in dir(tokencost)]
    documented = {
        name
        for each in public
        for sentence in re.findall(r"Raises.*?(?=\n\n|\Z)", each.__doc__ or "", re.DOTALL)
        for name in re.findall(r"`([A-Z]\w+)`", sentence)
    }
    assert {"UnknownModel", "NoPrice", "NotOffered", "HourNeeded", "AmbiguousRate", "TokenCounts"} <= documented
    assert documented <= set(dir(tokencost))
    assert issubclass(tokencost.MissingExtra, tokencost.TokencostError)


def test_one_name_may_stand_where_several_are_taken(shipped: PriceTable) -> None:
    one = tokencost.compare(shipped, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    assert one.rows == tokencost.compare(shipped, ["deepseek-flash"], against="gpt-6.1-sol", on=ON).rows
    totals = tokencost.workload_totals(shipped, CHAT, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    assert [side.label for side in totals.sides] == ["deepseek-flash", "gpt-6.1-sol"]
    bill = tokencost.usage(shipped, str(LOG), by="provider", as_models="o1", token_factors={"o1": "1.1"})
    assert (
        bill.rows
        == tokencost.usage(
            shipped, [LOG], by=["provider"], as_models=["o1"], token_factors={"o1": Fraction(11, 10)}
        ).rows
    )
    assert tokencost.usage(shipped, LOG).read == bill.read == 5
    even = tokencost.break_even(shipped, totals, "input")
    assert [found.field for found in even] == ["input"]
    cached = tokencost.axis("cached", "0", "100%", "50%")
    swept = tokencost.sweep(shipped, CHAT, cached, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    assert [row.values for row in swept.rows[::2]] == [(0,), (Fraction(1, 2),), (1,)]


def test_text_is_read_as_on_the_command_line(shipped: PriceTable) -> None:
    assert (
        tokencost.workload(requests=40_000, input=1_800, output=350, cached=Fraction(11, 20), start="2026-12", months=2)
        == CHAT
    )
    rates = tokencost.listed_rates(shipped)
    assert tokencost.find_rates(rates, "$0.14") == tokencost.find_rates(rates, Decimal("0.14"))
    blended = tokencost.compare(shipped, "deepseek-flash", against="gpt-6.1-sol", on=ON, blend="3:1:60%").blend
    assert blended == tokencost.Blend(Decimal(3), Decimal(1), Fraction(3, 5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: tokencost.workload(requests="1,8k", input=1, output=1, start="2026-12"), "write 1.8k"),
        (
            lambda _: tokencost.workload(requests=1, input=1, output=1, cached=55, start="2026-12"),
            'write "55%" or 0.55',
        ),
        (
            lambda _: tokencost.workload(requests=1, input=1, output=1, cached=Fraction(55), start="2026-12"),
            "55 is not",
        ),
        (lambda _: tokencost.workload(requests=1.5, input=1, output=1, start="2026-12"), "in Python, no float"),
        (lambda _: tokencost.axis("cached", 0, 1, 0.1), "in Python, no float"),  # type: ignore[arg-type]
        (lambda table: tokencost.find_rates(tokencost.listed_rates(table), 0.14), "in Python, no float"),  # type: ignore[arg-type]
        (lambda table: tokencost.find_rates(tokencost.listed_rates(table), "0,14"), "write 0.14"),
        (lambda table: tokencost.usage(table, LOG, engine="bogus"), "there is no engine 'bogus'"),
        (
            lambda table: tokencost.usage(table, LOG, as_models="o1", token_factors={"o1": Fraction(1, 3)}),
            "is not a decimal number",
        ),
        (lambda table: tokencost.compare(table, "o1", on=ON, currency="EUR"), "there are no price lists in 'EUR'"),
        (
            lambda table: tokencost.break_even(table, tokencost.workload_totals(table, CHAT, on=ON), "tier"),
            "'tier' is not a numeric",
        ),
    ],
)
def test_what_cannot_be_is_a_plain_error(
    shipped: PriceTable, call: Callable[[PriceTable], object], message: str
) -> None:
    with pytest.raises(tokencost.InvalidRequest, match=message) as caught:
        call(shipped)
    assert "Fraction(" not in str(caught.value)


@pytest.mark.parametrize("place", ["input_tokens", "output_tokens", "cached_input_tokens"])
@pytest.mark.parametrize(
    ("count", "message"),
    [
        (True, "is True, not a whole number"),
        (1.5, "is 1.5, not a whole number"),
        (float("nan"), "is nan, not a whole number"),
        ("40k", "is '40k', not a whole number"),
        (None, "is None, not a whole number"),
        (-1, "a token count is negative"),
        pytest.param(-(10**5000), "a token count is negative", id="far below zero"),
        pytest.param(
            10**5000 + 1, "too large to be priced|more than the 1,000 input tokens|and beyond cached", id="too large"
        ),
    ],
)
def test_counts_that_cannot_be(shipped: PriceTable, place: str, count: Any, message: str) -> None:
    counts: dict[str, Any] = {"input_tokens": 1_000, "output_tokens": 1, "cached_input_tokens": 0, place: count}
    with pytest.raises(tokencost.TokenCounts, match=message):
        tokencost.price(shipped, "o1", on="2025-01-27", **counts)


def test_a_huge_count_is_priced_exactly_or_refused(shipped: PriceTable) -> None:
    cost = tokencost.price(shipped, "o1", on="2025-01-27", input_tokens=10**500, output_tokens=0)
    assert Fraction(cost.total) == Fraction(15 * 10**500, 10**6)


def rows_of(result: Sequence[Row], table: Records) -> None:
    """The rows are those of the table: the same columns in the same order, and the same values."""
    keys = [column.key for column in table.columns]
    assert result
    for row, values in zip(result, table.rows, strict=True):
        columns = row.as_dict()
        assert list(columns) == keys
        for column, value in zip(table.columns, values, strict=True):
            given = columns[column.key]
            assert given is None or isinstance(given, int | Decimal | Fraction | str)
            assert show_exact(given, column.kind) == show_exact(value, column.kind)
        converted = row.as_dict(float)
        assert json.loads(json.dumps(converted)) == converted
        for name, value in columns.items():
            if isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool):
                assert isinstance(converted[name], float)


def test_rows_are_those_of_csv_and_json(shipped: PriceTable) -> None:
    compared = tokencost.compare(shipped, "deepseek-flash", against="gpt-6.1-sol", on=ON, blend="3:1")
    rows_of(compared.rows, comparison_document(shipped, compared).records[0])
    totals = tokencost.workload_totals(shipped, CHAT, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    rows_of(totals.rows, workload_document(shipped, totals).records[0])
    axes = [tokencost.axis("cached", 0, 1, 1), tokencost.axis("output", 100, 300, 100)]
    swept = tokencost.sweep(shipped, CHAT, axes, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    rows_of(swept.rows, sweep_records(swept))
    rates = tokencost.find_rates(tokencost.listed_rates(shipped), "0.14")
    rows_of(rates, rate_records(rates))
    pairs = tokencost.find_pairs(tokencost.listed_rates(shipped), "0.14", "7.50")
    rows_of(pairs, pair_records(pairs))
    judged = [tokencost.judge(shipped, claim) for claim in tokencost.load_claims()]
    rows_of(judged, claims_document(shipped, judged, None).records[0])


@pytest.mark.parametrize("by", ["model", ["component", "model"], ["day", "provider"]])
def test_rows_of_a_bill_are_those_of_csv_and_json(shipped: PriceTable, tmp_path: Path, by: str | list[str]) -> None:
    bill = tokencost.usage(shipped, LOG, by=by, as_models=["o1", "gpt-4o"])
    rows_of(bill.rows, usage_document(shipped, bill).records[0])
    path = tmp_path / "log.jsonl"
    lines = [
        {"model": "o1", "time": "2025-01-27T00:00:00Z", "input_tokens": 9, "output_tokens": 2, "spend": "0.5"},
        {"model": "nobody", "time": "2025-01-27T00:00:00Z", "input_tokens": 9, "output_tokens": 2, "spend": "0.5"},
        {"model": "o1", "time": "2025-01-27T00:00:00Z", "input_tokens": -9, "output_tokens": 2},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    some = tokencost.usage(shipped, path, by=by, compare_to="spend")
    tables = {table.name: table for table in usage_document(shipped, some).records}
    rows_of(some.rows, tables["rows"])
    rows_of(some.unpriced, tables["unpriced"])
    rows_of(some.rejected, tables["rejected"])
    assert list(some.reconciled[0].as_dict()) == [
        c.key for c in tables["reconciled"].columns if c.key != "likely_cause"
    ]


def test_further_rows(shipped: PriceTable) -> None:
    cost = tokencost.price(shipped, "o1", on="2025-01-27", input_tokens=10**6, output_tokens=0).as_dict()
    assert (cost["model"], cost["cost"], cost["cached_input_cost"]) == ("o1", 15, 0)
    claim = tokencost.load_claims()[0].as_dict(float)
    assert (claim["id"], claim["printed"]) == ("query-cost-014-750", "2025-01-27")
    totals = tokencost.workload_totals(shipped, CHAT, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    assert json.dumps([even.as_dict(float) for even in tokencost.break_even(shipped, totals)])


def test_results_show_themselves_as_tables(shipped: PriceTable) -> None:
    compared = tokencost.compare(shipped, "deepseek-reasoner", against="o1", on="2025-01-27")
    totals = tokencost.workload_totals(shipped, CHAT, "deepseek-flash", against="gpt-6.1-sol", on=ON)
    cached = tokencost.axis("cached", 0, 1, 1)
    rates = tokencost.listed_rates(shipped)
    shown: dict[str, Any] = {
        "53.6×": compared,
        "deepseek-flash is the cheapest": totals,
        "$6,471.56": totals,
        "cached": tokencost.sweep(shipped, CHAT, cached, "deepseek-flash", against="gpt-6.1-sol", on=ON),
        "records": tokencost.usage(shipped, LOG),
        "$0.14": tokencost.find_rates(rates, "0.14"),
        "no: component": tokencost.find_pairs(rates, "0.14", "7.50"),
        "same cost as gpt-6.1-sol at": tokencost.break_even(shipped, totals),
        "reproduced": tokencost.judge(shipped, tokencost.load_claims()[0]),
    }
    for words, result in shown.items():
        html = result._repr_html_()
        assert words in html
        assert html.count("<table>") == html.count("</table>") > 0
    assert "prices.toml" in compared._repr_html_()
    assert "<table>" in tokencost.find_rates(rates, "0.1234567")._repr_html_()


HOSTILE = """
[models."<script>alert(1)</script>"]
provider = "acme"
name = "<img src=x>"
[[models."<script>alert(1)</script>".prices]]
from = 2026-01-01
input = 1
output = 2
source = "<b>"
[models.plain]
provider = "acme"
name = "Plain"
[[models.plain.prices]]
from = 2026-01-01
input = 3
output = 4
source = "s"
"""


def test_names_are_escaped_in_a_notebook(table_of: TableOf) -> None:
    table = table_of(HOSTILE)
    name = "<script>alert(1)</script>"
    rates = tokencost.listed_rates(table)
    results: tuple[Any, ...] = (
        tokencost.compare(table, name, against="plain", on="2026-06-01"),
        tokencost.workload_totals(table, CHAT, name, against="plain", on="2026-06-01"),
        tokencost.find_rates(rates, 1),
        tokencost.find_pairs(rates, 1, 3),
    )
    for result in results:
        html = result._repr_html_()
        assert "&lt;script&gt;" in html
        assert not re.search(r"<(script|img|b)\b", html)
