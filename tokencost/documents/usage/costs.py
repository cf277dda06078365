"""A bill for logs as a document: what was spent, what it would have cost elsewhere, and what was left out."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Plain,
    Records,
    Sentence,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import cite
from tokencost.documents.usage.answer import say_answer, say_assumed, sum_cost
from tokencost.documents.usage.billed import bill_records, bill_table, say_bill
from tokencost.documents.usage.calls import calls_records, calls_table, say_calls
from tokencost.documents.usage.causes import calls_of, find_cause, show_amounts
from tokencost.logs.billing.results import UsageRow
from tokencost.logs.usage import Usage
from tokencost.money import EXACT, add_all, times_as_much
from tokencost.pricetable.table import PriceTable
from tokencost.pricing.rates import STANDARD

if TYPE_CHECKING:
    from tokencost.documents.chart import Chart

TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
COSTS = ("uncached_input_cost", "cached_input_cost", "cache_write_cost", "output_cost")


_RECORD = re.compile("^record [0-9,]+: ")


def usage_document(table: PriceTable, result: Usage) -> Document:
    """The document of `tokencost usage`."""
    records = [_records(result)]
    if result.reconciled:
        records.append(_reconciled_records(result))
    if result.billed:
        records.append(bill_records(result))
    records.append(calls_records(result))
    records.append(_unpriced_records(result))
    if result.unpriced_elsewhere:
        records.append(_elsewhere_records(result))
    records.append(_rejected_records(result))
    fields: dict[str, Plain] = {
        "first": result.first,
        "last": result.last,
        "on": result.as_of if result.repriced else None,
        "tier": result.tier,
        "window": result.window,
        "read": result.read,
        "priced": result.priced,
        "unpriced_count": result.unpriced_rows,
        "rejected_count": result.rejected_count,
        "failed_count": result.failed_count,
        "region": result.region,
        "no_call_count": result.no_call_count,
        "repeats": result.repeats,
    }
    return begin_document(table, "usage", _cut_to_second(result))._replace(
        records=tuple(records),
        tables=WhenRead(lambda: _tables(result)),
        answer=tuple(say_answer(result)),
        assumed=tuple(say_assumed(result)),
        notes=tuple(_notes(result)),
        sources=tuple(dict.fromkeys(cite(cell.evidence, cell.model) for cell in result.cells)),
        extra=fields,
        charts=WhenRead(lambda: _charts(result)),
    )


def _charts(result: Usage) -> "Sequence[Chart]":
    from tokencost.documents.usage.chart import usage_charts

    return usage_charts(result)


def _cut_to_second(result: Usage) -> date | datetime | None:
    # The microseconds of `--on now` say nothing to a reader.
    when = result.as_of
    return when.replace(microsecond=0) if isinstance(when, datetime) else when


def _records(result: Usage) -> Records:
    fields = [Field(name, "term" if name == "component" else "text") for name in result.by]
    fields += [Field("requests", "count"), *(Field(name, "count") for name in TOKENS)]
    fields += [Field(name, "money") for name in (*COSTS, "cost")]
    for label in result.alternatives:
        fields += [
            Field(f"as_{label}_cost", "money"),
            Field(f"as_{label}_ratio", "ratio"),
            Field(f"as_{label}_percent_lower", "percent"),
        ]
    fields += [Field("logged_cost", "money")] if result.reconciled else []
    values: list[tuple[Value, ...]] = []
    for row in result.rows:
        counts, money = row.parts
        others = [part for other in row.elsewhere for part in (other.cost, other.ratio, other.percent_lower)]
        logged = [row.logged] if result.reconciled else []
        values.append((*row.group, row.tokens.requests, *counts, *money, row.cost.total, *others, *logged))
    return Records(tuple(fields), tuple(values))


def _unpriced_records(result: Usage) -> Records:
    return Records(
        (
            Field("model"),
            Field("reason"),
            Field("requests", "count"),
            Field("input_tokens", "count"),
            Field("output_tokens", "count"),
        ),
        tuple(
            (item.model, item.reason, item.tokens.requests, item.tokens.input, item.tokens.output)
            for item in result.unpriced
        ),
        name="unpriced",
    )


def _elsewhere_records(result: Usage) -> Records:
    return Records(
        (Field("alternative"), Field("reason"), Field("requests", "count")),
        tuple((item.model, item.reason, item.tokens.requests) for item in result.unpriced_elsewhere),
        name="unpriced_elsewhere",
    )


def _rejected_records(result: Usage) -> Records:
    return Records(
        (Field("file"), Field("line", "count"), Field("reason")),
        tuple((item.file, item.line, item.reason) for item in result.rejected),
        name="rejected",
    )


def _reconciled_records(result: Usage) -> Records:
    return Records(
        (
            Field("model"),
            Field("records", "count"),
            Field("logged", "money"),
            Field("computed", "money"),
            Field("difference", "money"),
            Field("likely_cause"),
            Field("currency"),
        ),
        tuple(
            (
                item.model,
                item.rows,
                item.logged,
                item.computed,
                EXACT.subtract(item.logged, item.computed),
                find_cause(item.logged, item.computed, item.currency, calls_of(result, item.model)),
                item.currency,
            )
            for item in result.reconciled
        ),
        name="reconciled",
    )


def _reconciled_table(result: Usage) -> Table:
    """The same for people: the amounts of each row in its currency."""
    headings = ("model", "records", "logged", "computed", "difference", "likely cause")
    records = _reconciled_records(result)
    rows = [
        (model, number, *show_amounts(logged, computed, str(currency)), cause)
        for model, number, logged, computed, _, cause, currency in records.rows
        if isinstance(logged, Decimal) and isinstance(computed, Decimal)
    ]
    columns = tuple(Column(heading, field.kind) for heading, field in zip(headings, records.columns, strict=False))
    title = "The log's own cost beside the computed one"
    currencies = sorted({item.currency for item in result.reconciled}, reverse=True)
    return Table(columns, rows, title=title, unit=" and ".join(currencies))


def _tables(result: Usage) -> Iterator[Table]:
    """What people read: the costs, and what was not priced or not read."""
    if result.rows:
        yield _costs_table(result)
    if result.reconciled:
        yield _reconciled_table(result)
    if result.billed:
        yield bill_table(result)
    if result.calls:
        yield calls_table(result)
    if result.unpriced:
        headings = ("model", "reason", "requests", "input tokens", "output tokens")
        yield _from_records(_unpriced_records(result), headings, "Not priced")
    if result.unpriced_elsewhere:
        title = "Not priced on an alternative"
        yield _from_records(_elsewhere_records(result), ("alternative", "reason", "requests"), title)
    if result.rejected:
        more = result.rejected_count > len(result.rejected)
        first = f": the first {len(result.rejected):,} of {result.rejected_count:,}" if more else ""
        yield _rejected_table(result, f"Not read{first}")


def _rejected_table(result: Usage, title: str) -> Table:
    """The records that were not read; those of a file with the same reason as one row, with their first line."""
    alike: dict[tuple[str, str], list[int | None]] = {}
    for item in result.rejected:
        # Where a file has no lines the reason begins with the number of the record.
        alike.setdefault((item.file, _RECORD.sub("", item.reason)), []).append(item.line)
    if len(alike) == len(result.rejected):
        return _from_records(_rejected_records(result), ("file", "line", "reason"), title)
    columns = (Column("file"), Column("first line", "count"), Column("records", "count"), Column("reason"))
    rows = [(file, lines[0], len(lines), reason) for (file, reason), lines in alike.items()]
    return Table(columns, rows, title=title)


def _from_records(records: Records, headings: Sequence[str], title: str, unit: str = "") -> Table:
    columns = tuple(Column(heading, field.kind) for heading, field in zip(headings, records.columns, strict=True))
    return Table(columns, records.rows, title=title, unit=unit)


def _costs_table(result: Usage) -> Table:
    """A row for each group: its tokens and cost, or with alternatives, its cost beside theirs; and the total."""
    by_component = "component" in result.by
    # Beside alternatives the tokens would make the table wider than anybody reads.
    tokens = [] if result.alternatives else _used_tokens(result)
    columns = [
        *(Column(name, "term" if name == "component" else "text") for name in result.by),
        Column("requests", "count", leaves=3 if len(result.by) > 1 else 0),
        *(Column(heading, "count", leaves=2) for _, heading in tokens),
        Column("cost", "money"),
    ]
    total = sum_cost(result)
    share = not result.alternatives and not result.reconciled and len(result.rows) > 1 and total > 0
    columns += [Column("share", "share", leaves=4)] if share else []
    for label in result.alternatives:
        columns += [Column("cost", "money", over=f"as {label}"), Column("×", "ratio", over=f"as {label}")]
    columns += [Column("logged", "money")] if result.reconciled else []
    rows: list[tuple[Value, ...]] = []
    for row in _group_rows(result):
        counts = [row.parts[0][place] for place, _ in tokens]
        beside: list[Value] = [part for other in row.elsewhere for part in (other.cost, other.ratio)]
        part = [Fraction(row.cost.total) / Fraction(total) * 100] if share else []
        logged = [row.logged] if result.reconciled else []
        rows.append((*row.group, row.tokens.requests, *counts, row.cost.total, *part, *beside, *logged))
    if len(rows) > 1:
        sums: list[Value] = [None if by_component else sum(row.tokens[place + 1] for row in result.rows)
                             for place, _ in tokens]  # fmt: skip
        requests = None if by_component else sum(row.tokens.requests for row in result.rows)
        others: list[Value] = []
        for place in range(len(result.alternatives)):
            # Unknown where some of the requests could not be priced there.
            other = add_all(row.elsewhere[place].cost for row in result.rows)
            others += [other, times_as_much(total, other)]
        whole = [Fraction(100)] if share else []
        logged_total = [add_all(row.logged for row in result.rows)] if result.reconciled else []
        names = ("total", *("",) * (len(result.by) - 1))
        rows.append((*names, requests, *sums, total, *whole, *others, *logged_total))
    return Table(tuple(columns), rows, unit="USD", names=len(result.by), totals=int(len(rows) > 1))


def _group_rows(result: Usage) -> Sequence[UsageRow]:
    """The rows, those with the same first column together, in the order in which each came first."""
    first = {row.group[0]: place for place, row in reversed([*enumerate(result.rows)])} if len(result.by) > 1 else {}
    return sorted(result.rows, key=lambda row: first.get(row.group[0], 0)) if first else result.rows


def _used_tokens(result: Usage) -> list[tuple[int, str]]:
    """The kinds of tokens that occur, by place, with what people call them."""
    return [
        (place, heading)
        for place, heading in enumerate(("input tokens", "cached", "written", "output tokens"))
        if heading.endswith("tokens") or any(row.tokens[place + 1] for row in result.rows)
    ]


def _say_not_compared(result: Usage) -> Iterator[Sentence]:
    if result.without_cost:
        held = "record holds" if result.without_cost == 1 else "records hold"
        yield (f"{result.without_cost:,} priced {held} no cost in that field: left out of the comparison.",)
    if result.without_list:
        held = "record has its" if result.without_list == 1 else "records have their"
        why = "in which the model has no list of prices"
        yield (f"{result.without_list:,} priced {held} cost in CNY, {why}: left out of the comparison.",)


def _notes(result: Usage) -> Iterator[Sentence]:
    if result.alternatives:
        yield ("× is how many times as much the logged model cost.",)
    if result.unpriced_elsewhere and result.tier is None:
        yield ("--tier standard prices all requests in the tier that every model has.",)
    yield from ((hint,) for hint in result.hints)
    yield from say_calls(result)
    if result.repeats:
        again = "repeat of a call was" if result.repeats == 1 else "repeats of calls were"
        yield (Figure(result.repeats, "count"), f" {again} left out; --keep-repeats counts them.")
    yield from _say_not_compared(result)
    yield from say_bill(result)
    if result.priced and result.first is None:
        yield ("Some priced records have no time, so that their period is not known.",)
    if result.base_rates:
        models = ", ".join(result.base_rates)
        yield (f"{models}: sums of requests give no context length: priced at base rates, though long ones cost more.",)
    without = {
        cell.model if cell.tier == STANDARD else f"{cell.model} ({cell.tier} tier)"
        for cell in result.cells
        if cell.rates.cached_input is None
    }
    cached = {row.group for row in result.rows if row.tokens.cached_input}
    if without and cached:
        yield (f"{', '.join(sorted(without))}: no cached input is offered; such tokens are billed as input.",)
