"""What a figure may stand for, as a document."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from tokencost.analysis.find import ListedRate, RatePair
from tokencost.documents.document import (
    Document,
    Field,
    Figure,
    Records,
    Sentence,
    Value,
    begin_document,
    split_records,
)
from tokencost.documents.remarks import cite, merge_remarks
from tokencost.documents.wording import count_noun
from tokencost.pricetable.sale import SEEN_DAYS, ends_soon, has_unknown_end
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, show_bound, show_when


def found_rates_document(
    table: PriceTable,
    figure: Decimal,
    rates: Sequence[ListedRate],
    nearest: Sequence[ListedRate],
    on: When | None,
    near: Fraction,
    closed: Sequence[ListedRate] = (),
) -> Document:
    """The document of `tokencost find PRICE`; `closed` are rates of hours that do not open on that day."""
    caption = f"list prices {_say_near(near)}${figure:f}{_say_when(on)}"
    tables = [rates_table(rates, caption)]
    answer: Sentence
    if rates:
        answer = (Figure(figure, "rate"), f" is {count_noun(len(rates), 'list price')}{_say_when(on)}.")
    else:
        answer = ("No list price is ", Figure(figure, "rate"), f"{_say_when(on)}.")
        tables.append(rates_table(nearest, "the nearest list prices", name="nearest"))
    return _document(table, on, tables, answer, rates, closed)


def found_pairs_document(
    table: PriceTable,
    figures: tuple[Decimal, Decimal],
    pairs: Sequence[RatePair],
    nearest: Sequence[ListedRate],
    on: When | None,
    closed: Sequence[ListedRate] = (),
) -> Document:
    """The document of `tokencost find PRICE PRICE`; `closed` are rates of hours that do not open on that day."""
    left, right = (Figure(figure, "rate") for figure in figures)
    alike = sum(pair.like_for_like for pair in pairs)
    tables = [pairs_table(pairs, on, f"pairs of list prices{_say_when(on)}")]
    answer: Sentence
    if pairs:
        marked = f"{count_noun(alike, 'pair')} of them like for like" if alike else "none of them like for like"
        answer = (
            left,
            " and ",
            right,
            f" are {count_noun(len(pairs), 'pair')} of list prices{_say_when(on)}, {marked}.",
        )
    else:
        answer = ("No list prices in force at the same time are ", left, " and ", right, f"{_say_when(on)}.")
        tables.append(rates_table(nearest, "the nearest list prices", name="nearest"))
    return _document(table, on, tables, answer, [side for pair in pairs for side in pair], closed)


def rates_table(rates: Sequence[ListedRate], caption: str, name: str = "rows") -> Records:
    """List prices, one to a row."""
    rows = tuple((*_values(listed), listed.cell.region) for listed in rates)
    return Records((*_columns(rates), _region_column(rates)), rows, name=name, caption=caption)


def pairs_table(pairs: Sequence[RatePair], on: When | None, caption: str) -> Records:
    """Pairs of list prices, one to a row; their times where no day was asked for."""
    rows = tuple(
        (
            *(*_values(p.left), *_values(p.right), p.like_for_like, p.ratio, p.percent_lower, p.start, p.end),
            *(p.left.cell.region, p.right.cell.region),
        )
        for p in pairs
    )
    return Records(_pair_columns(pairs, on), rows, caption=caption)


def _document(
    table: PriceTable,
    on: When | None,
    tables: Sequence[Records],
    answer: Sentence,
    used: Sequence[ListedRate],
    closed: Sequence[ListedRate],
) -> Document:
    sources = dict.fromkeys(cite(cell.evidence, listed.model.id) for listed in used for cell in listed.cells)
    return begin_document(table, "find", on)._replace(
        **split_records(*tables),
        answer=(answer,),
        notes=merge_remarks((*_note_ends(used, on), *_note_closed(closed, on))),
        sources=tuple(sources),
    )


def _note_ends(used: Sequence[ListedRate], on: When | None) -> Iterator[Sentence]:
    """At any time, which `until` is not known to the day; on a day, which models end soon."""
    for model in dict.fromkeys(listed.model for listed in used):
        if on is not None:
            if end := ends_soon(model, on):
                yield model.id, f": the model ends on {show_bound(end)}."
        # Its last day in the columns is then a guess, which must not be quoted as a date.
        elif has_unknown_end(model):
            taken = f"taken as sold until {SEEN_DAYS} days after its price was last seen"
            yield model.id, f": withdrawn on a day that is not known; {taken}."


def _note_closed(closed: Sequence[ListedRate], on: When | None) -> Iterator[Sentence]:
    """The prices that equal the figure in hours of which that day has none."""
    for listed in closed:
        words = f"{listed.component.replace('_', ' ')} is "
        when = f" in {listed.cell.window} hours; none {_say_when(on).strip()}."
        yield listed.model.id, f": {words}", Figure(listed.rate, "rate"), when


def _columns(rates: Sequence[ListedRate], side: str = "") -> tuple[Field, ...]:
    tiers = any(listed.cell.tier != "standard" for listed in rates)
    windows = any(listed.cell.window for listed in rates)
    return (
        Field(f"{side}price", "rate", "price"),
        Field(f"{side}model", heading="model"),
        Field(f"{side}provider", shown=False),
        Field(f"{side}component", "term", "component"),
        Field(f"{side}tier", heading="tier", shown=tiers),
        Field(f"{side}window", heading="window", shown=windows),
        Field(f"{side}from", "bound", "from", shown=not side),
        Field(f"{side}until", "bound", "until", shown=not side),
    )


def _region_column(rates: Sequence[ListedRate], side: str = "") -> Field:
    """Behind all other columns: scripts count on their order."""
    return Field(f"{side}region", heading="region", shown=any(listed.cell.region for listed in rates))


def _pair_columns(pairs: Sequence[RatePair], on: When | None) -> tuple[Field, ...]:
    return (
        *_columns([pair.left for pair in pairs], "left_"),
        *_columns([pair.right for pair in pairs], "right_"),
        Field("like_for_like", heading="like for like"),
        Field("ratio", "ratio"),
        Field("percent_lower", "percent", "lower"),
        Field("from", "bound", shown=on is None),
        Field("until", "bound", shown=on is None),
        _region_column([pair.left for pair in pairs], "left_"),
        _region_column([pair.right for pair in pairs], "right_"),
    )


def _values(listed: ListedRate) -> tuple[Value, ...]:
    cell = listed.cell
    of = (listed.model.id, listed.model.provider, listed.component, cell.tier, cell.window)
    return (listed.rate, *of, listed.start, listed.end)


def _say_near(near: Fraction) -> str:
    return "near " if near else "of exactly "


def _say_when(on: When | None) -> str:
    return f" on {show_when(on)}" if on else " at any time"
