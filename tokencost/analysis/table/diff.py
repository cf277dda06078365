"""What changed between two price tables: new prices, corrections of the past, and the rest, told apart."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple, get_args

from tokencost.analysis.table.check import promotion_end_near
from tokencost.money import percent_lower
from tokencost.pricetable.editing.comparable import fee_facts, model_facts, price_facts
from tokencost.pricetable.resolve import prices_within
from tokencost.pricetable.table import CURRENCIES, Fee, Model, Price, PriceTable
from tokencost.pricetable.when import show_bound
from tokencost.pricing.rates import cells_everywhere

Kind = Literal["new model", "new price", "corrected", "removed", "names", "model", "table", "ends soon"]
"""What a change is.

new model   the older table has no model of that id
new price   a price that begins after all the model had: the ordinary way in which a table grows
corrected   a price of the past says something else than it did, or is one that was not there
removed     a model or a price that is there no longer
names       aliases, or what a moving name stood for
model       other facts of a model, such as its shutdown
table       holidays, providers, fees of their calls, and what a bare `tokencost compare` shows
ends soon   no change: a promotion of the newer table that is past or near its end
"""


class Change(NamedTuple):
    """One difference; rates where it is about a rate, words where it is not."""

    kind: Kind
    model: str | None
    start: datetime | None = None
    tier: str | None = None
    window: str | None = None
    input_tokens_above: int | None = None
    component: str | None = None
    currency: str | None = None
    before: Decimal | None = None
    """The rate of the older table; for a new price, that of the price before it."""
    after: Decimal | None = None
    detail: str | None = None
    region: str | None = None

    @property
    def percent_change(self) -> Fraction | None:
        """(after ÷ before - 1) x 100, exactly."""
        lower = percent_lower(self.before, self.after)
        return None if lower is None else -lower


class TableDiff(NamedTuple):
    """The result of `prices diff`."""

    old: PriceTable
    new: PriceTable
    changes: tuple[Change, ...]
    ends_soon: tuple[Change, ...]


def diff_tables(old: PriceTable, new: PriceTable, on: date) -> TableDiff:
    """Every difference in what the tables say; order, layout and comments do not count."""
    changes: list[Change] = []
    for model in new.models.values():
        before = old.models.get(model.id)
        if before is None:
            for price in model.prices:
                changes += _price_rates("new model", None, price)
        else:
            changes += _model_changes(before, model)
    changes += [
        Change("removed", model.id, detail=f"the model and its {len(model.prices)} prices")
        for model in old.models.values()
        if model.id not in new.models
    ]
    changes += _table_changes(old, new)
    changes.sort(key=lambda change: get_args(Kind).index(change.kind))
    return TableDiff(old, new, tuple(changes), tuple(_ends_soon(new, on)))


def _model_changes(before: Model, after: Model) -> Iterator[Change]:
    had, has = {p.start: p for p in before.prices}, {p.start: p for p in after.prices}
    last = before.prices[-1]
    for start, price in has.items():
        if start in had:
            yield from _corrections(had[start], price, {*had, *has})
        elif start > last.start:
            earlier = [p for p in after.prices if p.start < start]
            yield from _price_rates("new price", earlier[-1], price)
        else:
            yield from _price_rates("corrected", None, price, detail="was not in the older table")
    for start, price in had.items():
        if start not in has:
            for place, rate in _rates(price).items():
                yield _change("removed", price, place, rate, None)
    yield from _facts_changes(before, after)


def _price_rates(kind: Kind, before: Price | None, price: Price, detail: str | None = None) -> Iterator[Change]:
    """The rates of a price, beside those of the price before it."""
    known = _rates(before) if before else {}
    now = _rates(price)
    for place, rate in now.items():
        yield _change(kind, price, place, known.get(place), rate, detail)
    for place, rate in known.items():
        if place not in now:
            yield _change(kind, price, place, rate, None, "no rate from then on")


def _corrections(before: Price, after: Price, starts: set[datetime]) -> Iterator[Change]:
    """What a price now says differently, except that another price follows it, or no longer does."""
    had, now = price_facts(before), price_facts(after)
    if {had["until"], now["until"]} <= {None, *starts}:
        had["until"] = now["until"]
    if had == now:
        return
    rates_before, rates_after = _rates(before), _rates(after)
    for place in dict.fromkeys((*rates_before, *rates_after)):
        if rates_before.get(place) != rates_after.get(place):
            yield _change("corrected", after, place, rates_before.get(place), rates_after.get(place))
    for key in ("until", "promotion", "windows"):
        if had[key] != now[key]:
            words = "" if key == "windows" else f": {_describe(had[key])} → {_describe(now[key])}"
            yield Change("corrected", after.model, after.start, detail=f"{key}{words}")
    for word, was, is_ in _evidence_pairs(before, after):
        yield Change("corrected", after.model, after.start, detail=f"{word}: {_describe(was)} → {_describe(is_)}")


def _evidence_pairs(before: Price, after: Price) -> Iterator[tuple[str, object, object]]:
    for key in before.evidence._fields:
        was, is_ = getattr(before.evidence, key), getattr(after.evidence, key)
        if was != is_:
            yield key, was, is_
    known = {block.conditions: block for block in before.blocks}
    for block in after.blocks:
        old = known.get(block.conditions)
        if old is None:
            continue
        for key in block.evidence._fields:
            was, is_ = getattr(old.evidence, key), getattr(block.evidence, key)
            inherited = was == getattr(before.evidence, key) and is_ == getattr(after.evidence, key)
            if was != is_ and not inherited:
                yield f"{block.describe()}: {key}", was, is_


def _facts_changes(before: Model, after: Model) -> Iterator[Change]:
    had, has = model_facts(before), model_facts(after)
    for alias in sorted(has["aliases"] - had["aliases"], key=str):
        yield Change("names", after.id, alias.start, detail=f"{alias.name} is now billed as {after.id}")
    for alias in sorted(had["aliases"] - has["aliases"], key=str):
        yield Change("names", after.id, alias.start, detail=f"{alias.name} is no longer billed as {after.id}")
    for served in (item for item in has["served"] if item not in had["served"]):
        yield Change("names", after.id, served.start, detail=f"the name stands for {served.name}")
    for served in (item for item in had["served"] if item.start not in {each.start for each in has["served"]}):
        yield Change("names", after.id, served.start, detail=f"no longer says that the name stood for {served.name}")
    for key in ("provider", "name", "released", "shutdown", "withdrawn", "tokenizer", "note"):
        if had[key] != has[key]:
            yield Change("model", after.id, detail=f"{key}: {_describe(had[key])} → {_describe(has[key])}")


def _table_changes(old: PriceTable, new: PriceTable) -> Iterator[Change]:
    for name in dict.fromkeys((*old.calendars, *new.calendars)):
        had, has = old.calendars.get(name), new.calendars.get(name)
        if had and has and had != has:
            dates = f"{len(has.dates - had.dates)} dates added, {len(had.dates - has.dates)} taken out"
            yield Change("table", None, detail=f"calendar {name}: {dates}, through {_describe(has.through)}")
        elif had != has:
            yield Change("table", None, detail=f"calendar {name}: {'new' if has else 'removed'}")
    for name in dict.fromkeys((*old.providers, *new.providers)):
        was, is_ = old.providers.get(name), new.providers.get(name)
        if (was and was._replace(fees=())) != (is_ and is_._replace(fees=())):
            word = "new" if was is None else "changed" if is_ else "removed"
            yield Change("table", None, detail=f"provider {name}: {word}")
        yield from _fee_changes(was.fees if was else (), is_.fees if is_ else ())
    yield from _named_changes("region", old.regions, new.regions)
    yield from _named_changes("tokenizer", old.tokenizers, new.tokenizers)
    yield from _line_changes(old, new)
    if old.defaults != new.defaults:
        yield Change("table", None, detail=f"defaults: {_describe(old.defaults)} → {_describe(new.defaults)}")


def _named_changes(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """Which of the things that a table names once are new, changed or removed."""
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            word = "new" if name not in old else "changed" if name in new else "removed"
            yield Change("table", None, detail=f"{what} {name}: {word}")


def _fee_changes(before: Sequence[Fee], after: Sequence[Fee]) -> Iterator[Change]:
    """Fees that are new, removed, or say something else; that one ends where a new one begins is no change of it."""
    had = {(fee.call, frozenset(fee.models), fee.start): fee for fee in before}
    has = {(fee.call, frozenset(fee.models), fee.start): fee for fee in after}
    starts = {start for *_, start in (*had, *has)}
    for key in dict.fromkeys((*had, *has)):
        was, is_ = had.get(key), has.get(key)
        fee = is_ or was
        if fee is None or (was and is_ and _same_fee(was, is_, starts)):
            continue
        word = "new" if was is None else "removed" if is_ is None else "changed"
        models = f" ({', '.join(fee.models)})" if fee.models else ""
        detail = f"fee of {fee.provider} for {fee.call}{models}, per 1,000 calls: {word}"
        amounts = [(currency, was and was.listed(currency), is_ and is_.listed(currency)) for currency in CURRENCIES]
        changed = [
            (currency, old and old.per_1000_calls, new and new.per_1000_calls)
            for currency, old, new in amounts
            if (old and old.per_1000_calls) != (new and new.per_1000_calls)
        ]
        for currency, old, new in changed:
            yield Change("table", None, fee.start, currency=currency, before=old, after=new, detail=detail)
        if not changed:
            yield Change("table", None, fee.start, detail=detail)


def _same_fee(before: Fee, after: Fee, starts: Container[datetime]) -> bool:
    moved = before.end != after.end and not all(end is None or end in starts for end in (before.end, after.end))
    return not moved and fee_facts(before) == fee_facts(after)


def _line_changes(old: PriceTable, new: PriceTable) -> Iterator[Change]:
    """Lines that came or went, and their heads, each beside the day from which it is one."""
    for name in dict.fromkeys((*old.lines, *new.lines)):
        had, has = old.lines.get(name), new.lines.get(name)
        if had is None or has is None:
            yield Change("table", None, detail=f"line {name}: {'new' if has else 'removed'}")
            continue
        if had.name != has.name:
            yield Change("table", None, detail=f"line {name}: name: {had.name} → {has.name}")
        before = {(head.model, head.start) for head in had.heads}
        after = {(head.model, head.start) for head in has.heads}
        for model, start in sorted(after - before, key=lambda head: head[1]):
            yield Change("names", model, start, detail=f"{name} means {model} from then on")
        for model, start in sorted(before - after, key=lambda head: head[1]):
            yield Change("names", model, start, detail=f"{name} no longer means {model} from then on")


def _ends_soon(table: PriceTable, on: date) -> Iterator[Change]:
    for model in table.models.values():
        for price in prices_within(model, on):
            if (end := promotion_end_near(price, on)) is not None:
                word = "may have ended on" if end <= on else "may end on"
                yield Change("ends soon", model.id, price.start, detail=f"the promotional price {word} {end}")


Place = tuple[str, str | None, int, str | None, str, str]


def _rates(price: Price) -> dict[Place, Decimal]:
    """Every known rate of a price by tier, window, threshold, region, component and currency."""
    return {
        (cell.tier, cell.window, cell.input_tokens_above, cell.region, component, currency): rate
        for cell in cells_everywhere(price)
        for currency in CURRENCIES
        if (listed := cell.listed(currency)) is not None
        for component, rate in listed.rates.known().items()
    }


def _change(
    kind: Kind, price: Price, place: Place, before: Decimal | None, after: Decimal | None, detail: str | None = None
) -> Change:
    tier, window, above, region, component, currency = place
    return Change(
        kind, price.model, price.start, tier, window, above or None, component, currency, before, after, detail, region
    )


def _describe(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return show_bound(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):  # a promotion, the defaults
        return " ".join(f"{key} {_describe(item)}" for key, item in value._asdict().items() if item is not None)
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value)
