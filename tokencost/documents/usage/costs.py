"""A bill for logs as a document: what was spent, what it would have cost elsewhere, and what was left out."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tokencost.documents.document import (
    Column,
    Document,
    Figure,
    Plain,
    Sentence,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import cite
from tokencost.documents.usage.answer import say_answer, say_assumed, sum_cost
from tokencost.documents.usage.calls import calls_table, say_calls
from tokencost.logs.usage import Usage
from tokencost.logs.usage_query import BILLED, PERIODS
from tokencost.money import EXACT, ZERO, percent_lower, times_as_much
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import show_when
from tokencost.pricing.rates import STANDARD

if TYPE_CHECKING:
    from tokencost.documents.chart import Chart

TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
COSTS = ("uncached_input_cost", "cached_input_cost", "cache_write_cost", "output_cost")
_LIKELY = Decimal("0.001")
_CAUSES = (
    (Fraction(49, 100), Fraction(51, 100), "half as much: batch or off-peak rates"),
    (Fraction(196, 100), Fraction(204, 100), "twice as much: standard rates for batch requests, or peak rates"),
    (Fraction(6), Fraction(8), "about 7 times as much: the logged cost may be in CNY"),
)
"""Between which quotients of logged by computed cost a cause is likely."""


def usage_document(table: PriceTable, result: Usage) -> Document:
    """The document of `tokencost usage`."""
    tables = [_rows_table(result)]
    if result.reconciled:
        tables.append(_reconciled_table(result))
    tables.append(calls_table(result))
    tables.append(_unpriced_table(result))
    if result.unpriced_elsewhere:
        tables.append(_elsewhere_table(result))
    tables.append(_rejected_table(result))
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
    }
    return begin_document(table, "usage", _cut_to_second(result))._replace(
        tables=tuple(tables),
        answer=tuple(say_answer(result)),
        assumed=tuple(say_assumed(result)),
        reading=(*_say_elsewhere(result), *say_calls(result)),
        notes=tuple(_notes(result)),
        sources=tuple(dict.fromkeys(f"{cell.model}: {cite(cell.evidence)}" for cell in result.cells)),
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


def _rows_table(result: Usage) -> Table:
    rows = result.rows
    columns = [Column(name, "term" if name == "component" else "text") for name in result.by]
    used = {
        "cached_input_tokens": any(row.tokens.cached_input for row in rows),
        "cache_write_tokens": any(row.tokens.cache_write for row in rows),
    }
    short = {"input_tokens": "input", "cached_input_tokens": "cached", "cache_write_tokens": "written",
             "output_tokens": "output"}  # fmt: skip
    columns.append(Column("requests", "count"))
    columns += [Column(name, "count", short[name], shown=used.get(name, True)) for name in TOKENS]
    columns += [Column(name, "money", shown=False) for name in COSTS]
    columns.append(Column("cost", "money"))
    columns += [
        column
        for label in result.alternatives
        for column in (
            Column(f"as_{label}_cost", "money", f"as {label}"),
            Column(f"as_{label}_ratio", "ratio", "ratio"),
            Column(f"as_{label}_percent_lower", "percent", "lower"),
        )
    ]
    if result.reconciled:
        columns.append(Column("logged_cost", "money", "logged"))
    values: list[tuple[Value, ...]] = []
    for row in rows:
        counts, money = row.parts
        others = [part for other in row.elsewhere for part in (other.cost, other.ratio, other.percent_lower)]
        logged = [row.logged] if result.reconciled else []
        values.append((*row.group, row.tokens.requests, *counts, *money, row.cost.total, *others, *logged))
    when = f" at the prices of {show_when(result.as_of)}" if result.as_of and result.repriced else ""
    return Table(tuple(columns), tuple(values), caption=f"cost of the logged requests{when}, USD")


def _unpriced_table(result: Usage) -> Table:
    columns = (
        Column("model"),
        Column("reason"),
        Column("requests", "count"),
        Column("input_tokens", "count", "input"),
        Column("output_tokens", "count", "output"),
    )
    rows = tuple(
        (item.model, item.reason, item.tokens.requests, item.tokens.input, item.tokens.output)
        for item in result.unpriced
    )
    return _hide_empty(Table(columns, rows, name="unpriced", caption="not priced"))


def _elsewhere_table(result: Usage) -> Table:
    return Table(
        (Column("alternative"), Column("reason"), Column("requests", "count")),
        tuple((item.model, item.reason, item.tokens.requests) for item in result.unpriced_elsewhere),
        name="unpriced_elsewhere",
        caption="not priced on an alternative",
    )


def _rejected_table(result: Usage) -> Table:
    more = result.rejected_count - len(result.rejected)
    caption = "not read" + (f": the first {len(result.rejected):,} of {result.rejected_count:,}" if more else "")
    columns = (Column("file"), Column("line", "count"), Column("reason"))
    rows = tuple((item.file, item.line, item.reason) for item in result.rejected)
    return _hide_empty(Table(columns, rows, name="rejected", caption=caption))


def _hide_empty(table: Table) -> Table:
    """Without rows it is for programs only, which find an empty list under its name."""
    return table if table.rows else table._replace(columns=tuple(c._replace(shown=False) for c in table.columns))


def _reconciled_table(result: Usage) -> Table:
    return Table(
        (
            Column("model"),
            Column("records", "count"),
            Column("logged", "money"),
            Column("computed", "money"),
            Column("difference", "money"),
            Column("likely_cause", heading="likely cause"),
        ),
        tuple(
            (
                item.model,
                item.rows,
                item.logged,
                item.computed,
                EXACT.subtract(item.logged, item.computed),
                _find_cause(item.logged, item.computed),
            )
            for item in result.reconciled
        ),
        name="reconciled",
        caption="the log's own cost beside the computed one, USD",
    )


def _find_cause(logged: Decimal, computed: Decimal) -> str | None:
    """Why a logged cost differs; the common causes each leave their mark on the quotient."""
    difference = abs(EXACT.subtract(logged, computed))
    if not difference:
        return None
    if difference <= EXACT.multiply(computed, _LIKELY):
        return "rounding of each logged cost"
    if not logged:
        return "the log had no price for this model"
    ratio = times_as_much(logged, computed)
    for low, high, cause in _CAUSES:
        if ratio is not None and low <= ratio < high:
            return cause
    if logged > computed:
        return "cached input billed as input, a margin, or an older and higher price"
    return "a missing tier or long-context rate, a discount, or a newer and lower price"


def _say_elsewhere(result: Usage) -> Iterator[Sentence]:
    """What the same requests would have cost on each alternative."""
    actual = sum_cost(result)
    for place, label in enumerate(result.alternatives):
        costs = [row.elsewhere[place].cost for row in result.rows]
        if not costs or None in costs:
            continue
        other = ZERO
        for cost in costs:
            other = EXACT.add(other, cost or ZERO)
        ratio, lower = times_as_much(actual, other), percent_lower(actual, other)
        start: Sentence = (f"The same requests on {label} would have cost ", Figure(other, "money"))
        if ratio is None or lower is None:
            yield (*start, ".")
        elif ratio >= 1:
            yield (
                *start,
                ": they cost ",
                Figure(ratio, "ratio"),
                " as much as that, which is ",
                Figure(lower, "percent"),
                " lower.",
            )
        else:
            yield (*start, ", ", Figure(1 / ratio, "ratio"), " as much as they did.")


def _notes(result: Usage) -> Iterator[Sentence]:
    for place, name in enumerate(result.by):
        if result.rows and name not in (*BILLED, *PERIODS) and all(row.group[place] is None for row in result.rows):
            yield (f"{name}: no priced record has this field.",)
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
