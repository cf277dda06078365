"""What every renderer is given: records for programs, tables and sentences for people, without any syntax.

Records are tidy: one row for each thing, under keys that never change. Tables are what a person understands alone, and
may stand the other way round. Both are made from one result, so no format turns one into the other. Numbers stay exact
(`Decimal`, `Fraction`, `int`) until a renderer shows them, since one format wants all their digits and another two.
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
    "text", "term", "rate", "mixed_rate", "money", "fine_money", "whole_money", "ratio", "times", "percent", "change",
    "share", "factor", "fine_ratio", "fine_percent", "fine_change", "count", "expected", "when", "bound", "url",
]  # fmt: skip
"""How a value is shown.

text     as it is
term     a name from the records, such as cached_input: people read it with spaces
rate     money per 1M tokens: as many digits as it has, at least two decimals
mixed_rate  the price of a mix of tokens, which was computed: with three significant digits
money    an amount of money
fine_money  with four significant digits below 1, where a sentence states one amount alone
whole_money  without decimals, where twelve amounts stand side by side
ratio    a factor: 53.6×
times    a factor in a sentence: 53.6, before `times`
percent  a value of 98.1333… is shown as 98.1%
change   a difference in percent, with its sign: −98.1%, +409.5%
share    a part of a total in percent: shares add up to 100%
factor   how many tokens there are for each one elsewhere: 0.7666, as one types it
fine_ratio, fine_percent, fine_change  with two decimals, where a rounding is in question: 53.57×, 98.13%
count    a whole number of tokens or requests
expected  how many there will be: a growing or divided number, which need not be whole, rounded to one that is
when     a date or an instant
bound    where an interval begins or ends: midnight UTC is shown as the bare date
url      a web address
"""


class Indented(str):
    """The first cell of a row that belongs to the row above: it stands to the right of it."""

    __slots__ = ()


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


class Field(NamedTuple):
    """A column of records: `key` is its name in CSV and JSON."""

    key: str
    kind: Kind = "text"


class Column(NamedTuple):
    """A column of a table that people read."""

    heading: str
    kind: Kind = "text"
    over: str = ""
    """A heading that it shares with the neighbours that have the same: `gpt-6.1-sol costs`."""
    leaves: int = 0
    """Where a table is too wide, columns leave it in this order: those of 1 first; 0 stays."""
    currency: str = "USD"


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


class Records(NamedTuple):
    """Rows for programs; `name` is their key in JSON."""

    columns: tuple[Field, ...]
    rows: Sequence[tuple[Value, ...]]
    name: str = "rows"


class Table(NamedTuple):
    """Rows for people. A row of one cell, in a table of several columns, is a heading of the rows below it."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    unit: str = ""
    """What the figures are, such as `USD per 1M tokens`: it stands in the first cell, and is copied with it."""
    title: str = ""
    """Above the table, where several tables have to be told apart."""
    names: int = 1
    """How many of the first columns say what a row is. They are repeated in every block of a table in blocks, and what
    is the same as above is left blank."""
    totals: int = 0
    """How many of the last rows are totals. Amounts are rounded so that they add up to a single total."""
    turns: bool = False
    """Whether rows may become columns where the columns do not fit: their amounts are then in whole units."""


class Source(NamedTuple):
    """Where the rates of one model come from."""

    model: str
    """As the reader named it; empty where it is of no model."""
    address: str
    checked: date | None = None
    confidence: str | None = None
    line: str = ""
    """Where the price stands: prices.toml:41."""


class Document(NamedTuple):
    """The answer to one command."""

    command: str
    as_of: date | datetime | None
    """The time that was asked for; None is any time."""
    version: str
    """The price table's own version."""
    sha256: str
    """Hex digest of the bytes of prices.toml."""
    records: tuple[Records, ...] = ()
    """For programs. The first are the `rows` of JSON and the lines of CSV."""
    tables: Sequence[Table] = ()
    """For people; made only where they are read."""
    answer: tuple[Sentence, ...] = ()
    """The answer in sentences, above the tables."""
    assumed: tuple[Sentence, ...] = ()
    """What the answer holds for. It stands directly above the tables, so that it is pasted with them."""
    notes: tuple[Sentence, ...] = ()
    """What changes a decision, beneath the tables."""
    notes_heading: str = "Notes"
    sources: tuple[Source, ...] = ()
    extra: Mapping[str, Plain] = MappingProxyType({})
    """Further top-level members of the JSON object."""
    charts: "Sequence[Chart]" = ()
    """The result as pictures, the one that says most first; made only where they are drawn."""


def begin_document(table: "PriceTable", command: str, as_of: date | datetime | None) -> Document:
    """An empty document that says which price table it comes from; `_replace` fills it."""
    return Document(command, as_of, table.version, table.sha256)
