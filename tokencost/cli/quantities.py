"""Numbers as people type them: `1.5M`, `200k`, `60%`, `1_000`."""

import re
from decimal import Decimal
from fractions import Fraction

from tokencost.errors import UsageError

_NUMBER = re.compile(r"(\d[\d_]*(?:\.\d+)?|\.\d+)([kKmMbBgG]?)", re.ASCII)
_RATE = re.compile(r"\$?(\d{1,12}(?:\.\d{1,20})?|\.\d{1,20})", re.ASCII)
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


def parse_rate(text: str) -> Decimal:
    """`0.12` or `$0.12`, USD per 1M tokens, with the digits that were typed. Raises `UsageError`."""
    match = _RATE.fullmatch(text.strip())
    if not match:
        raise UsageError(f"{text[:_LONGEST]!r} is not a price", "write USD per 1M tokens, like 0.12")
    return Decimal(match[1])


def parse_pairs(text: str) -> dict[str, str]:
    """`tier=batch,input=0.06` as its keys and values. Raises `UsageError`."""
    pairs: dict[str, str] = {}
    for item in text.split(","):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not (key and equals and value):
            raise UsageError(f"{item.strip()!r} is not key=value", "write it like tier=batch,input=0.06,output=0.25")
        if key in pairs:
            raise UsageError(f"{key!r} is given twice in {text!r}", "keep one of the two")
        pairs[key] = value
    return pairs
