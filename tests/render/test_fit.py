"""Tables within a width: what goes first, and what never goes."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.documents.document import Column, Document, Indented, Kind, Table, Value
from tokencost.render import render
from tokencost.render.fit import fit_table, table_width
from tokencost.render.numbers import show_column

MIDNIGHT = datetime(2025, 2, 8, 16, tzinfo=UTC)
HISTORY = Table(
    (
        Column("model"),
        Column("from", "bound"),
        Column("until", "bound", leaves=1),
        Column("price of input", "rate"),
        Column("checked", "when", leaves=2),
        Column("confidence", leaves=3),
    ),
    tuple(
        (f"deepseek-v{number}", MIDNIGHT, MIDNIGHT, Decimal("0.14"), MIDNIGHT.date(), "primary") for number in range(5)
    ),
    unit="USD",
)


def _headings(width: int | None) -> list[list[str]]:
    return [[column.heading for column in view.columns] for view in fit_table(HISTORY, width)]


def test_what_goes_first_when_the_room_shrinks() -> None:
    all_of_it = [["model, USD", "from", "until", "price of input", "checked", "confidence"]]
    assert _headings(None) == all_of_it
    full = table_width(fit_table(HISTORY, None)[0])
    assert "T16:00:00Z" in str(fit_table(HISTORY, full))
    # One character less, and times lose their seconds; then `until` goes, then headings break, then what is declared.
    assert _headings(full - 1) == all_of_it
    assert "2025-02-08 16:00" in str(fit_table(HISTORY, full - 1))
    short = table_width(fit_table(HISTORY, full - 1)[0])
    assert _headings(short) == all_of_it
    assert _headings(short - 1) == [["model, USD", "from", "price of input", "checked", "confidence"]]
    without = table_width(fit_table(HISTORY, short - 1)[0])
    assert _headings(without - 1) == [["model, USD", "from", "price\nof input", "checked", "confidence"]]
    broken = table_width(fit_table(HISTORY, without - 1)[0])
    assert _headings(broken - 1) == [["model, USD", "from", "price of input", "confidence"]]
    assert fit_table(HISTORY, broken - 1)[0].left_out == ("until", "checked")
    least = [["model,\nUSD", "from", "price\nof input"]]
    assert _headings(42)[0][1:] == least[0][1:]
    # Blocks, each with what says which row it is.
    assert _headings(30) == [["model, USD", "from"], ["model, USD", "price\nof input"]]


def test_what_was_left_out_is_said_in_every_format() -> None:
    document = Document("c", None, "v", "0" * 64, tables=(HISTORY,))
    assert "Left out for want of room: until, checked." in render(document, "table", width=60)
    assert "Left out for want of room: until, checked." in render(document, "markdown", width=60)
    assert "Left out" not in render(document, "markdown")


def _costs(month: int) -> tuple[Value, ...]:
    return (f"2026-{month:02d}", *(Decimal(f"{n + 1}{month:02d}.{month}5") for n in range(6)))


MONTHS = Table(
    (Column("month"), *(Column(f"model-{n}", "money") for n in range(6))),
    tuple(map(_costs, range(1, 13))),
    unit="USD",
    turns=True,
)


def test_months_become_columns_in_whole_units() -> None:
    upright = fit_table(MONTHS, 80)
    assert [view.columns[0].heading for view in upright] == ["month, USD"]
    turned = fit_table(MONTHS, 60)
    assert len(turned) > 1
    for view in turned:
        assert view.columns[0].heading.replace("\n", " ") == "model, USD, rounded"
        assert [row.cells[0] for row in view.rows] == [f"model-{n}" for n in range(6)]
        assert table_width(view) <= 60
        assert all("." not in cell for row in view.rows for cell in row.cells)
    assert [column.heading for view in turned for column in view.columns[1:]] == [f"2026-{m:02d}" for m in range(1, 13)]


def test_amounts_of_cents_stay_upright_in_blocks() -> None:
    """Whole units would leave nothing of them."""
    rows = [*MONTHS.rows[1:], ("2027-01", *(Decimal("0.42"),) * 6)]
    parts = fit_table(MONTHS._replace(rows=rows), 60)
    assert [view.columns[0].heading for view in parts] == ["month,\nUSD"] * 2
    assert all(view.rows[-1].cells[1:] == ("$0.420",) * (len(view.columns) - 1) for view in parts)


def test_columns_under_one_heading_that_left_are_named_by_it() -> None:
    columns = (Column("n"), *(Column(name, "ratio", over="o1 costs", leaves=2) for name in ("input", "output")))
    table = Table(columns, [("deepseek-reasoner", 10**9, 10**9)])
    assert fit_table(table, 30)[0].left_out == ("o1 costs",)
    one_left = Table((columns[0], columns[1]._replace(leaves=0), columns[2]), table.rows)
    assert fit_table(one_left, 40)[0].left_out == ("o1 costs: output",)


def test_only_few_rows_become_cards() -> None:
    wide = (Column("a-long-heading"), Column("another-long-heading"), Column("a-third-heading"))
    few, many = (Table(wide, [("x", "y", "z")] * number) for number in (3, 4))
    assert [view.cards for view in fit_table(few, 30)] == [True]
    assert [view.cards for view in fit_table(many, 38)] == [False, False]


amounts = st.decimals(min_value=0, max_value=10**6, places=9)


@given(st.lists(amounts, min_size=1, max_size=12), st.sampled_from(["money", "share"]))
def test_amounts_add_up_to_their_total_as_printed(parts: list[Decimal], kind: Kind) -> None:
    exact: list[Value] = [Fraction(part) for part in parts]
    total = sum(map(Fraction, parts), Fraction(0))
    *shown, last = show_column([*exact, total], kind, totals=1)
    numbers = [Fraction(text.strip("$%").replace(",", "")) for text in (*shown, last)]
    assert sum(numbers[:-1]) == numbers[-1]
    decimals = {len(text.strip("$%").partition(".")[2]) for text in (*shown, last)}
    assert len(decimals) == 1
    unit = Fraction(1, 10 ** decimals.pop())
    assert all(abs(number - Fraction(part)) < unit for number, part in zip(numbers[:-1], parts, strict=True))


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        ([Decimal("0.15"), Decimal("0.003"), Decimal(15)], "rate", ["$0.150", "$0.003", "$15.000"]),
        ([Decimal("0.15"), Decimal(2)], "rate", ["$0.15", "$2.00"]),
        ([Decimal("329.718"), Decimal("504.49")], "money", ["$329.72", "$504.49"]),
        ([Decimal("0.19371"), Decimal("0.0074249")], "money", ["$0.19371", "$0.00742"]),
        ([Decimal("0.19371"), Decimal(0), None], "money", ["$0.194", "$0.000", "—"]),
        ([Fraction(1595, 10**4), Fraction(3145, 1000)], "mixed_rate", ["$0.160", "$3.145"]),
        ([Fraction(-9812, 100), Fraction(40945, 100), 0], "change", ["−98.1%", "+409.5%", "0.0%"]),
    ],
)
def test_a_column_has_one_number_of_decimals(values: list[Value], kind: Kind, shown: list[str]) -> None:
    assert show_column(values, kind) == shown


def test_an_indented_row_stays_indented_in_every_format() -> None:
    table = Table((Column("model"), Column("input", "rate")), (("o1", 15), (Indented("batch"), Decimal("7.5"))))
    document = Document("c", None, "v", "0" * 64, tables=(table,))
    for name in ("table", "markdown", "html", "latex", "asciidoc", "rst", "orgmode"):
        assert "\u00a0\u00a0batch" in render(document, name)


def test_a_wrapped_text_tears_no_word_and_breaks_its_heading() -> None:
    long = "deepseek-v4-flash-vision-exp (ends 2026-12-11)"
    table = Table((Column("a heading of some words"), Column("input", "rate", leaves=2)), ((long, 15), ("o1", 1)))
    (view,) = fit_table(table, 36)
    assert [column.heading for column in view.columns] == ["a heading of some words", "input"]
    assert view.columns[0].width == 28
    assert "deepseek-v4-flash-vision-exp" in render(
        Document("c", None, "v", "0" * 64, tables=(table,)), "table", width=36
    )
    # Narrower than its longest word no text is wrapped: a column leaves instead.
    assert "input" not in str([part.columns for part in fit_table(table, 30)])


def test_texts_are_wrapped_in_blocks_too() -> None:
    columns = (Column("name"), Column("reason"), Column("requests", "count"), Column("input tokens", "count"))
    rows = tuple((f"model-with-a-long-name-{n}", "the price depends on the hour " * 4, 10**9, 10**12) for n in range(5))
    parts = fit_table(Table(columns, rows), 50)
    assert [part.columns[1].heading for part in parts][:1] == ["reason"]
    assert len(parts) > 1
    assert all(table_width(part) <= 50 for part in parts)
