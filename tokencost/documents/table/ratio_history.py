"""How the gap between two models moved, as a document: a sentence, the ratio at each change of a price, a picture."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from tokencost.analysis.compare import ComparisonRow
from tokencost.analysis.table.ratio_history import NamedSide, RatioHistory, RatioStep
from tokencost.documents import compare
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.document import Column, Document, Field, Records, Sentence, Table, Value, WhenRead
from tokencost.documents.remarks import window_remarks
from tokencost.documents.wording import make_title, say_range
from tokencost.pricetable.resolve import ModelAt, prices_within
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import show_bound, show_when, span
from tokencost.pricing.rates import STANDARD

COMPONENTS = {"input": "input", "cached_input": "cached", "output": "output"}
COMPARED = tuple(field for field in compare.FIELDS if field.key not in ("provider", "status", "baseline_status"))
FIELDS = (Field("from", "bound"), Field("until", "bound"), *COMPARED)
LEAST_STEP = timedelta(days=1)
"""How long a ratio is drawn that begins on the last day."""

Range = tuple[Fraction, Fraction]


def add_ratios(document: Document, table: PriceTable, history: RatioHistory) -> Document:
    """The document of `prices history` of two models: its records, and for people how their ratio moved."""
    if not history.steps:
        sides = f"{history.side.label} and {history.baseline.label}"
        none: Sentence = (
            f"There is no ratio: {sides} had no such prices at one time until {show_when(history.as_of)}.",
        )
        return document._replace(notes=(none, *document.notes))
    records = Records(FIELDS, tuple(_record_rows(history)), "ratios")
    answer = _answer(history)
    return document._replace(
        records=(*document.records, records),
        tables=(_table(history),),
        answer=(answer,),
        notes=tuple(_notes(table, history)),
        charts=WhenRead(lambda: _charts(history, answer, document)),
    )


def _record_rows(history: RatioHistory) -> Iterator[tuple[Value, ...]]:
    for step in history.steps:
        yield from ((step.start, step.end, *(getattr(row, key) for key, _ in COMPARED)) for row in step.rows)


# ---- The table


def _table(history: RatioHistory) -> Table:
    """A row for each change, and in it for each window of the week that has rates of its own.

    Where a line is one of the two, the models that it means stand above their rows.
    """
    used = [name for name in COMPONENTS if any(step.ratios(name) for step in history.steps)]
    priced = _main_component(history)
    has_hours = any(hours for step in history.steps for hours in _by_hours(step))
    sides = (history.side.label, history.baseline.label)
    over = f"{history.baseline.label} costs"
    asked = history.asked
    price = f"{COMPONENTS[priced]}, {asked.currency} per 1M tokens"
    columns = (
        Column("from", "bound"),
        *([Column("hours")] if has_hours else []),
        *(Column(label, "rate", over=price, leaves=2, currency=history.asked.currency) for label in sides),
        *(Column(COMPONENTS[name], "ratio", over=over, leaves=_leaves(name)) for name in used),
    )
    rows: list[tuple[Value, ...]] = []
    heads = ""
    for step in history.steps:
        if (now := _name_heads(history, step)) != heads:
            heads = now
            rows.append((heads,))
        for hours, beside in _by_hours(step).items():
            prices = (beside[priced].price, beside[priced].baseline_price)
            ratios = [beside[name].ratio if name in beside else None for name in used]
            rows.append((step.start, *([hours or ""] if has_hours else []), *prices, *ratios))
    conditions = (asked.tier if asked.tier != STANDARD else None, asked.window, asked.region)
    # The unit of the prices stands above them: in a narrow table there are ratios alone.
    unit = ", ".join(filter(None, conditions))
    return Table(columns, rows, unit=unit, names=2 if has_hours else 1)


def _leaves(component: str) -> int:
    """Of three ratios that do not fit, that of cached input is the first to go."""
    return 3 if component == "cached_input" else 0


def _by_hours(step: RatioStep) -> dict[str | None, dict[str, ComparisonRow]]:
    """The components of a step by the hours in which they hold; the dearest hours first, as `compare` has them."""
    found: dict[str | None, dict[str, ComparisonRow]] = {}
    for row in step.rows:
        found.setdefault(row.window or row.baseline_window, {})[row.component] = row
    return found


def _main_component(history: RatioHistory) -> str:
    """Output, on which most of a bill is spent; input of models that write nothing."""
    return "output" if all(step.ratios("output") for step in history.steps) else "input"


# ---- The answer


def _answer(history: RatioHistory) -> Sentence:
    """The ratio on the first day and on the last.

    `For output, o1 cost 27.4 times as much as deepseek-reasoner on 2025-01-20, and 16.7 times on 2026-11-21.`
    """
    component = _main_component(history)
    first, last = history.steps[0], history.steps[-1]
    before = first.ratios(component) or (Fraction(1), Fraction(1))
    found = [row.ratio for row in history.latest if row.component == component and row.ratio]
    now = (min(found), max(found)) if found else last.ratios(component) or before
    begin = show_bound(first.start)
    kind = component.replace("_", " ")
    names, dearer = _say_sides(history, before)
    if len(history.steps) == 1 and before == now:
        until = f" to {_last_day(history)}" if history.ended else ""
        return (f"For {kind}, ", *names, f" from {begin}{until or ' on'}.")
    start: Sentence = (f"For {kind}, ", *names, f" on {begin}{_say_heads(history, first)}")
    on = f"on {_last_day(history)}{_say_heads(history, last)}{_say_end(history)}"
    others, still_dearer = _say_sides(history, now)
    if dearer is still_dearer and dearer is not None:
        low, high = now if dearer is history.baseline else (1 / now[1], 1 / now[0])
        return (*start, ", and ", *say_range(low, high, "times"), f" times {on}.")
    return (*start, "; ", *others, f" {on}.")


def _say_sides(history: RatioHistory, ratios: Range) -> tuple[Sentence, NamedSide | None]:
    """The dearer side first, since "0.02 times as much" is misread; and which side it is."""
    low, high = ratios
    dearer, other = history.baseline, history.side
    if low == high == 1:
        return (f"{dearer.label} cost the same as {other.label}",), None
    # Where hours decide which is dearer, the side that is so by more stands first.
    if low * high < 1:
        dearer, other, low, high = other, dearer, 1 / high, 1 / low
    return (f"{dearer.label} cost ", *say_range(low, high, "times"), f" times as much as {other.label}"), dearer


def _last_day(history: RatioHistory) -> str:
    if history.ended is None:
        return show_when(history.as_of)
    return show_when((history.ended - timedelta(microseconds=1)).date())


def _name_heads(history: RatioHistory, step: RatioStep) -> str:
    """`o1 and deepseek-reasoner`: which models lines meant then; empty where no line was named."""
    sides = ((history.baseline, step.baseline), (history.side, step.model))
    return " and ".join(model for side, model in sides if side.line)


def _say_heads(history: RatioHistory, step: RatioStep) -> str:
    heads = _name_heads(history, step)
    return f" ({heads})" if heads else ""


def _say_end(history: RatioHistory) -> str:
    """That one side was no longer sold, so that the gap has ended."""
    gone = [
        each.label
        for each in (history.side, history.baseline)
        if history.ended and each.spells[-1].end == history.ended
    ]
    return f", the last day of {' and '.join(gone)}" if gone else ""


# ---- Notes


def _notes(table: PriceTable, history: RatioHistory) -> Iterator[Sentence]:
    if history.ahead is not None:
        yield (f"The prices change next on {show_bound(history.ahead)}.",)
    with_hours = [step for step in history.steps if any(row.window or row.baseline_window for row in step.rows)]
    if with_hours:
        step = with_hours[-1]
        when = history.as_of if step is history.steps[-1] and not history.ended else step.start
        sides = [
            ModelAt(model, table.models[model], when, prices_within(table.models[model], step.start)[-1])
            for model in (step.model, step.baseline)
        ]
        yield from window_remarks(sides)


# ---- The picture


def _charts(history: RatioHistory, answer: Sentence, document: Document) -> Sequence[Chart]:
    """The ratio over time, then the prices of the two; of a line, which has a dozen models, the ratio alone."""
    own = () if history.side.line or history.baseline.line else document.charts
    return (_chart(history, answer), *own)


def _chart(history: RatioHistory, answer: Sentence) -> Chart:
    """A line for each component; where hours of the week have rates of their own, a step has a range."""
    used: Sequence[str] = [name for name in COMPONENTS if any(step.ratios(name) for step in history.steps)]
    latest = max(span(history.as_of)[1], history.steps[-1].start + LEAST_STEP)
    series = [
        Series(name.replace("_", " "), tuple(_points(history, name, latest)), group=name) for name in reversed(used)
    ]
    values = Axis(f"{history.baseline.label} costs, times as much as {history.side.label}", "ratio")
    return Chart("steps", make_title((answer,)), values, Axis("date, UTC", "bound"), tuple(series))


def _points(history: RatioHistory, component: str, latest: datetime) -> list[Point]:
    """The steps of one component, without those at which it did not change."""
    points: list[Point] = []
    for step in history.steps:
        if (found := step.ratios(component)) is None:
            continue
        low, high = found
        to = high if high > low else None
        end = min(step.end, latest) if step.end else latest
        if points and (points[-1].value, points[-1].to, points[-1].until) == (low, to, step.start):
            points[-1] = points[-1]._replace(until=end)
        else:
            points.append(Point(step.start, low, to, until=end))
    return points
