"""Numbers as people type them: `40k`, `1,234,567`, `55%`, `$0.14`.

Every quantity that is text is read here, whether it comes from the command line, from a file or from Python. The
decimal sign is a dot. Commas, spaces and underscores group digits: exactly three, throughout, by one and the same
character. What can be read in two ways is refused with both, and a number is never guessed.

Numbers that are not text must be exact: `int`, `Decimal` or `Fraction`. Errors are `ValueError(message, hint)`, which
files give a line and `parse_request` makes a `InvalidRequest`.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from tokencost.errors import InvalidRequest

MOST_DECIMALS = 12
HIGHEST_PRICE = 1_000_000
HIGHEST_FACTOR = 100
HIGHEST_GROWTH = 10
MOST_REQUESTS = 10**12
MOST_TOKENS = 10**8
MOST_MONTHS = 120
MOST_DAYS = 10**6
LONGEST = 40
_EXACT = Context(prec=4 * LONGEST)
"""More digits than can be typed: nothing is rounded, whatever context the caller has."""
_SPACES = " \u00a0\u2007\u2009\u202f"
_MULTIPLES = {"k": 3, "m": 6, "b": 9, "g": 9}
_NUMBER = re.compile(
    rf"(?P<sign>[-+−]?)(?P<whole>[1-9]\d{{0,2}}(?P<by>[,_{_SPACES}])\d{{3}}(?:(?P=by)\d{{3}})*|\d+|(?=\.\d))(?:\.(?P<part>\d+))?"
    rf"(?:[eE](?P<exponent>[+-]?\d{{1,2}})|[{_SPACES}]?(?P<multiple>[kKmMbBgG]))?",
    re.ASCII,
)
_LIKE_A_NUMBER = re.compile(rf"[-+$]?[\d.,_'’{_SPACES}]*\d[\d.,_'’{_SPACES}]*[kKmMbBgG%]?", re.ASCII)
_GROUPED_BY_DOTS = re.compile(r"(?<!\d)[1-9]\d{0,2}(?:\.\d{3})+(?!\d)", re.ASCII)


Read = TypeVar("Read")
Amount = int | Decimal | Fraction | str
"""What Python may give where a number is asked for; text is read as on the command line: `"10%"`, `"40k"`."""


class NotRead(ValueError):
    """Text that is no number, with what it would be if it were written by our rules."""

    def __init__(self, text: str, message: str, kind: "Kind", meant: Sequence[str] = ()) -> None:
        super().__init__(message, f"write {' or '.join(meant)}" if meant else f"write it like {kind.example}")
        self.text = text
        self.meant = tuple(meant)


class Kind(NamedTuple):
    """What is asked for, and how it may be written."""

    name: str
    """As in "'0,14' is not a price"."""
    example: str
    unit: str = ""
    """As in "more than 100 times as many tokens"."""
    most: int | None = None
    whole: bool = False
    """Whether text must come out whole: a fraction of a token does not exist, but an average of exact numbers does."""
    dollars: bool = False
    percent: bool = False
    signed: bool = False
    multiples: bool = True
    small: bool = False
    """Whether thousands are unlikely: there, 1,234 may as well be 1.234."""
    coarse: bool = False
    """Whether thousandths are unlikely: there, 1.500 may as well be 1,500."""


TOKENS = Kind("a number of tokens", "1_800", "tokens in a request", MOST_TOKENS, whole=True)
REQUESTS = Kind("a number of requests", "40_000", "requests", MOST_REQUESTS, whole=True)
MONTHS = Kind("a number of months", "12", "months", MOST_MONTHS, whole=True, multiples=False)
DAYS = Kind("a number of days", "90d", "days", MOST_DAYS, whole=True, multiples=False)
FACTOR = Kind("a number", "1.1", "times as many tokens", HIGHEST_FACTOR, multiples=False, small=True)
PRICE = Kind("a price", "0.12", "USD per 1M tokens", HIGHEST_PRICE, dollars=True, multiples=False, small=True)
WEIGHT = Kind("a number of zero or more", "3", small=True, coarse=True)
FIGURE = Kind("a figure", "98, 96.4 or 7.50", dollars=True, small=True)
DOLLARS = Kind("an amount of US dollars", "500", "US dollars", dollars=True, coarse=True)
SHARE = Kind("a share", '0.55 or "55%"', percent=True, multiples=False, small=True)
GROWTH = Kind("a growth", '0.05 or "5%"', percent=True, signed=True, multiples=False, small=True)


class Written(NamedTuple):
    """A number as it was written: `55%` is 55 with a percent sign."""

    number: Decimal
    """With the digits that were typed."""
    percent: bool


def parse_request(parse: Callable[[Any], Read], value: object, name: str = "") -> Read:
    """What a parser of this module makes of a value; the error of one that says nothing names the option or field.

    Raises `InvalidRequest`.
    """
    try:
        return parse(value)
    except ValueError as error:
        message, hint = error.args
        raise InvalidRequest(f"{name}: {message}" if name else message, hint) from None


def read(text: str, kind: Kind) -> Written:
    """A number of a kind as it was typed. Raises `NotRead`, which says what was probably meant."""
    written = _read(text, kind)
    if isinstance(written, Written):
        return written
    quoted = show_value(text)
    meant = [other for other in _suggest_spellings(text.strip(), kind) if isinstance(_read(other, kind), Written)]
    if written == "two ways" and len(meant) > 1:
        raise NotRead(text, f"{quoted} may mean {' or '.join(meant)}", kind, meant)
    if written == "negative":
        raise NotRead(text, f"{kind.unit or kind.name} cannot be negative", kind)
    raise NotRead(text, f"{quoted} is not {_whole(kind) if written == 'fraction' else kind.name}", kind, meant)


def is_like_a_number(text: str) -> bool:
    """Whether a text can only be meant as a number, well written or not."""
    return len(text) <= LONGEST and _LIKE_A_NUMBER.fullmatch(text.strip()) is not None


def number(value: object, kind: Kind) -> Fraction:
    """A number of a kind, which may be text or exact; from 0 to the most that the kind allows."""
    given = Fraction(read(value, kind).number) if isinstance(value, str) else exact(value, kind)
    if given < 0:
        raise ValueError(f"{kind.unit or kind.name} cannot be negative", f"write it like {kind.example}")
    if kind.most is not None and given > kind.most:
        raise ValueError(f"more than {kind.most:,} {kind.unit}", f"write it like {kind.example}")
    return given


def whole_number(value: object, kind: Kind) -> int:
    """The same where exact numbers too must be whole."""
    given = number(value, kind)
    if given.denominator != 1:
        raise ValueError(f"{show_value(value)} is not {_whole(kind)}", f"write it like {kind.example}")
    return given.numerator


def days(text: str) -> int:
    """`90d` or `90`."""
    return whole_number(text.strip().removesuffix("d"), DAYS)


def price(value: object) -> Decimal:
    """USD per 1M tokens, with the digits that were typed: `0.12`, `$0.12` or `.12`."""
    given = number(value, PRICE)
    if isinstance(value, str):
        return read(value, PRICE).number
    return value if isinstance(value, Decimal) else _EXACT.divide(Decimal(given.numerator), Decimal(given.denominator))


def factor(value: object) -> Fraction:
    """How many times as many tokens: above 0."""
    given = number(value, FACTOR)
    if not given:
        raise ValueError("a token factor is above 0", "write it like 1.1")
    return given


def share(value: object) -> Fraction:
    """A share from 0 to 1: `0.55` or `"55%"`."""
    given, signed = _part(value, SHARE)
    if 0 <= given <= 1:
        return given
    hint = f"write it like {SHARE.example}"
    if not signed and 1 < given <= 100:  # noqa: PLR2004
        hint = _spellings(value, given)
    raise ValueError(f"{show_value(value)} is not a share between 0% and 100%", hint)


def growth(value: object) -> Fraction:
    """A rate of growth: `0.05`, `"5%"` or `"-2%"`. A bare 1 is refused: it may mean 1% or 100%."""
    given, signed = _part(value, GROWTH)
    if not signed and (given >= 1 or given < -1) and -1 <= given / 100 <= HIGHEST_GROWTH:
        percent = f"{_decimal(given)}%" + (f" or {_decimal(given * 100)}%" if -1 <= given <= HIGHEST_GROWTH else "")
        raise ValueError(f"{show_value(value)} without a percent sign may mean {percent}", _spellings(value, given))
    if not -1 <= given <= HIGHEST_GROWTH:
        raise ValueError(
            f"a growth of {show_value(value)} a month is not between -100% and {HIGHEST_GROWTH * 100:,}%",
            f"write it like {GROWTH.example}",
        )
    return given


def check_file_number(value: object, kind: Kind) -> object:
    """A bare number of a file, refused where text would be: `1.800` tokens are 1.8, and nobody means that."""
    if not (kind.whole and isinstance(value, Decimal) and value.is_finite()) or int(value.as_tuple().exponent) >= 0:
        return value
    text = str(value)
    if isinstance(_read(text, kind), Written):
        return value
    digits = text.replace(".", "")
    hint = f"write {digits} or {int(digits):_}" if _GROUPED_BY_DOTS.fullmatch(text) else f"write it like {kind.example}"
    raise ValueError(f"{show_value(value)} is not {_whole(kind)}", hint)


def exact(value: object, kind: Kind) -> Fraction:
    """A number from Python, exactly: floats are refused, since their digits are not those that somebody meant."""
    hint = f"write it like {kind.example}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise ValueError("this is not an exact number", f"{hint}; in Python, no float")  # noqa: TRY004
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("this is not a finite number", hint)
    if isinstance(value, Decimal) and value and abs(value.adjusted()) > MOST_DECIMALS * 2:
        raise ValueError(f"{show_value(value)} is out of range", hint)
    given = Fraction(value)
    if 10**MOST_DECIMALS % given.denominator and not isinstance(value, Fraction):
        raise ValueError(f"more than {MOST_DECIMALS} decimal places", hint)
    return given


def show_value(value: object) -> str:
    """A value as the person wrote it, cut where it is long; text in quotes."""
    if isinstance(value, str):
        return repr(value[:LONGEST])
    if isinstance(value, int) and not -(10**LONGEST) < value < 10**LONGEST:
        return "this number"  # Python refuses to write thousands of digits
    return str(value)[:LONGEST] if isinstance(value, int | Decimal | Fraction) else repr(value)[:LONGEST]


def _read(text: str, kind: Kind) -> Written | str:
    """The number, or what is wrong with it."""
    left = text.strip()
    if len(left) > LONGEST:
        return "no number"
    if kind.dollars:
        left = left.removeprefix("USD").removeprefix("$").removesuffix("USD").strip()
    percent = kind.percent and left.endswith("%")
    if percent:
        left = left[:-1].rstrip()
    match = _NUMBER.fullmatch(left)
    if not match or (match["multiple"] and not kind.multiples):
        return "no number"
    sign = "-" if match["sign"] in ("-", "−") else ""
    digits = re.sub(r"\D", "", match["whole"], flags=re.ASCII) or "0"
    value = Decimal(f"{sign}{digits}.{match['part'] or ''}".rstrip("."))
    multiple = _MULTIPLES[match["multiple"].lower()] if match["multiple"] else int(match["exponent"] or 0)
    value = _EXACT.scaleb(value, multiple)
    return _what_is_wrong(match, value, kind) or Written(value, percent)


def _what_is_wrong(match: re.Match[str], value: Decimal, kind: Kind) -> str:
    """What is wrong with a number that is well formed; empty where nothing is."""
    plain = not (match["multiple"] or match["exponent"])
    one_comma = match["by"] == "," and match["whole"].count(",") == 1 and match["part"] is None
    if one_comma and (kind.small or not plain):
        return "two ways"
    if value < 0 and not kind.signed:
        return "negative"
    decimals = len(match["part"] or "") if plain else 0
    if kind.whole and (value != value.to_integral_value() or (decimals and decimals % 3 == 0)):
        return "fraction"  # also 40.000: forty, or forty thousand to those who group by dots
    return "two ways" if kind.coarse and decimals == len("000") and _GROUPED_BY_DOTS.search(match[0]) else ""


def _suggest_spellings(text: str, kind: Kind) -> list[str]:
    """What somebody may have meant who wrote it by another custom."""
    plain = re.sub(rf"[_'’{_SPACES}]", "", text)
    dots, commas = plain.count("."), plain.count(",")
    meant = []
    after = text.rpartition(",")[2]
    if commas == 1 and "." not in after:
        if re.search(rf"[_'’{_SPACES}]\d", after):
            return []
        meant.append(plain.replace(".", "").replace(",", "."))
        if re.search(r"[1-9]\d{0,2},\d{3}(?!\d)", plain) and not dots:
            meant.append(plain.replace(",", ""))
    elif commas > 1:
        meant.append(plain.replace(",", ""))
    elif grouped := _GROUPED_BY_DOTS.search(plain):
        whole = grouped[0].replace(".", "")
        if kind.coarse and dots == 1:
            meant.append(plain.replace(grouped[0], grouped[0].rstrip("0").rstrip(".")))
        meant.append(plain.replace(grouped[0], whole))
        if not kind.coarse and plain == grouped[0]:
            meant.append(f"{int(whole):,}")
    elif not dots and plain != text:
        meant.append(plain)
    return [each for each in meant if each != text]


def _whole(kind: Kind) -> str:
    return kind.name.replace("a number", "a whole number")


def _part(value: object, kind: Kind) -> tuple[Fraction, bool]:
    """A share or a rate, and whether it is clear that it is one: by its percent sign, or as the fraction it is."""
    if isinstance(value, str):
        written = read(value, kind)
        given = Fraction(written.number)
        return (given / 100, True) if written.percent else (given, False)
    return exact(value, kind), isinstance(value, Fraction)


def _spellings(value: object, given: Fraction) -> str:
    quote = "" if isinstance(value, str) else '"'
    return f"write {quote}{_decimal(given)}%{quote} or {_decimal(given / 100)}"


def _decimal(value: Fraction) -> str:
    """A fraction that was a decimal number, with its digits."""
    digits = f"{_EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
