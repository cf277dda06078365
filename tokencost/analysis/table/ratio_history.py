"""How the gap between two models, or two lines of models, moved: their ratio at each change of either one's price."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from tokencost.analysis.compare import ComparisonRow, component_rows, paired_cells
from tokencost.analysis.table.price_rows import ALL_TIERS
from tokencost.errors import AmbiguousRate, NotOffered
from tokencost.pricetable.resolve import ModelAt, Spell, resolve, spells, split_time
from tokencost.pricetable.spelling import find_spelled
from tokencost.pricetable.table import Line, PriceTable
from tokencost.pricetable.when import When, span
from tokencost.pricing.rates import (
    STANDARD,
    RateCell,
    known_region,
    known_tier,
    known_window,
    named_cell,
    open_window_names,
    window_names,
)


class NamedSide(NamedTuple):
    """One of the two: what it is called, and what it meant over time."""

    label: str
    line: Line | None
    spells: tuple[Spell, ...]


class RatioStep(NamedTuple):
    """From `start` to `end` (exclusive; None while it lasts) neither side changed its model or its price."""

    start: datetime
    end: datetime | None
    model: str
    """Ids."""
    baseline: str
    rows: tuple[ComparisonRow, ...]
    """As `compare` has them, for every window of the week."""

    def ratios(self, component: str) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest ratio of a component over the hours of the week."""
        found = [row.ratio for row in self.rows if row.component == component and row.ratio]
        return (min(found), max(found)) if found else None


class Conditions(NamedTuple):
    """Which rates are asked for."""

    tier: str
    window: str | None
    currency: str
    region: str | None


class RatioHistory(NamedTuple):
    """The result: how many times as much the baseline, which was named last, cost over time."""

    as_of: When
    asked: Conditions
    side: NamedSide
    baseline: NamedSide
    steps: tuple[RatioStep, ...]
    """Oldest first, none that begins after `as_of`."""
    latest: tuple[ComparisonRow, ...]
    """The last step in the hours that open at `as_of`; all hours where it had ended before."""
    ahead: datetime | None
    """The next change that is announced, after `as_of`."""

    @property
    def ended(self) -> datetime | None:
        """When the first of the two was no longer sold, where that was before `as_of`."""
        end = self.steps[-1].end if self.steps else None
        return end if end is not None and end <= span(self.as_of)[0] else None


def ratio_history(
    table: PriceTable,
    model: str,
    baseline: str,
    on: When,
    *,
    tier: str = STANDARD,
    window: str | None = None,
    currency: str = "USD",
    region: str | None = None,
) -> RatioHistory | None:
    """How many times as much the baseline cost as the model, from the first day on which both were sold.

    Of the two, the one that was dearer on that day is the baseline, however they were named.

    Without steps where the two had had no such prices at the same time; None for two names of one model, and for all
    tiers at once. Raises as `price_history`.
    """
    side, other = _named(table, model, on), _named(table, baseline, on)
    if side.label == other.label or find_spelled(tier, [ALL_TIERS]):
        return None
    prices = [spell.price for each in (side, other) for spell in each.spells]
    asked = Conditions(
        known_tier(prices, tier),
        None if window is None else known_window(prices, window),
        currency,
        None if region is None else known_region(table, region),
    )
    found = _merge(_steps(side, other, asked))
    if found and _is_cheaper(found[0]):
        # "0.04 times as much" is misread: the side that was dearer at first is the baseline, as a headline has it.
        return ratio_history(table, baseline, model, on, tier=tier, window=window, currency=currency, region=region)
    after = span(on)[1]
    steps = tuple(step for step in found if step.start < after)
    latest: tuple[ComparisonRow, ...] = ()
    if steps:
        last = steps[-1]
        latest = last.rows
        if last.end is None or last.end > span(on)[0]:
            then = (_at(side.spells, last.start), _at(other.spells, last.start))
            latest = tuple(_rows(*then, asked, open_at=on)) or latest
    ahead = found[len(steps)].start if len(steps) < len(found) else None
    return RatioHistory(on, asked, side, other, steps, latest, ahead)


def gap_to_another_provider(table: PriceTable, baseline: str, on: When) -> RatioHistory | None:
    """How far the provider of the baseline was from another, by the first line of models that the table has of each.

    None where it has no such lines.
    """
    of = resolve(table, baseline, on).model.provider
    names: dict[str, str] = {}
    for name, line in table.lines.items():
        names.setdefault(table.models[line.heads[0].model].provider, name)
    others = [name for provider, name in names.items() if provider != of]
    return ratio_history(table, others[0], names[of], on) if of in names and others else None


def _is_cheaper(step: RatioStep) -> bool:
    """Whether the baseline cost less at the beginning, for output or else for input, at all hours."""
    ratios = step.ratios("output") or step.ratios("input")
    return ratios is not None and ratios[1] < 1


def _named(table: PriceTable, name: str, on: When) -> NamedSide:
    found = spells(table, name, on)
    _, own_time = split_time(name)
    line = found[0].line if own_time is None else None
    return NamedSide(line.id if line else found[0].model.id, line, found)


def _steps(side: NamedSide, baseline: NamedSide, asked: Conditions) -> Iterator[RatioStep]:
    bounds = {bound for each in (side, baseline) for spell in each.spells for bound in (spell.start, spell.end)}
    for start in sorted(bound for bound in bounds if bound is not None):
        one, other = _at(side.spells, start), _at(baseline.spells, start)
        if one is None or other is None:
            continue
        ends = [spell.end for spell in (one, other) if spell.end is not None]
        rows = tuple(_rows(one, other, asked))
        if any(row.ratio for row in rows):
            yield RatioStep(start, min(ends, default=None), one.model.id, other.model.id, rows)


def _at(spells_of_one: Sequence[Spell], instant: datetime) -> Spell | None:
    return next((s for s in spells_of_one if s.start <= instant and (s.end is None or instant < s.end)), None)


def _rows(
    one: Spell | None, other: Spell | None, asked: Conditions, *, open_at: When | None = None
) -> Iterator[ComparisonRow]:
    """Both at their prices, in each window of the week, or in those that open at a time: paired as `compare` does."""
    if one is None or other is None:
        return
    first, second = (
        ModelAt(spell.model.id, spell.model, max(one.start, other.start), spell.price) for spell in (one, other)
    )
    cells, beside = _cells(first, asked, open_at), _cells(second, asked, open_at)
    for cell, paired in paired_cells(cells, beside) if cells and beside else ():
        for row in component_rows(first, cell, second, paired, asked.tier, None, asked.currency):
            yield row._replace(region=asked.region)


def _cells(side: ModelAt, asked: Conditions, open_at: When | None) -> list[RateCell]:
    """The cells of those conditions; none where they were not offered."""
    names = window_names(side.price) if open_at is None else open_window_names(side.price, open_at)
    if asked.window in names:
        names = (asked.window,)
    try:
        cells = [named_cell(side.price, asked.tier, name, region=asked.region) for name in names]
    except (NotOffered, AmbiguousRate):
        return []
    return [cell for cell in cells if cell.listed(asked.currency)]


def _merge(steps: Iterable[RatioStep]) -> tuple[RatioStep, ...]:
    """Without those at whose beginning no rate changed: a page that was read again, or other rates of long requests."""
    merged: list[RatioStep] = []
    for step in steps:
        if merged and merged[-1].end == step.start and _figures(merged[-1]) == _figures(step):
            merged[-1] = merged[-1]._replace(end=step.end)
        else:
            merged.append(step)
    return tuple(merged)


def _figures(step: RatioStep) -> tuple[object, ...]:
    rows = ((row.component, row.window, row.price, row.baseline_window, row.baseline_price) for row in step.rows)
    return step.model, step.baseline, *rows
