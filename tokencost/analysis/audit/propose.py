"""The `tokencost prices add` commands that would adopt what another table says differently.

Commands, not an edit: another table is no source, so a person runs the ones that the provider's page confirms.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tokencost.analysis.audit.compare import Audit, Finding
from tokencost.pricetable.resolve import prices_within
from tokencost.pricetable.table import RATE_KEYS, Price, PriceTable
from tokencost.pricing.rates import STANDARD, rest_of_week

ADOPTED = ("differs", "missing here")
Place = tuple[str, int, str | None]


class Proposals(NamedTuple):
    """What could be adopted."""

    commands: tuple[tuple[str, ...], ...]
    """Each as words."""
    left_out: tuple[str, ...]
    """Names in the other table that are no part of a command; these may hold anything."""


def propose_commands(table: PriceTable, result: Audit, start: date) -> Proposals:
    """One command for each model: their numbers from `start` on, all others as they are here.

    Nothing is proposed where the other table is older, or says two things.
    """
    adopted: list[Finding] = []
    left_out: dict[str, None] = {}
    for finding in result.findings:
        if finding.kind not in ADOPTED or finding.newer == "here" or finding.theirs is None:
            continue
        odd = [name for name in (finding.model, finding.tier) if not _may_be_typed(name)]
        odd += [finding.tier] if set(",=") & set(finding.tier) else []  # in --when it would be more than a tier
        left_out.update(dict.fromkeys(odd))
        if not odd:
            adopted.append(finding)
    return Proposals(tuple(_commands(table, result, adopted, start)), tuple(left_out))


def _commands(table: PriceTable, result: Audit, adopted: list[Finding], start: date) -> Iterator[tuple[str, ...]]:
    adopted.sort(key=lambda finding: (finding.provider, finding.model))
    for (provider, model), group in groupby(adopted, key=lambda finding: (finding.provider, finding.model)):
        findings = list(group)
        known = table.models.get(model)
        if known is not None:
            price = prices_within(known, result.on)[0]
            own = [finding for finding in findings if finding.there == model] or findings
            yield _change_command(model, price, own, start, result.other.source)
        elif {"input", "output"} <= {finding.component for finding in findings}:
            rates = {finding.component: finding.theirs for finding in findings if finding.theirs is not None}
            new = ("--new", "--provider", provider)
            yield (*_head(model, start), *new, *_options(rates), *_tail(result.other.source))


def _may_be_typed(name: str) -> bool:
    """Whether it is but a name once it is quoted: no option, no line of its own, nothing that a terminal obeys."""
    return name[:1].isalnum() and name.isprintable()


def _change_command(model: str, price: Price, findings: list[Finding], start: date, source: str) -> tuple[str, ...]:
    places: dict[Place, dict[str, Decimal]] = {}
    base = price.rates.known()
    rest = rest_of_week(price) if price.windows else None
    for finding in findings:
        if finding.theirs is None:
            continue
        if finding.tier == STANDARD and not finding.input_tokens_above and finding.window in (None, rest):
            base[finding.component] = finding.theirs
        else:
            place = (finding.tier, finding.input_tokens_above, finding.window)
            places.setdefault(place, {})[finding.component] = finding.theirs
    words = [*_head(model, start), *_options(base)]
    for (tier, above, window), theirs in places.items():
        named = {"tier": None if tier == STANDARD else tier, "window": None if window == rest else window}
        conditions = [f"{key}={value}" for key, value in named.items() if value]
        conditions += [f"input_tokens_above={above}"] if above else []
        rates = _block_rates(price, named["tier"], named["window"], above) | theirs
        words += ["--when", ",".join([*conditions, *(f"{key}={rates[key]:f}" for key in RATE_KEYS if key in rates)])]
    return (*words, *_tail(source))


def _block_rates(price: Price, tier: str | None, window: str | None, above: int) -> dict[str, Decimal]:
    """What the block says here now, so that a command which changes one rate of it keeps the others."""
    for block in price.blocks:
        if block.conditions == (tier, window, above or None, None):
            return block.rates.known()
    return {}


def _head(model: str, start: date) -> tuple[str, ...]:
    return ("tokencost", "prices", "add", model, "--from", start.isoformat())


def _options(rates: dict[str, Decimal]) -> tuple[str, ...]:
    options = ((f"--{key.replace('_', '-')}", f"{rates[key]:f}") for key in RATE_KEYS if key in rates)
    return tuple(word for option in options for word in option)


def _tail(source: str) -> tuple[str, ...]:
    return ("--source", source, "--confidence", "single")
