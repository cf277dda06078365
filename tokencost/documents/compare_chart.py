"""A comparison as a picture: the rates of every component side by side."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.analysis.compare import BLENDED, Comparison, ComparisonRow
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import label_with_end, label_with_window


def comparison_charts(result: Comparison, title: Sentence) -> tuple[Chart, ...]:
    """One chart: by component, a bar or dot for each model and window, the baseline last."""
    groups: dict[tuple[str, str | None], dict[str, list[ComparisonRow]]] = {}
    charged = [row for row in result.rows if _is_drawn(row, result)]
    for row in charged:
        groups.setdefault((row.model, row.window), {}).setdefault(_name_component(row, result), []).append(row)
    series = []
    for side in result.models:
        for (model, window), rows in groups.items():
            if model == side.label:
                points = tuple(Point(name, found[0].price, remark=_say_lower(found)) for name, found in rows.items())
                series.append(Series(label_with_window(label_with_end(side), window), points, side.model.provider))
    return (
        Chart(
            "bars",
            title,
            Axis(f"{result.currency} per 1M tokens", "rate", result.currency),
            Axis("component", "text"),
            (*series, *_baseline_series(result, charged)),
        ),
    )


def _is_drawn(row: ComparisonRow, result: Comparison) -> bool:
    """Cache writes are drawn where every side charges for them: else most of their places would be empty."""
    if row.component != "cache_write":
        return True
    same = [each for each in result.rows if each.component == row.component]
    return all(each.price is not None and each.baseline_price is not None for each in same) and (
        len({each.model for each in same}) == len(result.models)
    )


def _baseline_series(result: Comparison, rows: Sequence[ComparisonRow]) -> Sequence[Series]:
    """The baseline's bars; for each window of its own where its price depends on it."""
    label, provider = label_with_end(result.baseline), result.baseline.model.provider
    prices: dict[str | None, dict[str, Decimal | Fraction | None]] = {}
    for row in rows:
        prices.setdefault(row.baseline_window, {})[_name_component(row, result)] = row.baseline_price
    components = list(dict.fromkeys(_name_component(row, result) for row in rows))
    known = {name: [found[name] for found in prices.values() if found.get(name) is not None] for name in components}
    # Equal bars side by side would say that the hour matters.
    if all(len(set(values)) <= 1 for values in known.values()):
        whole = tuple(Point(name, known[name][0] if known[name] else None) for name in components)
        return [Series(label, whole, provider)]
    return [
        Series(label_with_window(label, window), tuple(Point(name, value) for name, value in found.items()), provider)
        for window, found in prices.items()
    ]


def _name_component(row: ComparisonRow, result: Comparison) -> str:
    if row.component == BLENDED and result.blend:
        return f"{result.blend} blend"
    return row.component.replace("_", " ")


def _say_lower(rows: Sequence[ComparisonRow]) -> Sentence:
    """How far it lies from the baseline; nothing where the baseline has several prices beside it."""
    row = rows[0]
    if len({other.baseline_price for other in rows}) > 1:
        return ()
    if row.percent_lower is not None and row.percent_lower > 0:
        return (Figure(row.percent_lower, "percent"), " lower")
    if row.ratio and row.ratio < 1:
        return (Figure(1 / row.ratio, "ratio"), " as much")
    return ()
