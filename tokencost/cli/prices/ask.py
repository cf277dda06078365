"""The questions of `tokencost prices add` on a terminal, each with the present value as its answer.

A bad answer is asked for again: nobody should have to begin anew because of one slip.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.options import WhenType
from tokencost.cli.parameters.parse import parse_rate
from tokencost.cli.streams import say
from tokencost.errors import InvalidRequest, NoPrice, TokencostError, UnknownModel
from tokencost.pricetable.names import suggestion
from tokencost.pricetable.table import CONDITION_KEYS
from tokencost.pricetable.when import When, day_of, show_bound, span

if TYPE_CHECKING:
    from tokencost.pricetable.editing.edit import Edited
    from tokencost.pricetable.table import ConditionBlock, Price, PriceTable, Rates

NONE = "none"
QUESTIONS = {
    "input": "input, USD per 1M tokens",
    "cached_input": "cached input",
    "cache_write": "cache write",
    "cache_write_12h": "cache write, 12 hours",
    "output": "output",
}
NEEDED = ("input", "output")


def ask(table: "PriceTable", given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The options with what a person answers for those that were not given. Raises `click.Abort`."""
    answers = dict(given)
    price = _present_price(table, given["model"])
    if price is None:
        answers["new"] = given["new"] or confirm(f"{given['model']} is not in the table. Is it a new model?")
        if not answers["new"]:
            raise UnknownModel(f"unknown model {given['model']!r}", suggestion(table, given["model"]))
        if not given["provider"]:
            known = ", ".join(table.providers)
            answers["provider"] = _ask(f"provider ({known})", lambda text: _check_provider(table, text))
        if not given["name"]:
            answers["name"] = _ask("display name", str, given["model"])
    else:
        say(f"{price.model}: the last price is from {show_bound(price.start)}, {price.evidence.source}")
    after = price if price and not given["correct"] else None
    answers["start"] = _ask("from (date, or instant in UTC)", lambda text: _check_start(text, after))
    block = _find_block(price, given)
    present = block.rates if block else price.rates if price else None
    accepted: list[str] = []
    answers |= (rates := _rates("", present, given, accepted))
    if not given["source"]:
        answers["source"] = _ask(
            "source", lambda text: _check_source(table, text), price.evidence.source if price else None
        )
    if not given["checked"]:
        answers["checked"] = _ask("seen there on", lambda text: _check_seen(text, today), today.isoformat())
    if price is not None and not any(given[key] for key in (*CONDITION_KEYS, "drop_blocks", "whens")):
        answers |= _ask_blocks(price, rates, accepted)
    answers["accept"] = (*given["accept"], *accepted)
    return answers


def accept_slips(
    given: Mapping[str, Any], preview: Callable[[Mapping[str, Any]], "Edited"]
) -> "tuple[dict[str, Any], Edited]":
    """The options with what looks like a slip accepted, one by one, and the edit that they make.

    Raises `InvalidRequest` where something is not right.
    """
    answers = dict(given)
    while findings := (edited := preview(answers)).findings:
        for finding in findings:
            if not finding.can_be_accepted or not confirm(f"this looks like a slip: {finding.detail}. Is it right?"):
                raise InvalidRequest(f"nothing was written: {finding.detail}", "begin again with what is right")
        answers["accept"] = (*answers["accept"], *dict.fromkeys(finding.kind for finding in findings))
    return answers, edited


def confirm(question: str, *, default: bool = False) -> bool:
    """Whether a person says yes."""
    return click.confirm(_sanitize(question), default=default, err=True)


def _ask(question: str, read: Callable[[str], Any], default: Any = None) -> Any:
    """The first answer that can be read."""

    def parse_answer(text: Any) -> Any:
        try:
            return read(str(text))
        except TokencostError as error:
            message = "; ".join(part for part in (error.message, error.hint) if part)
            raise click.BadParameter(_sanitize(message)) from None

    shown = question if default is None else f"{question} [{default}]"
    return click.prompt(_sanitize(shown), default=default, show_default=False, value_proc=parse_answer, err=True)


def _sanitize(text: str) -> str:
    from tokencost.render.sanitize import sanitize

    return sanitize(text)


def _check_provider(table: "PriceTable", text: str) -> str:
    if text not in table.providers:
        raise InvalidRequest(f"unknown provider {text!r}", f"known providers: {', '.join(table.providers)}")
    return text


def _check_start(text: str, after: "Price | None") -> When:
    when = _when(text)
    if after is not None and span(when)[0] <= after.start:
        raise InvalidRequest(
            f"the last price is from {show_bound(after.start)}: the past would change",
            "a past price is changed with --correct --reason 'why'",
        )
    return when


def _check_seen(text: str, today: date) -> When:
    when = _when(text)
    if day_of(when) > today:
        raise InvalidRequest(f"{day_of(when)} is in the future", "the day on which you saw the price")
    return when


def _when(text: str) -> When:
    return WhenType().convert(text, None, None)


def _check_source(table: "PriceTable", text: str) -> str:
    from tokencost.pricetable.reading.findings import is_address

    if text not in table.sources and not is_address(text):
        raise InvalidRequest(f"{text!r} is no https address", "the page that states the price: https://...")
    return text


def _rates(
    of: str, present: "Rates | None", given: Mapping[str, Any], accepted: list[str]
) -> dict[str, Decimal | None]:
    """Every rate: as it was given, else as it is answered; `accepted` gets what looks like a slip and is right."""
    rates: dict[str, Decimal | None] = {}
    for key, question in QUESTIONS.items():
        rate = given.get(key)
        rates[key] = rate if rate is not None else _rate(of + question, key, present, rates, accepted)
    return rates


def _rate(
    question: str,
    key: str,
    present: "Rates | None",
    above: Mapping[str, Decimal | None],
    accepted: list[str],
) -> Decimal | None:
    from tokencost.pricetable.reading.findings import is_jump

    old: Decimal | None = getattr(present, key, None)
    # A model of embeddings has no output, and goes on without.
    needed = key in NEEDED and (present is None or old is not None)

    def read(text: str) -> Decimal | None:
        if text.strip().lower() == NONE:
            if needed:
                raise InvalidRequest("a price needs this rate")
            return None
        rate = _check_rate(parse_rate(text))
        if key == "cached_input" and (full := above.get("input")) is not None and rate > full:
            raise InvalidRequest(
                f"cached input {rate:f} is above input {full:f}", "caching never costs more than reading"
            )
        if old is not None and is_jump(old, rate):
            if not confirm(f"{rate:f} after {old:f}: is that right?"):
                raise InvalidRequest("then write the right rate")
            accepted.append("jump")
        return rate

    default = old if old is not None else None if needed else NONE
    return _ask(question, read, default)  # type: ignore[no-any-return]  # as `read` returns


def _check_rate(rate: Decimal) -> Decimal:
    """The rate, if prices.toml may have it."""
    from pydantic_core import PydanticCustomError

    from tokencost.pricetable.reading.validators import check_rate

    try:
        return check_rate(rate)
    except PydanticCustomError as error:
        context = error.context or {}
        raise InvalidRequest(str(context.get("message")), str(context.get("hint"))) from None


def _find_block(price: "Price | None", given: Mapping[str, Any]) -> "ConditionBlock | None":
    """The block whose rates the options name."""
    asked = (given["tier"], given["window"], None, given["region"])
    blocks = price.blocks if price and any(asked) else ()
    return next((block for block in blocks if block.conditions == asked), None)


def _ask_blocks(price: "Price", base: Mapping[str, Decimal | None], accepted: list[str]) -> dict[str, Any]:
    """Rates under conditions: a window changes with the base price, so it is always asked for."""
    windows = [block for block in price.blocks if block.window is not None]
    others = [block for block in price.blocks if block.window is None]
    answers: dict[str, Any] = {"blocks": tuple(_ask_block(block, base, accepted) for block in windows)}
    if not others:
        return answers
    for block in others:
        say(f"  {block.describe()}: input {block.rates.input}, output {block.rates.output}")
    if not confirm("do these other rates continue as they are?", default=True):
        still = [block for block in others if confirm(f"{block.describe()}: is it still offered?", default=True)]
        answers["blocks"] += tuple(_ask_block(block, base, accepted) for block in still)
        answers["drop_blocks"] = len(still) < len(others)  # all that continue are given
    return answers


def _ask_block(block: "ConditionBlock", base: Mapping[str, Decimal | None], accepted: list[str]) -> dict[str, Any]:
    """One block with its conditions, as it stands in prices.toml."""
    rates = _rates(f"{block.describe()}: ", block.rates, {}, accepted)
    conditions = {key: getattr(block, key) for key in CONDITION_KEYS}
    without = [key for key, rate in rates.items() if rate is None and base.get(key) is not None]
    return (
        {key: value for key, value in conditions.items() if value is not None}
        | {key: rate for key, rate in rates.items() if rate is not None}
        | ({"without": without} if without else {})
    )


def _present_price(table: "PriceTable", name: str) -> "Price | None":
    from tokencost.pricetable.resolve import find_model

    named = table.names.get(name)
    if named:
        return named[-1][1].prices[-1]
    try:
        return find_model(table, name, date.max).prices[-1]
    except (UnknownModel, NoPrice, OverflowError):
        return None
