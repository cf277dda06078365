"""`tokencost prices export`."""

import click

from tokencost.cli.parameters.options import WhenType, answer, load_table, output_option
from tokencost.cli.streams import say, write_out
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When

PARQUET = "parquet"
FORMATS = ("csv", "json", "tsv", PARQUET)


@click.command("export", short_help="The whole dated table for other tools.")
@click.option(
    "--shape",
    type=click.Choice(["rows", "litellm"]),
    default="rows",
    show_default=True,
    help="rows: every rate of every date. litellm: LiteLLM's JSON, for the day of --on.",
)
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="Of rows. [default: by --output, else csv]")
@output_option
@click.option("--prices", metavar="FILE", help="Price table. [default: $TOKENCOST_PRICES, ./prices.toml, bundled]")
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
        _litellm(prices, on, output)
        return
    from tokencost.analysis.table.price_rows import whole_table
    from tokencost.documents.table.prices import export_document

    format_ = format_name or _format_of(output)
    table = load_table(prices)
    document = export_document(table, whole_table(table), on)
    if format_ != PARQUET:
        answer(document, format_, output, no_color=True)
        return
    if output in (None, "-"):
        raise InvalidRequest("Parquet is no text", "write it to a file: --output prices.parquet")
    from tokencost.cli.files import write_whole
    from tokencost.render.formats.parquet import parquet

    write_whole(str(output), parquet(document))


def _format_of(output: str | None) -> str:
    """By the suffix; CSV where there is no file."""
    suffix = output.rpartition(".")[2].lower() if output and output != "-" else "csv"
    if suffix not in FORMATS:
        raise InvalidRequest(
            f"the name {output!r} does not say which format to write",
            f"end it in one of {' '.join(f'.{name}' for name in FORMATS)}, or give --format",
        )
    return suffix


def _litellm(prices: str | None, on: When, output: str | None) -> None:
    from tokencost.analysis.table.litellm_export import litellm_table
    from tokencost.render.formats.json_object import plain_json

    result = litellm_table(load_table(prices), on)
    text = plain_json(result.models) + "\n"
    if output and output != "-":
        from tokencost.cli.files import write_whole

        write_whole(output, text)
    else:
        write_out(text)
    for what in result.left_out:
        say(f"left out: {what}")
