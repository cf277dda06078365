"""From the bytes of another table to what it says.

The format is known by its shape, never by its name: people save these files under any.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tokencost.analysis.audit import genai_prices, litellm, llm_prices, models_dev, openrouter
from tokencost.analysis.audit.json_value import JsonValue, parse_json
from tokencost.analysis.audit.quote import OtherTable, Quote
from tokencost.errors import InvalidData, Problem


class Reader(NamedTuple):
    """One format: its name, how it is recognised, and how it is read."""

    name: str
    recognises: Callable[[Any], bool]
    quotes: Callable[[JsonValue, date], Iterator[Quote]]


READERS = tuple(
    Reader(module.NAME, module.recognises, module.quotes)
    for module in (llm_prices, openrouter, genai_prices, litellm, models_dev)
)


def read_table(content: bytes, source: str, on: date, dated: date | None = None) -> OtherTable:
    """Everything the table says of that day; `dated` is the day from which it is, where somebody knows.

    Raises `InvalidData` for what is no JSON, JSON of no known shape, or fields that are not what they are in it.
    """
    data = parse_json(content, source, _hint())
    for reader in READERS:
        if reader.recognises(data):
            value = JsonValue(data)
            quotes = tuple(reader.quotes(value, on))
            if value.problems:
                hint = f"it looks like a table of {reader.name}, so this is a fault of the file: get it anew"
                raise InvalidData([Problem(source, 1, message, hint) for message in value.problems])
            seen = dated or max((quote.seen for quote in quotes if quote.seen), default=None)
            return OtherTable(reader.name, source, quotes, seen)
    raise InvalidData([Problem(source, 1, "no price table of a known format", _hint())])


def _hint() -> str:
    return f"known are the JSON files of {', '.join(reader.name for reader in READERS)}"
