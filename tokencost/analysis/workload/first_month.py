"""The month with which workloads begin where nobody names one: the first that every model was sold in as a whole."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any

from tokencost.analysis.compare import chosen_models
from tokencost.analysis.workload.file import WorkloadFile, load_workloads
from tokencost.analysis.workload.months import Month, bounds, month_of
from tokencost.errors import InvalidRequest
from tokencost.pricetable.resolve import find_named, split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, day_of


def first_month(table: PriceTable, models: Sequence[str], against: str | None, on: When) -> Month:
    """The month of that day; the next where a model that is asked for was launched within it.

    Nobody knows what a model costs before its launch, so the month of its launch has no whole bill.
    """
    month = month_of(day_of(on))
    begin, after = bounds(month, UTC)
    # A name that is no model's is refused where it is priced, with better words than here.
    with suppress(InvalidRequest):
        names, baseline = chosen_models(table, models, against, on)
        for name in (*names, baseline):
            bare, own_time = split_time(name)
            if own_time is None and begin < find_named(table, bare, on).prices[0].start < after:
                return month.plus(1)
    return month


def load_workloads_on(
    table: PriceTable,
    file: str | os.PathLike[str],
    on: When,
    models: tuple[str, ...] = (),
    against: str | None = None,
    over: Mapping[str, Any] | None = None,
) -> WorkloadFile:
    """The workloads of a file with the models asked for, else its own, from the first month that has a whole bill."""
    start = first_month(table, models, against, on)
    spec = load_workloads(table, file, start=start, over=over)
    if len(models) <= 1:
        models, against = models or spec.models, against or spec.against
    # Which models they are is known only now.
    if (later := first_month(table, models, against, on)) != start:
        spec = load_workloads(table, file, start=later, over=over)
    return WorkloadFile(spec.workloads, models, against)
