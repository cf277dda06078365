"""What DeepSeek and OpenAI models cost: dated list prices, compared exactly.

>>> import tokencost
>>> table = tokencost.load_prices()
>>> cost = tokencost.price(table, "deepseek-reasoner", on="2025-01-27",
...                        input_tokens=1_000_000, cached_input_tokens=400_000, output_tokens=200_000)
>>> print(f"{cost.total:.4f}")
0.8240

Names are imported when they are first used, so that `import tokencost` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "Blend": "tokencost.analysis.compare",
    "Comparison": "tokencost.analysis.compare",
    "ComparisonRow": "tokencost.analysis.compare",
    "Cost": "tokencost.pricing.cost",
    "InvalidData": "tokencost.errors",
    "ModelAt": "tokencost.pricetable.resolve",
    "PriceTable": "tokencost.pricetable.table",
    "Problem": "tokencost.errors",
    "RateCell": "tokencost.pricing.rates",
    "Rates": "tokencost.pricetable.table",
    "TokencostError": "tokencost.errors",
    "Usage": "tokencost.logs.usage",
    "UsageError": "tokencost.errors",
    "UsageRow": "tokencost.logs.billing",
    "compare": "tokencost.analysis.compare",
    "load_prices": "tokencost.pricetable.load",
    "parse_prices": "tokencost.pricetable.load",
    "price": "tokencost.pricing.cost",
    "rate_cell": "tokencost.pricing.rates",
    "resolve": "tokencost.pricetable.resolve",
    "usage": "tokencost.logs.usage",
}

if TYPE_CHECKING:
    from tokencost.analysis.compare import Blend, Comparison, ComparisonRow, compare
    from tokencost.errors import InvalidData, Problem, TokencostError, UsageError
    from tokencost.logs.billing import UsageRow
    from tokencost.logs.usage import Usage, usage
    from tokencost.pricetable.load import load_prices, parse_prices
    from tokencost.pricetable.resolve import ModelAt, resolve
    from tokencost.pricetable.table import PriceTable, Rates
    from tokencost.pricing.cost import Cost, price
    from tokencost.pricing.rates import RateCell, rate_cell

__all__ = [
    "Blend",
    "Comparison",
    "ComparisonRow",
    "Cost",
    "InvalidData",
    "ModelAt",
    "PriceTable",
    "Problem",
    "RateCell",
    "Rates",
    "TokencostError",
    "Usage",
    "UsageError",
    "UsageRow",
    "compare",
    "load_prices",
    "parse_prices",
    "price",
    "rate_cell",
    "resolve",
    "usage",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
