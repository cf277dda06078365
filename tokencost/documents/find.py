"""What a figure may stand for, as a document.

Few pairs are all listed, one beside the other. Of many, people get those that compare like with like, and which prices
the two figures were; programs always get every pair.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from tokencost.analysis.claims.file import Claim
from tokencost.analysis.find import DELAYED_TIERS, ListedRate, RatePair
from tokencost.documents.conditions import name_rate, say_conditions
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Phrase,
    Records,
    Sentence,
    Table,
    Value,
    begin_document,
)
from tokencost.documents.remarks import cite, merge_remarks
from tokencost.documents.wording import count_noun, say_range, verb_of_cost
from tokencost.pricetable.sale import SEEN_DAYS, ends_soon, has_unknown_end
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, show_bound, show_when

MOST_ROWS = 20
"""Pairs of more rows than this are summed up."""
MOST_ALIKE = 10
MOST_PRICES = 8
NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Asked(NamedTuple):
    """What was asked for: figures, near or exactly, on a day or at any time."""

    figures: tuple[Decimal, ...]
    near: Fraction
    on: When | None
    every: bool = False
    """Whether people see every pair."""


def found_rates_document(
    table: PriceTable,
    asked: Asked,
    rates: Sequence[ListedRate],
    nearest: Sequence[ListedRate],
    closed: Sequence[ListedRate] = (),
    claims: Sequence[Claim] = (),
) -> Document:
    """The document of `tokencost find PRICE`.

    `closed` are rates of hours that do not open on that day, `claims` those that have the figure.
    """
    begin, were = _say_time(table, asked.on) if asked.on else ("", "were")
    figure = _say_figures(asked)
    records = [rate_records(rates)]
    one = len(rates) == 1
    if rates:
        # At any time: it may be a price of today, or have been one.
        verb = (
            (("was" if were == "were" else "is") if one else were)
            if asked.on
            else "is or was"
            if one
            else "are or were"
        )
        answer: Sentence = (f"{begin}{count_noun(len(rates), 'list price')} {verb} ", *figure, ".")
        tables = [rates_table(rates, asked)]
    else:
        never = f"{begin}no list price {'was' if were == 'were' else 'is'} " if asked.on else "No list price was ever "
        answer = (never, *figure, "; the nearest are below.")
        records.append(rate_records(nearest, name="nearest"))
        tables = [rates_table(nearest, asked, nearest=True)]
    return _document(table, asked, answer, records, tables, rates, closed, claims)


def found_pairs_document(
    table: PriceTable,
    asked: Asked,
    pairs: Sequence[RatePair],
    nearest: Sequence[ListedRate],
    closed: Sequence[ListedRate] = (),
    claims: Sequence[Claim] = (),
) -> Document:
    """The document of `tokencost find PRICE PRICE`; the rest is as above."""
    begin, were = _say_time(table, asked.on)
    records = [pair_records(pairs)]
    notes: list[Sentence] = []
    if pairs:
        counted = count_noun(len(pairs), "pair")
        answer: Sentence = (f"{begin}{counted} of list prices {were} ", *_say_figures(asked), *_say_alike(pairs))
        grouped = _group_pairs(pairs, asked)
        if asked.every:
            tables = [pairs_table(pairs, asked)]
        elif asked.on is not None and len(grouped.rows) <= MOST_ROWS:
            tables = [grouped]
        else:
            tables = [*_sum_up(pairs, asked)]
            if any(not pair.like_for_like for pair in pairs) or len(pairs) > MOST_ALIKE:
                notes.append((f"All {len(pairs)} pairs are listed with --all.",))
    else:
        answer = (f"{begin}no two list prices {were} ", *_say_figures(asked), " at the same time.")
        records.append(rate_records(nearest, name="nearest"))
        tables = [rates_table(nearest, asked, nearest=True)]
    used = [side for pair in pairs for side in (pair.left, pair.right)]
    document = _document(table, asked, answer, records, tables, used, closed, claims)
    return document._replace(notes=(*notes, *document.notes))


def _document(
    table: PriceTable,
    asked: Asked,
    answer: Sentence,
    records: Sequence[Records],
    tables: Sequence[Table],
    used: Sequence[ListedRate],
    closed: Sequence[ListedRate],
    claims: Sequence[Claim],
) -> Document:
    sources = dict.fromkeys(cite(cell.evidence, listed.model.id) for listed in used for cell in listed.cells)
    remarks = merge_remarks((*_note_ends(used, asked.on), *_note_closed(closed, asked.on)))
    return begin_document(table, "find", asked.on)._replace(
        records=tuple(records),
        tables=tuple(tables),
        answer=(answer,),
        notes=(*remarks, *_name_claims(claims, len(asked.figures))),
        sources=tuple(sources),
    )


# ---- Sentences


def _say_time(table: PriceTable, on: When | None) -> tuple[str, str]:
    """`On 2025-01-27, ` and `were`, or `are` of a day on which the table was current."""
    if on is None:
        return "At any time, ", "were"
    return f"On {show_when(on)}, ", "were" if verb_of_cost(on, table) == "cost" else "are"


def _say_figures(asked: Asked) -> Sentence:
    """`$0.14 and $7.50`, or `within 5% of` them."""
    within: Sentence = ("within ", Figure(asked.near * 100, "count"), "% of ") if asked.near else ()
    first, *others = (Figure(figure, "rate") for figure in asked.figures)
    return (*within, first, *(part for other in others for part in (" and ", other)))


def _say_alike(pairs: Sequence[RatePair]) -> Sentence:
    """How many compare like with like, and how far apart these are; the dearer side is what is divided."""
    alike = [pair for pair in pairs if pair.like_for_like]
    if not alike:
        return ("; none of them compares like with like.",)
    if len(pairs) == 1:
        counted = "; it compares like with like"
    else:
        counted = f"; {len(alike)} of them {'compares' if len(alike) == 1 else 'compare'} like with like"
    ratios = [max(pair.ratio, 1 / pair.ratio) for pair in alike if pair.ratio]
    if not ratios or max(ratios) == 1:
        return (f"{counted}.",)
    low, high = min(ratios), max(ratios)
    lower = say_range(100 - 100 / low, 100 - 100 / high, "percent")
    return f"{counted}: ", *say_range(low, high, "ratio"), ", ", *lower, " lower."


def _name_claims(claims: Sequence[Claim], figures: int) -> Iterator[Sentence]:
    if claims:
        which = "A published claim has" if len(claims) == 1 else "Published claims have"
        what = "this figure" if figures == 1 else "these figures"
        yield (f"{which} {what}: tokencost claims {' '.join(claim.id for claim in claims)}",)


def _note_ends(used: Sequence[ListedRate], on: When | None) -> Iterator[Sentence]:
    """At any time, which `until` is not known to the day; on a day, which models end soon."""
    for model in dict.fromkeys(listed.model for listed in used):
        if on is not None:
            if end := ends_soon(model, on):
                yield model.id, f": sold only until {show_bound(end)}."
        # Its last day in the columns is then a guess, which must not be quoted as a date.
        elif has_unknown_end(model):
            taken = f"taken as sold until {SEEN_DAYS} days after its price was last seen"
            yield model.id, f": withdrawn on a day that is not known; {taken}."


def _note_closed(closed: Sequence[ListedRate], on: When | None) -> Iterator[Sentence]:
    """The prices that equal the figure in hours of which that day has none."""
    for listed in closed:
        words = f"{listed.component.replace('_', ' ')} is "
        when = f" in {listed.cell.window} hours; none on {show_when(on)}." if on else "."
        yield listed.model.id, f": {words}", Figure(listed.rate, "rate"), when


# ---- Tables


def rates_table(rates: Sequence[ListedRate], asked: Asked | None = None, *, nearest: bool = False) -> Table:
    """List prices, one to a row; without what was asked for, or of near ones, each with its price."""
    exactly = asked is not None and not asked.near and not nearest
    rows = [
        (
            _name(listed),
            *(() if exactly else (listed.rate,)),
            listed.start,
            listed.end,
        )
        for listed in rates
    ]
    heading = "nearest list price" if nearest else "list price"
    if exactly and asked is not None:
        heading = _write_figure(asked.figures[0])
    price = () if exactly else (Column("USD per 1M tokens", "rate"),)
    return Table((Column(heading), *price, Column("from", "bound"), Column("until", "bound", leaves=1)), rows)


def pairs_table(pairs: Sequence[RatePair], asked: Asked | None = None) -> Table:
    """Every pair in a row; their times where no day was asked for."""
    on = asked.on if asked else None
    times = () if on else (Column("from", "bound", leaves=2), Column("until", "bound", leaves=1))
    by_left = dict.fromkeys(pair.left for pair in pairs)
    order = {listed: place for place, listed in enumerate(by_left)}
    rows = [
        (
            _cell(pair.left, asked),
            _cell(pair.right, asked),
            _say_comparable(pair),
            *(() if on else (pair.start, pair.end)),
        )
        for pair in sorted(pairs, key=lambda pair: order[pair.left])
    ]
    return Table((*_sides(asked), Column("comparable"), *times), rows, names=2)


def _group_pairs(pairs: Sequence[RatePair], asked: Asked) -> Table:
    """The pairs of a day by their first price; what is paired with the same prices as the one above says so."""
    by_left: dict[ListedRate, list[RatePair]] = {}
    for pair in pairs:
        by_left.setdefault(pair.left, []).append(pair)
    rows: list[tuple[Value, ...]] = []
    above: set[ListedRate] = set()
    for left, own in by_left.items():
        rights = {pair.right for pair in own}
        alike = any(pair.like_for_like for pair in own)
        if len(rights) > 1 and rights == above and not alike:
            number = NUMBERS[len(rights)] if len(rights) < len(NUMBERS) else str(len(rights))
            rows.append((_cell(left, asked), f"the same {number}", "no"))
            continue
        above = rights
        rows += [(_cell(left, asked), _cell(pair.right, asked), _say_comparable(pair)) for pair in own]
    return Table((*_sides(asked), Column("comparable")), rows, names=2)


def _sum_up(pairs: Sequence[RatePair], asked: Asked) -> Iterator[Table]:
    """The newest pairs that compare like with like, and which prices the two figures were."""
    alike = [pair for pair in pairs if pair.like_for_like]
    times = () if asked.on else (Column("from", "bound"), Column("until", "bound", leaves=1))
    if alike:
        rows = [
            (
                _cell(pair.left, asked),
                _cell(pair.right, asked),
                *(() if asked.on else (pair.start, pair.end)),
            )
            for pair in alike[:MOST_ALIKE]
        ]
        title = "Like with like" if len(alike) <= MOST_ALIKE else f"Like with like, the newest {MOST_ALIKE}"
        yield Table((*_sides(asked), *times), rows, title=title)
    both: list[tuple[Value, ...]] = []
    cut = False
    for place, figure in enumerate(asked.figures):
        found = list(dict.fromkeys((pair.left, pair.right)[place] for pair in pairs))
        merged = _merge_names(found, asked)
        cut = cut or len(merged) > MOST_PRICES
        near = "near " if asked.near else ""
        both += [(near + _write_figure(figure), *row) for row in merged[:MOST_PRICES]]
    title = "All prices of these figures" if alike else "The prices of these figures"
    newest = f", the newest {MOST_PRICES} of each" if cut else ""
    yield Table((Column("price"), Column("list price of"), *times), both, title=title + newest, names=2)


def _merge_names(rates: Sequence[ListedRate], asked: Asked) -> list[tuple[Value, ...]]:
    """Names with their times, newest first; what one model charged for in the same time is one row."""
    by_time = sorted(rates, key=lambda listed: listed.start, reverse=True)
    rows: list[tuple[Value, ...]] = []
    groups: dict[object, list[ListedRate]] = {}
    for listed in by_time:
        groups.setdefault((listed.model, listed.start, listed.end, listed.rate), []).append(listed)
    for same in groups.values():
        first = same[0]
        parts = []
        for component, of in groupby(same, key=lambda listed: listed.component):
            conditions = [say_conditions(listed.cell) for listed in of]
            plain = component.replace("_", " ")
            parts.append(", ".join(filter(None, (plain, " and ".join(filter(None, conditions))))))
        name = f"{first.model.id} {'; '.join(parts)}"
        rows.append((_priced(name, first, asked), *(() if asked.on else (first.start, first.end))))
    return rows


def _sides(asked: Asked | None) -> tuple[Column, Column]:
    if asked is None:
        return Column("list price"), Column("other list price")
    left, right = (("near " if asked.near else "") + _write_figure(figure) for figure in asked.figures)
    return Column(left), Column(right)


def _cell(listed: ListedRate, asked: Asked | None) -> Value:
    return _priced(_name(listed), listed, asked)


def _priced(name: str, listed: ListedRate, asked: Asked | None) -> Value:
    """The name; with its price where that is not the figure above it."""
    exactly = asked is not None and not asked.near
    return name if exactly else Phrase((f"{name} ", Figure(listed.rate, "rate")))


def _name(listed: ListedRate) -> str:
    return name_rate(listed.model.id, listed.component, listed.cell)


def _say_comparable(pair: RatePair) -> str:
    """`yes`, or why not: `no: batch`."""
    if pair.like_for_like:
        return "yes"
    left, right = pair.left, pair.right
    if left == right:
        return "no: one price"
    delayed = [side.cell.tier for side in (right, left) if side.cell.tier in DELAYED_TIERS]
    if delayed:
        return f"no: {delayed[0]}"
    if left.cell.tier != right.cell.tier:
        return "no: tier"
    return "no: component"


def _write_figure(figure: Decimal) -> str:
    """`$7.50`, as a heading."""
    whole, _, part = f"{figure:f}".partition(".")
    return f"${int(whole):,}.{part.rstrip('0').ljust(2, '0')}"


# ---- Records


def rate_records(rates: Sequence[ListedRate], name: str = "rows") -> Records:
    """List prices, one to a row."""
    rows = tuple((*_values(listed), listed.cell.region) for listed in rates)
    # Behind all other columns: scripts count on their order.
    return Records((*_fields(), Field("region")), rows, name)


def pair_records(pairs: Sequence[RatePair]) -> Records:
    """Pairs of list prices, one to a row."""
    fields = (
        *_fields("left_"),
        *_fields("right_"),
        Field("like_for_like"),
        Field("ratio", "ratio"),
        Field("percent_lower", "percent"),
        Field("from", "bound"),
        Field("until", "bound"),
        Field("left_region"),
        Field("right_region"),
    )
    rows = tuple(
        (
            *(*_values(p.left), *_values(p.right), p.like_for_like, p.ratio, p.percent_lower, p.start, p.end),
            *(p.left.cell.region, p.right.cell.region),
        )
        for p in pairs
    )
    return Records(fields, rows)


def _fields(side: str = "") -> tuple[Field, ...]:
    return (
        Field(f"{side}price", "rate"),
        Field(f"{side}model"),
        Field(f"{side}provider"),
        Field(f"{side}component", "term"),
        Field(f"{side}tier"),
        Field(f"{side}window"),
        Field(f"{side}from", "bound"),
        Field(f"{side}until", "bound"),
    )


def _values(listed: ListedRate) -> tuple[Value, ...]:
    cell = listed.cell
    of = (listed.model.id, listed.model.provider, listed.component, cell.tier, cell.window)
    return (listed.rate, *of, listed.start, listed.end)
