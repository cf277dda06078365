"""One price more in the text of a prices.toml, and not a character else.

tomlkit could append to a document and write it again, but it does not give back every document as it was: in the
shipped table it takes blanks out of inline tables, and sets the next header without its blank line. So the new lines
go in at the place that the line index knows, and the result is read again and compared: every other value must be
what it was.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, UnknownModel
from tokencost.pricetable.editing.comparable import changed_older_prices
from tokencost.pricetable.editing.correction import correct_entry
from tokencost.pricetable.editing.line_editor import LineEditor
from tokencost.pricetable.editing.new_price import Entry, NewModel, NewPrice, complete_entry, conditions_of
from tokencost.pricetable.editing.toml_writer import entry_lines, model_lines
from tokencost.pricetable.line_index import LineIndex
from tokencost.pricetable.load import check_prices
from tokencost.pricetable.reading.findings import Finding, list_findings
from tokencost.pricetable.reading.schema import PRICES_TOML
from tokencost.pricetable.reading.validated_toml import parse_toml
from tokencost.pricetable.table import KeyPath, Model, Price, PriceTable
from tokencost.pricetable.when import show_bound

_CALENDAR_VERSION = re.compile(r"\d{1,9}(\.\d{1,9})*", re.ASCII)


class Edited(NamedTuple):
    """A price table with one price more, not yet written."""

    before: bytes
    """The file that was edited."""
    content: bytes
    table: PriceTable
    line: int
    """Where the entry begins."""
    notes: tuple[str, ...]
    """What continues, and what ends, though nobody said so."""
    findings: tuple[Finding, ...] = ()
    """What this price may not have been meant to say; to be accepted, or not to be written."""


class TableFile(NamedTuple):
    """A price table and the file that it comes from: read once, for whatever is asked and edited."""

    table: PriceTable
    content: bytes
    values: dict[str, Any]
    """As TOML has them."""


def parse_table_file(content: bytes, file: str) -> TableFile:
    """The table in the bytes of a file, to be edited. Raises `InvalidData`."""
    parsed = parse_toml(content, file, PRICES_TOML)
    return TableFile(check_prices(parsed), content, parsed.values or {})


def add_price(source: TableFile, new_price: NewPrice, today: date) -> Edited:
    """The bytes of a price table with that price added, and its version moved on.

    Raises `InvalidRequest` where the price cannot be added to it.
    """
    table, content, raw = source
    file, text = table.file, content.decode("utf-8")
    wanted = deepcopy(raw)
    lines = LineEditor(text)
    index = LineIndex(text)
    notes = _place(table, raw, wanted, lines, index, new_price, today)
    wanted["version"] = next_version(table.version, today)
    try:
        lines.change(index.line_of(("version",)), "version", wanted["version"])
        edited = lines.text().encode("utf-8")
        parsed = parse_toml(edited, file, PRICES_TOML)
    except (ValueError, KeyError):
        parsed = None
    if parsed is None or parsed.problems or parsed.values != wanted:
        raise InvalidRequest(
            f"the layout of {file} is one that cannot be edited by line",
            f"write the model's prices as [[models.{new_price.model}.prices]] tables, or edit the file by hand",
        )
    try:
        after = check_prices(parsed)
    except InvalidData as error:
        problem = error.problems[0]
        raise InvalidRequest(f"with this price the table would not be valid: {problem.message}", problem.hint) from None
    changed = changed_older_prices(table, after, new_price.model) if new_price.correction is None else []
    if changed:
        first = changed[0]
        raise InvalidRequest(
            f"this would change the price of {first.model} from {show_bound(first.start)}",
            "a past price is changed with --correct and a --reason",
        )
    price = next(p for p in after.models[new_price.model].prices if p.start == new_price.start)
    findings = _new_findings(table, after, new_price.model, today)
    own = tuple(finding for finding in findings if finding.price is price)
    notes += [
        f"the price from {show_bound(finding.price.start)} now looks odd: {finding.detail}"
        for finding in findings
        if finding not in own
    ]
    return Edited(content, edited, after, after.line_of(price.path), tuple(notes), own)


def _new_findings(before: PriceTable, after: PriceTable, model_id: str, today: date) -> list[Finding]:
    known = {(finding.kind, finding.price.start, finding.detail) for finding in _findings_of(before, model_id, today)}
    return [
        finding
        for finding in _findings_of(after, model_id, today)
        if (finding.kind, finding.price.start, finding.detail) not in known
    ]


def _findings_of(table: PriceTable, model_id: str, today: date) -> list[Finding]:
    return [finding for finding in list_findings(table, today) if finding.price.model == model_id]


def next_version(version: str, today: date) -> str:
    """The calendar version after this one: today's, else one more edit of the same day. Never an earlier one."""
    wanted = f"{today.year:04d}.{today.month:02d}.{today.day:02d}"
    # What is longer is no calendar version, and Python reads no integer of thousands of digits.
    if not _CALENDAR_VERSION.fullmatch(version) or _numbers(version) < _numbers(wanted):
        return wanted
    day, edits = version.split(".")[:3], version.split(".")[3:]
    return ".".join([*day, str(int(edits[0]) + 1 if edits else 1)])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _place(
    table: PriceTable,
    raw: dict[str, Any],
    wanted: dict[str, Any],
    lines: LineEditor,
    index: LineIndex,
    new_price: NewPrice,
    today: date,
) -> list[str]:
    """Put the entry into the lines, and into the values that they shall have; what a person should know."""
    reason = new_price.correction
    if new_price.new is not None:
        return _place_model(table, raw, wanted, lines, index, new_price, new_price.new)
    model = table.models.get(new_price.model)
    if model is None:
        raise UnknownModel(f"unknown model {new_price.model!r}", "a model that the table lacks is added with --new")
    _refuse_the_past(model, new_price, today)
    listed: list[Entry] = raw["models"][model.id]["prices"]
    now: list[Entry] = wanted["models"][model.id]["prices"]
    same = next((p for p in model.prices if p.start == new_price.start), None)
    if same is not None:
        return correct_entry(now, lines, index, same.path, new_price, today)
    earlier = [price for price in model.prices if price.start < new_price.start]
    before = earlier[-1] if earlier else None
    entry, notes = complete_entry(new_price, _entry_at(listed, before.path) if before else None)
    if before is not None:
        notes += _seen_since(before, new_price)
    comment = f"entered {today.isoformat()} as a correction: {reason}" if reason else ""
    block = entry_lines(model.id, entry, comment)
    if before is None:
        first = model.prices[0]
        lines.before(index.line_of(first.path), [*block, ""])
        now.insert(int(first.path[-1]), entry)
        return notes
    position = int(before.path[-1])
    lines.after(lines.last_line_of(_section_lines(index, before.path, listed[position])), ["", *block])
    if before.end is not None and "until" in listed[position] and before.end > new_price.start:
        # The price before ends where this one begins, which its own line would now contradict.
        lines.drop(index.line_of((*before.path, "until")))
        del now[position]["until"]
        notes.append(f"the price before was to end {show_bound(before.end)}; now it ends where this one begins")
    now.insert(position + 1, entry)
    if before.end is not None and before.end < new_price.start:
        notes.append(f"no price holds from {show_bound(before.end)} to {show_bound(new_price.start)}")
    if model.shutdown and model.shutdown <= new_price.start:
        notes.append(f"the table says that the model was shut down on {show_bound(model.shutdown)}")
    return notes


def _seen_since(before: Price, new_price: NewPrice) -> list[str]:
    """The price before was seen in force on a day for which this one now holds: one of the two days is wrong."""
    asked = conditions_of(new_price.conditions)
    evidence = next(
        (b.evidence for b in before.blocks if (b.tier, b.window, b.input_tokens_above) == asked), before.evidence
    )
    if evidence.checked is None or evidence.checked <= new_price.start.date():
        return []
    start, seen = show_bound(new_price.start), evidence.checked.isoformat()
    what = f"the price before was still seen on {seen}, and this one holds from {start}"
    return [f"past bills change: {what}; is the day of --from right?"]


def _place_model(
    table: PriceTable,
    raw: dict[str, Any],
    wanted: dict[str, Any],
    lines: LineEditor,
    index: LineIndex,
    new_price: NewPrice,
    new: NewModel,
) -> list[str]:
    if new_price.model in table.names:
        known = table.names[new_price.model][0][1].id
        raise InvalidRequest(f"the table has {new_price.model!r} already, as {known}", "leave --new out")
    if new.provider not in table.providers:
        raise InvalidRequest(
            f"unknown provider {new.provider!r}",
            f"known providers: {', '.join(table.providers)}; add [providers.{new.provider}] to the table first",
        )
    entry, notes = complete_entry(new_price, None)
    block = [*model_lines(new_price.model, new.provider, new.name), "", *entry_lines(new_price.model, entry)]
    of_provider = [key for key, model in raw["models"].items() if model["provider"] == new.provider]
    if of_provider:
        last = of_provider[-1]
        lines.after(lines.last_line_of(_section_lines(index, ("models", last), raw["models"][last])), ["", *block])
    else:
        lines.after(lines.last_line, ["", *block])
    named = {"name": new.name} if new.name else {}
    wanted["models"][new_price.model] = {"provider": new.provider, **named, "prices": [entry]}
    return notes


def _refuse_the_past(model: Model, new_price: NewPrice, today: date) -> None:
    """A price is past where a later one has begun, or where it has ended."""
    last = model.prices[-1]
    has_ended = last.end is not None and new_price.start < last.end and last.end.date() <= today
    is_past = new_price.start <= last.start or has_ended
    if new_price.correction is None and is_past:
        if any(price.start == new_price.start for price in model.prices):
            what = f"{model.id} has a price from {show_bound(new_price.start)} already"
        elif has_ended and last.end:
            what = f"the last price of {model.id}, until {show_bound(last.end)}, has ended and would change"
        else:
            what = f"{model.id} has a later price, from {show_bound(last.start)}: the past would change"
        raise InvalidRequest(what, "past prices stay as they are; to mend a mistake, add --correct --reason 'why'")
    if new_price.correction is not None and not is_past:
        raise InvalidRequest(
            f"there is nothing to correct: the last price of {model.id} begins {show_bound(last.start)}",
            "leave --correct out to add a new price",
        )


def _entry_at(listed: list[Entry], path: KeyPath) -> Entry:
    return listed[int(path[-1])]


def _section_lines(index: LineIndex, path: KeyPath, value: Any) -> tuple[int, int]:
    """The first line of a table, and the line after the last of the sections below it."""
    lines = [index.line_of(each) for each in _paths(path, value)]
    return index.line_of(path), index.section_of(max(lines))[1]


def _paths(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from _paths((*path, key), below)
