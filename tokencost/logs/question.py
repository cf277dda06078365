"""What is asked of logs: by what they are grouped, at which prices, and which of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tokencost import quantities
from tokencost.errors import UsageError
from tokencost.logs.shapes import Path
from tokencost.pricetable.resolve import as_names, find_model, resolve, split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_bound, as_when
from tokencost.quantities import MOST_DECIMALS, Amount, asked

ENGINES = ("duckdb", "spark")
MOST_PARTS = 100
_NO_TEXT = re.compile("[\ud800-\udfff]")
PERIODS = ("day", "week", "month")
BILLED = ("model", "provider", "tier", "window", "component")
"""What `--by` can name that only the bill decides."""


class Side(NamedTuple):
    """Which price is looked up for each record: its own model's, or an alternative's."""

    label: str | None = None
    """Shown name of the alternative; None is the record's own model."""
    model: str | None = None
    on: When | None = None
    """Where set, the time at which all records are priced."""
    factor: Fraction = Fraction(1)
    """Tokens of the alternative for each token of the record."""


class Question(NamedTuple):
    """What is asked of the logs, as far as engines are concerned."""

    by: tuple[str, ...]
    sides: tuple[Side, ...]
    since: When | None = None
    until: When | None = None
    tier: str | None = None
    compare_to: Path | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records among the groups."""
        return tuple(name for name in self.by if name not in (*PERIODS, *BILLED))

    @property
    def periods(self) -> tuple[str, ...]:
        """The stretches of time among the groups."""
        return tuple(name for name in self.by if name in PERIODS)


def field_path(name: str) -> Path:
    """`metadata.team` as a path; a name with an empty part is one field. Raises `UsageError` for what is none."""
    if _NO_TEXT.search(name):
        raise UsageError(f"{name!r} is not a field: it is no text in UTF-8")
    parts = tuple(name.split("."))
    if len(parts) > MOST_PARTS:
        raise UsageError(f"a field of {len(parts):,} parts is nested deeper than fields are looked for")
    return parts if all(parts) else (name,)


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
) -> Question:
    """The question, checked: known alternatives, sensible groups. Raises `UsageError` and its kinds."""
    groups = tuple(dict.fromkeys(name.strip() for name in as_names(by)))
    if not all(groups):
        raise UsageError("a name in --by is empty", f"name {', '.join((*BILLED, *PERIODS))} or a field of the records")
    if tier is not None and _NO_TEXT.search(tier):
        raise UsageError(f"{tier!r} is not a tier: it is no text in UTF-8")
    when = None if on is None else as_when(on)
    factors = dict(token_factors or {})
    sides = [Side(on=when)]
    sides += [_alternative(table, name, when, factors) for name in dict.fromkeys(as_names(as_models))]
    unknown = [name for name in factors if name is not None]
    if unknown:
        raise UsageError(f"--token-factor names {unknown[0]}, which is not among the --as models")
    question = Question(
        groups,
        tuple(sides),
        None if since is None else as_bound(since),
        None if until is None else as_bound(until),
        tier,
        None if compare_to is None else field_path(compare_to),
    )
    if question.compare_to and not all(question.compare_to):
        raise UsageError(f"{compare_to!r} is not a field", "name one such as spend or metadata.cost")
    return question


def _alternative(table: PriceTable, name: str, on: When | None, factors: dict[str | None, Amount]) -> Side:
    bare, own = split_time(name)
    when = own if own is not None else on
    if when is not None:
        label = resolve(table, name, when).label
    elif bare in table.claims or bare.partition("/")[2] in table.claims:
        label = bare
    else:
        find_model(table, bare, date(1970, 1, 1))
        label = bare
    everywhere = factors.get(None, Fraction(1))
    factor = asked(quantities.factor, factors.pop(name, factors.pop(bare, everywhere)), "the token factor")
    if 10**MOST_DECIMALS % factor.denominator:
        raise UsageError(f"the token factor {factor} is not a decimal number", "write it like 1.1")
    return Side(label, bare, when, factor)
