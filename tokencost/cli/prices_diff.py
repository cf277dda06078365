"""`tokencost prices diff`."""

import os
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.options import answer, answer_options
from tokencost.pricetable.when import When, day_of

if TYPE_CHECKING:
    from tokencost.pricetable.table import PriceTable

TABLES_DIFFER = 1


@click.command("diff", short_help="What changed between two tables.")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--exit-code", is_flag=True, help="Exit with status 1 when the tables differ.")
@answer_options
def diff(old: str, new: str | None, exit_code: bool, prices: str | None, on: When, **form: Any) -> int:
    """What changed from OLD to NEW: files, or git revisions of the price table; NEW is else the table in use.

    \b
    tokencost prices diff HEAD~5                 since five commits ago
    tokencost prices diff v1.0 HEAD --format markdown

    Told apart are new models, new prices, corrections of the past, what was removed, and changed names. Promotions
    past or within 60 days of their end are listed too, and are no difference.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.table_diff import diff_tables
    from tokencost.pricetable.locate import find_prices
    from tokencost.report.table_diff import diff_document

    file = os.fspath(find_prices(prices))
    result = diff_tables(_table(old, file), _table(new, file) if new else _load(file), day_of(on))
    answer(diff_document(result, on), **form)
    return TABLES_DIFFER if exit_code and result.changes else 0


def _table(named: str, file: str) -> "PriceTable":
    """A file of that name, else the revision."""
    from tokencost.cli.revisions import table_at
    from tokencost.pricetable.load import parse_prices

    if os.path.isfile(named):
        return _load(named)
    return parse_prices(table_at(named, file), f"{named}:{os.path.basename(file)}")


def _load(file: str) -> "PriceTable":
    from tokencost.pricetable.load import load_prices

    return load_prices(file)
