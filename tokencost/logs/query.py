"""The one query: records of any shape are joined to their rate cells, and integers are summed per cell and group.

It multiplies no money. It is written in DuckDB's SQL; what differs between the kinds of source stands in `leaves`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from tokencost.logs.cells import DAY, MINUTE, RateCells, microseconds
from tokencost.logs.leaves import MALFORMED, MOST, Leaves, counted, dated, identifier, literal, timed
from tokencost.logs.shapes import Path, Shape
from tokencost.pricetable.when import When, span
from tokencost.pricing.rates import STANDARD

PERIODS = ("day", "week", "month")
BILLED = ("model", "provider", "tier", "window", "component")
"""What `--by` can name that only the bill decides."""
INPUT_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens')"
TYPE_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens', 'output_tokens', 'request_count')"


class Side(NamedTuple):
    """Which price is looked up for each record: its own model's, or an alternative's."""

    label: str | None = None
    """Shown name of the alternative; None is the record's own model."""
    model: str | None = None
    on: When | None = None
    """Where set, the time at which all records are priced."""
    factor: Fraction = Fraction(1)
    """Tokens of the alternative for each token of the record."""


class Question(NamedTuple):
    """What is asked of the logs, as far as engines are concerned."""

    by: tuple[str, ...]
    sides: tuple[Side, ...]
    since: When | None = None
    until: When | None = None
    tier: str | None = None
    compare_to: Path | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records among the groups."""
        return tuple(name for name in self.by if name not in (*PERIODS, *BILLED))

    @property
    def periods(self) -> tuple[str, ...]:
        """The stretches of time among the groups."""
        return tuple(name for name in self.by if name in PERIODS)


def field_path(name: str) -> Path:
    """`metadata.team` as a path; a name with an empty part is one field."""
    parts = tuple(name.split("."))
    return parts if all(parts) else (name,)


def possible_shapes(leaves: Leaves, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """The shapes that records of such a source can have."""
    return tuple(shape for shape in shapes if all(leaves.present(mark) is not None for mark in shape.marks))


def records(
    relation: str, leaves: Leaves, shapes: Sequence[Shape], question: Question, *, file: str, one_shape: bool = False
) -> str:
    """The records of one source under the same columns, whatever their shape."""
    numbered = list(enumerate(shapes))
    timely = question.since is not None or question.until is not None
    arms = [
        f"WHEN {' AND '.join(leaves.present(mark) or 'false' for mark in shape.marks)} THEN {number}"
        for number, shape in numbered
    ]
    if one_shape:
        number = f"CASE {' '.join(arms[:-1])} ELSE {numbered[-1][0]} END" if arms[1:] else "0"
    else:
        number = f"CASE {' '.join(arms)} END"

    def each(write: Callable[[Shape], str | None], otherwise: str = "NULL") -> str:
        """An expression that differs from shape to shape; the same ones are written once."""
        written: dict[str, list[int]] = {}
        for place, shape in numbered:
            written.setdefault(write(shape) or otherwise, []).append(place)
        if list(written) == [otherwise]:
            return otherwise
        # Of a record of no shape nothing but its file is looked at, so that one way of writing serves all of them.
        if len(written) == 1 and (one_shape or not timely):
            return next(iter(written))
        cases = " ".join(
            f"WHEN shape IN ({', '.join(map(str, places))}) THEN {expression}"
            for expression, places in written.items()
            if expression != otherwise
        )
        return f"CASE {cases} ELSE {otherwise} END"

    whole = one_shape and len(shapes) == 1 and _all_whole(leaves, shapes[0])
    instant = _instant_column(leaves, shapes) if one_shape else None
    columns = {
        "file": file,
        "shape": "shape",
        "model": each(lambda shape: _first(leaves.text(path) for path in shape.model)),
        **{
            name: each(lambda shape, name=name: _count(leaves, shape, name, whole), _NO_TEXT)  # type: ignore[misc]
            for name in COUNTS
        },
        "part_1": each(lambda shape: _part(leaves, shape, 0), _NO_TEXT),
        "part_2": each(lambda shape: _part(leaves, shape, 1), _NO_TEXT),
        "kind": each(lambda shape: leaves.text(shape.types) if shape.types else None, _NO_TEXT),
        "time": instant or each(lambda shape: _time_text(leaves, shape.time), _NO_TEXT),
        "until": each(lambda shape: _time_text(leaves, shape.until), _NO_TEXT),
        "tier": each(lambda shape: _first(leaves.text(path) for path in shape.tier), _NO_TEXT),
        "batch": each(lambda shape: _first(leaves.text(path) for path in shape.batch), _NO_TEXT),
        "failed": each(lambda shape: _failed(leaves, shape), "false"),
    }
    for place, name in enumerate(question.fields):
        columns[f"field_{place}"] = leaves.text(field_path(name)) or _NO_TEXT
    if question.compare_to:
        columns["logged"] = f"TRY_CAST({leaves.text(question.compare_to) or 'NULL'} AS DECIMAL(38, 18))"
    columns = {name: expression for name, expression in columns.items() if expression != _NO_TEXT}
    gathered = (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in columns.items())} "
        f"FROM (SELECT *, {number} AS shape FROM {relation} AS r) AS r"
    )
    return _parsed(gathered, columns, shapes, question, whole=whole, timed_already=instant is not None)


_NO_TEXT = "CAST(NULL AS VARCHAR)"
COUNTS = ("input", "output", "cached", "write", "requests")


def _parsed(
    gathered: str,
    columns: Mapping[str, str],
    shapes: Sequence[Shape],
    question: Question,
    *,
    whole: bool,
    timed_already: bool,
) -> str:
    """The gathered text as numbers and times. What no record of the source can have costs nothing."""
    gathered = _cast(gathered, columns, whole=whole, timed_already=timed_already)

    def count(name: str) -> str:
        if name not in columns:
            return "CAST(NULL AS BIGINT)"
        return name if whole else counted(name, f"{name}_whole")

    def numbers(test: Callable[[Shape], object]) -> str:
        return ", ".join(str(number) for number, shape in enumerate(shapes) if test(shape)) or "-1"

    parsed = {name: count(name) for name in COUNTS}
    if "part_1" in columns:
        one, two = count("part_1"), count("part_2")
        parts = f"CASE WHEN least({one}, {two}) < 0 THEN {MALFORMED} ELSE ({one}) + ({two}) END"
        parsed["input"] = f"CASE WHEN part_1 IS NULL THEN {parsed['input']} ELSE {parts} END"
    parsed["cached"] = f"coalesce({parsed['cached']}, 0)"
    parsed["write"] = f"coalesce({parsed['write']}, 0)"
    summed = f"CASE WHEN coalesce({parsed['requests']}, 1) = 1 THEN 0 ELSE 1 END" if "requests" in columns else "0"
    if any(shape.until for shape in shapes):
        summed = f"CASE WHEN shape IN ({numbers(lambda shape: shape.until)}) THEN 1 ELSE {summed} END"
    parsed["requests"] = f"coalesce({parsed['requests']}, 1)" if "requests" in columns else "1"
    if "kind" in columns:
        of = {"input": "IN " + INPUT_KINDS, "output": "= 'output_tokens'"}
        of |= {"cached": "= 'input_cache_hit_tokens'", "requests": "= 'request_count'"}
        for name, test in of.items():
            amount = count("requests")
            mine = f"CASE WHEN kind {test} THEN {amount} WHEN kind IN {TYPE_KINDS} THEN 0 END"
            parsed[name] = f"CASE WHEN kind IS NULL THEN {parsed[name]} ELSE {mine} END"
        summed = f"CASE WHEN kind IS NULL THEN {summed} ELSE 1 END"
    time, day = _moment(columns, timed_already=timed_already)
    tier = _tier(columns, shapes, question.tier, numbers)
    kept = ["file", "shape", "failed", *(f"field_{place}" for place in range(len(question.fields)))]
    if question.compare_to:
        kept.append("logged")
    given = {name: name if name in columns else _NO_TEXT for name in (*kept, "model")}
    chosen = given | {
        **parsed,
        "summed": summed,
        "instant": time,
        "of_day": day,
        "bucket_end": timed("until", "until_whole") if "until" in columns else "CAST(NULL AS BIGINT)",
        "tier": tier,
    }
    return (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in chosen.items())} FROM ({gathered}) AS r"
    )


def _cast(gathered: str, columns: Mapping[str, str], *, whole: bool, timed_already: bool) -> str:
    """The gathered text, and beside it the integers that it casts to: once, as they are looked at several times."""
    known = (*(COUNTS if whole else ()), *(("time",) if timed_already else ()))
    texts = [name for name in (*COUNTS, "part_1", "part_2", "time", "until") if name in columns and name not in known]
    casts = "".join(f", TRY_CAST({name} AS BIGINT) AS {name}_whole" for name in texts)
    return f"SELECT *{casts} FROM ({gathered}) AS r"


def _moment(columns: Mapping[str, str], *, timed_already: bool) -> tuple[str, str]:
    """The time of a record, and whether it is a day rather than an instant."""
    if "time" not in columns:
        return "CAST(NULL AS BIGINT)", "false"
    return ("time", "false") if timed_already else (timed("time", "time_whole"), dated("time", "time_whole"))


def _first(expressions: Iterable[str | None]) -> str | None:
    known = [expression for expression in expressions if expression]
    if not known:
        return None
    return known[0] if len(known) == 1 else f"coalesce({', '.join(known)})"


def _count(leaves: Leaves, shape: Shape, name: str, whole: bool) -> str | None:
    paths: tuple[Path, ...] = getattr(shape, name)
    if shape.types and name != "requests":
        return None
    if whole:
        return _first(leaves.whole(path) for path in paths)
    return _first(leaves.count(path, as_text=shape.text_counts) for path in paths)


def _all_whole(leaves: Leaves, shape: Shape) -> bool:
    """Whether the engine knows that all counts of a shape are integers, so that none need be parsed."""
    counts = [path for name in COUNTS for path in getattr(shape, name) if leaves.present(path) is not None]
    return not shape.types and not shape.input_parts and all(leaves.whole(path) is not None for path in counts)


def _part(leaves: Leaves, shape: Shape, place: int) -> str | None:
    return leaves.count(shape.input_parts[place], as_text=False) if shape.input_parts else None


def _instant_column(leaves: Leaves, shapes: Sequence[Shape]) -> str | None:
    """The one column of times of a source that has it as times, which need no parsing."""
    known = {path for shape in shapes for path in shape.time if leaves.present(path) is not None}
    return leaves.instant(known.pop()) if len(known) == 1 else None


def _time_text(leaves: Leaves, paths: Sequence[Path]) -> str | None:
    return _first(leaves.text(path) for path in paths)


def _tier(
    columns: Mapping[str, str],
    shapes: Sequence[Shape],
    asked: str | None,
    numbers: Callable[[Callable[[Shape], object]], str],
) -> str:
    if asked is not None:
        return literal(asked)
    tier = literal(STANDARD)
    if "tier" in columns:
        tier = f"CASE WHEN tier IN ('default', 'auto', '') OR tier IS NULL THEN {tier} ELSE tier END"
    if "batch" in columns:
        tier = f"CASE WHEN batch IN ('true', 'True', 'TRUE', '1') THEN 'batch' ELSE {tier} END"
    fixed = dict.fromkeys(shape.fixed_tier for shape in shapes if shape.fixed_tier)
    for name in fixed:

        def is_fixed(shape: Shape, name: str | None = name) -> bool:
            return shape.fixed_tier == name

        tier = f"CASE WHEN shape IN ({numbers(is_fixed)}) THEN {literal(name or '')} ELSE {tier} END"
    return tier


def _failed(leaves: Leaves, shape: Shape) -> str | None:
    tests = [
        f"coalesce(regexp_full_match({text}, {literal(pattern)}), false)"
        for path, pattern in shape.failed
        if (text := leaves.text(path))
    ]
    return " OR ".join(tests) or None


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
