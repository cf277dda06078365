"""Words that sentences share: counts, and lists with `and` before the last."""

from collections.abc import Sequence

from tokencost.documents.document import Figure, Sentence
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import describe_retirement, is_retired
from tokencost.pricetable.when import show_when


def count_noun(number: int, word: str) -> str:
    """`1 price`, `2 prices`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


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
