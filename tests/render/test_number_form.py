"""A number within a sentence keeps its form, unless the form would make it untrue."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.errors import InvalidRequest
from tokencost.render.number_form import read_form, write_like

RATIO = Fraction(750, 14)  # 53.571…


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("27.3×", "53.6×"),
        ("27.30 times", "53.57 times"),
        ("about 27 x", "about 54 x"),
        ("27,3", "53,6"),
        ("<b>1.00</b><sup>a1</sup>", "<b>53.57</b><sup>a1</sup>"),
        ("r-1 is 1.0×", "r-1 is 53.6×"),
        ("", "53.6×"),
        (" \n", "53.6×"),
        (":o1-ratio: 1.00×\n", ":o1-ratio: 53.57×\n"),
        ("\\newcommand{\\ratio}{1.0$\\times$}", "\\newcommand{\\ratio}{53.6$\\times$}"),
    ],
)
def test_a_ratio_keeps_its_decimals(old: str, new: str) -> None:
    assert write_like(old, RATIO, "ratio") == new
    assert write_like(new, RATIO, "ratio") == new


@pytest.mark.parametrize(
    ("old", "lower", "new"),
    [
        ("98%", Fraction(9813, 100), "98%"),
        ("90.0% lower", Fraction(9813, 100), "98.1% lower"),
        ("−90.0%", Fraction(9813, 100), "−98.1%"),
        ("-90.0 %", Fraction(9813, 100), "-98.1 %"),
        ("−90.0%", Fraction(-50), "+50.0%"),
        ("+50%", Fraction(9813, 100), "−98%"),
        ("$-$90.0\\%", Fraction(9813, 100), "$-$98.1\\%"),
        ("98%", Fraction(9999, 100), "99.99%"),  # 100% would say that nothing is left to pay
        ("98%", Fraction(100), "100%"),
        ("1%", Fraction(4, 100), "0.04%"),
        ("1%", Fraction(0), "0%"),
    ],
)
def test_a_percentage_keeps_its_sign(old: str, lower: Fraction, new: str) -> None:
    assert write_like(old, lower, "percent-lower") == new


@pytest.mark.parametrize(
    ("old", "price", "new"),
    [
        ("$0.14", "0.55", "$0.55"),
        ("$0.14", "0.003", "$0.003"),  # a list price loses no digit
        ("$15", "7.50", "$7.50"),
        ("$15", "60", "$60"),
        ("$7.50", "15", "$15.00"),
        ("US$ 0.14", "0.5", "US$ 0.50"),
        ("\\$0.14", "0.5", "\\$0.50"),
        ("0,14", "0.003", "0,003"),
        ("", "0.5", "$0.50"),
    ],
)
def test_a_price_keeps_its_sign_and_all_of_its_digits(old: str, price: str, new: str) -> None:
    assert write_like(old, Decimal(price), "price") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$1,234.56", "$9,876,543.22"),
        ("$900", "$9,876,543"),
        ("$12345", "$9876543"),
        ("1'234", "9'876'543"),
        ("1.234,50", "9.876.543,22"),
        ("1.234.567", "9.876.543"),
        ("1\u202f234,5", "9\u202f876\u202f543,2"),
        ("900,5", "9.876.543,2"),
        ("0,123", "9.876.543,215"),
    ],
)
def test_an_amount_keeps_its_separators(old: str, new: str) -> None:
    assert write_like(old, Decimal("9876543.215"), "cost") == new


@pytest.mark.parametrize(
    ("old", "kind", "said"),
    [
        ("none", "ratio", "holds no number"),
        ("$1.2M", "cost", "holds no number"),
        ("27–54", "ratio", "holds no number"),
        ("27 to 54", "ratio", "holds 2 numbers: 27, 54"),
        ("$27", "ratio", "a ratio has no currency"),
        ("¥1", "price", "the figure is in USD"),
    ],
)
def test_what_cannot_hold_the_figure_is_refused(old: str, kind: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said.replace("$", r"\$")):
        write_like(old, Fraction(2), kind)


@pytest.mark.parametrize("old", ["98% lower", ""])
def test_lower_is_never_said_of_what_is_higher(old: str) -> None:
    with pytest.raises(InvalidRequest, match=r"50\.0% higher"):
        write_like(old, Fraction(-50), "percent-lower")


def test_a_currency_is_told_from_its_sign() -> None:
    assert write_like("¥1.00", Decimal(4), "price", "CNY") == "¥4.00"
    with pytest.raises(InvalidRequest, match="the figure is in CNY"):
        write_like("$1.00", Decimal(4), "price", "CNY")


@given(
    st.fractions(0, 10**9),
    st.integers(0, 6),
    st.sampled_from(["", ",", "'", "\u202f"]),
    st.sampled_from(["ratio", "cost", "price"]),
)
def test_a_written_number_is_read_in_the_form_it_was_written_in(
    value: Fraction, decimals: int, separator: str, kind: str
) -> None:
    old = f"x 12{separator or ''}345.{'6' * decimals} y" if decimals else f"x 12{separator}345 y"
    once = write_like(old, value, kind)
    assert write_like(once, value, kind) == once
    form = read_form(once)
    assert form is not None
    assert form.decimals >= decimals
    number = Fraction(once[form.start : form.end].replace(separator or "_", ""))
    assert abs(number - value) <= Fraction(1, 2 * 10**decimals) or kind == "price"
