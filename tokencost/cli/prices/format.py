"""`tokencost prices format`: the table in its form."""

import os

import click

from tokencost.cli.parameters.options import InputFile
from tokencost.errors import InvalidRequest

IN_ANOTHER_FORM = 1


@click.command("format", short_help="Put the table in its form, one condition to a line.")
@click.argument("file", required=False, type=InputFile())
@click.option("--check", is_flag=True, help="Write nothing; exit with status 1 and the first line that differs.")
@click.option("--dry-run", is_flag=True, help="Print the diff and write nothing.")
def format(file: str | None, check: bool, dry_run: bool) -> int:  # noqa: A001  # as the command is called
    """Put FILE, else the table in use, in its form: rows in columns, keys and entries in order.

    Rates under conditions become one row each, aligned so that tiers can be compared by eye; prices stand oldest
    first, models by provider and release. Values keep their spelling and comments stay with what they are about.
    Nothing is written unless the new text says what the old one says, value for value.
    """
    from tokencost.cli.prices.edit import confirm_written, own_table, show_diff, write_table
    from tokencost.pricetable.editing.format import format_table
    from tokencost.pricetable.load import read_prices

    if file is not None and not os.path.exists(file):
        raise InvalidRequest(f"there is no file {file!r}", "name a price table: tokencost prices format prices.toml")
    named = own_table(file, "format")
    formatted = format_table(read_prices(named), named)
    line = formatted.first_difference
    if line is None:
        confirm_written(f"{named}: in its form already")
    elif dry_run:
        show_diff(named, formatted.before, formatted.content)
    elif check:
        confirm_written(f"{named}:{line}: not in the form that `tokencost prices format` writes")
    else:
        write_table(named, lambda content: format_table(content, named))
        confirm_written(f"{named}: formatted")
    return IN_ANOTHER_FORM if check and line is not None else 0
