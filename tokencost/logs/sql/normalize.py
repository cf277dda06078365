"""How the records of a source become rows of the same columns, whatever their kind: model, time, tier and counts."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import partial

from tokencost.errors import InvalidRequest
from tokencost.logs.records.keys import MOST_KEYS, probable_mapping
from tokencost.logs.records.kind import (
    FAILED,
    NO_CALL,
    OWN_HOST,
    REGION,
    REGIONAL_HOST,
    CallCount,
    LogKind,
    Path,
    Test,
    cache_names,
    call_lists,
    call_numbers,
    id_paths,
    paths_of,
    tree_paths,
    usage_object,
)
from tokencost.logs.sql.fields import MALFORMED, MOST, Fields, first_sql, for_query, literal
from tokencost.logs.sql.names import names_read
from tokencost.logs.sql.parsing import NativeParsing, Parsing, currency_sql, matches_sql
from tokencost.logs.usage_query import (
    HOST_AFTER,
    HOST_BEFORE,
    PAID_BEFORE,
    UNREAD_BEFORE,
    UsageQuery,
    field_path,
    region_prefix,
)
from tokencost.pricetable.table import CALLS
from tokencost.pricing.rates import STANDARD

INPUT_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens')"
TYPE_KINDS = "('input_cache_hit_tokens', 'input_cache_miss_tokens', 'output_tokens', 'request_count')"


MAP_HINT = (
    "say where things stand, such as --map model=COLUMN --map input_tokens=COLUMN "
    "--map output_tokens=COLUMN --map time=COLUMN, and --map cached_input_tokens=COLUMN if it counts them"
)

OWN_COLUMNS = frozenset(("uncached_input_cost", "cached_input_cost", "output_cost"))


def kinds_of_table(fields: Fields, kinds: Sequence[LogKind], columns: Sequence[str], shown: str) -> tuple[LogKind, ...]:
    """The kinds of usage that the rows of a file can have. Raises `InvalidRequest` where there is none."""
    if OWN_COLUMNS.issubset(columns):
        # Its columns are also those of the plain table: read as a log, it would double what it is the answer of.
        raise InvalidRequest(
            f"{shown} is an answer of `tokencost usage`, not a log", "leave it out, or move it elsewhere"
        )
    known = tuple(kind for kind in possible_kinds(fields, kinds) if kind.input or kind.input_parts)
    if not known:
        names = ", ".join(columns[:12])[:400]
        mapping = probable_mapping({(name,): None for name in columns[:MOST_KEYS]})
        hint = f"this will probably do: {mapping}" if mapping else MAP_HINT
        raise InvalidRequest(f"{shown} holds no usage that is recognised: its columns are {names}", hint)
    return known


def possible_kinds(fields: Fields, kinds: Sequence[LogKind]) -> tuple[LogKind, ...]:
    """The kinds that records of such a source can have."""
    return tuple(kind for kind in kinds if known_sql(fields, kind) is not None)


def known_sql(fields: Fields, kind: LogKind) -> str | None:
    """Whether a record is of a kind, or of one before it; None where no record of such a source can be."""
    marks = [fields.present(mark) for mark in kind.marks]
    if None in marks:
        return None
    return " AND ".join([*filter(None, marks), *(_test_sql(fields.text(test.path), test) for test in kind.tests)])


def _test_sql(text: str | None, test: Test) -> str:
    found = f"coalesce({matches_sql(text, f'^({test.pattern})$')}, false)" if text else "false"
    return found if test.holds else f"NOT {found}"


def fields_read(kinds: Sequence[LogKind], query: UsageQuery) -> list[Path]:
    """Every field that the query may look at."""
    paths = [path for kind in kinds for path in (*paths_of(kind), *call_numbers(kind))]
    # What is looked at in a list is the type of its elements.
    paths += [(*path, "type") for kind in kinds for path in call_lists(kind)]
    paths += [path for kind in kinds for path in id_paths(kind)] if query.once else []
    paths += [path for kind in kinds for path in tree_paths(kind)] if query.trees else []
    paths += [field_path(name) for name in query.fields]
    return [*paths, *([query.compare_to] if query.compare_to else [])]


def counted_calls(fields: Fields, kinds: Sequence[LogKind]) -> tuple[str, ...]:
    """The calls that records of such a source can show. Counting any other would cost time for nothing."""
    return tuple(call for call in CALLS if any(_calls_text(fields, kind, call) for kind in kinds))


_NATIVE = NativeParsing()


def records_sql(
    relation: str,
    fields: Fields,
    kinds: Sequence[LogKind],
    query: UsageQuery,
    *,
    file: str,
    one_kind: bool = False,
    parsing: Parsing = _NATIVE,
    asked: Sequence[LogKind] | None = None,
) -> str:
    """The records of one source under the same columns, whatever their kind; of kinds not `asked` for, none."""
    fields, with_fields = for_query(fields)
    numbered = [(place, kind) for place, kind in enumerate(kinds) if asked is None or kind in asked]
    timely = query.since is not None or query.until is not None
    number = kind_sql(fields, kinds, asked, one_kind=one_kind)

    def each(write: Callable[[LogKind], str | None], otherwise: str = "NULL") -> str:
        """An expression that differs from kind to kind; the same ones are written once."""
        written: dict[str, list[int]] = {}
        for place, kind in numbered:
            written.setdefault(write(kind) or otherwise, []).append(place)
        if list(written) == [otherwise]:
            return otherwise
        # Of a record of no kind nothing but its file is looked at, so that one way of writing serves all of them.
        if len(written) == 1 and (one_kind or not timely):
            return next(iter(written))
        cases = " ".join(
            f"WHEN {_KIND} IN ({', '.join(map(str, places))}) THEN {expression}"
            for expression, places in written.items()
            if expression != otherwise
        )
        return f"CASE {cases} ELSE {otherwise} END"

    whole = one_kind and len(kinds) == 1 and _all_whole(fields, kinds[0])
    instant = _instant_column(fields, kinds) if one_kind else None
    columns = {
        "file": file,
        "shape": _KIND,
        "model": each(lambda kind: _model_text(fields, kind)),
        **{
            name: each(lambda kind, name=name: _count(fields, kind, name, whole), NO_TEXT)  # type: ignore[misc]
            for name in COUNTS
        },
        **{
            f"{name}_{term}": each(lambda kind, name=name, term=term: _added(fields, kind, name, term), NO_TEXT)  # type: ignore[misc]
            for name in COUNTS
            for term in range(_most_added(kinds, name))
        },
        "part_1": each(lambda kind: _part(fields, kind, 0), NO_TEXT),
        "part_2": each(lambda kind: _part(fields, kind, 1), NO_TEXT),
        "together": each(lambda kind: _overlapping(fields, kind) if kind.overlaps else None, "false"),
        "kind": each(lambda kind: fields.text(kind.types) if kind.types else None, NO_TEXT),
        "time": instant or each(lambda kind: _time_text(fields, kind), NO_TEXT),
        "until": each(lambda kind: first_sql(fields.text(path) for path in kind.until), NO_TEXT),
        "tier": each(lambda kind: first_sql(fields.text(path) for path in kind.tier), NO_TEXT),
        "batch": each(lambda kind: first_sql(fields.text(path) for path in kind.batch), NO_TEXT),
        "region": each(lambda kind: first_sql(fields.text(path) for path in kind.region), NO_TEXT),
        "host": NO_TEXT if query.any_host else each(lambda kind: _host_text(fields, kind), NO_TEXT),
        "unread": each(lambda kind: _unread(fields, kind), NO_TEXT),
        "paid": each(lambda kind: first_sql(fields.text(path) for path in kind.paid), NO_TEXT),
        "unbilled": each(lambda kind: _unbilled_sql(fields, kind), NO_TEXT),
    }
    columns |= {name: each(partial(write, fields), NO_TEXT) for name, write in names_read(query).items()}
    for name, call in zip(query.call_columns, query.calls, strict=True):
        columns[name] = each(lambda kind, call=call: _calls_text(fields, kind, call), NO_TEXT)  # type: ignore[misc]
    for place, name in enumerate(query.fields):
        columns[f"field_{place}"] = fields.text(field_path(name)) or NO_TEXT
    if query.model is not None:
        named = columns["model"]
        columns["model"] = (
            literal(query.model) if named == "NULL" else f"coalesce(nullif({named}, ''), {literal(query.model)})"
        )
    if query.compare_to:
        text = fields.text(query.compare_to) or NO_TEXT
        columns["logged"] = parsing.amount(text)
        columns["logged_in"] = currency_sql(text)
    columns = {name: expression for name, expression in columns.items() if expression not in (NO_TEXT, "false")}
    gathered = (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in columns.items())} "
        f"FROM (SELECT *, {number} AS {_KIND} FROM {with_fields(relation)} AS r) AS r"
    )
    return _parse_sql(gathered, columns, kinds, query, parsing=parsing, whole=whole, timed_already=instant is not None)


def kind_sql(
    fields: Fields, kinds: Sequence[LogKind], asked: Sequence[LogKind] | None = None, *, one_kind: bool = False
) -> str:
    """The place of the kind of a record among all; NULL where it is of none, or of one that is not asked for."""
    arms = [
        f"WHEN {known_sql(fields, kind) or 'false'} THEN {number if asked is None or kind in asked else 'NULL'}"
        for number, kind in enumerate(kinds)
    ]
    if not one_kind:
        return f"CASE {' '.join(arms)} END"
    last = max(place for place, kind in enumerate(kinds) if asked is None or kind in asked)
    return f"CASE {' '.join(arms[:-1])} ELSE {last} END" if arms[1:] else "0"


NO_TEXT = "CAST(NULL AS VARCHAR)"
_KIND = "tokencost_shape"
"""Stands among the fields of records, of which none is likely to have that name."""
_PRICE = "^[0-9]{1,6}([.][0-9]{1,30})?([eE]-[0-9]{1,2})?$"
"""Of a token, as text."""
COUNTS = ("input", "output", "cached", "write", "requests")


def _parse_sql(
    gathered: str,
    columns: Mapping[str, str],
    kinds: Sequence[LogKind],
    query: UsageQuery,
    *,
    parsing: Parsing,
    whole: bool,
    timed_already: bool,
) -> str:
    """The gathered text as numbers and times. What no record of the source can have costs nothing."""
    calls = tuple(name for name in query.call_columns if name in columns)
    added = {
        name: [f"{name}_{term}" for term in range(_most_added(kinds, name)) if f"{name}_{term}" in columns]
        for name in COUNTS
    }
    terms = [term for some in added.values() for term in some]
    counts = () if whole else tuple(name for name in (*COUNTS, *terms, "part_1", "part_2") if name in columns)
    times = tuple(name for name in ("until", *(() if timed_already else ("time",))) if name in columns)
    gathered = parsing.prepare_sql(gathered, (*counts, *calls), times)

    def count(name: str) -> str:
        if name not in columns:
            return "CAST(NULL AS BIGINT)"
        return name if whole else parsing.count(name)

    def numbers(test: Callable[[LogKind], object]) -> str:
        return ", ".join(str(number) for number, kind in enumerate(kinds) if test(kind)) or "-1"

    parsed = {name: _sum_sql([count(name), *map(count, added[name])]) for name in COUNTS}
    if "together" in columns:
        for name in ("input", "output"):
            parsed[name] = f"CASE WHEN together THEN {count(name)} ELSE {parsed[name]} END"
    if "part_1" in columns:
        one, two = count("part_1"), count("part_2")
        parts = f"CASE WHEN least({one}, {two}) < 0 THEN {MALFORMED} ELSE ({one}) + ({two}) END"
        parsed["input"] = f"CASE WHEN part_1 IS NULL THEN {parsed['input']} ELSE {parts} END"
    parsed["cached"] = f"coalesce({parsed['cached']}, 0)"
    parsed["write"] = f"coalesce({parsed['write']}, 0)"
    if any(kind.excludes_cache for kind in kinds):
        excluding = f"shape IN ({numbers(lambda kind: kind.excludes_cache)})"
        excluding += " AND NOT together" if "together" in columns else ""
        parsed["input"] = _whole_input_sql(parsed, excluding)
    of_many = [number for number, kind in enumerate(kinds) if kind.until or kind.sums]
    summed = _summed_sql(of_many, parsed["requests"] if "requests" in columns else None)
    parsed["requests"] = f"coalesce({parsed['requests']}, 1)" if "requests" in columns else "1"
    if "kind" in columns:
        parsed |= _amounts_sql(parsed, count("requests"))
        summed = f"CASE WHEN kind IS NULL THEN {summed} ELSE 1 END"
    parsed |= _parse_calls(columns, query, parsing)
    time, day = _parse_time(columns, parsing, timed_already=timed_already)
    tier = _tier(columns, kinds, query.tier, numbers)
    kept = ["file", "shape", "unbilled", *(f"field_{place}" for place in range(len(query.fields)))]
    kept += names_read(query)
    if query.compare_to:
        kept += ["logged", "logged_in"]
    given = {name: name if name in columns else NO_TEXT for name in (*kept, "model")}
    chosen = given | {
        **parsed,
        "summed": summed,
        "instant": time,
        "of_day": day,
        "span_end": parsing.time("until") if "until" in columns else "CAST(NULL AS BIGINT)",
        "tier": _with_host(columns, _with_unread(columns, _with_paid(columns, f"{_region_prefix(columns)}{tier}"))),
    }
    return (
        f"SELECT {', '.join(f'{expression} AS {name}' for name, expression in chosen.items())} FROM ({gathered}) AS r"
    )


def _summed_sql(of_many: Sequence[int], requests: str | None) -> str:
    """Whether a record sums up requests, as 1 or 0: so are all of some kinds, and those that count other than one."""
    summed = f"CASE WHEN coalesce({requests}, 1) = 1 THEN 0 ELSE 1 END" if requests else "0"
    return f"CASE WHEN shape IN ({', '.join(map(str, of_many))}) THEN 1 ELSE {summed} END" if of_many else summed


def _amounts_sql(parsed: Mapping[str, str], amount: str) -> dict[str, str]:
    """The counts of records that hold one kind of tokens each, and say which."""
    of = {"input": "IN " + INPUT_KINDS, "output": "= 'output_tokens'"}
    of |= {"cached": "= 'input_cache_hit_tokens'", "requests": "= 'request_count'"}
    each = {
        name: f"CASE WHEN kind {test} THEN {amount} WHEN kind IN {TYPE_KINDS} THEN 0 END" for name, test in of.items()
    }
    return {name: f"CASE WHEN kind IS NULL THEN {parsed[name]} ELSE {mine} END" for name, mine in each.items()}


def _whole_input_sql(parsed: Mapping[str, str], excluding: str) -> str:
    """The input with the cached and the cache-write tokens, in records whose input leaves them out."""
    # What is malformed stays so, and is told of by its own name. Of what no request can have, `MOST` is enough: three
    # such counts may be more together than a BIGINT holds.
    within = {name: f"least({parsed[name]}, {MOST})" for name in ("input", "cached", "write")}
    beside = [f"CASE WHEN {parsed[name]} > 0 THEN {within[name]} ELSE 0 END" for name in ("cached", "write")]
    tokens = parsed["input"]
    return f"CASE WHEN {excluding} AND {tokens} >= 0 THEN {within['input']} + {' + '.join(beside)} ELSE {tokens} END"


def _most_added(kinds: Sequence[LogKind], count: str) -> int:
    """How many fields are added to a count at most."""
    return max((sum(name == count for name, _ in kind.added) for kind in kinds), default=0)


def _added(fields: Fields, kind: LogKind, count: str, term: int) -> str | None:
    """The field that is added to a count as that term of it."""
    paths = [path for name, path in kind.added if name == count]
    return fields.count(paths[term], as_text=kind.text_counts) if term < len(paths) else None


def _sum_sql(terms: Sequence[str], *, needed: str | None = None) -> str:
    """The sum of counts, NULL where all of them (or the one that is `needed`) are; malformed where one of them is."""
    if len(terms) == 1:
        return terms[0]
    known = [f"coalesce({term}, 0)" for term in terms]
    missing = f"coalesce({', '.join(terms)})" if needed is None else needed
    # Two that no request can have may be more together than a BIGINT holds.
    return (
        f"CASE WHEN {missing} IS NULL THEN NULL WHEN least({', '.join(known)}) < 0 THEN {MALFORMED} "
        f"WHEN greatest({', '.join(known)}) >= {MOST} THEN {MOST} ELSE {' + '.join(known)} END"
    )


def _parse_calls(columns: Container[str], query: UsageQuery, parsing: Parsing) -> dict[str, str]:
    """The numbers of calls, which are text wherever they come from."""
    return {name: f"coalesce({parsing.count(name)}, 0)" if name in columns else "0" for name in query.call_columns}


def _parse_time(columns: Container[str], parsing: Parsing, *, timed_already: bool) -> tuple[str, str]:
    """The time, and whether it is a date alone."""
    if "time" not in columns:
        return "CAST(NULL AS BIGINT)", "false"
    return ("time", "false") if timed_already else (parsing.time("time"), parsing.is_day("time"))


def _count(fields: Fields, kind: LogKind, name: str, whole: bool) -> str | None:
    paths: tuple[Path, ...] = getattr(kind, name)
    if kind.types and name != "requests":
        return None
    if whole:
        return first_sql(fields.whole(path) for path in paths)
    found = first_sql(fields.count(path, as_text=kind.text_counts) for path in paths)
    return _output_sql(fields, kind, found) if name == "output" and kind.total else found


def _output_sql(fields: Fields, kind: LogKind, recorded: str | None) -> str | None:
    """The output; none where no output is recorded and the total is the input, as it is of an embedding."""
    tokens = first_sql(fields.count(path, as_text=kind.text_counts) for path in kind.input)
    total = _total_text(fields, kind)
    if total is None or tokens is None:
        return recorded
    none = f"CASE WHEN {total} = {tokens} THEN '0' END"
    return f"coalesce({recorded}, {none})" if recorded else none


def _total_text(fields: Fields, kind: LogKind) -> str | None:
    return first_sql(fields.count(path, as_text=kind.text_counts) for path in kind.total)


def _overlapping(fields: Fields, kind: LogKind) -> str | None:
    """Whether input and output alone are the total of a record, so that they hold what else is added to them."""
    texts = [first_sql(fields.text(path) for path in paths) for paths in (kind.total, kind.input, kind.output)]
    total, tokens, output = (text or "NULL" for text in texts)
    # Of a few digits alone: what no request can have may be more together than a BIGINT holds.
    known = f"length({total}) < 16 AND length({tokens}) < 16 AND coalesce(length({output}), 0) < 16"
    total, tokens, output = (f"TRY_CAST({text} AS BIGINT)" for text in (total, tokens, output))
    return f"coalesce(CASE WHEN {known} THEN {total} - {tokens} = coalesce({output}, 0) END, false)"


def _all_whole(fields: Fields, kind: LogKind) -> bool:
    """Whether the engine knows that all counts of a kind are integers, so that none need be parsed."""
    counts = [path for name in COUNTS for path in getattr(kind, name) if fields.present(path) is not None]
    return not (kind.types or kind.input_parts or kind.added or kind.overlaps) and all(
        fields.whole(path) is not None for path in counts
    )


def _calls_text(fields: Fields, kind: LogKind, call: str) -> str | None:
    """The number of calls as text; None where no record of the kind shows such calls there."""
    found = [_count_calls(fields, count) for count in kind.calls if count.call == call]
    return first_sql(text for texts in found for text in texts)


def _count_calls(fields: Fields, count: CallCount) -> Iterator[str | None]:
    yield from (fields.count(path, as_text=False) for path in count.numbers)
    listed = fields.items(count.items) if count.items else None
    if listed is None or count.tool is None:
        yield listed
        return
    tools = fields.items(count.tool)
    if tools is None:
        # Without its tools a record shows no other than the usual one.
        yield None if count.has_tool else listed
        return
    given = f"coalesce({tools}, '0')"
    yield f"CASE WHEN {given} {'<>' if count.has_tool else '='} '0' THEN {listed} END"


def _part(fields: Fields, kind: LogKind, place: int) -> str | None:
    return fields.count(kind.input_parts[place], as_text=False) if kind.input_parts else None


def _instant_column(fields: Fields, kinds: Sequence[LogKind]) -> str | None:
    """The one column of times of a source that has it as times, which need no parsing."""
    if any(kind.compact_dates for kind in kinds):
        return None
    known = {path for kind in kinds for path in kind.time if fields.present(path) is not None}
    return fields.instant(known.pop()) if len(known) == 1 else None


def _time_text(fields: Fields, kind: LogKind) -> str | None:
    text = first_sql(fields.text(path) for path in kind.time)
    if text and kind.compact_dates:
        parts = f"substr({text}, 1, 4) || '-' || substr({text}, 5, 2) || '-' || substr({text}, 7, 2)"
        return f"CASE WHEN {matches_sql(text, '^[0-9]{8}$')} THEN {parts} ELSE {text} END"
    if text and kind.pair_times:
        return _pair_time_sql(text)
    return text


def _pair_time_sql(text: str) -> str:
    """Of [1740830400, 5000000] the text 1740830400.005000000; any other text as it is."""
    inner = f"replace(replace(replace({text}, '[', ''), ']', ''), ' ', '')"
    # Seconds have ten digits from 2001 to 2286; behind them stand a comma and one to nine digits.
    nanoseconds = f"substr('000000000' || substr({inner}, 12), length({inner}) - 10, 9)"
    is_pair = f"substr({text}, 1, 1) = '[' AND length({inner}) BETWEEN 12 AND 20"
    return f"CASE WHEN {is_pair} THEN substr({inner}, 1, 10) || '.' || {nanoseconds} ELSE {text} END"


def _tier(
    columns: Mapping[str, str],
    kinds: Sequence[LogKind],
    asked: str | None,
    numbers: Callable[[Callable[[LogKind], object]], str],
) -> str:
    if asked is not None:
        return literal(asked)
    tier = literal(STANDARD)
    if "tier" in columns:
        tier = f"CASE WHEN lower(tier) IN ('default', 'auto', '') OR tier IS NULL THEN {tier} ELSE lower(tier) END"
    if "batch" in columns:
        tier = f"CASE WHEN batch IN ('true', 'True', 'TRUE', '1') THEN 'batch' ELSE {tier} END"
    fixed = dict.fromkeys(kind.fixed_tier for kind in kinds if kind.fixed_tier)
    for name in fixed:

        def is_fixed(kind: LogKind, name: str | None = name) -> bool:
            return kind.fixed_tier == name

        tier = f"CASE WHEN shape IN ({numbers(is_fixed)}) THEN {literal(name or '')} ELSE {tier} END"
    return tier


def _region_prefix(columns: Mapping[str, str]) -> str:
    """What stands before the tier of records that say that they were processed in a region; empty where none can."""
    if "region" not in columns:
        return ""
    # A grouping column of its own would cost every log something, and few have a region.
    return f"CASE WHEN {matches_sql('region', REGIONAL_HOST)} THEN {literal(region_prefix(REGION))} ELSE '' END || "


def _host_text(fields: Fields, kind: LogKind) -> str | None:
    azure = [f"CASE WHEN {present} THEN 'Azure' END" for path in kind.azure if (present := fields.present(path))]
    always = [] if kind.host is None else [literal(kind.host)]
    return first_sql([*azure, *always, *(fields.text(path) for path in kind.hosts)])


def _with_host(columns: Mapping[str, str], tier: str) -> str:
    """Region and tier, behind the name of another host that served a record. A list or an object names none."""
    if "host" not in columns:
        return tier
    own = f"host IS NULL OR {matches_sql('lower(host)', f'^({OWN_HOST})$')} OR substr(host, 1, 1) IN ('{{', '[')"
    named = f"{literal(HOST_BEFORE)} || replace(host, {literal(HOST_AFTER)}, '/') || {literal(HOST_AFTER)}"
    # To put nothing before a text would take time for each record.
    return f"CASE WHEN {own} THEN {tier} ELSE {named} || {tier} END"


def _model_text(fields: Fields, kind: LogKind) -> str | None:
    """The name of the model, without what it may end in that changes no price."""
    named = first_sql(fields.text(path) for path in kind.model)
    if named is None or not kind.model_endings:
        return named
    arms = (
        f"WHEN {named} LIKE {literal(f'_%{end}')} THEN substr({named}, 1, length({named}) - {len(end)})"
        for end in kind.model_endings
    )
    return f"CASE {' '.join(arms)} ELSE {named} END"


def _unread(fields: Fields, kind: LogKind) -> str | None:
    """The field of a record that keeps it from a price: tokens of other rates, or of none in the table."""
    if kind.unread:
        return first_sql(fields.text(path) for path in kind.unread)
    root = usage_object(kind)
    cache = None if root is None else fields.unread_cache(root, cache_names(kind))
    others = [
        f"CASE WHEN {matches_sql(count, '^[1-9]')} THEN {literal('.'.join(path))} END"
        for path in kind.other_tokens
        if (count := fields.count(path, as_text=True))
    ]
    return first_sql([*others, cache])


def _with_unread(columns: Mapping[str, str], tier: str) -> str:
    """Region and tier, behind the name of a field of tokens that no rule reads."""
    if "unread" not in columns:
        return tier
    named = f"{literal(UNREAD_BEFORE)} || replace(unread, {literal(HOST_AFTER)}, '/') || {literal(HOST_AFTER)}"
    return f"CASE WHEN unread IS NULL THEN {tier} ELSE {named} || {tier} END"


def _with_paid(columns: Mapping[str, str], tier: str) -> str:
    """Region and tier, behind what was paid for each token."""
    if "paid" not in columns:
        return tier
    named = f"{literal(PAID_BEFORE)} || paid || {literal(HOST_AFTER)}"
    return f"CASE WHEN {matches_sql('paid', _PRICE)} THEN {named} || {tier} ELSE {tier} END"


def _unbilled_sql(fields: Fields, kind: LogKind) -> str | None:
    """The code of a record for which nothing was billed: it failed, or is no call at all."""
    if not (kind.input or kind.input_parts or kind.failed):
        return literal(NO_CALL)
    arms = [
        f"WHEN {test} THEN {literal(code)}"
        for code, tests in ((FAILED, kind.failed), (NO_CALL, kind.no_call))
        if (test := " OR ".join(_matches(fields, tests)))
    ]
    return f"CASE {' '.join(arms)} END" if arms else None


def _matches(fields: Fields, tests: Sequence[tuple[Path, str]]) -> Iterator[str]:
    for path, pattern in tests:
        if text := fields.text(path):
            yield f"coalesce({matches_sql(text, f'^({pattern})$')}, false)"
