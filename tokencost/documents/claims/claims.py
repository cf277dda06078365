"""Published figures with their verdicts, as documents: all of them in a table, or one explained."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tokencost.analysis.claims.file import Claim, Printed, Side
from tokencost.analysis.claims.judge import (
    DIFFERS,
    OVERSTATED,
    REPRODUCED,
    UNDECIDABLE,
    UNDERSTATED,
    JudgedClaim,
    Operand,
    Recomputed,
)
from tokencost.analysis.compare import same_bill
from tokencost.analysis.find import RatePair
from tokencost.documents.claims.chart import claim_charts, claims_charts
from tokencost.documents.conditions import name_rate, say_conditions
from tokencost.documents.document import (
    Column,
    Document,
    Field,
    Figure,
    Kind,
    Phrase,
    Records,
    Sentence,
    Source,
    Table,
    Value,
    WhenRead,
    begin_document,
)
from tokencost.documents.remarks import cite
from tokencost.documents.wording import count_noun, join_with_and, say_range, verb_of_cost
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, show_when

if TYPE_CHECKING:
    from tokencost.counting.headline import PerTextHeadline

VERDICTS = (REPRODUCED, OVERSTATED, UNDERSTATED, DIFFERS, UNDECIDABLE)
MOST_NAMED = 2
MILLION, BILLION = 10**6, 10**9
FIELDS = (
    Field("id"),
    Field("published"),
    Field("computed"),
    Field("verdict"),
    Field("left"),
    Field("right"),
    Field("source"),
    Field("date", "when"),
)
PART_FIELDS = (
    Field("id"),
    Field("component", "term"),
    Field("window"),
    Field("left", "rate"),
    Field("right", "rate"),
    Field("ratio", "fine_ratio"),
    Field("percent_lower", "fine_percent"),
    Field("verdict"),
)


def claims_document(
    table: PriceTable, judged: Sequence[JudgedClaim], on: When | None, per_text: "PerTextHeadline | None" = None
) -> Document:
    """The document of `tokencost claims`; `per_text` says what the headline is for a text, where that is asked for."""
    return begin_document(table, "claims", on)._replace(
        records=(claims_records(judged), _parts_records(judged)),
        tables=(claims_table(judged),),
        answer=(_say_verdicts(judged, on),),
        notes=(_say_per_text(per_text),) if per_text else (),
        charts=WhenRead(lambda: claims_charts(judged)),
    )


def claim_document(
    table: PriceTable,
    judged: JudgedClaim,
    others: Sequence[RatePair | Recomputed],
    applied: JudgedClaim | None,
    on: When | None,
) -> Document:
    """The document of `tokencost claims ID`: the statement, the verdict in plain words, and the arithmetic."""
    claim = judged.claim
    return begin_document(table, "claims", on or judged.on)._replace(
        records=(claims_records([judged]), _parts_records([judged])),
        tables=tuple(_arithmetic_tables(judged)),
        answer=(
            (f'"{claim.statement}" ({claim.printed_by}, {claim.printed.isoformat()}) {_say_verdict(judged)}.',),
            (*_say_plainly(table, judged), "."),
        ),
        notes=(
            *(((claim.note,),) if claim.note else ()),
            *_say_budgets(judged),
            *(_say_budgets(applied, of=True) if applied else ()),
            *_say_others(judged, others),
            *_say_since(table, judged),
            *(((f"The claim was printed at {claim.source}",),) if claim.source else ()),
        ),
        sources=tuple(dict.fromkeys(_cite_sides(table, judged))),
        charts=WhenRead(lambda: claim_charts(judged)),
    )


# ---- All of them


def _say_per_text(found: "PerTextHeadline") -> Sentence:
    """The headline of 2025 for the same text, whose tokens differ, with the text by its name."""
    parts: list[Sentence] = []
    for text in found.texts:
        counts = f" ({text.baseline_tokens} tokens against {text.model_tokens})"
        parts.append((f"in {text.language} ", *say_range(text.low, text.high, "times"), f" times{counts}"))
    return (
        f"A text is not the same number of tokens everywhere. On {show_when(found.on)} {found.baseline} cost ",
        *say_range(found.low, found.high, "times"),
        f" times as much as {found.model} for each token. For a paragraph of our own (headline.toml) it was ",
        *join_with_and(parts),
        ". Count your own with tokencost count FILE.",
    )


def _say_verdicts(judged: Sequence[JudgedClaim], on: When | None) -> Sentence:
    """How many figures there are of each verdict."""
    counts = Counter(claim.verdict for claim in judged)
    each = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    time = show_when(on) if on else "their day" if len(judged) != 1 else "its day"
    return (f"{count_noun(len(judged), 'published figure')}, recomputed from the list prices of {time}: {each}.",)


def claims_table(judged: Sequence[JudgedClaim]) -> Table:
    """The claims for people; their words and who printed them are the first to leave a narrow table."""
    columns = (
        Column("verdict"),
        Column("claim"),
        Column("in its words", leaves=1),
        Column("printed by", leaves=1),
        Column("printed", leaves=2),
        Column("recomputed"),
    )
    rows = [
        (
            each.verdict,
            each.claim.id,
            each.claim.statement,
            f"{each.claim.printed_by}, {each.claim.printed.isoformat()}",
            _say_printed(each.claim),
            Phrase(_say_recomputed(each)),
        )
        for each in judged
    ]
    return Table(columns, rows)


def _say_printed(claim: Claim) -> str:
    """What the verdict is about: the ratio or percentage, else the prices or amounts."""
    published = claim.published
    if published.ratio:
        return _show_printed(published.ratio, "", "×")
    if published.percent_lower:
        return f"{_show_printed(published.percent_lower, '', '%')} lower"
    if published.percent_of:
        return f"{_show_printed(published.percent_of, '', '%')} of it"
    symbol = "$" if published.prices or claim.left.unit == "USD" else ""
    return " against ".join(
        _show_printed(printed, symbol, "", short=True)
        for printed in published.prices or published.amounts or ()
        if printed
    )


def _say_recomputed(judged: JudgedClaim) -> Sentence:
    """The same figure as it was: of the components that carry the verdict, which are named where others do not."""
    if judged.verdict == UNDECIDABLE:
        return ("; ".join(judged.missing),)
    parts = judged.decisive
    where = _name_components(parts)
    whole = judged.claim.left.component is None and len(parts) == len(judged.parts)
    kind, values = _measure(judged.claim, parts)
    if values:
        named = f" ({where})" if where and not whole else ""
        return (*say_range(min(values), max(values), kind), named)
    # Of several pairs of prices only the nearest can be the one that was meant.
    part = parts[0] if judged.verdict == REPRODUCED else _nearest(judged)
    named = f" ({_name_part(part)})" if _name_part(part) else ""
    return (*_say_sides(judged.claim, part, short=True), named)


def _measure(claim: Claim, parts: Iterable[Recomputed]) -> tuple[Kind, list[Fraction]]:
    """The figure of each part that was printed, and its kind; none where prices or amounts were printed."""
    published = claim.published
    if published.ratio:
        return "fine_ratio", [part.ratio for part in parts if part.ratio is not None]
    if published.percent_lower:
        return "fine_percent", [part.percent_lower for part in parts if part.percent_lower is not None]
    if published.percent_of:
        return "fine_percent", [part.percent_of for part in parts if part.percent_of is not None]
    return "fine_ratio", []


def _nearest(judged: JudgedClaim) -> Recomputed:
    """The part whose prices are nearest to those that were printed."""
    printed = [each.exactly for each in judged.claim.published.prices or () if each.exactly is not None]

    def distance(part: Recomputed) -> Fraction:
        values = [operand.value for operand in (part.left, part.right) if operand]
        pairs = [(Fraction(figure), value) for figure, value in zip(printed, values, strict=False)]
        return sum((abs(value / figure - 1) for figure, value in pairs if figure), start=Fraction(0))

    return min(judged.decisive, key=distance)


# ---- One of them


def _say_verdict(judged: JudgedClaim) -> str:
    """`is reproduced by the list prices of 2025-01-27`."""
    prices = f" the list prices of {show_when(judged.on)}"
    if not any(part.left.cell for part in judged.parts):
        return "differs from what is cited" if judged.verdict == DIFFERS else f"is {judged.verdict}"
    if judged.verdict in (OVERSTATED, UNDERSTATED):
        return f"is {judged.verdict}, by{prices}"
    return f"differs from{prices}" if judged.verdict == DIFFERS else f"is {judged.verdict} by{prices}"


def _say_plainly(table: PriceTable, judged: JudgedClaim) -> Sentence:
    """The verdict in plain words: where it is true, and what it was elsewhere; without the full stop."""
    claim, parts, decisive = judged.claim, judged.parts, judged.decisive
    cost = verb_of_cost(judged.on, table)
    others = [part for part in parts if part not in decisive]
    if judged.verdict == UNDECIDABLE or not parts:
        return (_begin("; ".join(judged.missing)),)
    if not any(part.left.cell for part in parts):
        return _say_factors(judged)
    if judged.verdict == REPRODUCED and others:
        elsewhere = (*_say_costs(claim, others, cost, beside=decisive), *_say_values(claim, others, cost))
        return f"True only for {_name_components(decisive)}. ", *elsewhere
    if claim.published.prices and judged.verdict == DIFFERS:
        printed = " against ".join(_show_printed(each, "$", "") for each in claim.published.prices)
        return f"No list prices of the two were {printed}. ", *_say_costs(claim, [_nearest(judged)], cost)
    return _say_of_all(claim, parts, cost)


def _say_of_all(claim: Claim, parts: Sequence[Recomputed], cost: str) -> Sentence:
    """What holds for all parts alike."""
    if len(parts) == 1:
        return (*_say_costs(claim, parts, cost), *_say_values(claim, parts, cost))
    were = "were " if cost == "cost" else "are "
    if claim.published.ratio and claim.right:
        return (*_say_values(claim, parts, cost)[1:], f" for {_name_components(parts)}")
    return (f"{_begin(_name_components(parts))} {were}", *_say_values(claim, parts, cost)[1:])


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]


def _say_costs(claim: Claim, parts: Sequence[Recomputed], cost: str, *, beside: Sequence[Recomputed] = ()) -> Sentence:
    """`New input cost $0.55 against $15.00 and output $2.19 against $60.00`."""
    # Beside cached input, plain input is what is not in the cache.
    cached = any(part.left.component == "cached_input" for part in beside)
    said: list[Sentence] = []
    for place, part in enumerate(parts):
        name = ("new " if cached and part.left.component == "input" else "") + _name_part(part)
        begin = name if place else f"{_begin(name)} {cost}"
        said.append((f"{begin} ", *_say_sides(claim, part)))
    return join_with_and(said)


def _say_values(claim: Claim, parts: Sequence[Recomputed], cost: str) -> Sentence:
    """`: 96.3% and 96.4% lower`, in the kind of figure that was printed; what was printed with decimals gets two."""
    published = claim.published
    printed = published.ratio or published.percent_lower or published.percent_of
    fine = printed is not None and printed.exactly is not None and _decimals(printed.exactly) > 0
    if published.ratio and claim.right:
        ratios = [part.ratio for part in parts if part.ratio is not None]
        shown: Sentence = _say_some(ratios, "times")
        return ": ", f"{claim.right.model or 'the other'} {cost} ", *shown, " times as much"
    kind: Kind = "fine_percent" if fine else "percent"
    if published.percent_of:
        return ": ", *_say_some([part.percent_of for part in parts if part.percent_of is not None], kind), " of it"
    lower = [part.percent_lower for part in parts if part.percent_lower is not None]
    either: list[Sentence] = []
    for values, word in (([v for v in lower if v >= 0], " lower"), ([-v for v in lower if v < 0], " higher")):
        if values:
            either.append((*_say_some(values, kind), word))
    return ": ", *join_with_and(either)


def _say_some(values: Sequence[Fraction], kind: Kind) -> Sentence:
    """One or two figures, or the range of more."""
    few = list(dict.fromkeys(values))
    if len(few) <= 2:  # noqa: PLR2004
        return join_with_and([(Figure(value, kind),) for value in few])
    return say_range(min(few), max(few), kind)


def _decimals(figure: Decimal) -> int:
    return max(-int(figure.as_tuple().exponent), 0)


def _say_factors(judged: JudgedClaim) -> Sentence:
    """Cited figures, multiplied, and how they stand to each other."""
    claim, (part, *_) = judged.claim, judged.parts
    left = _name_factors(claim.left)
    if part.right is None or claim.right is None:
        return f"{left} are ", _amount(part.left, claim.left)
    if claim.left.unit == "USD":
        share: Sentence = (Figure(part.percent_of, "fine_percent"), " of ", _amount(part.right, claim.right))
        return f"{left} are ", _amount(part.left, claim.left), ": ", *share
    return f"{_name_factors(claim.right)} ÷ {left} = ", Figure(part.ratio, "fine_ratio")


def _name_factors(side: Side) -> str:
    return " × ".join(f"{factor.figure:,f} {factor.unit}" for factor in side.factors)


def _arithmetic_tables(judged: JudgedClaim) -> Iterator[Table]:
    """A row for each component and window, with the prices of both sides; none of cited figures alone."""
    claim, parts = judged.claim, judged.parts
    if claim.right is None or not any(part.left.cell or (part.right and part.right.cell) for part in parts):
        return
    left, right = (_name_side(side, judged.on) for side in (claim.left, claim.right))
    published = claim.published
    shares = published.percent_of is not None
    rows: list[tuple[Value, ...]] = [
        (
            _name_part(part),
            _amount(part.left, claim.left),
            _amount(part.right, claim.right) if part.right else None,
            part.ratio,
            part.percent_of if shares else None if part.percent_lower is None else -part.percent_lower,
            part.verdict,
        )
        for part in parts
    ]
    ratio = Column(f"{right} costs", "fine_ratio", leaves=0 if published.ratio else 2)
    apart = (
        Column(f"of {right}", "fine_percent") if shares
        else Column(f"vs {right}", "fine_change", leaves=3 if published.ratio else 0)
    )  # fmt: skip
    columns = (Column(""), Column(left, "rate"), Column(right, "rate"), ratio, apart, Column("verdict", leaves=4))
    yield Table(columns, rows, unit="USD per 1M tokens")


def _name_side(side: Side, on: When) -> str:
    """The model, with its own day where it is of another; a cited figure."""
    if side.model is None:
        return "cited figure"
    conditions = ", ".join(filter(None, (side.tier, side.window)))
    own = f" on {show_when(side.on)}" if side.on and side.on != on else ""
    return side.model + (f" ({conditions})" if conditions else "") + own


def _say_budgets(judged: JudgedClaim, *, of: bool = False) -> Iterator[Sentence]:
    """How far use must grow for a bill to stay the same; not of figures that are no price and no factor of one."""
    ratios = [part.ratio for part in judged.decisive if part.ratio and part.ratio > 1]
    if not ratios or judged.verdict == DIFFERS or judged.claim.left.unit == "USD":
        return
    growth = say_range(same_bill(min(ratios)).growth_percent, same_bill(max(ratios)).growth_percent, "percent")
    begin = f"At the prices of {judged.claim.id}, the" if of else "The"
    use = f"use of {judged.claim.left.model}" if judged.claim.left.model else "use"
    yield f"{begin} bill stays the same if {use} grows by ", *growth, "."


def _say_since(table: PriceTable, judged: JudgedClaim) -> Iterator[Sentence]:
    """Which command tells how the gap between the two models, or what succeeded them, has moved since."""
    sides = [side.model for side in (judged.claim.left, judged.claim.right) if side and side.model]
    if len(sides) == 2:  # noqa: PLR2004  # a gap is between two
        heads = {head.model: name for name, line in reversed([*table.lines.items()]) for head in line.heads}
        left, right = (heads.get(name, name) for name in sides)
        yield (f"How the gap has moved since: tokencost prices history {left} {right}",)


def _say_others(judged: JudgedClaim, others: Sequence[RatePair | Recomputed]) -> Iterator[Sentence]:
    """What else would have given the printed figures."""
    pairs = [other for other in others if isinstance(other, RatePair)]
    if pairs:
        alike = [pair for pair in pairs if pair.like_for_like]
        prices = judged.claim.published.prices or ()
        figures = " ".join(f"{printed.exactly:f}" for printed in prices if printed.exactly is not None)
        named = "; ".join(f"{_name_rate(pair, 0)} and {_name_rate(pair, 1)}" for pair in alike[:MOST_NAMED])
        named += "; ..." if len(alike) > MOST_NAMED else ""
        some = f"{len(alike)} like with like ({named})" if alike else "none like with like"
        count = f"Other list prices with these figures: {count_noun(len(pairs), 'pair')}, {some}."
        yield (f"{count} See tokencost find {figures} --on {show_when(judged.on)}",)
    for other in others:
        if not isinstance(other, RatePair) and other.left.cell:
            conditions = say_conditions(other.left.cell)
            named = _name_component(other) + (f", {conditions}" if conditions else "")
            values = (Figure(other.ratio, "fine_ratio"), ", ", Figure(other.percent_lower, "fine_percent"), " lower.")
            yield f"Also reproduced by {named}: ", *values


def _name_rate(pair: RatePair, side: int) -> str:
    listed = (pair.left, pair.right)[side]
    return name_rate(listed.model.id, listed.component, listed.cell)


def _cite_sides(table: PriceTable, judged: JudgedClaim) -> Iterator[Source]:
    for part in judged.parts:
        for operand, side in ((part.left, judged.claim.left), (part.right, judged.claim.right)):
            if operand and operand.cell:
                line = table.line_of(operand.cell.path)
                yield cite(operand.cell.evidence, operand.cell.model)._replace(line=f"{table.file}:{line}")
            elif side and side.source:
                yield Source("", side.source)


# ---- What both say


def _name_component(part: Recomputed) -> str:
    return (part.left.component or (part.right.component if part.right else None) or "").replace("_", " ")


def _name_part(part: Recomputed) -> str:
    """`cached input (peak)`."""
    name, window = _name_component(part), _window(part)
    return f"{name} ({window})" if window else name


def _name_components(parts: Sequence[Recomputed]) -> str:
    """`input and cached input`; without the hours, where it holds in all of them."""
    names = list(dict.fromkeys(filter(None, map(_name_part, parts))))
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])


def _window(part: Recomputed) -> str | None:
    for operand in (part.left, part.right):
        if operand and operand.cell and operand.cell.window:
            return operand.cell.window
    return None


def _amount(operand: Operand, side: Side) -> Figure:
    """A rate in USD per 1M tokens, an amount of money, or a plain cited number."""
    if operand.cell:
        return Figure(operand.value, "rate")
    return Figure(operand.value, "money" if side.unit == "USD" else "count")


def _say_sides(claim: Claim, part: Recomputed, *, short: bool = False) -> Sentence:
    """`$0.14 against $7.50`."""
    left = _say_amount(part.left, claim.left, short=short)
    if part.right is None or claim.right is None:
        return left
    return (*left, " against ", *_say_amount(part.right, claim.right, short=short))


def _say_amount(operand: Operand, side: Side, *, short: bool) -> Sentence:
    """The amount; `short` writes millions and billions as words."""
    if short and side.unit == "USD" and operand.cell is None:
        for size, word in ((BILLION, "billion"), (MILLION, "million")):
            if abs(operand.value) >= size:
                return "$", Figure(operand.value / size, "count"), f" {word}"
    return (_amount(operand, side),)


def _show_printed(printed: Printed, before: str, after: str, *, short: bool = False) -> str:
    """The figure with the digits that were printed, or its bounds."""

    def write(figure: Decimal | None) -> str:
        if figure is None:
            return ""
        for size, word in ((BILLION, "billion"), (MILLION, "million")) if short else ():
            if figure >= size and not figure % size:
                return f"{before}{int(figure / size):,} {word}{after}"
        return f"{before}{figure:,f}{after}"

    if printed.exactly is not None:
        return write(printed.exactly)
    if printed.least is not None and printed.most is not None:
        return f"{write(printed.least)} to {write(printed.most)}"
    words = (
        ("at least ", printed.least),
        ("up to ", printed.most),
        ("over ", printed.above),
        ("under ", printed.below),
    )
    return " and ".join(f"{word}{write(figure)}" for word, figure in words if figure is not None)


# ---- Records


def claims_records(judged: Sequence[JudgedClaim]) -> Records:
    """The claims for programs: what was published, and what was computed, as sentences."""
    rows = [
        (
            claim.claim.id,
            _say_published(claim),
            _to_phrase(_say_computed(claim)),
            claim.verdict,
            Phrase(_say_side(claim.claim.left, [part.left for part in claim.decisive])),
            _to_phrase(_say_side(claim.claim.right, [part.right for part in claim.decisive if part.right])),
            claim.claim.printed_by,
            claim.claim.printed,
        )
        for claim in judged
    ]
    return Records(FIELDS, tuple(rows))


def _parts_records(judged: Sequence[JudgedClaim]) -> Records:
    """The computations: one row for each component and window."""
    rows: list[tuple[Value, ...]] = [
        (
            claim.claim.id,
            part.left.component or (part.right.component if part.right else None),
            _window(part),
            _amount(part.left, claim.claim.left),
            _amount(part.right, claim.claim.right) if part.right and claim.claim.right else None,
            part.ratio,
            part.percent_lower,
            part.verdict,
        )
        for claim in judged
        for part in claim.parts
    ]
    return Records(PART_FIELDS, tuple(rows), "parts")


def _to_phrase(words: Sentence) -> Phrase | None:
    return Phrase(words) if words else None


def _say_published(judged: JudgedClaim) -> str:
    """All printed figures, with the digits that were printed."""
    published = judged.claim.published
    parts = []
    if published.prices:
        parts.append(" against ".join(_show_printed(printed, "$", "") for printed in published.prices))
    if published.amounts:
        symbol = "$" if judged.claim.left.unit == "USD" else ""
        parts.append(" against ".join(_show_printed(printed, symbol, "") for printed in published.amounts if printed))
    if published.ratio:
        parts.append(_show_printed(published.ratio, "", "×"))
    if published.percent_lower:
        parts.append(f"{_show_printed(published.percent_lower, '', '%')} lower")
    if published.percent_of:
        parts.append(f"{_show_printed(published.percent_of, '', '%')} of it")
    return ", ".join(parts)


def _say_computed(judged: JudgedClaim) -> Sentence:
    """The values of the parts that carry the verdict."""
    pieces: list[str | Figure] = []
    for part in judged.decisive:
        label = _name_part(part)
        pieces += ["; " if pieces else "", f"{label} " if label else "", *_compute_part(judged, part)]
    return tuple(pieces)


def _compute_part(judged: JudgedClaim, part: Recomputed) -> Sentence:
    claim, published = judged.claim, judged.claim.published
    if part.right is None:
        return (_amount(part.left, claim.left),)
    pieces: list[str | Figure] = []
    if published.prices or published.amounts:
        right = claim.right or claim.left
        pieces += [_amount(part.left, claim.left), " against ", _amount(part.right, right), ", "]
    if published.ratio and not (published.percent_lower or published.percent_of):
        return (*pieces, Figure(part.ratio, "fine_ratio"))
    if published.percent_of or published.amounts:
        return (*pieces, Figure(part.percent_of, "fine_percent"), " of it, ", Figure(part.ratio, "fine_ratio"))
    return (*pieces, Figure(part.percent_lower, "fine_percent"), " lower, ", Figure(part.ratio, "fine_ratio"))


def _say_side(side: Side | None, operands: Iterable[Operand]) -> Sentence:
    """`deepseek-reasoner cached input $0.14`, or the factors of a cited figure."""
    if side is None:
        return ()
    if side.missing:
        return (side.missing,)
    if side.factors:
        return (_name_factors(side),)
    pieces: list[str | Figure] = [side.model or ""]
    for n, operand in enumerate(operands):
        component = (operand.component or "").replace("_", " ")
        pieces += ["," if n else "", f" {component} ", Figure(operand.value, "rate")]
    return tuple(pieces)
