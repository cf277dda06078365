"""The one query: records of any shape are joined to their rate cells, and integers are summed per cell and group.

It multiplies no money. It is written in DuckDB's SQL, in functions that other engines have as well; what differs
between the kinds of source stands in `leaves`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from tokencost.logs.cells import DAY, MINUTE, RateCells, microseconds
from tokencost.logs.leaves import MALFORMED, MOST, Leaves, dated, identifier, literal, timed
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
    """`metadata.team` as a path."""
    return tuple(name.split("."))


def possible_shapes(leaves: Leaves, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """The shapes that records of such a source can have."""
    return tuple(shape for shape in shapes if all(leaves.present(mark) is not None for mark in shape.marks))


def records(
    relation: str, leaves: Leaves, shapes: Sequence[Shape], question: Question, *, file: str, one_shape: bool = False
) -> str:
    """The records of one source under the same columns, whatever their shape."""
    numbered = list(enumerate(shapes))
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
        if one_shape and len(written) == 1:
            return next(iter(written))
        cases = " ".join(
            f"WHEN shape IN ({', '.join(map(str, places))}) THEN {expression}"
            for expression, places in written.items()
            if expression != otherwise
        )
        return f"CASE {cases} ELSE {otherwise} END"

    columns = {
        "file": file,
        "shape": "shape",
        "model": each(lambda shape: _first(leaves.text(path) for path in shape.model)),
        "input": each(lambda shape: _input(leaves, shape), "CAST(NULL AS BIGINT)"),
        "output": each(lambda shape: _kind(leaves, shape, "output", "= 'output_tokens'"), "CAST(NULL AS BIGINT)"),
        "cached": each(lambda shape: _cached(leaves, shape), "0"),
        "written": each(lambda shape: _counts(leaves, shape, shape.write), "0"),
        "requests": each(lambda shape: _requests(leaves, shape), "1"),
        "summed": each(lambda shape: _summed(leaves, shape), "0"),
        "instant": each(lambda shape: _time(leaves, shape.time), "CAST(NULL AS BIGINT)"),
        "of_day": each(lambda shape: _day(leaves, shape.time), "false"),
        "bucket_end": each(lambda shape: _time(leaves, shape.until), "CAST(NULL AS BIGINT)"),
        "tier": each(lambda shape: _tier(leaves, shape, question.tier), literal(STANDARD)),
        "failed": each(lambda shape: _failed(leaves, shape), "false"),
    }
    for place, name in enumerate(question.fields):
        columns[f"field_{place}"] = leaves.text(field_path(name)) or "CAST(NULL AS VARCHAR)"
    if question.compare_to:
        columns["logged"] = f"TRY_CAST({leaves.text(question.compare_to) or 'NULL'} AS DECIMAL(38, 18))"
    chosen = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    return f"SELECT {chosen} FROM (SELECT *, {number} AS shape FROM {relation} AS r) AS r"


def _first(expressions: "Sequence[str | None] | object") -> str | None:
    known = [expression for expression in expressions if expression]  # type: ignore[attr-defined]  # any iterable
    if not known:
        return None
    return known[0] if len(known) == 1 else f"coalesce({', '.join(known)})"


def _counts(leaves: Leaves, shape: Shape, paths: Sequence[Path]) -> str | None:
    return _first([leaves.count(path, as_text=shape.text_counts) for path in paths])


def _input(leaves: Leaves, shape: Shape) -> str | None:
    if shape.input_parts:
        parts = [leaves.count(path, as_text=False) for path in shape.input_parts]
        smallest = f"least({', '.join(part or 'NULL' for part in parts)})"
        total = " + ".join(f"({part})" for part in parts)
        return f"CASE WHEN {smallest} < 0 THEN {MALFORMED} ELSE {total} END"
    if shape.types:
        return _kind(leaves, shape, "input", f"IN {INPUT_KINDS}")
    return _counts(leaves, shape, shape.input)


def _kind(leaves: Leaves, shape: Shape, field: str, condition: str) -> str | None:
    """A count of a shape that holds one kind of tokens in a record."""
    counts = _counts(leaves, shape, getattr(shape, field))
    if not shape.types:
        return counts
    kind = leaves.text(shape.types)
    return f"CASE WHEN {kind} {condition} THEN {counts} WHEN {kind} IN {TYPE_KINDS} THEN 0 END"


def _cached(leaves: Leaves, shape: Shape) -> str | None:
    if shape.types:
        return f"coalesce({_kind(leaves, shape._replace(cached=shape.input), 'cached', _HIT)}, 0)"
    counts = _counts(leaves, shape, shape.cached)
    return counts and f"coalesce({counts}, 0)"


_HIT = "= 'input_cache_hit_tokens'"


def _requests(leaves: Leaves, shape: Shape) -> str | None:
    if shape.types:
        return _kind(leaves, shape, "requests", "= 'request_count'")
    counts = _counts(leaves, shape, shape.requests)
    return counts and f"coalesce({counts}, 1)"


def _summed(leaves: Leaves, shape: Shape) -> str | None:
    """1 where a record sums up requests, so that the context length of each is unknown."""
    if shape.types or shape.until:
        return "1"
    counts = _counts(leaves, shape, shape.requests)
    return counts and f"CASE WHEN coalesce({counts}, 1) = 1 THEN 0 ELSE 1 END"


def _time(leaves: Leaves, paths: Sequence[Path]) -> str | None:
    known = [path for path in paths if leaves.present(path) is not None]
    if len(known) == 1:
        return leaves.time(known[0])
    text = _time_text(leaves, paths)
    return text and timed(text)


def _day(leaves: Leaves, paths: Sequence[Path]) -> str | None:
    known = [path for path in paths if leaves.present(path) is not None]
    if len(known) == 1:
        return leaves.day(known[0])
    text = _time_text(leaves, paths)
    return text and dated(text)


def _time_text(leaves: Leaves, paths: Sequence[Path]) -> str | None:
    return _first([text and f"nullif({text}, '')" for text in (leaves.text(path) for path in paths)])


def _tier(leaves: Leaves, shape: Shape, asked: str | None) -> str | None:
    if asked is not None:
        return literal(asked)
    if shape.fixed_tier:
        return literal(shape.fixed_tier)
    named = _first([leaves.text(path) for path in shape.tier])
    own = named and f"CASE WHEN {named} IN ('default', 'auto', '') OR {named} IS NULL THEN 'standard' ELSE {named} END"
    flag = _first([leaves.text(path) for path in shape.batch])
    if flag:
        return f"CASE WHEN {flag} IN ('true', 'True', 'TRUE', '1') THEN 'batch' ELSE {own or literal(STANDARD)} END"
    return own


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
        f"WHEN written < 0 OR written >= {MOST} THEN 'written' WHEN {bad('requests')} THEN 'requests' "
        "WHEN cached + coalesce(written, 0) > input THEN 'convention' "
        f"{'' if on is not None else f'WHEN {time} THEN ' + literal('time')} END"
    )
    until = f"CASE WHEN of_day THEN instant + {DAY} ELSE coalesce(bucket_end, instant + 1) END"
    every = " UNION ALL ".join(sources)
    within = _within(question)
    return (
        f"SELECT file, shape, model, input, output, cached, coalesce(written, 0) AS written, requests, summed, "
        f"instant, {until} AS until, tier, {code} AS code{fields}{logged} FROM ({every}) AS r{within}"
    )


def _within(question: Question) -> str:
    tests = []
    if question.since is not None:
        tests.append(f"instant >= {microseconds(span(question.since)[0])}")
    if question.until is not None:
        tests.append(f"instant < {microseconds(span(question.until)[0])}")
    return f" WHERE instant IS NULL OR instant < 0 OR ({' AND '.join(tests)})" if tests else ""


SUMS = ("rows", "requests", "input", "cached", "written", "output")


def key_columns(question: Question) -> tuple[str, ...]:
    """The names of the grouping columns, before those of each side."""
    fields = tuple(f"field_{place}" for place in range(len(question.fields)))
    return (*question.periods, *fields, "model", "tier", "summed", "timeless", "code", "file")


SIDE_COLUMNS = ("price", "above", "windows", "crosses", "minute")


def side_columns(place: int) -> tuple[str, ...]:
    """The names of the grouping columns of one side."""
    return tuple(f"{name}_{place}" for name in SIDE_COLUMNS)


def sums(every: str, question: Question, cells: RateCells, *, month: str) -> str:
    """The sums: integers per rate cell and group. `month` writes the month of a day, in days since 1970."""
    day = f"(r.instant // {DAY})"
    periods = {
        "day": day,
        "week": f"({day} - ({day} + 3) % 7)",
        "month": month.format(day=day),
    }
    keys = [f"CASE WHEN r.code IS NULL THEN {periods[name]} END AS {identifier(name)}" for name in question.periods]
    keys += [
        f"CASE WHEN r.code IS NULL THEN r.field_{place} END AS field_{place}" for place in range(len(question.fields))
    ]
    keys += [
        "CASE WHEN r.code IS NULL THEN r.model END AS model",
        "CASE WHEN r.code IS NULL THEN r.tier END AS tier",
        "CASE WHEN r.code IS NULL THEN r.summed ELSE 0 END AS summed",
        "CASE WHEN r.code IS NULL AND r.instant IS NULL THEN 1 ELSE 0 END AS timeless",
        "r.code AS code",
        "CASE WHEN r.code IS NOT NULL THEN r.file END AS file",
    ]
    joins = []
    for place, side in enumerate(question.sides):
        joins.append(_joins(place, side, cells))
        keys += _side_keys(place, side, cells)
    counts = [
        "count(*) AS rows",
        *(f"CAST(sum(CASE WHEN r.code IS NULL THEN r.{name} END) AS DECIMAL(38, 0)) AS {name}" for name in SUMS[1:]),
        "min(CASE WHEN r.code IS NULL THEN r.instant END) AS first_at",
        "max(CASE WHEN r.code IS NULL THEN r.instant END) AS last_at",
    ]
    if question.compare_to:
        counts += [
            "sum(CASE WHEN r.code IS NULL THEN r.logged END) AS logged",
            "count(CASE WHEN r.code IS NULL THEN r.logged END) AS logged_rows",
        ]
    return (
        f"SELECT {', '.join(keys)}, {', '.join(counts)} FROM ({every}) AS r{''.join(joins)} "
        f"GROUP BY {', '.join(str(number) for number in range(1, len(keys) + 1))}"
    )


def _instant(side: Side) -> tuple[str, str]:
    """When a record is priced: from, and until (exclusive)."""
    if side.on is None:
        return "r.instant", "r.until"
    first, after = span(side.on)
    return str(microseconds(first)), str(microseconds(after) if not isinstance(side.on, datetime) else microseconds(first) + 1)


def _joins(place: int, side: Side, cells: RateCells) -> str:
    at, _ = _instant(side)
    name = "r.model" if side.model is None else literal(side.model)
    n, h = f"n{place}", f"h{place}"
    joined = (
        f" LEFT JOIN rate_names AS {n} ON {n}.name = {name} AND r.code IS NULL AND {at} >= {n}.start "
        f"AND {at} < {n}.until"
    )
    if cells.any_windows:
        joined += (
            f" LEFT JOIN rate_hours AS {h} ON {h}.price = {n}.price AND {h}.day = {at} // {DAY} "
            f"AND {at} >= {h}.start AND {at} < {h}.until"
        )
    return joined


def _side_keys(place: int, side: Side, cells: RateCells) -> list[str]:
    at, until = _instant(side)
    n, h = f"n{place}", f"h{place}"
    tokens = "r.input" if side.factor == 1 else f"CAST(r.input AS DECIMAL(38, 0)) * {side.factor.numerator}"
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
