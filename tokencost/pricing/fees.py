"""Which fee a call of a provider's own tool has: decided here alone, as rates are in `rates`.

Fees are apart from tokens and are never part of the cost of a request.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from tokencost.money import EXACT
from tokencost.pricetable.table import Fee, Model, Provider
from tokencost.pricetable.when import When, span

PER_THOUSAND = -3
"""Fees are per 1,000 calls: a shift of the decimal point, never a division."""


def fee_at(provider: Provider, call: str, model: str, instant: datetime) -> Fee | None:
    """The fee of a call by a model at an instant; None where none is known. One that names the model goes before."""
    found = [fee for fee in provider.fees if fee.call == call and _holds(fee, instant)]
    named = next((fee for fee in found if model in fee.models), None)
    return named or next((fee for fee in found if not fee.models), None)


def fees_within(providers: Iterable[Provider], when: When, model: Model | None = None) -> Iterator[Fee]:
    """The fees in force at some time of a day or at an instant; those that a model's calls may have where it is given.

    In the order of the file.
    """
    first, after = span(when)
    for provider in providers:
        for fee in provider.fees:
            if fee.start >= after or (fee.end is not None and fee.end <= first):
                continue
            if model is None or _is_of(provider, fee, model, max(first, fee.start)):
                yield fee


def cost_of_calls(per_1000_calls: Decimal, calls: int) -> Decimal:
    """What so many calls cost, exactly."""
    return EXACT.multiply(per_1000_calls, Decimal(calls)).scaleb(PER_THOUSAND, EXACT)


def _holds(fee: Fee, instant: datetime) -> bool:
    return fee.start <= instant and (fee.end is None or instant < fee.end)


def _is_of(provider: Provider, fee: Fee, model: Model, instant: datetime) -> bool:
    return model.provider == provider.id and fee_at(provider, fee.call, model.id, instant) is fee
