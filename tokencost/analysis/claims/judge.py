"""Published figures, recomputed from dated prices, with a verdict by one written rule.

reproduced   the exact value, rounded to the printed digits, is the printed one, or lies within the printed bounds
understated  the real advantage is larger than printed
overstated   the real advantage is smaller than printed
differs      neither: a price is not the list price, or the figures err both ways
undecidable  a side is missing

A claim that names no component is recomputed for every like-for-like component, and is reproduced where one of
them gives the printed figures: who printed them had one in mind, and did not say which.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from tokencost.analysis.claims.file import Claim, Printed, Published, Side
from tokencost.analysis.compare import open_cells, paired_cells
from tokencost.analysis.find import RatePair, equal_pairs, listed_rates
from tokencost.display import html_of, record_of
from tokencost.errors import InvalidRequest
from tokencost.money import percent_lower, times_as_much
from tokencost.pricetable.resolve import resolve
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_when
from tokencost.pricing.rates import COMPONENTS, STANDARD, RateCell, tier_names
from tokencost.rows import Row

REPRODUCED = "reproduced"
UNDERSTATED = "understated"
OVERSTATED = "overstated"
DIFFERS = "differs"
UNDECIDABLE = "undecidable"


class Operand(NamedTuple):
    """The value of one side: a rate of a cell, or a cited figure."""

    value: Fraction
    cell: RateCell | None = None
    component: str | None = None


class Recomputed(NamedTuple):
    """One computation of a claim, for one component in one window."""

    left: Operand
    right: Operand | None
    verdict: str

    @property
    def ratio(self) -> Fraction | None:
        """Right ÷ left."""
        return times_as_much(self.right.value, self.left.value) if self.right else None

    @property
    def percent_lower(self) -> Fraction | None:
        """(1 - left ÷ right) x 100."""
        return percent_lower(self.right.value, self.left.value) if self.right else None

    @property
    def percent_of(self) -> Fraction | None:
        """Left ÷ right x 100."""
        lower = self.percent_lower
        return None if lower is None else 100 - lower


class _JudgedClaim(NamedTuple):
    """The fields of `JudgedClaim`."""

    claim: Claim
    on: When
    verdict: str
    parts: tuple[Recomputed, ...]
    missing: tuple[str, ...]
    """What could not be computed, and why."""

    @property
    def decisive(self) -> tuple[Recomputed, ...]:
        """The parts that carry the verdict."""
        return tuple(part for part in self.parts if part.verdict == self.verdict) or self.parts


class JudgedClaim(Row, _JudgedClaim):
    """A claim with its verdict and the computations that led to it."""

    __slots__ = ()

    def _columns(self) -> dict[str, Any]:
        return record_of(self)

    def _repr_html_(self) -> str:
        return html_of(self)


def judge(table: PriceTable, claim: Claim, on: When | str | None = None) -> JudgedClaim:
    """Recompute a claim at its own time, or at another."""
    on = None if on is None else as_when(on)
    parts: list[Recomputed] = []
    missing: list[str] = []
    for left, right in _operands(table, claim, on, missing):
        parts.append(Recomputed(left, right, _verdict(claim.published, left, right)))
    verdicts = {part.verdict for part in parts}
    if REPRODUCED in verdicts:
        verdict = REPRODUCED
    elif len(verdicts) == 1:
        (verdict,) = verdicts
    else:
        verdict = DIFFERS if verdicts else UNDECIDABLE
    return JudgedClaim(claim, on or as_when(claim.on), verdict, tuple(parts), tuple(dict.fromkeys(missing)))


def alternatives(table: PriceTable, judged: JudgedClaim) -> tuple[RatePair | Recomputed, ...]:
    """What else would have reproduced the printed figures at that time.

    For two printed prices, every other pair of list prices that gives them; for a ratio or a percentage, the other
    components and tiers of the same models.
    """
    claim = judged.claim
    prices = claim.published.prices
    if prices and prices[0].exactly is not None and prices[1].exactly is not None:
        used = {
            (part.left.cell, part.left.component, part.right.cell if part.right else None) for part in judged.decisive
        }
        rates = listed_rates(table, judged.on)
        pairs = equal_pairs(rates, Fraction(prices[0].exactly), Fraction(prices[1].exactly))
        return tuple(pair for pair in pairs if (pair.left.cell, pair.left.component, pair.right.cell) not in used)
    if not claim.left.model or claim.right is None or not claim.right.model:
        return ()
    shown = {(part.left.cell, part.left.component) for part in judged.parts}
    found = []
    for tier in _shared_tiers(table, claim, judged.on):
        free = claim._replace(
            left=claim.left._replace(component=None, tier=tier), right=claim.right._replace(component=None, tier=tier)
        )
        for left, right in _operands(table, free, judged.on, []):
            verdict = _verdict(claim.published, left, right)
            if verdict == REPRODUCED and (left.cell, left.component) not in shown:
                found.append(Recomputed(left, right, verdict))
    return tuple(found)


def _shared_tiers(table: PriceTable, claim: Claim, on: When) -> list[str]:
    sides = [resolve(table, side.model, on) for side in (claim.left, claim.right) if side and side.model]
    offered = [tier_names(side.price) for side in sides]
    return [tier for tier in offered[0] if all(tier in others for others in offered)]


def _operands(
    table: PriceTable, claim: Claim, on: When | None, missing: list[str]
) -> Iterator[tuple[Operand, Operand | None]]:
    """The values to compare; what is missing is added to the list of reasons."""
    left, right = claim.left, claim.right
    missing += [side.missing for side in (left, right) if side and side.missing]
    if missing:
        return
    try:
        cells = [_cells(table, side, on or claim.on, moved=on is not None) for side in (left, right)]
    except InvalidRequest as error:
        missing.append(error.message)
        return
    for cell, other_cell in _pairs(*cells):
        for component, other_component in _components(left, right):
            one = _operand(left, cell, component)
            other = _operand(right, other_cell, other_component) if right else None
            if one and (other or not right):
                yield one, other
            elif one or other or left.component:
                without = cell if one is None else other_cell
                missing.append(f"{without.model if without else 'a side'} has no {component} rate")


def _cells(table: PriceTable, side: Side | None, on: When, *, moved: bool) -> list[RateCell]:
    """The cells of a side; none where it is a cited figure."""
    if side is None or side.model is None:
        return []
    model = resolve(table, side.model, on if moved else side.on or on)
    return open_cells(model, side.tier or STANDARD, side.window)


def _pairs(left: list[RateCell], right: list[RateCell]) -> Iterable[tuple[RateCell | None, RateCell | None]]:
    if left and right:
        return paired_cells(left, right)
    return [(cell, None) for cell in left] or [(None, cell) for cell in right] or [(None, None)]


def _components(left: Side, right: Side | None) -> Iterable[tuple[str | None, str | None]]:
    """The component of each side; every like-for-like one where none was named."""
    named = left.component or (right.component if right else None)
    if named:
        return [(left.component or named, (right.component if right else None) or named)]
    if left.model or (right and right.model):
        return [(component, component) for component in COMPONENTS]
    return [(None, None)]


def _operand(side: Side, cell: RateCell | None, component: str | None) -> Operand | None:
    if side.product is not None:
        return Operand(side.product)
    rate = getattr(cell.rates, component) if cell and component else None
    return None if rate is None else Operand(Fraction(rate), cell, component)


def _verdict(published: Published, left: Operand, right: Operand | None) -> str:
    """The verdict on one computation: each printed figure is met, missed on one side, or missed on the other."""
    errors: set[str] = set()
    if published.prices and right and not _are_the_prices(published.prices, left, right):
        return DIFFERS
    if published.amounts:
        # A dearer left side, or a cheaper right one, is less of an advantage than was printed.
        errors.add(_error(-_position(published.amounts[0], left.value)))
        if published.amounts[1] and right:
            errors.add(_error(_position(published.amounts[1], right.value)))
    part = Recomputed(left, right, "")
    for printed, value, better in (
        (published.ratio, part.ratio, 1),
        (published.percent_lower, part.percent_lower, 1),
        (published.percent_of, part.percent_of, -1),
    ):
        if printed is not None and value is not None:
            errors.add(_error(better * _position(printed, value)))
    errors.discard(REPRODUCED)
    if not errors:
        return REPRODUCED
    return errors.pop() if len(errors) == 1 else DIFFERS


def _are_the_prices(printed: tuple[Printed, Printed], left: Operand, right: Operand) -> bool:
    return _position(printed[0], left.value) == 0 == _position(printed[1], right.value)


def _error(advantage: int) -> str:
    """In words: the real advantage is as printed (0), larger, or smaller."""
    return (REPRODUCED, UNDERSTATED, OVERSTATED)[advantage]


def _position(printed: Printed, value: Fraction) -> int:
    """0 where the value rounds to what was printed, 1 where it is above, -1 where it is below."""
    if printed.exactly is not None:
        unit = Fraction(10) ** int(printed.exactly.as_tuple().exponent)
        least = Fraction(printed.exactly) - unit / 2
        return 0 if least <= value < least + unit else 1 if value > least else -1
    if (printed.least is not None and value < printed.least) or (printed.above is not None and value <= printed.above):
        return -1
    if (printed.most is not None and value > printed.most) or (printed.below is not None and value >= printed.below):
        return 1
    return 0
