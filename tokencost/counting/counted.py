"""Which vocabulary counts the tokens of a model at a time, and whether its provider has named it."""

from typing import NamedTuple

from tokencost.pricetable.table import Model, PriceTable
from tokencost.pricetable.when import When, span


class CountedBy(NamedTuple):
    """The vocabulary by which the tokens of a model are counted."""

    name: str
    """One of the table's `tokenizers`."""
    estimated: bool
    """Whether the provider has not said which vocabulary the model has, and this is the nearest that is known."""


def counted_by(table: PriceTable, model: Model, when: When) -> CountedBy | None:
    """The vocabulary of a model at that time, else the nearest of its provider; None where the table has neither.

    On a day on which a model moves from one to another, it is the one of 00:00 UTC, as it is with prices.
    """
    first, _ = span(when)
    named = [each.name for each in model.tokenizers if each.start is None or each.start <= first]
    if named:
        return CountedBy(named[-1], estimated=False)
    nearest = table.providers[model.provider].nearest_tokenizer
    return None if nearest is None else CountedBy(nearest, estimated=True)
