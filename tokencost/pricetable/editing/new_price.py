"""What a person enters when a price changes, and the whole entry of prices.toml that it makes.

A price names everything that holds from its start, so what nobody mentioned has to continue from the price before:
with the source and the day on which that was last seen, never with those of the new page.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.pricetable.hours import WINDOW_KEYS
from tokencost.pricetable.reading.rules import inherited_rates
from tokencost.pricetable.table import CONDITION_KEYS, RATE_KEYS, Evidence, Source, describe_conditions

NOTHING: Mapping[str, Any] = MappingProxyType({})

Entry = dict[str, Any]
"""One `[[models.ID.prices]]` as TOML reads it, its blocks under `when`."""


class NewModel(NamedTuple):
    """A model that the table does not have yet."""

    provider: str
    name: str | None = None


class NewPrice(NamedTuple):
    """A price to enter. All values are as they stand in prices.toml."""

    model: str
    """Id of the model."""
    start: datetime
    rates: Mapping[str, Decimal]
    evidence: Mapping[str, Any]
    """Any of source, checked, confidence and note."""
    conditions: Mapping[str, Any] = NOTHING
    """Empty: the rates are the base price. Else they are those of one block, and everything else continues."""
    blocks: tuple[Mapping[str, Any], ...] = ()
    """Further blocks with their own rates."""
    until: datetime | None = None
    cny: Mapping[str, Any] | None = None
    drop_blocks: bool = False
    """Blocks of the price before that are not given again are no longer offered."""
    new: NewModel | None = None
    correction: str | None = None
    """Why a past price is changed; None where it is not."""
    accept: tuple[str, ...] = ()
    """Kinds of findings about this price that somebody has looked at."""


def conditions_of(block: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells the blocks of one price apart."""
    return tuple(block.get(key) for key in CONDITION_KEYS)


def describe_block(block: Mapping[str, Any]) -> str:
    """`tier batch, above 272,000 input tokens`."""
    return describe_conditions(*conditions_of(block))


def cite_by_name(new_price: NewPrice, sources: Mapping[str, Source]) -> NewPrice:
    """The price with the names of its pages where the table has names for their addresses."""
    names = {page.url: name for name, page in sources.items()}

    def named(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {key: names.get(value, value) if key == "source" else value for key, value in values.items()}

    return new_price._replace(
        evidence=named(new_price.evidence),
        blocks=tuple(named(block) for block in new_price.blocks),
        cny=named(new_price.cny) if new_price.cny else new_price.cny,
    )


def complete_entry(new_price: NewPrice, before: Entry | None) -> tuple[Entry, list[str]]:
    """The entry to write, and what a person should know about what continues and what ends.

    `before` is the price of the model that this one follows. Raises `InvalidRequest`.
    """
    if new_price.conditions:
        if before is None:
            raise InvalidRequest(
                f"{new_price.model} has no price before, whose other rates would continue",
                "give the base price first, and the rates under conditions with --when",
            )
        return _change_block(new_price, before)
    left_out = [key for key in (before or {}).get("without", ()) if key not in new_price.rates]
    missing = [f"--{key}" for key in ("input", "output") if key not in new_price.rates and key not in left_out]
    if missing:
        raise InvalidRequest(f"a price needs {' and '.join(missing)}", "rates are USD per 1,000,000 tokens")
    entry: Entry = {"from": bound_value(new_price.start)} | _until(new_price) | _in_order(new_price.rates)
    if left_out:
        entry["without"] = left_out
    entry |= dict(new_price.evidence)
    if new_price.cny:
        entry["cny"] = dict(new_price.cny)
    blocks, continuing = _complete_blocks(new_price, entry, before or {})
    # What ends goes first: it is easily forgotten, and what continues may be long.
    notes = [
        f"no {key} rate from then on; the price before has {before[key]}"
        for key in RATE_KEYS
        if before and key in before and key not in entry
    ]
    if before and "cny" in before and "cny" not in entry:
        notes.append("no CNY list from then on; give it with --cny if the provider has one")
    notes += continuing
    if blocks:
        entry["when"] = blocks
    # Whoever drops blocks on purpose has looked.
    _accept(entry, (*new_price.accept, *(["dropped"] if new_price.drop_blocks and before and "when" in before else [])))
    return entry, notes


def _change_block(new_price: NewPrice, before: Entry) -> tuple[Entry, list[str]]:
    """The price before, from a new start, with the rates of one block changed."""
    entry = deepcopy(before)
    entry.pop("until", None)
    # A promotion belongs to the price it was announced for; the base price goes on as it was, and so does that.
    # What somebody accepted was a change from a still earlier price.
    rest = {key: value for key, value in entry.items() if key not in ("from", "accept")}
    entry = {"from": bound_value(new_price.start)} | _until(new_price) | rest
    _accept(entry, new_price.accept)
    block = dict(new_price.conditions) | _in_order(new_price.rates) | dict(new_price.evidence)
    listed: list[Entry] = entry.setdefault("when", [])
    notes = ["the base price and every other block continue as they were, with their own sources"]
    for n, known in enumerate(listed):
        if conditions_of(known) == conditions_of(block):
            kept = [key for key in RATE_KEYS if key in known and key not in block]
            notes += [f"{describe_block(block)}: {key} continues at {known[key]}" for key in kept]
            merged = {key: value for key, value in known.items() if key not in Evidence._fields} | block
            if merged.pop("cny", None):
                notes.append(f"{describe_block(block)}: no CNY list from then on")
            listed[n] = _drop_given_without(merged)
            break
    else:
        listed.append(block)
        notes += _inherited_notes(block, entry)
    _define_windows(listed, before.get("when", ()))
    return entry, notes


def _complete_blocks(new_price: NewPrice, entry: Entry, before: Entry) -> tuple[list[Entry], list[str]]:
    """The blocks of a new base price: those given, and those that continue."""
    given = {conditions_of(block): dict(block) for block in new_price.blocks}
    if len(given) < len(new_price.blocks):
        raise InvalidRequest("two --when options have the same conditions", "merge the two")
    redefined = {block["window"] for block in given.values() if any(key in block for key in WINDOW_KEYS)}
    notes: list[str] = []
    blocks = []
    for known in before.get("when", ()):
        conditions = conditions_of(known)
        if conditions in given:
            if "cny" in known and "cny" not in given[conditions]:
                ending = f"{describe_block(known)}: no CNY list from then on"
                notes.insert(0, f"{ending}; write it beside these rates if the provider has one")
            blocks.append(given.pop(conditions))
        elif new_price.drop_blocks:
            notes.append(f"{describe_block(known)}: not offered from then on")
        else:
            kept = _continue_block(known, before, entry)
            if known.get("window") in redefined:
                kept = {key: value for key, value in kept.items() if key not in WINDOW_KEYS}
            # What the entry says too is not written again: a row is one line.
            same = [key for key in ("source", "confidence") if kept.get(key) == entry.get(key)]
            blocks.append({key: value for key, value in kept.items() if key not in same})
            rates = ", ".join(f"{key} {kept[key]}" for key in RATE_KEYS if key in kept)
            seen = f"last checked {kept['checked']}" if "checked" in kept else "never checked"
            notes.append(f"{describe_block(known)}: continues as it was ({rates}; {seen})")
    blocks += given.values()
    for block in new_price.blocks:
        notes += _inherited_notes(block, entry)
    _define_windows(blocks, before.get("when", ()))
    return blocks, notes


def _continue_block(block: Entry, before: Entry, entry: Entry) -> Entry:
    """A block of the price before with everything it took from there written out."""
    kept = deepcopy(block)
    without = set(kept.pop("without", ()))
    kept |= inherited_rates(before, kept, without)
    not_here = [key for key in RATE_KEYS if key not in kept and key in entry]
    if not_here:
        kept["without"] = not_here
    # A block with a source of its own, too, took the day on which the whole price was checked.
    kept |= {key: before[key] for key in ("source", "checked", "confidence") if key in before and key not in kept}
    if "cny" in kept and "cny" in before:
        listed = inherited_rates(before["cny"], kept["cny"], without) | kept["cny"]
        kept["cny"] = _in_order(listed) | listed
        if "source" not in kept["cny"]:
            kept["cny"] |= {key: before["cny"][key] for key in ("source", "confidence") if key in before["cny"]}
    return kept


def _inherited_notes(block: Mapping[str, Any], entry: Entry) -> list[str]:
    """A rate that a block leaves out is the base rate: noted, since its writer may have meant otherwise."""
    return [
        f"{describe_block(block)}: {key} is not given, so the base rate {entry[key]} holds"
        for key in RATE_KEYS
        if key in entry and key not in block and key not in block.get("without", ())
    ]


def _define_windows(blocks: list[Entry], before: Sequence[Entry]) -> None:
    """A window that is named without its hours has those of the price before."""
    defined = {block.get("window") for block in blocks if any(key in block for key in WINDOW_KEYS)}
    for block in blocks:
        window = block.get("window")
        if window is None or window in defined:
            continue
        for known in before:
            hours = {key: known[key] for key in WINDOW_KEYS if key in known}
            if known.get("window") == window and hours:
                block.update(hours)
                defined.add(window)
                break


def _drop_given_without(block: Entry) -> Entry:
    without = [key for key in block.get("without", ()) if key not in block]
    rest = {key: value for key, value in block.items() if key != "without"}
    return rest | {"without": without} if without else rest


def _in_order(rates: Mapping[str, Any]) -> Entry:
    return {key: rates[key] for key in RATE_KEYS if key in rates}


def _accept(entry: Entry, kinds: Iterable[str]) -> None:
    if listed := list(dict.fromkeys(kinds)):
        entry["accept"] = listed


def _until(new_price: NewPrice) -> Entry:
    return {"until": bound_value(new_price.until)} if new_price.until else {}


def bound_value(instant: datetime) -> date | datetime:
    """Midnight UTC is written as the bare date."""
    return instant.date() if instant == datetime(instant.year, instant.month, instant.day, tzinfo=UTC) else instant
