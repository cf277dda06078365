"""`tokencost prices`: the table itself."""

from typing import Any

import click

from tokencost.cli.options import (
    answer,
    answer_options,
    chart_option,
    complete_models,
    currency_option,
    load_table,
    models_argument,
    rate_options,
)
from tokencost.pricetable.when import When, day_of

SOME_PRICE_IS_STALE = 1


@click.group(short_help="The price table: list, show, history, check, schema.")
def prices() -> None:
    """The price table: what is in force, where each rate comes from, what held before, and whether it is sound."""


@prices.command("list", short_help="The prices in force on a day.")
@click.option("--provider", metavar="PROVIDER", help="Only models of this provider, such as deepseek.")
@rate_options
@currency_option
@answer_options
def list_prices(
    provider: str | None, tier: str, window: str | None, currency: str, prices: str | None, on: When, **form: Any
) -> None:
    """The prices in force on a day. --tier all shows every tier."""
    from tokencost.analysis.price_rows import prices_in_force
    from tokencost.report.prices import list_document

    table = load_table(prices)
    rows = prices_in_force(table, on, provider=provider, tier=tier, window=window, currency=currency)
    answer(list_document(table, rows, on), **form)


@prices.command(short_help="Every rate of a model, with its source and line.")
@click.argument("model", shell_complete=complete_models)
@answer_options
def show(model: str, prices: str | None, on: When, **form: Any) -> None:
    """Every rate of MODEL in force, with its source and its line in prices.toml."""
    from tokencost.analysis.price_rows import all_rates
    from tokencost.pricetable.resolve import resolve
    from tokencost.report.prices import show_document

    table = load_table(prices)
    side = resolve(table, model, on)
    answer(show_document(table, side, all_rates(side.model, side.price), on), **form)


@prices.command(short_help="Every dated price of a model, oldest first.")
@models_argument(required=True)
@rate_options
@currency_option
@chart_option
@answer_options
def history(
    models: tuple[str, ...],
    tier: str,
    window: str | None,
    currency: str,
    prices: str | None,
    on: When,
    **form: Any,
) -> None:
    """Every dated price of MODEL, oldest first."""
    from tokencost.analysis.price_rows import price_history
    from tokencost.report.prices import history_document

    table = load_table(prices)
    rows = price_history(table, models, on, tier=tier, window=window, currency=currency)
    answer(history_document(table, rows, on), **form)


@prices.command(short_help="Check the table, and its age.")
@click.option("--max-age", metavar="DAYS", help="Fail when a price in force was last checked longer ago, such as 90d.")
@answer_options
def check(max_age: str | None, prices: str | None, on: When, **form: Any) -> int:
    """Check the table: its syntax and rules, combinations without a rate, and with --max-age old prices."""
    from tokencost.analysis.check import check_table
    from tokencost.cli.quantities import parse_days
    from tokencost.report.prices import check_document

    days = None if max_age is None else parse_days(max_age)
    table = load_table(prices)
    result = check_table(table, day_of(on), days)
    answer(check_document(table, result), **form)
    return SOME_PRICE_IS_STALE if result.stale else 0


@prices.command(short_help="Print the JSON Schema of prices.toml.")
def schema() -> None:
    """Print the JSON Schema of prices.toml, for editors and other checkers."""
    import json

    from tokencost.pricetable.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
