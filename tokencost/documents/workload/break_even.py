"""Where two models cost the same, as records and as a table."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tokencost.analysis.workload.break_even import BreakEven
from tokencost.analysis.workload.sweep import SHARES, TOKEN_FACTOR
from tokencost.documents.document import Column, Field, Figure, Phrase, Records, Sentence, Table, Value
from tokencost.documents.workload.assumed import name_field
from tokencost.documents.workload.sweep import say_value

NEVER = "never"
FIELDS = (
    Field("field"),
    Field("model"),
    Field("baseline"),
    Field("value", "count"),
    Field("low", "count"),
    Field("high", "count"),
    Field("remark"),
)


def break_even_records(found: Sequence[BreakEven]) -> Records:
    """One row for each value, with the bounds between which it was looked for."""
    rows = [
        (each.field, each.model, each.baseline, value, each.low, each.high, remark)
        for each in found
        for value, remark in _list_values(each)
    ]
    return Records(FIELDS, rows, name="break_even")


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


def break_even_table(found: Sequence[BreakEven]) -> Table:
    """For each model the values at which it costs what the baseline costs; fields with the same answer together."""
    several = len({each.model for each in found}) > 1
    said: dict[tuple[str, Sentence], list[str]] = {}
    for each in found:
        for words in _say_values(each):
            said.setdefault((each.model, words), []).append(name_field(each.field))
    rows: list[tuple[Value, ...]] = [
        (*([model] if several else []), ", ".join(fields), Phrase(words)) for (model, words), fields in said.items()
    ]
    baseline = found[0].baseline if found else "the baseline"
    columns = (
        *([Column("model")] if several else []),
        Column("field"),
        Column(f"same cost as {baseline} at"),
    )
    title = "" if several or not found else f"Where {found[0].model} and {baseline} cost the same"
    return Table(columns, rows, title=title, names=2 if several else 1)


def say_bounds(found: Sequence[BreakEven]) -> Iterator[Sentence]:
    """Between which values the same cost was looked for."""
    alike: dict[Sentence, dict[str, None]] = {}
    for each in found:
        bounds = (*say_value(each.field, each.low), " to ", *say_value(each.field, each.high))
        alike.setdefault(bounds, {})[name_field(each.field)] = None
    parts = [f"{', '.join(names)} " for names in alike.values()]
    words = [part for name, bounds in zip(parts, alike, strict=True) for part in ("; ", name, *bounds)]
    if words:
        yield "The same cost was looked for at ", *words[1:], "."


def _say_values(each: BreakEven) -> Iterator[Sentence]:
    if each.always:
        yield ("every value",)
    elif each.reason:
        yield (each.reason,)
    elif not each.values and not each.steps:
        yield (NEVER,)
    yield from (_say_solved(each.field, value) for value in each.values)
    yield from (
        (*_say_solved(each.field, value), ": above it, other rates make the other side the cheaper one")
        for value in each.steps
    )


def _say_solved(field: str, value: Fraction) -> Sentence:
    """A value that was solved for, which has as many digits as it happens to have."""
    if field in SHARES:
        return (Figure(value * 100, "percent"),)
    return (Figure(value, "fine_ratio" if field == TOKEN_FACTOR else "expected"),)
