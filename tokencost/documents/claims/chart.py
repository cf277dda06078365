"""Published figures as a picture: what was printed beside what the prices give."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tokencost.analysis.claims.file import Printed, Published
from tokencost.analysis.claims.judge import REPRODUCED, JudgedClaim, Recomputed
from tokencost.documents.chart import Axis, Chart, Number, Point, Series
from tokencost.documents.document import Figure, Kind, Sentence

Range = tuple[Fraction | None, Fraction | None]
"""From and to; no `to` where it is one number."""


def claims_charts(judged: Sequence[JudgedClaim]) -> tuple[Chart, ...]:
    """One chart of all claims that compare two things, as the factor between them: printed, and recomputed."""
    printed: list[Point] = []
    computed: list[Point] = []
    for claim in judged:
        low, high = _to_ratio(claim.claim.published)
        ratios = [part.ratio for part in claim.decisive if part.ratio]
        if low is None or not ratios:
            continue
        least, most = min(ratios), max(ratios)
        printed.append(Point(claim.claim.id, low, to=high))
        computed.append(Point(claim.claim.id, least, to=most if most > least else None, remark=(f"{claim.verdict}",)))
    if not printed:
        return ()
    reproduced = sum(claim.verdict == REPRODUCED for claim in judged)
    title: Sentence = (f"{reproduced} of {len(judged)} published figures are reproduced",)
    if len(printed) < len(judged):
        title = (*title, f"; the {len(printed)} that compare two prices or amounts are drawn")
    return (
        Chart(
            "bars",
            title,
            Axis("times as much (right ÷ left)", "fine_ratio"),
            Axis("claim", "text"),
            (Series("printed", tuple(printed)), Series("computed", tuple(computed))),
        ),
    )


def claim_charts(judged: JudgedClaim) -> tuple[Chart, ...]:
    """One claim: both sides of every computation."""
    parts = [(part, part.right) for part in judged.parts if part.right]
    if not parts:
        return ()
    names = [
        side.model or side.unit or word
        for side, word in ((judged.claim.left, "left"), (judged.claim.right or judged.claim.left, "right"))
    ]
    if names[0] == names[1]:
        names = [f"{names[0]} (left)", f"{names[1]} (right)"]
    left = [Point(_name_place(part), part.left.value, remark=_say_lower(part)) for part, _ in parts]
    right = [Point(_name_place(part), other.value) for part, other in parts]
    rates = any(part.left.cell for part, _ in parts)
    axis = Axis("USD per 1M tokens", "rate") if rates else Axis(judged.claim.left.unit, _choose_kind(judged))
    return (
        Chart(
            "bars",
            (f"{judged.claim.id}: {judged.verdict}", *_say_ratios(judged)),
            axis,
            Axis("component", "text"),
            (Series(names[0], tuple(left)), Series(names[1], tuple(right))),
        ),
    )


def _choose_kind(judged: JudgedClaim) -> Kind:
    return "money" if judged.claim.left.unit == "USD" else "count"


def _say_ratios(judged: JudgedClaim) -> Iterator[str | Figure]:
    ratios = [part.ratio for part in judged.decisive if part.ratio]
    if ratios:
        yield ", the right side costs "
        yield Figure(min(ratios), "fine_ratio")
        if max(ratios) > min(ratios):
            yield " to "
            yield Figure(max(ratios), "fine_ratio")
        yield " as much"


def _name_place(part: Recomputed) -> str:
    component = part.left.component or (part.right.component if part.right else None) or "amount"
    windows = [side.cell.window for side in (part.left, part.right) if side and side.cell and side.cell.window]
    return component.replace("_", " ") + (f" ({windows[0]})" if windows else "")


def _say_lower(part: Recomputed) -> Sentence:
    return (Figure(part.percent_lower, "fine_percent"), f" lower, {part.verdict}") if part.percent_lower else ()


def _to_ratio(published: Published) -> Range:
    """The printed figure as the factor it means; a percentage lower of 98 means 50 times as much."""
    if published.ratio:
        return _to_range(published.ratio)
    if published.percent_lower:
        low, high = _to_range(published.percent_lower)
        return _to_factor(low, of=False), _to_factor(high, of=False)
    if published.percent_of:  # the larger the share, the smaller the factor: the bounds change places
        low, high = _to_range(published.percent_of)
        return (_to_factor(high, of=True), _to_factor(low, of=True)) if high else (_to_factor(low, of=True), None)
    pair = published.prices or published.amounts
    if pair and pair[1]:
        (left, _), (right, _) = _to_range(pair[0]), _to_range(pair[1])
        return (right / left, None) if left and right else (None, None)
    return None, None


def _to_factor(percent: Fraction | None, *, of: bool) -> Fraction | None:
    part = None if percent is None else percent if of else 100 - percent
    return Fraction(100) / part if part and part > 0 else None


def _to_range(printed: Printed) -> Range:
    """The number, or the bound or bounds."""
    if printed.exactly is not None:
        return Fraction(printed.exactly), None
    bounds: list[Number] = [
        bound for bound in (printed.least, printed.above, printed.below, printed.most) if bound is not None
    ]
    if not bounds:
        return None, None
    return Fraction(bounds[0]), Fraction(bounds[1]) if len(bounds) > 1 else None
