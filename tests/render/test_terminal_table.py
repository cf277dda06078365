from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from textwrap import dedent

import pytest
from rich.cells import cell_len

from tokencost.documents.document import Column, Document, Figure, Source, Table, Value
from tokencost.render import render


def _document(*rows: tuple[Value, ...]) -> Document:
    columns = (
        Column("price", "rate"),
        Column("ratio", "ratio"),
        Column("model"),
        Column("from", "when"),
        Column("source", "url"),
    )
    return Document(
        "compare",
        date(2025, 1, 27),
        "2026.11.20",
        "0123456789abcdef" * 4,
        tables=(Table(columns, rows, title="Prices"),),
        answer=(("o1 costs ", Figure(Fraction(750, 14), "ratio"), " as much as deepseek-reasoner."),),
        notes=(("Peak hours apply from 09:00 to 12:00 in Shanghai.",),),
        sources=(Source("", "https://openai.com/api/pricing/a-long-path-that-fits-no-line"),),
    )


ROW: tuple[Value, ...] = (
    Decimal("7.50"),
    Fraction(750, 14),
    "o1",
    datetime(2024, 12, 17, 18, 30, tzinfo=UTC),
    "https://openai.com/api/pricing",
)


def test_on_a_narrow_screen_few_rows_are_cards_with_text_first() -> None:
    text = render(_document(ROW, (None, None, "名称", None, None)), "table", width=32)
    assert text == dedent("""\
        o1 costs 53.6× as much as
        deepseek-reasoner.

        model   o1
        from    2024-12-17 18:30
        source
          https://openai.com/api/pricing
        price   $7.50
        ratio   53.6×

        model   名称
        from    —
        source  —
        price   —
        ratio   —

        Peak hours apply from 09:00 to
        12:00 in Shanghai.

        Sources
        - openai.com/api/pricing/a-long-
          path-that-fits-no-line

        prices.toml 2026.11.20 (sha256
        0123456789ab) · as of 2025-01-27
        """)


def test_a_table_stays_upright_as_long_as_it_fits() -> None:
    wide = render(_document(ROW), "table")
    natural = max(cell_len(line) for line in wide.splitlines() if "─" in line)
    assert render(_document(ROW), "table", width=natural).splitlines()[2:6] == wide.splitlines()[2:6]
    # Columns move together and times are shortened before a row becomes a card: four gaps of three become two wide.
    closest = natural - 4 - len(":00Z")
    assert "\n" + "─" * closest + "\n" in render(_document(ROW), "table", width=closest)
    # Then it is split into blocks, and becomes a card where no block would fit.
    assert render(_document(ROW), "table", width=closest - 1).count("Prices\n") > 1
    assert "─" not in render(_document(ROW), "table", width=36)


def test_texts_are_wrapped_where_they_have_room_and_names_stay_whole() -> None:
    columns = (Column("id"), Column("said"), Column("price", "rate"))
    table = Table(columns, (("deepseek-reasoner", "a query costs less than it did before", Decimal("0.14")),))
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (), (table,))
    assert render(document, "table", width=50).splitlines()[:4] == [
        "id                 said                      price",
        "──────────────────────────────────────────────────",
        "deepseek-reasoner  a query costs less than   $0.14",
        "                   it did before",
    ]
    assert "─" not in render(document, "table", width=40)


def test_wide_characters_take_two_columns() -> None:
    table = Table((Column("名称"), Column("price", "rate")), (("模型甲", 1), ("o1", 15)))
    text = render(Document("c", date(2025, 1, 27), "v", "0" * 64, (), (table,)), "table")
    assert text == dedent("""\
        名称      price
        ───────────────
        模型甲    $1.00
        o1       $15.00

        prices.toml v (sha256 000000000000) · as of 2025-01-27
        """)


@pytest.mark.parametrize("width", [1, 2, 3, 10, 20])
def test_no_number_or_time_is_cut_on_a_tiny_screen(width: int) -> None:
    document = _document((Decimal("1234567.000125"), Fraction(10**9), *ROW[2:]))
    lines = [line.strip() for line in render(document, "table", width=width).splitlines()]
    for whole in ("$1,234,567.000125", "1,000,000,000.0×", "2024-12-17 18:30"):
        assert any(line.endswith(whole) for line in lines)


def test_without_a_screen_nothing_is_wrapped() -> None:
    long = "word " * 200
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, notes=((long,),))
    assert f"{long.strip()}\n" in render(document, "table")


def test_colour_only_when_asked() -> None:
    document = _document(ROW)
    assert "\x1b" not in render(document, "table")
    coloured = render(document, "table", color=True)
    assert "\x1b[1mPrices\x1b[0m\n\x1b[1mprice   ratio   model   from" in coloured
    assert "\x1b[2mSources\x1b[0m" in coloured
    assert "\x1b" not in render(document, "markdown", color=True)


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(_document(ROW), "table", width=60, color=True)
    for name, value in {"COLUMNS": "20", "NO_COLOR": "1", "TERM": "dumb", "TTY_COMPATIBLE": "0"}.items():
        monkeypatch.setenv(name, value)
    assert render(_document(ROW), "table", width=60, color=True) == before
