"""What a workload's cost is the cost of: requests, tokens, shares and hours, in sentences and as fields."""

from collections.abc import Iterator
from datetime import UTC
from fractions import Fraction
from typing import TYPE_CHECKING

from tokencost.analysis.workload.fields import ONLY, Workload
from tokencost.analysis.workload.months import PERIODS
from tokencost.analysis.workload.request_cost import BATCH
from tokencost.analysis.workload.rows import sum_exactly
from tokencost.analysis.workload.totals import WorkloadTotals, monthly_requests
from tokencost.documents.document import Field, Figure, Records, Sentence, Value
from tokencost.documents.wording import count_noun, join_with_and
from tokencost.pricetable.hours import DAY_NAMES, MINUTES_OF_DAY, show_hours
from tokencost.pricing.rates import STANDARD

if TYPE_CHECKING:
    from tokencost.analysis.workload.sweep import Sweep

FIELDS = (
    Field("name"),
    Field("requests", "count"),
    Field("requests_per"),
    Field("growth", "count"),
    Field("from"),
    Field("to"),
    Field("months", "count"),
    Field("calendar_days", "count"),
    Field("total_requests", "count"),
    Field("input_tokens", "count"),
    Field("cached", "count"),
    Field("cache_write", "count"),
    Field("output_tokens", "count"),
    Field("hours"),
    Field("days"),
    Field("zone"),
    Field("peak", "count"),
    Field("batch", "count"),
    Field("tier"),
    Field("region"),
)
"""What JSON says of each workload: shares from 0 to 1, and null for hours, days and a peak share that nobody gave."""
WORDS = {"input": "input tokens", "output": "output tokens", "growth": "growth a month"}
FACTORS = (Field("workload"), Field("model"), Field("factor", "count"))
OUTPUT_FACTOR = Field("output_factor", "count")
"""Beside them where the output has factors of its own."""


def name_field(field: str) -> str:
    """The field as a reader knows it: `input tokens`, `cache write`."""
    return WORDS.get(field, field.replace("_", " "))


def state_assumptions(totals: WorkloadTotals, swept: "Sweep | None" = None) -> tuple[Sentence, ...]:
    """A sentence or two for each workload."""
    sentences = [tuple(_of_workload(totals, workload)) for workload in totals.workloads]
    if swept is not None:
        fields = " and ".join(name_field(axis.field) for axis in swept.axes)
        sentences.append((f"The sweep changes only {fields}.",))
    return tuple(sentences)


def tabulate_assumptions(totals: WorkloadTotals) -> Iterator[Records]:
    """The same for programs, exact: `workloads`, and where there are any the `token_factors`."""
    yield Records(FIELDS, [_fields(workload) for workload in totals.workloads], "workloads")
    factors: list[tuple[Value, ...]] = [
        (name, model, factor) for name, used in totals.factors.items() for model, factor in used.items()
    ]
    if totals.output_factors:
        of_output = {name: totals.output_factors.get(name, used) for name, used in totals.factors.items()}
        factors = [(*row, of_output[str(row[0])].get(str(row[1]), Fraction(1))) for row in factors]
        yield Records((*FACTORS, OUTPUT_FACTOR), factors, "token_factors")
    elif factors:
        yield Records(FACTORS, factors, "token_factors")


def _fields(workload: Workload) -> tuple[Value, ...]:
    hours, days = _arrival(workload)
    return (
        workload.name,
        workload.requests,
        workload.per,
        workload.growth,
        str(workload.start),
        str(workload.last),
        workload.months,
        _calendar_days(workload),
        _total_requests(workload),
        workload.input,
        workload.cached,
        workload.cache_write,
        workload.output,
        hours,
        days,
        str(workload.zone),
        workload.peak,
        workload.batch,
        workload.tier,
        workload.region,
    )


def _arrival(workload: Workload) -> tuple[str | None, str | None]:
    """Hours and days as they are typed; None where nothing is left out."""
    if workload.arrival is None:
        return None, None
    window = workload.arrival
    hours = None if window.hours == ((0, MINUTES_OF_DAY),) else ",".join(map(show_hours, window.hours))
    days = None if len(window.days) == len(DAY_NAMES) else ",".join(DAY_NAMES[day] for day in sorted(window.days))
    return hours, days


def _calendar_days(workload: Workload) -> int:
    return sum(workload.start.plus(number).days for number in range(workload.months))


def _total_requests(workload: Workload) -> Fraction:
    return sum_exactly(count for _, count in monthly_requests(workload))


def _of_workload(totals: WorkloadTotals, workload: Workload) -> Iterator[str | Figure]:
    yield "Workload: " if workload.name == ONLY else f"Workload {workload.name}: "
    yield from _amount(workload.requests, "request")
    yield f" {'an' if workload.per == PERIODS[0] else 'a'} {workload.per}"
    if workload.growth:
        yield from (" (", _percent(abs(workload.growth)), f"% {'more' if workload.growth > 0 else 'fewer'} each month)")
    yield ", each "
    yield from _amount(workload.input, "input token")
    if workload.input:
        yield from _shares(workload)
    yield " and "
    yield from _amount(workload.output, "output token")
    yield ". "
    total = _total_requests(workload)
    yield from (Figure(total, "expected"), " request" if total == 1 else " requests")
    yield f" in {count_noun(_calendar_days(workload), 'day')}"
    if (workload.start, workload.last) != (totals.months[0], totals.months[-1]):
        months = f"{workload.start}" if workload.months == 1 else f"{workload.start} to {workload.last}"
        yield f" ({months})"
    yield from _when(workload)
    yield from _tiers(workload)
    if workload.region is not None:
        yield f", in the region {workload.region}"
    yield "."
    if workload.per == "year":
        yield " A year's requests are divided by its days."
    if workload.zone is not UTC:
        yield f" Months begin at midnight {workload.zone}."
    if workload.arrival is not None and len(workload.arrival.days) < len(DAY_NAMES):
        yield " The requests of all days are sent on those."
    if named := list(_say_factors(totals, workload)):
        yield from (" ", *join_with_and(named), ".")


def _say_factors(totals: WorkloadTotals, workload: Workload) -> Iterator[Sentence]:
    """Which models take more tokens or fewer; of input and output apart where they differ."""
    factors = totals.factors[workload.name]
    if workload.name not in totals.output_factors:
        for label, factor in factors.items():
            if factor != 1:
                yield f"{label} takes ", Figure(factor, "count"), " times as many tokens"
        return
    for what, used in (("input", factors), ("output", totals.output_factors[workload.name])):
        # Models with the same vocabulary have the same factor.
        alike: dict[Fraction, list[Sentence]] = {}
        for label, factor in used.items():
            if factor != 1:
                alike.setdefault(factor, []).append((label,))
        for factor, labels in alike.items():
            take = " takes " if len(labels) == 1 else " take "
            yield *join_with_and(labels), take, Figure(factor, "factor"), f" times as many {what} tokens"


def _amount(number: Fraction, word: str) -> Sentence:
    return Figure(number, "count"), f" {word}" if number == 1 else f" {word}s"


def _percent(share: Fraction) -> Figure:
    """In percent, as people write it: 55 rather than 55.0."""
    return Figure(share * 100, "count")


def _shares(workload: Workload) -> Sentence:
    written: Sentence = (", ", _percent(workload.cache_write), "% written to the cache") if workload.cache_write else ()
    if not workload.cached:
        return (" (none of them cached", *written, ")")
    return (" (", _percent(workload.cached), "% of them cached", *written, ")")


def _when(workload: Workload) -> Sentence:
    if workload.peak is not None:
        return ", ", _percent(workload.peak), "% of them in peak hours"
    if workload.arrival is None:
        return (", evenly day and night",)
    return (f", evenly over {workload.arrival.describe()}",)


def _tiers(workload: Workload) -> Sentence:
    if not workload.batch or workload.tier == BATCH:
        return () if workload.tier == STANDARD else (f", in the {workload.tier} tier",)
    rest = "" if workload.tier == STANDARD or workload.batch == 1 else f", the rest in the {workload.tier} tier"
    return ", ", _percent(workload.batch), f"% of them in the {BATCH} tier{rest}"
