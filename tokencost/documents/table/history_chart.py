"""The history of prices as pictures: each model's rate as steps over time, one picture for each component."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tokencost.analysis.table.price_rows import PriceRow
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.document import Figure, Sentence
from tokencost.documents.wording import join_with_and
from tokencost.pricetable.sale import sold_until
from tokencost.pricetable.when import When, show_bound, span

COMPONENTS = ("output", "input", "cached_input")
"""The one that costs most first. Cache writes follow the input price by a fixed factor and are left to the table."""
MOST_TITLED = 2
"""More models than this are summed up in a title, not named one by one."""
LEAST_STEP = timedelta(days=30)
"""How long a price that begins at the end of the picture is drawn."""


def history_charts(rows: Sequence[PriceRow], as_of: When) -> tuple[Chart, ...]:
    """For each component, a series for each model (and tier) with its dated rates.

    Where hours of the week have rates of their own, a step reaches from the lowest of them to the highest.
    """
    if not rows:
        return ()
    # A price that begins on the last day, or after it, would have no length.
    latest = max(span(as_of)[1], *(row.price.start + LEAST_STEP for row in rows))
    currencies = dict.fromkeys(row.currency for row in rows)
    return tuple(
        chart
        for currency in currencies
        for component in COMPONENTS
        if (chart := _make_chart([row for row in rows if row.currency == currency], component, currency, latest))
    )


def _make_chart(rows: Sequence[PriceRow], component: str, currency: str, latest: datetime) -> Chart | None:
    series = []
    tiers = len({row.cell.tier for row in rows}) > 1
    # Rates of long requests follow the others, and are left to the table.
    drawn = [row for row in rows if not row.cell.input_tokens_above]
    for model, tier in dict.fromkeys((row.model, row.cell.tier) for row in drawn):
        own = [row for row in drawn if (row.model, row.cell.tier) == (model, tier)]
        steps: list[Point] = []
        for price in dict.fromkeys(row.price for row in own):
            rates = [getattr(row.rates, component) for row in own if row.price is price]
            if step := _make_step(rates, price.start, sold_until(model, price) or latest):
                _add_step(steps, step)
        if steps:
            series.append(Series(f"{model.id}, {tier}" if tiers else model.id, tuple(steps), model.provider))
    if not series:
        return None
    words = component.replace("_", " ")
    return Chart(
        "steps",
        _say_finding(series, words, currency),
        Axis(f"{words}, {currency} per 1M tokens", "rate", currency),
        Axis("date, UTC", "bound"),
        tuple(series),
    )


def _make_step(rates: Sequence[Decimal | None], start: datetime, end: datetime) -> Point | None:
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    return Point(start, low, to=high if high > low else None, until=end)


def _add_step(steps: list[Point], step: Point) -> None:
    """A price that differs from the one before in other components alone is no step of this one."""
    if steps and (steps[-1].value, steps[-1].to, steps[-1].until) == (step.value, step.to, step.at):
        steps[-1] = steps[-1]._replace(until=step.until)
    else:
        steps.append(step)


def _say_finding(series: Sequence[Series], words: str, currency: str) -> Sentence:
    if len(series) > MOST_TITLED:
        values = [value for one in series for point in one.points for value in (point.value, point.to) if value]
        return (
            f"The {words} price of {len(series)} models lies between ",
            Figure(min(values, default=None), "rate", currency),
            " and ",
            Figure(max(values, default=None), "rate", currency),
        )
    return join_with_and([_say_change(one, words, currency) for one in series])


def _say_range(point: Point, currency: str) -> tuple[str | Figure, ...]:
    low = Figure(point.value, "rate", currency)
    return (low,) if point.to is None else ("between ", low, " and ", Figure(point.to, "rate", currency))


def _say_change(one: Series, words: str, currency: str) -> Sentence:
    """From the first price to the last."""
    first, last = one.points[0], one.points[-1]
    if first.to != last.to:
        return (f"{one.label} {words} went from ", *_say_range(first, currency), " to ", *_say_range(last, currency))
    before, after = first.to or first.value, last.to or last.value
    if before == after or not before or after is None:
        since = show_bound(first.at) if isinstance(first.at, datetime) else ""
        same = len({(point.value, point.to) for point in one.points}) == 1
        verb, as_when = ("has cost ", f" since {since}") if same else ("is again at ", f", as on {since}")
        return (f"{one.label} {words} {verb}", Figure(after, "rate", currency), as_when)
    verb = "fell" if after < before else "rose"
    return (
        f"{one.label} {words} {verb} from ",
        Figure(before, "rate", currency),
        " to ",
        Figure(after, "rate", currency),
    )
