"""How the cost of a workload changes along one or two of its fields."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

from tokencost.analysis.workload.sweep import SHARES, TOKEN_FACTOR, Sweep, SweepRow
from tokencost.analysis.workload.totals import WorkloadTotals
from tokencost.documents.document import Column, Field, Figure, Phrase, Records, Sentence, Table, Value, WhenRead
from tokencost.documents.wording import count_noun
from tokencost.documents.workload.assumed import name_field
from tokencost.documents.workload.months import measure_months
from tokencost.documents.workload.totals import RECORD, label_sides, rank_sides, record


def say_value(field: str, value: Fraction) -> Sentence:
    """A value of a field as people write it: 55%, 1,800, 1.1×."""
    if field in SHARES:
        return Figure(value * 100, "count"), "%"
    return (Figure(value, "count"), "×") if field == TOKEN_FACTOR else (Figure(value, "count"),)


def sweep_records(swept: Sweep) -> Records:
    """The rows of CSV and JSON: the values of the swept fields, then the total of a model."""
    columns = (*(Field(f"sweep_{axis.field}", "count") for axis in swept.axes), *RECORD)
    return Records(columns, WhenRead(lambda: ((*row.values, *record(row.total)) for row in swept.rows)))


def sweep_table(totals: WorkloadTotals, swept: Sweep) -> Table:
    """One row for each point: the cost of every model, and how many times as much the baseline costs."""
    sides, names = rank_sides(totals), label_sides(totals)
    labels = [side.label for side in sides]
    models = [label for label in labels if label != totals.baseline.label]
    costs = f"{totals.baseline.label} costs"
    unit = f"{measure_months(totals.months)}, USD"
    columns = (
        *(Column(name_field(axis.field), "count") for axis in swept.axes),
        *(Column(names[label], "money", over=unit) for label in labels),
        *(
            Column(costs, "ratio", leaves=2) if len(models) == 1 else Column(label, "ratio", over=costs, leaves=2)
            for label in models
        ),
    )
    rows: list[tuple[Value, ...]] = []
    for values, points in _points(swept):
        fields = (Phrase(say_value(axis.field, value)) for axis, value in zip(swept.axes, values, strict=True))
        ratios = (points[label].total.ratio for label in models)
        rows.append((*fields, *(points[label].total.cost for label in labels), *ratios))
    return Table(columns, rows, names=len(swept.axes))


def sweep_answer(swept: Sweep) -> Iterator[Sentence]:
    """Which model is the cheapest along the sweep, of those that are sold in all of the months."""
    sold = [side.label for side in swept.given.sold]
    if len(sold) < 2:  # noqa: PLR2004  # one alone is not the cheapest of any
        return
    winners = []
    for values, points in _points(swept):
        costs = [(cost, label) for label in sold if (cost := points[label].total.cost) is not None]
        least = min(costs)[0]
        winners.append((values, " or ".join(label for cost, label in costs if cost == least)))
    names = dict.fromkeys(name for _, name in winners)
    fields = " and ".join(name_field(axis.field) for axis in swept.axes)
    if len(names) == 1:
        yield (f"{winners[0][1]} is the cheapest at every swept value of {fields}.",)
    elif len(swept.axes) == 1:
        yield ("Cheapest by ", fields, ": ", *_say_stretches(swept.axes[0].field, winners), ".")
    else:
        counts = [f"{name} at {sum(name == other for _, other in winners)}" for name in names]
        yield (f"Of {count_noun(len(winners), 'point')} of {fields}, the cheapest is {', '.join(counts)}.",)


def _say_stretches(field: str, winners: list[tuple[tuple[Fraction, ...], str]]) -> Iterator[str | Figure]:
    """`gpt-6-luna at 0% to 40%, deepseek-flash at 50% to 100%`."""
    for number, (name, group) in enumerate(groupby(winners, key=lambda pair: pair[1])):
        values = [found[0] for found, _ in group]
        yield f"{', ' if number else ''}{name} at "
        yield from say_value(field, values[0])
        if len(values) > 1:
            yield " to "
            yield from say_value(field, values[-1])


def _points(swept: Sweep) -> Iterator[tuple[tuple[Fraction, ...], dict[str, SweepRow]]]:
    """The values of each point, with the totals by model."""
    for values, rows in groupby(swept.rows, key=lambda row: row.values):
        yield values, {row.total.model: row for row in rows}
