"""The sums that DuckDB makes of logs, and how they are billed: each rate cell once, and each group in it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from tokencost.logs.billing.bill import Bill, Logged
from tokencost.logs.billing.groups import Billing
from tokencost.logs.billing.sums import Sum
from tokencost.logs.engines.duckdb_engine import Engine, Source
from tokencost.logs.engines.repeats import count_once
from tokencost.logs.engines.span_trees import leave_out_sums
from tokencost.logs.sql.aggregate import (
    SUMS,
    bucket_sums_sql,
    each_record_sql,
    has_buckets,
    key_columns,
    problems_sql,
    request_times_sql,
    sums_sql,
)
from tokencost.logs.sql.fields import identifier
from tokencost.logs.sql.nested import FILE
from tokencost.logs.sql.normalize import counted_calls, records_sql
from tokencost.logs.sql.rate_periods import DAY
from tokencost.logs.usage_query import UsageQuery
from tokencost.pricetable.table import CALLS

MONTH = "(CAST(date_trunc('month', DATE '1970-01-01' + CAST({day} AS INTEGER)) AS DATE) - DATE '1970-01-01')"


def bill_logs(engine: Engine, query: UsageQuery, sources: Sequence[Source], bill: Bill) -> None:
    """Bill all files."""
    if not sources:
        return
    query = query_of_calls(query, sources)
    spans = leave_out_sums(engine, query, partial(_every, sources=sources))
    every = count_once(engine, query, sources, spans)
    buckets = has_buckets(query, engine.periods)
    if buckets:
        summed = bucket_sums_sql(every, query, engine.periods)
        engine.work(f"CREATE OR REPLACE TEMP TABLE buckets AS {summed}")
        relation = "buckets"
        begin, end = engine.execute("SELECT min(instant), max(instant) FROM buckets").fetchone() or (None, None)
    else:
        relation = f"({each_record_sql(every, query, engine.periods)})"
        begin, end = engine.periods.first, engine.periods.last
    engine.load_times(begin or 0, (end or 0) + DAY)
    statement = sums_sql(relation, query, engine.periods, month=MONTH)
    if query.fields:
        _bill_groups(engine, query, statement, bill)
        return
    periods = len(query.periods)
    for row in engine.fetch(statement):
        bill.add(_sum(engine, query, row[:periods], row[periods:]))


def _every(query: UsageQuery, sources: Sequence[Source]) -> str:
    """All records, of all sources, checked."""
    return problems_sql(
        [
            records_sql(source.relation, source.fields, source.kinds, query, file=f"r.{FILE}", one_kind=source.one_kind)
            for source in sources
        ],
        query,
    )


def _bill_groups(engine: Engine, query: UsageQuery, statement: str, bill: Bill) -> None:
    """Bill many groups: cells are counted over all groups, and groups fetched by what is billed alike."""
    engine.work(f"CREATE OR REPLACE TEMP TABLE sums AS {statement}")
    keys = [identifier(name) for name in key_columns(query)]
    fixed = len(query.periods) + len(query.fields)
    groups, cell = keys[:fixed], keys[fixed:]
    counted = engine.execute(f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(groups)} FROM sums)").fetchone()
    bill.expect(counted[0] if counted else 0)
    logged = (
        ["sum(s.logged) AS logged", "CAST(sum(s.logged_rows) AS HUGEINT) AS logged_rows"] if query.compare_to else []
    )
    counts, calls = (
        [f"CAST(sum(s.{name}) AS HUGEINT) AS {name}" for name in names] for names in (SUMS, query.call_columns)
    )
    times = request_times_sql("s", query)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS SELECT row_number() OVER () AS cell, * FROM "
        f"(SELECT {', '.join([*(f's.{name}' for name in cell), *counts, *times, *logged, *calls])} FROM sums AS s "
        f"GROUP BY {', '.join(str(place + 1) for place in range(len(cell)))})"
    )
    billings: dict[tuple[Billing, str | None], int] = {}
    numbers: list[int] = []
    ways: list[int] = []
    total = 0
    for row in engine.fetch("SELECT * FROM cells"):
        item = _sum(engine, query, (), row[1:])
        total += item.rows + item.requests + item.input + item.output
        billing = bill.count(item)
        if billing is not None:
            numbers.append(row[0])
            ways.append(billings.setdefault((billing, item.logged_in), len(billings)))
    engine.connection.execute(
        "CREATE OR REPLACE TEMP TABLE ways AS SELECT c.*, w.way FROM cells AS c JOIN (SELECT "
        "unnest(CAST(? AS BIGINT[])) AS cell, unnest(CAST(? AS BIGINT[])) AS way) AS w ON w.cell = c.cell",
        [numbers, ways],
    )
    # Small integers are fetched several times as fast; no part of what was counted is larger than the whole.
    integer = "BIGINT" if total < 2**63 else "HUGEINT"
    counts = [f"CAST(sum(s.{name}) AS {integer}) AS {name}" for name in SUMS]
    alike = " AND ".join(f"s.{name} IS NOT DISTINCT FROM w.{name}" for name in cell)
    each = list(billings)
    periods, rows = len(query.periods), fixed + 1
    for row in engine.fetch(
        f"SELECT {', '.join([*(f's.{name}' for name in groups), 'w.way', *counts, *logged])} FROM sums AS s "
        f"JOIN ways AS w ON {alike} GROUP BY {', '.join(str(place + 1) for place in range(rows))} "
        f"ORDER BY {', '.join(str(place + 1) for place in range(fixed))}"
    ):
        billing, logged_in = each[row[fixed]]
        tokens = row[rows + 1 : rows + 6]
        bill.charge(billing, row[:periods], row[periods:fixed], tokens)
        if logged:
            cost, costs = row[rows + 6 :]
            bill.compare(billing, row[:periods], row[periods:fixed], tokens, Logged(row[rows], cost, costs, logged_in))


def query_of_calls(query: UsageQuery, sources: Sequence[Source]) -> UsageQuery:
    """The question, with the calls that records of these sources can show."""
    found = {call for source in sources for call in counted_calls(source.fields, source.kinds)}
    return query._replace(calls=tuple(call for call in CALLS if call in found))


def _sum(engine: Engine, query: UsageQuery, periods: tuple[int | None, ...], row: Sequence[Any]) -> Sum:
    model, tier, summed, code, file, at, until, context, *values = row
    logged_in = values.pop(0) if query.compare_to else None
    calls = values[len(values) - len(query.calls) :]
    logged, logged_rows = values[8:10] if query.compare_to else (None, 0)
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
        logged_in=logged_in,
        calls=tuple((call, int(number)) for call, number in zip(query.calls, calls, strict=True) if number),
    )
