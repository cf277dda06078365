"""One price more in the text of a prices.toml, and not a character else.

tomlkit could append to a document and write it again, but it does not give back every document as it was: in the
shipped table it takes blanks out of inline tables, and sets the next header without its blank line. So the new lines
go in at the place that the line index knows, and the result is read again and compared: every other value must be
what it was.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, UnknownModel
from tokencost.pricetable.editing.comparable import changed_older_prices
from tokencost.pricetable.editing.correction import correct_entry
from tokencost.pricetable.editing.draft import Draft, TableFile
from tokencost.pricetable.editing.layout import entry_lines
from tokencost.pricetable.editing.new_price import NewModel, NewPrice, cite_by_name, complete_entry, conditions_of
from tokencost.pricetable.editing.toml_writer import model_lines, node_of
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
    """What continues and what ends without being mentioned."""
    findings: tuple[Finding, ...] = ()
    """What this price may not have been meant to say; to be accepted, or not to be written."""


def add_price(source: TableFile, new_price: NewPrice, today: date) -> Edited:
    """The bytes of a price table with that price added, and its version moved on.

    Raises `InvalidRequest` where the price cannot be added to it.
    """
    before = source.table
    new_price = cite_by_name(new_price, before.sources)
    draft = Draft(source, new_price, today)
    notes = _place_model(draft, new_price.new) if new_price.new else _place(draft)
    draft.values["version"] = next_version(before.version, today)
    try:
        draft.lines.change(draft.index.line_of(("version",)), "version", draft.values["version"])
        parsed = parse_toml(draft.lines.text().encode("utf-8"), before.file, PRICES_TOML)
    except (ValueError, KeyError):
        parsed = None
    if parsed is None or parsed.problems or parsed.values != draft.values:
        raise InvalidRequest(
            f"the layout of {before.file} is one that cannot be edited by line",
            "`tokencost prices format` writes it so that it can, or edit the file by hand",
        )
    try:
        after = check_prices(parsed)
    except InvalidData as error:
        problem = error.problems[0]
        raise InvalidRequest(f"with this price the table would not be valid: {problem.message}", problem.hint) from None
    changed = changed_older_prices(before, after, new_price.model) if new_price.correction is None else []
    if changed:
        first = changed[0]
        raise InvalidRequest(
            f"this would change the price of {first.model} from {show_bound(first.start)}",
            "a past price is changed with --correct and a --reason",
        )
    price = next(p for p in after.models[new_price.model].prices if p.start == new_price.start)
    findings = _new_findings(before, after, new_price.model, today)
    own = tuple(finding for finding in findings if finding.price is price)
    notes += [
        f"the price from {show_bound(finding.price.start)} now looks odd: {finding.detail}"
        for finding in findings
        if finding not in own
    ]
    return Edited(source.content, parsed.content, after, after.line_of(price.path), tuple(notes), own)


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


def _place(draft: Draft) -> list[str]:
    """Put the entry into the lines, and into the values that they shall have; what a person should know."""
    new_price, lines, index = draft.price, draft.lines, draft.index
    model = draft.table.models.get(new_price.model)
    if model is None:
        raise UnknownModel(f"unknown model {new_price.model!r}", "a model that the table lacks is added with --new")
    _refuse_the_past(model, new_price, draft.day)
    for same in model.prices:
        if same.start == new_price.start:
            return correct_entry(draft, same.path)
    entries = draft.entries()
    before = next((price for price in reversed(model.prices) if price.start < new_price.start), None)
    old = entries[int(before.path[-1])] if before else None
    entry, notes = complete_entry(new_price, old)
    reason = new_price.correction
    node = node_of(entry)
    if reason:
        node.above = [f"# entered {draft.day.isoformat()} as a correction: {reason}"]
    block = [*node.above, *entry_lines(model.id, node)]
    if before is None or old is None:
        first = model.prices[0]
        lines.before(index.line_of(first.path), [*block, ""])
        entries.insert(int(first.path[-1]), entry)
        return notes
    notes += _seen_since(before, new_price)
    lines.after(lines.last_line_of(_section_lines(index, before.path, old)), ["", *block])
    if before.end is not None and "until" in old and before.end > new_price.start:
        # The price before ends where this one begins, which its own line would now contradict.
        lines.drop(index.line_of((*before.path, "until")))
        del old["until"]
        notes.append(f"the price before was to end {show_bound(before.end)}; now it ends where this one begins")
    entries.insert(int(before.path[-1]) + 1, entry)
    if before.end is not None and before.end < new_price.start:
        notes.append(f"no price holds from {show_bound(before.end)} to {show_bound(new_price.start)}")
    if model.shutdown and model.shutdown <= new_price.start:
        notes.append(f"the table says that the model was shut down on {show_bound(model.shutdown)}")
    return notes


def _seen_since(before: Price, new_price: NewPrice) -> list[str]:
    """The price before was seen in force on a day for which this one now holds: one of the two days is wrong."""
    asked = conditions_of(new_price.conditions)
    evidence = next((block.evidence for block in before.blocks if block.conditions == asked), before.evidence)
    if evidence.checked is None or evidence.checked <= new_price.start.date():
        return []
    start, seen = show_bound(new_price.start), evidence.checked.isoformat()
    what = f"the price before was still seen on {seen}, and this one holds from {start}"
    return [f"past bills change: {what}; is the day of --from right?"]


def _place_model(draft: Draft, new: NewModel) -> list[str]:
    """As `_place`, for a model that the table does not have: below the last of its provider."""
    table, lines, model_id, models = draft.table, draft.lines, draft.price.model, draft.values["models"]
    if model_id in table.names:
        known = table.names[model_id][0][1].id
        raise InvalidRequest(f"the table has {model_id!r} already, as {known}", "leave --new out")
    if new.provider not in table.providers:
        raise InvalidRequest(
            f"unknown provider {new.provider!r}",
            f"known providers: {', '.join(table.providers)}; add [providers.{new.provider}] to the table first",
        )
    entry, notes = complete_entry(draft.price, None)
    of_provider = [key for key, model in models.items() if model["provider"] == new.provider]
    place = lines.last_line
    if of_provider:
        last = of_provider[-1]
        place = lines.last_line_of(_section_lines(draft.index, ("models", last), models[last]))
    lines.after(place, ["", *model_lines(model_id, new.provider, new.name), "", *entry_lines(model_id, node_of(entry))])
    named = {"name": new.name} if new.name else {}
    models[model_id] = {"provider": new.provider, **named, "prices": [entry]}
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


def _section_lines(index: LineIndex, path: KeyPath, value: Any) -> tuple[int, int]:
    """The first line of a table, and the line after the last of the sections below it."""
    lines = [index.line_of(each) for each in _paths(path, value)]
    return index.line_of(path), index.section_of(max(lines))[1]


def _paths(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from _paths((*path, key), below)
