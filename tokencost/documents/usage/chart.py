"""A bill for logs as a picture: what each group cost, beside what it would have cost elsewhere."""

from fractions import Fraction

from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.usage.answer import say_cost
from tokencost.logs.usage import Usage
from tokencost.money import times_as_much

MOST_GROUPS = 20
"""More bars than that are a table."""


def usage_charts(result: Usage) -> tuple[Chart, ...]:
    """The dearest groups, each with a bar for what it cost and one for every alternative."""
    rows = sorted(result.rows, key=lambda row: -row.cost.total)[:MOST_GROUPS]
    if not rows:
        return ()
    names = [", ".join("—" if key is None else str(key) for key in row.group) for row in rows]
    series = [Series("cost", tuple(Point(name, row.cost.total) for name, row in zip(names, rows, strict=True)))]
    for place, label in enumerate(result.alternatives):
        points = tuple(Point(name, row.elsewhere[place].cost) for name, row in zip(names, rows, strict=True))
        series.append(Series(f"as {label}", points))
    by = ", ".join(name.replace("_", " ") for name in result.by)
    return (Chart("bars", _say_title(result), Axis("USD", "money"), Axis(by, "text"), tuple(series)),)


def _say_title(result: Usage) -> Sentence:
    shown = min(len(result.rows), MOST_GROUPS)
    title = say_cost(result)
    for place, label in enumerate(result.alternatives):
        sides = [row.elsewhere[place] for row in result.rows]
        priced = [(Fraction(side.actual), Fraction(side.cost)) for side in sides if side.cost is not None]
        actual, cost = (sum(amounts, Fraction(0)) for amounts in zip(*priced, strict=True)) if priced else (None, None)
        ratio = times_as_much(actual, cost)
        if ratio is not None:
            title = (*title, ", ", Figure(ratio, "ratio"), f" as much as on {label}")
    if shown < len(result.rows):
        title = (*title, f"; the {shown} dearest of {len(result.rows)} groups")
    return title
