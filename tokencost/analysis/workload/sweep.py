"""How the totals change along one or two fields of a workload."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from tokencost.analysis.workload.fields import FIELDS, Workload, find_conflicts
from tokencost.analysis.workload.rows import WorkloadRow
from tokencost.analysis.workload.totals import WorkloadTotals, workload_totals
from tokencost.display import html_of
from tokencost.errors import InvalidRequest
from tokencost.pricetable.resolve import split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When
from tokencost.quantities import FACTOR, Amount, exact, factor, number, parse_request
from tokencost.rows import Row

SHARES = ("cached", "cache_write", "batch", "peak", "growth")
TOKEN_FACTOR = "token_factor"  # noqa: S105  # tokens of language
AXES = ("requests", "input", "output", *SHARES, "months", TOKEN_FACTOR)
"""The numeric fields; `token_factor` is that of every model but the baseline."""
MOST_POINTS = 1000
MOST_AXES = 2


class Axis(NamedTuple):
    """A field, and the values it takes."""

    field: str
    values: tuple[Fraction, ...]


class _SweepRow(NamedTuple):
    """The fields of `SweepRow`."""

    values: tuple[Fraction, ...]
    total: WorkloadRow
    fields: tuple[str, ...]
    """Whose values they are."""


class SweepRow(Row, _SweepRow):
    """The total of a model where the swept fields have these values."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        names = (f"sweep_{field}" for field in self.fields)
        return {**dict(zip(names, self.values, strict=True)), **self.total.as_dict()}


class Sweep(NamedTuple):
    """The result of `sweep`: rows by value, then by model."""

    axes: tuple[Axis, ...]
    rows: tuple[SweepRow, ...]
    given: WorkloadTotals
    """The totals at the values that the workloads have."""

    def _repr_html_(self) -> str:
        return html_of(self)


def axis(field: str, first: Amount, last: Amount, step: Amount) -> Axis:
    """An axis from `first` to `last`, both included where the steps reach it. Raises `InvalidRequest`."""
    if field not in AXES:
        raise InvalidRequest(f"{field!r} is not a numeric field of a workload", "sweep one of " + ", ".join(AXES))
    begin, end, by = (parse_request(lambda given: _value(field, given), each, field) for each in (first, last, step))
    if by <= 0 or end < begin:
        raise InvalidRequest(f"the sweep of {field} has no steps", "write it like cached=0:100%:10%, upwards")
    count = int((end - begin) // by) + 1
    if count > MOST_POINTS:
        raise InvalidRequest(
            f"the sweep of {field} has {count:,} steps", f"take at most {MOST_POINTS:,}: a longer step"
        )
    return Axis(field, tuple(begin + n * by for n in range(count)))


def _value(field: str, given: object) -> Fraction:
    kind = FACTOR if field == TOKEN_FACTOR else FIELDS[field].kind or FACTOR
    if not isinstance(given, str):
        return exact(given, kind)
    return Fraction(FIELDS[field].check(given)) if kind.percent else number(given, kind)


def sweep(
    table: PriceTable,
    workloads: Workload | Sequence[Workload],
    axes: Axis | Sequence[Axis],
    models: str | Sequence[str] = (),
    *,
    on: When | str,
    against: str | None = None,
) -> Sweep:
    """The totals at every value of one axis, or at every pair of two. Raises as `workload_totals` does."""
    axes = (axes,) if isinstance(axes, Axis) else tuple(axes)
    given = (workloads,) if isinstance(workloads, Workload) else tuple(workloads)
    if not 1 <= len(axes) <= MOST_AXES or len({each.field for each in axes}) < len(axes):
        raise InvalidRequest("a sweep goes along one field, or two different ones", "write --sweep once or twice")
    points = list(product(*(each.values for each in axes)))
    if len(points) > MOST_POINTS:
        raise InvalidRequest(f"the sweep has {len(points):,} points", f"take at most {MOST_POINTS:,}: longer steps")
    first = workload_totals(table, given, models, on=on, against=against)
    labels = [side.label for side in first.models]
    fields = tuple(each.field for each in axes)
    rows = []
    for values in points:
        changed: Sequence[Workload] = given
        for each, value in zip(axes, values, strict=True):
            changed = [with_field(workload, each.field, value, labels) for workload in changed]
        refuse_impossible(changed)
        totals = workload_totals(table, changed, models, on=on, against=against)
        rows += [SweepRow(values, row, fields) for row in totals.totals]
    return Sweep(tuple(axes), tuple(rows), first)


def with_field(workload: Workload, field: str, value: Fraction, models: Sequence[str]) -> Workload:
    """The workload with another value in a field; a token factor is that of the models. Raises `InvalidRequest`."""
    if field == TOKEN_FACTOR:
        others = {
            name: own for name, own in workload.token_factors.items() if name not in {*models, *map(_bare, models)}
        }
        own = parse_request(factor, value, field)
        return workload._replace(token_factors={**others, **dict.fromkeys(models, own)}, output_factors=None)
    return workload._replace(**{field: parse_request(FIELDS[field].check, value, field)})


def refuse_impossible(workloads: Sequence[Workload]) -> None:
    """Raise `InvalidRequest` where the fields of a workload cannot be together."""
    for workload in workloads:
        for _, message, hint in find_conflicts(workload._asdict()):
            raise InvalidRequest(message, hint)


def _bare(label: str) -> str:
    return split_time(label)[0]
