"""The form of prices.toml: what stands where, one condition to a line, in columns that can be compared by eye.

The order of keys is that of the schema, so that a key is added in one place. A row is one line, however many rates it
has: an inline table of TOML 1.0 cannot be broken, except inside a text. So a long note is broken there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from tokencost.pricetable.editing.toml_tree import Node
from tokencost.pricetable.editing.toml_writer import key_text
from tokencost.pricetable.reading.schema import PRICES_TOML
from tokencost.pricetable.reading.validators import Shape, table_form
from tokencost.pricetable.table import CONDITION_KEYS, KeyPath

WIDTH = 120
"""Of a line; rows and texts that cannot be broken are longer."""
LONG_TEXTS = ("rule", "note")
NOT_PADDED = (*LONG_TEXTS, "cny", "name")
"""Nothing behind them in a row is compared by eye."""
_BREAK = re.compile(r"(?<=\S) (?=\S)")


def shape_at(path: KeyPath, shape: Shape = PRICES_TOML) -> Shape:
    """The shape of what stands at a path of the table."""
    for step in path:
        shape = table_form(shape)
        if shape["type"] == "list":
            shape = shape["items_schema"]
        elif shape["type"] == "dict":
            shape = shape["values_schema"]
        else:
            shape = shape["fields"][step]["schema"]
    return table_form(shape)


ENTRY = shape_at(("models", "", "prices", 0))
ROW = shape_at(("models", "", "prices", 0, "when", 0))
FEE_ENTRY = shape_at(("providers", "", "fees", 0))
SECTIONS = {"prices": ENTRY, "fees": FEE_ENTRY}
"""Keys whose tables are sections of their own."""
ENTRY_KEYS = tuple(ENTRY["fields"])
ROW_KEYS = tuple(ROW["fields"])


def entry_lines(model_id: str, entry: Node) -> list[str]:
    """`[[models.ID.prices]]` with its keys and, in rows, its rates under conditions."""
    return section_lines(("models", model_id, "prices"), entry)


def section_lines(path: KeyPath, entry: Node) -> list[str]:
    """`[[providers.ID.fees]]`, or a price, with its keys; `path` is that of the array of tables."""
    return table_lines(f"[[{key_text(path)}]]", entry, SECTIONS[str(path[-1])])


def table_lines(header: str, table: Node, shape: Shape) -> list[str]:
    """A header with the keys below it, and without the comments above it. An array of tables is no key of it."""
    lines = [with_comment(header, table.behind)]
    for key, node in in_order(table.table, shape):
        if key not in SECTIONS:
            lines += pair_lines(key, node, shape_of(shape, key))
    return lines


def shape_of(shape: Shape, key: str) -> Shape:
    """The shape of a key of a table."""
    return table_form(shape["fields"][key]["schema"])


def in_order(table: Mapping[str, Node], shape: Shape) -> list[tuple[str, Node]]:
    """The keys of a table as the schema lists them."""
    order = list(shape["fields"])
    return sorted(table.items(), key=lambda pair: order.index(pair[0]))


def pair_lines(key: str, node: Node, shape: Shape) -> list[str]:
    """`key = value` with its comments."""
    above = [comment for comment in node.above if comment]
    name = f"{key_text((key,))} = "
    if isinstance(node.value, list):
        lines, inner = _list_lines(name, node, shape), []
    else:
        inner = node.take_inner_comments()
        text = node_text(node, shape)
        if len(name + text) > WIDTH and key in LONG_TEXTS:
            text = break_text(text, "  ")
        lines = with_comment(name + text, node.behind).split("\n")
    return [*above, *inner, *lines, *(comment for comment in node.below if comment)]


def _list_lines(name: str, node: Node, shape: Shape) -> list[str]:
    """A list of values on one line if it fits, else filled; with comments or tables in it, one item to a line."""
    has_tables = any(isinstance(item.value, dict) for item in node.items)
    has_comments = any(item.above or item.behind or item.below for item in node.items)
    items = shape.get("items_schema", {"type": "any"})
    if not has_tables and not has_comments:
        texts = [node_text(item, items) for item in node.items]
        if len(line := f"{name}[{', '.join(texts)}]") <= WIDTH:
            return [
                with_comment(
                    line, " ".join(filter(None, (node.opening, node.behind.strip()))) if node.opening else node.behind
                )
            ]
        lines = _fill(texts)
    else:
        lines = item_lines(node.items, table_form(items))
    return [with_comment(f"{name}[", node.opening), *lines, with_comment("]", node.behind)]


def _fill(texts: Iterable[str]) -> list[str]:
    lines = ["  "]
    for text in texts:
        if len(f"{lines[-1]}{text}, ") > WIDTH + 1 and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("  ")
        lines[-1] += f"{text}, "
    return [line.rstrip() for line in lines]


def item_lines(items: Sequence[Node], shape: Shape) -> list[str]:
    """The elements of a list, one to a line; tables that name the same conditions in columns."""
    lines = []
    for _, group in groupby(items, key=lambda item: _alike(item, shape)):
        nodes = list(group)
        inner = [node.take_inner_comments() for node in nodes]
        texts = (
            _aligned(nodes, shape) if isinstance(nodes[0].value, dict) else [node_text(node, shape) for node in nodes]
        )
        widest = max((len(text) for text, node in zip(texts, nodes, strict=True) if node.behind), default=0)
        for node, text, comments in zip(nodes, texts, inner, strict=True):
            lines += [f"  {comment}" for comment in (*node.above, *comments) if comment]
            padded = f"{text},".ljust(widest + 1) if node.behind and "\n" not in text else f"{text},"
            lines += with_comment(f"  {padded}", node.behind.strip()).split("\n")
            lines += [f"  {comment}" for comment in node.below if comment]
    return lines


def _alike(item: Node, shape: Shape) -> Any:
    """What items have in common that are compared: of rows of rates the conditions, of other tables their keys."""
    if not isinstance(item.value, dict):
        return None
    return tuple(key for key in shape["fields"] if key in item.table and (shape is not ROW or key in CONDITION_KEYS))


def _aligned(rows: Sequence[Node], shape: Shape) -> list[str]:
    cells = [{key: _cell(key, node, shape) for key, node in in_order(row.table, shape)} for row in rows]
    keys = [key for key in shape["fields"] if any(key in row for row in cells)]
    widths = {key: 0 if key in NOT_PADDED else max(len(row.get(key, "")) for row in cells) + 2 for key in keys}
    texts = []
    for row in cells:
        text = _join(row, keys, widths)
        if len(f"  {text},") > WIDTH:
            broken = {key: break_text(cell, "    ") if key in LONG_TEXTS else cell for key, cell in row.items()}
            text = _join(broken, keys, widths)
        texts.append(text)
    return texts


def _cell(key: str, node: Node, shape: Shape) -> str:
    return f"{key_text((key,))} = {node_text(node, shape_of(shape, key))}"


def _join(row: Mapping[str, str], keys: Sequence[str], widths: Mapping[str, int]) -> str:
    """The cells of a row in their columns; nothing is padded behind the last one."""
    if not row:
        return "{}"
    last = [key for key in keys if key in row][-1]
    text = "{ "
    for key in keys[: keys.index(last)]:
        text += (f"{row[key]}, " if key in row else "").ljust(widths[key])
    return f"{text}{row[last]} }}"


def node_text(node: Node, shape: Shape) -> str:
    """A value on one line, as it is spelled."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, list):
        items = table_form(shape.get("items_schema", {"type": "any"}))
        return f"[{', '.join(node_text(item, items) for item in node.items)}]"
    pairs = [_cell(key, inner, shape) for key, inner in in_order(node.table, shape)]
    return f"{{ {', '.join(pairs)} }}" if pairs else "{}"


def break_text(text: str, indent: str) -> str:
    """`"a long text"`, or a cell that ends with it, on several lines: the same value, since TOML skips such breaks."""
    name, quote, content = text.partition('"')
    words = _BREAK.split(content.removesuffix('"'))
    if not quote or content.startswith(('"', " ", "\t")) or not content.endswith('"') or not words[1:]:
        return text
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(f"{lines[-1]} {word} \\") > WIDTH:
            lines[-1] += " \\"
            lines.append(indent + word)
        else:
            lines[-1] += f" {word}"
    return "\n".join([f'{name}"""\\', *lines]) + '"""'


def with_comment(line: str, comment: str) -> str:
    """The line with a comment behind it, where it stood if that is not too near."""
    gap = "" if comment.startswith("  ") or not comment else "  "
    return line + gap + (comment.lstrip() if gap else comment)
