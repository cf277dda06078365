"""Prices as lines of TOML, in the order and layout of prices.toml.

tomlkit writes keys and strings, whose quoting and escapes are not worth a second writer. It cannot write a `Decimal`,
so numbers and times are written here, with the digits that somebody typed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import tomlkit

from tokencost.pricetable.table import RATE_KEYS, KeyPath
from tokencost.pricetable.when import show_bound

ENTRY_KEYS = (
    "from", "until", *RATE_KEYS, "without", "source", "checked", "confidence", "rule", "note", "accept", "promotion",
    "cny",
)  # fmt: skip
BLOCK_KEYS = (
    "tier", "window", "zone", "days", "except", "hours", "input_tokens_above", *RATE_KEYS, "without", "source",
    "checked", "confidence", "rule", "note", "cny",
)  # fmt: skip
SMALLEST_GROUPED = 10_000
"""Whole numbers from here on are written with underscores, as 272_000."""


def entry_lines(model_id: str, entry: Mapping[str, Any], comment: str = "") -> list[str]:
    """`[[models.ID.prices]]` with its keys, and below it each condition block, indented."""
    lines = [f"[[{key_text(('models', model_id, 'prices'))}]]", *([f"# {comment}"] if comment else [])]
    lines += _pairs(entry, ENTRY_KEYS)
    for block in entry.get("when", ()):
        lines += ["", *block_lines(model_id, block)]
    return lines


def block_lines(model_id: str, block: Mapping[str, Any], comment: str = "") -> list[str]:
    """`[[models.ID.prices.when]]` with its keys, indented."""
    header = f"[[{key_text(('models', model_id, 'prices', 'when'))}]]"
    return [f"  {line}" for line in (header, *([f"# {comment}"] if comment else []), *_pairs(block, BLOCK_KEYS))]


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


def _pairs(values: Mapping[str, Any], order: tuple[str, ...]) -> list[str]:
    return [f"{key} = {value_text(values[key])}" for key in order if key in values]
