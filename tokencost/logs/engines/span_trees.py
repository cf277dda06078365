"""Spans that sum up those that lie in them, and do not say so: an agent's, or a framework's around that of a client.

A span that says its operation is known by that. Of the others one is no call where a span that counts lies in it, at
any depth and in any file: its tokens are counted there.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tokencost.logs.engines.first_records import beginning_of
from tokencost.logs.engines.repeats import looked_at
from tokencost.logs.files.detect import TABLES
from tokencost.logs.files.discover import Log
from tokencost.logs.records.kind import NO_CALL, LogKind
from tokencost.logs.sql.aggregate import chosen_sql
from tokencost.logs.sql.fields import TableColumns, literal
from tokencost.logs.sql.names import TREE
from tokencost.logs.sql.normalize import possible_kinds
from tokencost.logs.usage_query import UsageQuery

if TYPE_CHECKING:
    from tokencost.logs.engines.duckdb_engine import Engine

MOST_LEVELS = 200
"""So deep spans are looked for in a span. Traces of real programs are far from it, and each level takes time."""
Every = Callable[[UsageQuery], str]
"""Writes all records for a question."""


def holds_trees(engine: "Engine", kinds: Sequence[LogKind]) -> bool:
    """Whether the beginnings of logs show spans that lie in others, and such as have tokens and say no operation."""
    spans = [kind for kind in kinds if kind.parents and kind.operation]
    logs = [log for log in engine.logs.files if log.size] if spans else []
    tables = [log for log in logs if log.layout in TABLES]
    texts = (beginning_of(log, looked_at(place)) for place, log in enumerate(logs) if log not in tables)
    shown = [text_shows_trees(text, spans) for text in texts]
    # The spans and their parents may be in different files.
    nested = any(lies for lies, _ in shown) and any(unsaid for _, unsaid in shown)
    return nested or any(_table_shows(engine, log, spans) for log in tables)


def text_shows_trees(text: str, kinds: Sequence[LogKind]) -> tuple[bool, bool]:
    """Whether the text of JSON shows spans that lie in others, and spans with tokens that say no operation."""
    parents, ids, marks, operations = (
        "|".join(re.escape(f'"{name}"') for name in sorted(set(names)))
        for names in (
            [path[-1] for kind in kinds for path in kind.parents],
            [span[-1] for kind in kinds for _, span in kind.id_pairs],
            [mark[-1] for kind in kinds for mark in kind.marks],
            [path[-1] for kind in kinds for path in kind.operation],
        )
    )
    lies = re.search(f'({parents}): ?"[^"]', text) is not None
    # Between two ids of spans, or in a line, there are the attributes of one.
    pieces = re.split(f"\n|{ids}", text)
    return lies, any(re.search(marks, piece) and not re.search(operations, piece) for piece in pieces)


def _table_shows(engine: "Engine", log: Log, kinds: Sequence[LogKind]) -> bool:
    fields = TableColumns(engine.columns(log))
    known = possible_kinds(fields, kinds)
    return any(fields.text(path) for kind in known for path in kind.parents)


def leave_out_sums(engine: "Engine", query: UsageQuery, every: Every) -> Every:
    """`every`, with the code of what is no call for spans that sum up others. It reads all records once before."""
    if not query.trees:
        return every
    engine.work(
        "CREATE OR REPLACE TEMP TABLE spans AS SELECT hash(span) AS span, "
        "CASE WHEN above IS NOT NULL AND above <> span THEN hash(above) END AS above, code IS NULL AS billed, "
        f"unsaid IS NOT NULL AS unsaid FROM ({every(query._replace(once=False))}) AS r WHERE span IS NOT NULL"
    )
    _find_above(engine, "SELECT span, above FROM spans WHERE billed")
    sums = "FROM spans AS s SEMI JOIN summing AS a ON a.span = s.span WHERE s.billed AND s.unsaid"
    found = engine.execute(f"SELECT 1 {sums} LIMIT 1").fetchone()
    if found:
        # Once more from those alone that count: spans that lie in each other in a circle would all be left out.
        engine.work(f"CREATE OR REPLACE TEMP TABLE left_out AS SELECT DISTINCT s.span {sums}")
        counted = "SELECT s.span, s.above FROM spans AS s ANTI JOIN left_out AS l ON l.span = s.span WHERE s.billed"
        _find_above(engine, counted)

    def write(asked: UsageQuery) -> str:
        chosen = "" if asked.once else chosen_sql(asked)
        test = "e.code IS NULL AND e.unsaid IS NOT NULL AND hash(e.span) IN (SELECT a.span FROM summing AS a)"
        code = f"CASE WHEN {test} THEN {literal(NO_CALL)} ELSE e.code END" if found else "e.code"
        inner = f"SELECT e.* EXCLUDE ({', '.join(TREE)}) REPLACE ({code} AS code) FROM ({every(asked)}) AS e"
        return f"SELECT * FROM ({inner}) AS r{chosen}"

    return write


def _find_above(engine: "Engine", below: str) -> None:
    """Find the spans in which those of a query (span, above) lie, at any depth, as the relation `summing`."""
    engine.execute("CREATE OR REPLACE TEMP TABLE summing (span UBIGINT)")
    level = f"SELECT DISTINCT above AS span FROM ({below}) WHERE above IS NOT NULL"
    for _ in range(MOST_LEVELS):
        engine.work(f"CREATE OR REPLACE TEMP TABLE next_level AS {level}")
        engine.execute("CREATE OR REPLACE TEMP TABLE level AS SELECT * FROM next_level")
        if not engine.execute("SELECT 1 FROM level LIMIT 1").fetchone():
            return
        engine.execute("INSERT INTO summing SELECT span FROM level")
        # What was found before is not found again, so that circles come to an end.
        level = (
            "SELECT DISTINCT s.above AS span FROM spans AS s SEMI JOIN level AS l ON l.span = s.span "
            "ANTI JOIN summing AS a ON a.span = s.above WHERE s.above IS NOT NULL"
        )
