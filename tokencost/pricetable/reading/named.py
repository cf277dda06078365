"""Pages, hours and regions that a table names once: what a name stands for, and names that stand for nothing.

A price cites `[sources.NAME]` by its name, and a condition row the hours of `[windows.NAME]`. These names are resolved
before the table is built, so that nothing behind it knows of them: a source is always an address there. The region of
a condition row keeps its name, by which people ask for it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tokencost.pricetable.hours import WINDOW_KEYS, is_known_zone
from tokencost.pricetable.reading.validated_toml import PathProblem
from tokencost.pricetable.table import KeyPath
from tokencost.pricetable.when import BEGINNING, END, show_bound

_NO_NAME = re.compile(r"[\s/:]")
"""What an address or a sentence has, and no name."""


def resolve_names(table: dict[str, Any]) -> None:
    """Replace each name by what it stands for, in a table without problems."""
    sources, windows = table.get("sources", {}), table.get("windows", {})
    for _, cited in _citations(table) if sources else ():
        if (page := sources.get(cited["source"])) is not None:
            cited["source"] = page["url"]
    for _, _, row in _named_hours(table) if windows else ():
        window = windows[row.pop("hours")]
        row |= {key: window[key] for key in WINDOW_KEYS if key in window}


def find_name_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    """Names of pages and hours that the table does not have, and hours at times when others held."""
    sources, windows = table.get("sources", {}), table.get("windows", {})
    # Without any [sources] no name can be meant: such a table may cite "an e-mail", which `prices check` lists.
    for path, cited in _citations(table) if sources else ():
        name = cited["source"]
        if name not in sources and not _NO_NAME.search(name):
            listed = f"write its address, or name it: [sources.{name}] with a url"
            yield (*path, "source"), f"unknown source {name!r}", suggest_name(name, sources) or listed
    for name, window in windows.items():
        yield from _window_problems(("windows", name), window, table.get("calendars", {}))
    for path, end, row in _named_hours(table):
        name = row["hours"]
        beside = [key for key in WINDOW_KEYS if key in row and key != "hours"]
        if beside:
            hint = f"leave it out here: [windows.{name}] says it; other hours get a name of their own"
            yield (*path, beside[0]), f"`{beside[0]}` beside hours that are named", hint
        if name not in windows:
            yield unknown_name((*path, "hours"), "window", name, windows)
        elif problem := _span_problem(name, windows[name], _price_at(table, path)["from"], end):
            yield (*path, "hours"), *problem
    regions = table.get("regions", {})
    for path, row in _rows_of_regions(table):
        if row["region"] not in regions:
            yield _unknown_region((*path, "region"), row["region"], regions)


def find_tokenizer_problems(table: dict[str, Any]) -> Iterator[PathProblem]:
    """Vocabularies that a provider or a model names and the table does not have."""
    tokenizers = table.get("tokenizers", {})
    for path, name in _named_tokenizers(table):
        if name not in tokenizers:
            yield _unknown_tokenizer(path, name, tokenizers)


def _unknown_region(path: KeyPath, name: str, known: Iterable[str]) -> PathProblem:
    """The problem of a region that the table does not name; where it names none, what to write."""
    path, message, hint = unknown_name(path, "region", name, known)
    return (
        path,
        message,
        hint if known else f'name it once for the table: [regions.{name}] with rule = "the words of the page"',
    )


def _unknown_tokenizer(path: KeyPath, name: str, known: Iterable[str]) -> PathProblem:
    """The problem of a vocabulary that the table does not name; where it names none, what to write."""
    path, message, hint = unknown_name(path, "tokenizer", name, known)
    return path, message, hint if known else f"name it once for the table: [tokenizers.{name}] with its source"


def unknown_name(path: KeyPath, what: str, name: str, known: Iterable[str]) -> PathProblem:
    """The problem of a name that the table does not have."""
    listed = f"known {what}s: {', '.join(known)}" if known else f"the table has no [{what}s.NAME]"
    return path, f"unknown {what} {name!r}", suggest_name(name, known) or listed


def suggest_name(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known name; empty where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else ""


def definition_problems(path: KeyPath, given: dict[str, Any], calendars: dict[str, Any]) -> Iterator[PathProblem]:
    """Zones and calendars of hours that do not exist."""
    if "zone" in given and not is_known_zone(given["zone"]):
        yield (*path, "zone"), f"unknown time zone {given['zone']!r}", 'write a name such as "Asia/Shanghai" or "UTC"'
    if "except" in given and given["except"] not in calendars:
        yield unknown_name((*path, "except"), "calendar", given["except"], calendars)


def _window_problems(path: KeyPath, window: dict[str, Any], calendars: dict[str, Any]) -> Iterator[PathProblem]:
    if not any(key in window for key in WINDOW_KEYS):
        yield path, "this window says neither days nor hours", 'add hours = ["09:00-12:00"]'
    if window.get("until", END) <= window.get("from", BEGINNING):
        yield (*path, "until"), "`until` is not later than `from`", "until is exclusive and later than from"
    yield from definition_problems(path, window, calendars)


def _span_problem(name: str, window: dict[str, Any], start: Any, end: Any) -> tuple[str, str] | None:
    """A price that holds before these hours did, or after."""
    held = window.get("from", BEGINNING), window.get("until", END)
    if held[0] <= start and end <= held[1]:
        return None
    message = f"the hours {name!r} held {_show_span(*held)}, and this price holds {_show_span(start, end)}"
    return message, f"name the hours of that time, end the price there, or mend the span of [windows.{name}]"


def _show_span(start: Any, end: Any) -> str:
    bounds = [
        f"from {show_bound(start)}" if start != BEGINNING else "",
        f"until {show_bound(end)}" if end != END else "",
    ]
    return " ".join(bound for bound in bounds if bound) or "always"


def _citations(table: dict[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Everything that has a `source`: calendars, fees and prices, condition rows, and the CNY lists of these."""
    for section in ("calendars", "regions", "tokenizers"):
        for name, facts in table.get(section, {}).items():
            if "source" in facts:
                yield (section, name), facts
    for name, provider in table["providers"].items():
        for n, fee in enumerate(provider.get("fees", ())):
            yield ("providers", name, "fees", n), fee
            if "source" in fee.get("cny", ()):
                yield ("providers", name, "fees", n, "cny"), fee["cny"]
    for path, price in _prices(table):
        yield from _citations_of(path, price)
        for n, row in enumerate(price.get("when", ())):
            if "source" in row or "cny" in row:
                yield from _citations_of((*path, "when", n), row)


def _citations_of(path: KeyPath, rates: dict[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    if "source" in rates:
        yield path, rates
    if "source" in rates.get("cny", ()):
        yield (*path, "cny"), rates["cny"]


def _rows_of_regions(table: dict[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for path, price in _prices(table):
        for n, row in enumerate(price.get("when", ())):
            if "region" in row:
                yield (*path, "when", n), row


def _named_tokenizers(table: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Every vocabulary that a provider or a model names."""
    for name, provider in table["providers"].items():
        if "nearest_tokenizer" in provider:
            yield ("providers", name, "nearest_tokenizer"), provider["nearest_tokenizer"]
    for model_id, model in table["models"].items():
        named = model.get("tokenizer", ())
        if isinstance(named, str):
            yield ("models", model_id, "tokenizer"), named
        else:
            yield from ((("models", model_id, "tokenizer", n, "name"), each["name"]) for n, each in enumerate(named))


def _named_hours(table: dict[str, Any]) -> Iterator[tuple[KeyPath, Any, dict[str, Any]]]:
    """The condition rows that name their hours, each with the end of its price."""
    for model_id, model in table["models"].items():
        prices = model["prices"]
        for n, price in enumerate(prices):
            for m, row in enumerate(price.get("when", ())):
                if isinstance(row.get("hours"), str):
                    following = prices[n + 1]["from"] if n + 1 < len(prices) else END
                    end = price.get("until") or min(following, model.get("shutdown", END))
                    yield ("models", model_id, "prices", n, "when", m), end, row


def _prices(table: dict[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for model_id, model in table["models"].items():
        for n, price in enumerate(model["prices"]):
            yield ("models", model_id, "prices", n), price


def _price_at(table: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    price: dict[str, Any] = table["models"][path[1]]["prices"][path[3]]
    return price
