from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.documents.document import Kind, Value
from tokencost.render.numbers import show, show_exact

NUMERIC: tuple[Kind, ...] = ("rate", "money", "ratio", "percent", "count", "text")

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
fractions = st.fractions(max_denominator=10**12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.14"), "$0.14"),
        (Decimal("7.50"), "$7.50"),
        (Decimal("7.5"), "$7.50"),
        (15, "$15.00"),
        (Decimal("0.003625"), "$0.003625"),
        (Decimal("0.550"), "$0.55"),
        (Decimal("1234.5"), "$1,234.50"),
        (Decimal("-0.14"), "-$0.14"),
        (Decimal("-0.00"), "$0.00"),
        (Decimal("1E-7"), "$0.0000001"),
        (Decimal("1E+3"), "$1,000.00"),
        (Fraction(29, 8000), "$0.003625"),
        (Fraction(1, 3), "$0.333333"),
        (Fraction(2, 3), "$0.666667"),
        (Fraction(100, 7), "$14.2857"),
        (Fraction(1, 3_000_000), "$0.000000333333"),
        (Fraction(10_000_000, 3), "$3,333,333.33"),
        (Fraction(30_000_001, 300_000_000), "$0.10"),
        (None, "—"),
    ],
)
def test_a_rate_has_all_its_digits(value: Value, text: str) -> None:
    assert show(value, "rate") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.565"), "$1,234.57"),
        (Decimal("1234.5649"), "$1,234.56"),
        (1, "$1.00"),
        (Decimal("0.999"), "$1.00"),
        (Decimal("0.994"), "$0.99"),
        (Decimal("0.14"), "$0.14"),
        (Decimal("0.145"), "$0.15"),
        (Decimal("0.0996"), "$0.10"),
        (Decimal("0.0994"), "$0.099"),
        (Decimal("0.0036"), "$0.0036"),
        (Decimal("0.00364"), "$0.0036"),
        (Decimal("0.000000001"), "$0.0000000010"),
        (0, "$0.00"),
        (Decimal("-1234.565"), "-$1,234.57"),
        (Decimal("-0.0036"), "-$0.0036"),
        (Fraction(1, 3), "$0.33"),
        (None, "—"),
    ],
)
def test_an_amount_has_two_decimals_or_two_digits(value: Value, text: str) -> None:
    assert show(value, "money") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(750, 14), "53.6×"),
        (Decimal("53.65"), "53.7×"),
        (Decimal("53.649"), "53.6×"),
        (Decimal("1234.5"), "1,234.5×"),
        (Decimal("999.95"), "1,000.0×"),
        (Decimal("999.94"), "999.9×"),
        (1, "1.0×"),
        (Decimal("0.996"), "1.0×"),
        (Decimal("0.994"), "0.99×"),
        (Decimal("0.95"), "0.95×"),
        (Fraction(1, 2), "0.50×"),
        (Decimal("0.0134"), "0.013×"),
        (Decimal("0.0135"), "0.014×"),
        (0, "0×"),
        (None, "—"),
    ],
)
def test_a_ratio_has_one_decimal_or_two_digits(value: Value, text: str) -> None:
    assert show(value, "ratio") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1472, 15), "98.1%"),
        (Decimal("98.15"), "98.2%"),
        (Decimal("98.149"), "98.1%"),
        (Decimal("99.94"), "99.9%"),
        (Decimal("99.95"), "99.95%"),
        (Decimal("99.98"), "99.98%"),
        (Decimal("99.9996"), "99.9996%"),
        (100, "100.0%"),
        (Decimal("100.04"), "100.04%"),
        (Decimal("100.05"), "100.1%"),
        (Decimal("0.05"), "0.1%"),
        (Decimal("0.04"), "0.04%"),
        (Decimal("-0.0004"), "-0.0004%"),
        (0, "0.0%"),
        (Decimal("-12.5"), "-12.5%"),
        (Decimal(-100), "-100.0%"),
        (Decimal("-99.98"), "-99.98%"),
        (Decimal("-1234.56"), "-1,234.6%"),
        (None, "—"),
    ],
)
def test_a_percentage_is_100_only_if_it_is(value: Value, text: str) -> None:
    assert show(value, "percent") == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1_000_000, "count", "1,000,000"),
        (0, "count", "0"),
        (Decimal("1.50"), "count", "1.5"),
        (Fraction(1, 3), "count", "0.333333"),
        (date(2025, 1, 27), "when", "2025-01-27"),
        (datetime(2025, 2, 8, 16, tzinfo=UTC), "when", "2025-02-08T16:00:00Z"),
        (datetime(2025, 2, 9, tzinfo=timezone(timedelta(hours=8))), "when", "2025-02-08T16:00:00Z"),
        ("gpt-6.1-sol", "text", "gpt-6.1-sol"),
        ("https://example.org/", "url", "https://example.org/"),
        ("all", "count", "all"),
    ],
)
def test_other_kinds(value: Value, kind: Kind, text: str) -> None:
    assert show(value, kind) == text


def test_the_currency_is_shown() -> None:
    assert show(Decimal(4), "rate", "CNY") == "¥4.00"
    assert show(Decimal(-4), "money", "CNY") == "-¥4.00"
    assert show(Decimal("0.5"), "rate", "EUR") == "EUR 0.50"
    assert show(Decimal(4), "ratio", "CNY") == "4.0×"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("7.50"), "rate", "7.50"),
        (Decimal("1E-7"), "rate", "0.0000001"),
        (Decimal("1E+3"), "money", "1000"),
        (Decimal("-0.00"), "money", "0.00"),
        (Fraction(29, 8000), "rate", "0.003625"),
        (Fraction(1, 2**40), "money", "0.0000000000009094947017729282379150390625"),
        (Fraction(2, 3), "money", "0.666666666666666667"),
        (Fraction(-200, 3), "money", "-66.6666666666666667"),
        (Fraction(10**20, 3), "money", "33333333333333333300"),
        (Fraction(750, 14), "ratio", "53.5714285714"),
        (Fraction(2000, 73), "ratio", "27.397260274"),
        (Fraction(1, 3000), "ratio", "0.000333333333333"),
        (Decimal("96.350"), "percent", "96.35"),
        (Decimal("99.99999999995"), "percent", "100"),
        (Decimal("99.9999999994"), "percent", "99.9999999994"),
        (0, "ratio", "0"),
        (100, "ratio", "100"),
        (1_000_000, "count", "1000000"),
        (date(2025, 1, 27), "when", "2025-01-27"),
        (datetime(2025, 2, 9, tzinfo=timezone(timedelta(hours=8))), "when", "2025-02-08T16:00:00Z"),
        ("o1", "text", "o1"),
        (None, "rate", ""),
    ],
)
def test_programs_read_all_digits(value: Value, kind: Kind, text: str) -> None:
    assert show_exact(value, kind) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), datetime(2025, 1, 27)])  # noqa: DTZ001
def test_what_is_no_number_or_instant_is_refused(value: Value) -> None:
    with pytest.raises(ValueError, match=r"not a number|no time zone"):
        show(value, "money")
    with pytest.raises(ValueError, match=r"not a number|no time zone"):
        show_exact(value, "money")


@given(decimals, st.sampled_from(["rate", "money", "count"]))
def test_exact_digits_read_back_as_the_same_decimal(value: Decimal, kind: Kind) -> None:
    text = show_exact(value, kind)
    assert Decimal(text) == value
    assert "e" not in text.lower()


@given(st.integers(-(10**40), 10**40), st.integers(-60, 60))
def test_exact_digits_do_not_depend_on_the_ambient_context(coefficient: int, exponent: int) -> None:
    sign, digits, _ = Decimal(coefficient).as_tuple()
    value = Decimal((sign, digits, exponent))
    with localcontext(prec=1):
        text = show_exact(value, "rate")
        shown = show(value, "rate")
    assert text == show_exact(value, "rate")
    assert shown == show(value, "rate")
    assert Decimal(text) == value
    assert Decimal(shown.replace("$", "").replace(",", "")) == value


@given(decimals | fractions, st.sampled_from(NUMERIC))
def test_only_zero_is_shown_as_zero(value: Decimal | Fraction, kind: Kind) -> None:
    assert any(digit in "123456789" for digit in show(value, kind)) == bool(value)
    assert any(digit in "123456789" for digit in show_exact(value, kind)) == bool(value)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**12))
def test_only_100_is_shown_as_100_percent(small: int, parts: int) -> None:
    value = 100 + Fraction(small, parts)
    assert (show(value, "percent") == "100.0%") == (value == 100)


@given(fractions)
def test_an_amount_is_shown_within_half_of_its_last_digit(value: Fraction) -> None:
    text = show(value, "money").replace("$", "").replace(",", "")
    shown = Fraction(text)
    places = len(text.partition(".")[2])
    assert abs(shown - value) <= Fraction(1, 2 * 10**places)
