"""Calls that several records tell of: whether logs show what names their calls, and which records repeat others.

Most logs hold each call once. To see that, the names alone are read; only where some stand there twice are the
records of these calls read by themselves, and told apart.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tokencost.logs.engines.first_records import FILES, beginning_of
from tokencost.logs.files.detect import SEPARATORS
from tokencost.logs.files.discover import HEAD, Log
from tokencost.logs.records.kind import LogKind
from tokencost.logs.sql.fields import TableColumns, for_query
from tokencost.logs.sql.names import id_sql
from tokencost.logs.sql.normalize import known_sql
from tokencost.logs.sql.repeats import marked_sql, may_name, may_name_sql, unmarked_sql
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine, Source

SHORT_HEAD = 16_384
"""Bytes that are looked at of each file after the first few."""
FIRST_ROWS = 1_000
_CELL = re.compile(r"[,;\t\r\n\"]+")
_PART = "[0-9A-Za-z+/=_-]{11,}"
"""What a trace or a span is named, however it is written."""


def holds_names(engine: "Engine", kinds: Sequence[LogKind]) -> bool:
    """Whether the beginnings of logs show what names a call. Logs that show none are not read for any."""
    logs = [log for log in engine.logs.files if log.size]
    return any(_shows(engine, log, kinds, looked_at(place)) for place, log in enumerate(logs))


def looked_at(place: int) -> int:
    """How many bytes of the file at that place are looked at: less after the first few."""
    return HEAD if place < FILES else SHORT_HEAD


def _shows(engine: "Engine", log: Log, kinds: Sequence[LogKind], length: int) -> bool:
    if log.layout == "parquet":
        return _rows_show(engine, log, kinds)
    text = beginning_of(log, length)
    return cells_show(_CELL.split(text)) if log.layout in SEPARATORS else text_shows(text, kinds)


def cells_show(cells: Iterable[str]) -> bool:
    """Whether some of these cells of a table are of the form of a name."""
    return any(map(may_name, cells))


def text_shows(text: str, kinds: Sequence[LogKind]) -> bool:
    """Whether the text of JSON shows names in the fields of these kinds."""
    ids, parts = _keys(kinds)
    found = re.finditer(f'"(?:{ids})": ?"([^"]+)"', text)
    return any(may_name(name[1]) for name in found) or re.search(f'"(?:{parts})": ?"{_PART}"', text) is not None


def _keys(kinds: Sequence[LogKind]) -> tuple[str, str]:
    """The keys of names, and those of parts of names, as alternatives of a pattern."""
    ids = {path[-1] for kind in kinds for path in kind.id}
    parts = {path[-1] for kind in kinds for pair in kind.id_pairs for path in pair}
    return "|".join(map(re.escape, sorted(ids))), "|".join(map(re.escape, sorted(parts)))


def _rows_show(engine: "Engine", log: Log, kinds: Sequence[LogKind]) -> bool:
    """Whether the first rows of a Parquet file have such a name."""
    fields = TableColumns(engine.columns(log))
    known = [kind for kind in kinds if kind.input and known_sql(fields, kind) is not None]
    named = [name for name in dict.fromkeys(id_sql(fields, kind) for kind in known) if name]
    if not named:
        return False
    chosen = ", ".join(f"{name} AS name_{place}" for place, name in enumerate(named))
    tests = " OR ".join(may_name_sql(f"name_{place}") for place in range(len(named)))
    source = next(iter(engine.sources(UsageQuery((), ()), kinds, only=log)))
    rows = f"SELECT {chosen} FROM (SELECT * FROM {source.relation} LIMIT {FIRST_ROWS}) AS r"
    return engine.execute(f"SELECT 1 FROM ({rows}) WHERE {tests} LIMIT 1", log.shown).fetchone() is not None


def count_once(
    engine: "Engine", query: UsageQuery, sources: Sequence["Source"], every: Callable[[UsageQuery], str]
) -> str:
    """All records, as `every` writes them for a question; those that repeat others have the code of repeats."""
    if not query.once:
        return every(query)
    names = " UNION ALL ".join(map(_names_sql, sources))
    # The hashes of names, as all that is known of most of them: whether two are the same name is seen afterwards.
    engine.work(
        "CREATE OR REPLACE TEMP TABLE repeated_names AS SELECT name FROM "
        f"(SELECT hash(id) AS name FROM ({names}) WHERE {may_name_sql('id')}) GROUP BY name HAVING count(*) > 1"
    )
    if not engine.execute("SELECT 1 FROM repeated_names LIMIT 1").fetchone():
        return every(query._replace(once=False))
    named = f"({every(query)}) AS e"
    repeated, others = (
        f"SELECT e.* FROM {named} {join} JOIN repeated_names AS n ON n.name = hash(e.id)" for join in ("SEMI", "ANTI")
    )
    engine.work(f"CREATE OR REPLACE TEMP TABLE repeated_records AS {marked_sql(repeated, query)}")
    return f"{unmarked_sql(others, query)} UNION ALL SELECT * FROM repeated_records"


def _names_sql(source: "Source") -> str:
    """The names in all records of a source, of whatever form they are."""
    relation, fields = source.narrow or (source.relation, source.fields)
    fields, with_fields = for_query(fields)
    known = [(known_sql(fields, kind) or "false", id_sql(fields, kind) or "NULL") for kind in source.kinds]
    # The rows of a table are of its last kind where they are of no other.
    otherwise = known.pop()[1] if source.one_kind else "NULL"
    arms = " ".join(f"WHEN {test} THEN {name}" for test, name in known)
    return (
        f"SELECT {f'CASE {arms} ELSE {otherwise} END' if arms else otherwise} AS id FROM {with_fields(relation)} AS r"
    )
