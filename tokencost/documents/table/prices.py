"""The price table itself as documents: lists, histories, one model in full, and all of it."""

from collections.abc import Iterable, Sequence

from tokencost.analysis.table.price_rows import PriceRow
from tokencost.documents.document import (
    Document,
    Field,
    Figure,
    Plain,
    Records,
    Sentence,
    Value,
    WhenRead,
    begin_document,
    split_records,
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
from tokencost.documents.table.history_chart import history_charts
from tokencost.documents.wording import count_noun
from tokencost.pricetable.hours import Window
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import ON_SALE, sale_status
from tokencost.pricetable.table import Model, Price, PriceTable, Region
from tokencost.pricetable.when import When, show_bound, show_when

RATES = ("input", "cached_input", "cache_write", "output")
COLUMNS = (
    Field("provider"),
    Field("model"),
    Field("name"),
    Field("from", "bound"),
    Field("until", "bound"),
    Field("tier"),
    Field("window"),
    Field("input_tokens_above", "count", "input above"),
    Field("currency"),
    Field("input", "rate"),
    Field("cached_input", "rate"),
    Field("cache_write", "rate"),
    Field("output", "rate"),
    Field("source", "url"),
    Field("checked", "when"),
    Field("confidence"),
)
"""Of every list of prices, in CSV and JSON whether people see them or not."""


def list_document(
    table: PriceTable,
    rows: Sequence[PriceRow],
    as_of: When,
    sold: frozenset[Model] = frozenset(),
    retired: frozenset[Model] = frozenset(),
    closed: Sequence[tuple[Model, Price, Window]] = (),
    fees: Records | None = None,
) -> Document:
    """The document of `tokencost prices list`.

    `sold` and `retired` are all models on sale and no longer so, `closed` the hours that are left out; `fees` are those
    of calls.
    """
    caption = f"prices in force on {show_when(as_of)}, per 1M tokens"
    statuses = [sale_status(row.model, as_of) for row in rows]
    columns = (
        *_columns(rows, shown={"model", "tier", "window", "input_tokens_above", *RATES, "checked"}),
        Field("status", shown=any(status != ON_SALE for status in statuses)),
        Field("shutdown", "bound", shown=False),
        _region_column(rows),
    )
    values = tuple(
        (*_values(row), status, row.model.shutdown, row.cell.region) for row, status in zip(rows, statuses, strict=True)
    )
    notes = [
        (model.id, f": {window.name} is {window.describe()}{note_closed(window, price, as_of)}.")
        for model, price, window in closed
    ]
    main = Records(columns, values, caption=caption)
    return begin_document(table, "prices list", as_of)._replace(
        **split_records(main, *([fees] if fees else [])),
        answer=tuple(_say_on_sale(rows, as_of, sold, retired)),
        notes=merge_remarks(notes),
    )


def _say_on_sale(
    rows: Sequence[PriceRow], as_of: When, sold: frozenset[Model], retired: frozenset[Model]
) -> Iterable[Sentence]:
    """How many models are on sale, how many of them have such rates, and how many are not shown: they are retired."""
    listed = {row.model for row in rows}
    hidden = len(retired - listed)
    more = f" ({hidden} retired: --retired)" if hidden else ""
    some = "" if sold <= listed else f"; {len(sold & listed)} of them have such rates"
    yield (f"{count_noun(len(sold), 'model')} on sale on {show_when(as_of)}{more}{some}.",)


def history_document(table: PriceTable, rows: Sequence[PriceRow], as_of: When) -> Document:
    """The document of `tokencost prices history`."""
    shown = {"from", "until", "tier", "window", "input_tokens_above", *RATES, "confidence"}
    if len({row.model.id for row in rows}) > 1:
        shown.add("model")
    caption = f"dated prices of {', '.join(dict.fromkeys(row.model.id for row in rows))}, per 1M tokens"
    columns = (*_columns(rows, shown=shown), _region_column(rows))
    return begin_document(table, "prices history", as_of)._replace(
        **split_records(Records(columns, tuple((*_values(row), row.cell.region) for row in rows), caption=caption)),
        notes=tuple(_note_promotions(rows)),
        charts=WhenRead(lambda: history_charts(rows, as_of)),
    )


def export_document(table: PriceTable, rows: Sequence[PriceRow], as_of: When) -> Document:
    """The document of `tokencost prices export`: the whole dated table, and what the shorter lists leave out."""
    columns = (
        *_columns(rows, shown={"model", "from", "until", "tier", "window", "input_tokens_above", "currency", *RATES}),
    )
    hours = [
        {window.name: window.describe() for window in row.price.windows}.get(row.cell.window or "") for row in rows
    ]
    columns = (*columns, Field("cache_write_12h", "rate", shown=False), Field("window_hours", shown=False))
    columns = (*columns, _region_column(rows))
    values = tuple(
        (*_values(row), _rate(row, row.rates.cache_write_12h), open_, row.cell.region)
        for row, open_ in zip(rows, hours, strict=True)
    )
    caption = "every dated price, per 1M tokens"
    return begin_document(table, "prices export", as_of)._replace(
        **split_records(Records(columns, values, caption=caption))
    )


def show_document(
    table: PriceTable, side: ModelAt, rows: Sequence[PriceRow], as_of: When, fees: Records | None = None
) -> Document:
    """The document of `tokencost prices show`: every rate in force, with its line in prices.toml, and fees of calls."""
    model, price = side.model, side.price
    columns = _columns(rows, shown={"tier", "window", "input_tokens_above", *RATES, "confidence"})
    at = [column.key for column in columns].index("output")
    longest = any(row.rates.cache_write_12h is not None for row in rows)
    columns = (
        *columns[:at],
        Field("cache_write_12h", "rate", "cache write 12h", shown=longest),
        *columns[at:],
        Field("line"),
        _region_column(rows),
    )
    values = []
    for row in rows:
        cells = _values(row)
        line = table.line_of(row.cell.path)
        values.append((*cells[:at], _rate(row, row.rates.cache_write_12h), *cells[at:], line, row.cell.region))
    since = f"{show_bound(price.start)} to {show_bound(price.end)}" if price.end else f"{show_bound(price.start)} on"
    facts: list[Sentence] = [
        (f"{model.name} ({model.id}), {table.providers[model.provider].name}. Rates per 1M tokens, from {since}.",),
        (f"{table.file}:{table.line_of(price.path)}",),
    ]
    names = [alias.name for alias in model.aliases]
    if names:
        facts.append((f"Also billed as {model.id}: {', '.join(names)}.",))
    served = Records(
        (Field("from", "bound"), Field("until", "bound"), Field("name")),
        tuple((item.start, item.end, item.name) for item in model.served),
        name="served",
        caption="what the name stood for",
    )
    notes: list[Sentence] = [*say_served([side], table), *model_remarks(side), *window_remarks([side])]
    notes += missing_rate_remarks(side, [row.cell for row in rows if row.cell.tier == "standard"])
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
    main = Records(tuple(columns), tuple(values), caption=f"every rate of {model.id} on {show_when(side.when)}")
    return begin_document(table, "prices show", as_of)._replace(
        **split_records(main, *([served] if model.served else []), *([fees] if fees else [])),
        answer=tuple(facts),
        notes=tuple(dict.fromkeys(notes)),
        sources=tuple(dict.fromkeys(cite(row.evidence) for row in rows)),
    )


def _region_column(rows: Sequence[PriceRow]) -> Field:
    """Behind all other columns: scripts count on their order."""
    return Field("region", shown=any(row.cell.region for row in rows))


def _columns(rows: Sequence[PriceRow], shown: set[str]) -> tuple[Field, ...]:
    """The columns of DESIGN for prices; those without any value, or with one value throughout, are for data only."""
    keep = set(shown)
    if all(row.cell.window is None for row in rows):
        keep.discard("window")
    if all(row.cell.input_tokens_above == 0 for row in rows):
        keep.discard("input_tokens_above")
    if all(row.cell.tier == "standard" for row in rows):
        keep.discard("tier")
    for rate in ("cached_input", "cache_write"):
        if all(getattr(row.rates, rate) is None for row in rows):
            keep.discard(rate)
    return tuple(column._replace(shown=column.key in keep) for column in COLUMNS)


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


def _say_region(region: Region) -> Iterable[Sentence]:
    """What is said of all rows of a region, once."""
    if region.rule is not None:
        yield (f"{region.id}: the page says: {region.rule}" + (f" ({region.source})" if region.source else ""),)
    if region.note is not None:
        yield (f"{region.id}: {region.note}",)


def _note_promotions(rows: Sequence[PriceRow]) -> Iterable[Sentence]:
    for price in dict.fromkeys(row.price for row in rows):
        if price.promotion:
            yield (f"{price.model}: the price from {show_bound(price.start)} is promotional.",)
