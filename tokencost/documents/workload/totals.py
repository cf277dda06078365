"""What workloads cost as a document: the answer in sentences, totals by model, month by month, and every record."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tokencost.analysis.workload.hour_sensitivity import WindowRange
from tokencost.analysis.workload.rows import WorkloadRow
from tokencost.analysis.workload.totals import ModelCosts, WorkloadTotals
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Records,
    Sentence,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import cite_cells
from tokencost.documents.workload.answer import workload_answer
from tokencost.documents.workload.assumed import state_assumptions, tabulate_assumptions
from tokencost.documents.workload.months import measure_months
from tokencost.documents.workload.remarks import workload_remarks
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.sale import describe_retirement, is_retired
from tokencost.pricetable.table import PriceTable

if TYPE_CHECKING:
    from tokencost.analysis.workload.break_even import BreakEven
    from tokencost.analysis.workload.sweep import Sweep
    from tokencost.documents.chart import Chart

PARTS = ("uncached_input", "cached_input", "cache_write", "output")
RECORD = (
    Field("workload"),
    Field("model"),
    Field("provider"),
    Field("month"),
    Field("requests", "count"),
    Field("input_tokens", "count"),
    Field("cached_input_tokens", "count"),
    Field("cache_write_tokens", "count"),
    Field("output_tokens", "count"),
    *(Field(f"{part}_cost", "money") for part in PARTS),
    Field("cost", "money"),
    Field("baseline"),
    Field("baseline_cost", "money"),
    Field("ratio", "ratio"),
    Field("percent_lower", "percent"),
    Field("row"),
)
"""The columns of a row in CSV and JSON."""


def workload_document(
    table: PriceTable,
    totals: WorkloadTotals,
    *,
    by_component: bool = False,
    swept: "Sweep | None" = None,
    even: "Sequence[BreakEven] | None" = None,
    ranges: Sequence[WindowRange] = (),
    budget: Sequence[Sentence] = (),
) -> Document:
    """The document of `tokencost workload`. The rows of a sweep stand in for those of months; `budget` is answered."""
    records, tables = [_records(totals)], list(_tables(totals, by_component=by_component, months=swept is None))
    answer = [*workload_answer(totals), *budget]
    notes = list(workload_remarks(totals, ranges))
    if swept is not None or even is not None:
        # Most workloads have neither, and are answered sooner without.
        from tokencost.documents.workload import break_even, sweep

        if swept is not None:
            records = [sweep.sweep_records(swept)]
            tables.append(sweep.sweep_table(totals, swept))
            answer += sweep.sweep_answer(swept)
        records += tabulate_assumptions(totals)
        if even is not None:
            records.append(break_even.break_even_records(even))
            tables.append(break_even.break_even_table(even))
            notes += break_even.say_bounds(even)
    else:
        records += tabulate_assumptions(totals)
    return begin_document(table, "workload", totals.as_of)._replace(
        records=tuple(records),
        tables=tuple(tables),
        answer=tuple(answer),
        assumed=state_assumptions(totals, swept),
        notes=tuple(notes),
        notes_heading="Assumptions",
        sources=cite_cells((side.prices, cell) for side in totals.sides for cell in side.cells),
        charts=WhenRead(lambda: _charts(table, totals, swept)),
    )


def _charts(table: PriceTable, totals: WorkloadTotals, swept: "Sweep | None") -> "Sequence[Chart]":
    from tokencost.documents.workload.chart import sweep_charts, workload_charts

    if swept is None:
        return workload_charts(totals)
    from tokencost.analysis.workload.break_even import FIELDS, break_even

    fields = [axis.field for axis in swept.axes if axis.field in FIELDS]
    even = break_even(table, totals, fields) if len(swept.axes) == 1 else ()
    return sweep_charts(totals, swept, even)


def _records(totals: WorkloadTotals) -> Records:
    return Records(RECORD, WhenRead(lambda: map(record, totals.rows)))


def record(row: WorkloadRow) -> tuple[Value, ...]:
    """The values under these columns."""
    return tuple(getattr(row, column.key) for column in RECORD)


# ---- Tables


def rank_sides(totals: WorkloadTotals) -> list[ModelCosts]:
    """Cheapest first; behind them what is not sold in all of the months, since nobody can choose it."""
    sold = list(totals.sold)
    rest = [side for side in totals.sides if not any(side is other for other in sold)]
    return sold + sorted(rest, key=lambda side: (side.cost is None, side.priced_cost))


def label_sides(totals: WorkloadTotals) -> dict[str, str]:
    """How each model is called in a table: with the end of its sale where it is not sold in all of the months."""
    sold = {side.label for side in totals.sold}
    names = {}
    for side in totals.sides:
        model = side.prices.model
        verb = "retired" if is_retired(model, totals.as_of) else "ends"
        names[side.label] = side.label if side.label in sold else f"{side.label} ({verb} {describe_retirement(model)})"
    return names


def _tables(totals: WorkloadTotals, *, by_component: bool, months: bool) -> "Sequence[Table]":
    tables = []
    if totals.models:
        tables.append(_totals(totals))
    # A table with one amount would only repeat the answer: what it is made of says more.
    if by_component or not totals.models:
        tables.append(_components(totals))
    if months and len(totals.months) > 1:
        tables.append(_pivot(totals, "month", [(str(month), month) for month in totals.months]))
    if len(totals.workloads) > 1:
        tables.append(_pivot(totals, "workload", [(each.name, each.name) for each in totals.workloads]))
    return tables


def _totals(totals: WorkloadTotals) -> Table:
    """One row for each model: what it costs in all, and how many times as much the baseline costs."""
    several = len(totals.months) > 1
    baseline, names = totals.baseline, label_sides(totals)
    beside = (
        Column(f"{baseline.label} costs", "ratio"),
        Column(f"vs {baseline.label}", "change", leaves=2),
    )
    columns = (
        Column(""),
        Column("total", "money"),
        *([Column("per month", "money", leaves=3)] if several else []),
        *(beside if baseline.cost is not None else ()),
    )
    rows: list[tuple[Value, ...]] = []
    for side in rank_sides(totals):
        cost, base = side.cost, baseline.cost
        against: tuple[Value, ...] = ("baseline", "")
        if base is None:
            against = ()
        elif side is not baseline:
            lower = percent_lower(base, cost)
            against = times_as_much(base, cost), None if lower is None else -lower
        average = [None if cost is None else cost / len(totals.months)] if several else []
        rows.append((names[side.label], cost, *average, *against))
    return Table(columns, rows, unit=f"{measure_months(totals.months)}, USD")


def _components(totals: WorkloadTotals) -> Table:
    """What each total is made of; components for which nobody is charged are not there."""
    sides, names = rank_sides(totals), label_sides(totals)
    parts = [side.parts for side in sides]
    used = [place for place in range(len(PARTS)) if any(found and found[place] for found in parts)]
    rows: list[tuple[Value, ...]] = [
        (_name_part(PARTS[place], [PARTS[other] for other in used]), *(found and found[place] for found in parts))
        for place in used
    ]
    rows.append(("total", *(side.cost for side in sides)))
    columns = (Column(""), *(Column(names[side.label], "money") for side in sides))
    return Table(columns, rows, unit=f"{measure_months(totals.months)}, USD", totals=1, turns=True)


def _name_part(part: str, used: Sequence[str]) -> str:
    alone = part == "uncached_input" and not {"cached_input", "cache_write"} & set(used)
    return "input" if alone else part.replace("_", " ")


def _pivot(totals: WorkloadTotals, heading: str, keys: Sequence[tuple[str, object]]) -> Table:
    """The cost of every model for each month, or for each workload, and in all."""
    sides, names = rank_sides(totals), label_sides(totals)
    costs: list[Mapping[Any, Fraction]] = [side.by_month if heading == "month" else side.by_workload for side in sides]
    columns = (Column(heading), *(Column(names[side.label], "money") for side in sides))
    rows: list[tuple[Value, ...]] = [(name, *(cost.get(key) for cost in costs)) for name, key in keys]
    rows.append(("total", *(side.cost for side in sides)))
    unit = "USD" if heading == "month" else f"{measure_months(totals.months)}, USD"
    return Table(columns, rows, unit=unit, totals=1, turns=True)
