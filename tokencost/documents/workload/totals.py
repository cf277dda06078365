"""What workloads cost as a document: the answer in sentences, totals by model, month by month, and every record."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tokencost.analysis.workload.hour_sensitivity import AtHours, WindowRange
from tokencost.analysis.workload.rows import WorkloadRow
from tokencost.analysis.workload.totals import WorkloadTotals
from tokencost.documents.document import Document, Field, Figure, Records, Sentence, Value, WhenRead, split_records
from tokencost.documents.remarks import cite_cells, merge_remarks
from tokencost.documents.workload.answer import workload_answer
from tokencost.documents.workload.assumed import state_assumptions, tabulate_assumptions
from tokencost.documents.workload.remarks import within, workload_remarks
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.table import PriceTable

if TYPE_CHECKING:
    from tokencost.analysis.workload.sweep import Sweep
    from tokencost.documents.chart import Chart

PARTS = ("uncached_input", "cached_input", "cache_write", "output")
RECORD = (
    Field("workload", shown=False),
    Field("model", shown=False),
    Field("provider", shown=False),
    Field("month", shown=False),
    Field("requests", "count", shown=False),
    Field("input_tokens", "count", shown=False),
    Field("cached_input_tokens", "count", shown=False),
    Field("cache_write_tokens", "count", shown=False),
    Field("output_tokens", "count", shown=False),
    *(Field(f"{part}_cost", "money", shown=False) for part in PARTS),
    Field("cost", "money", shown=False),
    Field("baseline", shown=False),
    Field("baseline_cost", "money", shown=False),
    Field("ratio", "ratio", shown=False),
    Field("percent_lower", "percent", shown=False),
    Field("row", shown=False),
)
"""The columns of a row in CSV and JSON."""


def workload_document(
    table: PriceTable,
    totals: WorkloadTotals,
    *,
    by_component: bool = False,
    records: Records | None = None,
    further: Sequence[Records] = (),
    swept: "Sweep | None" = None,
    ranges: Sequence[WindowRange] = (),
    remarks: Sequence[Sentence] = (),
) -> Document:
    """The document of `tokencost workload`; `records` stand in for its rows, `further` tables come last."""
    tables = [records or _records(totals), _totals(totals, by_component)]
    if len(totals.months) > 1:
        tables.append(_pivot(totals, "month", [(str(month), month) for month in totals.months]))
    if len(totals.workloads) > 1:
        tables.append(_pivot(totals, "workload", [(each.name, each.name) for each in totals.workloads]))
    tables += tabulate_assumptions(totals)
    return Document(
        command="workload",
        as_of=totals.as_of,
        version=table.version,
        sha256=table.sha256,
        **split_records(*tables, *further),
        answer=tuple(workload_answer(totals)),
        assumed=state_assumptions(totals, swept),
        notes=(
            *(_range_sentence(found) for found in ranges),
            *merge_remarks(workload_remarks(table, totals)),
            *remarks,
        ),
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


def _totals(totals: WorkloadTotals, by_component: bool) -> Records:
    several = len(totals.months) > 1
    columns = [Field("model")]
    if by_component:
        columns += [Field(part, "money") for part in PARTS]
    columns += [Field("cost", "money"), Field("a month", "money", shown=several)]
    columns += [Field("ratio", "ratio"), Field("percent_lower", "percent", "lower")]
    rows = []
    for side in totals.sides:
        parts: tuple[Value, ...] = (side.parts or (None,) * len(PARTS)) if by_component else ()
        cost, base = side.cost, totals.baseline.cost
        against: tuple[Value, Value] = (None, None)
        if side is not totals.baseline:
            against = times_as_much(base, cost), percent_lower(base, cost)
        average = None if cost is None else cost / len(totals.months)
        rows.append((side.label, *parts, cost, average, *against))
    beside = f", against {totals.baseline.label}" if totals.models else ""
    return Records(tuple(columns), tuple(rows), name="", caption=f"Cost {within(totals.months)} in all, USD{beside}")


def _pivot(totals: WorkloadTotals, heading: str, keys: Sequence[tuple[str, object]]) -> Records:
    """The cost of every model for each month, or for each workload."""
    costs: list[Mapping[Any, Fraction]] = [
        side.by_month if heading == "month" else side.by_workload for side in totals.sides
    ]
    ratio = len(totals.models) == 1
    columns = [Field(heading), *(Field(side.label, "money", side.label) for side in totals.sides)]
    rows: list[tuple[Value, ...]] = []
    for name, key in keys:
        values = [cost.get(key) for cost in costs]
        rows.append((name, *values, values[-1] / values[0] if ratio and values[0] and values[-1] else None))
    columns.append(Field("ratio", "ratio", shown=ratio))
    return Records(tuple(columns), tuple(rows), name="", caption=f"Cost by {heading}, USD")


def _range_sentence(found: WindowRange) -> Sentence:
    """How far the ratio depends on the hour, and on whose hours."""
    drivers = " and ".join(
        f"the {window.name} hours of {label}: {window.describe()}" for label, window in found.drivers
    )
    return (
        f"It depends on the time of day: {found.baseline} costs ",
        Figure(found.lowest.ratio, "ratio"),
        f" as much as {found.model} if every request arrives {_hours(found.lowest)}, and ",
        Figure(found.highest.ratio, "ratio"),
        f" {_hours(found.highest)} (driver: {drivers}).",
    )


def _hours(at: AtHours) -> str:
    return " and ".join(f"in {window} hours of {label}" for label, window in at.hours)
