"""Our table held against another: what agrees, what differs, and what only one of them knows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from tokencost.analysis.audit.quote import OtherTable, Quote
from tokencost.errors import NoPrice, UnknownModel
from tokencost.pricetable.resolve import find_model, prices_within
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.table import Model, Price, PriceTable
from tokencost.pricetable.when import show_bound
from tokencost.pricing.rates import STANDARD, RateCell, cells, rest_of_week, window_names

Kind = Literal["differs", "ambiguous", "missing here", "missing there", "agrees"]
"""In the order in which findings are listed."""
DAYS_OF_WEEK = 7
UNKNOWN = "unknown model"
NOISE = Decimal("1e-9")
"""The relative difference to overlook: what binary floats leave in a table that some program wrote."""

CellKey = tuple[str, int, str | None]
"""Tier, context length, window."""


class Finding(NamedTuple):
    """What the two tables say of one rate."""

    kind: Kind
    provider: str
    model: str
    """Our id; their name for a model that we do not have."""
    there: str | None
    """Their name."""
    tier: str
    window: str | None
    """Which of our windows their number is."""
    input_tokens_above: int
    component: str
    ours: Decimal | None = None
    theirs: Decimal | None = None
    source: str | None = None
    checked: date | None = None
    seen: date | None = None
    """The day from which their number is, where it is known."""
    newer: Literal["here", "there"] | None = None
    detail: str | None = None

    @property
    def region(self) -> None:
        """Other tables know no regions: what is compared holds without one."""


class Audit(NamedTuple):
    """The result of `prices audit`."""

    other: OtherTable
    on: date
    findings: tuple[Finding, ...]
    retired: tuple[str, ...]
    """Names there that stand for no price of ours on that day, though we know them."""

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)


def audit(table: PriceTable, other: OtherTable, on: date) -> Audit:
    """Every rate of the other table that is of a provider of ours, and every one of ours that it could have."""
    findings: list[Finding] = []
    retired: list[str] = []
    found: set[str] = set()
    for (provider, name), quotes in _group_by_name(table, other).items():
        try:
            model = find_model(table, name, on)
        except UnknownModel:
            findings += (
                _missing_here(name, quote, UNKNOWN)
                for quote in quotes
                if quote.rate and quote.tier == STANDARD and not quote.input_tokens_above
            )
            continue
        except NoPrice:
            retired.append(name)
            continue
        prices = prices_within(model, on)
        if model.provider != provider or not prices:
            retired.append(name)
            continue
        found.add(model.id)
        findings += _compare_model(model, prices[0], name, quotes, other, on)
    for model in table.models.values():
        prices = prices_within(model, on)
        if prices and model.id not in found and not is_retired(model, on):
            findings += _missing_there(model, prices[0], None, other, set())
    findings.sort(key=lambda finding: get_args(Kind).index(finding.kind))
    return Audit(other, on, tuple(findings), tuple(retired))


def _group_by_name(table: PriceTable, other: OtherTable) -> dict[tuple[str, str], list[Quote]]:
    named: dict[tuple[str, str], list[Quote]] = {}
    for quote in other.quotes:
        if quote.provider in table.providers and "@" not in quote.model:
            dated = quote if quote.seen else quote._replace(seen=other.dated)
            named.setdefault((quote.provider, quote.model), []).append(dated)
    return named


def _compare_model(
    model: Model, price: Price, name: str, quotes: list[Quote], other: OtherTable, on: date
) -> Iterator[Finding]:
    ours = {(cell.tier, cell.input_tokens_above, cell.window): cell for cell in cells(price)}
    groups: dict[tuple[str, int, str | None, str], dict[Decimal, Quote]] = {}
    for quote in quotes:
        window = _find_window(price, quote, quotes, on)
        place = (quote.tier, quote.input_tokens_above, window, quote.component)
        groups.setdefault(place, {}).setdefault(quote.rate, quote)
    for (tier, above, window, _), rates in groups.items():
        quote = next(iter(rates.values()))
        if len(rates) > 1:
            detail = f"there are {' and '.join(f'{rate:f}' for rate in rates)}"
            yield _finding("ambiguous", price, quote, window, ours.get((tier, above, window)), detail)
            continue
        yield from _compare_rate(model, price, quote, window, ours)
    if name == model.id:
        stated = {(quote.tier, quote.input_tokens_above, quote.component) for quote in quotes}
        yield from _missing_there(model, price, name, other, stated)


def _compare_rate(
    model: Model, price: Price, quote: Quote, window: str | None, ours: dict[CellKey, RateCell]
) -> Iterator[Finding]:
    """Whether one of their numbers agrees with ours, differs, or has none of ours to compare with."""
    tier, above = quote.tier, quote.input_tokens_above
    wanted = {key[2]: cell for key, cell in ours.items() if key[:2] == (tier, above)}
    if window is not None or not price.windows:  # else their one number is for all hours
        wanted = {name: cell for name, cell in wanted.items() if name == window}
    rates = {name: getattr(cell.rates, quote.component) for name, cell in wanted.items()}
    if all(rate is None for rate in rates.values()):
        if quote.rate:
            what = "no such rate here" if wanted else _not_here(tier, above, ours)
            yield _missing_here(model.id, quote, what)._replace(
                window=window, there=quote.model, source=price.evidence.source, checked=price.evidence.checked
            )
        return
    for name, rate in rates.items():
        if rate is not None and _is_same(rate, quote.rate):
            only = f"their one number is our {name} rate" if window is None and len(set(rates.values())) > 1 else None
            yield _finding("agrees", price, quote, name, wanted[name], only)
            return
    name = rest_of_week(price) if window is None and price.windows else window
    cell = wanted.get(name) or next(iter(wanted.values()))
    yield _finding("differs", price, quote, name, cell, _explain(model, price, quote, ours))


def _finding(
    kind: Kind, price: Price, quote: Quote, window: str | None, cell: RateCell | None, detail: str | None
) -> Finding:
    evidence = cell.evidence if cell else price.evidence
    seen = quote.seen
    ours = getattr(cell.rates, quote.component) if cell else None
    here = max(evidence.checked or date.min, price.start.date())
    newer: Literal["here", "there"] | None = None
    if kind == "differs":
        if detail and "until" in detail:
            newer = "here"  # their number is one that we have already left behind
        elif seen and seen != here:
            newer = "there" if seen > here else "here"
    return Finding(
        kind, quote.provider, price.model, quote.model, quote.tier, window, quote.input_tokens_above, quote.component,
        ours, quote.rate, evidence.source, evidence.checked, seen, newer, detail,
    )  # fmt: skip


def _missing_here(name: str, quote: Quote, detail: str) -> Finding:
    return Finding(
        "missing here", quote.provider, name, quote.model, quote.tier, quote.window, quote.input_tokens_above,
        quote.component, None, quote.rate, None, None, quote.seen, None, detail,
    )  # fmt: skip


def _missing_there(
    model: Model, price: Price, name: str | None, other: OtherTable, stated: set[tuple[str, int, str]]
) -> Iterator[Finding]:
    """The rates of ours that the other table does not have, of the kinds that it has of any model."""
    tiers = {quote.tier for quote in other.quotes} | {STANDARD}
    lengths = any(quote.input_tokens_above for quote in other.quotes)
    components = {quote.component for quote in other.quotes}
    seen: set[tuple[str, int, str]] = set()
    for cell in cells(price):
        for component, rate in cell.rates.known().items():
            place = (cell.tier, cell.input_tokens_above, component)
            could = cell.tier in tiers and (lengths or not cell.input_tokens_above) and component in components
            if not could or place in stated or place in seen:
                continue
            if name is None and (cell.tier != STANDARD or cell.input_tokens_above):
                continue  # of a model that it does not have at all, the plain rates say enough
            seen.add(place)
            yield Finding(
                "missing there", model.provider, model.id, name, cell.tier, cell.window, cell.input_tokens_above,
                component, rate, None, cell.evidence.source, cell.evidence.checked, None, None,
                None if name else UNKNOWN,
            )  # fmt: skip


def _find_window(price: Price, quote: Quote, quotes: list[Quote], on: date) -> str | None:
    """Which of our windows a number of theirs is about; None where it is about all of them, or we have none."""
    if not price.windows:
        return None
    if quote.window is not None:
        return quote.window if quote.window in window_names(price) else None
    if quote.hours is not None:
        return _window_at(price, quote.hours[0], on)
    if quote.rest:
        taken = {_window_at(price, each.hours[0], on) for each in quotes if each.hours is not None}
        left = [name for name in window_names(price) if name not in taken]
        return left[0] if len(left) == 1 else None
    return None


def _window_at(price: Price, minute: int, on: date) -> str | None:
    """The window that opens at that minute of some day of the week: their hours know no weekends and holidays."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    for n in range(DAYS_OF_WEEK):
        instant = midnight + timedelta(days=n, minutes=minute)
        for window in price.windows:
            if window._replace(holidays=frozenset()).contains(instant):
                return window.name
    return rest_of_week(price)


def _not_here(tier: str, above: int, ours: dict[CellKey, RateCell]) -> str:
    if not any(key[0] == tier for key in ours):
        return f"no {tier} tier here"
    return f"no rates above {above:,} input tokens here" if above else "no such rate here"


def _explain(model: Model, price: Price, quote: Quote, ours: dict[CellKey, RateCell]) -> str | None:
    """Which other rate of ours their number is: an older price, another tier, another context length."""
    for older in reversed([each for each in model.prices if each.start < price.start]):
        for cell in cells(older):
            if cell.tier == quote.tier and cell.input_tokens_above == quote.input_tokens_above:
                rate = getattr(cell.rates, quote.component)
                if rate is not None and older.end and _is_same(rate, quote.rate):
                    return f"their number is our price until {show_bound(older.end)}"
    for (tier, above, window), cell in ours.items():
        rate = getattr(cell.rates, quote.component)
        if rate is not None and _is_same(rate, quote.rate):
            where = [tier] if tier != quote.tier else []
            where += [window] if window else []
            where += [f"above {above:,} input tokens"] if above else []
            return f"their number is our {', '.join(where) or 'plain'} rate"
    return None


def _is_same(ours: Decimal, theirs: Decimal) -> bool:
    return ours == theirs or abs(ours - theirs) <= NOISE * max(ours, theirs)
