"""Files of sums that another engine made, read back."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.billing.reject_reasons import REASONS
from tokencost.logs.billing.sum_rows import NoSum, Row, sum_of
from tokencost.logs.billing.sums import Rejected, Sum, rejected_sum
from tokencost.logs.files.csv_header import read_header
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import SEPARATORS
from tokencost.logs.files.discover import Log
from tokencost.logs.sql.rate_periods import RatePeriods
from tokencost.logs.sql.sum_columns import CELLS, COUNTS, KEYS, LOGGED, MARKS, call_columns, field_columns, fingerprint
from tokencost.logs.usage_query import UsageQuery
from tokencost.pricetable.table import CALLS

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine

NULL = "\\N"
"""What some engines write in CSV where there is nothing."""
UNSOUND = "unsound"
"""The code of rows that are no sums; each is listed by itself."""
_FINGERPRINT = re.compile("[0-9a-f]{12}")


class ExportedSums(NamedTuple):
    """What files of sums hold."""

    sums: tuple[Sum, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    """Rows that are no sums, each of which is among `sums` as well, as a rejected record."""
    empty: tuple[str, ...] = ()
    """Files without a row."""


def holds_sums(log: Log) -> bool:
    """Whether a file holds such sums rather than records."""
    return log.size > 0 and set(_names(log)) >= MARKS


def _names(log: Log) -> Mapping[str, str]:
    """The names of its columns, by their small letters: some engines return them in capitals."""
    names: Sequence[str] = ()
    if log.layout in SEPARATORS:
        names = read_header(log)
    elif log.layout == "parquet":
        import duckdb

        from tokencost.logs.engines.duckdb_engine import connect

        try:
            found = connect().execute("SELECT * FROM read_parquet(?) LIMIT 0", [log.path]).description
        except duckdb.Error:
            return {}
        except (RuntimeError, UnicodeError):
            problem = "the name of a column is no text in UTF-8"
            raise InvalidData([Problem(log.shown, 1, problem, "write the file again, or leave it out")]) from None
        names = [column[0] for column in found or ()]
    elif log.layout == "lines":
        with open_decompressed(log.path, log.compression, log.shown) as inner:
            line = inner.readline(1_000_000)
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return {}
        names = list(record) if isinstance(record, dict) else ()
    return {name.lower(): name for name in names}


def read_sums(engine: "Engine", query: UsageQuery, periods: RatePeriods) -> ExportedSums:
    """The sums in all files of an engine, as the query that made them left them.

    Raises `InvalidRequest` where they answer another question.
    """
    from tokencost.logs.engines.rejected import malformed_lines

    if query.since is not None or query.until is not None:
        raise InvalidRequest("these are sums: --since and --until belong to the query", "give them with --print-sql")
    sums: list[Sum] = []
    rejected: list[Rejected] = []
    empty: list[str] = []
    for log in engine.logs.files:
        before = len(sums)
        faults: dict[int, str] = {}
        for number, row in enumerate(_rows(engine, log, query), 1):
            try:
                _check_cells(row[CELLS], query, periods, log.shown)
                sums.append(sum_of(row, query, periods, log.shown))
            except NoSum as error:
                faults[number] = str(error)
                sums.append(rejected_sum(1, UNSOUND, log.shown))
        rejected += _list_faulty(log, faults)
        if len(sums) == before:
            empty.append(log.shown)
    shown = {log.path: log.shown for log in engine.logs.files}
    for path, lines in malformed_lines(engine).items():
        rejected += [Rejected(shown[path], line, reason) for line, reason in lines]
        sums += [rejected_sum(1, UNSOUND, shown[path]) for _ in lines]
    filled = {item.file for item in sums}
    return ExportedSums(tuple(sums), tuple(rejected), tuple(name for name in empty if name not in filled))


def _rows(engine: "Engine", log: Log, query: UsageQuery) -> Iterator[Row]:
    wanted = [*query.periods, *field_columns(query), *KEYS.values(), *COUNTS.values()]
    wanted += [*((LOGGED["logged"], LOGGED["logged_rows"]) if query.compare_to else ()), CELLS]
    names = _names(log)
    if missing := [name for name in wanted if name not in names]:
        raise InvalidRequest(
            f"{log.shown} has no column {missing[0]}: its sums were made for another question",
            "give the same --by and --compare-to with --print-sql",
        )
    # Queries of records that show no calls have no columns for them, and older ones have no currency.
    wanted += [name for name in (*call_columns(CALLS), LOGGED["logged_in"]) if name in names]
    for row in engine.texts(log, [names[name] for name in wanted]):
        yield {name: None if text == NULL else text for name, text in zip(wanted, row, strict=True)}


def _check_cells(found: str | None, query: UsageQuery, periods: RatePeriods, shown: str) -> None:
    if not found or not _FINGERPRINT.fullmatch(found):
        raise NoSum(f"{CELLS} is missing")
    if found != fingerprint(query, periods):
        raise InvalidRequest(
            f"{shown} was summed for other dates of prices or other context lengths",
            "use the prices.toml and the --as and --token-factor that the query was printed with, or print it again",
        )


def _list_faulty(log: Log, faults: Mapping[int, str]) -> Iterator[Rejected]:
    """What is wrong with the rows of these numbers, and where they stand."""
    from tokencost.logs.engines.rejected import lines_of

    lines = lines_of(log, set(faults))
    for number, reason in faults.items():
        line, _ = lines.get(number, (None, b""))
        yield Rejected(log.shown, line, f"no sum of records: {reason}" if line else f"row {number:,}: {reason}")


def list_rejected(rejected: Mapping[tuple[str, str], int]) -> Iterator[Rejected]:
    """What was rejected by file and code, where no engine can say which records these are."""
    for (file, code), count in sorted(rejected.items()):
        if code in REASONS:
            records = "1 record" if count == 1 else f"{count:,} records"
            yield Rejected(file, None, f"{records}: {REASONS[code]}")
