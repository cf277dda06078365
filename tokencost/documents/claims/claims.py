"""Published figures with their verdicts, as documents: all of them in a table, or one explained."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from tokencost.analysis.claims.file import Printed, Side
from tokencost.analysis.claims.judge import REPRODUCED, UNDECIDABLE, JudgedClaim, Operand, Recomputed
from tokencost.analysis.compare import same_bill
from tokencost.analysis.find import RatePair
from tokencost.documents.claims.chart import claim_charts, claims_charts
from tokencost.documents.document import (
    Document,
    Field,
    Figure,
    Phrase,
    Records,
    Sentence,
    Source,
    Value,
    WhenRead,
    begin_document,
    split_records,
)
from tokencost.documents.remarks import cite, merge_remarks
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, show_when

COLUMNS = (
    Field("id"),
    Field("published"),
    Field("computed"),
    Field("verdict"),
    Field("left", shown=False),
    Field("right", shown=False),
    Field("source", shown=False),
    Field("date", "when"),
)


def claims_document(table: PriceTable, judged: Sequence[JudgedClaim], on: When | None) -> Document:
    """The document of `tokencost claims`."""
    reproduced = sum(claim.verdict == REPRODUCED for claim in judged)
    return begin_document(table, "claims", on)._replace(
        **split_records(claims_table(judged), _parts_table(judged, shown=False)),
        answer=((f"{reproduced} of {len(judged)} published figures are reproduced{_say_day(on)}.",),),
        notes=merge_remarks((claim.claim.id, f": {reason}.") for claim in judged for reason in _reasons(claim)),
        charts=WhenRead(lambda: claims_charts(judged)),
    )


def claim_document(
    table: PriceTable,
    judged: JudgedClaim,
    others: Sequence[RatePair | Recomputed],
    applied: JudgedClaim | None,
    on: When | None,
) -> Document:
    """The document of `tokencost claims ID`: the statement, the arithmetic, the rates, and what else would fit."""
    claim = judged.claim
    printed = f"{claim.printed_by}, {claim.printed.isoformat()}{f', {claim.source}' if claim.source else ''}"
    return begin_document(table, "claims", on or judged.on)._replace(
        **split_records(claims_table([judged], shown=False), _parts_table([judged], shown=bool(judged.parts))),
        answer=(
            (f"{claim.id}: {claim.statement}",),
            (f"Printed by {printed}.",),
            (f"Verdict for prices of {show_when(judged.on)}: {judged.verdict}{_say_where(judged)}.",),
        ),
        notes=(
            *_say_arithmetic(judged),
            *_say_budgets(judged),
            *(_say_budgets(applied, of=True) if applied else ()),
            *(((claim.note,),) if claim.note else ()),
            *((f"{reason}.",) for reason in _reasons(judged)),
            *_say_others(others),
        ),
        sources=tuple(dict.fromkeys(_cite_sides(table, judged))),
        charts=WhenRead(lambda: claim_charts(judged)),
    )


def claims_table(judged: Sequence[JudgedClaim], *, shown: bool = True) -> Records:
    """The records of the claims: what was published, and what was computed."""
    rows = [
        (
            claim.claim.id,
            Phrase(_say_published(claim)),
            _to_phrase(_say_computed(claim)),
            claim.verdict,
            Phrase(_say_side(claim.claim.left, [part.left for part in claim.decisive])),
            _to_phrase(_say_side(claim.claim.right, [part.right for part in claim.decisive if part.right])),
            claim.claim.printed_by,
            claim.claim.printed,
        )
        for claim in judged
    ]
    columns = COLUMNS if shown else tuple(column._replace(shown=False) for column in COLUMNS)
    return Records(columns, tuple(rows), caption="published figures")


def _to_phrase(words: Sentence) -> Phrase | None:
    return Phrase(words) if words else None


def _parts_table(judged: Sequence[JudgedClaim], *, shown: bool) -> Records:
    """The computations: one row for each component and window."""
    several = any(_window(part) for claim in judged for part in claim.parts)
    columns = (
        Field("id", shown=False),
        Field("component", "term", shown=shown and any(part.left.cell for claim in judged for part in claim.parts)),
        Field("window", shown=shown and several),
        Field("left", "rate", shown=shown),
        Field("right", "rate", shown=shown),
        Field("ratio", "fine_ratio", shown=shown),
        Field("percent_lower", "fine_percent", "lower", shown=shown),
        Field("verdict", shown=shown),
    )
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
    return Records(columns, tuple(rows), name="parts", caption="recomputed")


def _amount(operand: Operand, side: Side) -> Figure:
    """A rate in USD per 1M tokens, an amount of money, or a plain cited number."""
    if operand.cell:
        return Figure(operand.value, "rate")
    return Figure(operand.value, "money" if side.unit == "USD" else "count")


def _window(part: Recomputed) -> str | None:
    for operand in (part.left, part.right):
        if operand and operand.cell and operand.cell.window:
            return operand.cell.window
    return None


def _say_published(judged: JudgedClaim) -> Sentence:
    """The printed figures, with the digits that were printed."""
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
    return (", ".join(parts),)


def _show_printed(printed: Printed, before: str, after: str) -> str:
    def write(figure: Decimal | None) -> str:
        return "" if figure is None else f"{before}{figure:,f}{after}"

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


def _say_computed(judged: JudgedClaim) -> Sentence:
    """The values of the parts that carry the verdict."""
    pieces: list[str | Figure] = []
    for part in judged.decisive:
        label = " ".join(
            word for word in (_name_component(part), f"({_window(part)})" if _window(part) else "") if word
        )
        pieces += ["; " if pieces else "", f"{label} " if label else "", *_say_values(judged, part)]
    return tuple(pieces)


def _say_values(judged: JudgedClaim, part: Recomputed) -> Sentence:
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


def _name_component(part: Recomputed) -> str:
    return (part.left.component or "").replace("_", " ")


def _say_side(side: Side | None, operands: Iterable[Operand]) -> Sentence:
    """`deepseek-reasoner cached input $0.14`, or the factors of a cited figure."""
    if side is None:
        return ()
    if side.missing:
        return (side.missing,)
    if side.factors:
        return (" × ".join(f"{factor.figure:,f} {factor.unit}" for factor in side.factors),)
    pieces: list[str | Figure] = [side.model or ""]
    for n, operand in enumerate(operands):
        component = (operand.component or "").replace("_", " ")
        pieces += ["," if n else "", f" {component} ", Figure(operand.value, "rate")]
    return tuple(pieces)


def _say_where(judged: JudgedClaim) -> str:
    """For which components the verdict holds, where it does not hold for all."""
    names = list(dict.fromkeys(_name_component(part) for part in judged.decisive if part.left.component))
    whole = {_name_component(part) for part in judged.parts}
    return (
        f" for {' and '.join(names)}" if names and judged.claim.left.component is None and set(names) != whole else ""
    )


def _say_arithmetic(judged: JudgedClaim) -> Iterator[Sentence]:
    """Each computation with its numbers."""
    for part in judged.parts:
        label = _name_component(part)
        if len(judged.claim.left.factors) > 1:
            factors = " × ".join(f"{factor.figure:,f} {factor.unit}" for factor in judged.claim.left.factors)
            yield factors, " = ", _amount(part.left, judged.claim.left), "."
        if part.right is None:
            continue
        left, right = (
            _amount(part.left, judged.claim.left),
            _amount(part.right, judged.claim.right or judged.claim.left),
        )
        yield (
            f"{label}: " if label else "",
            right, " ÷ ", left, " = ", Figure(part.ratio, "fine_ratio"), "; ",
            "1 - ", left, " ÷ ", right, " = ", Figure(part.percent_lower, "fine_percent"), " lower.",
        )  # fmt: skip


def _say_budgets(judged: JudgedClaim, *, of: bool = False) -> Iterator[Sentence]:
    """The break-even of each ratio: what the same budget buys, and how far use must grow for the bill to stay."""
    for part in judged.decisive:
        if part.ratio and part.ratio > 1:
            even = same_bill(part.ratio)
            named = [f"prices of {judged.claim.id}"] if of else []
            label = ", ".join([*named, *filter(None, [_name_component(part)])])
            yield (
                f"{label}: the same budget buys " if label else "The same budget buys ",
                Figure(even.times_as_many, "ratio"),
                " as much; use must grow by ",
                Figure(even.growth_percent, "percent"),
                " for the bill to stay the same.",
            )


def _reasons(judged: JudgedClaim) -> Sequence[str]:
    return judged.missing if judged.verdict == UNDECIDABLE or judged.claim.left.component else ()


def _say_others(others: Sequence[RatePair | Recomputed]) -> Iterator[Sentence]:
    for other in others:
        if isinstance(other, RatePair):
            alike = "like for like" if other.like_for_like else "not like for like"
            yield (
                "The same figures: ",
                *_say_rate(other.left.model.id, other.left.cell.tier, other.left.component, other.left.rate),
                " against ",
                *_say_rate(other.right.model.id, other.right.cell.tier, other.right.component, other.right.rate),
                f", {alike}.",
            )
        elif other.left.cell:
            cell = other.left.cell
            yield (
                f"Also reproduced by {_name_component(other)}, {cell.tier} tier: ",
                Figure(other.percent_lower, "fine_percent"),
                " lower, ",
                Figure(other.ratio, "fine_ratio"),
                ".",
            )


def _say_rate(model: str, tier: str, component: str, rate: Decimal) -> Sentence:
    words = f"{model} {component.replace('_', ' ')}" + (f" ({tier})" if tier != "standard" else "")
    return f"{words} ", Figure(rate, "rate")


def _cite_sides(table: PriceTable, judged: JudgedClaim) -> Iterator[Source]:
    for part in judged.parts:
        for operand, side in ((part.left, judged.claim.left), (part.right, judged.claim.right)):
            if operand and operand.cell:
                line = table.line_of(operand.cell.path)
                yield cite(operand.cell.evidence, operand.cell.model)._replace(line=f"{table.file}:{line}")
            elif side and side.source:
                yield Source("", side.source)


def _say_day(on: When | None) -> str:
    return f" by prices of {show_when(on)}" if on else ""
