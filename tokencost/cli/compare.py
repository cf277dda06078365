"""`tokencost compare`."""

from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.options import (
    answer,
    answer_options,
    chart_option,
    complete_models,
    currency_option,
    load_table,
    models_argument,
    rate_options,
)
from tokencost.pricetable.when import When

if TYPE_CHECKING:
    from tokencost.analysis.compare import Blend


class BlendType(click.ParamType["Blend"]):
    """`3:1`, or `3:1:60%` where 60% of the input is read from a cache."""

    name = "blend"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Blend":
        """The weights and the cached share."""
        from tokencost.analysis.compare import Blend

        return Blend.parse(str(value))


@click.command(short_help="Prices side by side, with ratio and percent lower.")
@models_argument(required=False)
@click.option("--against", metavar="MODEL", shell_complete=complete_models, help="Baseline. [default: the last MODEL]")
@rate_options
@click.option(
    "--blend", type=BlendType(), metavar="IN:OUT[:CACHED%]", help="Add a blended row, such as 3:1 or 3:1:60%."
)
@click.option(
    "--break-even", is_flag=True, help="Also: how far use must grow for the bill to stay the same (two models)."
)
@currency_option
@chart_option
@answer_options
def compare(
    models: tuple[str, ...],
    against: str | None,
    tier: str,
    window: str | None,
    region: str | None,
    blend: "Blend | None",
    break_even: bool,
    currency: str,
    prices: str | None,
    on: When,
    **form: Any,
) -> None:
    """Prices of models side by side, against a baseline: the last MODEL, or --against.

    MODEL is an id or an alias, may carry its provider and a time of its own: deepseek/deepseek-chat@2025-02-10. It may
    be a line of models that succeed each other, such as openai-flagship: on a day it is the one that was its head.
    Without models, the set named in the price table's [defaults]. A date leaves the hour open, so every window
    (peak, off-peak) is shown; an instant such as 2026-11-16T01:00:00Z picks the one that is open.
    """
    # Here and not above, in every command: help, completion and mistyped options answer without them.
    from tokencost.analysis.compare import asks_for_all
    from tokencost.analysis.compare import compare as compare_prices
    from tokencost.documents.compare import comparison_document

    table = load_table(prices)
    result = compare_prices(
        table, models, on=on, against=against, tier=tier, window=window, blend=blend, currency=currency, region=region
    )
    answer(comparison_document(table, result, break_even=break_even, ranked=not models or asks_for_all(models)), **form)
