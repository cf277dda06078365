"""From prices.toml to the table in memory, or to every problem in the file at once."""

import os
from functools import lru_cache

from tokencost.pricetable.locate import bundled_prices
from tokencost.pricetable.reading.build import build_table
from tokencost.pricetable.reading.rules import find_problems
from tokencost.pricetable.reading.schema import PRICES_TOML
from tokencost.pricetable.reading.validated_toml import ParsedToml, check_toml, parse_toml, read_file
from tokencost.pricetable.table import PriceTable

MISSING = {
    "from": "write the instant from which the price holds: from = 2026-09-10T04:00:00Z",
    "input": "write USD per 1M input tokens: input = 0.15",
    "output": 'write USD per 1M output tokens: output = 0.60; for embeddings: without = ["output"]',
    "source": 'write the address of the page that states it: source = "https://..."',
    "url": 'write the address of the page: url = "https://..."',
    "schema": "begin the file with schema = 1",
    "version": 'write the version of the data: version = "2026.11.20"',
    "provider": 'name a table [providers.NAME]: provider = "deepseek"',
    "call": 'name the call: call = "web_search"',
    "per_1000_calls": "write what 1,000 calls cost: per_1000_calls = 10",
    "model": 'write the id of a model: model = "o1"',
    "prices": "add a dated price under [[models.NAME.prices]]",
}


def load_prices(file: str | os.PathLike[str] | None = None) -> PriceTable:
    """The price table in `file`, else the one that comes with this package.

    Raises `InvalidData`, which lists every problem with its line and a hint.
    """
    path = os.fspath(file) if file is not None else os.fspath(bundled_prices())
    return parse_prices(read_prices(path), path)


def read_prices(path: str) -> bytes:
    """The bytes of a price table. Raises `InvalidData`."""
    return read_file(path, "name a price table with --prices FILE or $TOKENCOST_PRICES")


def parse_prices(content: bytes, file: str = "prices.toml") -> PriceTable:
    """The price table in the bytes of a file; `file` is the name that problems carry. Raises `InvalidData`."""
    return _parse(content, file)


@lru_cache(maxsize=8)
def _parse(content: bytes, file: str) -> PriceTable:
    # A table is never changed, so whoever asks again for the same bytes may have the same one: reading takes 20 ms.
    return check_prices(parse_toml(content, file, PRICES_TOML))


def check_prices(parsed: ParsedToml) -> PriceTable:
    """The price table of a file that was parsed, where its plain values are needed too. Raises `InvalidData`."""
    return build_table(check_toml(parsed, PRICES_TOML, rules=find_problems, missing=MISSING), parsed)


def check_shape(parsed: ParsedToml) -> None:
    """Raise `InvalidData` where a file is no TOML, or a value in it cannot be, whatever its parts say together."""
    check_toml(parsed, PRICES_TOML, rules=lambda _: [], missing=MISSING)
