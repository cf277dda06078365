"""The price table itself as documents: lists, histories, one model in full, and all of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from tokencost.analysis.table.price_rows import PriceRow
from tokencost.documents.conditions import Condition, say_conditions, told_apart
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Indented,
    Plain,
    Records,
    Sentence,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import (
    cite,
    merge_remarks,
    missing_rate_remarks,
    model_remarks,
    note_closed,
    say_served,
    window_remarks,
)
from tokencost.documents.table.fees import Fees
from tokencost.documents.table.history_chart import history_charts
from tokencost.documents.wording import count_noun, join_with_and, verb_of_cost
from tokencost.pricetable.hours import Window
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import ON_SALE, describe_retirement, is_retired, sale_status
from tokencost.pricetable.table import Model, Price, PriceTable, Region
from tokencost.pricetable.when import When, show_bound, show_when
from tokencost.pricing.rates import STANDARD, cells

MOST_NAMED = 4
"""Of more models a history says nothing in its answer that its table does not say better."""
FIELDS = (
    Field("provider"),
    Field("model"),
    Field("name"),
    Field("from", "bound"),
    Field("until", "bound"),
    Field("tier"),
    Field("window"),
    Field("input_tokens_above", "count"),
    Field("currency"),
    Field("input", "rate"),
    Field("cached_input", "rate"),
    Field("cache_write", "rate"),
    Field("output", "rate"),
    Field("source", "url"),
    Field("checked", "when"),
    Field("confidence"),
)
"""Of every list of prices, for programs."""
REGION = Field("region")
"""Behind all other columns: scripts count on their order."""


class Shown(NamedTuple):
    """A rate that people read: its name, its heading, and when it leaves a narrow table."""

    key: str
    heading: str
    leaves: int = 0


SHOWN = (
    Shown("input", "input"),
    Shown("cached_input", "cached", 5),
    Shown("cache_write", "cache write", 4),
    Shown("cache_write_12h", "12-hour write", 3),
    Shown("output", "output"),
)


# ---- prices list


def list_document(
    table: PriceTable,
    rows: Sequence[PriceRow],
    as_of: When,
    sold: frozenset[Model] = frozenset(),
    retired: frozenset[Model] = frozenset(),
    closed: Sequence[tuple[Model, Price, Window]] = (),
    fees: Fees | None = None,
) -> Document:
    """The document of `tokencost prices list`.

    `sold` and `retired` are all models on sale and no longer so, `closed` the hours that are left out; `fees` are those
    of calls.
    """
    fields = (*FIELDS, Field("status"), Field("shutdown", "bound"), REGION)
    values = tuple((*_values(row), sale_status(row.model, as_of), row.model.shutdown, row.cell.region) for row in rows)
    return begin_document(table, "prices list", as_of)._replace(
        records=(Records(fields, values), *((fees.records,) if fees else ())),
        tables=(*((_list_table(table, rows, as_of),) if rows else ()), *(fees.tables if fees else ())),
        answer=tuple(_say_on_sale(rows, as_of, sold, retired)),
        notes=(*_say_hours(rows, closed, as_of), *_say_where_others_are(rows)),
    )


def _say_on_sale(
    rows: Sequence[PriceRow], as_of: When, sold: frozenset[Model], retired: frozenset[Model]
) -> Iterator[Sentence]:
    """How many models are on sale, how many of them have such rates, and how many are not shown: they are retired."""
    listed = {row.model for row in rows}
    hidden = len(retired - listed)
    more = f" ({hidden} {'is' if hidden == 1 else 'are'} retired: --retired)" if hidden else ""
    if shown := len(retired & listed):
        more = f", and {shown} retired" + more
    some = "" if sold <= listed else f"; {len(sold & listed)} of them have such rates"
    order = ", newest first" if rows else ""
    yield (f"{count_noun(len(sold), 'model')} on sale on {show_when(as_of)}{order}{more}{some}.",)


def _list_table(table: PriceTable, rows: Sequence[PriceRow], as_of: When) -> Table:
    """Models under their providers, newest first; other rates than the ordinary ones are indented below."""
    beside = [each for each in told_apart(row.cell for row in rows) if each.heading in ("hours", "region")]
    # What all rows have in common stands once, with the unit; of several tiers each has its row.
    without = ["hours", "region", *([] if len({row.cell.tier for row in rows}) > 1 else ["tier"])]
    shown = _shown(rows, without=("cache_write_12h",))
    by_model: dict[Model, list[PriceRow]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row)
    providers = list(table.providers)
    newest = sorted(by_model, key=lambda model: _newest(model, by_model[model]), reverse=True)
    order = sorted(newest, key=lambda model: providers.index(model.provider))
    lines: list[tuple[Value, ...]] = []
    for provider, models in groupby(order, key=lambda model: model.provider):
        lines.append((table.providers[provider].name,))
        for model in models:
            for conditions, own in groupby(by_model[model], key=lambda row: say_conditions(row.cell, *without)):
                name = Indented(conditions) if conditions else _name_with_end(model, as_of)
                lines += [
                    (name, *(each.say(row.cell) for each in beside), *_rates(row, shown))
                    for row in sorted(own, key=lambda row: row.rates.input)
                ]
    columns = (
        Column(""),
        *(Column(each.heading, leaves=each.leaves) for each in beside),
        *_rate_columns(shown, rows[0].currency),
    )
    return Table(columns, lines, unit=_unit(rows), names=1 + len(beside))


def _newest(model: Model, rows: Sequence[PriceRow]) -> datetime:
    return model.released or min((price.start for price in model.prices), default=rows[0].price.start)


def _name_with_end(model: Model, as_of: When) -> str:
    """`gpt-5-mini (ends 2026-12-11)`."""
    status = sale_status(model, as_of)
    return model.id if status == ON_SALE else f"{model.id} ({status})"


def _say_hours(
    rows: Sequence[PriceRow], closed: Sequence[tuple[Model, Price, Window]], as_of: When
) -> Iterator[Sentence]:
    """When the windows of the listed prices are open, once for all models with the same hours."""
    said: dict[str, dict[str, None]] = {}
    for row in rows:
        for window in row.price.windows:
            if row.cell.window == window.name:
                said.setdefault(f"{window.name} is {window.describe()}", {})[row.model.id] = None
    for model, price, window in closed:
        said.setdefault(f"{window.name} is {window.describe()}{note_closed(window, price, as_of)}", {})[model.id] = None
    names = [words.partition(" is ")[0] for words in said]
    for words, models in said.items():
        if names.count(words.partition(" is ")[0]) == 1:
            yield (f"{words[:1].upper()}{words[1:]}.",)
        else:
            yield from merge_remarks((model, f": {words}.") for model in models)


def _say_where_others_are(rows: Sequence[PriceRow]) -> Iterator[Sentence]:
    """Where the rates are that a list of ordinary ones leaves out."""
    ordinary = all(row.cell.tier == STANDARD and not row.cell.region for row in rows)
    if ordinary and any(block.tier or block.region for row in rows for block in row.price.blocks):
        yield ("Other tiers and regions: tokencost prices show MODEL.",)


# ---- prices history


def history_document(table: PriceTable, rows: Sequence[PriceRow], as_of: When) -> Document:
    """The document of `tokencost prices history`."""
    return begin_document(table, "prices history", as_of)._replace(
        records=(Records((*FIELDS, REGION), tuple((*_values(row), row.cell.region) for row in rows)),),
        tables=(_history_table(rows),) if rows else (),
        answer=tuple(_say_change(rows)),
        notes=tuple(_note_promotions(rows)),
        charts=WhenRead(lambda: history_charts(rows, as_of)),
    )


def _history_table(rows: Sequence[PriceRow]) -> Table:
    """A row for each dated price and each of its conditions, oldest first."""
    several = len({row.model for row in rows}) > 1
    conditions = told_apart(row.cell for row in rows)
    shown = _shown(rows, without=("cache_write_12h",))
    lines = []
    for own, end in _merge_equal(rows):
        for row in _in_order(own):
            model = (row.model.id,) if several else ()
            lines.append((*model, row.price.start, end, *_say_each(row, conditions), *_rates(row, shown)))
    columns = (
        *((Column("model"),) if several else ()),
        Column("from", "bound"),
        Column("until", "bound", leaves=1),
        *(Column(each.heading, leaves=each.leaves) for each in conditions),
        *_rate_columns(shown, rows[0].currency),
    )
    names = 2 + several + len(conditions) if conditions else 1 + several
    return Table(columns, lines, unit=_unit(rows), names=names)


def _merge_equal(rows: Sequence[PriceRow]) -> list[tuple[list[PriceRow], datetime | None]]:
    """The rows of each price with its end; prices that say the same as the one before are one with it.

    A price may have begun for a tier that nobody asked for.
    """
    merged: list[tuple[list[PriceRow], datetime | None]] = []
    for price, group in groupby(rows, key=lambda row: row.price):
        own = list(group)
        if merged and merged[-1][1] == price.start and _what(merged[-1][0]) == _what(own):
            merged[-1] = (merged[-1][0], price.end)
        else:
            merged.append((own, price.end))
    return merged


def _what(rows: Sequence[PriceRow]) -> list[tuple[object, ...]]:
    """What rows of one price say, without their times and sources."""
    return [
        (
            *(row.model.id, row.currency, row.rates),
            *(row.cell.tier, row.cell.window, row.cell.input_tokens_above, row.cell.region),
        )
        for row in rows
    ]


def _unit(rows: Sequence[PriceRow]) -> str:
    """What the rates are, with the tier, hours and region that all of them have."""
    cell = rows[0].cell
    differ = [each.heading for each in told_apart(row.cell for row in rows)]
    common = say_conditions(cell, "input tokens", *differ)
    return ", ".join(filter(None, (f"{rows[0].currency} per 1M tokens", common)))


def _say_change(rows: Sequence[PriceRow]) -> Iterator[Sentence]:
    """How often the price of each model changed, and from what to what."""
    by_model = {model: list(own) for model, own in groupby(rows, key=lambda row: row.model)}
    for model, every in by_model.items() if len(by_model) <= MOST_NAMED else ():
        own = [row for row in every if row.cell.tier == STANDARD] or every
        prices = [group[0].price for group, _ in _merge_equal(own)]
        # Where the price depends on the hour, the lowest: the others are in the table.
        inputs = [min(row.rates.input for row in own if row.price is price) for price in prices]
        first, last = inputs[0], inputs[-1]
        begun, ended, lowest, highest = (
            Figure(rate, "rate", own[0].currency) for rate in (first, last, min(inputs), max(inputs))
        )
        begin = f"{model.id} has {count_noun(len(prices), 'dated price')} from {show_bound(prices[0].start)} on"
        if len(prices) == 1:
            yield (f"{begin}.",)
        elif min(inputs) == max(inputs):
            yield f"{begin}: input stayed at ", ended, "."
        elif first == last:
            yield f"{begin}: input was ", lowest, " to ", highest, ", last ", ended, "."
        else:
            change = () if not first else (" (", Figure((last / first - 1) * 100, "change"), ")")
            verb = "fell" if last < first else "rose"
            yield f"{begin}: input {verb} from ", begun, " to ", ended, *change, "."


# ---- prices show


def show_document(
    table: PriceTable, side: ModelAt, rows: Sequence[PriceRow], as_of: When, fees: Fees | None = None
) -> Document:
    """The document of `tokencost prices show`: every rate in force, with its line in prices.toml, and fees of calls."""
    model = side.model
    at = [field.key for field in FIELDS].index("output")
    fields = (*FIELDS[:at], Field("cache_write_12h", "rate"), *FIELDS[at:], Field("line"), REGION)
    values = []
    for row in rows:
        cells = _values(row)
        line = table.line_of(row.cell.path)
        values.append((*cells[:at], _rate(row, row.rates.cache_write_12h), *cells[at:], line, row.cell.region))
    records = [Records(fields, tuple(values))]
    tables = [_show_table(table, list(own)) for _, own in groupby(rows, key=lambda row: row.currency)]
    if model.served:
        served = tuple((item.start, item.end, item.name) for item in model.served)
        records.append(Records((Field("from", "bound"), Field("until", "bound"), Field("name")), served, "served"))
    if len(model.served) > 1:
        stood = [(item.name, item.start, item.end) for item in model.served]
        columns = (Column("name"), Column("from", "bound"), Column("until", "bound"))
        tables.append(Table(columns, stood, title=f"What {model.id} stood for"))
    if fees:
        records.append(fees.records)
        tables += fees.tables
    notes: list[Sentence] = [*say_served([side], table), *model_remarks(side), *window_remarks([side])]
    notes += missing_rate_remarks(side, [row.cell for row in rows if row.cell.tier == STANDARD])
    if model.note:
        notes.append((model.note,))
    for row in rows:
        region = table.regions.get(row.cell.region or "")
        if region is not None and region.rule == row.evidence.rule:
            notes += _say_region(region)
        elif rule := row.evidence.rule:
            notes.append((f"{_name_tier(row, 'rule')}the page says: {rule}",))
        if note := row.evidence.note:
            notes.append((f"{_name_tier(row, 'note')}{note}",))
    return begin_document(table, "prices show", as_of)._replace(
        records=tuple(records),
        tables=tuple(tables),
        answer=tuple(_say_price(table, side, rows)),
        assumed=tuple(_say_facts(table, side)),
        notes=tuple(dict.fromkeys(notes)),
        sources=tuple(dict.fromkeys(cite(row.evidence) for row in rows)),
    )


def _say_price(table: PriceTable, side: ModelAt, rows: Sequence[PriceRow]) -> Iterator[Sentence]:
    """What the ordinary rates are: `GPT-6.1 Sol (gpt-6.1-sol) by OpenAI costs $2.00 for input and ...`."""
    model, price = side.model, side.price
    who = f"{model.name} ({model.id}) by {table.providers[model.provider].name}"
    currency = rows[0].currency if rows else "USD"
    plain = [
        row for row in rows
        if row.currency == currency and not say_conditions(row.cell, "hours")
    ]  # fmt: skip
    parts: list[Sentence] = []
    for shown in SHOWN:
        rates = [rate for row in plain if (rate := getattr(row.rates, shown.key)) is not None]
        if rates and shown.key in ("input", "cached_input", "output"):
            low, high = (Figure(rate, "rate", currency) for rate in (min(rates), max(rates)))
            span = (low,) if low == high else (low, " to ", high)
            parts.append((*span, f" for {shown.key.replace('_', ' ')}"))
    verb = "cost" if is_retired(model, side.when) else verb_of_cost(side.when, table)
    begin = show_bound(price.start)
    end = _end_of_rates(model, price)
    time = f"from {begin} to {show_bound(end)}" if end else f"since {begin}"
    yield f"{who} {verb} ", *join_with_and(parts), f" per 1M tokens {time}."


def _end_of_rates(model: Model, price: Price) -> datetime | None:
    """Until when the standard rates of a price hold: the next one may be about another tier."""
    end = price.end
    for later in model.prices:
        if end is not None and later.start == end and _standard(later) == _standard(price):
            end = later.end
    return end


def _standard(price: Price) -> list[tuple[object, ...]]:
    return [(cell.window, cell.input_tokens_above, cell.rates) for cell in cells(price) if cell.tier == STANDARD]


def _say_facts(table: PriceTable, side: ModelAt) -> Iterator[Sentence]:
    """Where the price stands, since when there is the model, and its other names."""
    model = side.model
    dates = [f"{table.file}, line {table.line_of(side.price.path)}"]
    if model.released:
        dates.append(f"released {show_bound(model.released)}")
    if model.shutdown:
        dates.append(f"shut{'' if is_retired(model, side.when) else 's'} down {describe_retirement(model)}")
    yield (f"{'; '.join(dates)}.",)
    if names := [alias.name for alias in model.aliases]:
        yield (f"Also billed at this price: {', '.join(names)}.",)


def _show_table(table: PriceTable, rows: Sequence[PriceRow]) -> Table:
    """Every rate of one currency, with the conditions in which they differ as columns, and its line.

    The rates of a region, which repeat all others, stand below a heading.
    """
    conditions = tuple(each for each in told_apart(row.cell for row in rows) if each.heading != "region")
    shown = _shown(rows)
    named = conditions or (Condition("", lambda _: rows[0].model.id),)
    lines: list[tuple[Value, ...]] = []
    for region, own in groupby(rows, key=lambda row: row.cell.region):
        if region is not None:
            lines.append((f"region {region}",))
        lines += [(*_say_each(row, named), *_rates(row, shown), table.line_of(row.cell.path)) for row in _in_order(own)]
    columns = (
        # The unit stands in the first cell; what a tier is needs no heading.
        *(Column(condition.heading if place else "") for place, condition in enumerate(named)),
        *_rate_columns(shown, rows[0].currency),
        Column("line", leaves=2),
    )
    return Table(columns, lines, unit=f"{rows[0].currency} per 1M tokens", names=len(named))


# ---- prices export


def export_document(table: PriceTable, rows: Sequence[PriceRow], as_of: When) -> Document:
    """The document of `tokencost prices export`: the whole dated table, for programs alone."""
    fields = (*FIELDS, Field("cache_write_12h", "rate"), Field("window_hours"), REGION)
    values = tuple(
        (*_values(row), _rate(row, row.rates.cache_write_12h), _describe_window(row), row.cell.region) for row in rows
    )
    return begin_document(table, "prices export", as_of)._replace(records=(Records(fields, values),))


def _describe_window(row: PriceRow) -> str | None:
    """The hours of a row's window, with its calendar by the name that programs know."""
    for window in row.price.windows:
        if window.name == row.cell.window:
            calendar = f"{window.except_calendar} holidays" if window.except_calendar else ""
            return window._replace(holidays_name=calendar).describe()
    return None


# ---- What all say


def _shown(rows: Sequence[PriceRow], without: Sequence[str] = ()) -> tuple[Shown, ...]:
    """The rates that any of the rows has; input and output always."""
    return tuple(
        each
        for each in SHOWN
        if each.key not in without
        and (each.key in ("input", "output") or any(getattr(row.rates, each.key) is not None for row in rows))
    )


def _rate_columns(shown: Sequence[Shown], currency: str) -> Iterator[Column]:
    for each in shown:
        yield Column(each.heading, "rate", leaves=each.leaves, currency=currency)


def _rates(row: PriceRow, shown: Sequence[Shown]) -> Iterator[Plain]:
    for each in shown:
        yield getattr(row.rates, each.key)


def _say_each(row: PriceRow, conditions: Sequence[Condition]) -> Iterator[str]:
    """Each condition in its own column; the ordinary tier by its name."""
    for condition in conditions:
        yield condition.say(row.cell) or (STANDARD if condition.heading == "tier" else "")


def _in_order(rows: Iterable[PriceRow]) -> list[PriceRow]:
    """Of the windows of the same tier and length, the cheapest first."""
    found: list[PriceRow] = []
    for _, same in groupby(rows, key=lambda row: say_conditions(row.cell, "hours")):
        found += sorted(same, key=lambda row: row.rates.input)
    return found


def _values(row: PriceRow) -> tuple[Value, ...]:
    cell, evidence = row.cell, row.evidence
    return (
        row.model.provider,
        row.model.id,
        row.model.name,
        row.price.start,
        row.price.end,
        cell.tier,
        cell.window,
        cell.input_tokens_above or None,
        row.currency,
        _rate(row, row.rates.input),
        _rate(row, row.rates.cached_input),
        _rate(row, row.rates.cache_write),
        _rate(row, row.rates.output),
        evidence.source,
        evidence.checked,
        evidence.confidence,
    )


def _rate(row: PriceRow, rate: Plain) -> Value:
    return Figure(rate, "rate", row.currency)


def _name_tier(row: PriceRow, key: str) -> str:
    """`ultrafast: ` where a note or a rule is about that tier alone, or `ultrafast, data-residency: `."""
    named = ", ".join(filter(None, (row.cell.tier, row.cell.region)))
    return f"{named}: " if getattr(row.evidence, key) != getattr(row.price.evidence, key) else ""


def _say_region(region: Region) -> Iterator[Sentence]:
    """What is said of all rows of a region, once."""
    if region.rule is not None:
        yield (f"{region.id}: the page says: {region.rule}" + (f" ({region.source})" if region.source else ""),)
    if region.note is not None:
        yield (f"{region.id}: {region.note}",)


def _note_promotions(rows: Sequence[PriceRow]) -> Iterator[Sentence]:
    for price in dict.fromkeys(row.price for row in rows):
        if price.promotion:
            yield (f"{price.model}: the price from {show_bound(price.start)} is promotional.",)
