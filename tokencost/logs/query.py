"""The one query: records are joined to their rate cells, and integers are summed per cell and group.

It multiplies no money. It is written in DuckDB's SQL; how records become rows of the same columns stands in `records`.
"""

from collections.abc import Sequence
from datetime import datetime

from tokencost.logs.cells import DAY, MINUTE, RateCells, microseconds
from tokencost.logs.leaves import MOST, identifier, literal
from tokencost.logs.question import Question, Side
from tokencost.pricetable.when import span


def checked(sources: Sequence[str], question: Question) -> str:
    """All records, each with the code of what is wrong with it, or NULL; see `REASONS`."""
    on = question.sides[0].on
    fields = "".join(f", field_{place}" for place in range(len(question.fields)))
    logged = ", logged" if question.compare_to else ""

    def bad(name: str) -> str:
        return f"{name} IS NULL OR {name} < 0 OR {name} >= {MOST}"

    time = "instant < 0 OR bucket_end < 0 OR bucket_end < instant"
    code = (
        "CASE WHEN shape IS NULL THEN 'shape' WHEN failed THEN 'failed' "
        f"WHEN {bad('input')} THEN 'input' WHEN {bad('output')} THEN 'output' WHEN {bad('cached')} THEN 'cached' "
        f"WHEN {bad('write')} THEN 'write' WHEN {bad('requests')} THEN 'requests' "
        "WHEN cached + write > input THEN 'convention' "
        f"{'' if on is not None else f'WHEN {time} THEN ' + literal('time')} END"
    )
    until = f"CASE WHEN of_day THEN instant + {DAY} ELSE coalesce(bucket_end, instant + 1) END"
    every = " UNION ALL ".join(sources)
    within = _within(question)
    return (
        f"SELECT file, shape, model, input, output, cached, write, requests, summed, "
        f"instant, {until} AS until, tier, {code} AS code{fields}{logged} FROM ({every}) AS r{within}"
    )


def _within(question: Question) -> str:
    tests = []
    if question.since is not None:
        tests.append(f"instant >= {microseconds(span(question.since)[0])}")
    if question.until is not None:
        tests.append(f"instant < {microseconds(span(question.until)[0])}")
    return f" WHERE instant IS NULL OR instant < 0 OR ({' AND '.join(tests)})" if tests else ""


SUMS = ("rows", "requests", "input", "cached", "write", "output")


def key_columns(question: Question) -> tuple[str, ...]:
    """The names of the grouping columns, before those of each side."""
    fields = tuple(f"field_{place}" for place in range(len(question.fields)))
    return (*question.periods, *fields, "model", "tier", "summed", "timeless", "code", "file")


SIDE_COLUMNS = ("price", "above", "windows", "crosses", "minute")


def side_columns(place: int) -> tuple[str, ...]:
    """The names of the grouping columns of one side."""
    return tuple(f"{name}_{place}" for name in SIDE_COLUMNS)


def sums(every: str, question: Question, cells: RateCells, *, month: str) -> str:
    """The sums: integers per rate cell and group. `month` writes the month of a day, in days since 1970.

    Where no field of the records groups them, they are first summed per slot of time, so that few rows are joined.
    """
    slotted = not question.fields and len(cells.odd) <= MOST_ODD
    relation = f"({(_slotted(every, question, cells) if slotted else _tested(every, question))})"
    day = f"(r.instant // {DAY})"
    periods = {
        "day": day,
        "week": f"({day} - ({day} + 3) % 7)",
        "month": month.format(day=day),
    }
    keys = [f"{periods[name]} AS {identifier(name)}" for name in question.periods]
    keys += [f"r.field_{place} AS field_{place}" for place in range(len(question.fields))]
    keys += [
        "r.model AS model",
        "r.tier AS tier",
        "r.summed AS summed",
        "CASE WHEN r.code IS NULL AND r.instant IS NULL THEN 1 ELSE 0 END AS timeless",
        "r.code AS code",
        "r.file AS file",
    ]
    joins = []
    for place, side in enumerate(question.sides):
        joins.append(_joins(place, side, cells))
        keys += _side_keys(place, side, cells)
    counts = [f"CAST(sum(r.{name}) AS HUGEINT) AS {name}" for name in SUMS]
    counts += ["min(r.first_at) AS first_at", "max(r.last_at) AS last_at"]
    if question.compare_to:
        counts += ["sum(r.logged) AS logged", "CAST(sum(r.logged_rows) AS HUGEINT) AS logged_rows"]
    return (
        f"SELECT {', '.join(keys)}, {', '.join(counts)} FROM {relation} AS r{''.join(joins)} "
        f"GROUP BY {', '.join(str(number) for number in range(1, len(keys) + 1))}"
    )


def _kept(name: str) -> str:
    return f"CASE WHEN r.code IS NULL THEN r.{name} END AS {name}"


def _tested(every: str, question: Question) -> str:
    """The records one by one; of those that are rejected, only the code and the file."""
    names = [f"field_{place}" for place in range(len(question.fields))]
    names += ["model", "tier", "instant", "until", *SUMS[1:]]
    if question.compare_to:
        names.append("logged")
    chosen = [_kept(name) for name in names]
    chosen += [
        "CASE WHEN r.code IS NULL THEN r.summed ELSE 0 END AS summed",
        "r.code",
        "CASE WHEN r.code IS NOT NULL THEN r.file END AS file",
        "1 AS rows",
        "CASE WHEN r.code IS NULL THEN r.instant END AS first_at",
        "CASE WHEN r.code IS NULL THEN r.instant END AS last_at",
        "CASE WHEN r.code IS NULL THEN r.input END AS context",
    ]
    if question.compare_to:
        chosen.append("CASE WHEN r.code IS NULL AND r.logged IS NOT NULL THEN 1 ELSE 0 END AS logged_rows")
    return f"SELECT {', '.join(chosen)} FROM ({every}) AS r"


MOST_ODD = 24
"""So many instants within slots are looked at for each record; with more, records are joined one by one."""


def _slot_of(instant: str, cells: RateCells) -> str:
    """When the stretch of time begins that an instant is summed in: its slot, or the part after an odd bound in it."""
    slot = cells.slot
    start = f"{instant} // {slot} * {slot}"
    if not cells.odd:
        return start
    parts = " ".join(
        f"WHEN {instant} >= {bound} AND {instant} < {(bound // slot + 1) * slot} THEN {bound}"
        for bound in reversed(cells.odd)
    )
    return f"CASE {parts} ELSE {start} END"


def _slotted(every: str, question: Question, cells: RateCells) -> str:
    """The records summed per model, tier, slot of time and class of context length.

    No interval begins or ends within a slot, and no threshold lies within a class, so that all records of a sum fall
    into the same cells: those of the slot's first instant and of the shortest context of the class.
    """
    start = _slot_of("r.instant", cells)
    context = "0"
    for cut in context_cuts(question, cells):
        context = f"CASE WHEN r.input > {cut} THEN {cut + 1} ELSE {context} END"
    keys = {
        "model": "CASE WHEN r.code IS NULL THEN r.model END",
        "tier": "CASE WHEN r.code IS NULL THEN r.tier END",
        "summed": "CASE WHEN r.code IS NULL THEN r.summed ELSE 0 END",
        "code": "r.code",
        "file": "CASE WHEN r.code IS NOT NULL THEN r.file END",
        "instant": f"CASE WHEN r.code IS NULL THEN {start} END",
        # A record that covers no time has none to cross a boundary in, wherever in the slot it stands.
        "until": "CASE WHEN r.code IS NULL AND r.until <> r.instant + 1 THEN r.until END",
        "context": f"CASE WHEN r.code IS NULL THEN {context} END",
    }
    counts = ["count(*) AS rows"]
    counts += [f"sum(CASE WHEN r.code IS NULL THEN r.{name} END) AS {name}" for name in SUMS[1:]]
    counts += [
        "min(CASE WHEN r.code IS NULL THEN r.instant END) AS first_at",
        "max(CASE WHEN r.code IS NULL THEN r.instant END) AS last_at",
    ]
    if question.compare_to:
        counts += [
            "sum(CASE WHEN r.code IS NULL THEN r.logged END) AS logged",
            "count(CASE WHEN r.code IS NULL THEN r.logged END) AS logged_rows",
        ]
    chosen = [f"{expression} AS {name}" for name, expression in keys.items()]
    numbers = ", ".join(str(number) for number in range(1, len(keys) + 1))
    return f"SELECT {', '.join([*chosen, *counts])} FROM ({every}) AS r GROUP BY {numbers}"


def context_cuts(question: Question, cells: RateCells) -> list[int]:
    """The lengths of input above which the rate of some side may differ, in tokens of the record."""
    limits = {limit for name in cells.names for limit in name.thresholds}
    return sorted(
        {limit * side.factor.denominator // side.factor.numerator for side in question.sides for limit in limits}
    )


def _instant(side: Side) -> tuple[str, str]:
    """When a record is priced: from, and until (exclusive)."""
    if side.on is None:
        return "r.instant", "r.until"
    first, after = span(side.on)
    return str(microseconds(first)), str(
        microseconds(after) if not isinstance(side.on, datetime) else microseconds(first) + 1
    )


def _joins(place: int, side: Side, cells: RateCells) -> str:
    at, _ = _instant(side)
    name = "r.model" if side.model is None else f"CASE WHEN r.code IS NULL THEN {literal(side.model)} END"
    n, h = f"n{place}", f"h{place}"
    joined = f" LEFT JOIN rate_names AS {n} ON {n}.name = {name} AND {at} >= {n}.start AND {at} < {n}.until"
    if cells.any_windows:
        joined += (
            f" LEFT JOIN rate_hours AS {h} ON {h}.price = {n}.price AND {h}.day = {at} // {DAY} "
            f"AND {at} >= {h}.start AND {at} < {h}.until"
        )
    return joined


def _side_keys(place: int, side: Side, cells: RateCells) -> list[str]:
    at, until = _instant(side)
    n, h = f"n{place}", f"h{place}"
    tokens = "r.context" if side.factor == 1 else f"CAST(r.context AS DECIMAL(38, 0)) * {side.factor.numerator}"
    above = "0"
    for limit in range(cells.most_thresholds):
        exceeded = f"{tokens} > {n}.above_{limit}"
        if side.factor != 1:
            exceeded = f"{tokens} > CAST({n}.above_{limit} AS DECIMAL(38, 0)) * {side.factor.denominator}"
        above = f"CASE WHEN {exceeded} THEN {n}.above_{limit} ELSE {above} END"
    if cells.most_thresholds:
        above = f"CASE WHEN r.code IS NOT NULL OR r.summed = 1 THEN 0 ELSE {above} END"
    windows, minute, crosses = "NULL", "NULL", f"CASE WHEN {until} > {n}.until THEN 1 ELSE 0 END"
    if cells.any_windows:
        windows = f"{h}.windows"
        minute = f"CASE WHEN {n}.windowed = 1 AND {h}.price IS NULL THEN {at} // {MINUTE} END"
        crosses = f"CASE WHEN {until} > {n}.until THEN 1 WHEN {until} > {h}.same_until THEN 2 ELSE 0 END"
    price, above_name, windows_name, crosses_name, minute_name = side_columns(place)
    return [
        f"{n}.price AS {price}",
        f"{above} AS {above_name}",
        f"{windows} AS {windows_name}",
        f"{crosses} AS {crosses_name}",
        f"{minute} AS {minute_name}",
    ]
