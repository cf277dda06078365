"""What logs cost: files in, a bill out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from fractions import Fraction
from functools import partial
from os import PathLike, fspath
from typing import TYPE_CHECKING, NamedTuple, cast

from tokencost.display import html_of
from tokencost.errors import InvalidRequest, TokencostError
from tokencost.logs.billing.bill import Bill, Tell
from tokencost.logs.billing.calls import Calls
from tokencost.logs.billing.daily import Billed, DailyBill
from tokencost.logs.billing.results import Reconciled, Unpriced, UsageRow
from tokencost.logs.billing.sums import Rejected
from tokencost.logs.exported_sums import ExportedSums, holds_sums, list_rejected, read_sums
from tokencost.logs.files.bills import ProviderBill, load_bill
from tokencost.logs.files.discover import LeftAlone, Logs
from tokencost.logs.files.last_lines import has_open_line
from tokencost.logs.records.kind import FAILED, LogKind, Path
from tokencost.logs.records.mapping import kinds_mapped
from tokencost.logs.sql.rate_periods import RatePeriods, rate_periods
from tokencost.logs.usage_query import ENGINES, Cluster, UsageQuery, ask, known_hours, mapped_fields
from tokencost.pricetable.resolve import find_model
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When
from tokencost.pricing.rates import RateCell
from tokencost.quantities import Amount

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine
    from tokencost.logs.engines.duckdb_errors import Obstacle
    from tokencost.logs.passes import Pass
    from tokencost.logs.sessions.calls_table import SessionCalls

MOST_REJECTED = 20


File = str | PathLike[str]


class Usage(NamedTuple):
    """The bill for a set of logs.

    `read` = `priced` + `unpriced_rows` + `rejected_count` + `no_call_count` + `repeats`, always.
    """

    as_of: When | None
    """The time at which all was priced, else that of the last priced request; None where none was priced."""
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
    """How many of those that are no call say themselves that they failed, or came from a cache of one's own."""
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
    requests: int
    """How many requests were priced; a record may sum up several."""
    first: date | None
    """The first and the last day of the priced records, in UTC; None where some of them have no time."""
    last: date | None
    tier: str | None
    """The tier that was asked for in place of each request's own."""
    window: str | None
    """The window that was asked for, where a record gives no hour."""
    window_chosen: bool
    """Whether that decided anything."""
    hours_told: bool
    """Whether what records say was paid for a token told in which hours it was used, where they give only a day."""
    table: PriceTable
    region: str | None = None
    """The region that was asked for in place of each request's own."""
    empty: tuple[str, ...] = ()
    """Files in which there is no record."""
    calls: tuple[Calls, ...] = ()
    """Calls of tools that the records show, such as web searches, and their fees, which are in no cost of the rows."""
    no_call_count: int = 0
    """Records for which nothing was billed: chunks, pending and failed requests, empty buckets, other spans."""
    repeats: int = 0
    """Records that tell of a call again, which counts once: the fullest record of it does."""
    without_cost: int = 0
    """For `compare_to`: priced records that hold no cost of their own, and are not compared."""
    without_list: int = 0
    """Those whose cost is in CNY, in which their model has no list of prices."""
    billed: tuple[Billed, ...] = ()
    """For `bill`: what the provider charged on each day beside what was computed."""
    outside_bill: int = 0
    """Requests to the provider on days that its bill does not cover."""
    bill_has_more: bool = False
    """Whether the bill says that it has more pages."""
    left_alone: tuple[str, ...] = ()
    """Files in folders, patterns and zip files that are no request logs, each with what it is."""
    hints: tuple[str, ...] = ()
    """Of records that are of no kind: which keys they have, and what would probably read them."""

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def unpriced_rows(self) -> int:
        """How many records have no price."""
        return sum(item.rows for item in self.unpriced)

    @property
    def complete(self) -> bool:
        """Whether every billed record was priced, on every alternative too."""
        return not (self.unpriced or self.unpriced_elsewhere or self.rejected_count)


def usage(
    table: PriceTable,
    files: File | Sequence[File],
    *,
    by: str | Sequence[str] = ("model",),
    on: When | str | None = None,
    since: When | str | None = None,
    until: When | str | None = None,
    tier: str | None = None,
    window: str | None = None,
    as_models: str | Sequence[str] = (),
    token_factors: Mapping[str | None, Amount] | None = None,
    compare_to: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: bool = False,
    tell: Tell = None,
    engine: str = "duckdb",
    cluster: Cluster | None = None,
    region: str | None = None,
    any_host: bool = False,
    keep_repeats: bool = False,
    model: str | None = None,
    excludes_cached: bool = False,
    bill: File | None = None,
) -> Usage:
    """Price the request logs in files, folders and globs; `-` is standard input.

    `codex` and `claude` stand for the sessions of these tools, wherever they keep them; so do their folders. A call
    counts once however often it is recorded, by the fullest record under its id, unless `keep_repeats` is set.

    Each request is priced at its own instant, in UTC: its completion where recorded, else its creation. `on` prices
    all of them at one time instead. `since` is inclusive, `until` exclusive. `tier` prices every request in that
    tier, `region` in that region; `window` chooses the hours of records that give only a date. `any_host` prices what
    another host served as the provider's own. `as_models` prices the
    same requests on other models too, with `token_factors` tokens for each of theirs (None: of every alternative).
    `mapping` says where fields stand that records keep elsewhere, by the names of the plain table: all other fields
    stay as the kind of the record has them. Keys that hold dots are in quotes, sums of fields are written with `+`.
    `model` is the model of records that name none. `excludes_cached` says that the input tokens of all records
    do not include the cached and the cache-write tokens. `bill` is a file with the provider's own bill, which is set
    beside the costs by day and model. `progress` shows on a terminal how far the engine is.
    `tell` is called with a sentence where so many groups come that they take much memory, before they do.
    `engine` is `duckdb` or `spark`, which needs the extra of that name; `cluster` says where Spark runs.

    Files that a printed query's result was saved in are priced as the records that it summed.

    Raises `InvalidRequest` and `InvalidData` for what cannot be read at all; what has no price is listed in the result.
    """
    from tokencost.logs.engines.duckdb_engine import Engine
    from tokencost.logs.engines.duckdb_errors import Obstructed
    from tokencost.logs.passes import first_pass, next_pass
    from tokencost.logs.sessions.calls_table import write_calls
    from tokencost.logs.sessions.finding import open_sessions

    query = ask(
        table,
        by=by,
        on=on,
        since=since,
        until=until,
        tier=tier,
        as_models=as_models,
        token_factors=token_factors,
        compare_to=compare_to,
        region=region,
        any_host=any_host,
        model=model,
    )
    if engine not in ENGINES:
        raise InvalidRequest(f"there is no engine {engine!r}", f"choose one of {', '.join(ENGINES)}")
    names = [fspath(file) for file in ((files,) if isinstance(files, str | PathLike) else files)]
    window = known_hours(table, window)
    mapped = mapped_fields(mapping or {})
    kinds = kinds_mapped(mapped, excludes_cached=excludes_cached)
    periods = rate_periods(table)
    named = _named_fields(mapped, query)
    charged = _load_bill(bill, engine)
    if engine == "spark":
        return _by_spark(
            table, names, query, window, kinds, periods, cluster or Cluster(), named, keep_repeats=keep_repeats
        )
    with open_sessions(names, shown=progress) as (sessions, found):
        calls = write_calls(sessions, found.folder, MOST_REJECTED, keep_repeats=keep_repeats)
        logs, exported = _split(_without_siblings(found, kinds), query, periods)
        logs, exported = _with_calls(logs, exported, calls)
        kinds = (*calls.kinds, *kinds)

        def read(query: UsageQuery, new_bill: Callable[[], Bill]) -> tuple[Usage, Bill]:
            # What one pass cannot take says how the next one reads: `passes` has them all, and why each is needed.
            reading = first_pass(logs, kinds)
            while True:
                bill = new_bill()
                for item in exported.sums:
                    bill.add(item)
                with Engine(
                    reading.logs, periods, progress=progress, strict=reading.strict, at_once=reading.at_once
                ) as reader:
                    try:
                        result = _read(reader, reading, bill, exported, query, kinds, named, keep_repeats=keep_repeats)
                    except Obstructed as error:
                        result = error.obstacle
                if isinstance(result, Usage):
                    return result, bill
                reading = next_pass(reading, result, kinds, query)

        result, _ = read(query, lambda: Bill(table, query, window, tell))
        result = result._replace(
            left_alone=tuple(map(str, logs.left)),
            read=result.read + calls.repeats,
            repeats=result.repeats + calls.repeats,
        )
        if charged is None:
            return result
        if exported.sums:
            raise InvalidRequest("a bill is set beside records, not beside sums", "name the logs themselves")
        # The bill is by day and model, whatever the question is by: it takes a reading of its own.
        by_day = query._replace(by=("day", "model"), compare_to=None, priced_as=query.priced_as[:1])
        _, daily = read(by_day, lambda: DailyBill(table, by_day, window))
        return _beside_bill(result, cast("DailyBill", daily), charged)


def _load_bill(bill: File | None, engine: str) -> ProviderBill | None:
    if bill is not None and engine != "duckdb":
        raise InvalidRequest("a bill is set beside costs by the embedded engine", "leave out --engine or --bill")
    return None if bill is None else load_bill(fspath(bill))


def _beside_bill(result: Usage, daily: DailyBill, charged: ProviderBill) -> Usage:
    return result._replace(
        billed=daily.beside(charged, partial(_model_of, result.table)),
        outside_bill=daily.outside(charged),
        bill_has_more=charged.has_more,
    )


def _model_of(table: PriceTable, name: str, day: date) -> str | None:
    """The model that a bill means by a name on a day; None for what is no model, such as web searches."""
    try:
        return find_model(table, name, day).id
    except TokencostError:
        return None


def _named_fields(mapped: Mapping[str, Sequence[Path]], query: UsageQuery) -> dict[Path, str]:
    """The fields that some record must have, each with the option that names it."""
    named = {path: f"--map {name}" for name, terms in mapped.items() for path in terms}
    return named | ({query.compare_to: "--compare-to"} if query.compare_to else {})


def costs_by_model(result: Usage) -> dict[str, Fraction]:
    """What the priced requests cost, by the name of the model; for a result by model."""
    costs: dict[str, Fraction] = {}
    for row in result.rows:
        name = str(row.group[0])
        costs[name] = costs.get(name, Fraction(0)) + Fraction(row.cost.total)
    return costs


def _without_siblings(logs: Logs, kinds: Sequence[LogKind]) -> Logs:
    """The logs without the tables among them that nobody named and that hold no usage.

    Where no log is left, all are: what is wrong with each is said while it is read.
    """
    from tokencost.logs.engines.duckdb_engine import is_table_of

    left = [log for log in logs.files if log.sought and log.size and not is_table_of(log, kinds)]
    files = tuple(log for log in logs.files if log not in left)
    if not left or not files:
        return logs
    why = "holds no usage that is recognised: left alone"
    return logs._replace(files=files, left=(*logs.left, *(LeftAlone(log.shown, why) for log in left)))


def _split(logs: Logs, query: UsageQuery, periods: RatePeriods) -> tuple[Logs, ExportedSums]:
    """The files of records, and the sums in all others."""
    from tokencost.logs.engines.duckdb_engine import Engine

    of_sums = tuple(log for log in logs.files if holds_sums(log))
    if not of_sums:
        return logs, ExportedSums()
    with Engine(logs._replace(files=of_sums), periods, at_once=True) as reader:
        exported = read_sums(reader, query, periods)
    return logs._replace(files=tuple(log for log in logs.files if log not in of_sums)), exported


def _with_calls(logs: Logs, exported: ExportedSums, calls: "SessionCalls") -> tuple[Logs, ExportedSums]:
    """The files with the calls of sessions among them, and the sums with what could not be read there."""
    files = (*logs.files, *((calls.log,) if calls.log else ()))
    return logs._replace(files=files), ExportedSums(
        (*exported.sums, *calls.sums), (*exported.rejected, *calls.rejected), (*exported.empty, *calls.empty)
    )


def _read(
    engine: "Engine",
    reading: "Pass",
    bill: Bill,
    exported: ExportedSums,
    query: UsageQuery,
    kinds: tuple[LogKind, ...],
    named: Mapping[Path, str],
    *,
    keep_repeats: bool,
) -> "Usage | Obstacle":
    """The answer, or why this pass cannot give it."""
    from tokencost.logs.engines.duckdb_errors import Obstacle
    from tokencost.logs.engines.duckdb_sums import bill_logs
    from tokencost.logs.engines.first_records import holds_others, looked_for, without_records
    from tokencost.logs.engines.named_fields import hints_for, refuse_absent
    from tokencost.logs.engines.rejected import first_rejected, malformed_lines
    from tokencost.logs.engines.repeats import holds_names
    from tokencost.logs.engines.span_trees import holds_trees

    summed = tuple(list_rejected(bill.rejected))
    # Spans in a trace have names: where there is none, nothing is looked at twice.
    names = holds_names(engine, kinds)
    query = query._replace(once=names and not keep_repeats, trees=names and holds_trees(engine, kinds))
    sources = engine.sources(query, reading.asked, all_kinds=kinds, as_json=reading.as_json)
    bill_logs(engine, query, sources, bill)
    if any(code == "shape" for _, code in bill.rejected):
        if has_open_line(engine.logs):
            return Obstacle("open end")
        if not reading.as_json and holds_others(engine, query, looked_for(kinds), reading.asked):
            return Obstacle("other kinds")
    if sources and not exported.sums:
        refuse_absent(engine, query, kinds, reading.asked, named, as_json=reading.as_json)
    # Which records were rejected is looked up in another pass, over the files that have some: the sums do not say.
    malformed = malformed_lines(engine)
    read = bill.read + sum(map(len, malformed.values()))
    files = {file for file, _ in bill.rejected}
    rejected = first_rejected(
        engine, query, kinds, reading.asked, files, malformed, MOST_REJECTED, as_json=reading.as_json
    )
    listed = (*exported.rejected, *summed, *rejected)[:MOST_REJECTED]
    empty = without_records(engine, query, kinds, read - sum(item.rows for item in exported.sums))
    unknown = [file for file, code in bill.rejected if code == "shape"]
    hints = tuple(hints_for(engine.logs.files, unknown, kinds))
    return _result(bill, query, read, listed, (*exported.empty, *empty))._replace(hints=hints)


def _by_spark(
    table: PriceTable,
    files: Sequence[str],
    query: UsageQuery,
    window: str | None,
    kinds: tuple[LogKind, ...],
    periods: RatePeriods,
    cluster: Cluster,
    named: Mapping[Path, str],
    *,
    keep_repeats: bool,
) -> Usage:
    from tokencost.logs.engines.duckdb_engine import Engine
    from tokencost.logs.engines.named_fields import hints_for, hints_of_far, refuse_absent
    from tokencost.logs.engines.repeats import holds_names
    from tokencost.logs.engines.span_trees import holds_trees
    from tokencost.logs.engines.spark_engine import far_log, spark_sums
    from tokencost.logs.sessions.finding import open_sessions
    from tokencost.logs.sessions.tools import Sessions, show_names

    local = [name for name in files if "://" not in name]
    bill = Bill(table, query, window)
    opened = open_sessions(local) if local else nullcontext((list[Sessions](), Logs((), "")))
    with opened as (sessions, found):
        if sessions:
            raise InvalidRequest(
                f"sessions of {show_names(sessions)} are read by the embedded engine alone", "leave out --engine spark"
            )
        logs, exported = _split(_without_siblings(found, kinds), query, periods) if local else (found, ExportedSums())
        far = tuple(far_log(name) for name in files if "://" in name)
        for item in exported.sums:
            bill.add(item)
        with Engine(logs, periods, at_once=True) as reader:
            names = holds_names(reader, kinds)
            query = query._replace(once=names and not keep_repeats)
            if names and holds_trees(reader, kinds):
                raise InvalidRequest(
                    "spans that do not say their operation may sum up others, which the embedded engine alone can tell",
                    "leave out --engine spark",
                )
        every = logs._replace(files=(*logs.files, *far))
        for item in spark_sums(every, query, kinds, periods, cluster, keep_repeats=keep_repeats):
            bill.add(item)
        if named and logs.files and not (far or exported.sums):
            with Engine(logs, periods, at_once=True) as reader:
                refuse_absent(reader, query, kinds, kinds, named, as_json=True)
        unknown = [file for file, code in bill.rejected if code == "shape"]
        hints = (*hints_for(logs.files, unknown, kinds), *hints_of_far(logs.files, unknown))
    listed = (*exported.rejected, *list_rejected(bill.rejected))[:MOST_REJECTED]
    nothing = not bill.read and query.since is None and query.until is None
    empty = tuple(log.shown for log in logs.files if nothing or not log.size)
    result = _result(bill, query, bill.read, listed, (*exported.empty, *empty))
    return result._replace(left_alone=tuple(map(str, logs.left)), hints=hints)


def _result(bill: Bill, query: UsageQuery, read: int, rejected: tuple[Rejected, ...], empty: tuple[str, ...]) -> Usage:
    on = query.priced_as[0].on
    first, last = bill.period.days
    return Usage(
        as_of=on if on is not None else bill.last,
        by=query.by,
        rows=bill.rows(),
        unpriced=bill.unpriced(),
        unpriced_elsewhere=bill.unpriced_elsewhere(),
        rejected=rejected,
        rejected_count=read - bill.read + sum(bill.rejected.values()),
        failed_count=bill.not_billed[FAILED],
        no_call_count=sum(bill.not_billed.values()),
        repeats=bill.repeats,
        read=read,
        priced=bill.priced,
        alternatives=tuple(side.label or "" for side in query.priced_as[1:]),
        reconciled=bill.reconciled() if query.compare_to else (),
        base_rates=tuple(sorted(bill.base_rates)),
        cells=bill.cells_used(),
        repriced=on is not None,
        requests=bill.requests,
        first=first,
        last=last,
        tier=query.tier,
        window=bill.window,
        window_chosen=bill.window_chosen,
        hours_told=bill.hours_told,
        table=bill.table,
        region=query.region,
        empty=empty,
        calls=bill.calls(),
        without_cost=bill.without_cost,
        without_list=bill.without_list,
    )


def kinds_with(mapping: Mapping[str, str] | None, *, excludes_cached: bool = False) -> tuple[LogKind, ...]:
    """The kinds looked for, with the mapped fields. Raises `InvalidRequest` for a field that cannot be mapped."""
    return kinds_mapped(mapped_fields(mapping or {}), excludes_cached=excludes_cached)
