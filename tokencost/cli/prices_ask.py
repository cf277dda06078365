"""The questions of `tokencost prices add` on a terminal, each with the present value as its answer."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.options import WhenType
from tokencost.cli.quantities import parse_rate
from tokencost.errors import NoPrice, UnknownModel, UsageError
from tokencost.pricetable.when import show_bound

if TYPE_CHECKING:
    from tokencost.pricetable.table import Price, PriceTable

NONE = "none"
QUESTIONS = {
    "input_": ("input", "input, USD per 1M tokens"),
    "cached_input": ("cached_input", "cached input"),
    "cache_write": ("cache_write", "cache write"),
    "cache_write_12h": ("cache_write_12h", "cache write, 12 hours"),
    "output_": ("output", "output"),
}


def ask(table: "PriceTable", given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The options with what a person answers for those that were not given. Raises `click.Abort`."""
    answers = dict(given)
    price = _present(table, given["model"])
    if price is None and not given["new"]:
        answers["new"] = click.confirm(f"{given['model']} is not in the table. Is it a new model?", err=True)
        if answers["new"]:
            answers["provider"] = click.prompt("provider", type=click.Choice(list(table.providers)), err=True)
            answers["name"] = click.prompt("display name", default=given["model"], err=True)
    if price is not None:
        click.echo(
            f"{price.model}: the last price is from {show_bound(price.start)}, {price.evidence.source}", err=True
        )
    answers["start"] = click.prompt("from (date, or instant in UTC)", type=WhenType(), err=True)
    for option, (key, question) in QUESTIONS.items():
        if given[option] is None:
            present = getattr(price.rates, key) if price else None
            answers[option] = _rate(question, present, needed=key in ("input", "output"))
    if not given["source"]:
        answers["source"] = click.prompt("source", default=price.evidence.source if price else None, err=True)
    if not given["checked"]:
        answers["checked"] = click.prompt("seen there on", default=today.isoformat(), type=WhenType(), err=True)
    if price is not None and price.blocks and not given["drop_blocks"] and not given["whens"]:
        for block in price.blocks:
            click.echo(f"  {block.describe()}: input {block.rates.input}, output {block.rates.output}", err=True)
        keep = click.confirm("do these other rates continue as they are?", default=True, err=True)
        answers["drop_blocks"] = not keep
    return answers


def _present(table: "PriceTable", name: str) -> "Price | None":
    from tokencost.pricetable.resolve import find_model

    claims = table.claims.get(name)
    if claims:
        return claims[-1][1].prices[-1]
    try:
        return find_model(table, name, date.max).prices[-1]
    except (UnknownModel, NoPrice, OverflowError):
        return None


def _rate(question: str, present: Any, *, needed: bool) -> Any:
    default = present if present is not None else None if needed else NONE

    def read(text: Any) -> Any:
        if text is None or str(text).strip().lower() == NONE:
            if needed:
                raise click.BadParameter("a price needs this rate")
            return None
        try:
            return parse_rate(str(text))
        except UsageError as error:
            raise click.BadParameter(error.message) from None

    return click.prompt(question, default=default, value_proc=read, err=True)
