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
    "Axis": "tokencost.analysis.sweep",
    "Blend": "tokencost.analysis.compare",
    "BreakEven": "tokencost.analysis.break_even",
    "Claim": "tokencost.analysis.claims_file",
    "Comparison": "tokencost.analysis.compare",
    "ComparisonRow": "tokencost.analysis.compare",
    "Cost": "tokencost.pricing.cost",
    "InvalidData": "tokencost.errors",
    "JudgedClaim": "tokencost.analysis.claims",
    "ListedRate": "tokencost.analysis.find",
    "ModelAt": "tokencost.pricetable.resolve",
    "PriceTable": "tokencost.pricetable.table",
    "Problem": "tokencost.errors",
    "RateCell": "tokencost.pricing.rates",
    "RatePair": "tokencost.analysis.find",
    "Rates": "tokencost.pricetable.table",
    "SameBill": "tokencost.analysis.compare",
    "Sweep": "tokencost.analysis.sweep",
    "SweepRow": "tokencost.analysis.sweep",
    "TokencostError": "tokencost.errors",
    "Usage": "tokencost.logs.usage",
    "UsageError": "tokencost.errors",
    "UsageRow": "tokencost.logs.amounts",
    "Workload": "tokencost.analysis.workload_fields",
    "WorkloadRow": "tokencost.analysis.workload",
    "WorkloadTotals": "tokencost.analysis.workload",
    "axis": "tokencost.analysis.sweep",
    "break_even": "tokencost.analysis.break_even",
    "compare": "tokencost.analysis.compare",
    "find_pairs": "tokencost.analysis.find",
    "find_rates": "tokencost.analysis.find",
    "judge": "tokencost.analysis.claims",
    "listed_rates": "tokencost.analysis.find",
    "load_claims": "tokencost.analysis.claims_file",
    "load_prices": "tokencost.pricetable.load",
    "load_workloads": "tokencost.analysis.workload_file",
    "parse_prices": "tokencost.pricetable.load",
    "parse_workloads": "tokencost.analysis.workload_file",
    "price": "tokencost.pricing.cost",
    "rate_cell": "tokencost.pricing.rates",
    "resolve": "tokencost.pricetable.resolve",
    "same_bill": "tokencost.analysis.compare",
    "sweep": "tokencost.analysis.sweep",
    "usage": "tokencost.logs.usage",
    "workload": "tokencost.analysis.workload_fields",
    "workload_totals": "tokencost.analysis.workload",
}

if TYPE_CHECKING:
    from tokencost.analysis.break_even import BreakEven, break_even
    from tokencost.analysis.claims import JudgedClaim, judge
    from tokencost.analysis.claims_file import Claim, load_claims
    from tokencost.analysis.compare import Blend, Comparison, ComparisonRow, SameBill, compare, same_bill
    from tokencost.analysis.find import ListedRate, RatePair, find_pairs, find_rates, listed_rates
    from tokencost.analysis.sweep import Axis, Sweep, SweepRow, axis, sweep
    from tokencost.analysis.workload import WorkloadRow, WorkloadTotals, workload_totals
    from tokencost.analysis.workload_fields import Workload, workload
    from tokencost.analysis.workload_file import load_workloads, parse_workloads
    from tokencost.errors import InvalidData, Problem, TokencostError, UsageError
    from tokencost.logs.amounts import UsageRow
    from tokencost.logs.usage import Usage, usage
    from tokencost.pricetable.load import load_prices, parse_prices
    from tokencost.pricetable.resolve import ModelAt, resolve
    from tokencost.pricetable.table import PriceTable, Rates
    from tokencost.pricing.cost import Cost, price
    from tokencost.pricing.rates import RateCell, rate_cell

__all__ = [
    "Axis",
    "Blend",
    "BreakEven",
    "Claim",
    "Comparison",
    "ComparisonRow",
    "Cost",
    "InvalidData",
    "JudgedClaim",
    "ListedRate",
    "ModelAt",
    "PriceTable",
    "Problem",
    "RateCell",
    "RatePair",
    "Rates",
    "SameBill",
    "Sweep",
    "SweepRow",
    "TokencostError",
    "Usage",
    "UsageError",
    "UsageRow",
    "Workload",
    "WorkloadRow",
    "WorkloadTotals",
    "axis",
    "break_even",
    "compare",
    "find_pairs",
    "find_rates",
    "judge",
    "listed_rates",
    "load_claims",
    "load_prices",
    "load_workloads",
    "parse_prices",
    "parse_workloads",
    "price",
    "rate_cell",
    "resolve",
    "same_bill",
    "sweep",
    "usage",
    "workload",
    "workload_totals",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
