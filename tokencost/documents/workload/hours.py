"""How far the ratio of a workload depends on the time of day, in sentences."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.workload.hour_sensitivity import AtHours, WindowRange
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and, say_range, say_times
from tokencost.pricetable.hours import Window

MOST_NAMED = 3
"""Of more models a sentence gives only the range of their ratios."""


class _Driver(NamedTuple):
    """What is said once of all models on which a ratio hangs alike."""

    window: Window
    factor: Fraction
    """How many times as much is charged while the window is open."""
    of_baseline: bool


def say_hours(ranges: Sequence[WindowRange]) -> Iterator[Sentence]:
    """What it costs while a window is open, and the ratios if all requests came then or none.

    `It depends on the time of day: deepseek-flash costs twice as much in peak hours (every day 09:00-12:00 UTC).
    If all requests came then, gpt-6.1-sol would cost 7.8 times as much; if none did, 15.6 times.`
    """
    alike: dict[_Driver, list[tuple[WindowRange, AtHours, AtHours]]] = {}
    for found in ranges:
        if len(found.drivers) > 1:
            yield _say_both(found)
            continue
        ((label, window),) = found.drivers
        ends = sorted((found.lowest, found.highest), key=lambda at: at.hours[0][1] != window.name)
        inside, outside = ends
        of_baseline = label == found.baseline
        factor = inside.ratio / outside.ratio if of_baseline else outside.ratio / inside.ratio
        alike.setdefault(_Driver(window, factor, of_baseline), []).append((found, inside, outside))
    for driver, group in alike.items():
        yield _say_one(driver, group)


def list_said(ranges: Sequence[WindowRange]) -> set[str]:
    """The descriptions of the windows whose hours these sentences give."""
    return {found.drivers[0][1].describe() for found in ranges if len(found.drivers) == 1}


def _say_one(driver: _Driver, group: Sequence[tuple[WindowRange, AtHours, AtHours]]) -> Sentence:
    baseline = group[0][0].baseline
    labels = [baseline] if driver.of_baseline else [found.model for found, _, _ in group]
    window = driver.window
    open_, closed = ([(found.model, at[place].ratio) for found, *at in group] for place in (0, 1))
    alone = len(group) == 1
    if len(group) <= MOST_NAMED and all(ratio >= 1 for _, ratio in (*open_, *closed)):
        # In the order of the clause before, which says of what.
        last = join_with_and([say_times(ratio, short=True) for _, ratio in closed])
    else:
        last = _say_ratios(baseline, closed, alone=alone)
    return (
        "It depends on the time of day: ",
        *join_with_and([(label,) for label in labels]),
        " costs " if len(labels) == 1 else " cost ",
        *_say_factor(driver.factor),
        f" in {window.name} hours ({window.describe()}). If all requests came then, ",
        *_say_ratios(baseline, open_, alone=alone),
        "; if none did, ",
        *last,
        ".",
    )


def _say_factor(factor: Fraction) -> Sentence:
    if factor == 2:  # noqa: PLR2004  # as people say it
        return ("twice as much",)
    if factor < 1:
        return Figure((1 - factor) * 100, "percent"), " less"
    return say_times(factor)


def _say_ratios(baseline: str, ratios: Sequence[tuple[str, Fraction]], *, alone: bool) -> Sentence:
    """What the baseline would cost beside the models; where it costs less, they are said to cost more."""
    dearer = [(model, ratio) for model, ratio in ratios if ratio >= 1]
    parts: list[Sentence] = []
    if len(dearer) > MOST_NAMED:
        span = say_range(min(ratio for _, ratio in dearer), max(ratio for _, ratio in dearer), "times")
        parts.append((f"{baseline} would cost ", *span, f" times as much as {len(dearer)} of these models"))
    elif dearer:
        than = [say_times(ratio, "" if alone else model) for model, ratio in dearer]
        parts.append((f"{baseline} would cost ", *join_with_and(than)))
    parts += [(f"{model} would cost ", *say_times(1 / ratio, baseline)) for model, ratio in ratios if ratio < 1]
    return join_with_and(parts)


def _say_both(found: WindowRange) -> Sentence:
    """Both sides have hours of their own."""
    return (
        "It depends on the time of day: if all requests came ",
        f"{_name_hours(found.lowest)}, ",
        *_say_ratios(found.baseline, [(found.model, found.lowest.ratio)], alone=False),
        f"; {_name_hours(found.highest)}, ",
        *_say_ratios(found.baseline, [(found.model, found.highest.ratio)], alone=False),
        ".",
    )


def _name_hours(at: AtHours) -> str:
    names = {window for _, window in at.hours}
    if len(names) == 1:
        return f"in {names.pop()} hours"
    return "in " + " and ".join(f"{window} hours of {label}" for label, window in at.hours)
