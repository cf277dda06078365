"""Headers of tables that nobody reads: `[[model.x.prices]]`, `[models.x.price]`, `[models.gpt-6.1-sol]`.

TOML allows any header, so what stands below a mistyped one is lost without an error of the parser, and the checker can
only say what is missing elsewhere. So each is compared
with the tables that the file may have, and with the names that it has.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import tomli

from tokencost.pricetable.reading.validators import Shape, table_form

_HEADER = re.compile(r"\s*(?P<text>(?P<open>\[\[?)(?P<name>[^\[\]]+)\]\]?)\s*(?:#.*)?$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NEAR_KEY = 0.6
_NEAR_NAME = 0.8


class Header(NamedTuple):
    """A header that stands for no table of the file, and the one that was probably meant."""

    text: str
    path: tuple[str, ...]
    """Of the table that was meant."""
    meant: str


def mistaken_header(line: str, shape: Shape, parsed: Mapping[str, Any]) -> Header | None:
    """The header on that line, if it is not one of a table that a file of this shape has."""
    match = _HEADER.match(line)
    parts = _parts(match["name"]) if match else []
    found = _meant(parts, shape, parsed) if parts else None
    if match is None or found is None:
        return None
    path, is_list = found
    name = ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in path)
    meant = f"[[{name}]]" if is_list else f"[{name}]"
    same = path == parts and is_list == (match["open"] == "[[")
    return None if same else Header(match["text"], tuple(path), meant)


def _parts(name: str) -> list[str]:
    try:
        node: Any = tomli.loads(f"[{name}]")
    except tomli.TOMLDecodeError:
        return []
    parts = []
    while node:
        (key,) = node
        parts.append(key)
        node = node[key]
    return parts


def _meant(parts: list[str], shape: Shape, node: Any) -> tuple[list[str], bool] | None:
    """The path that was probably meant, and whether it is a list of tables; None where nothing is near."""
    if shape["type"] == "list":
        below = _meant(parts, table_form(shape["items_schema"]), node[-1] if isinstance(node, list) and node else {})
        return below and (below[0], below[1] or not parts)
    if shape["type"] not in ("typed-dict", "dict"):
        return None
    if not parts:
        return [], False
    named = _key(parts[0], shape) if shape["type"] == "typed-dict" else _name(parts, shape, node)
    if named is None:
        return None
    name, rest = named
    below_shape = shape["fields"][name]["schema"] if shape["type"] == "typed-dict" else shape["values_schema"]
    child = node.get(name, {}) if isinstance(node, Mapping) else {}
    below = _meant(rest if rest is not None else parts[1:], table_form(below_shape), child)
    return below and ([name, *below[0]], below[1])


def _key(name: str, shape: Shape) -> tuple[str, None] | None:
    near = _nearest(name, _tables_of(shape), _NEAR_KEY)
    return (near, None) if near else None


def _tables_of(shape: Shape) -> list[str]:
    """The keys of a table that are tables themselves."""
    forms = {key: table_form(field["schema"]) for key, field in shape.get("fields", {}).items()}
    forms = {key: table_form(form["items_schema"]) if form["type"] == "list" else form for key, form in forms.items()}
    return [key for key, form in forms.items() if form["type"] in ("typed-dict", "dict")]


def _name(parts: list[str], shape: Shape, node: Any) -> tuple[str, list[str]] | None:
    """A name that the file chooses, and what follows it; a name with points may lack its quotes."""
    keys = _tables_of(table_form(shape["values_schema"]))
    for taken in range(1, len(parts) + 1):
        rest = parts[taken:]
        if not rest or _nearest(rest[0], keys, _NEAR_KEY):
            name = ".".join(parts[:taken])
            known = [key for key, value in node.items() if _says_more(value)] if isinstance(node, Mapping) else []
            return _nearest(name, known, _NEAR_NAME) or name, rest
    return None


def _nearest(name: str, known: list[str], cutoff: float) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, 1, cutoff)), None)


def _says_more(value: Any) -> bool:
    """Whether a table says more than what stands under headers below it: then its name was meant."""
    return isinstance(value, Mapping) and not all(isinstance(item, list | Mapping) for item in value.values())
