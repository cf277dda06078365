"""A comparison as a picture: the rates of every component side by side."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.analysis.compare import BLENDED, Comparison, ComparisonRow
from tokencost.pricetable.when import show_when
from tokencost.report.chart import Axis, Chart, Point, Series
from tokencost.report.document import Figure, Sentence
from tokencost.report.wording import enumerated


def comparison_charts(result: Comparison) -> tuple[Chart, ...]:
    """One chart: by component, a bar for each model and window, the baseline last."""
    points: dict[tuple[str, str | None], list[Point]] = {}
    for row in result.rows:
        points.setdefault((row.model, row.window), []).append(
            Point(_component(row, result), row.price, remark=_by(row))
        )
    providers = {row.model: row.provider for row in result.rows}
    series = [Series(_named(*key), tuple(found), providers[key[0]]) for key, found in points.items()]
    return (
        Chart(
            "bars",
            _finding(result),
            Axis(f"{result.currency} per 1M tokens", "rate", result.currency),
            Axis("component", "text"),
            (*series, *_baseline(result)),
        ),
    )


def _baseline(result: Comparison) -> Sequence[Series]:
    """The baseline's bars; for each window of its own where its price depends on it."""
    label, provider = result.baseline.label, result.baseline.model.provider
    prices: dict[str | None, dict[str, Decimal | Fraction | None]] = {}
    for row in result.rows:
        prices.setdefault(row.window, {})[_component(row, result)] = row.baseline_price
    components = list(dict.fromkeys(_component(row, result) for row in result.rows))
    known = {name: [found[name] for found in prices.values() if found.get(name) is not None] for name in components}
    if all(len(set(values)) <= 1 for values in known.values()):
        whole = tuple(Point(name, known[name][0] if known[name] else None) for name in components)
        return [Series(label, whole, provider)]
    return [
        Series(_named(label, window), tuple(Point(name, value) for name, value in found.items()), provider)
        for window, found in prices.items()
    ]


def _component(row: ComparisonRow, result: Comparison) -> str:
    if row.component == BLENDED and result.blend:
        return f"{result.blend} blend"
    return row.component.replace("_", " ")


def _named(model: str, window: str | None) -> str:
    return f"{model} ({window})" if window else model


def _by(row: ComparisonRow) -> Sentence:
    """How far it lies from the baseline."""
    if row.percent_lower is not None and row.percent_lower > 0:
        return (Figure(row.percent_lower, "percent"), " lower")
    if row.ratio and row.ratio < 1:
        return (Figure(1 / row.ratio, "ratio"), " as much")
    return ()


def _finding(result: Comparison) -> Sentence:
    """How many times as much one side costs, over all components and hours."""
    baseline = result.baseline.label
    dearer: list[Sentence] = []
    cheaper: list[Sentence] = []
    for side in result.models:
        ratios = [row.ratio for row in result.rows if row.model == side.label and row.ratio]
        if ratios and max(ratios) > 1:
            dearer.append((*_range(min(ratios), max(ratios)), f" as much as {side.label}"))
        elif ratios:
            span = _range(1 / max(ratios), 1 / min(ratios))
            cheaper.append((f"{side.label} costs ", *span, f" as much as {baseline}"))
    on = f"On {show_when(result.as_of)} "
    found = [*([(f"{baseline} costs ", *enumerated(dearer))] if dearer else []), *cheaper]
    if not found:
        names = ", ".join(side.label for side in result.models)
        return (f"Prices of {names} and {baseline} on {show_when(result.as_of)}",)
    return (on, *enumerated(found))


def _range(low: Fraction, high: Fraction) -> Sentence:
    return (Figure(high, "ratio"),) if low == high else (Figure(low, "ratio"), " to ", Figure(high, "ratio"))
