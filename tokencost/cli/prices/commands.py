"""`tokencost prices`: the table itself."""

from importlib import import_module
from typing import Any, cast

import click

from tokencost.cli.commands import SuggestingGroup
from tokencost.cli.parameters.options import (
    answer,
    answer_options,
    chart_option,
    complete_models,
    currency_option,
    load_table,
    models_argument,
    rate_options,
    refuse_inputs_as_output,
)
from tokencost.cli.streams import write_out
from tokencost.pricetable.when import When, day_of

A_CHECK_FAILED = 1
LARGER = ("add", "format", "diff", "audit", "export")
"""Commands that have modules of their own, under their names."""


class PricesGroup(SuggestingGroup):
    """The commands of this module, and those that are large enough for one of their own, imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which people need them."""
        return [*self.commands, *LARGER]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name in LARGER:
            return cast("click.Command", getattr(import_module(f"tokencost.cli.prices.{cmd_name}"), cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=PricesGroup, short_help="The price table: list, show, history, check, add, format, diff, audit, export."
)
def prices() -> None:
    """The price table: what is in force, where each rate comes from, what held before, and how it is kept current."""


@prices.command("list", short_help="The prices of the models on sale on a day.")
@click.option("--provider", metavar="PROVIDER", help="Only models of this provider, such as deepseek.")
@click.option("--retired", is_flag=True, help="Also models that are no longer sold, with their last price.")
@rate_options
@currency_option
@answer_options
def list_prices(
    provider: str | None,
    retired: bool,
    tier: str,
    window: str | None,
    region: str | None,
    currency: str,
    prices: str | None,
    on: When,
    **form: Any,
) -> None:
    """The prices of models on sale on a day, newest first; `prices show` has one model in full.

    Below them stand the fees of calls, such as web searches, which are apart from tokens.

    A model that is no longer sold on that day is shown only with --retired. Hours that do not open on that day, such
    as peak hours on a Saturday, are left out and named in a note. --tier all shows every tier.
    """
    from tokencost.analysis.table.price_rows import closed_windows, prices_in_force, sold_and_retired
    from tokencost.documents.table.fees import list_fees
    from tokencost.documents.table.prices import list_document
    from tokencost.pricetable.names import find_provider
    from tokencost.pricing.fees import fees_within

    table = load_table(prices)
    rows = prices_in_force(
        table, on, provider=provider, tier=tier, window=window, currency=currency, retired=retired, region=region
    )
    closed = tuple(closed_windows(table, on, provider))
    providers = table.providers.values()
    sellers = [each for each in providers if provider is None or each.id == find_provider(table, provider)]
    fees = list_fees(fees_within(sellers, on), on, currency)
    answer(list_document(table, rows, on, *sold_and_retired(table, on, provider), closed, fees), **form)


@prices.command(short_help="Every rate of a model, with its source and line.")
@click.argument("model", shell_complete=complete_models)
@answer_options
def show(model: str, prices: str | None, on: When, **form: Any) -> None:
    """Every rate of MODEL in force: all tiers, hours and context lengths, with sources and lines of prices.toml."""
    from tokencost.analysis.table.price_rows import all_rates
    from tokencost.documents.table.fees import list_fees
    from tokencost.documents.table.prices import show_document
    from tokencost.pricetable.resolve import resolve
    from tokencost.pricing.fees import fees_within

    table = load_table(prices)
    side = resolve(table, model, on)
    fees = list_fees(fees_within(table.providers.values(), side.when, side.model), side.when)
    answer(show_document(table, side, all_rates(side.model, side.price), on, fees), **form)


@prices.command(short_help="Every dated price of a model; of two, how the gap moved.")
@models_argument(required=True)
@rate_options
@currency_option
@chart_option
@answer_options
def history(
    models: tuple[str, ...],
    tier: str,
    window: str | None,
    region: str | None,
    currency: str,
    prices: str | None,
    on: When,
    **form: Any,
) -> None:
    """Every dated price of one or more models, oldest first, and how far it fell or rose. --tier all has every tier.

    Of exactly two models, or lines of models: how the gap between them moved, as their ratio at each change of a price.

    \b
    tokencost prices history o1
    tokencost prices history deepseek-reasoner o1
    tokencost prices history deepseek-flagship openai-flagship --chart
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.table.price_rows import price_history
    from tokencost.analysis.table.ratio_history import ratio_history
    from tokencost.documents.table.prices import history_document
    from tokencost.documents.table.ratio_history import add_ratios

    table = load_table(prices)
    rows = price_history(table, models, on, tier=tier, window=window, currency=currency, region=region)
    document = history_document(table, rows, on)
    if len(models) == 2:  # noqa: PLR2004  # a gap is between two
        gap = ratio_history(table, *models, on, tier=tier, window=window, currency=currency, region=region)
        document = document if gap is None else add_ratios(document, table, gap)
    answer(document, **form)


@prices.command(short_help="Check the table, and its age.")
@click.option(
    "--max-age", metavar="DAYS", help="Fail when a price or fee in force was last checked longer ago, such as 90d."
)
@click.option(
    "--strict", is_flag=True, help="Fail also on promotions, retired defaults, calendars and slips; see above."
)
@answer_options
def check(max_age: str | None, strict: bool, prices: str | None, on: When, **form: Any) -> int:
    """Check the table: its syntax and rules, and what needs attention.

    Listed are prices and fees not checked for longer than --max-age, promotions past or within 60 days of their
    guaranteed end, models in [defaults] that are no longer served, calendars that end within 60 days, prices in force
    that rest on a single source, and combinations without a known rate. Exit status 1 for the first of these, with
    --strict for the first four, which are what time does to a sound table, and for possible slips:

    \b
    jump      a rate ten times or more below or above that of the price before
    dropped   a tier, window or context length of the price before that this one lacks
    name      a tier or window that no other price has
    source    a source that is no https address
    future    a page that was checked after the day of --on

    An entry with accept = ["jump"] says that somebody has looked, and that it is right; so for all but the last.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.table.check import check_table
    from tokencost.cli.parameters.parse import parse_days
    from tokencost.documents.table.check import check_document

    days = None if max_age is None else parse_days(max_age)
    table = load_table(prices)
    result = check_table(table, day_of(on), days)
    answer(check_document(table, result), **form)
    return A_CHECK_FAILED if result.is_stale or (strict and result.needs_a_person) else 0


@prices.command(short_help="Print the JSON Schema of prices.toml.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file, which an editor finds without a network.")
@refuse_inputs_as_output
def schema(output: str | None) -> None:
    """Print the JSON Schema of prices.toml, for editors and other checkers.

    An editor finds it by the first line of a table: `#:schema FILE`, with a path from the table or an address.
    """
    import json

    from tokencost.pricetable.reading.schema import json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    if output in (None, "-"):
        write_out(text)
    else:
        from tokencost.cli.files import write_whole

        write_whole(str(output), text)
