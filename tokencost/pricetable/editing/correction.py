"""A past price that was entered wrongly, corrected where it stands, with the reason beside it.

Elsewhere the past is only added to. A typing error has no day from which it is right, so here the old value is
replaced; the comment keeps it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tokencost.errors import InvalidRequest
from tokencost.pricetable.editing.draft import Draft
from tokencost.pricetable.editing.new_price import Entry, bound_value, conditions_of, describe_block
from tokencost.pricetable.editing.toml_writer import BLOCK_KEYS, ENTRY_KEYS, block_lines, value_text
from tokencost.pricetable.line_index import LineIndex
from tokencost.pricetable.table import KeyPath


def correct_entry(draft: Draft, path: KeyPath) -> list[str]:
    """Change the entry at `path`, and return what a person should know. Raises `InvalidRequest`."""
    new_price, lines, index = draft.price, draft.lines, draft.index
    if new_price.blocks or new_price.drop_blocks:
        raise InvalidRequest(
            "a correction changes one set of conditions at a time",
            "name it with --tier, --window or --input-tokens-above, without --when and --drop-blocks",
        )
    entry = draft.entries()[int(path[-1])]
    changes: dict[str, Any] = {**new_price.rates, **new_price.evidence}
    if new_price.until:
        changes["until"] = bound_value(new_price.until)
    if new_price.cny:
        changes["cny"] = dict(new_price.cny)
    old = entry.get("accept", [])
    accepted = {"accept": list(dict.fromkeys([*old, *new_price.accept]))} if {*new_price.accept} - {*old} else {}
    if not new_price.conditions:
        _change(draft, path, entry, changes | accepted, ENTRY_KEYS)
        return []
    if new_price.until:
        raise InvalidRequest("--until ends a whole price, not the rates under conditions", "leave --until out")
    if accepted:
        _change(draft, path, entry, accepted, ENTRY_KEYS)
    for n, block in enumerate(entry.get("when", ())):
        if conditions_of(block) == conditions_of(new_price.conditions):
            changes |= {key: value for key, value in new_price.conditions.items() if block.get(key) != value}
            _change(draft, (*path, "when", n), block, changes, BLOCK_KEYS)
            return [f"{describe_block(block)}: corrected"]
    block = dict(new_price.conditions) | changes
    added = block_lines(new_price.model, block, _reason(draft))
    lines.after(lines.last_line_of((index.line_of(path), _end_of(index, path, entry))), ["", *added])
    entry.setdefault("when", []).append(block)
    return [f"{describe_block(block)}: added to the price"]


def _change(draft: Draft, path: KeyPath, values: Entry, changes: Mapping[str, Any], order: tuple[str, ...]) -> None:
    """Write the changed keys on their lines, and the missing ones behind those that come before them."""
    real = {key: value for key, value in changes.items() if values.get(key) != value}
    if not real:
        raise InvalidRequest(
            "nothing would change: the table says this already", "leave --correct out, or give the rates"
        )
    lines, index = draft.lines, draft.index
    header = index.line_of(path)
    indent = lines.line(header)[: len(lines.line(header)) - len(lines.line(header).lstrip())]
    was = [f"{key} was {value_text(values[key])}" for key in real if key in values and key not in ("note", "cny")]
    lines.after(header, [f"{indent}# {_reason(draft, was)}"])
    for key in order:
        if key not in real:
            continue
        if key in values:
            try:
                lines.change(index.line_of((*path, key)), key, real[key])
            except ValueError:
                raise InvalidRequest(
                    f"the line of {key!r} cannot be changed by itself", "edit the file by hand"
                ) from None
        else:
            above = [known for known in order[: order.index(key)] if known in values and known not in real]
            place = index.line_of((*path, above[-1])) if above else header
            lines.after(place, [f"{indent}{key} = {value_text(real[key])}"])
    values |= real


def _reason(draft: Draft, was: Iterable[str] = ()) -> str:
    facts = ", ".join(was)
    return f"corrected {draft.day.isoformat()}{f' ({facts})' if facts else ''}: {draft.price.correction}"


def _end_of(index: LineIndex, path: KeyPath, entry: Entry) -> int:
    below = [index.line_of((*path, key)) for key in entry]
    below += [index.line_of((*path, "when", n, key)) for n, block in enumerate(entry.get("when", ())) for key in block]
    return index.section_of(max(below))[1]
