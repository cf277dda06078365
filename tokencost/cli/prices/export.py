"""`tokencost prices export`."""

import click

from tokencost.cli.parameters.options import WhenType, answer, load_table, output_option, prices_option
from tokencost.cli.streams import say, write_out
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When
from tokencost.render import RECORD_FORMATS, format_of


@click.command("export", short_help="The whole dated table for other tools.")
@click.option(
    "--shape",
    type=click.Choice(["rows", "litellm"]),
    default="rows",
    show_default=True,
    help="rows: every rate of every date. litellm: LiteLLM's JSON, for the day of --on.",
)
@click.option(
    "--format", "format_name", type=click.Choice(RECORD_FORMATS), help="Of rows. [default: by --output, else csv]"
)
@output_option
@prices_option
@click.option(
    "--on", type=WhenType(), default="today", metavar="WHEN", help="Date of --shape litellm. [default: today]"
)
def export(shape: str, format_name: str | None, output: str | None, prices: str | None, on: When) -> None:
    """Write the whole dated table for other tools: all tiers, windows, thresholds and currencies.

    \b
    tokencost prices export --output prices.csv
    tokencost prices export --output prices.parquet
    tokencost prices export --shape litellm --on 2025-01-27 --output litellm.json

    Rows have the columns of `prices history`, then cache_write_12h and the hours of a window. What LiteLLM's shape
    has no field for, such as holidays, is left out and named.
    """  # noqa: D301  # \b: click must not wrap this
    if shape == "litellm":
        if format_name not in (None, "json"):
            raise InvalidRequest("LiteLLM's shape is JSON", "leave --format out")
        _export_litellm(prices, on, output)
        return
    from tokencost.analysis.table.price_rows import whole_table
    from tokencost.documents.table.prices import export_document

    if format_name is None:
        format_name = "csv" if output in (None, "-") else format_of(str(output), RECORD_FORMATS)
    table = load_table(prices)
    answer(export_document(table, whole_table(table), on), format_name, output, no_color=True)


def _export_litellm(prices: str | None, on: When, output: str | None) -> None:
    from tokencost.analysis.table.litellm_export import litellm_table
    from tokencost.render.formats.json_object import plain_json

    result = litellm_table(load_table(prices), on)
    text = plain_json(result.models) + "\n"
    if output and output != "-":
        from tokencost.cli.files import write_whole

        write_whole(output, text)
    else:
        write_out(text)
    # On standard error, so that the file holds nothing but the table.
    for what in result.left_out:
        say(f"left out: {what}")
