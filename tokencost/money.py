"""Exact arithmetic for money: decimals that never round, and ratios that stay fractions.

Nothing here depends on the caller's decimal context, and nothing rounds without raising.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction

EXACT = Context(prec=400, Emin=-999_999, Emax=999_999, traps=[Inexact, InvalidOperation, Overflow])
"""A result that would need rounding raises `decimal.Inexact`; 400 digits hold any cost that can be entered."""

PER_MILLION = -6
"""Rates are per 1,000,000 tokens: a shift of the decimal point, never a division."""

ZERO = Decimal(0)


def add_all(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum, whatever the context of the thread; None where one of the amounts is not known."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total = EXACT.add(total, amount)
    return total


def times_as_much(baseline: Decimal | Fraction | None, model: Decimal | Fraction | None) -> Fraction | None:
    """How many times as much the baseline costs, exactly; None where a side is missing or the model is free."""
    if baseline is None or not model:
        return None
    return Fraction(baseline) / Fraction(model)


def percent_lower(baseline: Decimal | Fraction | None, model: Decimal | Fraction | None) -> Fraction | None:
    """(1 - model ÷ baseline) x 100, exactly; negative where the model is dearer; None where a side is missing."""
    if model is None or not baseline:
        return None
    return (1 - Fraction(model) / Fraction(baseline)) * 100
