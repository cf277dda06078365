"""Sums become money: the rate of each cell is looked up as for one request, and multiplied exactly.

The cost of a sum of requests in one cell is the sum of their costs, so that what comes out equals pricing row by row.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from tokencost.errors import HourNeeded, NoPrice, NotOffered, TokencostError, UsageError
from tokencost.logs.amounts import (
    Elsewhere,
    Key,
    Money,
    Reconciled,
    Tokens,
    Unpriced,
    UsageRow,
    component_of,
    components,
    times,
)
from tokencost.logs.cells import MICROSECOND, instant_of
from tokencost.logs.question import BILLED, PERIODS, Question, Side
from tokencost.logs.sums import Sum
from tokencost.logs.unpriced import UnpricedSums
from tokencost.money import EXACT, ZERO
from tokencost.pricetable.resolve import find_model, price_in_force
from tokencost.pricetable.table import Price, PriceTable
from tokencost.pricetable.when import When, span
from tokencost.pricing.cost import Cost, price_tokens
from tokencost.pricing.rates import RateCell, cell_in, named_cell, thresholds
from tokencost.pricing.timeline import stretches

_FIRST_DAY = date(1970, 1, 1)


class Bill:
    """The sums of a question, priced as they arrive."""

    def __init__(self, table: PriceTable, question: Question, window: str | None = None) -> None:
        self._table = table
        self._question = question
        self._window = window
        self._found: dict[tuple[object, ...], RateCell | TokencostError] = {}
        self._tokens: dict[Key, Tokens] = {}
        self._money: dict[Key, Money] = {}
        self._logged: dict[Key, tuple[Decimal, bool]] = {}
        self._others: dict[Key, list[Decimal | None]] = {}
        self._unpriced = [UnpricedSums(at_own_times=side.on is None) for side in question.sides]
        self.rejected: dict[tuple[str, str], int] = {}
        """Records that cannot be read, by file and code."""
        self.read = 0
        self.priced = 0
        self.base_rates: set[str] = set()
        """Models of which summed records were priced at base rates although long requests cost more."""
        self._cells_used: dict[tuple[str, datetime, str, str, int], RateCell] = {}
        self._last: int | None = None
        self._reconciled: dict[str, tuple[int, Decimal, Decimal]] = {}

    def add(self, item: Sum) -> None:
        """Price one sum. Each of its records ends up priced, unpriced or rejected."""
        self.read += item.rows
        if item.code is not None:
            place = (item.file or "", item.code)
            self.rejected[place] = self.rejected.get(place, 0) + item.rows
            return
        tokens = Tokens(item.requests, item.input, item.cached, item.written, item.output)
        cell = self._cell(item, 0)
        if isinstance(cell, TokencostError):
            self._unpriced[0].add(item.model, cell, item, tokens)
            return
        try:
            cost = _priced(cell, tokens)
        except NotOffered as error:
            self._unpriced[0].add(item.model, error, item, tokens)
            return
        self.priced += item.rows
        self._note(item, cell)
        others = [self._elsewhere(item, place, tokens) for place in range(1, len(self._question.sides))]
        if item.logged is not None:
            model = cell.model
            rows, logged, computed = self._reconciled.get(model, (0, ZERO, ZERO))
            self._reconciled[model] = (
                rows + item.logged_rows,
                EXACT.add(logged, item.logged),
                EXACT.add(computed, cost.total),
            )
        base = self._key(item, cell)
        if "component" not in self._question.by:
            self._put(base, tokens, Money(*cost[:5]), others, item)
            return
        at = self._question.by.index("component")
        for component, part, amount in components(tokens, cost):
            key = (*base[:at], component, *base[at + 1 :])
            shares = [None if other is None else component_of(other, component) for other in others]
            self._put(key, part, amount, shares, item)

    def _put(
        self, key: Key, tokens: Tokens, money: Money, others: Sequence["Money | Decimal | None"], item: Sum
    ) -> None:
        tokens_before = self._tokens.get(key)
        self._tokens[key] = tokens_before.plus(tokens) if tokens_before else tokens
        money_before = self._money.get(key)
        self._money[key] = money_before.plus(money) if money_before else money
        known = self._others.get(key)
        totals = [other.total if isinstance(other, Money) else other for other in others]
        if known is None:
            self._others[key] = totals
        else:
            self._others[key] = [
                None if a is None or b is None else EXACT.add(a, b) for a, b in zip(known, totals, strict=True)
            ]
        if not self._question.compare_to:
            return
        logged, complete = self._logged.get(key, (ZERO, True))
        complete = complete and item.logged is not None and item.logged_rows == item.rows
        self._logged[key] = (EXACT.add(logged, item.logged or ZERO), complete)

    def _elsewhere(self, item: Sum, place: int, tokens: Tokens) -> "Money | None":
        side = self._question.sides[place]
        cell = self._cell(item, place)
        try:
            if isinstance(cell, TokencostError):
                raise cell
            cost = Money(*_priced(cell, tokens)[:5])
        except TokencostError as error:
            self._unpriced[place].add(side.label, error, item, tokens)
            return None
        self._use(cell)
        if side.factor == 1:
            return cost
        return Money(*(times(amount, side.factor) for amount in cost))

    def _use(self, cell: RateCell) -> None:
        self._cells_used[_order(cell)] = cell

    def _note(self, item: Sum, cell: RateCell) -> None:
        self._use(cell)
        if item.summed and thresholds(cell.price)[1:]:
            self.base_rates.add(cell.model)
        if item.last_at is not None and (self._last is None or item.last_at > self._last):
            self._last = item.last_at

    def _cell(self, item: Sum, place: int) -> RateCell | TokencostError:
        key = (place, item.model, item.tier, item.at, item.until, item.context, item.summed)
        found = self._found.get(key)
        if found is None:
            try:
                found = self._look_up(item, self._question.sides[place])
            except TokencostError as error:
                found = error
            self._found[key] = found
        return found

    def _look_up(self, item: Sum, side: Side) -> RateCell:
        """The cell of the records, by the same rules as for a request alone."""
        name = item.model if side.model is None else side.model
        if not name:
            raise UsageError("the record names no model", "group the export by model")
        if side.on is None and item.at is None:
            raise UsageError("the record has no time", "--on WHEN prices it at the prices of that time")
        when = side.on if side.on is not None else instant_of(item.at or 0)
        first, after = span(when)
        if side.on is None and item.until is not None:
            after = instant_of(item.until)
        price = self._price_at(name, when)
        above = self._above(price, item, side)
        if after - first <= MICROSECOND:
            windows = tuple(window.name for window in price.windows if window.contains(first))
            return cell_in(price, item.tier or "", windows, above)
        if not self._holds(price, name, first, after - MICROSECOND):
            raise HourNeeded(
                f"the price of {price.model} changes within the time that a record covers",
                "the record gives only a date or a bucket of time, and the hour decides",
            )
        found = list(islice(stretches(price, first, after), 2))
        if len(found) == 1:
            return cell_in(price, item.tier or "", found[0].windows, above)
        if self._window is None:
            raise HourNeeded(
                f"the price of {price.model} depends on the hour, and the record gives only a date or a bucket",
                "--window peak or --window off-peak chooses one",
            )
        return named_cell(price, item.tier or "", self._window, above)

    def _price_at(self, name: str, when: When) -> Price:
        return price_in_force(find_model(self._table, name, when), when)

    def _holds(self, price: Price, name: str, *instants: datetime) -> bool:
        """Whether it is the price of that name at these instants."""
        try:
            return all(self._price_at(name, instant) is price for instant in instants)
        except NoPrice:
            return False

    def _above(self, price: Price, item: Sum, side: Side) -> int:
        if item.summed:
            return 0
        return max((limit for limit in thresholds(price)[1:] if item.context * side.factor > limit), default=0)

    def _key(self, item: Sum, cell: RateCell) -> Key:
        fields, starts = iter(item.fields), iter(item.periods)
        values: list[str | None] = []
        for name in self._question.by:
            if name in PERIODS:
                values.append(_period(name, next(starts)))
            elif name in BILLED:
                values.append(self._billed(name, cell))
            else:
                values.append(next(fields))
        return tuple(values)

    def _billed(self, name: str, cell: RateCell) -> str | None:
        if name == "provider":
            return self._table.models[cell.model].provider
        return {"model": cell.model, "tier": cell.tier, "window": cell.window}.get(name)

    @property
    def last(self) -> datetime | None:
        """The latest instant of a priced record."""
        return None if self._last is None else instant_of(self._last)

    def rows(self) -> tuple[UsageRow, ...]:
        """The groups, the dearest first; periods in the order of time."""
        order = [place for place, name in enumerate(self._question.by) if name in PERIODS]
        keys = sorted(
            self._tokens,
            key=lambda key: (
                *(key[place] or "" for place in order),
                -self._money[key].total,
                *(value or "" for value in key),
            ),
        )
        labels = [side.label or "" for side in self._question.sides[1:]]
        return tuple(
            UsageRow(
                key,
                self._tokens[key],
                self._money[key],
                tuple(
                    Elsewhere(label, cost, self._money[key].total)
                    for label, cost in zip(labels, self._others[key], strict=True)
                ),
                self._logged[key][0] if self._question.compare_to and self._logged[key][1] else None,
            )
            for key in keys
        )

    def unpriced(self) -> tuple[Unpriced, ...]:
        """What has no price of its own; the most requests first."""
        return self._unpriced[0].rows()

    def unpriced_elsewhere(self) -> tuple[Unpriced, ...]:
        """What has none on an alternative."""
        return tuple(row for side in self._unpriced[1:] for row in side.rows())

    def cells_used(self) -> tuple[RateCell, ...]:
        """Every rate cell in which something was priced. Engines give their sums in no order; a document has one."""
        return tuple(self._cells_used[key] for key in sorted(self._cells_used))

    def reconciled(self) -> tuple[Reconciled, ...]:
        """The logged cost of each model beside the computed one."""
        return tuple(Reconciled(model, *values) for model, values in sorted(self._reconciled.items()))


def _order(cell: RateCell) -> tuple[str, datetime, str, str, int]:
    """By model, time, tier, window and context length."""
    return cell.model, cell.price.start, cell.tier, cell.window or "", cell.input_tokens_above


def _priced(cell: RateCell, tokens: Tokens) -> Cost:
    return price_tokens(cell, tokens.input, tokens.output, tokens.cached_input, tokens.cache_write)


def _period(name: str, day: int | None) -> str | None:
    if day is None:
        return None
    first = _FIRST_DAY + timedelta(days=day)
    if name == "month":
        return f"{first:%Y-%m}"
    if name == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    return first.isoformat()
