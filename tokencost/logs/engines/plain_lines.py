"""The quick way through JSON lines that are all alike: counts are whole numbers, and nothing is wrong with a record.

Whatever is not certainly such a record is left to the usual way, which reads it again: no answer rests on what the
first lines look like.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tokencost.logs.records.kinds import LogKind, Path
from tokencost.logs.sql.aggregate import context_cuts, slot_of, within
from tokencost.logs.sql.fields import MOST, NestedColumns, timed
from tokencost.logs.sql.normalize import NO_TEXT, first_of, tier_of
from tokencost.logs.sql.rate_periods import LATEST, RatePeriods
from tokencost.logs.usage_query import UsageQuery

_COUNTS = ("input", "output", "cached", "write")
_NUMBERS = tuple(f"{name}_number" for name in _COUNTS)
_TEXTS = tuple(f"{name}_text" for name in ("model", "time", "tier", *_COUNTS))
_ADDED = frozenset(("time_whole", "at_instant", "plain", *_NUMBERS, *_TEXTS))
"""The columns that are added to those of a record, which can have none of these names."""


class PlainLines(NamedTuple):
    """JSON lines that may be summed the quick way, all but those that differ."""

    relation: str
    leaves: NestedColumns
    shape: LogKind
    times: int
    """Of the paths to the time, the place of the one that holds it; those before it hold nothing."""


def can_be_plain(question: UsageQuery, leaves: NestedColumns, shapes: Sequence[LogKind]) -> bool:
    """Whether there is a quick way: for requests of one shape, at their own times, grouped by what all of them have."""
    if question.fields or question.compare_to or question.sides[0].on is not None or len(shapes) != 1:
        return False
    shape = shapes[0]
    special = (shape.requests, shape.until, shape.types, shape.failed, shape.batch, shape.input_parts, shape.fixed_tier)
    return bool(shape.time) and not any(special) and not shape.text_counts and leaves.names.isdisjoint(_ADDED)


def times_held(relation: str, leaves: NestedColumns, shape: LogKind, records: int) -> str:
    """How many of the first records hold each of the paths to the time."""
    counts = ", ".join(f"count({leaves.text(path)})" for path in shape.time)
    return f"SELECT {counts} FROM (SELECT * FROM {relation} LIMIT {records}) AS r"


def flagged(lines: PlainLines, question: UsageQuery) -> str:
    """The records with their fields as text, numbers and times, and whether they are `plain`."""
    leaves, shape = lines.leaves, lines.shape
    held, earlier = shape.time[lines.times], shape.time[: lines.times]
    texts = {
        "model": first_of(map(leaves.text, shape.model)) or NO_TEXT,
        "time": leaves.text(held),
        "tier": NO_TEXT if question.tier else first_of(map(leaves.text, shape.tier)) or NO_TEXT,
    }
    for name in _COUNTS:
        texts[name] = first_of(leaves.count(path, as_text=False) for path in _paths(shape, name)) or NO_TEXT
    columns = ", ".join(f"{text} AS {name}_text" for name, text in texts.items())
    gathered = f"SELECT *, {columns} FROM {lines.relation} AS r"
    numbers = ", ".join(f"TRY_CAST({name}_text AS DOUBLE) AS {name}_number" for name in _COUNTS)
    cast = f"SELECT *, {numbers}, TRY_CAST(time_text AS BIGINT) AS time_whole FROM ({gathered}) AS r"
    # Ten digits are the seconds since 1970 of all requests until 2286, and quickly known to be nothing else.
    seconds = (
        "time_whole BETWEEN 1000000000 AND 9999999999 AND length(time_text) = 10 "
        "AND NOT contains(time_text, 'e') AND NOT contains(time_text, 'E')"
    )
    time = f"CASE WHEN {seconds} THEN time_whole * 1000000 ELSE {timed('time_text', 'time_whole')} END"
    parsed = f"SELECT *, {time} AS at_instant FROM ({cast}) AS r"
    # Text in quotes is no number to the engine, and a fraction differs from its floor. 0.0 and the like, which are
    # counts too, are rare enough for the usual way; so are dates.
    tests = [*(leaves.present(mark) for mark in shape.marks), *(f"NOT {leaves.present(path)}" for path in earlier)]
    tests += [f"at_instant >= 0 AND at_instant < {LATEST}", "(time_whole IS NOT NULL OR length(time_text) <> 10)"]
    tests += [f"({_whole(name)})" for name in ("input", "output")]
    tests += [f"({name}_text IS NULL OR {_whole(name)})" for name in ("cached", "write") if _paths(shape, name)]
    tests.append("coalesce(cached_number, 0) + coalesce(write_number, 0) <= input_number")
    return f"SELECT *, coalesce({' AND '.join(tests)}, false) AS plain FROM ({parsed}) AS r"


def _paths(shape: LogKind, name: str) -> tuple[Path, ...]:
    return getattr(shape, name)  # type: ignore[no-any-return]


def _whole(name: str) -> str:
    number = f"{name}_number"
    return f"floor({number}) = {number} AND {number} BETWEEN 1 AND {MOST - 1} OR {name}_text = '0'"


def plain_slots(lines: PlainLines, question: UsageQuery, cells: RatePeriods) -> str:
    """What `slotted` makes of the records that are plain; and apart from them, the number of those that are not."""
    counts = [f"TRY_CAST({name}_number AS BIGINT) AS {name}" for name in _COUNTS]
    chosen = ["plain", "model_text AS model", "tier_text AS tier", *counts, "at_instant AS instant"]
    every = f"SELECT {', '.join(chosen)} FROM ({flagged(lines, question)}) AS r"
    asked = within(question)
    if asked:
        every = f"SELECT * FROM ({every}) AS r WHERE NOT plain OR ({asked})"
    cuts = context_cuts(question, cells)
    classes = len(cuts) + 1
    place = "0"
    for number, cut in enumerate(cuts, 1):
        place = f"CASE WHEN r.input > {cut} THEN {number} ELSE {place} END"
    # One integer in place of three keys, and nothing in place of the usual tier: groups are found faster.
    packed = f"({slot_of('r.instant', cells)}) * {2 * classes} + ({place}) * 2 + CASE WHEN r.plain THEN 1 ELSE 0 END"
    keys = {"model": "r.model", "tier": "nullif(r.tier, 'default')", "packed": packed}
    sums = ["count(*) AS rows", *(f"sum(r.{name}) AS {name}" for name in _COUNTS)]
    sums += ["min(r.instant) AS first_at", "max(r.instant) AS last_at"]
    grouped = (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in keys.items())}, {', '.join(sums)} "
        f"FROM ({every}) AS r GROUP BY {', '.join(str(number + 1) for number in range(len(keys)))}"
    )
    shortest = " ".join(f"WHEN {number} THEN {cut + 1}" for number, cut in enumerate(cuts, 1))
    context = f"CASE packed // 2 % {classes} {shortest} ELSE 0 END" if cuts else "0"
    return (
        f"SELECT coalesce(packed % 2 = 1, false) AS plain, model, {tier_of(question)} AS tier, 0 AS summed, "
        f"CAST(NULL AS VARCHAR) AS code, CAST(NULL AS VARCHAR) AS file, packed // {2 * classes} AS instant, "
        f"CAST(NULL AS BIGINT) AS until, {context} AS context, rows, rows AS requests, input, "
        "coalesce(cached, 0) AS cached, coalesce(write, 0) AS write, output, first_at, last_at "
        f"FROM ({grouped}) AS r"
    )
