"""CSV, TSV and JSON: what programs read is what was computed."""

import csv
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokencost.documents.document import Document, Field, Figure, Plain, Records, Value
from tokencost.render import render
from tokencost.render.sanitize import sanitize

COLUMNS = (Field("model"), Field("price", "rate"), Field("ratio", "ratio"), Field("tokens", "count"))


def _document(*rows: tuple[Value, ...], extra: dict[str, Plain] | None = None) -> Document:
    return Document("c", date(2025, 1, 27), "v", "0" * 64, (Records(COLUMNS, rows),), extra=extra or {})


def _cells(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def test_json_has_every_digit() -> None:
    price = Decimal("0.1234567890123456789012345678901234567890")
    text = render(_document(("o1", price, Fraction(1, 3), 10**25), ("o1", Decimal("1E-9"), 0, 0)), "json")
    rows = json.loads(text, parse_float=Decimal)["rows"]
    assert rows[0] == {"model": "o1", "price": price, "ratio": Decimal("0.333333333333"), "tokens": 10**25}
    assert '"price": 0.000000001, "ratio": 0, "tokens": 0' in text


def test_json_keeps_strings_whole_even_those_utf8_cannot_write() -> None:
    name = 'a"b\\c\n\x1b[31m\u202e\ud800\u2028名称'
    text = render(_document((name, None, None, None)), "json")
    text.encode()
    assert not set("\x1b\u202e\u2028") & set(text)
    assert "名称" in text
    assert json.loads(text)["rows"] == [{"model": name, "price": None, "ratio": None, "tokens": None}]


def test_json_holds_further_members_and_tables() -> None:
    document = Document(
        "usage",
        datetime(2025, 2, 8, 16, tzinfo=UTC),
        "v",
        "0" * 64,
        (Records(COLUMNS, ()), Records((Field("model"),), (("x",), ("y",)), name="unpriced")),
        answer=(("It costs ", Figure(Decimal("0.0036"), "money"), "."),),
        extra={
            "tier": None,
            "strict": True,
            "rejected_count": 2,
            "share": Decimal("0.50"),
            "day": date(2025, 1, 2),
        },
    )
    assert json.loads(render(document, "json"), parse_float=Decimal) == {
        "command": "usage",
        "as_of": "2025-02-08T16:00:00Z",
        "prices": {"version": "v", "sha256": "0" * 64},
        "tier": None,
        "strict": True,
        "rejected_count": 2,
        "share": Decimal("0.50"),
        "day": "2025-01-02",
        "rows": [],
        "unpriced": [{"model": "x"}, {"model": "y"}],
        "answer": ["It costs $0.0036."],
        "notes": [],
        "sources": [],
    }


def test_json_has_rows_even_without_a_table() -> None:
    document = Document("prices check", date(2025, 1, 27), "v", "0" * 64, ())
    assert json.loads(render(document, "json"))["rows"] == []


def test_two_members_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="the same name"):
        render(_document(extra={"rows": 1}), "json")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd()", "'=cmd()"),
        (" \u00a0=cmd()", "' \u00a0=cmd()"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝cmd()", "'＝cmd()"),
        ("\t=cmd()", "'\\x09=cmd()"),
        ("\tx", "'\\x09x"),
        ("\rx", "'\\x0dx"),
        ("\n=cmd()", "'\\x0a=cmd()"),
        ("a=b", "a=b"),
        ("x;=HYPERLINK(1)", "x;'=HYPERLINK(1)"),
        ('x; "@SUM(A1)";-1;b', "x;' \"@SUM(A1)\";'-1;b"),
        ("a,b\tc\n\"d'", "a,b\\x09c\\x0a\"d'"),
        ("\x1b[31m\u202e\ud800", "\\x1b[31m\\u202e\\ud800"),
        ("名称", "名称"),
    ],
)
@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_text_is_no_formula_and_one_line(text: str, cell: str, name: str, delimiter: str) -> None:
    written = render(_document((text, Decimal("-0.50"), None, -3)), name)
    written.encode()
    assert _cells(written, delimiter) == [["model", "price", "ratio", "tokens"], [cell, "-0.50", "", "-3"]]
    assert written.count("\n") == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    st.lists(
        st.tuples(
            st.text(),
            st.decimals(allow_nan=False, allow_infinity=False),
            st.fractions(max_denominator=1000),
            st.integers(),
        )
    ),
    st.sampled_from([("csv", ","), ("tsv", "\t")]),
)
def test_records_read_back(rows: list[tuple[str, Decimal, Fraction, int]], kind: tuple[str, str]) -> None:
    name, delimiter = kind
    cells = _cells(render(_document(*rows), name), delimiter)[1:]
    assert [(Decimal(price), int(tokens)) for _, price, _, tokens in cells] == [
        (price, tokens) for _, price, _, tokens in rows
    ]
    assert [_without_marks(text) for text, *_ in cells] == [_without_marks(sanitize(text)) for text, *_ in rows]
    read = json.loads(render(_document(*rows), "json"), parse_float=Decimal)["rows"]
    assert [(row["model"], row["price"], row["tokens"]) for row in read] == [
        (text, price, tokens) for text, price, _, tokens in rows
    ]


def _without_marks(text: str) -> str:
    """A text without the signs that keep it from being a formula, and those of its own in the same places."""
    return re.sub(r"(^|[;,])'+", r"\1", text)


@given(st.lists(st.sampled_from([*";,=+-@＝＠\"' \t", "x", "1"]), max_size=12).map("".join))
def test_no_cell_is_a_formula_where_semicolons_or_commas_part_cells(text: str) -> None:
    formula = tuple("=+-@＝＠")
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (Records((Field("a"), Field("b")), (("x", text),)),))
    for name, own, others in (("csv", ",", ";"), ("tsv", "\t", ";,")):
        written = render(document, name)
        assert not any(cell.lstrip().startswith(formula) for cell in _cells(written, own)[1])
        for separator in others:
            # Whatever a spreadsheet makes of quotation marks that stand inside its cells.
            for cell in written.splitlines()[1].split(separator)[1:]:
                assert not cell.lstrip(' "').startswith(formula), written
