"""`tokencost prices add`: a price that changed, entered in one command."""

import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.options import WhenType, complete_models
from tokencost.cli.parameters.parse import parse_pairs, parse_rate, parse_tokens
from tokencost.errors import InvalidRequest
from tokencost.pricetable.table import CONDITION_KEYS, FINDING_KINDS, RATE_KEYS, Evidence
from tokencost.pricetable.when import When, day_of, parse_when, span

if TYPE_CHECKING:
    from tokencost.pricetable.editing.edit import Edited
    from tokencost.pricetable.editing.new_price import NewModel, NewPrice
    from tokencost.pricetable.table import PriceTable

LISTS = ("days", "hours", "without")


class RateType(click.ParamType[Decimal]):
    """USD per 1M tokens."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Parse it, keeping the digits."""
        return value if isinstance(value, Decimal) else parse_rate(str(value))


@click.command("add", short_help="Enter a dated price.")
@click.argument("model", shell_complete=complete_models)
@click.option("--from", "start", type=WhenType(), metavar="WHEN", help="Date or instant from which the price holds.")
@click.option("--input", type=RateType(), metavar="USD", help="Input tokens, USD per 1M.")
@click.option("--cached-input", type=RateType(), metavar="USD", help="Input tokens read from a cache.")
@click.option("--cache-write", type=RateType(), metavar="USD", help="Input tokens written to a cache.")
@click.option("--cache-write-12h", type=RateType(), metavar="USD", help="The same with 12-hour retention.")
@click.option("--output", type=RateType(), metavar="USD", help="Output tokens, USD per 1M.")
@click.option("--source", metavar="URL|NAME", help="The page that states the price, or its name.")
@click.option("--checked", type=WhenType(), metavar="DAY", help="Day on which you saw it there. [default: --on]")
@click.option(
    "--confidence",
    type=click.Choice(["primary", "corroborated", "single"]),
    help="[default: primary on the site of the provider's price page, else single]",
)
@click.option("--rule", metavar="TEXT", help="The words of a page that prints a rule instead of these figures.")
@click.option("--note", metavar="TEXT", help="What a reader should know.")
@click.option("--until", type=WhenType(), metavar="WHEN", help="Announced end (exclusive), where nothing follows.")
@click.option("--tier", metavar="TIER", help="The rates are those of a service tier: batch, flex, priority, ...")
@click.option("--window", metavar="WINDOW", help="The rates are those of peak or off-peak hours.")
@click.option("--input-tokens-above", metavar="TOKENS", help="The rates are those of requests above so many tokens.")
@click.option("--region", metavar="REGION", help="The rates are those of a region of the table: data-residency.")
@click.option("--zone", metavar="ZONE", help="Time zone of a new --window, such as Asia/Shanghai.")
@click.option("--days", metavar="DAYS", help="Days of a new --window: mon,tue.")
@click.option("--hours", metavar="HOURS", help="Hours of a new --window, or their name: 09:00-12:00,14:00-18:00.")
@click.option("--except", "except_", metavar="CALENDAR", help="Holidays on which a new --window does not open.")
@click.option(
    "--when", "whens", multiple=True, metavar="KEY=VALUE,...", help="More rates: tier=batch,input=0.06,output=0.25."
)
@click.option("--cny", metavar="KEY=VALUE,...", help="The provider's own list in yuan: input=1,output=4.")
@click.option(
    "--drop-blocks", is_flag=True, help="Tiers and windows that are not given again are not offered any more."
)
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(FINDING_KINDS),
    help="What looks like a slip is right; see `prices check --help`.",
)
@click.option("--new", is_flag=True, help="MODEL is new; needs --provider.")
@click.option("--provider", metavar="PROVIDER", help="Who sells a --new model, such as deepseek.")
@click.option("--name", metavar="TEXT", help="Display name of a --new model.")
@click.option("--correct", is_flag=True, help="Change a price of the past; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why the past is changed; kept as a comment.")
@click.option("--dry-run", is_flag=True, help="Print the diff and write nothing.")
@click.option("--yes", is_flag=True, help="Write what was asked for on a terminal without asking once more.")
@click.option("--prices", metavar="FILE", help="Price table. [default: $TOKENCOST_PRICES, ./prices.toml]")
@click.option("--on", type=WhenType(), default="today", metavar="DAY", help="Day of this edit. [default: today, UTC]")
def add(**given: Any) -> None:
    """Enter the price of MODEL from a day on, as one dated entry; what held before stays as it is.

    \b
    tokencost prices add o3 --from 2026-12-01 --input 2 --output 8 --source URL
    tokencost prices add o3 --from 2026-12-01 --tier flex --input 1 --output 4 --source URL

    Rates under conditions (tiers, windows, long context) that are not given again with --when continue as they
    were, with the source and the day of their own last check; each is named. --drop-blocks ends them instead.
    With --tier, --window, --input-tokens-above or --region the rates are those of these conditions alone, and the base
    price continues. A window keeps its hours unless new ones are given; in --when, lists are written with +
    (days=mon+tue). The table's version moves on to the day of the edit.

    Without options on a terminal it asks, showing the present price, and shows the diff before it writes.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.cli.prices.ask import accept_slips, ask, confirm
    from tokencost.cli.prices.edit import own_table, refuse_findings, say_notes, show_diff, write_price
    from tokencost.pricetable.editing.draft import TableFile, parse_table_file
    from tokencost.pricetable.editing.edit import add_price
    from tokencost.pricetable.load import read_prices

    file, today = own_table(given["prices"], "add to"), day_of(given["on"])

    # Read again wherever another program may have changed the file meanwhile, but parsed once for as long as none has.
    @lru_cache(maxsize=1)
    def parse(content: bytes) -> TableFile:
        return parse_table_file(content, file)

    def edit(content: bytes, given: Mapping[str, Any]) -> "Edited":
        source = parse(content)
        return add_price(source, _new_price(source.table, given, today), today)

    shown = None
    asked = given["start"] is None and sys.stdin is not None and sys.stdin.isatty()
    if asked:
        given = ask(parse(read_prices(file)).table, given, today)
        given, shown = accept_slips(given, lambda answers: edit(read_prices(file), answers))
    elif given["dry_run"]:
        shown = edit(read_prices(file), given)
    if shown is not None:
        show_diff(file, shown.before, shown.content)
        say_notes(shown)
        refuse_findings(shown)
    if given["dry_run"]:
        return
    if asked and not given["yes"] and not confirm("write this?"):
        raise InvalidRequest("nothing was written", "answer y to write it, or add --yes")
    write_price(file, lambda content: edit(content, given), shown)


def _new_price(table: "PriceTable", given: Mapping[str, Any], today: date) -> "NewPrice":
    """What the options say."""
    from tokencost.pricetable.editing.new_price import NewPrice
    from tokencost.render.sanitize import sanitize

    wanted: When | None = given["start"]
    if wanted is None:
        raise InvalidRequest("a price needs the day from which it holds", "add --from 2026-12-01, or an instant")
    start = span(wanted)[0]
    new = _new_model(given)
    if given["correct"] != bool(given["reason"]):
        raise InvalidRequest(
            "--correct and --reason go together", "a changed past needs its reason: --correct --reason 'typing error'"
        )
    # A comment of TOML is one line without control characters.
    reason = sanitize(" ".join(given["reason"].split())) if given["reason"] else None
    if given["correct"] and not reason:
        raise InvalidRequest("the reason is empty", "say why the past is changed: --reason 'typing error'")
    if not given["source"] and not given["correct"]:
        raise InvalidRequest("a price needs its source", "add --source with the address of the page that states it")
    conditions = _conditions(given)
    return NewPrice(
        model=given["model"] if new else _model_id(table, given["model"], start),
        start=start,
        rates={key: given[key] for key in RATE_KEYS if given[key] is not None},
        evidence=_evidence(table, given, today),
        conditions=conditions,
        blocks=(*given.get("blocks", ()), *(_parse_block(text) for text in given["whens"])),
        until=span(given["until"])[0] if given["until"] else None,
        cny=_parse_cny(given["cny"]),
        drop_blocks=given["drop_blocks"],
        new=new,
        correction=reason,
        accept=given["accept"],
    )


def _model_id(table: "PriceTable", name: str, start: datetime) -> str:
    from tokencost.errors import UnknownModel
    from tokencost.pricetable.resolve import find_model

    try:
        return find_model(table, name, start).id
    except UnknownModel as error:
        raise UnknownModel(error.message, f"{error.hint}; a model that the table lacks needs --new") from None


def _new_model(given: Mapping[str, Any]) -> "NewModel | None":
    from tokencost.pricetable.editing.new_price import NewModel

    if given["new"] and given["correct"]:
        raise InvalidRequest("a new model has no past to correct", "leave --correct out")
    if given["new"] and not given["provider"]:
        raise InvalidRequest(
            "a new model needs --provider", "name a provider of the table, such as --provider deepseek"
        )
    if not given["new"] and (given["provider"] or given["name"]):
        raise InvalidRequest("--provider and --name describe a --new model", "add --new, or leave them out")
    return NewModel(given["provider"], given["name"]) if given["new"] else None


def _evidence(table: "PriceTable", given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the options say of the page; only a page that is named was seen today, and is of some confidence."""
    checked = day_of(given["checked"]) if given["checked"] else today
    if checked > today:
        raise InvalidRequest(f"--checked {checked} is in the future", "the day on which you saw the price")
    evidence = {"checked": checked, "confidence": _confidence(table, given)} if given["source"] else {}
    return evidence | {key: checked if key == "checked" else given[key] for key in Evidence._fields if given[key]}


def _confidence(table: "PriceTable", given: Mapping[str, Any]) -> str:
    """What is read on the provider's own site is primary; any other page is one secondary source."""
    from urllib.parse import urlsplit

    named = table.names.get(given["model"].rpartition("/")[2])
    provider = table.providers.get(given["provider"] or (named[0][1].provider if named else ""))
    try:
        own = provider is not None and urlsplit(provider.pricing_url or "").hostname
        page = table.sources.get(given["source"])
        address = page.url if page else given["source"]
        return "primary" if own and urlsplit(address).hostname == own else "single"
    except ValueError:
        return "single"


def _conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: given[key] for key in ("tier", "window", "zone", "days", "hours", "input_tokens_above", "region")}
    texts["except"] = given["except_"]
    block = _parse_values(
        {key: text.replace(",", "+") if key in LISTS else text for key, text in texts.items() if text}
    )
    if block and not any(key in block for key in CONDITION_KEYS):
        raise InvalidRequest("--zone, --days, --hours and --except describe a --window", "name it: --window peak")
    return block


def _parse_block(text: str) -> dict[str, Any]:
    """`tier=batch,input=0.06` as a block."""
    from tokencost.pricetable.editing.layout import ROW_KEYS

    block = _parse_values(parse_pairs(text))
    unknown = [key for key in block if key not in ROW_KEYS or key == "cny"]
    if unknown:
        known = ", ".join(key for key in ROW_KEYS if key != "cny")
        raise InvalidRequest(f"--when does not know {unknown[0]!r}", f"its keys are {known}")
    if not any(key in block for key in CONDITION_KEYS):
        raise InvalidRequest(f"--when {text!r} names no condition", "name tier, window, input_tokens_above or region")
    return block


def _parse_cny(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    listed = _parse_values(parse_pairs(text))
    unknown = [key for key in listed if key not in (*RATE_KEYS, "source", "confidence")]
    if unknown:
        raise InvalidRequest(f"--cny does not know {unknown[0]!r}", f"its keys are {', '.join(RATE_KEYS)}, source")
    return listed


def _parse_values(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Texts as the values that stand in prices.toml."""
    values: dict[str, Any] = {}
    for key, text in pairs.items():
        if key in RATE_KEYS:
            values[key] = parse_rate(text)
        elif key == "input_tokens_above":
            values[key] = parse_tokens(text)
        elif key == "checked":
            values[key] = day_of(parse_when(text))
        else:
            is_name = key == "hours" and ":" not in text
            values[key] = text.split("+") if key in LISTS and not is_name else text
    return values
