r"""JSON: everything in the document as one object, every number with all its digits.

Written here because the standard library can only write numbers that are binary floats or integers.
Strings are complete: a hidden character is `\u202e`, from which a parser restores it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from tokencost.documents.document import Document, Figure, Kind, Records, Sentence, Source, Value
from tokencost.render import Screen
from tokencost.render.numbers import show_exact, show_sentence
from tokencost.render.sanitize import HIDDEN


def render(document: Document, _screen: Screen) -> str:
    """One object, with one row on a line."""
    prices = {"version": _string(document.version), "sha256": _string(document.sha256)}
    members = [
        ("command", _string(document.command)),
        ("as_of", _value(document.as_of, "when")),
        ("prices", _object(prices.items())),
        *((key, _value(value, "text")) for key, value in document.extra.items()),
        *((each.name, _array(_rows(each))) for each in document.records or (Records((), ()),)),
        ("answer", _array(map(_sentence, (*document.answer, *document.assumed)))),
        ("notes", _array(map(_sentence, document.notes))),
        ("sources", _array(map(_string, dict.fromkeys(map(_cite, document.sources))))),
    ]
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        # A parser would keep only the last of them.
        raise ValueError(f"two members of the JSON object have the same name: {', '.join(names)}")
    return "{\n" + ",\n".join(f"  {_string(name)}: {text}" for name, text in members) + "\n}"


def _cite(source: Source) -> str:
    """`o1: https://... (checked 2026-10-27, primary)`."""
    checked = f"checked {source.checked.isoformat()}" if source.checked else ""
    if source.confidence and not checked:
        checked = "no checked date"
    known = ", ".join(filter(None, (checked, source.confidence)))
    return (
        (f"{source.model}: " if source.model else "")
        + source.address
        + (f" ({known})" if known else "")
        + (f", {source.line}" if source.line else "")
    )


def _rows(records: Records) -> Iterable[str]:
    columns = [(f"{_string(column.key)}: ", column.kind) for column in records.columns]
    for row in records.rows:
        cells = (key + _value(value, kind) for (key, kind), value in zip(columns, row, strict=True))
        yield "{" + ", ".join(cells) + "}"


def _object(members: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{_string(name)}: {text}" for name, text in members) + "}"


def _array(elements: Iterable[str]) -> str:
    lines = ",\n    ".join(elements)
    return f"[\n    {lines}\n  ]" if lines else "[]"


def _value(value: Value, kind: Kind) -> str:
    if isinstance(value, Figure):
        return _value(value.value, value.kind)
    if value is None:
        return "null"
    text = show_exact(value, kind)
    return text if isinstance(value, int | Decimal | Fraction) else _string(text)


def _sentence(sentence: Sentence) -> str:
    return _string(show_sentence(sentence))


def _string(text: str) -> str:
    return HIDDEN.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def plain_json(value: object, indent: int = 0) -> str:
    """Mappings, lists and values as JSON for other programs, numbers with all digits and without exponents."""
    inner, outer = "  " * (indent + 1), "  " * indent
    if isinstance(value, Mapping):
        members = [f"{inner}{_string(str(key))}: {plain_json(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{outer}}}" if members else "{}"
    if isinstance(value, list):
        if all(not isinstance(item, Mapping | list) for item in value):
            return "[" + ", ".join(plain_json(item) for item in value) + "]"
        return "[\n" + ",\n".join(inner + plain_json(item, indent + 1) for item in value) + f"\n{outer}]"
    if isinstance(value, int | Decimal):
        return show_exact(value, "rate")
    return _string(str(value))
