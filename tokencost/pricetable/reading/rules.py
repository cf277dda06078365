"""What must hold between the parts of a price table, beyond the shape of each.

The schema cannot say it: that an alias is free, that prices stand in order, that a window has hours. Every function
yields problems as (path, message, hint) on values that have the right shape.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Any

from tokencost.pricetable.hours import WINDOW_KEYS
from tokencost.pricetable.reading.fee_rules import find_fee_problems
from tokencost.pricetable.reading.named import (
    definition_problems,
    find_name_problems,
    find_tokenizer_problems,
    suggest_name,
    unknown_name,
)
from tokencost.pricetable.reading.validated_toml import PathProblem
from tokencost.pricetable.reading.validators import HIGHEST_RATE
from tokencost.pricetable.table import CONDITION_KEYS, RATE_KEYS, KeyPath
from tokencost.pricetable.when import BEGINNING, END, show_bound

_RATE_KEYS, _WINDOW_KEYS = frozenset(RATE_KEYS), frozenset(WINDOW_KEYS)
UNTIL = "until is exclusive and later than from"


def find_problems(table: dict[str, Any]) -> list[PathProblem]:
    """Every problem between the parts; an empty list for a sound table."""
    problems = [*_default_problems(table), *_alias_problems(table), *_calendar_problems(table)]
    problems += find_name_problems(table)
    problems += find_tokenizer_problems(table)
    problems += find_fee_problems(table)
    problems += find_line_problems(table)
    for model_id, model in table["models"].items():
        path: KeyPath = ("models", model_id)
        if model["provider"] not in table["providers"]:
            problems.append(unknown_name((*path, "provider"), "provider", model["provider"], table["providers"]))
        problems.extend(_interval_problems(path, model["prices"]))
        problems.extend(_order_problems((*path, "served"), model.get("served", ())))
        if not isinstance(dated := model.get("tokenizer", ""), str):
            problems.extend(_order_problems((*path, "tokenizer"), dated, "the vocabularies of the model are"))
        for n, price in enumerate(model["prices"]):
            problems.extend(_cache_problems((*path, "prices", n), price))
            if blocks := price.get("when"):
                problems.extend(_block_problems((*path, "prices", n), blocks, table.get("calendars", {})))
    return problems


def _default_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    defaults = table.get("defaults")
    if not defaults:
        return
    named: list[tuple[KeyPath, str]] = [(("defaults", "against"), defaults["against"])]
    named += [(("defaults", "compare", n), name) for n, name in enumerate(defaults["compare"])]
    known = {*names_of_models(table), *table.get("lines", ())}
    for path, name in named:
        if name.rpartition("/")[2] not in known and name not in known:
            yield (
                path,
                f"unknown model {name!r}",
                suggest_name(name, known) or "name the id or an alias of a model below",
            )


def names_of_models(table: dict[str, Any]) -> dict[str, str]:
    """Every id and alias, with the model that has it first."""
    names = {model_id: model_id for model_id in table["models"]}
    for model_id, model in table["models"].items():
        for alias in _aliases(model):
            names.setdefault(alias["name"], model_id)
    return names


def _aliases(model: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": alias} if isinstance(alias, str) else alias for alias in model.get("aliases", ())]


def _alias_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    """An alias that two models have at once, or that is another model's id."""
    names: dict[str, list[tuple[datetime, datetime, str]]] = {
        model_id: [(BEGINNING, END, model_id)] for model_id in table["models"]
    }
    for model_id, model in table["models"].items():
        for n, alias in enumerate(_aliases(model)):
            path: KeyPath = ("models", model_id, "aliases", n)
            start, end = alias.get("from", BEGINNING), alias.get("until", END)
            if start >= end:
                yield path, f"the alias {alias['name']!r} ends before it begins", UNTIL
                continue
            others = names.setdefault(alias["name"], [])
            for other_start, other_end, other in others:
                if start < other_end and other_start < end:
                    whose = "already a name of this model" if other == model_id else f"also claimed by {other!r}"
                    hint = 'leave one out, or date it: { name = "...", from = 2026-09-10, until = 2026-10-01 }'
                    yield path, f"the alias {alias['name']!r} is {whose} at the same time", hint
                    break
            others.append((start, end, model_id))


def find_line_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    """A line that has a model's name, or a head that the table cannot price when it begins."""
    names = names_of_models(table)
    for line_id, line in table.get("lines", {}).items():
        path: KeyPath = ("lines", line_id)
        if (model_id := names.get(line_id)) is not None:
            whose = "the id of a model" if model_id == line_id else f"an alias of {model_id!r}"
            yield path, f"the line {line_id!r} has {whose} as its name", "give the line a name of its own"
        for n, head in enumerate(line["models"]):
            here: KeyPath = (*path, "models", n)
            before = line["models"][n - 1]["from"] if n else BEGINNING
            if head["from"] <= before:
                word = "the same as" if head["from"] == before else "before"
                message = f"`from` is {show_bound(head['from'])}, {word} the {show_bound(before)} of the model above it"
                yield (*here, "from"), message, "models of a line stand oldest first: mend the date, or move it up"
            yield from _head_problems(here, head, table["models"], names)


def _head_problems(
    path: KeyPath, head: dict[str, Any], models: dict[str, Any], names: dict[str, str]
) -> Iterator[PathProblem]:
    model = models.get(head["model"])
    if model is None:
        where, message, hint = unknown_name((*path, "model"), "model", head["model"], models)
        alias_of = names.get(head["model"])
        yield where, message, f"that is an alias: write its model, {alias_of!r}" if alias_of else hint
        return
    start, prices = head["from"], model["prices"]
    if start < prices[0]["from"]:
        message = f"{head['model']} has no price on {show_bound(start)}"
        yield (*path, "from"), message, f"its first price begins {show_bound(prices[0]['from'])}"
    end = min(model.get("shutdown", END), prices[-1].get("until", END))
    if end <= start:
        message = f"{head['model']} is not sold on {show_bound(start)}"
        yield (*path, "from"), message, f"it was sold until {show_bound(end)}; a line goes on with a model that is sold"


def _calendar_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    for name, calendar in table.get("calendars", {}).items():
        through = calendar.get("through")
        if through and calendar["dates"] and max(calendar["dates"]) > through:
            yield ("calendars", name, "through"), "`through` is before the last date", "the list is complete up to it"


def _interval_problems(path: KeyPath, prices: list[dict[str, Any]]) -> Iterator[PathProblem]:
    for n, price in enumerate(prices):
        here: KeyPath = (*path, "prices", n)
        start, until = price["from"], price.get("until")
        if until is not None and until <= start:
            word = "is" if until == start else "is before"
            yield (*here, "until"), f"`until` {word} `from`: the interval is empty", UNTIL
        if n + 1 < len(prices):
            following, following_path = prices[n + 1]["from"], (*path, "prices", n + 1, "from")
            if following < start:
                message = f"`from` is {show_bound(following)}, before the {show_bound(start)} of the price above it"
                hint = "prices of a model stand oldest first: mend the date, or move this price up"
                yield following_path, message, hint
            elif following == start:
                hint = "a price holds until the next one begins; keep one of them"
                yield following_path, "two prices begin at the same instant", hint
            elif until is not None and until > following:
                hint = "leave `until` out: a price ends where the next one begins"
                yield (*here, "until"), "this interval overlaps the next price of the model", hint
        ends = price.get("promotion", {}).get("ends")
        if ends is not None and ends <= start:
            yield (*here, "promotion", "ends"), "the promotion ends before the price begins", "ends is later than from"


def _cache_problems(path: KeyPath, price: dict[str, Any]) -> Iterator[PathProblem]:
    """A rate for reading from the cache above the one for reading afresh: the two were exchanged, or one is missing."""
    lists: list[tuple[KeyPath, dict[str, Any], dict[str, Any]]] = [(path, price, {})]
    if "list_price" in price.get("promotion", {}):
        lists.append(((*path, "promotion", "list_price"), price["promotion"]["list_price"], {}))
    if "cny" in price:
        lists.append(((*path, "cny"), price["cny"], {}))
    for n, block in enumerate(price.get("when", ())):
        # All that is asked of most rows, without their inherited rates: no rate of reading is above one of their own.
        if block.get("cached_input", HIGHEST_RATE) <= block.get("input", 0) and "cny" not in block:
            continue
        here: KeyPath = (*path, "when", n)
        without = block.get("without", ())
        lists.append((here, block, inherited_rates(price, block, without)))
        if "cny" in block:
            own = block["cny"]
            lists.append(((*here, "cny"), own, inherited_rates(price.get("cny", {}), own, without)))
    for here, given, inherited in lists:
        rates = inherited | given
        if "input" not in rates or rates.get("cached_input", 0) <= rates["input"]:
            continue
        if "cached_input" in given:
            hint = "exchange the two if they were mixed up; leave `cached_input` out where caching is not offered"
            yield (*here, "cached_input"), _above(rates), hint
        elif "input" in given:
            hint = 'write its own cached_input, or without = ["cached_input"] where caching is not offered'
            yield (*here, "input"), _above(rates, " of the base price"), hint


def inherited_rates(base: Mapping[str, Any], block: Mapping[str, Any], without: Container[str]) -> dict[str, Any]:
    """The rates that a block takes from its price: those that it leaves out, unless they do not hold there."""
    return {key: base[key] for key in RATE_KEYS if key in base and key not in block and key not in without}


def _above(rates: dict[str, Any], whose: str = "") -> str:
    return f"cached_input {rates['cached_input']:f}{whose} is above input {rates['input']:f}"


def _order_problems(
    path: KeyPath, served: list[dict[str, Any]], what: str = "what the name served is"
) -> Iterator[PathProblem]:
    for n, item in enumerate(served):
        if "until" in item and item["until"] <= item["from"]:
            yield (*path, n), "`until` is not later than `from`", UNTIL
        if n and served[n - 1]["from"] >= item["from"]:
            yield (*path, n), f"{what} not in order of time", "sort the list by `from`"


def _block_problems(path: KeyPath, blocks: list[dict[str, Any]], calendars: dict[str, Any]) -> Iterator[PathProblem]:
    seen: dict[tuple[Any, ...], int] = {}
    for n, block in enumerate(blocks):
        here: KeyPath = (*path, "when", n)
        conditions = tuple(map(block.get, CONDITION_KEYS))
        if not any(conditions):
            yield here, "this block names no condition", "name a tier, a window, input_tokens_above or a region"
        elif conditions in seen:
            yield here, f"the same conditions as block {seen[conditions] + 1} of this price", "merge the two blocks"
        seen.setdefault(conditions, n)
        if _RATE_KEYS.isdisjoint(block) and not block.get("without"):
            yield here, "this block has no rate", "write the rates that differ, such as input = 0.30"
        for key in block.get("without", ()):
            if key in block:
                yield (*here, "without"), f"`{key}` is given here and also left out", "keep one of the two"
    yield from _window_problems(path, blocks, calendars)


def _window_problems(path: KeyPath, blocks: list[dict[str, Any]], calendars: dict[str, Any]) -> Iterator[PathProblem]:
    definitions: dict[str, tuple[Any, ...]] = {}
    for n, block in enumerate(blocks):
        if _WINDOW_KEYS.isdisjoint(block):
            continue
        here: KeyPath = (*path, "when", n)
        window = block.get("window")
        given = [key for key in WINDOW_KEYS if key in block]
        if window is None:
            yield (*here, given[0]), f"`{given[0]}` without `window`", 'name the window: window = "peak"'
            continue
        yield from definition_problems(here, block, calendars)
        definition = tuple(block.get(key) for key in WINDOW_KEYS)
        if definitions.setdefault(window, definition) != definition:
            yield here, f"window {window!r} is defined twice with different hours", "give the two different names"
    for n, block in enumerate(blocks):
        window = block.get("window")
        if window is not None and window not in definitions:
            yield (
                (*path, "when", n, "window"),
                f"window {window!r} has no hours",
                'add hours = ["09:00-12:00"], or the name of hours that the table has',
            )
