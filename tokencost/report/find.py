"""What a figure may stand for, as a document."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.analysis.find import ListedRate, RatePair
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, show_when
from tokencost.report.document import Column, Document, Figure, Sentence, Table, Value
from tokencost.report.remarks import source
from tokencost.report.wording import counted


def found_rates_document(
    table: PriceTable,
    figure: Decimal,
    rates: Sequence[ListedRate],
    nearest: Sequence[ListedRate],
    on: When | None,
    near: Fraction,
) -> Document:
    """The document of `tokencost find PRICE`."""
    caption = f"list prices {_wanted(near)}${figure:f}{_at(on)}"
    tables = [Table(_columns(rates), tuple(_values(listed) for listed in rates), caption=caption)]
    answer: Sentence
    if rates:
        answer = (Figure(figure, "rate"), f" is {counted(len(rates), 'list price')}{_at(on)}.")
    else:
        answer = ("No list price is ", Figure(figure, "rate"), f"{_at(on)}.")
        tables.append(
            Table(_columns(nearest), tuple(map(_values, nearest)), name="nearest", caption="the nearest list prices")
        )
    return _document(table, on, tables, answer, rates)


def found_pairs_document(
    table: PriceTable,
    figures: tuple[Decimal, Decimal],
    pairs: Sequence[RatePair],
    nearest: Sequence[ListedRate],
    on: When | None,
) -> Document:
    """The document of `tokencost find PRICE PRICE`."""
    left, right = (Figure(figure, "rate") for figure in figures)
    alike = sum(pair.like_for_like for pair in pairs)
    tables = [
        Table(
            _pair_columns(pairs),
            tuple((*_values(p.left), *_values(p.right), p.like_for_like, p.ratio, p.percent_lower) for p in pairs),
            caption=f"pairs of list prices{_at(on)}",
        )
    ]
    answer: Sentence
    if pairs:
        marked = f"{counted(alike, 'pair')} of them like for like" if alike else "none of them like for like"
        answer = (left, " and ", right, f" are {counted(len(pairs), 'pair')} of list prices{_at(on)}, {marked}.")
    else:
        answer = ("No list prices in force at the same time are ", left, " and ", right, f"{_at(on)}.")
        rows = tuple(map(_values, nearest))
        tables.append(Table(_columns(nearest), rows, name="nearest", caption="the nearest list prices"))
    return _document(table, on, tables, answer, [side for pair in pairs for side in pair])


def _document(
    table: PriceTable, on: When | None, tables: Sequence[Table], answer: Sentence, used: Sequence[ListedRate]
) -> Document:
    sources = dict.fromkeys(f"{listed.model.id}: {source(listed.cell.evidence)}" for listed in used)
    return Document(
        command="find",
        as_of=on,
        version=table.version,
        sha256=table.sha256,
        tables=tuple(tables),
        answer=(answer,),
        sources=tuple(sources),
    )


def _columns(rates: Sequence[ListedRate], side: str = "") -> tuple[Column, ...]:
    tiers = any(listed.cell.tier != "standard" for listed in rates)
    windows = any(listed.cell.window for listed in rates)
    return (
        Column(f"{side}price", "rate", "price"),
        Column(f"{side}model", heading="model"),
        Column(f"{side}provider", shown=False),
        Column(f"{side}component", "term", "component"),
        Column(f"{side}tier", heading="tier", shown=tiers),
        Column(f"{side}window", heading="window", shown=windows),
        Column(f"{side}from", "bound", "from", shown=not side),
        Column(f"{side}until", "bound", "until", shown=not side),
    )


def _pair_columns(pairs: Sequence[RatePair]) -> tuple[Column, ...]:
    return (
        *_columns([pair.left for pair in pairs], "left_"),
        *_columns([pair.right for pair in pairs], "right_"),
        Column("like_for_like", heading="like for like"),
        Column("ratio", "ratio"),
        Column("percent_lower", "percent", "lower"),
    )


def _values(listed: ListedRate) -> tuple[Value, ...]:
    cell = listed.cell
    return (
        listed.rate,
        listed.model.id,
        listed.model.provider,
        listed.component,
        cell.tier,
        cell.window,
        listed.start,
        listed.end,
    )


def _wanted(near: Fraction) -> str:
    return "near " if near else "of exactly "


def _at(on: When | None) -> str:
    return f" on {show_when(on)}" if on else " at any time"
