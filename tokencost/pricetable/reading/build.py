"""From checked values to the table in memory: intervals closed, left-out rates filled in, windows made.

All of it happens once, when the table is loaded, so that pricing looks rates up and never works them out.
"""

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from tokencost.pricetable.hours import MINUTES_OF_DAY, WINDOW_KEYS, Window, zone_of
from tokencost.pricetable.reading.fee_rules import following_fee
from tokencost.pricetable.reading.named import resolve_names
from tokencost.pricetable.reading.validated_toml import ParsedToml
from tokencost.pricetable.table import (
    Alias,
    Calendar,
    ConditionBlock,
    Counted,
    Defaults,
    Evidence,
    Fee,
    FeeList,
    Head,
    KeyPath,
    Line,
    Model,
    Price,
    PriceList,
    PriceTable,
    Promotion,
    Provider,
    Rates,
    Region,
    Served,
    Source,
    Tokenizer,
)

EVERY_DAY = frozenset(range(7))
ALL_HOURS = ((0, MINUTES_OF_DAY),)
_EVIDENCE_KEYS = frozenset(Evidence._fields)
_WINDOW_KEYS = frozenset(WINDOW_KEYS)
_NO_RATES = (None,) * len(Rates._fields)


def build_table(checked: dict[str, Any], parsed: ParsedToml) -> PriceTable:
    """The table of values that the schema and the rules have accepted."""
    resolve_names(checked)
    calendars = {
        name: Calendar(
            name,
            calendar["source"],
            calendar["dates"],
            calendar.get("through"),
            calendar.get("name", f"{name} holidays"),
        )
        for name, calendar in checked.get("calendars", {}).items()
    }
    regions = {
        name: Region(name, region.get("rule"), region.get("source"), region.get("note"))
        for name, region in checked.get("regions", {}).items()
    }
    defaults = checked.get("defaults")
    return PriceTable(
        file=parsed.file,
        version=checked["version"],
        sha256=sha256(parsed.content).hexdigest(),
        providers={
            key: Provider(
                key,
                provider.get("name", key),
                provider.get("pricing_url"),
                _fees(key, provider.get("fees", ())),
                provider.get("nearest_tokenizer"),
            )
            for key, provider in checked["providers"].items()
        },
        calendars=calendars,
        sources={
            name: Source(name, page["url"], page.get("title"), page.get("archived"))
            for name, page in checked.get("sources", {}).items()
        },
        regions=regions,
        models={key: _model(key, model, calendars, regions) for key, model in checked["models"].items()},
        defaults=Defaults(tuple(defaults["compare"]), defaults["against"]) if defaults else None,
        lines={name: _line(name, line) for name, line in checked.get("lines", {}).items()},
        tokenizers={
            name: Tokenizer(name, facts["source"], facts.get("checked"), facts.get("note"))
            for name, facts in checked.get("tokenizers", {}).items()
        },
        text=parsed.text,
    )


def _fees(provider: str, listed: Sequence[dict[str, Any]]) -> tuple[Fee, ...]:
    fees = []
    for n, fee in enumerate(listed):
        following = following_fee(listed, n)
        evidence = Evidence(**{key: fee[key] for key in Evidence._fields if key in fee})
        cny = fee.get("cny")
        fees.append(
            Fee(
                provider=provider,
                call=fee["call"],
                models=tuple(fee.get("models", ())),
                start=fee["from"],
                end=fee.get("until") or (listed[following]["from"] if following is not None else None),
                per_1000_calls=fee.get("per_1000_calls"),
                cny=FeeList(cny["per_1000_calls"], _list_evidence(cny, evidence)) if cny else None,
                billed_per=fee.get("billed_per"),
                evidence=evidence,
                path=("providers", provider, "fees", n),
            )
        )
    return tuple(fees)


def _line(line_id: str, line: dict[str, Any]) -> Line:
    listed = line["models"]
    ends = [*(following["from"] for following in listed[1:]), None]
    heads = tuple(Head(each["from"], end, each["model"]) for each, end in zip(listed, ends, strict=True))
    return Line(line_id, line.get("name", line_id), heads)


def _model(model_id: str, model: dict[str, Any], calendars: dict[str, Calendar], regions: dict[str, Region]) -> Model:
    listed = model["prices"]
    prices = []
    for n, price in enumerate(listed):
        end = price.get("until") or (listed[n + 1]["from"] if n + 1 < len(listed) else None)
        prices.append(_price(model_id, price, end, ("models", model_id, "prices", n), calendars, regions))
    served = model.get("served", ())
    return Model(
        id=model_id,
        provider=model["provider"],
        name=model.get("name", model_id),
        aliases=tuple(
            Alias(alias) if isinstance(alias, str) else Alias(alias["name"], alias.get("from"), alias.get("until"))
            for alias in model.get("aliases", ())
        ),
        released=model.get("released"),
        shutdown=model.get("shutdown"),
        withdrawn=model.get("withdrawn", False),
        note=model.get("note"),
        served=tuple(
            Served(
                item["from"],
                item.get("until") or (served[n + 1]["from"] if n + 1 < len(served) else None),
                item["name"],
            )
            for n, item in enumerate(served)
        ),
        prices=tuple(prices),
        tokenizers=_tokenizers(model.get("tokenizer", ())),
    )


def _tokenizers(named: str | Sequence[dict[str, Any]]) -> tuple[Counted, ...]:
    if isinstance(named, str):
        return (Counted(None, named),)
    return tuple(Counted(each["from"], each["name"]) for each in named)


def _price(
    model_id: str,
    price: dict[str, Any],
    end: Any,
    path: KeyPath,
    calendars: dict[str, Calendar],
    regions: dict[str, Region],
) -> Price:
    rates = _over(None, price)
    evidence = Evidence(**{key: price[key] for key in Evidence._fields if key in price})
    cny = PriceList(_over(None, price["cny"]), _list_evidence(price["cny"], evidence)) if "cny" in price else None
    listed = price.get("when", ())
    promotion = price.get("promotion")
    return Price(
        model=model_id,
        start=price["from"],
        end=end,
        rates=rates,
        cny=cny,
        evidence=evidence,
        windows=_windows(listed, calendars) if listed else (),
        blocks=tuple(
            _block(block, rates, cny, evidence, (*path, "when", n), regions) for n, block in enumerate(listed)
        ),
        promotion=Promotion(promotion.get("ends"), promotion.get("guaranteed_through")) if promotion else None,
        path=path,
        accepted=frozenset(price.get("accept", ())),
    )


def _block(
    block: dict[str, Any],
    rates: Rates,
    cny: PriceList | None,
    evidence: Evidence,
    path: KeyPath,
    regions: dict[str, Region],
) -> ConditionBlock:
    get = block.get
    without = get("without", ())
    own_evidence = _evidence(block, evidence)
    region = get("region")
    # Said once in the table for all rows of the region; a row with words of its own keeps them.
    if region is not None and "rule" not in block and (rule := regions[region].rule) is not None:
        own_evidence = own_evidence._replace(rule=rule)
    return ConditionBlock(
        tier=get("tier"),
        window=get("window"),
        input_tokens_above=get("input_tokens_above"),
        region=region,
        rates=_over(rates, block, without),
        cny=_block_list(block, cny, own_evidence),
        evidence=own_evidence,
        path=path,
    )


def _evidence(given: dict[str, Any], inherited: Evidence) -> Evidence:
    # Most rows say nothing of their own.
    if _EVIDENCE_KEYS.isdisjoint(given):
        return inherited
    return Evidence(*(given.get(key, getattr(inherited, key)) for key in Evidence._fields))


def _list_evidence(given: dict[str, Any], inherited: Evidence) -> Evidence:
    """A list with a page of its own has only the evidence that is given for that page."""
    if "source" in given:
        return Evidence(given["source"], None, given.get("confidence"))
    return _evidence(given, inherited)


def _block_list(block: dict[str, Any], cny: PriceList | None, evidence: Evidence) -> PriceList | None:
    """The block's CNY list; without one of its own none is known: peak hours do not cost what other hours do."""
    own = block.get("cny")
    if own is None or (cny is None and not {"input", "output"} <= own.keys()):
        return None
    rates = _over(cny.rates if cny else None, own, block.get("without", ()))
    return PriceList(rates, _list_evidence(own, cny.evidence if cny else evidence))


def _over(base: Rates | None, given: dict[str, Any], without: Container[str] = ()) -> Rates:
    """The given rates; one that is left out is the base rate, unless it is named in `without`."""
    kept: Iterable[Decimal | None] = _NO_RATES if base is None else base
    if without != ():
        kept = (None if key in without else rate for key, rate in zip(Rates._fields, kept, strict=True))
    return Rates._make(map(given.get, Rates._fields, kept))


def _windows(blocks: list[dict[str, Any]], calendars: dict[str, Calendar]) -> tuple[Window, ...]:
    windows: dict[str, Window] = {}
    for block in blocks:
        name = block.get("window")
        if name is None or _WINDOW_KEYS.isdisjoint(block):
            continue
        calendar = block.get("except")
        zone_name = block.get("zone", "UTC")
        windows[name] = Window(
            name=name,
            zone=zone_of(zone_name),
            zone_name=zone_name,
            days=block.get("days", EVERY_DAY),
            hours=block.get("hours", ALL_HOURS),
            except_calendar=calendar,
            holidays=calendars[calendar].dates if calendar else frozenset(),
            holidays_name=calendars[calendar].name if calendar else "",
        )
    return tuple(windows.values())
