"""A comparison as a document: the table, what the ratio means, and where the rates come from."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from tokencost.analysis.compare import BLENDED, Blend, Comparison, ComparisonRow, same_bill
from tokencost.documents.document import Column, Document, Figure, Sentence, Table, WhenRead, begin_document
from tokencost.documents.remarks import (
    cite_cells,
    merge_remarks,
    missing_rate_remarks,
    model_remarks,
    region_remarks,
    threshold_remarks,
    window_remarks,
)
from tokencost.documents.wording import join_with_and, label_with_end, name_at_times
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import show_when
from tokencost.pricing.rates import STANDARD

if TYPE_CHECKING:
    from tokencost.documents.chart import Chart


def comparison_document(table: PriceTable, result: Comparison) -> Document:
    """The document of `tokencost compare`."""
    rows = result.rows
    several = len({row.model for row in rows}) > 1
    windows = any(row.window for row in rows)
    baseline_windows = any(row.baseline_window not in (None, row.window) for row in rows)
    retired = any(is_retired(side.model, side.when) for side in result.models)
    currency = result.currency
    columns = (
        Column("model", shown=several),
        Column("provider", shown=False),
        Column("component", "term"),
        Column("tier", shown=False),
        Column("window", shown=windows),
        Column("price", "rate", currency=currency),
        Column("baseline", shown=False),
        Column("baseline_price", "rate", label_with_end(result.baseline), currency=currency),
        Column("ratio", "ratio"),
        Column("percent_lower", "percent", "lower"),
        Column("baseline_window", heading=f"window of {result.baseline.label}", shown=baseline_windows),
        Column("status", shown=retired),
        Column("baseline_status", shown=False),
        Column("region", shown=False),
    )
    unit = f"{currency} per 1M tokens"
    tier = "" if result.tier == STANDARD else f", {result.tier} tier"
    region = "" if result.region is None else f", region {result.region}"
    models = ", ".join(side.label for side in result.models)
    return begin_document(table, "compare", result.as_of)._replace(
        tables=(
            Table(
                columns,
                tuple(tuple(getattr(row, column.key) for column in columns) for row in rows),
                caption=f"{models} against {result.baseline.label}, {unit}{tier}{region}",
            ),
        ),
        reading=tuple(_say_ratios(result)),
        notes=merge_remarks(_notes(result)),
        sources=cite_cells(result.cells, result.currency),
        extra={"currency": currency},
        charts=WhenRead(lambda: _charts(result)),
    )


def _charts(result: Comparison) -> "Sequence[Chart]":
    # Most answers draw nothing, and start sooner without it.
    from tokencost.documents.compare_chart import comparison_charts

    return comparison_charts(result)


def _say_ratios(result: Comparison) -> Iterator[Sentence]:
    """For each model and window: how many times as much the dearer side costs, and what the same budget buys."""
    sides = {side.label: side for side in result.models}
    for (model, window, other), group in groupby(
        result.rows, key=lambda row: (row.model, row.window, row.baseline_window)
    ):
        side = sides[model]
        on, (named, baseline) = name_at_times((side, window), (result.baseline, other))
        rows = [(row, row.ratio, row.percent_lower) for row in group]
        # A sentence begins with the dearer side: "0.02× as much" is misread, and "98× cheaper" means nothing.
        dearer = [(row, ratio, lower) for row, ratio, lower in rows if ratio and ratio > 1]
        cheaper = [(row, 1 / ratio) for row, ratio, _ in rows if ratio and ratio < 1]
        equal = [row for row, ratio, _ in rows if ratio == 1]
        if dearer:
            ratios = [Figure(ratio, "ratio") for _, ratio, _ in dearer]
            words = [_name_component(row, result.blend) for row, _, _ in dearer]
            yield (
                f"{on}{baseline} costs ",
                *join_with_and(_say_as_much(ratios, words, named)),
                " (",
                *join_with_and([(Figure(lower, "percent"),) for _, _, lower in dearer]),
                " lower)",
                *(_say_same_bill([ratio for _, ratio, _ in dearer], named) if _on_sale(result, side) else ()),
                ".",
            )
        if cheaper:
            ratios = [Figure(ratio, "ratio") for _, ratio in cheaper]
            words = [_name_component(row, result.blend) for row, _ in cheaper]
            yield (f"{on}{named} costs ", *join_with_and(_say_as_much(ratios, words, baseline)), ".")
        if equal:
            same = [(_name_component(row, result.blend),) for row in equal]
            yield (f"{on}{named} and {baseline} cost the same for ", *join_with_and(same), ".")


def _on_sale(result: Comparison, side: ModelAt) -> bool:
    """Whether the model can be bought at the time that was asked for, be its price of that time or of another."""
    return not is_retired(side.model, side.when) and not is_retired(side.model, result.as_of)


def _say_same_bill(ratios: Sequence[Fraction], named: str) -> Iterator[str | Figure]:
    """What the same budget buys, and how far use must grow for the bill to stay the same."""
    yield ": the same budget buys "
    yield from join_with_and([(Figure(ratio, "ratio"),) for ratio in ratios])
    yield f" as many tokens of {named}, and its use must grow by "
    yield from join_with_and([(Figure(same_bill(ratio).growth_percent, "percent"),) for ratio in ratios])
    yield " for the bill to stay the same"


def _say_as_much(ratios: Sequence[Figure], words: Sequence[str], other: str) -> list[Sentence]:
    """`27.3× as much as deepseek-reasoner for input`, `53.6× for cached input`, ..."""
    first: Sentence = (ratios[0], f" as much as {other} for {words[0]}")
    return [first, *((ratio, f" for {word}") for ratio, word in zip(ratios[1:], words[1:], strict=True))]


def _name_component(row: ComparisonRow, blend: Blend | None) -> str:
    if row.component == BLENDED and blend:
        return f"the {blend} blend"
    return row.component.replace("_", " ")


def _notes(result: Comparison) -> Iterator[Sentence]:
    writes = any(row.component == "cache_write" for row in result.rows)
    for side in (*result.models, result.baseline):
        cells = [cell for of, cell in result.cells if of is side]
        yield from model_remarks(side)
        yield from window_remarks(side)
        yield from missing_rate_remarks(side, cells, writes=writes)
        yield from threshold_remarks(side)
        yield from region_remarks(result.table, side, result.region, (side.price,))
    for side in result.unlisted:
        hours = "; only the hours with one are shown" if side in result.models else "; it is left out"
        yield side.label, f": no {result.currency} price list on {show_when(side.when)}{hours}."
    if result.blend:
        mix = f": {result.blend.input:f} input to {result.blend.output:f} output tokens"
        cached = Figure(result.blend.cached_share * 100, "percent")
        yield (
            (BLENDED, mix, ", ", cached, " of the input cached.") if result.blend.cached_share else (BLENDED, mix, ".")
        )
