"""A comparison as a picture: the rates of every component side by side."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.analysis.compare import BLENDED, Comparison, ComparisonRow
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and, label_with_end, label_with_window, name_at_times
from tokencost.pricetable.when import show_when


def comparison_charts(result: Comparison) -> tuple[Chart, ...]:
    """One chart: by component, a bar for each model and window, the baseline last."""
    groups: dict[tuple[str, str | None], dict[str, list[ComparisonRow]]] = {}
    for row in result.rows:
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
            _say_finding(result),
            Axis(f"{result.currency} per 1M tokens", "rate", result.currency),
            Axis("component", "text"),
            (*series, *_baseline_series(result)),
        ),
    )


def _baseline_series(result: Comparison) -> Sequence[Series]:
    """The baseline's bars; for each window of its own where its price depends on it."""
    label, provider = label_with_end(result.baseline), result.baseline.model.provider
    prices: dict[str | None, dict[str, Decimal | Fraction | None]] = {}
    for row in result.rows:
        prices.setdefault(row.baseline_window, {})[_name_component(row, result)] = row.baseline_price
    components = list(dict.fromkeys(_name_component(row, result) for row in result.rows))
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


def _say_finding(result: Comparison) -> Sentence:
    """How many times as much one side costs, over all components and hours."""
    same_time = all(side.when == result.baseline.when for side in result.models)
    dearer: list[Sentence] = []
    cheaper: list[Sentence] = []
    whole: list[Sentence] = []
    for side in result.models:
        ratios = [row.ratio for row in result.rows if row.model == side.label and row.ratio]
        _, (named, baseline) = name_at_times((side, None), (result.baseline, None))
        if not ratios:
            continue
        if max(ratios) <= 1:
            span = _say_range(1 / max(ratios), 1 / min(ratios))
            cheaper.append((f"{named} costs ", *span, f" as much as {baseline}"))
            continue
        times: Sentence = (*_say_range(min(ratios), max(ratios)), f" as much as {named}")
        if same_time:
            dearer.append(times)
        else:
            whole.append((f"{baseline} costs ", *times))
    on, (baseline,) = name_at_times((result.baseline, None))
    found = [*([(f"{baseline} costs ", *join_with_and(dearer))] if dearer else []), *whole, *cheaper]
    if not found:
        names = ", ".join(side.label for side in (*result.models, result.baseline))
        return (f"Prices of {names} on {show_when(result.as_of)}",)
    return (on.replace(",", "") if same_time else "", *join_with_and(found))


def _say_range(low: Fraction, high: Fraction) -> Sentence:
    return (Figure(high, "ratio"),) if low == high else (Figure(low, "ratio"), " to ", Figure(high, "ratio"))
