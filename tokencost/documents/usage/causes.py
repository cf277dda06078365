"""Why a cost that was logged or billed differs from the computed one, as far as the two amounts tell."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.documents.document import Figure, Phrase, Value
from tokencost.logs.billing.calls import Calls
from tokencost.logs.usage import Usage
from tokencost.money import EXACT, ZERO, times_as_much

SMALLEST = Decimal("0.000001")
"""Below it a difference is of no price: list prices are whole millionths of a dollar for each token, or more."""
_LIKELY = Decimal("0.001")
_NEAR = Decimal("0.02")
_CAUSES = (
    (Fraction(49, 100), Fraction(51, 100), "half as much: batch or off-peak rates"),
    (Fraction(196, 100), Fraction(204, 100), "twice as much: standard rates for batch requests, or peak rates"),
)
_IN_CNY = (Fraction(6), Fraction(8), "about 7 times as much: the logged cost may be in CNY")
"""Between which quotients of logged by computed cost a cause is likely."""


def calls_of(result: Usage, model: str | None = None) -> tuple[Calls, ...]:
    """The calls of tools that the records of a model show; of all models where none is named."""
    return tuple(calls for calls in result.calls if model is None or calls.model == model)


def find_cause(logged: Decimal, computed: Decimal, currency: str = "USD", calls: Sequence[Calls] = ()) -> str | None:
    """Why a logged cost differs; the common causes each leave their mark on the quotient, or on the difference."""
    difference = EXACT.subtract(logged, computed)
    if not difference:
        return None
    if abs(difference) < SMALLEST or abs(difference) <= EXACT.multiply(abs(computed), _LIKELY):
        return "rounding of each logged cost"
    if not logged:
        return "the log had no price for this model"
    return _find_large_cause(logged, computed, currency, _name_fees(difference, currency, calls))


def _find_large_cause(logged: Decimal, computed: Decimal, currency: str, fees: tuple[str, bool] | None) -> str:
    if fees and fees[1]:
        return fees[0]
    ratio = times_as_much(logged, computed)
    for low, high, cause in (*_CAUSES, *([_IN_CNY] if currency == "USD" else [])):
        if ratio is not None and low <= ratio < high:
            return cause
    if logged > computed:
        others = "cached input billed as input, a margin, or an older and higher price"
        return f"{fees[0]}; or {others}" if fees else others
    return "a missing tier or long-context rate, a discount, or a newer and lower price"


def _name_fees(difference: Decimal, currency: str, calls: Sequence[Calls]) -> tuple[str, bool] | None:
    """The fees of calls that the records show, and whether they come to the difference."""
    if difference < 0 or not calls:
        return None
    names = ", ".join(dict.fromkeys(item.call.replace("_", " ") for item in calls))
    total = ZERO
    for item in calls:
        total = EXACT.add(total, item.cost if item.cost is not None and item.currency == currency else ZERO)
    exact = total > 0 and abs(EXACT.subtract(total, difference)) <= EXACT.multiply(difference, _NEAR)
    return f"fees of calls ({names}), which are not in the computed cost", exact


def show_amounts(logged: Decimal, computed: Decimal, currency: str) -> tuple[Value, Value, Value]:
    """Both costs and their difference as cells; a difference too small to be of any price is said to be one."""
    difference = EXACT.subtract(logged, computed)
    shown: Value = Figure(difference, "money", currency)
    if 0 < abs(difference) < SMALLEST:
        sign = "-" if difference < 0 else ""
        shown = Phrase((f"{sign}<", Figure(SMALLEST, "money", currency)))
    return Figure(logged, "money", currency), Figure(computed, "money", currency), shown
