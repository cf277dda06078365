"""What a sound price table says that its writer may not have meant: slips that no rule can tell from the truth.

A price may fall to a tenth, and a tier may end; more often a digit or a block was forgotten. So these are findings and
not errors: as errors they would refuse a true table. Each is listed until the entry names its kind in `accept`, which
says that somebody has looked.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from tokencost.pricetable.table import (
    CONDITION_KEYS,
    RATE_KEYS,
    ConditionBlock,
    Evidence,
    KeyPath,
    Price,
    PriceTable,
    Rates,
)

JUMP = 10
"""So many times more or less than before is what a misplaced decimal point looks like."""
USUAL_NAMES = {"tier": ("batch", "flex", "priority"), "window": ("peak", "off-peak")}
"""These are no slips, wherever they occur but once."""
FUTURE: Final = "future"
"""The one kind that cannot be accepted: nobody has seen a page tomorrow."""
EvidenceSlip = Literal["future", "source"]
"""The kinds of findings about a source and the day on which it was read."""
_ADDRESS = re.compile(r"https://[^\s/]+(/\S*)?")


Names = dict[str, Counter[str]]
"""In how many entries each tier and each window occurs."""


class Finding(NamedTuple):
    """A thing in a table that needs a look."""

    kind: str
    """A word of `accept`, or `future`."""
    price: Price
    path: KeyPath
    detail: str

    @property
    def can_be_accepted(self) -> bool:
        """Whether the entry may say that this is right."""
        return self.kind != FUTURE


def list_findings(table: PriceTable, on: date) -> tuple[Finding, ...]:
    """Every thing that needs a look on that day, in the order of the table, without those that were accepted."""
    names = {
        kind: Counter(
            name for model in table.models.values() for price in model.prices for name in _names_of(price, kind)
        )
        for kind in USUAL_NAMES
    }
    return tuple(
        finding
        for model in table.models.values()
        for n, price in enumerate(model.prices)
        for finding in _findings_of(price, model.prices[n - 1] if n else None, names, on)
        if finding.kind not in price.accepted
    )


def is_address(source: str) -> bool:
    """Whether somebody could open it, and could trust what came."""
    return _ADDRESS.fullmatch(source) is not None


def _findings_of(price: Price, before: Price | None, names: Names, on: date) -> Iterator[Finding]:
    if before is not None:
        yield from _jumps(price, before)
        if lost := _lost_conditions(price, before):
            detail = f"{' and '.join(lost)} of the price before {'is' if len(lost) == 1 else 'are'} not in this one"
            yield Finding("dropped", price, price.path, detail)
    yield from _lone_names(price, names)
    for path, evidence in _pages(price):
        for kind, key, detail in find_slips(evidence, on):
            yield Finding(kind, price, (*path, key), detail)


def find_slips(evidence: Evidence, on: date) -> Iterator[tuple[EvidenceSlip, str, str]]:
    """What cannot be right of a source and its day: the kind of finding, the key, and what it says."""
    if evidence.checked is not None and evidence.checked > on:
        yield FUTURE, "checked", f"checked {evidence.checked}, which is after {on}"
    if not is_address(evidence.source):
        yield "source", "source", f"{evidence.source!r} is no https address"


def _jumps(price: Price, before: Price) -> Iterator[Finding]:
    earlier = {block.conditions: block for block in before.blocks}
    lists: list[tuple[str, KeyPath, Rates | None, Rates | None]] = [("", price.path, before.rates, price.rates)]
    lists.append((" CNY", (*price.path, "cny"), *_lists(before, price)))
    for block in price.blocks:
        if (known := earlier.get(block.conditions)) is not None:
            lists.append((f" of {block.describe()}", block.path, known.rates, block.rates))
            lists.append((f" CNY of {block.describe()}", (*block.path, "cny"), *_lists(known, block)))
    seen: set[tuple[str, Decimal, Decimal]] = set()
    for where, path, old_rates, new_rates in lists:
        for key in RATE_KEYS:
            old, new = getattr(old_rates, key, None), getattr(new_rates, key, None)
            # A block that takes a rate from its entry repeats that, and says nothing new.
            if old is None or new is None or not is_jump(old, new) or (key, old, new) in seen:
                continue
            seen.add((key, old, new))
            times = f"{JUMP} times or more {'below' if new < old else 'above'}"
            yield Finding("jump", price, (*path, key), f"{key}{where}: {new:f} is {times} the {old:f} before")


def _lists(before: Price | ConditionBlock, now: Price | ConditionBlock) -> tuple[Rates | None, Rates | None]:
    return before.cny and before.cny.rates, now.cny and now.cny.rates


def is_jump(old: Decimal, new: Decimal) -> bool:
    """Whether a rate is so far from the one before that a decimal point may have moved."""
    return old != new and (new >= old * JUMP or old >= new * JUMP)


def _lost_conditions(price: Price, before: Price) -> list[str]:
    """The conditions of the price before that no block names any more."""
    here = _single_conditions(price)
    return [words for condition, words in _single_conditions(before).items() if condition not in here]


def _single_conditions(price: Price) -> dict[tuple[str, Any], str]:
    conditions: dict[tuple[str, Any], str] = {}
    for block in price.blocks:
        for kind in CONDITION_KEYS:
            if (value := getattr(block, kind)) is not None:
                above = f"rates above {value:,} input tokens" if kind == "input_tokens_above" else ""
                conditions.setdefault((kind, value), above or f"{kind} {value}")
    return conditions


def _lone_names(price: Price, names: Names) -> Iterator[Finding]:
    """Names of tiers and windows that no other entry of the table has."""
    for kind, usual in USUAL_NAMES.items():
        for name, path in _names_of(price, kind).items():
            if name in usual or names[kind][name] > 1:
                continue
            near = _nearest(name, [*usual, *(known for known, entries in names[kind].items() if entries > 1)])
            meant = f"; did you mean {near}?" if near else ""
            yield Finding("name", price, (*path, kind), f"no other price has the {kind} {name}{meant}")


def _names_of(price: Price, kind: str) -> dict[str, KeyPath]:
    """The tiers or windows of an entry, with the block that names each first."""
    return {name: block.path for block in reversed(price.blocks) if (name := getattr(block, kind)) is not None}


def _nearest(name: str, known: list[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.casefold(), known, 1)), None)


def _pages(price: Price) -> Iterator[tuple[KeyPath, Evidence]]:
    """What an entry says of its pages: itself, its CNY list, and blocks that say something of their own."""
    yield price.path, price.evidence
    told = {price.evidence}
    lists = [(price.path, price.cny), *((block.path, block.cny) for block in price.blocks)]
    pages = [(block.path, block.evidence) for block in price.blocks]
    pages += [((*path, "cny"), listed.evidence) for path, listed in lists if listed]
    for path, evidence in pages:
        if evidence not in told:
            told.add(evidence)
            yield path, evidence
