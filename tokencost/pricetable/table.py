"""A checked price table in memory: providers, models, and what each charged and when.

All times are UTC-aware `datetime`; intervals are half-open. Rates are exact, in USD (or CNY) per 1,000,000 tokens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tokencost.pricetable.hours import Window

if TYPE_CHECKING:
    from tokencost.pricetable.line_index import LineIndex

KeyPath = tuple[str | int, ...]
"""Where something stands in prices.toml: ("models", "o1", "prices", 0)."""

CURRENCIES = ("USD", "CNY")
RATE_KEYS = ("input", "cached_input", "cache_write", "cache_write_12h", "output")
"""The components of a price, in the order in which prices.toml lists them."""
CONDITION_KEYS = ("tier", "window", "input_tokens_above", "region")
"""What other rates of a price may depend on."""
CALLS = ("web_search", "web_search_preview", "web_fetch", "file_search", "code_interpreter")
"""Calls of a provider's own tools that may have a fee apart from tokens."""
FINDING_KINDS = ("jump", "dropped", "name", "source")
"""The findings that an entry may `accept`: such a thing may be meant, but is more often a slip."""


class Rates(NamedTuple):
    """What a million tokens of each component cost. None is a component without a rate, never a free one."""

    input: Decimal
    output: Decimal | None
    """None for a model that writes nothing, such as one of embeddings."""
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_12h: Decimal | None = None

    def known(self) -> dict[str, Decimal]:
        """The components that have a rate, in the order of prices.toml."""
        return {key: rate for key in RATE_KEYS if (rate := getattr(self, key)) is not None}


class Evidence(NamedTuple):
    """Where rates come from, and how far to trust them."""

    source: str
    checked: date | None = None
    confidence: str | None = None
    note: str | None = None
    rule: str | None = None
    """The words of the page where it prints a rule, such as "Batch is 50% of Standard", and not these figures."""


class PriceList(NamedTuple):
    """The same prices in another currency: the provider's own list, never a conversion."""

    rates: Rates
    evidence: Evidence


class Promotion(NamedTuple):
    """A reduced price: its announced end, or the last day for which it was promised."""

    ends: datetime | None
    guaranteed_through: date | None


def describe_conditions(tier: str | None, window: str | None, above: int | None, region: str | None = None) -> str:
    """`tier batch, above 272,000 input tokens, region data-residency`."""
    parts = [
        f"tier {tier}" if tier else "",
        f"window {window}" if window else "",
        f"above {above:,} input tokens" if above else "",
        f"region {region}" if region else "",
    ]
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True, eq=False, slots=True)
class ConditionBlock:
    """Other rates of a price, where all of its conditions hold."""

    tier: str | None
    window: str | None
    input_tokens_above: int | None
    region: str | None
    rates: Rates
    cny: PriceList | None
    evidence: Evidence
    path: KeyPath

    @property
    def conditions(self) -> tuple[str | None, str | None, int | None, str | None]:
        """Tier, window, threshold and region: what tells the blocks of one price apart."""
        return self.tier, self.window, self.input_tokens_above, self.region

    @property
    def condition_count(self) -> int:
        """How many conditions it names; the block that names more wins."""
        return sum(condition is not None for condition in self.conditions)

    def describe(self) -> str:
        """`tier batch, above 272,000 input tokens, region data-residency`."""
        return describe_conditions(*self.conditions)


# Compared by identity, as blocks and models are: caches of rates are keyed by the price, and hashing its rates, windows
# and evidence at every request would cost more than finding them.
@dataclass(frozen=True, eq=False, slots=True)
class Price:
    """What a model costs from `start` to `end` (exclusive; None while it is in force)."""

    model: str
    start: datetime
    end: datetime | None
    rates: Rates
    cny: PriceList | None
    evidence: Evidence
    windows: tuple[Window, ...]
    blocks: tuple[ConditionBlock, ...]
    promotion: Promotion | None
    path: KeyPath
    accepted: frozenset[str] = frozenset()
    """The kinds of findings that a person has looked at and found right."""

    def __repr__(self) -> str:
        end = self.end.isoformat() if self.end else "now"
        return f"<Price of {self.model} from {self.start.isoformat()} to {end}>"


class Alias(NamedTuple):
    """A name that is billed as a model, from `start` to `end` where it was so only for a time."""

    name: str
    start: datetime | None = None
    end: datetime | None = None


class Served(NamedTuple):
    """What a moving name stood for."""

    start: datetime
    end: datetime | None
    name: str


class Counted(NamedTuple):
    """Since when a vocabulary counts the tokens of a model, until the next."""

    start: datetime | None
    """None for all of its time."""
    name: str
    """Of the table's `tokenizers`."""


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """A model one can call by name."""

    id: str
    provider: str
    name: str
    aliases: tuple[Alias, ...]
    released: datetime | None
    shutdown: datetime | None
    withdrawn: bool
    note: str | None
    served: tuple[Served, ...]
    prices: tuple[Price, ...]
    """In order of time."""
    tokenizers: tuple[Counted, ...] = ()
    """The vocabularies that count its tokens, in order of time; empty where its provider has named none."""

    def __repr__(self) -> str:
        return f"<Model {self.provider}/{self.id}, {len(self.prices)} prices>"


class FeeList(NamedTuple):
    """The same fee in another currency: the provider's own list, never a conversion."""

    per_1000_calls: Decimal
    evidence: Evidence


class Fee(NamedTuple):
    """What a call of a provider's own tool costs from `start` to `end` (exclusive), apart from any tokens."""

    provider: str
    call: str
    """One of `CALLS`."""
    models: tuple[str, ...]
    """The ids of the models that it is for; empty for all others."""
    start: datetime
    end: datetime | None
    per_1000_calls: Decimal | None
    """USD; None where the provider lists it in yuan alone, or bills something else than calls."""
    cny: FeeList | None
    billed_per: str | None
    """What is billed in place of calls, such as "container session"; records of calls then give no cost."""
    evidence: Evidence
    path: KeyPath

    def listed(self, currency: str) -> FeeList | None:
        """The fee in one of `CURRENCIES`; None where there is no such list."""
        if currency == "CNY":
            return self.cny
        return None if self.per_1000_calls is None else FeeList(self.per_1000_calls, self.evidence)


class Head(NamedTuple):
    """The model of a line from `start` to `end` (exclusive; None while nothing has succeeded it)."""

    start: datetime
    end: datetime | None
    model: str
    """Its id."""


class Line(NamedTuple):
    """Models that succeed each other, under one name: on a day it means the model that was its head."""

    id: str
    name: str
    heads: tuple[Head, ...]
    """In order of time, without gaps."""


class Provider(NamedTuple):
    """Who sells a model."""

    id: str
    name: str
    pricing_url: str | None
    fees: tuple[Fee, ...] = ()
    """In the order of the file: those of one call and the same models in order of time."""
    nearest_tokenizer: str | None = None
    """The vocabulary by which the tokens of models without one of their own are estimated."""


class Calendar(NamedTuple):
    """Holidays by local date; `through` is the last day up to which the list is complete."""

    id: str
    source: str
    dates: frozenset[date]
    through: date | None
    name: str = ""
    """As sentences name these days: `Chinese public holidays`."""


class Source(NamedTuple):
    """A page that prices cite by its name."""

    id: str
    url: str
    title: str | None = None
    archived: str | None = None
    """Address of an archived copy."""


class Region(NamedTuple):
    """A way of processing requests in a region of one's choice, for which some prices have rates of their own."""

    id: str
    rule: str | None = None
    """The words of the page, said once for all rows of the region."""
    source: str | None = None
    """Address of the page that states the rule."""
    note: str | None = None


class Tokenizer(NamedTuple):
    """A vocabulary that divides a text into tokens, and the page that says which models have it."""

    id: str
    source: str
    """Address of the page."""
    checked: date | None = None
    note: str | None = None


class Defaults(NamedTuple):
    """What a bare `tokencost compare` shows."""

    compare: tuple[str, ...]
    against: str


@dataclass(frozen=True, eq=False)
class PriceTable:
    """Every dated price of one prices.toml."""

    file: str
    """Where it was read from, as it was named."""
    version: str
    sha256: str
    providers: Mapping[str, Provider]
    calendars: Mapping[str, Calendar]
    sources: Mapping[str, Source]
    """The pages that have a name; `Evidence.source` is always the address."""
    regions: Mapping[str, Region]
    models: Mapping[str, Model]
    defaults: Defaults | None
    lines: Mapping[str, Line]
    tokenizers: Mapping[str, Tokenizer]
    text: str = field(repr=False)

    def __repr__(self) -> str:
        return f"<PriceTable {self.version} of {self.file}: {len(self.models)} models>"

    def line_of(self, path: KeyPath) -> int:
        """The line of prices.toml on which the thing at this path begins."""
        return self._line_index.line_of(path)

    # Scanned when first asked for: most commands name no line, and this takes longer than parsing.
    @cached_property
    def _line_index(self) -> "LineIndex":
        from tokencost.pricetable.line_index import LineIndex

        return LineIndex(self.text)

    @cached_property
    def names(self) -> dict[str, tuple[tuple[Alias, Model], ...]]:
        """Every name that resolves, ids and aliases alike, with the models it stands for over time."""
        names: dict[str, tuple[tuple[Alias, Model], ...]] = {}
        for model in self.models.values():
            for alias in (Alias(model.id), *model.aliases):
                names[alias.name] = (*names.get(alias.name, ()), (alias, model))
        return names
