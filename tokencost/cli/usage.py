"""`tokencost usage`."""

import sys
from fractions import Fraction
from typing import Any

import click
from click.core import ParameterSource

from tokencost.cli.options import WhenType, answer, answer_options, chart_option, complete_models, load_table
from tokencost.errors import UsageError
from tokencost.pricetable.when import When

SOME_ARE_UNPRICED = 1


@click.command(short_help="What real request logs cost, or would have cost elsewhere.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--by", metavar="COLUMN,...", default="model", show_default=True,
              help="model, provider, day, week, month, tier, window, component, or any field of a record.")  # fmt: skip
@click.option("--since", type=WhenType(), metavar="WHEN", help="Only requests from then on.")
@click.option("--until", type=WhenType(), metavar="WHEN", help="Only requests before then.")
@click.option("--as", "as_models", multiple=True, metavar="MODEL", shell_complete=complete_models,
              help="Beside the cost: what MODEL would have cost. May be repeated.")  # fmt: skip
@click.option("--token-factor", "token_factors", multiple=True, metavar="[MODEL=]N",
              help="Tokens of an --as model for each one logged, such as 1.1.")  # fmt: skip
@click.option("--tier", metavar="TIER", help="Price all requests in this tier. [default: each in its own]")
@click.option("--window", metavar="WINDOW", help="peak or off-peak, for records that give only a date.")
@click.option("--compare-to", metavar="FIELD", help="Reconcile with the cost in this field, such as spend.")
@click.option("--map", "mapping", multiple=True, metavar="NAME=FIELD",
              help="Where a record keeps it: --map input_tokens=path.to.field. May be repeated.")  # fmt: skip
@click.option("--allow-unpriced", is_flag=True, help="Exit 0 although requests are left unpriced.")
@chart_option
@answer_options
def usage(
    files: tuple[str, ...],
    by: str,
    since: When | None,
    until: When | None,
    as_models: tuple[str, ...],
    token_factors: tuple[str, ...],
    tier: str | None,
    window: str | None,
    compare_to: str | None,
    mapping: tuple[str, ...],
    allow_unpriced: bool,
    prices: str | None,
    on: When,
    **form: Any,
) -> int:
    """What the requests in logs cost, each at the price of its own instant.

    FILE is JSON lines, a JSON array, CSV, TSV or Parquet, plain or compressed (gzip, zstd), a folder, a glob, or -
    for standard input. Records of OpenAI, its Batch and Usage APIs, DeepSeek, LiteLLM, OpenTelemetry and LangChain
    are recognised by their fields, as is a table with model, time, input_tokens, cached_input_tokens, output_tokens.

    The completion of a request decides where it is recorded, else its creation. --on prices all requests at one time
    instead. Exit status 1: something was left unpriced or could not be read.
    """
    from tokencost.logs.usage import usage as price_usage
    from tokencost.report.usage import usage_document

    table = load_table(prices)
    given = click.get_current_context().get_parameter_source("on") is not ParameterSource.DEFAULT
    result = price_usage(
        table,
        files,
        by=by.split(","),
        on=on if given else None,
        since=since,
        until=until,
        tier=tier,
        window=window,
        as_models=as_models,
        token_factors=dict(map(_factor, token_factors)),
        compare_to=compare_to,
        mapping=dict(map(_mapped, mapping)),
        progress=sys.stderr.isatty(),
    )
    answer(usage_document(table, result), **form)
    return 0 if result.complete or allow_unpriced else SOME_ARE_UNPRICED


def _factor(text: str) -> tuple[str | None, Fraction]:
    from tokencost.cli.quantities import parse_count

    model, equals, number = text.rpartition("=")
    return (model if equals else None), Fraction(parse_count(number))


def _mapped(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} maps nothing", "write --map input_tokens=path.to.field")
    return name.strip(), path.strip()
