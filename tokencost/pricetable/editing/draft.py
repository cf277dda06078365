"""A price table on its way to another: parsed once, its lines as they will be, and the values that they must then have.

The values are changed beside the lines and compared with what the lines say in the end. So no slip of the editor by
lines can reach the file.
"""

from copy import deepcopy
from datetime import date
from typing import Any, NamedTuple

from tokencost.pricetable.editing.line_editor import LineEditor
from tokencost.pricetable.editing.new_price import Entry, NewPrice
from tokencost.pricetable.editing.toml_tree import plain_text
from tokencost.pricetable.line_index import LineIndex
from tokencost.pricetable.load import check_prices
from tokencost.pricetable.reading.schema import PRICES_TOML
from tokencost.pricetable.reading.validated_toml import parse_toml
from tokencost.pricetable.table import PriceTable


class TableFile(NamedTuple):
    """A price table and the file that it comes from: read once, for whatever is asked and edited."""

    table: PriceTable
    content: bytes
    values: dict[str, Any]
    """As TOML has them."""


def parse_table_file(content: bytes, file: str) -> TableFile:
    """The table in the bytes of a file, to be edited. Raises `InvalidData`."""
    parsed = parse_toml(content, file, PRICES_TOML)
    return TableFile(check_prices(parsed), content, parsed.values or {})


class Draft:
    """One edit under way."""

    def __init__(self, source: TableFile, price: NewPrice, day: date) -> None:
        self.table = source.table
        self.values: dict[str, Any] = deepcopy(source.values)
        """What the changed file must say."""
        text = source.content.decode("utf-8")
        self.text = plain_text(text)
        """What the file says now."""
        self.lines = LineEditor(text)
        self.index = LineIndex(text)
        self.price = price
        self.day = day

    def entries(self) -> list[Entry]:
        """The prices of the model, to be changed."""
        prices: list[Entry] = self.values["models"][self.price.model]["prices"]
        return prices
