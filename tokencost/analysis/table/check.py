"""What in a sound price table needs attention: old checks, possible slips, conditions without a known rate."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from tokencost.errors import NoPrice
from tokencost.pricetable.reading.findings import EvidenceSlip, Finding, find_slips, list_findings
from tokencost.pricetable.resolve import find_named, prices_within, split_time
from tokencost.pricetable.sale import SOON_DAYS, is_retired
from tokencost.pricetable.table import Calendar, Evidence, Fee, Model, Price, PriceTable
from tokencost.pricetable.when import day_of
from tokencost.pricing.rates import ambiguous_combinations

STALE_AFTER_DAYS = 90


class StalePrice(NamedTuple):
    """A price in force that nobody has seen on its page for longer than allowed."""

    model: Model
    price: Price
    line: int
    age_days: int | None
    """None where the price has no `checked` date."""
    evidence: Evidence
    conditions: str = ""
    """Of rates under conditions that were last checked on another day than the price."""


class UnknownCombination(NamedTuple):
    """Conditions that a price offers one by one, without rates for the two together."""

    price: Price
    line: int
    conditions: str


class EndingPromotion(NamedTuple):
    """A promotional price in force whose announced or guaranteed end is past or near."""

    model: Model
    price: Price
    line: int
    end: date
    """The first day on which it may no longer hold."""


class RetiredDefault(NamedTuple):
    """A model that a bare `tokencost compare` shows though it is no longer served or has no price."""

    name: str
    line: int
    reason: str


class SingleSource(NamedTuple):
    """A price in force that rests on one secondary source."""

    price: Price
    line: int


class EndingCalendar(NamedTuple):
    """A calendar that windows in force leave out, whose last day is past or near."""

    calendar: Calendar
    line: int
    through: date


class Slip(NamedTuple):
    """Something that its writer may not have meant, at the line of the key itself."""

    finding: Finding
    line: int


class FeeFinding(NamedTuple):
    """A fee in force that nobody has seen for longer than allowed, or whose page or day cannot be."""

    kind: Literal["stale"] | EvidenceSlip
    fee: Fee
    line: int
    detail: str | None = None


class TableCheck(NamedTuple):
    """The result of `prices check` on a table that loads."""

    on: date
    max_age_days: int | None
    providers: int
    models: int
    names: int
    prices: int
    blocks: int
    calendars: int
    stale: tuple[StalePrice, ...]
    combinations: tuple[UnknownCombination, ...]
    promotions: tuple[EndingPromotion, ...]
    retired: tuple[RetiredDefault, ...]
    calendars_ending: tuple[EndingCalendar, ...]
    single: tuple[SingleSource, ...]
    single_blocks: int
    """Condition blocks of prices in force; so many that they are counted, not listed."""
    slips: tuple[Slip, ...]
    fees: int
    fee_findings: tuple[FeeFinding, ...]

    @property
    def is_stale(self) -> bool:
        """Whether a price or a fee in force was last checked longer ago than allowed."""
        return bool(self.stale) or any(finding.kind == "stale" for finding in self.fee_findings)

    @property
    def needs_a_person(self) -> bool:
        """Whether time has made something uncertain, or something looks mistyped.

        A single source and an unknown rate are no news: they were entered as such, and are listed as such.
        """
        of_prices = self.stale or self.promotions or self.retired or self.calendars_ending or self.slips
        return bool(of_prices or self.fee_findings)


def check_table(table: PriceTable, on: date, max_age_days: int | None = None) -> TableCheck:
    """Count what a table holds and list what needs attention; with `max_age_days`, also prices not checked since."""
    prices = [(model, price) for model in table.models.values() for price in model.prices]
    in_force = [
        (model, price) for model, price in prices if not is_retired(model, on) and price in prices_within(model, on)
    ]
    stale = () if max_age_days is None else tuple(_stale(table, prices, on, max_age_days))
    return TableCheck(
        on=on,
        max_age_days=max_age_days,
        providers=len(table.providers),
        models=len(table.models),
        names=len(table.names),
        prices=len(prices),
        blocks=sum(len(price.blocks) for _, price in prices),
        calendars=len(table.calendars),
        stale=stale,
        combinations=tuple(
            UnknownCombination(price, table.line_of(price.path), conditions)
            for _, price in prices
            for conditions in ambiguous_combinations(price)
        ),
        promotions=tuple(_promotions(table, in_force, on)),
        retired=tuple(_retired_defaults(table, on)),
        calendars_ending=tuple(_calendars(table, in_force, on)),
        single=tuple(
            SingleSource(price, table.line_of(price.path))
            for _, price in in_force
            if price.evidence.confidence == "single"
        ),
        single_blocks=sum(block.evidence.confidence == "single" for _, price in in_force for block in price.blocks),
        slips=tuple(Slip(finding, table.line_of(finding.path)) for finding in list_findings(table, on)),
        fees=sum(len(provider.fees) for provider in table.providers.values()),
        fee_findings=tuple(
            finding
            for provider in table.providers.values()
            for fee in provider.fees
            for finding in _fee_findings(table, fee, on, max_age_days)
        ),
    )


def _fee_findings(table: PriceTable, fee: Fee, on: date, max_age_days: int | None) -> Iterator[FeeFinding]:
    evidence = fee.evidence
    in_force = fee.end is None and day_of(fee.start) <= on
    if max_age_days is not None and in_force and _is_old(evidence, on, max_age_days):
        yield FeeFinding("stale", fee, table.line_of(fee.path))
    for kind, key, detail in find_slips(evidence, on):
        yield FeeFinding(kind, fee, table.line_of((*fee.path, key)), detail)


def promotion_end_near(price: Price, on: date) -> date | None:
    """The first day on which a promotional price may no longer hold, where it is past or near.

    None as well where another price is known to follow by then.
    """
    promised = price.promotion and price.promotion.guaranteed_through
    end = promised + timedelta(days=1) if promised else None
    if price.promotion and price.promotion.ends:
        end = price.promotion.ends.date()
    if end is None or end > on + timedelta(days=SOON_DAYS):
        return None
    return end if price.end is None or price.end.date() > end else None


def _stale(table: PriceTable, prices: list[tuple[Model, Price]], on: date, max_age_days: int) -> Iterator[StalePrice]:
    for model, price in prices:
        if not _can_go_stale(model, price, on):
            continue
        seen = [("", price.evidence, price.path)]
        # Rates that continued from an earlier price carry the day of their own last check.
        seen += [
            (block.describe(), block.evidence, block.path)
            for block in price.blocks
            if block.evidence.checked != price.evidence.checked
        ]
        for conditions, evidence, path in seen:
            if _is_old(evidence, on, max_age_days):
                age = (on - evidence.checked).days if evidence.checked else None
                yield StalePrice(model, price, table.line_of(path), age, evidence, conditions)


def _promotions(table: PriceTable, in_force: list[tuple[Model, Price]], on: date) -> Iterator[EndingPromotion]:
    for model, price in in_force:
        if (end := promotion_end_near(price, on)) is not None:
            yield EndingPromotion(model, price, table.line_of(price.path), end)


def _retired_defaults(table: PriceTable, on: date) -> Iterator[RetiredDefault]:
    if table.defaults is None:
        return
    named = [(name, ("defaults", "compare", n)) for n, name in enumerate(table.defaults.compare)]
    for name, path in [*named, (table.defaults.against, ("defaults", "against"))]:
        bare, own_time = split_time(name)
        if own_time is not None:
            continue
        try:
            model = find_named(table, bare, on)
        except NoPrice as error:
            yield RetiredDefault(name, table.line_of(path), error.message)
            continue
        if model.shutdown and is_retired(model, on):
            yield RetiredDefault(name, table.line_of(path), f"shut down on {model.shutdown.date()}")
        elif not prices_within(model, on):
            yield RetiredDefault(name, table.line_of(path), "no price in force")
        elif is_retired(model, on):
            yield RetiredDefault(name, table.line_of(path), "withdrawn")


def _calendars(table: PriceTable, in_force: list[tuple[Model, Price]], on: date) -> Iterator[EndingCalendar]:
    used = {window.except_calendar for _, price in in_force for window in price.windows}
    for calendar in table.calendars.values():
        through = calendar.through or max(calendar.dates, default=None)
        if calendar.id in used and through is not None and through <= on + timedelta(days=SOON_DAYS):
            yield EndingCalendar(calendar, table.line_of(("calendars", calendar.id)), through)


def is_stale(model: Model, price: Price, on: date, max_age_days: int = STALE_AFTER_DAYS) -> bool:
    """Whether a price that is still in force was last checked longer ago than allowed.

    A price that has ended cannot go stale, nor one that has not begun, nor one of a model that is no longer served.
    """
    return _can_go_stale(model, price, on) and _is_old(price.evidence, on, max_age_days)


def _can_go_stale(model: Model, price: Price, on: date) -> bool:
    return price.end is None and day_of(price.start) <= on and not is_retired(model, on)


def _is_old(evidence: Evidence, on: date, max_age_days: int) -> bool:
    return evidence.checked is None or (on - evidence.checked).days > max_age_days
