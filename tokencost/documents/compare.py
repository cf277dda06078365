"""A comparison as a document: one sentence with the answer, one table, and what changes a decision.

With two sides the components are the rows; with more, each model is a row for each window of its day.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tokencost.analysis.compare import BLENDED, Comparison, ComparisonRow, same_bill
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Kind,
    Records,
    Sentence,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import (
    cite_cells,
    merge_remarks,
    missing_rate_remarks,
    model_remarks,
    region_remarks,
    say_served,
    threshold_remarks,
    window_remarks,
)
from tokencost.documents.wording import (
    join_with_and,
    label_with_end,
    make_title,
    name_at_times,
    say_range,
    verb_of_cost,
)
from tokencost.pricetable.resolve import ModelAt
from tokencost.pricetable.sale import is_retired
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import show_when
from tokencost.pricing.rates import COMPONENTS, STANDARD

if TYPE_CHECKING:
    from tokencost.documents.chart import Chart

CACHE_WRITE = "cache_write"
MOST_EACH = 8
"""Of more models not each has a sentence of its own."""
MOST_NAMED = 4
"""Of more models a sentence names only the nearest and the farthest."""
SHORT = {"input": "input", "cached_input": "cached", "output": "output"}
FIELDS = (
    Field("model"),
    Field("provider"),
    Field("component", "term"),
    Field("tier"),
    Field("window"),
    Field("price", "rate"),
    Field("baseline"),
    Field("baseline_price", "rate"),
    Field("ratio", "ratio"),
    Field("percent_lower", "percent"),
    Field("baseline_window"),
    Field("status"),
    Field("baseline_status"),
    Field("region"),
)

Price = Decimal | Fraction | None


class Line(NamedTuple):
    """A model in one window, beside the baseline at the same hours."""

    side: ModelAt
    hours: str | None
    rows: dict[str, ComparisonRow]
    """By component."""


def comparison_document(
    table: PriceTable, result: Comparison, *, break_even: bool = False, ranked: bool = False
) -> Document:
    """The document of `tokencost compare`.

    `break_even` adds the growth of use that keeps a bill the same; with `ranked` the models stand cheapest first, and
    not in the order of the rows.
    """
    lines = _lines(result, ranked=ranked)
    records = Records(FIELDS, tuple(tuple(getattr(row, field.key) for field in FIELDS) for row in result.rows))
    two = len(result.models) == 1
    return begin_document(table, "compare", result.as_of)._replace(
        records=(records,),
        tables=(_two_sides(result, lines) if two else _many_sides(result, lines),),
        answer=(answer := tuple(_answer(table, result, lines))),
        notes=tuple(_notes(result, two=two, break_even=break_even, ranked=ranked)),
        sources=cite_cells(result.cells, result.currency),
        extra={"currency": result.currency},
        charts=WhenRead(lambda: _charts(result, answer)),
    )


def _charts(result: Comparison, answer: Sequence[Sentence]) -> "Sequence[Chart]":
    # Most answers draw nothing, and start sooner without it.
    from tokencost.documents.compare_chart import comparison_charts

    return comparison_charts(result, make_title(answer))


def _lines(result: Comparison, *, ranked: bool) -> list[Line]:
    """Cheapest first for a mix of tokens, or where no order was asked for; else as the models were named."""
    sides = {side.label: side for side in result.models}
    lines: dict[tuple[str, str | None], Line] = {}
    for row in result.rows:
        hours = row.window or row.baseline_window
        line = lines.setdefault((row.model, hours), Line(sides[row.model], hours, {}))
        line.rows[row.component] = row
    if result.blend is not None:
        return sorted(lines.values(), key=lambda line: (_mix(line) is None, _mix(line) or 0))
    least = {side.label: min(_input(line) for line in lines.values() if line.side is side) for side in result.models}
    order = {side.label: (least[side.label] if ranked else 0, n) for n, side in enumerate(result.models)}
    return sorted(lines.values(), key=lambda line: (order[line.side.label], _input(line)))


def _input(line: Line) -> Decimal | Fraction:
    row = line.rows.get("input")
    return row.price if row and row.price is not None else Decimal("Infinity")


def _mix(line: Line) -> Price:
    return line.rows[BLENDED].price


# ---- The table


def _unit(result: Comparison) -> str:
    conditions = ("" if result.tier == STANDARD else result.tier, result.region)
    return ", ".join(filter(None, (f"{result.currency} per 1M tokens", *conditions)))


def _two_sides(result: Comparison, lines: Sequence[Line]) -> Table:
    """Components as rows, for each window where the price depends on the hour."""
    (side,) = result.models
    _, (name, baseline) = name_at_times((side, None), (result.baseline, None))
    short = result.baseline.label
    hours = [line.hours for line in lines]
    components = dict.fromkeys(component for line in lines for component in line.rows)
    rows: list[tuple[Value, ...]] = []
    for component in components:
        for line in lines:
            row = line.rows.get(component)
            if row is None or not _both(result, component):
                continue
            named = _name_mix(result) if component == BLENDED else component.replace("_", " ")
            change = None if row.percent_lower is None else -row.percent_lower
            cells = (row.price, row.baseline_price, row.ratio, change)
            rows.append((named, line.hours, *cells) if any(hours) else (named, *cells))
    columns = (
        Column(""),
        *([Column("hours")] if any(hours) else []),
        Column(name, "rate", currency=result.currency),
        Column(baseline, "rate", currency=result.currency),
        Column(f"{short} costs", "ratio"),
        Column(f"vs {short}", "change", leaves=2),
    )
    return Table(columns, rows, unit=_unit(result), names=2 if any(hours) else 1)


def _both(result: Comparison, component: str) -> bool:
    """Whether both sides charge for the component; what one alone charges for is a note."""
    return component != CACHE_WRITE or all(
        any(row.component == component and getattr(row, price) is not None for row in result.rows)
        for price in ("price", "baseline_price")
    )


def _many_sides(result: Comparison, lines: Sequence[Line]) -> Table:
    """A row for each model and window, the baseline last, or where a mix ranks it."""
    used = [name for name in COMPONENTS if name in SHORT and any(name in line.rows for line in lines)]
    shown = [*used, BLENDED] if result.blend else used
    compared = [BLENDED] if result.blend else used
    hours = any(line.hours for line in lines)
    same_time = all(side.when == result.baseline.when for side in result.models)
    headings = {**SHORT, BLENDED: _name_mix(result)}
    baseline = result.baseline.label
    ratio_heading = "" if len(compared) == 1 else f"{baseline} costs"
    columns = (
        Column("model"),
        *([Column("hours")] if hours else []),
        *(_price_column(headings[name], name, result) for name in shown),
        *(Column(SHORT.get(name, f"{baseline} costs"), "ratio", over=ratio_heading, leaves=0) for name in compared),
    )
    ranked: list[tuple[Price, tuple[Value, ...]]] = []
    for line in lines:
        name = label_with_end(line.side) + ("" if same_time else f" on {show_when(line.side.when)}")
        prices = [line.rows[part].price if part in line.rows else None for part in shown]
        ratios = [line.rows[part].ratio if part in line.rows else None for part in compared]
        ranked.append((prices[-1], (name, *([line.hours or ""] if hours else []), *prices, *ratios)))
    for window, prices in _baseline_prices(result, shown).items():
        name = label_with_end(result.baseline) + ("" if same_time else f" on {show_when(result.baseline.when)}")
        blank = ("baseline", *("",) * (len(compared) - 1))
        ranked.append((prices[-1], (name, *([window or ""] if hours else []), *prices, *blank)))
    if result.blend:
        ranked.sort(key=lambda pair: (pair[0] is None, pair[0] or 0))
    return Table(columns, [row for _, row in ranked], unit=_unit(result), names=2 if hours else 1)


def _price_column(heading: str, component: str, result: Comparison) -> Column:
    """Where a mix is asked for, its parts are the first to leave a narrow table."""
    kind: Kind = "mixed_rate" if component == BLENDED else "rate"
    return Column(heading, kind, currency=result.currency, leaves=2 if result.blend and component != BLENDED else 0)


def _name_mix(result: Comparison) -> str:
    """`3:1:60% mix`."""
    if result.blend is None:
        return "mix"
    cached = f":{float(result.blend.cached_share * 100):g}%" if result.blend.cached_share else ""
    return f"{result.blend}{cached} mix"


def _baseline_prices(result: Comparison, shown: Sequence[str]) -> dict[str | None, list[Price]]:
    """The prices of the baseline; for each window of its own where they differ."""
    found: dict[str | None, dict[str, Price]] = {}
    for row in result.rows:
        found.setdefault(row.baseline_window, {})[row.component] = row.baseline_price
    prices = {window: [known.get(name) for name in shown] for window, known in found.items()}
    # Rows of hours in which the baseline has no price of its own are about the other side.
    return {window: cells for window, cells in prices.items() if any(cell is not None for cell in cells)}


# ---- The answer


def _answer(table: PriceTable, result: Comparison, lines: Sequence[Line]) -> Iterator[Sentence]:
    """How many times as much the dearer side costs; of a mix, which model is the cheapest."""
    if result.blend and len(result.models) > 1:
        yield from _say_cheapest(table, result, lines)
        return
    same_time = all(side.when == result.baseline.when for side in result.models)
    verb = verb_of_cost(result.baseline.when, table)
    on, _ = name_at_times(*((side, None) for side in (*result.models, result.baseline)))
    dearer: list[tuple[Fraction, Fraction, str]] = []
    cheaper: list[tuple[Fraction, str]] = []
    others: list[Sentence] = []
    for side in {line.side.label: line.side for line in lines}.values():
        rows = [row for line in lines if line.side is side for row in line.rows.values() if row.ratio]
        ratios = [row.ratio for row in rows if row.ratio]
        _, (named, baseline) = name_at_times((side, None), (result.baseline, None))
        if not ratios:
            others.append((f"{named} and {baseline} have no price of the same kind",))
        elif min(ratios) >= 1 and max(ratios) > 1 and same_time and len(result.models) > 1:
            dearer.append((min(ratios), max(ratios), named))
        elif max(ratios) <= 1 and same_time and len(result.models) > MOST_EACH:
            cheaper.append((1 / min(ratios), named))
        else:
            others.append(_say_beside(named, baseline, rows, verb))
    if len(result.models) > MOST_EACH:
        others = list(_say_rest(result.baseline.label, cheaper, len(others)))
    if dearer:
        others.insert(0, _say_dearer(result.baseline.label, verb, dearer))
    for number, words in enumerate(others):
        yield (on if not number else "", *words, ".")


def _say_rest(baseline: str, cheaper: Sequence[tuple[Fraction, str]], mixed: int) -> Iterator[Sentence]:
    """Of many models: how far the others lie above the baseline, and how many are neither."""
    if cheaper:
        most, name = max(cheaper)
        models = "1 model" if len(cheaper) == 1 else f"{len(cheaper)} models"
        yield f"{models} cost as much as {baseline} or more, up to ", Figure(most, "times"), f" times ({name})"
    if mixed:
        models = "1 model costs" if mixed == 1 else f"{mixed} cost"
        yield (f"{models} more for some tokens and less for others",)


def _say_dearer(baseline: str, verb: str, dearer: Sequence[tuple[Fraction, Fraction, str]]) -> Sentence:
    """The baseline beside every model that costs less; of many, beside the nearest and the farthest."""
    if len(dearer) > MOST_NAMED:
        low, high = min(dearer), max(dearer, key=lambda each: each[1])
        ends: Sentence = (Figure(low[0], "times"), f" ({low[2]}) to ", Figure(high[1], "times"), f" ({high[2]})")
        return f"{baseline} {verb} ", *ends, f" times as much as these {len(dearer)} models"
    parts: list[Sentence] = [
        (*say_range(low, high, "times"), f" times as much as {name}") for low, high, name in dearer
    ]
    return f"{baseline} {verb} ", *join_with_and(parts)


def _say_beside(named: str, baseline: str, rows: Sequence[ComparisonRow], verb: str) -> Sentence:
    """Two sides; the sentence begins with the dearer, since "0.02 times as much" is misread."""
    ratios = [row.ratio for row in rows if row.ratio]
    low, high = min(ratios), max(ratios)
    if low == high == 1:
        return (f"{named} and {baseline} {verb.removesuffix('s')} the same",)
    if high <= 1:
        return f"{named} {verb} ", *say_range(1 / high, 1 / low, "times"), f" times as much as {baseline}"
    if low >= 1:
        lower = [row.percent_lower for row in rows if row.percent_lower is not None]
        span = say_range(min(lower), max(lower), "percent")
        return f"{baseline} {verb} ", *say_range(low, high, "times"), f" times as much as {named} (", *span, " lower)"
    above = say_range(min(ratio for ratio in ratios if ratio >= 1), high, "times")
    below = say_range(min(1 / ratio for ratio in ratios if ratio < 1), 1 / low, "times")
    known = [(row.component.replace("_", " "), row.ratio < 1) for row in rows if row.ratio]
    dearer, cheaper = (list(dict.fromkeys(name for name, less in known if less is wanted)) for wanted in (False, True))
    # What holds for most components goes first.
    first, other, most, rest, few = baseline, named, above, below, cheaper
    if len(cheaper) > len(dearer):
        first, other, most, rest, few = named, baseline, below, above, dearer
    kinds = " and ".join(few)
    return (
        f"{first} {verb} ", *most, f" times as much as {other}, but for {kinds} {other} {verb} ", *rest, " times",
    )  # fmt: skip


def _say_cheapest(table: PriceTable, result: Comparison, lines: Sequence[Line]) -> Iterator[Sentence]:
    """The cheapest model that is sold at the time, and what the baseline costs beside it."""
    verb = verb_of_cost(result.baseline.when, table)
    offered: list[tuple[Fraction, str]] = [
        (Fraction(price), line.side.label + (f" ({line.hours})" if line.hours and line.rows[BLENDED].window else ""))
        for line in lines
        if (price := _mix(line)) is not None and not is_retired(line.side.model, line.side.when)
    ]
    own = [
        (Fraction(prices[0]), result.baseline.label)
        for prices in _baseline_prices(result, [BLENDED]).values()
        if prices[0] is not None
    ]
    if not is_retired(result.baseline.model, result.baseline.when):
        offered += own
    if not offered:
        return
    price, name = min(offered)
    be = "was" if verb == "cost" else "is"
    same_time = all(side.when == result.baseline.when for side in result.models)
    on = f"On {show_when(result.baseline.when)}, " if same_time and verb == "cost" else ""
    yield (
        f"{on}{name} {be} the cheapest of these {len(result.models) + 1} models for this mix: ",
        Figure(price, "mixed_rate", result.currency),
        " per 1M tokens.",
    )
    dearest = [each for each, _ in own if each > price]
    if dearest and name != result.baseline.label and price:
        times = say_range(min(dearest) / price, max(dearest) / price, "times")
        yield f"{result.baseline.label} {verb} ", *times, " times as much."


# ---- Notes


def _notes(result: Comparison, *, two: bool, break_even: bool, ranked: bool) -> Iterator[Sentence]:
    sides = (*result.models, result.baseline)
    yield from say_served(sides, result.table)
    yield from window_remarks(sides)
    if ranked and result.blend and len(result.models) <= MOST_EACH:
        yield ("To rank all models on sale: tokencost compare all --blend ...",)
    if two and break_even:
        yield from _say_break_even(result)
    elif break_even:
        yield ("--break-even is given for two models: name one MODEL and its baseline.",)
    yield from merge_remarks(
        remark
        for side in sides
        for remark in (
            *model_remarks(side),
            *missing_rate_remarks(side, [cell for of, cell in result.cells if of is side]),
            *region_remarks(result.table, side, result.region, (side.price,)),
        )
    )
    yield from threshold_remarks(sides)
    yield from _say_cache_writes(result, two=two)
    for side in result.unlisted:
        hours = "; only the hours with one are shown" if side in result.models else "; it is left out"
        yield side.label, f": no {result.currency} price list on {show_when(side.when)}{hours}."


def _say_cache_writes(result: Comparison, *, two: bool) -> Iterator[Sentence]:
    """What cache writes cost with those that charge for them, where they are no row."""
    if two and _both(result, CACHE_WRITE):
        return
    rates: dict[str, list[Decimal]] = {}
    for side, cell in result.cells:
        listed = cell.listed(result.currency)
        if listed and listed.rates.cache_write is not None:
            rates.setdefault(side.label, []).append(listed.rates.cache_write)
    if not rates:
        return
    each: list[Sentence] = [
        (*_say_rates(min(found), max(found), result.currency), f" ({label})") for label, found in rates.items()
    ]
    labels = {side.label for side, _ in result.cells}
    rest = "" if rates.keys() == labels else "; else as input"
    yield "Cache writes: ", *join_with_and(each), f"{rest}."


def _say_rates(low: Decimal, high: Decimal, currency: str) -> Sentence:
    first = Figure(low, "rate", currency)
    return (first,) if low == high else (first, " to ", Figure(high, "rate", currency))


def _say_break_even(result: Comparison) -> Iterator[Sentence]:
    """How far use of the cheaper side must grow for the bill to stay the same."""
    (side,) = result.models
    ratios = [row.ratio for row in result.rows if row.ratio and row.ratio > 1]
    if ratios and not is_retired(side.model, result.as_of):
        growth = say_range(same_bill(min(ratios)).growth_percent, same_bill(max(ratios)).growth_percent, "percent")
        yield f"The bill stays the same if use of {side.label} grows by ", *growth, "."
