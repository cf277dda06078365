"""Sums become money: the rate of each cell is looked up as for one request, and multiplied exactly.

The cost of a sum of requests in one cell is the sum of their costs, so that what comes out equals pricing row by row.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tokencost.errors import (
    HourNeeded,
    InvalidData,
    InvalidRequest,
    NoPrice,
    OtherHost,
    OtherTokens,
    Problem,
    TokencostError,
    TokenCounts,
    UnreadField,
)
from tokencost.logs.billing.calls import Calls, CallSums
from tokencost.logs.billing.groups import Billing, CostAccumulator, GroupTotals
from tokencost.logs.billing.results import (
    Elsewhere,
    Key,
    Reconciled,
    Tokens,
    Unpriced,
    UsageRow,
    component_of,
    multiply,
    split_by_component,
)
from tokencost.logs.billing.sums import Period, Sum
from tokencost.logs.billing.unpriced import UnpricedSums
from tokencost.logs.records.kind import NOT_BILLED, REPEAT
from tokencost.logs.sql.rate_periods import MICROSECOND, instant_of
from tokencost.logs.usage_query import (
    BILLED,
    PERIODS,
    PricedAs,
    UsageQuery,
    split_host,
    split_paid,
    split_region,
    split_unread,
)
from tokencost.money import EXACT, ZERO
from tokencost.pricetable.resolve import find_model, find_named, price_in_force
from tokencost.pricetable.table import CURRENCIES, Price, PriceTable, Rates
from tokencost.pricetable.when import When, show_when, span
from tokencost.pricing.cost import CostParts, refuse_output
from tokencost.pricing.rates import RateCell, cell_in, named_cell, per_token, threshold_below, thresholds
from tokencost.pricing.timeline import open_at, rate_intervals

MANY, BYTES_OF_A_GROUP = 400_000, 2_200
"""With so many groups a person is told how much memory they take: so many bytes each, as measured."""
Tell = Callable[[str], None] | None
_FIRST_DAY = date(1970, 1, 1)
Periods = tuple[int | None, ...]
Fields = tuple[str | None, ...]


class Logged(NamedTuple):
    """What logs say that requests cost."""

    rows: int
    cost: Decimal | None
    rows_with_cost: int
    """All of the rows, or none."""
    currency: str | None


class _Reconciliation:
    """The logged cost of a model, and the computed one of the same requests."""

    def __init__(self) -> None:
        self.rows = 0
        self.logged = ZERO
        self.computed = CostAccumulator()


class Bill:
    """The sums of a query, priced as they arrive."""

    def __init__(self, table: PriceTable, query: UsageQuery, window: str | None = None, tell: Tell = None) -> None:
        self.table = table
        self._tell = tell
        self._query = query
        self.window = window
        self._decided = tuple(name for name in query.by if name in BILLED)
        self._found: dict[tuple[object, ...], RateCell | TokencostError] = {}
        self._billings: dict[tuple[RateCell | None, ...], Billing] = {}
        self._groups: dict[tuple[Periods, Fields, Key], GroupTotals] = {}
        self._unpriced = [UnpricedSums(at_own_times=side.on is None) for side in query.priced_as]
        self.rejected: dict[tuple[str, str], int] = {}
        """Records that cannot be read, by file and code."""
        self.not_billed = dict.fromkeys(NOT_BILLED, 0)
        """Records for which nothing was billed, by code."""
        self.repeats = 0
        """Records of calls that other records tell of, which count."""
        self.read = 0
        self.priced = 0
        self.requests = 0
        """How many requests were priced; a record may sum up several."""
        self.period = Period()
        self.window_chosen = False
        """Whether the hours of some record are not known, so that the chosen window decided."""
        self.hours_told = False
        """Whether the hours of some record are not known, but told by what it says was paid for a token."""
        self.base_rates: set[str] = set()
        """Models of which summed records were priced at base rates although long requests cost more."""
        self._cells_used: dict[tuple[str, datetime, str, str, int, str], RateCell] = {}
        self._last: int | None = None
        self._reconciled: dict[tuple[str, str], _Reconciliation] = {}
        self._cny: dict[RateCell, Rates | None] = {}
        self.without_cost = 0
        """Priced records that hold no cost of their own."""
        self.without_list = 0
        """Priced records whose cost is in a currency in which their model has no list of prices."""
        self._calls = CallSums(table, query.priced_as[0].on)

    def expect(self, groups: int) -> None:
        """Tell, once and before they are billed, that so many groups take much memory."""
        if groups > MANY and self._tell is not None:
            size = Decimal(groups * BYTES_OF_A_GROUP).scaleb(-9)
            self._tell(f"{groups:,} groups take about {size:.1f} GB of memory. Fewer columns in --by take less.")
            self._tell = None

    def add(self, item: Sum) -> None:
        """Count and price one sum."""
        billing = self.count(item)
        if billing is not None:
            tokens = (item.requests, item.input, item.cached, item.written, item.output)
            self.charge(billing, item.periods, item.fields, tokens)
            if self._query.compare_to:
                logged = Logged(item.rows, item.logged, item.logged_rows, item.logged_in)
                self.compare(billing, item.periods, item.fields, tokens, logged)

    def count(self, item: Sum) -> Billing | None:
        """Count a sum, over one group or over all: each record ends up priced, unpriced, rejected or not billed.

        Those that have a price are billed as the result says, which is one object for all that are billed alike.
        """
        self.read += item.rows
        if item.code is not None:
            if item.code == REPEAT:
                self.repeats += item.rows
                return None
            if item.code in NOT_BILLED:
                self.not_billed[item.code] += item.rows
                return None
            place = (item.file or "", item.code)
            self.rejected[place] = self.rejected.get(place, 0) + item.rows
            return None
        tokens = Tokens(item.requests, item.input, item.cached, item.written, item.output)
        if min(tokens) < 0 or item.cached + item.written > item.input:
            # Engines check each record; one that did not would be paid for in wrong money.
            problem = "its counts were not checked: cached tokens above input, or counts below zero"
            raise InvalidData([Problem(item.file or "the logs", 1, problem, "please report it; this is a bug")])
        cell = self._cell_for(item, 0)
        if item.calls:
            self._calls.add(item, None if isinstance(cell, TokencostError) else cell.model)
        if isinstance(cell, TokencostError):
            self._unpriced[0].add(item.model, cell, item, tokens)
            return None
        self.priced += item.rows
        self._note(item, cell)
        others = tuple(self._elsewhere(item, place, tokens) for place in range(1, len(self._query.priced_as)))
        cells = (cell, *others)
        known = self._billings.get(cells)
        if known is None:
            names = tuple(self._value_of(name, cell) for name in self._decided)
            rates = tuple(None if each is None else each.per_token for each in cells)
            # Groups are joined by this object in the engine: one number there instead of a tuple of rates.
            known = self._billings[cells] = Billing(cell, names, rates)
        return known

    def charge(self, billing: Billing, periods: Periods, fields: Fields, tokens: Sequence[int]) -> None:
        """Charge requests that were counted to their group; `tokens` come as in `Tokens`."""
        self._totals(billing, periods, fields).charge(billing, tokens)

    def compare(
        self,
        billing: Billing,
        periods: Periods,
        fields: Fields,
        tokens: Sequence[int],
        logged: Logged,
    ) -> None:
        """Set what the log says that requests cost beside what they were charged, in its currency."""
        totals = self._totals(billing, periods, fields)
        totals.complete = totals.complete and logged.cost is not None and logged.currency == "USD"
        if logged.cost is None or logged.currency is None:
            self.without_cost += logged.rows
            return
        rates = self.rates_in(logged.currency, billing.cell)
        if rates is None:
            self.without_list += logged.rows
            return
        if logged.currency == "USD":
            totals.logged = EXACT.add(totals.logged, logged.cost)
        known = self._reconciled.setdefault((billing.cell.model, logged.currency), _Reconciliation())
        known.rows += logged.rows_with_cost
        known.logged = EXACT.add(known.logged, logged.cost)
        known.computed.charge(rates, tokens)

    def rates_in(self, currency: str, cell: RateCell) -> Rates | None:
        """Rates per token in a currency; None where the provider published no list in it. None is converted."""
        if currency == "USD":
            return cell.per_token
        if cell not in self._cny:
            listed = cell.listed(currency)
            self._cny[cell] = None if listed is None else per_token(listed.rates)
        return self._cny[cell]

    def _totals(self, billing: Billing, periods: Periods, fields: Fields) -> GroupTotals:
        key = (periods, fields, billing.names)
        totals = self._groups.get(key)
        if totals is None:
            totals = self._groups[key] = GroupTotals(len(billing.rates))
        return totals

    def _elsewhere(self, item: Sum, place: int, tokens: Tokens) -> RateCell | None:
        cell = self._cell_for(item, place)
        if isinstance(cell, TokencostError):
            self._unpriced[place].add(self._query.priced_as[place].label, cell, item, tokens)
            return None
        self._use(cell)
        return cell

    def _use(self, cell: RateCell) -> None:
        self._cells_used[_order(cell)] = cell

    def _note(self, item: Sum, cell: RateCell) -> None:
        self._use(cell)
        self.requests += item.requests
        self.period.add(item)
        if item.summed and thresholds(cell.price)[1:]:
            self.base_rates.add(cell.model)
        if item.last_at is not None and (self._last is None or item.last_at > self._last):
            self._last = item.last_at

    def _cell_for(self, item: Sum, place: int) -> RateCell | TokencostError:
        cell = self._cell(item, place)
        if item.output and not isinstance(cell, TokencostError):
            try:
                refuse_output(cell)
            except TokenCounts as error:
                return error
        return cell

    def _cell(self, item: Sum, place: int) -> RateCell | TokencostError:
        # Thousands of groups share a handful of rate cells, and failures repeat as prices do.
        key = (place, item.model, item.tier, item.at, item.until, item.context, item.summed, _only_component(item))
        found = self._found.get(key)
        if found is None:
            try:
                found = self._look_up(item, self._query.priced_as[place])
            except TokencostError as error:
                found = error
            self._found[key] = found
        return found

    def _look_up(self, item: Sum, side: PricedAs) -> RateCell:
        """The cell of the records, by the same rules as for a request alone."""
        _refuse_other_tokens(item.tier or "")
        name = _name_of(item, side)
        when = side.on if side.on is not None else instant_of(item.at or 0)
        first, after = span(when)
        if side.on is None and item.until is not None:
            after = instant_of(item.until)
        # A record names a model; a line of models is named by people, as an alternative.
        find = find_model if side.model is None else find_named

        def price_at(time: When) -> Price:
            return price_in_force(find(self.table, name, time), time)

        price = price_at(when)
        above = self._above(price, item, side)
        paid, tier = split_paid(self._priced_tier(item.tier or ""))
        region, tier = split_region(tier)
        region = self._query.region or region
        if after - first <= MICROSECOND:
            return cell_in(price, tier, open_at(price, first), above, region)
        # Both ends suffice: a name and its price hold over intervals, and the record gives no more than its own.
        if not _holds(price, price_at, first, after - MICROSECOND):
            raise HourNeeded(
                f"the price of {price.model} changes within {_open_time(side)}",
                "give an instant"
                if side.on
                else "the record gives only a date or a bucket of time, and the hour decides",
            )
        open_together = dict.fromkeys(stretch.windows for stretch in rate_intervals(price, first, after))
        possible = (cell_in(price, tier, windows, above, region) for windows in open_together)
        if len(open_together) == 1:
            return next(possible)
        own = side.model is None and side.on is None
        if told := self._told_by_price(item, paid if own else None, possible):
            return told
        if self.window is None:
            raise HourNeeded(
                f"the price of {price.model} depends on the hour, which {_open_time(side)} leaves open",
                "--window peak or --window off-peak chooses one" + (", and so does an instant" if side.on else ""),
            )
        self.window_chosen = True
        return named_cell(price, tier, self.window, above, region)

    def _told_by_price(self, item: Sum, paid: str | None, possible: Iterable[RateCell]) -> RateCell | None:
        """The cell that what was paid for a token tells; any where there are no tokens to pay for, as they cost $0."""
        component = _only_component(item)
        if component == NO_TOKENS:
            return next(iter(possible))
        if paid is None or component is None:
            return None
        price = Decimal(paid)
        lists = ((cell, self.rates_in(currency, cell)) for cell in possible for currency in CURRENCIES)
        told = next((cell for cell, rates in lists if rates and getattr(rates, component) == price), None)
        self.hours_told = self.hours_told or told is not None
        return told

    def _priced_tier(self, tier: str) -> str:
        """Region and tier of records, without what may stand before them. Raises for what keeps them from a price."""
        host, tier = split_host(tier)
        if host is not None and not self._query.any_host:
            raise OtherHost(f"served by {host}", "--any-host prices such requests as the provider's own")
        unread, tier = split_unread(tier)
        if unread is not None:
            raise UnreadField(f"no rule reads its field {unread}", "it tells of cached tokens, which have other rates")
        return tier

    def _above(self, price: Price, item: Sum, side: PricedAs) -> int:
        return 0 if item.summed else threshold_below(price, item.context * side.factor)

    def _value_of(self, name: str, cell: RateCell) -> str | None:
        if name == "provider":
            return self.table.models[cell.model].provider
        return {"model": cell.model, "tier": cell.tier, "window": cell.window}.get(name)

    @property
    def last(self) -> datetime | None:
        """The latest instant of a priced record."""
        return None if self._last is None else instant_of(self._last)

    def rows(self) -> tuple[UsageRow, ...]:
        """The groups, the dearest first; periods in the order of time."""
        order = [place for place, name in enumerate(self._query.by) if name in PERIODS]
        rows = [row for group, totals in self._groups.items() for row in self._rows(group, totals)]

        def place(row: UsageRow) -> tuple[object, ...]:
            key = row.group
            return (*(key[place] or "" for place in order), -row.cost.total, *(value or "" for value in key))

        return tuple(sorted(rows, key=place))

    def _rows(self, group: tuple[Periods, Fields, Key], totals: GroupTotals) -> Iterator[UsageRow]:
        key = self._key(*group)
        tokens = totals.tokens
        cost, *others = totals.costs
        assert cost is not None  # noqa: S101  # what has no price of its own is in no group
        by, compared = self._query.by, self._query.compare_to is not None
        logged = totals.logged if compared and totals.complete else None
        if "component" not in self._query.by:
            wholes = [None if other is None else other.total for other in others]
            yield UsageRow(key, tokens, cost, self._beside(cost, wholes), logged, by, compared)
            return
        at = self._query.by.index("component")
        for component, part, amount in split_by_component(tokens, cost):
            same = [None if other is None else component_of(other, component) for other in others]
            whole = (*key[:at], component, *key[at + 1 :])
            yield UsageRow(whole, part, amount, self._beside(amount, same), logged, by, compared)

    def _beside(self, cost: CostParts[Decimal], others: Sequence[Decimal | None]) -> tuple[Elsewhere, ...]:
        return tuple(
            Elsewhere(side.label or "", None if other is None else multiply(other, side.factor), cost.total)
            for side, other in zip(self._query.priced_as[1:], others, strict=True)
        )

    def _key(self, periods: Periods, fields: Fields, names: Key) -> Key:
        starts, values, decided = iter(periods), iter(fields), iter(names)
        return tuple(
            _period(name, next(starts)) if name in PERIODS else next(decided if name in BILLED else values)
            for name in self._query.by
        )

    def unpriced(self) -> tuple[Unpriced, ...]:
        """What has no price of its own; the most requests first."""
        return self._unpriced[0].rows()

    def unpriced_elsewhere(self) -> tuple[Unpriced, ...]:
        """What has none on an alternative."""
        return tuple(row for side in self._unpriced[1:] for row in side.rows())

    def calls(self) -> tuple[Calls, ...]:
        """Calls of tools, which are in no cost of the rows."""
        return self._calls.rows()

    def cells_used(self) -> tuple[RateCell, ...]:
        """Every rate cell in which something was priced. Engines give their sums in no order; a document has one."""
        return tuple(self._cells_used[key] for key in sorted(self._cells_used))

    def reconciled(self) -> tuple[Reconciled, ...]:
        """The logged cost of each model beside the computed one."""
        return tuple(
            Reconciled(model, each.rows, each.logged, each.computed.parts.total, currency)
            for (model, currency), each in sorted(self._reconciled.items())
        )


def _name_of(item: Sum, side: PricedAs) -> str:
    """The model by which records are priced. Raises `InvalidRequest` where they name none, or have no time."""
    name = item.model if side.model is None else side.model
    untimed = side.on is None and item.at is None
    if not name and untimed:
        raise InvalidRequest(
            "the record names no model and has no time",
            "--model NAME and --on WHEN say both; --map model=FIELD and --map time=FIELD say where they stand",
        )
    if not name:
        raise InvalidRequest(
            "the record names no model",
            "--model NAME says which, --map model=FIELD where; or group the export by it",
        )
    if untimed:
        raise InvalidRequest(
            "the record has no time",
            "--time FIELD or --map time=FIELD says where it stands; --on WHEN prices it at the prices of that time",
        )
    return name


NO_TOKENS = "none"


def _only_component(item: Sum) -> str | None:
    """The component of which all tokens of a sum are, or `NO_TOKENS`; None where they are of several."""
    uncached = item.input - item.cached - item.written
    parts = {"input": uncached, "cached_input": item.cached, "cache_write": item.written, "output": item.output}
    found = [name for name, count in parts.items() if count]
    return None if found[1:] else next(iter(found), NO_TOKENS)


def _refuse_other_tokens(tier: str) -> None:
    """Raise `OtherTokens` for records with tokens that the table has no rates for, whatever they lack besides."""
    _, rest = split_host(tier)
    field, _ = split_unread(rest)
    if field is not None and "cache" not in field.lower():
        raise OtherTokens(f"its {field} have no price", "the table has the rates of text alone")


def _holds(price: Price, price_at: Callable[[When], Price], *instants: datetime) -> bool:
    """Whether it is the price at these instants."""
    try:
        return all(price_at(instant) is price for instant in instants)
    except NoPrice:
        return False


def _open_time(side: PricedAs) -> str:
    """What gives no hour: the day that was asked for, or the record's own date or bucket of time."""
    return "a record with only a date or a bucket of time" if side.on is None else show_when(side.on)


def _order(cell: RateCell) -> tuple[str, datetime, str, str, int, str]:
    """By model, time, tier, window, context length and region."""
    return cell.model, cell.price.start, cell.tier, cell.window or "", cell.input_tokens_above, cell.region or ""


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
