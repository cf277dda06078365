"""Words that sentences share: counts, and lists with `and` before the last."""

from collections.abc import Sequence

from tokencost.report.document import Figure, Sentence


def counted(number: int, word: str) -> str:
    """`1 price`, `2 prices`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def enumerated(parts: Sequence[Sentence]) -> Sentence:
    """The parts with commas between them, and `and` before the last; empty where there are none."""
    joined: list[str | Figure] = []
    for place, part in enumerate(parts):
        if place:
            joined.append(" and " if place == len(parts) - 1 else ", ")
        joined += part
    return tuple(joined)
