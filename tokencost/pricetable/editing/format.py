"""A whole prices.toml in the form that it has: see `layout` for that of a table, and here for their order.

Only the layout may change. So the text that comes out is read again, and must say what the old one says, value for
value; otherwise nothing comes out at all.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest
from tokencost.pricetable.editing.layout import in_order, pair_lines, section_lines, shape_at, shape_of, table_lines
from tokencost.pricetable.editing.toml_tree import Node, Tree, parse_tree, plain_text
from tokencost.pricetable.editing.toml_writer import key_text
from tokencost.pricetable.load import check_prices, check_shape
from tokencost.pricetable.reading.schema import PRICES_TOML
from tokencost.pricetable.reading.validated_toml import ParsedToml, parse_toml
from tokencost.pricetable.reading.validators import table_form
from tokencost.pricetable.table import KeyPath, PriceTable

MODEL = shape_at(("models", ""))


class Formatted(NamedTuple):
    """A table in its form, not yet written."""

    before: bytes
    content: bytes
    table: PriceTable

    @property
    def first_difference(self) -> int | None:
        """The first line of the old text that is not in the form; None where all of it is."""
        if self.before == self.content:
            return None
        old, new = self.before.split(b"\n"), self.content.split(b"\n")
        pairs = enumerate(zip(old, new, strict=False), start=1)
        return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def format_table(content: bytes, file: str) -> Formatted:
    """The table in the bytes of a file, in its form.

    Raises `InvalidData` where the table is not valid; only the order of a model's prices is mended here. Raises
    `InvalidRequest` where the form cannot be had without changing what the table says.
    """
    parsed = parse_toml(content, file, PRICES_TOML)
    check_shape(parsed)
    formatted = parse_toml(_format_text(content, parsed, file).encode("utf-8"), file, PRICES_TOML)
    if formatted.problems or _without_order(formatted.values) != _without_order(parsed.values):
        raise _cannot_be_formatted(file)
    try:
        return Formatted(content, formatted.content, check_prices(formatted))
    except InvalidData:
        check_prices(parsed)
        raise


def _format_text(content: bytes, parsed: ParsedToml, file: str) -> str:
    text = content.decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    try:
        lines = list(_document_lines(parse_tree(plain_text(text)), parsed.values or {}))
    except ValueError:
        raise _cannot_be_formatted(file) from None
    return mark + "".join(f"{line}{end}" for line in "\n".join(lines).split("\n"))


def _cannot_be_formatted(file: str) -> InvalidRequest:
    return InvalidRequest(f"{file} cannot be formatted without changing what it says", "nothing was written")


def _without_order(values: dict[str, Any] | None) -> Any:
    """The values with the prices of each model in order, which is the one thing that formatting may change."""
    models = (values or {}).get("models", {})
    ordered = {key: {**model, "prices": sorted(model["prices"], key=_start)} for key, model in models.items()}
    return {**(values or {}), "models": ordered}


def _document_lines(tree: Tree, values: Mapping[str, Any]) -> Iterator[str]:
    # What stands above everything is said of the file, whichever key comes first.
    first = next(iter(tree.root.table.values()))
    yield from first.above
    first.above = []
    for key, node in in_order(tree.root.table, PRICES_TOML):
        shape = shape_of(PRICES_TOML, key)
        if shape["type"] not in ("typed-dict", "dict"):
            yield from pair_lines(key, node, shape)
        elif shape["type"] == "typed-dict":
            yield from _section(f"[{key}]", node, shape)
        else:
            _hand_down(node)
            for name in _models_in_order(node.table, values) if key == "models" else node.table:
                header = f"[{key_text((key, name))}]"
                lines = list(_section(header, node.table[name], table_form(shape["values_schema"])))
                yield from lines
                facts = values[key][name]
                if key == "models":
                    prices = list(_entry_sections(("models", name, "prices"), node.table[name], facts["prices"]))
                    # A model and its first price are read as one, unless a comment stands between them.
                    yield from prices if "#" in (lines[-1][:1], prices[1][:1]) else prices[1:]
                elif "fees" in facts:
                    yield from _entry_sections(("providers", name, "fees"), node.table[name])
    if tree.end:
        yield from ("", *tree.end)


def _section(header: str, node: Node, shape: dict[str, Any]) -> Iterator[str]:
    yield from ("", *node.above, *table_lines(header, node, shape))


def _entry_sections(path: KeyPath, table: Node, dated: list[dict[str, Any]] | None = None) -> Iterator[str]:
    """The prices of a model, or the fees of a provider; those of `dated` values oldest first."""
    listed = table.table[str(path[-1])]
    entries = listed.items
    if dated is not None:
        pairs = zip(entries, dated, strict=True)
        entries = [node for node, _ in sorted(pairs, key=lambda pair: _start(pair[1]))]
    if not entries:
        return
    # Comments of an inline list, which is written as sections.
    around = [comment for comment in (*listed.above, listed.opening, listed.behind.strip()) if comment]
    entries[0].above = [*around, *entries[0].above]
    entries[-1].below += listed.below
    for node in entries:
        yield from ("", *node.above, *section_lines(path, node), *node.below)


def _hand_down(node: Node) -> None:
    """A header such as `[models]` is not written: what is said above it is said above the first table below it."""
    comments = [comment for comment in (*node.above, node.behind.strip(), *node.below) if comment]
    first = next(iter(node.table.values()), node)
    first.above = [*comments, *first.above]


def _models_in_order(models: Mapping[str, Node], values: Mapping[str, Any]) -> list[str]:
    """Models by provider, and by the day of their release.

    Comments above a provider's first model that an empty line sets apart are a banner of that provider, and stay first.
    """
    providers = list(values["providers"])
    facts = {name: values["models"][name] for name in models}

    def place(name: str) -> tuple[int, datetime]:
        model = facts[name]
        rank = providers.index(model["provider"]) if model["provider"] in providers else len(providers)
        return rank, _instant(model["released"]) if "released" in model else _start(model["prices"][0])

    ordered = sorted(models, key=place)
    for provider in dict.fromkeys(model["provider"] for model in facts.values()):
        had, has = (
            models[next(name for name in names if facts[name]["provider"] == provider)] for names in (facts, ordered)
        )
        if had is not has and "" in had.above:
            end = len(had.above) - had.above[::-1].index("")
            had.above, has.above = had.above[end:], [*had.above[:end], *has.above]
    return ordered


def _start(price: Mapping[str, Any]) -> datetime:
    return _instant(price["from"])


def _instant(value: Any) -> datetime:
    """A date or an instant of TOML, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC)
