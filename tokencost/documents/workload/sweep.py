"""What the cost of a workload hangs on, as tables: totals along a field, and where two models cost the same."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tokencost.analysis.workload.break_even import BreakEven
from tokencost.analysis.workload.sweep import SHARES, Sweep
from tokencost.analysis.workload.totals import WorkloadTotals
from tokencost.documents.document import Field, Figure, Records, Value, WhenRead
from tokencost.documents.workload.remarks import within
from tokencost.documents.workload.totals import RECORD, record


def sweep_records(swept: Sweep) -> Records:
    """The rows of CSV and JSON: the values of the swept fields, then the total of a model."""
    columns = (*(Field(f"sweep_{axis.field}", "count", shown=False) for axis in swept.axes), *RECORD)
    return Records(columns, WhenRead(lambda: ((*row.values, *record(row.total)) for row in swept.rows)))


def sweep_table(totals: WorkloadTotals, swept: Sweep) -> Records:
    """One line for each point: the cost of every model, and how many times as much the baseline costs."""
    labels = [side.label for side in totals.sides]
    models = labels[:-1]
    columns = [Field(axis.field, "count") for axis in swept.axes]
    columns += [Field(label, "money", label) for label in labels]
    columns += [Field(f"ratio {label}", "ratio", "ratio" if len(models) == 1 else f"{label} ratio") for label in models]
    rows: list[tuple[Value, ...]] = []
    for first in range(0, len(swept.rows), len(labels)):
        group = swept.rows[first : first + len(labels)]
        point = [figure(axis.field, value) for axis, value in zip(swept.axes, group[0].values, strict=True)]
        rows.append((*point, *(row.total.cost for row in group), *(row.total.ratio for row in group[:-1])))
    fields = " and ".join(axis.field.replace("_", " ") for axis in swept.axes)
    return Records(
        tuple(columns), tuple(rows), name="", caption=f"Cost {within(totals.months)} in all by {fields}, USD"
    )


def figure(field: str, value: Fraction) -> Figure:
    """The value of a field as people write it."""
    if field in SHARES:
        return Figure(value * 100, "percent")
    return Figure(value, "count")


def break_even_tables(found: Sequence[BreakEven]) -> Iterator[Records]:
    """The records, and beside them what people read."""
    several = len({each.model for each in found}) > 1
    records: list[tuple[Value, ...]] = []
    read: list[tuple[Value, ...]] = []
    for each in found:
        low, high = figure(each.field, each.low), figure(each.field, each.high)
        for value, remark in _list_values(each):
            records.append((each.field, each.model, each.baseline, value, each.low, each.high, remark))
            shown = None if value is None else figure(each.field, value)
            read.append((each.model, each.field.replace("_", " "), shown, low, high, remark))
    keys = (Field("value", "count"), Field("low", "count"), Field("high", "count"), Field("remark"))
    hidden = (Field("field"), Field("model"), Field("baseline"), *keys)
    yield Records(tuple(column._replace(shown=False) for column in hidden), tuple(records), name="break_even")
    columns = (
        Field("model", shown=several),
        Field("field"),
        Field("value", "count", "same cost at"),
        Field("low", "count", "between"),
        Field("high", "count", "and"),
        Field("remark"),
    )
    baseline = found[0].baseline if found else "the baseline"
    models = ", ".join(dict.fromkeys(each.model for each in found)) or "no model"
    yield Records(columns, tuple(read), name="", caption=f"Where {models} and {baseline} cost the same")


def _list_values(each: BreakEven) -> Iterator[tuple[Fraction | None, str]]:
    """The values, each with what is to be said of it."""
    if each.always:
        yield None, "the same at every value"
    elif each.reason:
        yield None, each.reason
    elif not each.values and not each.steps:
        yield None, "none between these bounds"
    else:
        yield from ((value, "") for value in each.values)
        yield from ((value, "not the same: above it other rates make the other side cheaper") for value in each.steps)
