"""Numbers as people type them on a command line; how they may be written is decided in `tokencost.quantities`."""

from decimal import Decimal
from fractions import Fraction

from tokencost import quantities
from tokencost.errors import InvalidRequest
from tokencost.quantities import TOKENS, parse_request


def parse_tokens(text: str) -> int:
    """`272k` as a whole number of tokens. Raises `InvalidRequest`."""
    return parse_request(lambda given: quantities.whole_number(given, TOKENS), text)


def parse_share(text: str) -> Fraction:
    """`60%` or `0.6` as the fraction 3/5, from 0 to 1. Raises `InvalidRequest`."""
    return parse_request(quantities.share, text)


def parse_factor(text: str) -> Fraction:
    """`1.1`, how many times as many tokens. Raises `InvalidRequest`."""
    return parse_request(quantities.factor, text)


def parse_days(text: str) -> int:
    """`90d` or `90` as a number of days. Raises `InvalidRequest`."""
    return parse_request(quantities.days, text)


def parse_rate(text: str) -> Decimal:
    """`0.12` or `$0.12`, USD per 1M tokens, with the digits that were typed. Raises `InvalidRequest`."""
    return parse_request(quantities.price, text)


def parse_pairs(text: str) -> dict[str, str]:
    """`tier=batch,input=0.06` as its keys and values. Raises `InvalidRequest`."""
    pairs: dict[str, str] = {}
    for item in text.split(","):
        key, equals, value = (part.strip() for part in item.partition("="))
        if pairs and item.strip().isdecimal():
            last, before = next(reversed(pairs.items()))
            raise InvalidRequest(f"'{last}={before},{item}' has a comma in its number", f"write {last}={before}.{item}")
        if not (key and equals and value):
            raise InvalidRequest(
                f"{item.strip()!r} is not key=value", "write it like tier=batch,input=0.06,output=0.25"
            )
        if key in pairs:
            raise InvalidRequest(f"{key!r} is given twice in {text!r}", "keep one of the two")
        pairs[key] = value
    return pairs
