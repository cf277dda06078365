"""From the bytes of another table to what it says: the format is known by its shape."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tokencost.analysis.audit import genai_prices, litellm, llm_prices, models_dev, openrouter
from tokencost.analysis.audit.quoted import OtherTable, Quote
from tokencost.errors import InvalidData, Problem


class Reader(NamedTuple):
    """One format: its name, how it is recognised, and how it is read."""

    name: str
    recognises: Callable[[Any], bool]
    quotes: Callable[[Any, date], Iterator[Quote]]


READERS = tuple(
    Reader(module.NAME, module.recognises, module.quotes)
    for module in (llm_prices, openrouter, genai_prices, litellm, models_dev)
)


def read_table(content: bytes, source: str, on: date, dated: date | None = None) -> OtherTable:
    """Everything the table says of that day; `dated` is the day from which it is, where somebody knows.

    Raises `InvalidData` for what is no JSON, or JSON of no known shape.
    """
    try:
        data = json.loads(content, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InvalidData([Problem(source, line, f"not JSON: {error}", _hint())]) from None
    for reader in READERS:
        if reader.recognises(data):
            quotes = tuple(reader.quotes(data, on))
            seen = dated or max((quote.seen for quote in quotes if quote.seen), default=None)
            return OtherTable(reader.name, source, quotes, seen)
    raise InvalidData([Problem(source, 1, "no price table of a known format", _hint())])


def _hint() -> str:
    return f"known are the JSON files of {', '.join(reader.name for reader in READERS)}"
