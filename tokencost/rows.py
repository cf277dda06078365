"""What every row of a result can do: give itself as a dict, under the names that its columns have in CSV and JSON.

A `NamedTuple` takes no base of its own. So the fields of a row stand in a class of their own, and the row inherits
from both.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, TypeVar, cast

from tokencost.display import html_of

Item = TypeVar("Item")


class Row:
    """A row of a result."""

    __slots__ = ()
    _names: ClassVar[tuple[str, ...]] = ()
    """The columns in their order, where they are not the fields alone."""

    def as_dict(self, number: Callable[[Any], object] | None = None) -> dict[str, Any]:
        """Every column under its name: exact numbers, text, or None for what does not exist.

        `as_dict(float)` converts every number, for a dataframe. Times are text, as in CSV.
        """
        return {name: _plain(value, number) for name, value in self._columns().items()}

    def _columns(self) -> dict[str, Any]:
        names = self._names or cast("Any", self)._fields
        return {name: getattr(self, name) for name in names}


class Rows(tuple[Item, ...]):
    """Rows of one kind, which show themselves as a table in a notebook."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return html_of(self)


def _plain(value: object, number: Callable[[Any], object] | None) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return tuple(_plain(each, number) for each in value)
    if number is not None and isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool):
        return number(value)
    return value
