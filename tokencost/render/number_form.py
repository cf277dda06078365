"""The form in which somebody wrote a number: how many decimals, which separators and which sign.

A number within a sentence is renewed in the form that its author chose. Only what would then be untrue leaves the form:
a list price keeps all of its digits, and what is not zero never looks like zero.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.render.numbers import count_decimals, show, write_digits

MOST_DECIMALS = 12
_SPACES = "\u00a0\u202f\u2009"
_NUMBER = re.compile(
    rf"(?<![\w.,+\-−–$¥])(?P<sign>[+\-−–]|\$-\$)?(?P<currency>(?:US)?\\?\$|¥|\\textyen(?:\{{\}})?)?"
    rf"(?P<digits>[0-9]+(?:[.,'’{_SPACES}][0-9]+)*)(?![.,]?[0-9]|[\-–−][0-9])(?!(?!x\b)\w)"
)
_CURRENCIES = {"$": "USD", "¥": "CNY"}


class NumberForm(NamedTuple):
    """How a number is written, and where."""

    start: int
    end: int
    sign: str
    """The sign before it; empty where it has none."""
    currency: str
    """As it is written; empty where there is none."""
    decimals: int
    point: str
    """What parts the decimals; by default a full stop."""
    separator: str
    """What parts the thousands; empty where they are not parted."""


def read_form(text: str) -> NumberForm | None:
    """The form of the one number in a text; None for a blank one. Raises `InvalidRequest` for none or several."""
    if not text.strip():
        return None
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        said = "holds no number" if not found else f"holds {len(found)} numbers: {', '.join(each[0] for each in found)}"
        raise InvalidRequest(
            f"what stands between the marks {said}",
            "put the marks around one number, such as 53.6× or $0.14, or nothing",
        )
    (number,) = found
    decimals, point, separator = _read_digits(number["digits"])
    currency = number["currency"] or ""
    return NumberForm(number.start(), number.end(), number["sign"] or "", currency, decimals, point, separator)


def _read_digits(digits: str) -> tuple[int, str, str]:
    """How many decimals, after which sign, and what parts the thousands."""
    signs = re.findall(r"\D", digits)
    whole, _, last = digits.rpartition(signs[-1]) if signs else (digits, "", "")
    is_thousands = (
        bool(signs)
        and signs[-1] != "."
        and len(last) == 3  # noqa: PLR2004  # 1,234
        and len(set(signs)) == 1
        and len(re.match(r"\d*", digits)[0]) <= 3  # type: ignore[index]  # noqa: PLR2004  # it matches nothing, too
        and not digits.startswith("0")
    ) or (len(signs) > 1 and len(set(signs)) == 1)
    if not signs:
        # 1234 was written without separators by somebody who could have set one.
        return 0, ".", "" if len(digits) > 3 else ","  # noqa: PLR2004
    if is_thousands:
        return 0, "," if signs[-1] == "." else ".", signs[-1]
    point = signs[-1]
    others = set(signs[:-1])
    if others:
        return len(last), point, others.pop()
    return len(last), point, "" if len(whole) > 3 else "." if point == "," else ","  # noqa: PLR2004


def write_like(text: str, value: Decimal | Fraction, kind: str, currency: str = "USD") -> str:
    """The text with the value in place of its number; the value in the usual form where there is no text.

    `kind` is price, ratio, percent-lower or cost. Raises `InvalidRequest` where the text cannot hold the value: another
    currency, or a figure that is no longer lower.
    """
    number = Fraction(value)
    form = read_form(text)
    if form is None:
        if kind == "percent-lower" and number < 0:
            raise _no_longer_lower(number)
        kinds = {"price": "rate", "ratio": "ratio", "percent-lower": "percent", "cost": "money"}
        return show(value, kinds[kind], currency)  # type: ignore[arg-type]  # each of them is a kind
    _refuse_currency(form, kind, currency)
    sign = ""
    if kind == "percent-lower":
        if not form.sign and number < 0:
            raise _no_longer_lower(number)
        sign = _sign_of(form.sign, -number) if form.sign else ""
    digits = (
        write_digits(abs(number), _places(number, form.decimals, kind), ",").replace(",", " ").replace(".", form.point)
    )
    written = f"{sign}{form.currency}{digits.replace(' ', form.separator)}"
    return f"{text[: form.start]}{written}{text[form.end :]}"


def _sign_of(old: str, change: Fraction) -> str:
    if not change:
        return ""
    if change > 0:
        return "+"
    return "−" if old == "+" else old


def _refuse_currency(form: NumberForm, kind: str, currency: str) -> None:
    if form.currency and kind in ("ratio", "percent-lower"):
        raise InvalidRequest(f"the number has {form.currency}, and a {kind} has no currency", "take it away")
    sign = form.currency[-1:]
    if form.currency and _CURRENCIES.get(sign, "CNY") != currency:
        other = "CNY" if currency == "USD" else "USD"
        raise InvalidRequest(
            f"the number has {form.currency}, and the figure is in {currency}", f"add currency={other}"
        )


def _no_longer_lower(number: Fraction) -> InvalidRequest:
    return InvalidRequest(
        f"it is not lower any more, but {show(-number, 'percent')} higher",
        "write the sentence anew; a number with a sign, such as −98.1%, holds both",
    )


def _places(number: Fraction, decimals: int, kind: str) -> int:
    """How many decimals are written: those of the old number, or more where they would say something untrue."""
    if kind == "price":
        exact = count_decimals(number)
        if exact is not None and exact > decimals:
            return max(2, exact)
        return decimals
    ends = (0, 100) if kind == "percent-lower" else (0,)
    while decimals < MOST_DECIMALS and any(
        number != end and Fraction(write_digits(abs(number), decimals)) == end for end in ends
    ):
        decimals += 1
    return decimals
