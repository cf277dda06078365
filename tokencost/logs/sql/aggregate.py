"""The one query: records are summed per period of time, class of context length, and group. It multiplies no money.

It is written in DuckDB's SQL; `normalize` writes how records become rows of the same columns.
"""

from collections.abc import Sequence
from itertools import pairwise

from tokencost.logs.sql.fields import MOST, identifier, literal
from tokencost.logs.sql.names import TREE
from tokencost.logs.sql.rate_periods import DAY, LATEST, RatePeriods, microseconds
from tokencost.logs.usage_query import UsageQuery
from tokencost.pricetable.when import span


def problems_sql(sources: Sequence[str], query: UsageQuery) -> str:
    """All records, each with the code of what is wrong with it, or NULL."""
    on = query.priced_as[0].on
    fields = "".join(f", field_{place}" for place in range(len(query.fields)))
    logged = ", logged, CASE WHEN logged IS NOT NULL THEN logged_in END AS logged_in" if query.compare_to else ""

    def bad(name: str) -> str:
        return f"{name} IS NULL OR {name} < 0 OR {name} >= {MOST}"

    calls = "".join(f"WHEN {bad(name)} THEN 'calls' " for name in query.call_columns)
    numbers = "".join(f", {name}" for name in query.call_columns)
    time = f"instant < 0 OR instant >= {LATEST} OR span_end < instant OR span_end >= {LATEST}"
    code = (
        "CASE WHEN shape IS NULL THEN 'shape' WHEN unbilled IS NOT NULL THEN unbilled "
        f"WHEN {bad('input')} THEN 'input' WHEN {bad('output')} THEN 'output' WHEN {bad('cached')} THEN 'cached' "
        f"WHEN {bad('write')} THEN 'write' WHEN {bad('requests')} THEN 'requests' {calls}"
        "WHEN cached + write > input THEN 'convention' "
        f"{'' if on is not None else f'WHEN {time} THEN ' + literal('time')} END"
    )
    # NULL where a record covers no time, and so has none to cross a boundary in.
    until = f"CASE WHEN of_day THEN instant + {DAY} WHEN span_end > instant + 1 THEN span_end END"
    instant = "instant" if on is None else f"CASE WHEN instant >= 0 AND instant < {LATEST} THEN instant END AS instant"
    every = " UNION ALL ".join(sources)
    # Of records that repeat each other one is chosen, and then it is seen whether that lies in the time asked for.
    # So it is with spans that sum up others.
    chosen = "" if query.once or query.trees else chosen_sql(query)
    named = ", id" if query.once else ""
    named += "".join(f", {name}" for name in TREE) if query.trees else ""
    return (
        f"SELECT file, shape, model, input, output, cached, write, requests, summed, "
        f"{instant}, {until} AS until, tier, {code} AS code{fields}{logged}{numbers}{named} FROM ({every}) AS r{chosen}"
    )


def chosen_sql(query: UsageQuery) -> str:
    """The condition by which records of the time that is asked for are chosen, and those whose time is not known."""
    asked = within_sql(query)
    return f" WHERE instant IS NULL OR instant < 0 OR ({asked})" if asked else ""


def within_sql(query: UsageQuery) -> str:
    """Whether an instant lies in the time that is asked for; empty where all of it is."""
    tests = []
    if query.since is not None:
        tests.append(f"instant >= {microseconds(span(query.since)[0])}")
    if query.until is not None:
        tests.append(f"instant < {microseconds(span(query.until)[0])}")
    return " AND ".join(tests)


SUMS = ("rows", "requests", "input", "cached", "write", "output")


def key_columns(query: UsageQuery) -> tuple[str, ...]:
    """The names of the grouping columns."""
    fields = tuple(f"field_{place}" for place in range(len(query.fields)))
    logged = ("logged_in",) if query.compare_to else ()
    return (*query.periods, *fields, "model", "tier", "summed", "code", "file", "at", "until", "context", *logged)


def sums_sql(records: str, query: UsageQuery, periods: RatePeriods, *, month: str) -> str:
    """The sums: integers per group, model, tier, period of time and class of context length.

    `records` is what `bucket_sums_sql` or `each_record_sql` gives. The engine holds the
    rate periods, cut at midnight, as a relation `rate_times`. `month` writes the month of a day, in days since 1970.
    """
    day = f"(r.instant // {DAY})"
    starts = {
        "day": day,
        "week": f"({day} - ({day} + 3) % 7)",
        "month": month.format(day=day),
    }
    keys = [f"{starts[name]} AS {identifier(name)}" for name in query.periods]
    keys += [f"r.field_{place} AS field_{place}" for place in range(len(query.fields))]
    keys += ["r.model AS model", "r.tier AS tier", "r.summed AS summed", "r.code AS code", "r.file AS file"]
    joined = ""
    if at_own_times(query):
        # Outside of the rate periods each bucket stands for itself.
        bucket = bucket_start_sql("r.instant", periods)
        at = f"CASE WHEN r.until IS NULL THEN coalesce(t.at, {bucket}) ELSE r.instant END"
        keys += [f"{at} AS at", "r.until AS until"]
        joined = (
            f" LEFT JOIN rate_times AS t ON t.day = r.instant // {DAY} AND r.instant >= t.start AND r.instant < t.until"
        )
    else:
        keys += ["CAST(NULL AS BIGINT) AS at", "CAST(NULL AS BIGINT) AS until"]
    keys.append("r.context AS context")
    if query.compare_to:
        # Records without a cost of their own are summed apart: what is compared is the same requests on both sides.
        keys.append("r.logged_in AS logged_in")
    # Of what was rejected only the number counts. It is left out here, where the rows are few, not for each record.
    counts = ["CAST(sum(r.rows) AS HUGEINT) AS rows"]
    counts += [_sum_known_sql(name) for name in SUMS[1:]]
    counts += request_times_sql("r", query)
    if query.compare_to:
        counts += ["sum(r.logged) AS logged", "CAST(sum(r.logged_rows) AS HUGEINT) AS logged_rows"]
    counts += [_sum_known_sql(name) for name in query.call_columns]
    return (
        f"SELECT {', '.join(keys)}, {', '.join(counts)} FROM {records} AS r{joined} "
        f"GROUP BY {', '.join(str(number) for number in range(1, len(keys) + 1))}"
    )


def _sum_known_sql(name: str) -> str:
    return f"CAST(sum(CASE WHEN r.code IS NULL THEN r.{name} END) AS HUGEINT) AS {name}"


def request_times_sql(relation: str, query: UsageQuery) -> list[str]:
    """When the first and the last record of a sum was; of records priced at another time some may have none."""
    first, last = f"{relation}.first_at", f"{relation}.last_at"
    if at_own_times(query):
        return [f"min({first}) AS first_at", f"max({last}) AS last_at"]
    until = f"{relation}.until"
    last = f"CASE WHEN {until} > {last} AND {until} <= {LATEST} THEN {until} - 1 ELSE {last} END"
    all_known = f"CASE WHEN count({first}) = count(*)"
    return [f"{all_known} THEN min({first}) END AS first_at", f"{all_known} THEN max({last}) END AS last_at"]


def at_own_times(query: UsageQuery) -> bool:
    """Whether records are priced at their own times."""
    return query.priced_as[0].on is None


def _keep_sql(expression: str, name: str) -> str:
    return f"CASE WHEN r.code IS NULL THEN {expression} END AS {name}"


def each_record_sql(every: str, query: UsageQuery, periods: RatePeriods) -> str:
    """The records one by one; of those that are rejected, only the code and the file."""
    fields = [f"field_{place}" for place in range(len(query.fields))]
    names = [*fields, "model", "tier", "instant", "until", *(("logged", "logged_in") if query.compare_to else ())]
    chosen = [*SUMS[1:], *query.call_columns, *(_keep_sql(f"r.{name}", name) for name in names)]
    chosen += [
        "CASE WHEN r.code IS NULL THEN r.summed ELSE 0 END AS summed",
        "r.code",
        "CASE WHEN r.code IS NOT NULL THEN r.file END AS file",
        "1 AS rows",
        _keep_sql("r.instant", "first_at"),
        _keep_sql("r.instant", "last_at"),
        _keep_sql(context_sql(query, periods), "context"),
    ]
    if query.compare_to:
        chosen.append("CASE WHEN r.code IS NULL AND r.logged IS NOT NULL THEN 1 ELSE 0 END AS logged_rows")
    return f"SELECT {', '.join(chosen)} FROM ({every}) AS r"


MOST_BUCKETS = 48
"""So many buckets of a day are told apart for each record; with more, records are joined one by one."""


def has_buckets(query: UsageQuery, periods: RatePeriods) -> bool:
    """Whether records are first summed per bucket of time: not where fields of theirs part them into many groups."""
    return not query.fields and len(periods.buckets) <= MOST_BUCKETS


def bucket_start_sql(instant: str, periods: RatePeriods) -> str:
    """When the bucket begins that an instant lies in; with too many of them, the instant itself."""
    if len(periods.buckets) > MOST_BUCKETS:
        return instant
    times = [f"WHEN {instant} % {DAY} < {after} THEN {start}" for start, after in pairwise(periods.buckets)]
    since = f"CASE {' '.join(times)} ELSE {periods.buckets[-1]} END" if times else "0"
    return f"({instant} - {instant} % {DAY} + {since})"


def bucket_sums_sql(every: str, query: UsageQuery, periods: RatePeriods) -> str:
    """The records summed per model, tier, bucket of time and class of context length.

    No period begins or ends within a bucket, and no threshold lies within a class, so that all records of a sum fall
    into the same cells: those of the bucket's first instant and of the shortest context of the class.
    """
    keys = {
        "model": "CASE WHEN r.code IS NULL THEN r.model END",
        "tier": "CASE WHEN r.code IS NULL THEN r.tier END",
        "summed": "CASE WHEN r.code IS NULL THEN r.summed ELSE 0 END",
        "code": "r.code",
        "file": "CASE WHEN r.code IS NOT NULL THEN r.file END",
        "instant": f"CASE WHEN r.code IS NULL THEN {bucket_start_sql('r.instant', periods)} END",
        "until": "CASE WHEN r.code IS NULL THEN r.until END",
        "context": f"CASE WHEN r.code IS NULL THEN {context_sql(query, periods)} END",
    }
    if query.compare_to:
        keys["logged_in"] = "CASE WHEN r.code IS NULL THEN r.logged_in END"
    counts = ["count(*) AS rows"]
    counts += [f"CAST(sum(r.{name}) AS HUGEINT) AS {name}" for name in (*SUMS[1:], *query.call_columns)]
    counts += [
        "min(CASE WHEN r.code IS NULL THEN r.instant END) AS first_at",
        "max(CASE WHEN r.code IS NULL THEN r.instant END) AS last_at",
    ]
    if query.compare_to:
        counts += [
            "sum(CASE WHEN r.code IS NULL THEN r.logged END) AS logged",
            "count(CASE WHEN r.code IS NULL THEN r.logged END) AS logged_rows",
        ]
    chosen = [f"{expression} AS {name}" for name, expression in keys.items()]
    numbers = ", ".join(str(number) for number in range(1, len(keys) + 1))
    return f"SELECT {', '.join([*chosen, *counts])} FROM ({every}) AS r GROUP BY {numbers}"


def context_sql(query: UsageQuery, periods: RatePeriods) -> str:
    """The shortest input of the class of context lengths that a record is in; 0 for sums, whose is unknown."""
    context = "0"
    for cut in context_cuts(query, periods):
        context = f"CASE WHEN r.input > {cut} THEN {cut + 1} ELSE {context} END"
    return context if context == "0" else f"CASE WHEN r.summed = 1 THEN 0 ELSE {context} END"


def context_cuts(query: UsageQuery, periods: RatePeriods) -> list[int]:
    """The lengths of input above which the rate of some side may differ, in tokens of the record."""
    return sorted(
        {
            limit * side.factor.denominator // side.factor.numerator
            for side in query.priced_as
            for limit in periods.thresholds
        }
    )
