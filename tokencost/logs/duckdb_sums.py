"""The sums that DuckDB makes of logs, and how they are billed: each rate cell once, and each group in it."""

from collections.abc import Sequence
from typing import Any

from tokencost.logs.accounts import Billing
from tokencost.logs.billing import Bill
from tokencost.logs.cells import cells_range
from tokencost.logs.duckdb_engine import Engine, Source
from tokencost.logs.expand import FILE
from tokencost.logs.leaves import identifier
from tokencost.logs.query import SUMS, checked, has_slots, key_columns, slotted, sums, tested
from tokencost.logs.question import Question
from tokencost.logs.records import records
from tokencost.logs.sums import Sum

MONTH = "(CAST(date_trunc('month', DATE '1970-01-01' + CAST({day} AS INTEGER)) AS DATE) - DATE '1970-01-01')"


def bill_logs(engine: Engine, question: Question, sources: Sequence[Source], bill: Bill) -> None:
    """Bill all files."""
    if not sources:
        return
    every = checked(
        [
            records(
                source.relation, source.leaves, source.shapes, question, file=f"r.{FILE}", one_shape=source.one_shape
            )
            for source in sources
        ],
        question,
    )
    slots = has_slots(question, engine.cells)
    if slots:
        engine.work(f"CREATE OR REPLACE TEMP TABLE slots AS {slotted(every, question, engine.cells)}")
        relation = "slots"
        begin, end = engine.execute("SELECT min(instant), max(instant) FROM slots").fetchone() or (None, None)
    else:
        relation = f"({tested(every, question, engine.cells)})"
        begin, end = cells_range(engine.cells)
    engine.load_times(begin or 0, (end or 0) + engine.cells.slot)
    statement = sums(relation, question, engine.cells, month=MONTH)
    if question.fields:
        _bill_groups(engine, question, statement, bill)
        return
    periods = len(question.periods)
    for row in engine.fetched(statement):
        bill.add(_sum(engine, row[:periods], row[periods:]))


def _bill_groups(engine: Engine, question: Question, statement: str, bill: Bill) -> None:
    """Bill many groups: cells are counted over all groups, and groups fetched by what is billed alike."""
    engine.work(f"CREATE OR REPLACE TEMP TABLE sums AS {statement}")
    keys = [identifier(name) for name in key_columns(question)]
    fixed = len(question.periods) + len(question.fields)
    groups, cell = keys[:fixed], keys[fixed:]
    logged = ["sum(s.logged) AS logged", "sum(s.logged_rows) AS logged_rows"] if question.compare_to else []
    counts = [f"CAST(sum(s.{name}) AS HUGEINT) AS {name}" for name in SUMS]
    times = ["min(s.first_at) AS first_at", "max(s.last_at) AS last_at"]
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS SELECT row_number() OVER () AS cell, * FROM "
        f"(SELECT {', '.join([*(f's.{name}' for name in cell), *counts, *times, *logged])} FROM sums AS s "
        f"GROUP BY {', '.join(str(place + 1) for place in range(len(cell)))})"
    )
    billings: dict[Billing, int] = {}
    numbers: list[int] = []
    ways: list[int] = []
    for row in engine.fetched("SELECT * FROM cells"):
        billing = bill.count(_sum(engine, (), row[1:]))
        if billing is not None:
            numbers.append(row[0])
            ways.append(billings.setdefault(billing, len(billings)))
    engine.connection.execute(
        "CREATE OR REPLACE TEMP TABLE ways AS SELECT c.*, w.way FROM cells AS c JOIN (SELECT "
        "unnest(CAST(? AS BIGINT[])) AS cell, unnest(CAST(? AS BIGINT[])) AS way) AS w ON w.cell = c.cell",
        [numbers, ways],
    )
    alike = " AND ".join(f"s.{name} IS NOT DISTINCT FROM w.{name}" for name in cell)
    each = list(billings)
    periods, rows = len(question.periods), fixed + 1
    for row in engine.fetched(
        f"SELECT {', '.join([*(f's.{name}' for name in groups), 'w.way', *counts, *logged])} FROM sums AS s "
        f"JOIN ways AS w ON {alike} GROUP BY {', '.join(str(place + 1) for place in range(rows))}"
    ):
        billing = each[row[fixed]]
        tokens = (row[rows + 1], row[rows + 2], row[rows + 3], row[rows + 4], row[rows + 5])
        bill.charge(billing, row[:periods], row[periods:fixed], tokens)
        if logged:
            bill.compare(billing, row[:periods], row[periods:fixed], tokens, row[rows], *row[rows + 6 :])


def _sum(engine: Engine, periods: tuple[int | None, ...], row: Sequence[Any]) -> Sum:
    model, tier, summed, code, file, at, until, context, *values = row
    logged, logged_rows = values[8:] or (None, 0)
    rows, requests, tokens, cached, written, output = (int(value or 0) for value in values[:6])
    return Sum(
        periods=periods,
        fields=(),
        model=model,
        tier=tier,
        summed=bool(summed),
        code=code,
        file=engine.shown(file),
        at=at,
        until=until,
        context=context or 0,
        rows=rows,
        requests=requests,
        input=tokens,
        cached=cached,
        written=written,
        output=output,
        first_at=values[6],
        last_at=values[7],
        logged=logged,
        logged_rows=int(logged_rows or 0),
    )
