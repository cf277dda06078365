"""Words that sentences share: counts, and lists with `and` before the last."""

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from tokencost.documents.document import Figure, Kind, Sentence
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import describe_retirement, is_retired
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, day_of, show_when

LEAST_TIMES = Fraction(11, 10)
"""A smaller ratio is said as a percentage."""
_VERSION = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\d)", re.ASCII)


def count_noun(number: int, word: str) -> str:
    """`1 price`, `2 prices`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def say_range(low: Fraction, high: Fraction, kind: Kind) -> Sentence:
    """`27.3 to 53.6`; one figure where both ends are shown alike to a reader."""
    return (Figure(low, kind),) if low == high else (Figure(low, kind), " to ", Figure(high, kind))


def make_title(answer: Sequence[Sentence]) -> Sentence:
    """The answer as the title of its picture, without the last full stop."""
    words = [part for sentence in answer for part in (" ", *sentence)][1:]
    return (*words[:-1], words[-1].removesuffix(".") if isinstance(words[-1], str) else words[-1]) if words else ()


def verb_of_cost(when: When, table: PriceTable) -> str:
    """`cost` of a day before the table was made, else `costs`: what is read tomorrow says the same."""
    return "cost" if is_past(when, table) else "costs"


def is_past(when: When, table: PriceTable) -> bool:
    """Whether the day lies before the version of the table."""
    made = _VERSION.match(table.version)
    return made is not None and day_of(when) < date(*map(int, made.groups()))


def join_with_and(parts: Sequence[Sentence]) -> Sentence:
    """The parts with commas between them, and `and` before the last; empty where there are none."""
    joined: list[str | Figure] = []
    for place, part in enumerate(parts):
        if place:
            joined.append(" and " if place == len(parts) - 1 else ", ")
        joined += part
    return tuple(joined)


def label_with_end(side: ModelAt) -> str:
    """The model as it was named; with its last day where it was no longer sold at its time."""
    if is_retired(side.model, side.when):
        return f"{side.label} (retired {describe_retirement(side.model)})"
    return side.label


def name_at_times(*sides: tuple[ModelAt, str | None]) -> tuple[str, list[str]]:
    """`On 2026-11-20, ` and the names of models in those windows; each with a time where they have different ones."""
    times = {side.when for side, _ in sides}
    together = len(times) == 1
    names = []
    for side, window in sides:
        name = side.model.id if together else f"{side.model.id} on {show_when(side.when)}"
        names.append(label_with_window(label_with_end(side).replace(side.label, name, 1), window))
    return f"On {show_when(times.pop())}, " if together else "", names


def label_with_window(model: str, window: str | None) -> str:
    """`deepseek-flash (peak)`; the model alone where its price holds at all hours."""
    return f"{model} ({window})" if window else model


def say_times(ratio: Fraction, than: str = "", *, short: bool = False) -> Sentence:
    """`19.6 times as much as o1`; `4.0% more than o1` where `1.0 times` would say nothing. Of a ratio of 1 or more.

    With `short` it is `19.6 times`, in a list that began with the whole.
    """
    if ratio == 1:
        return (f"the same as {than}" if than else "the same",)
    if ratio < LEAST_TIMES:
        return Figure((ratio - 1) * 100, "percent"), f" more than {than}" if than else " more"
    if short:
        return Figure(ratio, "times"), " times"
    return Figure(ratio, "times"), f" times as much as {than}" if than else " times as much"
