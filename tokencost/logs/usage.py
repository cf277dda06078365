"""What logs cost: files in, a bill out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tokencost.errors import UsageError
from tokencost.logs.amounts import Reconciled, Unpriced, UsageRow
from tokencost.logs.billing import Bill
from tokencost.logs.cells import rate_cells
from tokencost.logs.question import BILLED, PERIODS, Question, Side, field_path
from tokencost.logs.shapes import MAPPED_FIELDS, SHAPES, Shape, mapped_shape
from tokencost.logs.sources import LONG_KINDS, Logs, mended, opened
from tokencost.logs.sums import Rejected
from tokencost.pricetable.resolve import find_model, resolve, split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When, as_when
from tokencost.pricing.rates import RateCell

if TYPE_CHECKING:
    from tokencost.logs.duckdb_engine import Engine

MOST_REJECTED = 20
NOT_BILLED = "failed"
"""The code of records that say themselves that nothing was billed."""


class Usage(NamedTuple):
    """The bill for a set of logs. `read` = `priced` + `unpriced_rows` + `rejected_count`, always."""

    as_of: When
    by: tuple[str, ...]
    rows: tuple[UsageRow, ...]
    unpriced: tuple[Unpriced, ...]
    """Requests without a price, each with its reason."""
    unpriced_elsewhere: tuple[Unpriced, ...]
    """Requests that an alternative could not be priced for."""
    rejected: tuple[Rejected, ...]
    """The first of the records that could not be read."""
    rejected_count: int
    failed_count: int
    """How many of the rejected records say themselves that nothing was billed."""
    read: int
    priced: int
    alternatives: tuple[str, ...]
    reconciled: tuple[Reconciled, ...]
    """For `compare_to`: what the log says and what was computed, by model."""
    base_rates: tuple[str, ...]
    """Models of which summed records were priced at base rates, their context length being unknown."""
    cells: tuple[RateCell, ...]
    """Every rate cell that was used."""
    repriced: bool
    """Whether one time was given at whose prices all was priced."""

    @property
    def unpriced_rows(self) -> int:
        """How many records have no price."""
        return sum(item.rows for item in self.unpriced)

    @property
    def complete(self) -> bool:
        """Whether every billed record was priced, on every alternative too."""
        return not (self.unpriced or self.unpriced_elsewhere or self.rejected_count - self.failed_count)


def usage(
    table: PriceTable,
    files: Sequence[str],
    *,
    by: Sequence[str] = ("model",),
    on: When | str | None = None,
    since: When | str | None = None,
    until: When | str | None = None,
    tier: str | None = None,
    window: str | None = None,
    as_models: Sequence[str] = (),
    token_factors: Mapping[str | None, Fraction] | None = None,
    compare_to: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: bool = False,
) -> Usage:
    """Price the request logs in files, folders and globs; `-` is standard input.

    Each request is priced at its own instant, in UTC: its completion where recorded, else its creation. `on` prices
    all of them at one time instead. `since` is inclusive, `until` exclusive. `tier` prices every request in that
    tier; `window` chooses the hours of records that give only a date. `as_models` prices the same requests on other
    models too, with `token_factors` tokens for each of theirs (None: of every alternative). `mapping` says where the
    columns of the plain table stand in records of another shape. `progress` shows on a terminal how far the engine is.

    Raises `UsageError` and `InvalidData` for what cannot be read at all; what has no price is listed in the result.
    """
    from tokencost.logs.duckdb_engine import Engine
    from tokencost.logs.faults import LineTooLong

    question = ask(
        table,
        by=by,
        on=on,
        since=since,
        until=until,
        tier=tier,
        as_models=as_models,
        token_factors=token_factors,
        compare_to=compare_to,
    )
    shapes = shapes_with(mapping)
    cells = rate_cells(table)
    with opened(files) as found:
        logs = found
        while True:
            try:
                with Engine(logs, cells, progress=progress) as engine:
                    return _bill(table, question, window, shapes, engine)
            except LineTooLong as error:
                logs = _without_long_lines(logs, str(error))


def costs_by_model(result: Usage) -> dict[str, Fraction]:
    """What the priced requests cost, by the name of the model; for a result by model."""
    costs: dict[str, Fraction] = {}
    for row in result.rows:
        name = str(row.group[0])
        costs[name] = costs.get(name, Fraction(0)) + Fraction(row.cost.total)
    return costs


def _bill(
    table: PriceTable,
    question: Question,
    window: str | None,
    shapes: tuple[Shape, ...],
    engine: "Engine",
) -> Usage:
    from tokencost.logs.duckdb_engine import run
    from tokencost.logs.rejected import first_rejected, malformed_lines
    from tokencost.logs.sampling import first_shapes, holds_others

    asked = first_shapes(engine.logs.files, shapes)
    as_json = False
    while True:
        sources = engine.sources(question, asked, all_shapes=shapes, as_json=as_json)
        bill = Bill(table, question, window)
        for item in run(engine, question, sources):
            bill.add(item)
        unrecognised = any(code == "shape" for _, code in bill.rejected)
        every = engine.sources(question, shapes) if unrecognised and not as_json else []
        if not holds_others(engine, every, shapes, asked):
            break
        asked, as_json = shapes, True
    malformed = malformed_lines(engine)
    read = bill.read + sum(map(len, malformed.values()))
    files = {file for file, _ in bill.rejected}
    lines = shapes if as_json else asked
    rejected = tuple(first_rejected(engine, question, shapes, lines, files, malformed, MOST_REJECTED, as_json=as_json))
    return _result(bill, question, read, rejected)


def _result(bill: Bill, question: Question, read: int, rejected: tuple[Rejected, ...]) -> Usage:
    on = question.sides[0].on
    return Usage(
        as_of=on if on is not None else bill.last or datetime.now(UTC).date(),
        by=question.by,
        rows=bill.rows(),
        unpriced=bill.unpriced(),
        unpriced_elsewhere=bill.unpriced_elsewhere(),
        rejected=rejected,
        rejected_count=read - bill.read + sum(bill.rejected.values()),
        failed_count=sum(count for (_, code), count in bill.rejected.items() if code == NOT_BILLED),
        read=read,
        priced=bill.priced,
        alternatives=tuple(side.label or "" for side in question.sides[1:]),
        reconciled=bill.reconciled() if question.compare_to else (),
        base_rates=tuple(sorted(bill.base_rates)),
        cells=bill.cells_used(),
        repriced=on is not None,
    )


def ask(
    table: PriceTable,
    *,
    by: Sequence[str] = ("model",),
    on: When | str | None = None,
    since: When | str | None = None,
    until: When | str | None = None,
    tier: str | None = None,
    as_models: Sequence[str] = (),
    token_factors: Mapping[str | None, Fraction] | None = None,
    compare_to: str | None = None,
) -> Question:
    """The question, checked: known alternatives, sensible groups. Raises `UsageError` and its kinds."""
    groups = tuple(dict.fromkeys(name.strip() for name in by))
    if not all(groups):
        raise UsageError("a name in --by is empty", f"name {', '.join((*BILLED, *PERIODS))} or a field of the records")
    when = None if on is None else as_when(on)
    factors = dict(token_factors or {})
    sides = [Side(on=when)]
    sides += [_alternative(table, name, when, factors) for name in dict.fromkeys(as_models)]
    unknown = [name for name in factors if name is not None]
    if unknown:
        raise UsageError(f"--token-factor names {unknown[0]}, which is not among the --as models")
    question = Question(
        groups,
        tuple(sides),
        None if since is None else as_when(since),
        None if until is None else as_when(until),
        tier,
        None if compare_to is None else field_path(compare_to),
    )
    if question.compare_to and not all(question.compare_to):
        raise UsageError(f"{compare_to!r} is not a field", "name one such as spend or metadata.cost")
    return question


def _alternative(table: PriceTable, name: str, on: When | None, factors: dict[str | None, Fraction]) -> Side:
    bare, own = split_time(name)
    when = own if own is not None else on
    if when is not None:
        label = resolve(table, name, when).label
    elif bare in table.claims or bare.partition("/")[2] in table.claims:
        label = bare
    else:
        find_model(table, bare, date(1970, 1, 1))
        label = bare
    everywhere = factors.get(None, Fraction(1))
    factor = factors.pop(name, factors.pop(bare, everywhere))
    if factor <= 0:
        raise UsageError("a token factor is above zero", "write it like 1.1")
    return Side(label, bare, when, factor)


def shapes_with(mapping: Mapping[str, str] | None) -> tuple[Shape, ...]:
    """The shapes that are looked for, the mapped one first. Raises `UsageError` for a field that cannot be mapped."""
    if not mapping:
        return SHAPES
    for name, path in mapping.items():
        if name not in MAPPED_FIELDS:
            raise UsageError(f"--map has no field {name!r}", f"its fields are {', '.join(MAPPED_FIELDS)}")
        if not all(path.split(".")):
            raise UsageError(f"{path!r} is not a field of a record", "write --map input_tokens=path.to.field")
    return (mapped_shape({name: field_path(path) for name, path in mapping.items()}), *SHAPES)


def _without_long_lines(logs: Logs, shown: str) -> Logs:
    """The logs, the one of that name mended; without a name, those of which records may be longer than lines."""
    changed = tuple(
        mended(log, logs.folder) if (log.shown == shown if shown else log.kind in LONG_KINDS) else log
        for log in logs.files
    )
    return logs._replace(files=changed)
