"""A past price that was entered wrongly, corrected where it stands, with the reason beside it.

Elsewhere the past is only added to. A typing error has no day from which it is right, so here the old value is
replaced; the comment keeps it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tokencost.errors import InvalidRequest
from tokencost.pricetable.editing.draft import Draft
from tokencost.pricetable.editing.layout import ENTRY_KEYS, LONG_TEXTS, entry_lines
from tokencost.pricetable.editing.new_price import Entry, bound_value, conditions_of, describe_block
from tokencost.pricetable.editing.toml_tree import Node, parse_tree
from tokencost.pricetable.editing.toml_writer import node_of, value_text
from tokencost.pricetable.table import KeyPath


def correct_entry(draft: Draft, path: KeyPath) -> list[str]:
    """Change the entry at `path`, and return what a person should know. Raises `InvalidRequest`."""
    new_price = draft.price
    if new_price.blocks or new_price.drop_blocks:
        raise InvalidRequest(
            "a correction changes one set of conditions at a time",
            "name it with --tier, --window, --input-tokens-above or --region, without --when and --drop-blocks",
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
        _change(draft, path, entry, changes | accepted)
        return []
    if new_price.until:
        raise InvalidRequest("--until ends a whole price, not the rates under conditions", "leave --until out")
    rows: list[Entry] = entry.setdefault("when", [])
    known = next((n for n, row in enumerate(rows) if conditions_of(row) == conditions_of(new_price.conditions)), None)
    if known is None:
        rows.append({})
    row = rows[len(rows) - 1 if known is None else known]
    real, was = _real_changes(row, dict(new_price.conditions) | changes)
    row |= real
    entry |= accepted
    node = _entry_node(draft, path)
    _change_node(node, accepted)
    row_nodes = node.table.setdefault("when", Node([])).items
    if known is None:
        row_nodes.append(Node({}))
    row_node = row_nodes[rows.index(row)]
    row_node.above.append(f"# {_reason(draft, was)}")
    _change_node(row_node, real)
    _write_entry(draft, path, node)
    return [f"{describe_block(row)}: {'added to the price' if known is None else 'corrected'}"]


def _entry_node(draft: Draft, path: KeyPath) -> Node:
    """An entry as it is spelled, with its comments."""
    node = parse_tree(draft.text).root
    for step in path:
        node = node.items[step] if isinstance(step, int) else node.table[step]
    return node


def _change_node(node: Node, changes: Mapping[str, Any]) -> None:
    """Give keys of a table other values; the comments stay."""
    for key, value in changes.items():
        node.table.setdefault(key, Node("")).value = node_of(value).value


def _write_entry(draft: Draft, path: KeyPath, entry: Node) -> None:
    """Write an entry anew, its rows in columns. Raises `InvalidRequest` where it does not stand in one place."""
    statements = parse_tree(draft.text).statements
    own = [n for n, statement in enumerate(statements) if statement.path[: len(path)] == path]
    if not own or statements[own[0]].path != path or own[-1] - own[0] + 1 != len(own):
        hint = "`tokencost prices format` writes the table so that it can, or edit the file by hand"
        raise InvalidRequest("this price cannot be changed by itself", hint)
    draft.lines.replace(statements[own[0]].first, statements[own[-1]].last, entry_lines(draft.price.model, entry))


def _real_changes(values: Entry, changes: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What changes indeed, and what it was. Raises `InvalidRequest` where nothing does."""
    real = {key: value for key, value in changes.items() if values.get(key) != value}
    if not real:
        raise InvalidRequest(
            "nothing would change: the table says this already", "leave --correct out, or give the rates"
        )
    return real, [
        f"{key} was {value_text(values[key])}" for key in real if key in values and key not in (*LONG_TEXTS, "cny")
    ]


def _change(draft: Draft, path: KeyPath, values: Entry, changes: Mapping[str, Any]) -> None:
    """Write the changed keys on their lines, and the missing ones behind those that come before them."""
    real, was = _real_changes(values, changes)
    lines, index = draft.lines, draft.index
    header = index.line_of(path)
    comment = f"# {_reason(draft, was)}"
    try:
        changed = {key: lines.changed(index.line_of((*path, key)), key, real[key]) for key in real if key in values}
    except ValueError:  # a text over several lines, or several keys on one
        node = _entry_node(draft, path)
        _change_node(node, real)
        next(iter(node.table.values())).above.insert(0, comment)
        _write_entry(draft, path, node)
    else:
        indent = lines.line(header)[: len(lines.line(header)) - len(lines.line(header).lstrip())]
        lines.after(header, [indent + comment])
        for key in (key for key in ENTRY_KEYS if key in real):
            if key in changed:
                lines.replace(number := index.line_of((*path, key)), number, [changed[key]])
                continue
            above = [known for known in ENTRY_KEYS[: ENTRY_KEYS.index(key)] if known in values and known not in real]
            place = index.line_of((*path, above[-1])) if above else header
            lines.after(place, [f"{indent}{key} = {value_text(real[key])}"])
    values |= real


def _reason(draft: Draft, was: Iterable[str] = ()) -> str:
    facts = ", ".join(was)
    return f"corrected {draft.day.isoformat()}{f' ({facts})' if facts else ''}: {draft.price.correction}"
