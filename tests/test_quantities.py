"""Numbers as people type them: read as they were meant, or refused with what was probably meant."""

import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.errors import InvalidRequest
from tokencost.quantities import (
    DOLLARS,
    FACTOR,
    FIGURE,
    GROWTH,
    MONTHS,
    PRICE,
    REQUESTS,
    SHARE,
    TOKENS,
    WEIGHT,
    Kind,
    days,
    factor,
    growth,
    is_like_a_number,
    number,
    parse_request,
    price,
    read,
    share,
)

KINDS = (REQUESTS, TOKENS, MONTHS, FACTOR, WEIGHT, FIGURE, PRICE, DOLLARS, SHARE, GROWTH)


def requests(text: str) -> Fraction:
    return number(text, REQUESTS)


def dollars(text: str) -> Fraction:
    return number(text, DOLLARS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40000", 40_000),
        ("40,000", 40_000),
        ("1,234,567", 1_234_567),
        ("40 000", 40_000),
        ("40\u00a0000", 40_000),
        ("40\u202f000", 40_000),
        ("1\u2009234\u2009567", 1_234_567),
        ("40_000", 40_000),
        ("1e6", 1_000_000),
        ("1.5e3", 1_500),
        ("1.5M", 1_500_000),
        ("200k", 200_000),
        ("1.8k", 1_800),
        ("0.5k", 500),
        ("2 k", 2_000),
        ("2B", 2_000_000_000),
        ("+7", 7),
        (" 7 ", 7),
        ("1800.0", 1_800),
        ("1,234,567k", 1_234_567_000),
    ],
)
def test_counts(text: str, expected: int) -> None:
    assert requests(text) == expected


@pytest.mark.parametrize(
    ("parse", "text", "message", "hint"),
    [
        (requests, "1,8k", "'1,8k' is not a number of requests", "write 1.8k"),
        (requests, "40.000", "'40.000' is not a whole number of requests", "write 40000 or 40,000"),
        (requests, "1.800", "'1.800' is not a whole number of requests", "write 1800 or 1,800"),
        (requests, "1.234.567", "'1.234.567' is not a number of requests", "write 1234567 or 1,234,567"),
        (requests, "1'234'567", "\"1'234'567\" is not a number of requests", "write 1234567"),
        (requests, "1,23,456", "'1,23,456' is not a number of requests", "write 123456"),
        (requests, "1_0", "'1_0' is not a number of requests", "write 10"),
        (requests, "1,234k", "'1,234k' may mean 1.234k or 1234k", "write 1.234k or 1234k"),
        (requests, "350.5", "'350.5' is not a whole number of requests", "write it like 40_000"),
        (requests, "0.0001k", "'0.0001k' is not a whole number of requests", "write it like 40_000"),
        (requests, "40,000 000", "'40,000 000' is not a number of requests", "write it like 40_000"),
        (requests, "-5", "requests cannot be negative", "write it like 40_000"),
        (requests, "many", "'many' is not a number of requests", "write it like 40_000"),
        (requests, "", "'' is not a number of requests", "write it like 40_000"),
        (requests, "nan", "'nan' is not a number of requests", "write it like 40_000"),
        (requests, "٣", "'٣' is not a number of requests", "write it like 40_000"),
        (requests, "1e13", "more than 1,000,000,000,000 requests", "write it like 40_000"),
        (price, "0,14", "'0,14' is not a price", "write 0.14"),
        (price, "$7,50", "'$7,50' is not a price", "write $7.50"),
        (price, "1.234,56", "'1.234,56' is not a price", "write 1234.56"),
        (price, "1,234", "'1,234' may mean 1.234 or 1234", "write 1.234 or 1234"),
        (price, "€5", "'€5' is not a price", "write it like 0.12"),
        (price, "2M", "'2M' is not a price", "write it like 0.12"),
        (price, "1000001", "more than 1,000,000 USD per 1M tokens", "write it like 0.12"),
        (dollars, "1.500", "'1.500' may mean 1.5 or 1500", "write 1.5 or 1500"),
        (dollars, "$1.500", "'$1.500' may mean $1.5 or $1500", "write $1.5 or $1500"),
        (dollars, "1.234,50", "'1.234,50' is not an amount of US dollars", "write 1234.50"),
        (factor, "1,1", "'1,1' is not a number", "write 1.1"),
        (factor, "0", "a token factor is above 0", "write it like 1.1"),
        (share, "55", "'55' is not a share between 0% and 100%", "write 55% or 0.55"),
        (share, "1.5", "'1.5' is not a share between 0% and 100%", "write 1.5% or 0.015"),
        (share, "0,55", "'0,55' is not a share", "write 0.55"),
        (share, "55,5%", "'55,5%' is not a share", "write 55.5%"),
        (share, "155%", "'155%' is not a share between 0% and 100%", 'write it like 0.55 or "55%"'),
        (share, "-5%", "a share cannot be negative", 'write it like 0.55 or "55%"'),
        (share, 55, "55 is not a share between 0% and 100%", 'write "55%" or 0.55'),
        (share, 0.5, "this is not an exact number", 'write it like 0.55 or "55%"; in Python, no float'),
        (growth, "3", "'3' without a percent sign may mean 3% or 300%", "write 3% or 0.03"),
        (growth, "1", "'1' without a percent sign may mean 1% or 100%", "write 1% or 0.01"),
        (growth, "-2", "'-2' without a percent sign may mean -2%", "write -2% or -0.02"),
        (growth, Decimal("3.5"), "3.5 without a percent sign may mean 3.5% or 350%", 'write "3.5%" or 0.035'),
        (growth, "3,5%", "'3,5%' is not a growth", "write 3.5%"),
        (days, "1.5", "'1.5' is not a whole number of days", "write it like 90d"),
        (days, "soon", "'soon' is not a number of days", "write it like 90d"),
    ],
)
def test_what_is_refused_says_what_to_write(
    parse: Callable[[object], object], text: object, message: str, hint: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_request(parse, text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_prices_shares_and_rates() -> None:
    assert [str(price(text)) for text in ("0.14", "$0.14", "0.14 USD", ".15", "1.50", "1e-3")] == [
        "0.14", "0.14", "0.14", "0.15", "1.50", "0.001",
    ]  # fmt: skip
    assert [share(text) for text in ("55%", "0.55", "60 %", "1", "0")] == [
        Fraction(11, 20), Fraction(11, 20), Fraction(3, 5), 1, 0,
    ]  # fmt: skip
    assert [growth(text) for text in ("5%", "-2%", "−2%", "0.05", "300%")] == [
        Fraction(1, 20), Fraction(-1, 50), Fraction(-1, 50), Fraction(1, 20), 3,
    ]  # fmt: skip
    assert [dollars("$1,500"), dollars("1.5k")] == [1_500, 1_500]
    assert [days("90d"), days("90")] == [90, 90]
    assert growth(Fraction(3)) == 3  # a fraction is what a percentage was made of


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "9" * 5000, "1" + "e9" * 999, "1" + ",000" * 999])
@pytest.mark.parametrize("kind", KINDS)
def test_huge_numbers_are_refused_at_once(text: str, kind: Kind) -> None:
    start = time.process_time()
    with pytest.raises(ValueError, match="is not"):
        read(text, kind)
    assert time.process_time() - start < 1


def test_what_looks_like_a_number() -> None:
    assert all(map(is_like_a_number, ("350", "1,8k", "40 000", "$5", "1.234,5", "55%", ".5", "-3")))
    assert not any(map(is_like_a_number, ("350.csv", "answer.md", "k", "", "-", "1e6.json", "2026/answer.txt")))


class Notation:
    """How somebody writes numbers: the sign between groups of three digits, and the decimal sign."""

    def __init__(self, group: str, point: str = ".") -> None:
        self.group, self.point = group, point

    def write(self, value: Decimal) -> str:
        whole, _, part = f"{value:f}".partition(".")
        grouped = f"{int(whole):,}".replace(",", self.group)
        return f"{grouped}{self.point}{part}" if part else grouped


NOTATIONS = {
    "plain": Notation(""),
    "commas": Notation(","),
    "spaces": Notation(" "),
    "no-break spaces": Notation("\u00a0"),
    "thin spaces": Notation("\u202f"),
    "underscores": Notation("_"),
    "apostrophes": Notation("'"),
    "decimal comma": Notation("", ","),
    "decimal comma, grouped by spaces": Notation(" ", ","),
    "decimal comma, grouped by dots": Notation(".", ","),
}
SUFFIXES = {"": 0, "k": 3, "K": 3, "M": 6, "B": 9, " k": 3, "e3": 3, "E+6": 6, "e-2": -2}
decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**12), st.sampled_from([0, 0, 1, 2, 4, 6])
)
three_places = st.integers(0, 10**9).map(lambda digits: Decimal(digits).scaleb(-3))


def _meaning(text: str, kind: Kind) -> Fraction | None:
    """What is read; None where it is refused."""
    try:
        written = read(text, kind)
    except ValueError:
        return None
    return Fraction(written.number) / (100 if written.percent else 1)


@given(
    value=decimals | three_places,
    notation=st.sampled_from(sorted(NOTATIONS)),
    suffix=st.sampled_from(sorted(SUFFIXES)),
    percent=st.booleans(),
    dollar=st.sampled_from(["", "$", "USD ", "-"]),
    kind=st.sampled_from(KINDS),
)
def test_a_number_is_read_as_its_writer_meant_or_refused(
    value: Decimal, notation: str, suffix: str, percent: bool, dollar: str, kind: Kind
) -> None:
    text = f"{dollar}{NOTATIONS[notation].write(value)}{suffix}{'%' * percent}"
    meant = Fraction(value) * Fraction(10) ** SUFFIXES[suffix] / (100 if percent else 1)
    meant = -meant if dollar == "-" else meant
    found = _meaning(text, kind)
    if kind.whole and meant.denominator != 1:
        return  # nobody counts fractions: 1,234 tokens are no 1.234 tokens
    if kind is DOLLARS and not suffix and f"{value:f}"[-4:-3] == ".":
        return  # nor does anybody name a budget in tenths of a cent
    if notation == "decimal comma, grouped by dots" and "," not in text and (suffix or not (kind.whole or kind.coarse)):
        return  # a dot is the decimal sign wherever fractions are usual, as before a suffix
    assert found in (None, meant), text


@given(
    value=decimals,
    notation=st.sampled_from(["plain", "commas", "spaces", "no-break spaces", "thin spaces", "underscores"]),
)
def test_numbers_by_our_rules_are_read(value: Decimal, notation: str) -> None:
    assert _meaning(NOTATIONS[notation].write(value), DOLLARS) == Fraction(value)


@given(value=st.integers(0, 10**12), notation=st.sampled_from(["decimal comma, grouped by dots"]))
def test_thousands_grouped_by_dots_are_never_read_as_fractions_of_tokens(value: int, notation: str) -> None:
    assert _meaning(NOTATIONS[notation].write(Decimal(value)), REQUESTS) in (None, value)
