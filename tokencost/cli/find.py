"""`tokencost find`."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import click

from tokencost.cli.parameters.options import answer, load_table, region_option, timeless_options
from tokencost.errors import InvalidRequest
from tokencost.pricetable.names import JOINING
from tokencost.pricetable.when import When

NOTHING_FOUND = 1


class FigureType(click.ParamType[Decimal]):
    """A printed price: `0.14` or `$0.14`."""

    name = "price"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The price, with or without `$`; a percentage, a ratio or a word is answered with what to type."""
        from tokencost.cli.parameters.parse import parse_rate

        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # click passes a default through as it is
        text = value.strip()
        if text.casefold() in JOINING:
            raise InvalidRequest(f"{text!r} is not a price", "write prices side by side: tokencost find 0.14 7.50")
        if text.endswith(("%", "x", "×")):
            from tokencost.cli.parameters.figures import claims_hint

            before = ctx.params.get("price") if ctx else None
            figures = [text] if before is None else [str(before), text]
            raise InvalidRequest(f"{text!r} is not a price", claims_hint(figures))
        return parse_rate(text)


class NearType(click.ParamType[Fraction]):
    """How far off a price may be: `5%`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The share, a percentage or a decimal."""
        from tokencost.cli.parameters.parse import parse_share

        return value if isinstance(value, Fraction) else parse_share(str(value))


@click.command(short_help="Which list prices equal these figures.")
@click.argument("price", type=FigureType())
@click.argument("other", type=FigureType(), required=False, metavar="[PRICE]")
@click.option(
    "--near", type=NearType(), default=Fraction(0), metavar="SHARE", help="Also prices that close, such as 5%."
)
@click.option("--all", "every", is_flag=True, help="List every pair; without it, many are summed up.")
@region_option
@timeless_options
def find(
    price: Decimal,
    other: Decimal | None,
    near: Fraction,
    every: bool,
    region: str | None,
    prices: str | None,
    on: When | None,
    **form: Any,
) -> int:
    """Which list prices equal PRICE, in USD per 1M tokens, on --on or at any time.

    With two figures, such as the $0.14 and $7.50 of a headline: which list prices, in force at the same time, give
    them. Pairs that compare like with like (same component, same tier, both answered in real time) come first; many
    others are summed up, and --all lists them. CSV and JSON always have all. Exit status 1 when there are none; the
    nearest prices are shown.
    """
    from tokencost.analysis.claims.file import claims_with_prices, load_claims
    from tokencost.analysis.find import find_pairs, find_rates, listed_rates, nearest_rates
    from tokencost.documents.find import Asked, found_pairs_document, found_rates_document

    table = load_table(prices)
    rates = listed_rates(table, on, region=region)
    # Prices of hours that this day does not have: no answer, but a reader of the figure may mean them.
    closed = () if on is None else listed_rates(table, on, closed=True, region=region)
    nearest = nearest_rates(rates, price)
    if other is None:
        found = find_rates(rates, price, near)
        closed = find_rates(closed, price, near)
        claims = claims_with_prices(load_claims(), price)
        answer(found_rates_document(table, Asked((price,), near, on), found, nearest, closed, claims), **form)
        return 0 if found else NOTHING_FOUND
    pairs = find_pairs(rates, price, other, near)
    nearest = (*nearest, *nearest_rates(rates, other))
    closed = (*find_rates(closed, price, near), *find_rates(closed, other, near))
    claims = claims_with_prices(load_claims(), price, other)
    asked = Asked((price, other), near, on, every)
    answer(found_pairs_document(table, asked, pairs, nearest, closed, claims), **form)
    return 0 if pairs else NOTHING_FOUND
