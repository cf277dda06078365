"""The only place that rounds numbers or puts them into digits.

`show` writes a value for people, `show_exact` writes it for programs. All arithmetic is on integers and
fractions, so neither binary floats nor the thread's decimal context can change a digit. Halves round up,
away from zero.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from tokencost.documents.document import Figure, Kind, Phrase, Plain, Sentence, Value

MISSING = "—"
"""What people read where a value does not exist."""

_FIVES = {step: 5**step for step in (64, 8, 1)}
_SYMBOLS = {"USD": "$", "CNY": "¥"}


def show(value: Value, kind: Kind, currency: str = "USD") -> str:
    """A value for people: rounded, with separators and its unit. What is not zero never looks like zero."""
    if isinstance(value, Figure):
        return show(*value)
    if isinstance(value, Phrase):
        return show_sentence(value.words)
    if value is None:  # never 0: what does not exist costs not nothing, but is not sold
        return MISSING
    if isinstance(value, int | Decimal | Fraction) and kind not in ("text", "term"):
        return _show_number(_to_fraction(value), kind, currency)
    return _show_word(value, kind)


def _show_number(number: Fraction, kind: Kind, currency: str) -> str:
    unit = _SYMBOLS.get(currency, f"{currency} ") if kind in ("rate", "money", "fine_money") else ""
    shown = unit + _FOR_PEOPLE.get(kind, _show_plain)(abs(number))
    return f"-{shown}" if number < 0 else shown


def _show_word(value: Plain, kind: Kind) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _show_when(value).removesuffix("T00:00:00Z") if kind == "bound" else _show_when(value)
    return str(value).replace("_", " ") if kind == "term" else str(value)


def show_sentence(sentence: Sentence) -> str:
    """A sentence with its figures rounded; what it quotes from files is not yet sanitized."""
    return "".join(part if isinstance(part, str) else show(*part) for part in sentence)


def show_exact(value: Value, kind: Kind) -> str:
    """A value for programs: all its digits, never an exponent; empty where it does not exist.

    Ratios and percentages have 12 significant digits. A fraction of another kind that no decimal number
    equals has 18.
    """
    if isinstance(value, Figure):
        return show_exact(value.value, value.kind)
    if isinstance(value, Phrase):
        return show_sentence(value.words)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return _show_when(value)
    return _show_digits(value, kind)


def _show_digits(value: int | Decimal | Fraction, kind: Kind) -> str:
    if kind not in ("ratio", "percent", "fine_ratio", "fine_percent"):
        # Nearly every figure of a large table is one of these two, and needs no fraction.
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal) and value.is_finite():
            return format(value or value.copy_abs(), "f")
    number = _to_fraction(value)
    size = abs(number)
    if kind in ("ratio", "percent", "fine_ratio", "fine_percent"):
        digits = _write_significant(size, 12)
    else:
        places = _decimals(size)
        digits = _write_significant(size, 18) if places is None else _write_fixed(size, places)
    return f"-{digits}" if number < 0 else digits


def _show_rate(number: Fraction) -> str:
    places = _decimals(number)
    if places is None:
        return _trim_zeros(_write_fixed(number, max(2, _places(number, 6)), ","), 2)
    return _write_fixed(number, max(2, places), ",")


def _show_money(number: Fraction) -> str:
    return _write_fixed(number, 2 if number >= 1 or not number else max(2, _places(number, 2)), ",")


def _show_ratio(number: Fraction) -> str:
    if not number:
        return "0×"
    return _write_fixed(number, 1 if number >= 1 else _places(number, 2), ",") + "×"


def _show_percent(number: Fraction) -> str:
    places = 1
    # 99.98 shown as 100.0% would say that nothing is left to pay, and 0.04 as 0.0% that nothing changed.
    while any(number != end and _round_at(number, places) == end * 10**places for end in (0, 100)):
        places += 1
    return _write_fixed(number, places, ",") + "%"


def _show_plain(number: Fraction) -> str:
    places = _decimals(number)
    if places is None:
        return _trim_zeros(_write_fixed(number, max(0, _places(number, 6)), ","), 0)
    return _write_fixed(number, places, ",")


_FOR_PEOPLE: dict[Kind, Callable[[Fraction], str]] = {
    "rate": _show_rate,
    "money": _show_money,
    "ratio": _show_ratio,
    "percent": _show_percent,
    "expected": lambda number: _write_fixed(number, 0 if number >= 1 or not number else _places(number, 2), ","),
    "fine_money": lambda number: (
        _trim_zeros(_write_fixed(number, _places(number, 4)), 2) if 0 < number < 1 else _show_money(number)
    ),
    "fine_ratio": lambda number: _write_fixed(number, max(2, _places(number, 2)), ",") + "×" if number else "0×",
    "fine_percent": lambda number: _write_fixed(number, max(2, _places(number, 2)), ",") + "%" if number else "0%",
}


def _to_fraction(value: int | Decimal | Fraction) -> Fraction:
    if type(value) is Fraction:
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a number that can be shown")
    return Fraction(value)


def _show_when(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _write_significant(number: Fraction, digits: int) -> str:
    return _trim_zeros(_write_fixed(number, _places(number, digits)), 0) if number else "0"


def _decimals(number: Fraction) -> int | None:
    """How many decimals write the number exactly; None where no number of them does."""
    rest = number.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    for step in (64, 8, 1):  # growth compounded over years leaves dozens of them
        while rest % _FIVES[step] == 0:
            rest //= _FIVES[step]
            fives += step
    return max(twos, fives) if rest == 1 else None


def _places(number: Fraction, significant: int) -> int:
    """How many decimals leave that many significant digits of a number above zero.

    Negative where digits before the point are rounded away.
    """
    leading = Decimal(number.numerator).adjusted() - Decimal(number.denominator).adjusted()
    if number < Fraction(10) ** leading:
        leading -= 1
    places = significant - 1 - leading
    # 0.0996 to two digits is 0.10: rounding up can bring a digit that is one too many.
    return places - 1 if _round_at(number, places) == 10**significant else places


def _round_at(number: Fraction, places: int) -> int:
    """The number in units of its last shown digit, halves up."""
    above, below = number.numerator, number.denominator
    if places >= 0:
        above *= 10**places
    else:
        below *= 10**-places
    return (2 * above + below) // (2 * below)


def _write_fixed(number: Fraction, places: int, separator: str = "") -> str:
    scaled = _round_at(number, places)
    if places <= 0:
        return f"{scaled * 10**-places:{separator}d}"
    whole, part = divmod(scaled, 10**places)
    return f"{whole:{separator}d}.{part:0{places}d}"


def _trim_zeros(digits: str, keep: int) -> str:
    """Without the trailing zeros that come after the first `keep` decimals."""
    whole, _, part = digits.partition(".")
    part = part[:keep] + part[keep:].rstrip("0")
    return f"{whole}.{part}" if part else whole
