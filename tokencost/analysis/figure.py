"""One figure for a sentence: a price, how many times as much, how much lower, or what a workload costs.

    price deepseek-reasoner cached_input 2025-01-27
    ratio deepseek-reasoner o1 cached_input 2025-01-27
    percent-lower deepseek-reasoner o1 cached_input 2025-01-27
    cost workload.toml gpt-6-luna 2026-11-20

The set is closed: a figure that needs more words than these belongs into a table. A time may be left out, and is then
today; `tier=batch`, `window=peak`, `region=data-residency` and `currency=CNY` may follow.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from tokencost.analysis.compare import ComparisonRow, compare, open_cells
from tokencost.analysis.workload.first_month import load_workloads_on
from tokencost.analysis.workload.totals import workload_totals
from tokencost.errors import HourNeeded, InvalidRequest, NotOffered
from tokencost.pricetable.resolve import resolve
from tokencost.pricetable.spelling import find_spelled
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_when
from tokencost.pricing.rates import COMPONENTS, STANDARD

FigureKind = Literal["price", "ratio", "percent-lower", "cost"]
WORDS: dict[FigureKind, tuple[str, ...]] = {
    "price": ("MODEL", "COMPONENT"),
    "ratio": ("MODEL", "BASELINE", "COMPONENT"),
    "percent-lower": ("MODEL", "BASELINE", "COMPONENT"),
    "cost": ("SPEC.toml", "MODEL"),
}
"""What follows the name of each figure."""
SETTINGS = ("tier", "window", "region", "currency")
_OTHER_NAMES: dict[str, FigureKind] = {
    "percent": "percent-lower",
    "lower": "percent-lower",
    "percent_lower": "percent-lower",
}


class AskedFigure(NamedTuple):
    """The words of a figure, sorted out."""

    kind: FigureKind
    words: tuple[str, ...]
    """Those of `WORDS`, in order."""
    on: str
    settings: dict[str, str]


class ComputedFigure(NamedTuple):
    """An exact figure. A price is in USD per 1M tokens, a cost in USD, both unless another currency was asked for."""

    kind: FigureKind
    value: Decimal | Fraction
    currency: str


def read_figure(words: Sequence[str]) -> AskedFigure:
    """The words of a figure, sorted out. Raises `InvalidRequest`."""
    given = [word for word in words if "=" not in word]
    settings = _read_settings([word for word in words if "=" in word])
    name = given.pop(0) if given else ""
    if name == "percent" and given[:1] == ["lower"]:
        given.pop(0)
    kind = _OTHER_NAMES.get(name, name)
    if kind not in WORDS:
        raise InvalidRequest(f"there is no figure {name!r}", f"choose one of {', '.join(WORDS)}")
    needed = WORDS[kind]
    if not len(needed) <= len(given) <= len(needed) + 1:
        raise InvalidRequest(
            f"{kind} is followed by {len(given)} words, not by {len(needed)} or {len(needed) + 1}",
            f"write {kind} {' '.join(needed)} 2025-01-27",
        )
    return AskedFigure(
        kind, tuple(given[: len(needed)]), given[len(needed)] if len(given) > len(needed) else "today", settings
    )


def _read_settings(words: Sequence[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        if key not in SETTINGS or not value or key in settings:
            raise InvalidRequest(f"{word!r} is no setting of a figure", f"the settings are {', '.join(SETTINGS)}")
        settings[key] = value
    return settings


def compute_figure(table: PriceTable, asked: AskedFigure) -> ComputedFigure:
    """The figure, exactly. Raises `InvalidRequest` and its kinds where it does not exist, or is more than one."""
    on = as_when(asked.on)
    currency = asked.settings.get("currency", "USD").upper()
    if asked.kind == "cost":
        if asked.settings:
            raise InvalidRequest("the cost of a workload file has no settings", "write them into the file")
        return ComputedFigure("cost", _workload_cost(table, *asked.words, on=on), "USD")
    component = _component(asked.words[-1])
    rest = {key: value for key, value in asked.settings.items() if key != "currency"}
    if asked.kind == "price":
        return ComputedFigure("price", _price(table, asked.words[0], component, on, currency, **rest), currency)
    model, baseline = asked.words[:2]
    rows = compare(table, [model], on=on, against=baseline, currency=currency, **rest).rows
    found = [row for row in rows if row.component == component]
    return ComputedFigure(asked.kind, _of_rows(found, asked), currency)


def _component(text: str) -> str:
    component = find_spelled(text, COMPONENTS)
    if component is None:
        raise InvalidRequest(f"there is no component {text!r}", f"choose one of {', '.join(COMPONENTS)}")
    return component


def _price(
    table: PriceTable, model: str, component: str, on: When, currency: str,
    tier: str = STANDARD, window: str | None = None, region: str | None = None,
) -> Decimal:  # fmt: skip
    side = resolve(table, model, on)
    cells = open_cells(side, tier, window, region)
    lists = [listed for cell in cells if (listed := cell.listed(currency))]
    if not lists:
        raise NotOffered(f"{side.label} has no {currency} price list then", "leave currency out")
    prices = {getattr(each.rates, component) for each in lists}
    if prices == {None}:
        raise NotOffered(f"{side.label} has no price for {component}", "name another component")
    if len(prices) > 1:
        raise _several(f"the price of {side.label}", [str(cell.window) for cell in cells])
    (price,) = prices
    assert isinstance(price, Decimal)  # noqa: S101  # None was the only other
    return price


def _of_rows(rows: Sequence[ComparisonRow], asked: AskedFigure) -> Fraction:
    """The one value that all rows have: a model with peak hours has a row for each window."""
    values = {row.ratio if asked.kind == "ratio" else row.percent_lower for row in rows}
    if not values or None in values:
        model, baseline, component = asked.words
        raise NotOffered(
            f"{model} and {baseline} have no two prices for {component} to compare", "name another component"
        )
    if len(values) > 1:
        raise _several(f"the {asked.kind}", [str(row.window or row.baseline_window) for row in rows])
    (value,) = values
    assert value is not None  # noqa: S101  # looked at above
    return value


def _several(what: str, windows: Sequence[str]) -> HourNeeded:
    names = list(dict.fromkeys(windows))
    return HourNeeded(f"{what} depends on the hour: {' or '.join(names)}", f"add window={names[0]}")


def _workload_cost(table: PriceTable, file: str, model: str, *, on: When) -> Fraction:
    spec = load_workloads_on(table, file, on, (model,), model)
    totals = workload_totals(table, spec.workloads, [model], on=on, against=model)
    cost = totals.baseline.cost
    if cost is None:
        raise NotOffered(f"{model} is not sold in all months of {file}", "name another model, or fewer months")
    return cost
