"""Plain values as TOML spells them.

tomlkit writes keys and strings, whose quoting and escapes are not worth a second writer. It cannot write a `Decimal`,
so numbers and times are written here, with the digits that somebody typed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import tomlkit

from tokencost.pricetable.editing.toml_tree import Node
from tokencost.pricetable.table import KeyPath
from tokencost.pricetable.when import show_bound

SMALLEST_GROUPED = 10_000
"""Whole numbers from here on are written with underscores, as 272_000."""


def model_lines(model_id: str, provider: str, name: str | None) -> list[str]:
    """`[models.ID]` with its provider and name."""
    lines = [f"[{key_text(('models', model_id))}]", f"provider = {value_text(provider)}"]
    return lines + ([f"name = {value_text(name)}"] if name else [])


def key_text(path: KeyPath | Sequence[str]) -> str:
    """A dotted key, quoted where needed."""
    return tomlkit.key([str(part) for part in path]).as_string()


def value_text(value: Any) -> str:  # noqa: PLR0911  # one line for each kind of value
    """A value of prices.toml as it is written."""
    if isinstance(value, str):
        return tomlkit.string(value).as_string()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if value >= SMALLEST_GROUPED else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return show_bound(value.astimezone(UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_text((key,))} = {value_text(item)}" for key, item in value.items()) + " }"
    return "[" + ", ".join(value_text(item) for item in value) + "]"


def with_value(line: str, key: str, value: Any) -> str:
    """The line `key = ...` with another value; its indent and its comment stay. Raises `ValueError`."""
    document = tomlkit.parse(line)
    if key not in document:
        raise ValueError(f"{line!r} does not give {key!r}")
    document[key] = tomlkit.value(value_text(value))
    return tomlkit.dumps(document)


def node_of(value: Any) -> Node:
    """A plain value as a node of a tree, to be laid out."""
    if isinstance(value, Mapping):
        return Node({key: node_of(item) for key, item in value.items()})
    if isinstance(value, list):
        return Node([node_of(item) for item in value])
    return Node(value_text(value))
