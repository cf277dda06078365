"""Calls of tools in a bill: a small table apart from the costs of tokens, and what they come to in each currency."""

from collections.abc import Iterator

from tokencost.documents.document import Column, Field, Figure, Records, Sentence, Table, Value
from tokencost.documents.wording import join_with_and
from tokencost.logs.usage import Usage
from tokencost.money import add_all
from tokencost.pricetable.table import CURRENCIES


def calls_records(result: Usage) -> Records:
    """The calls and their fees."""
    fields = (
        Field("provider"),
        Field("call", "term"),
        Field("model"),
        Field("calls", "count"),
        Field("per_1000_calls", "rate"),
        Field("currency"),
        Field("cost", "money"),
        Field("reason"),
    )
    rows = tuple(
        (*(row.provider, row.call, row.model, row.calls, row.per_1000_calls, row.currency, row.cost, row.reason),)
        for row in result.calls
    )
    return Records(fields, rows, name="calls")


def calls_table(result: Usage) -> Table:
    """The calls that were made; people read them apart from the costs of tokens."""
    rows = result.calls
    several = len({row.provider for row in rows}) > 1
    why = any(row.reason for row in rows)
    columns = (
        *([Column("provider")] if several else []),
        Column("call", "term"),
        Column("model"),
        Column("calls", "count"),
        Column("per 1,000", "rate"),
        Column("cost", "money"),
        *([Column("reason")] if why else []),
    )
    values: list[tuple[Value, ...]] = [
        (
            *([row.provider] if several else []),
            row.call,
            row.model,
            row.calls,
            Figure(row.per_1000_calls, "rate", row.currency or "USD"),
            Figure(row.cost, "money", row.currency or "USD"),
            *([row.reason] if why else []),
        )
        for row in rows
    ]
    return Table(columns, values, title="Calls with a fee of their own, not in the cost above")


def say_calls(result: Usage) -> Iterator[Sentence]:
    """What the calls cost in each currency, and how many have no price."""
    totals: list[Sentence] = []
    for currency in CURRENCIES:
        priced = [row.cost for row in result.calls if row.currency == currency and row.cost is not None]
        if priced:
            totals.append((Figure(add_all(priced), "fine_money", currency),))
    missing = sum(row.calls for row in result.calls if row.cost is None)
    if totals:
        yield ("Calls of tools cost ", *join_with_and(totals), " besides; no cost above includes them.")
    if missing:
        calls = ("call", "is") if missing == 1 else ("calls", "are")
        yield (Figure(missing, "count"), f" {calls[0]} of tools {calls[1]} counted and not priced.")
