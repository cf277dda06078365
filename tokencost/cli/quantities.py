"""Numbers as people type them: `1.5M`, `200k`, `60%`, `1_000`."""

import re
from decimal import Decimal
from fractions import Fraction

from tokencost.errors import UsageError

_NUMBER = re.compile(r"(\d[\d_]*(?:\.\d+)?|\.\d+)([kKmMbBgG]?)", re.ASCII)
_MULTIPLES = {"": 0, "k": 3, "m": 6, "b": 9, "g": 9}
_LONGEST = 40


def parse_count(text: str) -> Decimal:
    """`1.5M` as 1500000; never negative. Raises `UsageError`."""
    match = _NUMBER.fullmatch(text.strip().replace(",", "_")) if len(text) <= _LONGEST else None
    if not match:
        raise UsageError(
            f"{text[:_LONGEST]!r} is not a number of zero or more", "write it like 1500000, 1.5M, 200k or 1_000"
        )
    return Decimal(match[1].replace("_", "")).scaleb(_MULTIPLES[match[2].lower()])


def parse_share(text: str) -> Fraction:
    """`60%` or `0.6` as the fraction 3/5, from 0 to 1. Raises `UsageError`."""
    number = text.strip().removesuffix("%")
    value = Fraction(parse_count(number))
    share = value / 100 if text.strip().endswith("%") else value
    if not 0 <= share <= 1:
        raise UsageError(f"{text!r} is not a share between 0% and 100%", "write it like 60% or 0.6")
    return share


def parse_days(text: str) -> int:
    """`90d` or `90` as a number of days. Raises `UsageError`."""
    match = re.fullmatch(r"(\d{1,6})d?", text.strip(), re.ASCII)
    if not match:
        raise UsageError(f"{text!r} is not a number of days", "write it like 90d")
    return int(match[1])
