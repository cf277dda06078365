"""How the records of a source become rows of the same columns, whatever their shape: model, time, tier and counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tokencost.errors import InvalidRequest
from tokencost.logs.records.kinds import LogKind, Path, paths_of
from tokencost.logs.sql.fields import MALFORMED, Fields, literal
from tokencost.logs.sql.parsing import NativeParsing, Parsing, matches
from tokencost.logs.usage_query import UsageQuery, field_path
from tokencost.pricing.rates import STANDARD

INPUT_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens')"
TYPE_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens', 'output_tokens', 'request_count')"


MAP_HINT = (
    "say where things stand, such as --map model=COLUMN --map input_tokens=COLUMN "
    "--map output_tokens=COLUMN --map time=COLUMN"
)

OWN_COLUMNS = frozenset(("uncached_input_cost", "cached_input_cost", "output_cost"))


def shapes_of_table(
    leaves: Fields, shapes: Sequence[LogKind], columns: Sequence[str], shown: str
) -> tuple[LogKind, ...]:
    """The shapes of usage that the rows of a file can have. Raises `InvalidRequest` where there is none."""
    if OWN_COLUMNS.issubset(columns):
        # Its columns are also those of the plain table: read as a log, it would double what it is the answer of.
        raise InvalidRequest(
            f"{shown} is an answer of `tokencost usage`, not a log", "leave it out, or move it elsewhere"
        )
    known = tuple(shape for shape in possible_shapes(leaves, shapes) if shape.input or shape.input_parts)
    if not known:
        names = ", ".join(columns[:12])[:400]
        raise InvalidRequest(f"{shown} holds no usage that is recognised: its columns are {names}", MAP_HINT)
    return known


def possible_shapes(leaves: Fields, shapes: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The shapes that records of such a source can have."""
    return tuple(shape for shape in shapes if all(leaves.present(mark) is not None for mark in shape.marks))


def looked_at(shapes: Sequence[LogKind], question: UsageQuery) -> list[Path]:
    """Every field that the query may look at."""
    paths = [path for shape in shapes for path in paths_of(shape)]
    paths += [field_path(name) for name in question.fields]
    return [*paths, *([question.compare_to] if question.compare_to else [])]


_NATIVE = NativeParsing()


def records(
    relation: str,
    leaves: Fields,
    shapes: Sequence[LogKind],
    question: UsageQuery,
    *,
    file: str,
    one_shape: bool = False,
    parsing: Parsing = _NATIVE,
    asked: Sequence[LogKind] | None = None,
) -> str:
    """The records of one source under the same columns, whatever their shape; of shapes not `asked` for, none."""
    numbered = [(place, shape) for place, shape in enumerate(shapes) if asked is None or shape in asked]
    timely = question.since is not None or question.until is not None
    arms = [
        f"WHEN {' AND '.join(leaves.present(mark) or 'false' for mark in shape.marks)} "
        f"THEN {number if asked is None or shape in asked else 'NULL'}"
        for number, shape in enumerate(shapes)
    ]
    if one_shape:
        number = f"CASE {' '.join(arms[:-1])} ELSE {numbered[-1][0]} END" if arms[1:] else "0"
    else:
        number = f"CASE {' '.join(arms)} END"

    def each(write: Callable[[LogKind], str | None], otherwise: str = "NULL") -> str:
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
            f"WHEN {_SHAPE} IN ({', '.join(map(str, places))}) THEN {expression}"
            for expression, places in written.items()
            if expression != otherwise
        )
        return f"CASE {cases} ELSE {otherwise} END"

    whole = one_shape and len(shapes) == 1 and _all_whole(leaves, shapes[0])
    instant = _instant_column(leaves, shapes) if one_shape else None
    columns = {
        "file": file,
        "shape": _SHAPE,
        "model": each(lambda shape: first_of(leaves.text(path) for path in shape.model)),
        **{
            name: each(lambda shape, name=name: _count(leaves, shape, name, whole), NO_TEXT)  # type: ignore[misc]
            for name in COUNTS
        },
        "part_1": each(lambda shape: _part(leaves, shape, 0), NO_TEXT),
        "part_2": each(lambda shape: _part(leaves, shape, 1), NO_TEXT),
        "kind": each(lambda shape: leaves.text(shape.types) if shape.types else None, NO_TEXT),
        "time": instant or each(lambda shape: _time_text(leaves, shape), NO_TEXT),
        "until": each(lambda shape: first_of(leaves.text(path) for path in shape.until), NO_TEXT),
        "tier": each(lambda shape: first_of(leaves.text(path) for path in shape.tier), NO_TEXT),
        "batch": each(lambda shape: first_of(leaves.text(path) for path in shape.batch), NO_TEXT),
        "failed": each(lambda shape: _failed(leaves, shape), "false"),
    }
    for place, name in enumerate(question.fields):
        columns[f"field_{place}"] = leaves.text(field_path(name)) or NO_TEXT
    if question.compare_to:
        columns["logged"] = parsing.amount(leaves.text(question.compare_to) or NO_TEXT)
    columns = {name: expression for name, expression in columns.items() if expression != NO_TEXT}
    gathered = (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in columns.items())} "
        f"FROM (SELECT *, {number} AS {_SHAPE} FROM {relation} AS r) AS r"
    )
    return _parsed(gathered, columns, shapes, question, parsing=parsing, whole=whole, timed_already=instant is not None)


NO_TEXT = "CAST(NULL AS VARCHAR)"
_SHAPE = "tokencost_shape"
"""Stands among the fields of records, of which none is likely to have that name."""
COUNTS = ("input", "output", "cached", "write", "requests")


def _parsed(
    gathered: str,
    columns: Mapping[str, str],
    shapes: Sequence[LogKind],
    question: UsageQuery,
    *,
    parsing: Parsing,
    whole: bool,
    timed_already: bool,
) -> str:
    """The gathered text as numbers and times. What no record of the source can have costs nothing."""
    counts = () if whole else tuple(name for name in (*COUNTS, "part_1", "part_2") if name in columns)
    times = tuple(name for name in ("until", *(() if timed_already else ("time",))) if name in columns)
    gathered = parsing.prepared(gathered, counts, times)

    def count(name: str) -> str:
        if name not in columns:
            return "CAST(NULL AS BIGINT)"
        return name if whole else parsing.count(name)

    def numbers(test: Callable[[LogKind], object]) -> str:
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
    time, day = "CAST(NULL AS BIGINT)", "false"
    if "time" in columns:
        time, day = ("time", "false") if timed_already else (parsing.time("time"), parsing.is_day("time"))
    tier = _tier(columns, shapes, question.tier, numbers)
    kept = ["file", "shape", "failed", *(f"field_{place}" for place in range(len(question.fields)))]
    if question.compare_to:
        kept.append("logged")
    given = {name: name if name in columns else NO_TEXT for name in (*kept, "model")}
    chosen = given | {
        **parsed,
        "summed": summed,
        "instant": time,
        "of_day": day,
        "bucket_end": parsing.time("until") if "until" in columns else "CAST(NULL AS BIGINT)",
        "tier": tier,
    }
    return (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in chosen.items())} FROM ({gathered}) AS r"
    )


def first_of(expressions: Iterable[str | None]) -> str | None:
    """The first of these that is there; None where no record can have any of them."""
    known = list(dict.fromkeys(expression for expression in expressions if expression))
    if not known:
        return None
    return known[0] if len(known) == 1 else f"coalesce({', '.join(known)})"


def _count(leaves: Fields, shape: LogKind, name: str, whole: bool) -> str | None:
    paths: tuple[Path, ...] = getattr(shape, name)
    if shape.types and name != "requests":
        return None
    if whole:
        return first_of(leaves.whole(path) for path in paths)
    return first_of(leaves.count(path, as_text=shape.text_counts) for path in paths)


def _all_whole(leaves: Fields, shape: LogKind) -> bool:
    """Whether the engine knows that all counts of a shape are integers, so that none need be parsed."""
    counts = [path for name in COUNTS for path in getattr(shape, name) if leaves.present(path) is not None]
    return not shape.types and not shape.input_parts and all(leaves.whole(path) is not None for path in counts)


def _part(leaves: Fields, shape: LogKind, place: int) -> str | None:
    return leaves.count(shape.input_parts[place], as_text=False) if shape.input_parts else None


def _instant_column(leaves: Fields, shapes: Sequence[LogKind]) -> str | None:
    """The one column of times of a source that has it as times, which need no parsing."""
    if any(shape.compact_dates for shape in shapes):
        return None
    known = {path for shape in shapes for path in shape.time if leaves.present(path) is not None}
    return leaves.instant(known.pop()) if len(known) == 1 else None


def _time_text(leaves: Fields, shape: LogKind) -> str | None:
    text = first_of(leaves.text(path) for path in shape.time)
    if text and shape.compact_dates:
        parts = f"substr({text}, 1, 4) || '-' || substr({text}, 5, 2) || '-' || substr({text}, 7, 2)"
        return f"CASE WHEN {matches(text, '^[0-9]{8}$')} THEN {parts} ELSE {text} END"
    return text


def _tier(
    columns: Mapping[str, str],
    shapes: Sequence[LogKind],
    asked: str | None,
    numbers: Callable[[Callable[[LogKind], object]], str],
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

        def is_fixed(shape: LogKind, name: str | None = name) -> bool:
            return shape.fixed_tier == name

        tier = f"CASE WHEN shape IN ({numbers(is_fixed)}) THEN {literal(name or '')} ELSE {tier} END"
    return tier


def _failed(leaves: Fields, shape: LogKind) -> str | None:
    tests = [
        f"coalesce({matches(text, f'^({pattern})$')}, false)"
        for path, pattern in shape.failed
        if (text := leaves.text(path))
    ]
    return " OR ".join(tests) or None
