"""The only place that rounds numbers or puts them into digits.

`show` writes a value for people, `show_exact` writes it for programs. All arithmetic is on integers and
fractions, so neither binary floats nor the thread's decimal context can change a digit. Halves round up,
away from zero.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from tokencost.documents.document import Figure, Kind, Phrase, Plain, Sentence, Value

MISSING = "—"
"""What people read where a value does not exist."""

_MONEY: tuple[Kind, ...] = ("rate", "mixed_rate", "money", "fine_money", "whole_money")
_RATIOS: tuple[Kind, ...] = (
    "ratio", "times", "percent", "change", "share", "factor", "fine_ratio", "fine_percent", "fine_change",
)  # fmt: skip
_SIGNED: tuple[Kind, ...] = ("change", "fine_change")
_MOST_DECIMALS = 6
"""Of a list price whose digits do not end, such as that of a mix."""
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
    shown = (_symbol(currency) if kind in _MONEY else "") + _FOR_PEOPLE.get(kind, _show_plain)(abs(number))
    if kind in _SIGNED and number:
        return f"{'−' if number < 0 else '+'}{shown}"
    return f"-{shown}" if number < 0 else shown


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")


def show_column(values: Sequence[Value], kind: Kind, currency: str = "USD", *, totals: int = 0) -> list[str]:
    """The cells of a column for people; amounts of money with one number of decimals.

    They are as many as the smallest amount needs to keep three significant digits, at least two, and for list prices
    as many as the longest has. With one total at the end, amounts and shares are rounded so that they add up to it: by
    the method of largest remainders, by which none is further than one unit of its last digit from its value.
    """
    cells = [show(value, kind, currency) for value in values]
    groups: dict[tuple[Kind, str], list[int]] = {}
    for place, value in enumerate(values):
        used = (value.kind, value.currency) if isinstance(value, Figure) else (kind, currency)
        plain = value.value if isinstance(value, Figure) else value
        if used[0] in (*_MONEY, "share") and isinstance(plain, int | Decimal | Fraction):
            groups.setdefault(used, []).append(place)
    for (used_kind, used_currency), places in groups.items():
        numbers = [_to_fraction(_number(values[place])) for place in places]
        adds_up = totals == 1 and places[-1] == len(values) - 1
        shown = _show_aligned(numbers, used_kind, adds_up=adds_up)
        symbol = _symbol(used_currency) if used_kind in _MONEY else ""
        for place, number, digits in zip(places, numbers, shown, strict=True):
            cells[place] = f"{'-' if number < 0 else ''}{symbol}{digits}"
    return cells


def _number(value: Value) -> int | Decimal | Fraction:
    plain = value.value if isinstance(value, Figure) else value
    assert isinstance(plain, int | Decimal | Fraction)  # noqa: S101  # the caller has looked
    return plain


def _show_aligned(numbers: list[Fraction], kind: Kind, *, adds_up: bool) -> list[str]:
    sizes = [abs(number) for number in numbers]
    places = _column_places(sizes, kind)
    scaled = [_round_at(size, places) for size in sizes]
    if adds_up and len(numbers) > 1 and sum(numbers[:-1]) == numbers[-1] and min(numbers) >= 0:
        scaled = [*_round_to_sum(sizes[:-1], places, scaled[-1]), scaled[-1]]
    shown = [_write_scaled(unit, places, ",") for unit in scaled]
    return [f"{digits}%" for digits in shown] if kind == "share" else shown


def _column_places(sizes: list[Fraction], kind: Kind) -> int:
    if kind == "share":
        return 1
    if kind == "whole_money":
        return 0
    known = [_decimals(size) for size in sizes]
    if kind == "rate" and None not in known:
        return max(2, *(places or 0 for places in known))
    smallest = min((size for size in sizes if size), default=Fraction(1))
    places = max(2, _places(smallest, 3))
    if kind == "rate":
        return max(places, *(found for found in known if found is not None and found <= _MOST_DECIMALS), 2)
    return places


def _round_to_sum(sizes: list[Fraction], places: int, total: int) -> list[int]:
    """The sizes in units of their last shown digit, so that they add up to the total."""
    scale = Fraction(10) ** places
    floors = [int(size * scale) for size in sizes]
    order = sorted(range(len(sizes)), key=lambda place: (floors[place] - sizes[place] * scale, place))
    for place in order[: max(total - sum(floors), 0)]:
        floors[place] += 1
    return floors


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
    if kind not in _RATIOS:
        # Nearly every figure of a large table is one of these two, and needs no fraction.
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal) and value.is_finite():
            return format(value or value.copy_abs(), "f")
    number = _to_fraction(value)
    size = abs(number)
    if kind in _RATIOS:
        digits = _write_significant(size, 12)
    else:
        places = _decimals(size)
        digits = _write_significant(size, 18) if places is None else _write_fixed(size, places)
    return f"-{digits}" if number < 0 else digits


def write_digits(number: Fraction, places: int, separator: str = "") -> str:
    """A number of zero or more with that many decimals, halves up, where somebody else has decided how many."""
    return _write_fixed(number, places, separator)


def count_decimals(number: Fraction) -> int | None:
    """How many decimals write a number exactly; None where no number of them does."""
    return _decimals(abs(number))


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


def _show_fine_percent(number: Fraction) -> str:
    return _write_fixed(number, max(2, _places(number, 2)), ",") + "%" if number else "0%"


def _show_plain(number: Fraction) -> str:
    places = _decimals(number)
    if places is None:
        return _trim_zeros(_write_fixed(number, max(0, _places(number, 6)), ","), 0)
    return _write_fixed(number, places, ",")


_FOR_PEOPLE: dict[Kind, Callable[[Fraction], str]] = {
    "rate": _show_rate,
    "mixed_rate": lambda number: _write_fixed(number, max(2, _places(number, 3)) if number else 2, ","),
    "money": _show_money,
    "ratio": _show_ratio,
    "times": lambda number: _show_ratio(number).removesuffix("×"),
    "percent": _show_percent,
    "change": _show_percent,
    "share": lambda number: _write_fixed(number, 1, ",") + "%",
    "factor": lambda number: _write_significant(number, 4),
    "whole_money": lambda number: _write_fixed(number, 0, ","),
    "expected": lambda number: _write_fixed(number, 0 if number >= 1 or not number else _places(number, 2), ","),
    "fine_money": lambda number: (
        _trim_zeros(_write_fixed(number, _places(number, 4)), 2) if 0 < number < 1 else _show_money(number)
    ),
    "fine_ratio": lambda number: _write_fixed(number, max(2, _places(number, 2)), ",") + "×" if number else "0×",
    "fine_percent": _show_fine_percent,
    "fine_change": _show_fine_percent,
}


def _to_fraction(value: int | Decimal | Fraction) -> Fraction:
    if type(value) is Fraction:
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a number that can be shown")
    return Fraction(value)


def show_short_when(value: date) -> str:
    """A date, or an instant to the minute: `2025-02-08 16:00`, in UTC."""
    return _show_when(value).replace("T", " ").removesuffix("Z").removesuffix(":00")


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
    return _write_scaled(_round_at(number, places), places, separator)


def _write_scaled(scaled: int, places: int, separator: str = "") -> str:
    """A number of units of the last digit."""
    if places <= 0:
        return f"{scaled * 10**-places:{separator}d}"
    whole, part = divmod(scaled, 10**places)
    return f"{whole:{separator}d}.{part:0{places}d}"


def _trim_zeros(digits: str, keep: int) -> str:
    """Without the trailing zeros that come after the first `keep` decimals."""
    whole, _, part = digits.partition(".")
    part = part[:keep] + part[keep:].rstrip("0")
    return f"{whole}.{part}" if part else whole
