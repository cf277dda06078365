"""What is asked of logs: by what they are grouped, at which prices, and which of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tokencost import quantities
from tokencost.errors import InvalidRequest, NoPrice
from tokencost.logs.records.kind import REGION, Path
from tokencost.logs.records.mapping import MAPPED_FIELDS, SUMMED_FIELDS
from tokencost.logs.records.paths import split_path, split_sum
from tokencost.pricetable.names import exact_meanings, meanings
from tokencost.pricetable.resolve import as_names, find_model, find_named, resolve, split_time
from tokencost.pricetable.table import Price, PriceTable
from tokencost.pricetable.when import When, as_bound, as_when, show_when, span
from tokencost.pricing.rates import known_region, known_tier, known_window
from tokencost.quantities import MOST_DECIMALS, Amount, parse_request

ENGINES = ("duckdb", "spark")
MOST_PARTS = 100
_NO_TEXT = re.compile("[\ud800-\udfff]")
PERIODS = ("day", "week", "month")
BILLED = ("model", "provider", "tier", "window", "component")
"""What `--by` can name that only the bill decides."""


class Cluster(NamedTuple):
    """A Spark of one's own, by default on all cores of this machine, or one that listens somewhere."""

    master: str | None = None
    """Such as `local[2]`, `yarn` or `spark://host:7077`."""
    remote: str | None = None
    """A Spark Connect server, such as `sc://host:15002`."""


class PricedAs(NamedTuple):
    """Which price is looked up for each record: its own model's, or an alternative's."""

    label: str | None = None
    """Shown name of the alternative; None is the record's own model."""
    model: str | None = None
    on: When | None = None
    """Where set, the time at which all records are priced."""
    factor: Fraction = Fraction(1)
    """Tokens of the alternative for each token of the record."""


class UsageQuery(NamedTuple):
    """What is asked of the logs, as far as engines are concerned."""

    by: tuple[str, ...]
    priced_as: tuple[PricedAs, ...]
    since: When | None = None
    until: When | None = None
    tier: str | None = None
    compare_to: Path | None = None
    region: str | None = None
    """Where set, the region that all records are priced in, instead of each in its own."""
    any_host: bool = False
    """Whether requests that another host served are priced as the provider's own."""
    model: str | None = None
    """Where set, the model of records that name none."""
    calls: tuple[str, ...] = ()
    """The calls of tools that are counted: those that records of the kinds at hand can show."""
    once: bool = False
    """Whether records of one call count once. Only where records show what names their calls: to read it takes time."""
    trees: bool = False
    """Whether it is looked for spans that sum up others. Only where records show such that may."""

    @property
    def call_columns(self) -> tuple[str, ...]:
        """The names of their columns in a query."""
        return tuple(f"call_{place}" for place in range(len(self.calls)))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records among the groups."""
        return tuple(name for name in self.by if name not in (*PERIODS, *BILLED))

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods of time among the groups."""
        return tuple(name for name in self.by if name in PERIODS)


def region_prefix(region: str) -> str:
    """What stands before the tier of records that say that they were processed in a region: `data-residency/batch`."""
    return f"{region}/"


def split_region(tier: str) -> tuple[str | None, str]:
    """The region and the tier of records: of `data-residency/batch` both, of `batch` None and the tier."""
    prefix = region_prefix(REGION)
    return (REGION, tier.removeprefix(prefix)) if tier.startswith(prefix) else (None, tier)


HOST_BEFORE, UNREAD_BEFORE, PAID_BEFORE, HOST_AFTER = "served by ", "unread ", "paid ", "|"
"""Around what keeps a request from being priced, before its region and tier: the name of another host, as in
`served by Azure|batch`, and that of a cache field that no rule reads, as in `unread cache_hits|standard`, or of a field
of tokens that the table has no rates for, as in `unread usage.audio_tokens|standard`. Behind them, what a record says
was paid for each token, as in `paid 0.0000003|standard`.

A grouping column of its own would cost every log something, and few have a host.
"""


def split_host(tier: str) -> tuple[str | None, str]:
    """The other host that records name, and what stands behind it."""
    return _split(tier, HOST_BEFORE)


def split_unread(tier: str) -> tuple[str | None, str]:
    """The field of tokens of records that no rule reads, and what stands behind it."""
    return _split(tier, UNREAD_BEFORE)


def split_paid(tier: str) -> tuple[str | None, str]:
    """What was paid for each token, as records say, and what stands behind it."""
    return _split(tier, PAID_BEFORE)


def split_all(tier: str) -> tuple[str, str]:
    """All that stands before region and tier of records, and these."""
    rest = tier
    for before in (HOST_BEFORE, UNREAD_BEFORE, PAID_BEFORE):
        _, rest = _split(rest, before)
    return tier.removesuffix(rest), rest


def _split(tier: str, before: str) -> tuple[str | None, str]:
    if not tier.startswith(before) or HOST_AFTER not in tier:
        return None, tier
    name, _, rest = tier.removeprefix(before).partition(HOST_AFTER)
    return name, rest


def refuse_no_text(name: str) -> None:
    """Raise `InvalidRequest` for the name of a field or a table that UTF-8 cannot write."""
    if _NO_TEXT.search(name):
        raise InvalidRequest(f"{name!r} is not a field or a table: it is no text in UTF-8", "write the name in UTF-8")


def field_path(name: str) -> Path:
    """`metadata.team` as a path; a name with an empty part is one field. Raises `InvalidRequest` for what is none.

    A key that holds dots is written in quotes or in brackets: `attributes."llm.model_name"`, `["llm.model_name"]`.
    """
    refuse_no_text(name)
    parts = split_path(name) or tuple(name.split("."))
    if len(parts) > MOST_PARTS:
        raise InvalidRequest(f"a field of {len(parts):,} parts is nested deeper than fields are looked for")
    return parts if all(parts) else (name,)


def mapped_fields(mapping: Mapping[str, str]) -> dict[str, tuple[Path, ...]]:
    """Where fields stand, each as the terms of a sum. Raises `InvalidRequest` for a field that cannot be mapped."""
    return {name: _terms(name, text) for name, text in mapping.items()}


def _terms(name: str, text: str) -> tuple[Path, ...]:
    if name not in MAPPED_FIELDS:
        raise InvalidRequest(f"--map has no field {name!r}", f"its fields are {', '.join(MAPPED_FIELDS)}")
    terms = split_sum(text)
    if len(terms) > 1 and name not in SUMMED_FIELDS:
        raise InvalidRequest(
            f"{name} is no sum of fields, as {text!r} would be",
            f"sums are for {', '.join(SUMMED_FIELDS)}; a key that holds a + is written in quotes",
        )
    paths = tuple(map(field_path, terms))
    for term, path in zip(terms, paths, strict=True):
        if split_path(term) is None and not all(term.split(".")):
            raise InvalidRequest(f"{term!r} is not a field of a record", "write --map input_tokens=path.to.field")
        if paths.count(path) > 1:
            raise InvalidRequest(f"{term!r} stands twice in the sum {text!r}", "name each field once")
    return paths


def ask(
    table: PriceTable,
    *,
    by: str | Sequence[str] = ("model",),
    on: When | str | None = None,
    since: When | str | None = None,
    until: When | str | None = None,
    tier: str | None = None,
    as_models: str | Sequence[str] = (),
    token_factors: Mapping[str | None, Amount] | None = None,
    compare_to: str | None = None,
    region: str | None = None,
    any_host: bool = False,
    model: str | None = None,
) -> UsageQuery:
    """The question, checked: known alternatives, sensible groups. Raises `InvalidRequest` and its kinds."""
    groups = tuple(dict.fromkeys(name.strip() for name in as_names(by)))
    if not all(groups):
        raise InvalidRequest(
            "a name in --by is empty", f"name {', '.join((*BILLED, *PERIODS))} or a field of the records"
        )
    when = None if on is None else as_when(on)
    factors = dict(token_factors or {})
    priced_as = [PricedAs(on=when)]
    priced_as += [_alternative(table, name, when, factors) for name in dict.fromkeys(as_names(as_models))]
    if factors and not as_names(as_models) and None in factors:
        raise InvalidRequest("--token-factor goes with --as", "add --as MODEL, or leave it out")
    unknown = [name for name in factors if name is not None]
    if unknown:
        raise InvalidRequest(f"--token-factor names {unknown[0]}, which is not among the --as models")
    query = UsageQuery(
        groups,
        tuple(priced_as),
        None if since is None else as_bound(since),
        None if until is None else as_bound(until),
        None if tier is None else known_tier(_all_prices(table), tier),
        None if compare_to is None else field_path(compare_to),
        None if region is None else known_region(table, region),
        any_host,
        None if model is None else _known_model(table, model.strip()),
    )
    if query.since and query.until and span(query.since)[0] >= span(query.until)[0]:
        raise InvalidRequest(
            f"no time lies between --since {show_when(query.since)} and --until {show_when(query.until)}",
            "--until is exclusive: a day ends with the next one",
        )
    if query.compare_to and not all(query.compare_to):
        raise InvalidRequest(f"{compare_to!r} is not a field", "name one such as spend or metadata.cost")
    return query


def known_hours(table: PriceTable, window: str | None) -> str | None:
    """The window as the table writes it. Raises `NotOffered` for one that no model has."""
    return None if window is None else known_window(_all_prices(table), window)


def _all_prices(table: PriceTable) -> list[Price]:
    return [price for model in table.models.values() for price in model.prices]


def _alternative(table: PriceTable, name: str, on: When | None, factors: dict[str | None, Amount]) -> PricedAs:
    bare, own = split_time(name)
    when = own if own is not None else on
    if when is not None:
        label, model = (side := resolve(table, name, when)).label, side.model.id
    else:
        label = model = _at_any_time(table, bare)
    everywhere = factors.get(None, Fraction(1))
    given = factors.pop(name, factors.pop(bare, factors.pop(label, everywhere)))
    factor = parse_request(quantities.factor, given, "the token factor")
    if 10**MOST_DECIMALS % factor.denominator:
        raise InvalidRequest(f"the token factor {factor} is not a decimal number", "write it like 1.1")
    return PricedAs(label, model, when, factor)


def _known_model(table: PriceTable, name: str) -> str:
    """A name that records could have as well. Raises `UnknownModel` for one that means no model of the table."""
    if not exact_meanings(table, name):
        find_model(table, name, date(1970, 1, 1))
    return name


def _at_any_time(table: PriceTable, name: str) -> str:
    """The name as the table writes it, for requests of which each has a time of its own."""
    if exact_meanings(table, name):
        return name
    found = meanings(table, name)
    if found and (line := found[0].line) and all(each.line is line for each in found):
        return line.id
    dated = [each.describe() for each in found if each.start or each.end]
    if dated:
        raise NoPrice(f"the name {name!r} stood for a model only at times", f"name one with --as: {'; '.join(dated)}")
    return find_named(table, name, date(1970, 1, 1)).id
