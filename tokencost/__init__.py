"""What DeepSeek and OpenAI models cost: dated list prices, compared exactly.

>>> import tokencost
>>> table = tokencost.load_prices()
>>> cost = tokencost.price(table, "deepseek-reasoner", on="2025-01-27",
...                        input_tokens=1_000_000, cached_input_tokens=400_000, output_tokens=200_000)
>>> print(f"{cost.total:.4f}")
0.8240

Names are imported when they are first used, so that `import tokencost` costs nothing.
"""

from tokencost import display

TYPE_CHECKING = False
"""As in `typing`, whose import would be most of what this module costs."""

__version__ = "0.1.0"

_HOMES = {
    "analysis.workload.break_even": ("BreakEven", "break_even"),
    "analysis.claims.judge": ("JudgedClaim", "Recomputed", "judge"),
    "analysis.claims.file": ("Claim", "load_claims"),
    "analysis.compare": ("Blend", "Comparison", "ComparisonRow", "SameBill", "compare", "same_bill"),
    "counting.costs": ("CountRow", "CountedTexts", "count_texts"),
    "counting.count": ("Counts", "TextCount", "TokenCount", "count_tokens"),
    "analysis.find": ("ListedRate", "RatePair", "find_pairs", "find_rates", "listed_rates"),
    "analysis.workload.months": ("Month",),
    "analysis.workload.sweep": ("Axis", "Sweep", "SweepRow", "axis", "sweep"),
    "analysis.workload.rows": ("WorkloadRow",),
    "analysis.workload.totals": ("WorkloadTotals", "workload_totals"),
    "analysis.workload.fields": ("Workload", "workload"),
    "analysis.workload.file": ("WorkloadFile", "load_workloads", "parse_workloads"),
    "cli.refresh.text": ("refresh",),
    "errors": (
        "AmbiguousRate",
        "HourNeeded",
        "InvalidData",
        "InvalidRequest",
        "MissingExtra",
        "NoPrice",
        "NotOffered",
        "Problem",
        "TokenCounts",
        "TokencostError",
        "UnknownModel",
    ),
    "logs.billing.calls": ("Calls",),
    "logs.billing.results": ("Reconciled", "Unpriced", "UsageRow"),
    "logs.usage_query": ("Cluster",),
    "logs.billing.sums": ("Rejected",),
    "logs.usage": ("Usage", "usage"),
    "pricetable.load": ("load_prices", "parse_prices"),
    "pricetable.resolve": ("ModelAt", "resolve"),
    "pricetable.table": ("Fee", "PriceTable", "Rates"),
    "pricing.cost": ("Cost", "price"),
    "pricing.rates": ("RateCell", "rate_cell"),
    "rows": ("Row", "Rows"),
}
"""Every public name, by the module that has it: the one list of them.

A type checker reads only import statements, which repeat it below; a test holds the two together.
"""

if TYPE_CHECKING:
    from tokencost.analysis.workload.break_even import BreakEven as BreakEven, break_even as break_even
    from tokencost.analysis.claims.judge import JudgedClaim as JudgedClaim, Recomputed as Recomputed, judge as judge
    from tokencost.analysis.claims.file import Claim as Claim, load_claims as load_claims
    from tokencost.analysis.compare import (
        Blend as Blend,
        Comparison as Comparison,
        ComparisonRow as ComparisonRow,
        SameBill as SameBill,
        compare as compare,
        same_bill as same_bill,
    )
    from tokencost.counting.costs import (
        CountRow as CountRow,
        CountedTexts as CountedTexts,
        count_texts as count_texts,
    )
    from tokencost.counting.count import (
        Counts as Counts,
        TextCount as TextCount,
        TokenCount as TokenCount,
        count_tokens as count_tokens,
    )
    from tokencost.analysis.find import (
        ListedRate as ListedRate,
        RatePair as RatePair,
        find_pairs as find_pairs,
        find_rates as find_rates,
        listed_rates as listed_rates,
    )
    from tokencost.analysis.workload.months import Month as Month
    from tokencost.analysis.workload.sweep import (
        Axis as Axis,
        Sweep as Sweep,
        SweepRow as SweepRow,
        axis as axis,
        sweep as sweep,
    )
    from tokencost.analysis.workload.rows import WorkloadRow as WorkloadRow
    from tokencost.analysis.workload.totals import WorkloadTotals as WorkloadTotals, workload_totals as workload_totals
    from tokencost.analysis.workload.fields import Workload as Workload, workload as workload
    from tokencost.analysis.workload.file import (
        WorkloadFile as WorkloadFile,
        load_workloads as load_workloads,
        parse_workloads as parse_workloads,
    )
    from tokencost.cli.refresh.text import refresh as refresh
    from tokencost.errors import (
        AmbiguousRate as AmbiguousRate,
        HourNeeded as HourNeeded,
        InvalidData as InvalidData,
        InvalidRequest as InvalidRequest,
        MissingExtra as MissingExtra,
        NoPrice as NoPrice,
        NotOffered as NotOffered,
        Problem as Problem,
        TokencostError as TokencostError,
        TokenCounts as TokenCounts,
        UnknownModel as UnknownModel,
    )
    from tokencost.logs.billing.calls import Calls as Calls
    from tokencost.logs.billing.results import Reconciled as Reconciled, Unpriced as Unpriced, UsageRow as UsageRow
    from tokencost.logs.usage_query import Cluster as Cluster
    from tokencost.logs.billing.sums import Rejected as Rejected
    from tokencost.logs.usage import Usage as Usage, usage as usage
    from tokencost.pricetable.load import load_prices as load_prices, parse_prices as parse_prices
    from tokencost.pricetable.resolve import ModelAt as ModelAt, resolve as resolve
    from tokencost.pricetable.table import Fee as Fee, PriceTable as PriceTable, Rates as Rates
    from tokencost.pricing.cost import Cost as Cost, price as price
    from tokencost.pricing.rates import RateCell as RateCell, rate_cell as rate_cell
    from tokencost.rows import Row as Row, Rows as Rows

_MODULES = {name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names}
__all__ = [*sorted(_MODULES)]  # noqa: PLE0604  # they are strings


if not TYPE_CHECKING:  # else a checker would take every misspelt name for one that is made here

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return __all__


def _notebook() -> object:
    from tokencost.render import notebook

    return notebook


display.show_by(_notebook)
