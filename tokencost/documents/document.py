"""What every renderer is given: typed values in tables and sentences, without any syntax.

Numbers stay exact (`Decimal`, `Fraction`, `int`) until a renderer shows them, since one format wants all their digits
and another two, and each has characters of its own to escape.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    from tokencost.documents.chart import Chart
    from tokencost.pricetable.table import PriceTable

Item = TypeVar("Item")

Plain = str | int | Decimal | Fraction | date | datetime | None
"""None is what does not exist, never zero. A `datetime` is UTC-aware."""

Kind = Literal[
    "text", "term", "rate", "money", "fine_money", "ratio", "percent", "fine_ratio", "fine_percent", "count",
    "expected", "when", "bound", "url",
]  # fmt: skip
"""How a value is shown.

text     as it is
term     a name from the records, such as cached_input: people read it with spaces
rate     money per 1M tokens: as many digits as it has, at least two decimals
money    an amount of money
fine_money  with four significant digits below 1, where a sentence states one amount alone
ratio    a factor: 53.6×
percent  a value of 98.1333… is shown as 98.1%
fine_ratio, fine_percent  with two decimals, where a rounding is in question: 53.57×, 98.13%
count    a whole number of tokens or requests
expected  how many there will be: a growing or divided number, which need not be whole, rounded to one that is
when     a date or an instant
bound    where an interval begins or ends: midnight UTC is shown as the bare date
url      a web address
"""


class Figure(NamedTuple):
    """A number with a kind of its own: inside a sentence, or in a column of mixed currencies."""

    value: Plain
    kind: Kind
    currency: str = "USD"


Sentence = tuple[str | Figure, ...]
"""Words and figures, in order; a renderer joins them without adding spaces."""


class Phrase(NamedTuple):
    """A sentence as a cell, whose figures each format rounds or writes out."""

    words: Sentence


Value = Plain | Figure | Phrase
"""One cell."""


class Column(NamedTuple):
    """A column: `key` is its name in CSV and JSON, `heading` what people read."""

    key: str
    kind: Kind = "text"
    heading: str = ""
    shown: bool = True
    """False: only in CSV, TSV and JSON, which always carry every column."""
    currency: str = "USD"

    @property
    def title(self) -> str:
        """What people read above the column."""
        return self.heading or self.key.replace("_", " ")


class WhenRead(Sequence[Item], Generic[Item]):
    """What is made when somebody reads it: thousands of records that only CSV and JSON show, charts to be drawn."""

    def __init__(self, make: Callable[[], Iterable[Item]]) -> None:
        self._make = make

    @cached_property
    def _items(self) -> tuple[Item, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        """One of them, or a slice; making all when the first is asked for."""
        return self._items[place]

    def __len__(self) -> int:
        return len(self._items)


class Table(NamedTuple):
    """Rows under typed columns; `name` is its key in JSON, and a table without a name is for people only."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    name: str = "rows"
    caption: str = ""


class Document(NamedTuple):
    """The answer to one command.

    The first table holds the records: its rows are the `rows` of JSON and the lines of CSV.
    """

    command: str
    as_of: date | datetime | None
    """The time that was asked for; None is any time."""
    version: str
    """The price table's own version."""
    sha256: str
    """Hex digest of the bytes of prices.toml."""
    tables: tuple[Table, ...]
    answer: tuple[Sentence, ...] = ()
    """The answer in sentences, above the tables."""
    assumed: tuple[Sentence, ...] = ()
    """What the answer holds for. It stands directly above the tables, so that it is pasted with them."""
    reading: tuple[Sentence, ...] = ()
    """What the tables say, in sentences that can be quoted, beneath them."""
    notes: tuple[Sentence, ...] = ()
    sources: tuple[str, ...] = ()
    extra: Mapping[str, Plain] = MappingProxyType({})
    """Further top-level members of the JSON object."""
    charts: "Sequence[Chart]" = ()
    """The result as pictures, the one that says most first; made only where they are drawn."""


def begin_document(table: "PriceTable", command: str, as_of: date | datetime | None) -> Document:
    """An empty document that says which price table it comes from; `_replace` fills it."""
    return Document(command, as_of, table.version, table.sha256, ())
