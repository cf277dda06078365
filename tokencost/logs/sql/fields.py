"""How a field of a record is written in SQL, where records are columns, nested columns, or whole JSON objects.

Fields are first gathered as text, or as the integers and times that they are, and then parsed once by `count_sql`
and `time_sql`: a BIGINT that is NULL where the field is absent, and `MALFORMED` where it holds something else.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tokencost.logs.records.kind import Items, Path

MALFORMED = -1
MOST = 10**15
"""A count from here on is no count of tokens; below it, sums of millions of records stay exact in every engine."""
_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", re.IGNORECASE)
_TIMES = re.compile(r"(TINY|SMALL|BIG)?INT(EGER)?|U(TINY|SMALL)INT|UINTEGER", re.IGNORECASE)
"""Integers that may be times: all that a BIGINT holds."""
EARLIEST = 100_000_000
"""A bare number below it is a year or a compact date, not the seconds since 1970 of a request."""


UNREAD_CACHE = '"([^"\\\\]*[Cc]ache[^"\\\\]*)": ?[1-9]'
"""A key with a number above zero in the text of JSON; what is quoted within a text has backslashes."""


CACHE_COLUMN = "cache.*tokens|tokens.*cache"
"""The name of a column that counts tokens of a cache. A row has others too, such as whether its own cache answered."""

JSON_TEXTS: tuple[Path, ...] = (("metadata",), ("other",), ("attributes", "ai.response.providerMetadata"))
"""Fields that some programs write as a text that is JSON: LiteLLM's and new-api's exported databases, the AI SDK."""


def json_text_of(path: Path) -> Path | None:
    """The field among `JSON_TEXTS` that a field stands in; None where it stands in none."""
    return next((text for text in JSON_TEXTS if path[: len(text)] == text and path != text), None)


class Fields(Protocol):
    """The fields of one kind of source. None is a field that no record there can have."""

    def text(self, path: Path) -> str | None:
        """As text."""
        ...

    def count(self, path: Path, *, as_text: bool) -> str | None:
        """As the text of a count; in quotes, which make it none, where JSON has it so, unless `as_text`."""
        ...

    def whole(self, path: Path) -> str | None:
        """As an integer, where the engine knows that it is one."""
        ...

    def present(self, path: Path) -> str | None:
        """Whether it is there."""
        ...

    def instant(self, path: Path) -> str | None:
        """As microseconds since 1970, where the engine knows that it is a time."""
        ...

    def items(self, wanted: Items) -> str | None:
        """How many elements of a list are wanted ones, as the text of a count."""
        ...

    def unread_cache(self, path: Path, known: Sequence[str]) -> str | None:
        """A key in the object at a path that holds `cache` in its name and a number above zero, and is not known."""
        ...


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def first_sql(expressions: Iterable[str | None]) -> str | None:
    """The first of these that is there; None where no record can have any of them."""
    known = list(dict.fromkeys(expression for expression in expressions if expression))
    if not known:
        return None
    return known[0] if len(known) == 1 else f"coalesce({', '.join(known)})"


def count_sql(text: str, whole: str) -> str:
    """A count from text: digits alone, or followed by a fraction of zeros as spreadsheets and pandas write.

    `whole` is the text cast to an integer, which a fraction or an exponent may have been too.
    """
    return (
        f"CASE WHEN CAST({whole} AS VARCHAR) = {text} THEN {whole} WHEN {text} IS NULL THEN NULL "
        f"WHEN regexp_full_match({text}, '[0-9]{{1,15}}([.]0+)?') THEN TRY_CAST(split_part({text}, '.', 1) AS BIGINT) "
        f"ELSE {MALFORMED} END"
    )


def time_sql(text: str, whole: str) -> str:
    """A time from text: seconds, milli-, micro- or nanoseconds since 1970, a date, or ISO 8601 (UTC without a zone)."""
    fraction = f"TRY_CAST({text} AS DECIMAL(38, 9))"
    return (
        f"CASE WHEN {whole} BETWEEN {EARLIEST} AND 99999999999 AND CAST({whole} AS VARCHAR) = {text} "
        f"THEN {whole} * 1000000 WHEN {text} IS NULL OR {text} = '' THEN NULL "
        f"WHEN CAST({whole} AS VARCHAR) = {text} THEN {scale_time_sql(whole)} "
        f"WHEN regexp_full_match({text}, '[0-9]+[.][0-9]+(e[+]?[0-9]+)?') "
        f"THEN CASE WHEN {fraction} BETWEEN {EARLIEST} AND 99999999999 "
        f"THEN CAST(floor({fraction} * 1000000) AS BIGINT) WHEN {fraction} BETWEEN 99999999999 AND 99999999999999 "
        f"THEN CAST(floor({fraction} * 1000) AS BIGINT) ELSE {MALFORMED} END "
        f"ELSE coalesce(epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)), {MALFORMED}) END"
    )


def is_date_sql(text: str, whole: str) -> str:
    """Whether a text is a date alone; the seconds since 1970 have ten characters too."""
    return (
        f"CASE WHEN {whole} IS NOT NULL THEN false ELSE "
        f"coalesce(length({text}) = 10 AND substr({text}, 5, 1) = '-', false) END"
    )


def scale_time_sql(whole: str) -> str:
    """Microseconds since 1970 of an integer that counts seconds, milli-, micro- or nanoseconds, by its size."""
    return (
        f"CASE WHEN {whole} < {EARLIEST} THEN {MALFORMED} WHEN {whole} < 100000000000 THEN {whole} * 1000000 "
        f"WHEN {whole} < 100000000000000 THEN {whole} * 1000 WHEN {whole} < 100000000000000000 THEN {whole} "
        f"ELSE {whole} // 1000 END"
    )


def items_sql(json: str, wanted: Items) -> str:
    """How many elements of a JSON list are wanted ones, as text; NULL where there is none."""
    test = _element_sql("json_extract_string(i, '$.type')", "json_extract_string(i, '$.action.type')", wanted)
    # Most lists have none, which is seen at once; to take a list apart costs many times as much.
    seen = f"contains(CAST({json} AS VARCHAR), {literal(wanted.type)})"
    found = f"len(list_filter(json_extract({json}, '$[*]'), lambda i: {test}))"
    return f"CASE WHEN {seen} THEN CAST({found} AS VARCHAR) END"


def _element_sql(kind: str, action: str, wanted: Items) -> str:
    """Whether an element is a wanted one."""
    test = f"starts_with({kind}, {literal(wanted.type)})" if wanted.starts else f"{kind} = {literal(wanted.type)}"
    if wanted.action is not None:
        test += f" AND coalesce({action}, {literal(wanted.action)}) = {literal(wanted.action)}"
    return test


_ELEMENTS = 'STRUCT("type" VARCHAR, "action" STRUCT("type" VARCHAR))[]'
"""A list of which only the types of its elements are read: to copy long texts would double the time."""


class NestedColumns:
    """JSON lines that the engine reads straight into nested columns: the quick way for what is not nested in lists."""

    def __init__(self, texts: Iterable[Path], counts: Iterable[Path], lists: Iterable[Path] = ()) -> None:
        self._types = dict.fromkeys(texts, "VARCHAR") | dict.fromkeys(counts, "JSON") | dict.fromkeys(lists, _ELEMENTS)
        self._tree = _tree(self._types)

    @property
    def columns(self) -> str:
        """The columns of the reader, as an SQL struct."""
        members = (f"{literal(name)}: {literal(_type(type_name))}" for name, type_name in self._tree.items())
        return "{" + ", ".join(members) + "}"

    @property
    def paths(self) -> frozenset[Path]:
        """The fields that are read."""
        return frozenset(self._types)

    @property
    def names(self) -> frozenset[str]:
        """The names of the columns, which differ in more than case."""
        return frozenset(name.casefold() for name in self._tree)

    def _field(self, path: Path) -> str:
        return _extract(f"r.{identifier(path[0])}", path[1:])

    def text(self, path: Path) -> str:
        """The text; a number as it is written."""
        return f"json_extract_string({self._field(path)}, '$')" if self._types[path] == "JSON" else self._field(path)

    def count(self, path: Path, *, as_text: bool) -> str:
        """The JSON as it is written."""
        return self.text(path) if as_text else f"CAST({self._field(path)} AS VARCHAR)"

    def present(self, path: Path) -> str:
        """Whether it is there."""
        return f"{self._field(path)} IS NOT NULL"

    def whole(self, path: Path) -> None:
        """JSON has numbers of all kinds."""

    def instant(self, path: Path) -> None:
        """JSON has no times."""

    def unread_cache(self, path: Path, known: Sequence[str]) -> None:
        """Only known fields are read; logs whose first lines have other cache fields are read as JSON."""

    def items(self, wanted: Items) -> str:
        """How many elements of a list are wanted ones, without the texts that lie in them."""
        if self._types[wanted.path] == "JSON":
            return items_sql(self._field(wanted.path), wanted)
        test = _element_sql("i.type", "i.action.type", wanted)
        return f"CAST(nullif(len(list_filter({self._field(wanted.path)}, lambda i: {test})), 0) AS VARCHAR)"


Tree = Mapping[str, "str | Tree"]


class Entangled(Exception):
    """A field is looked at both as a whole and into, or two differ in case alone: such records are read as JSON."""


def _tree(types: Mapping[Path, str]) -> dict[str, "str | Tree"]:
    tree: dict[str, str | Tree] = {}
    for path, type_name in types.items():
        node = tree
        for part in path[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                raise Entangled
            node = below
        if path[-1] in node:
            raise Entangled
        node[path[-1]] = type_name
    _refuse_same_names(tree)
    return tree


def _refuse_same_names(tree: Mapping[str, "str | Tree"]) -> None:
    if len({name.casefold() for name in tree}) < len(tree):
        raise Entangled
    for below in tree.values():
        if not isinstance(below, str):
            _refuse_same_names(below)


def _type(node: "str | Tree") -> str:
    if isinstance(node, str):
        return node
    return "STRUCT(" + ", ".join(f"{identifier(name)} {_type(below)}" for name, below in node.items()) + ")"


def _extract(expression: str, path: Sequence[str]) -> str:
    for part in path:
        expression = f"struct_extract({expression}, {literal(part)})"
    return expression


class JsonRecord:
    """Records that are whole JSON objects in the column `record`."""

    def __init__(self, *, find_unread: bool = False, at_once: bool = False) -> None:
        self._find_unread = find_unread
        """Whether unread cache fields are looked for, which takes a fifth more time: where a beginning shows some."""
        self._at_once = at_once
        """Whether queries look up all their fields at once, which takes less memory and twice the time."""

    def text(self, path: Path) -> str:
        """The text."""
        return self._field(path, "{}", self._text)

    def _field(self, path: Path, written: str, look: Callable[[Path | None, Path], str]) -> str:
        found = written.format(look(None, path))
        text = json_text_of(path)
        if text is None:
            return found
        return f"coalesce({found}, {written.format(look(text, path[len(text) :]))})"

    def _text(self, inside: Path | None, path: Path) -> str:
        """The text at a path of the record, or of the JSON that stands `inside` it as a text."""
        return f"json_extract_string({_holder_sql(inside)}, {_pointer(path)})"

    def _json(self, inside: Path | None, path: Path) -> str:
        """The JSON there."""
        return f"json_extract({_holder_sql(inside)}, {_pointer(path)})"

    def for_query(self) -> "tuple[JsonRecord, Callable[[str], str]]":
        """The fields for one query, and what writes its relation once all of them have been asked for."""
        if not self._at_once:
            return self, str
        together = JsonAtOnce(find_unread=self._find_unread)
        return together, together.read

    def count(self, path: Path, *, as_text: bool) -> str:
        """The JSON as it is written."""
        if as_text:
            return self.text(path)
        return self._field(path, "nullif(CAST({} AS VARCHAR), 'null')", self._json)

    def present(self, path: Path) -> str:
        """Whether it is there."""
        return f"{self.text(path)} IS NOT NULL"

    def whole(self, path: Path) -> None:
        """JSON has numbers of all kinds."""

    def instant(self, path: Path) -> None:
        """JSON has no times."""

    def items(self, wanted: Items) -> str:
        """How many elements of a list are wanted ones."""
        return items_sql(self._json(None, wanted.path), wanted)

    def unread_cache(self, path: Path, known: Sequence[str]) -> str | None:
        """The first such key, where it is looked for."""
        if not self._find_unread:
            return None
        names = ", ".join(map(literal, known))
        if not path:
            of_tokens = (
                f"regexp_matches(k, '{CACHE_COLUMN}', 'i') AND k NOT IN ({names}) "
                "AND regexp_matches(CAST(json_extract(r.record, '/' || k) AS VARCHAR), '^[1-9]')"
            )
            return f"list_filter(json_keys(r.record), lambda k: {of_tokens})[1]"
        text = f"CAST({self._json(None, path)} AS VARCHAR)"
        found = f"regexp_extract_all({text}, {literal(UNREAD_CACHE)}, 1)"
        return f"list_filter({found}, lambda k: k NOT IN ({names}))[1]"


class JsonAtOnce(JsonRecord):
    """The same, looked up in each record at once.

    A function that looks into JSON parses the whole record for itself, and keeps its copies in memory: where a query
    comes to look at hundreds of fields of each record, they need more than there is, whatever the size of the log.
    """

    def __init__(self, *, find_unread: bool = False) -> None:
        super().__init__(find_unread=find_unread)
        self._asked: dict[tuple[str, Path | None], dict[str, int]] = {}
        """The pointers that were asked for, by function and by where they are looked up, each with its place."""

    def _text(self, inside: Path | None, path: Path) -> str:
        return self._place("json_extract_string", inside, path)

    def _json(self, inside: Path | None, path: Path) -> str:
        return self._place("json_extract", inside, path)

    def _place(self, function: str, inside: Path | None, path: Path) -> str:
        pointers = self._asked.setdefault((function, inside), {})
        return f"r.{_list_name(function, inside)}[{pointers.setdefault(_pointer(path), len(pointers) + 1)}]"

    def read(self, relation: str) -> str:
        """The relation with the fields that were asked for until now."""
        inner = {inside for _, inside in self._asked if inside is not None}
        texts = "".join(f", {_holder_sql(inside)} AS {_inner_name(inside)}" for inside in sorted(inner))
        lists = "".join(
            f", {function}({'record' if inside is None else _inner_name(inside)}, [{', '.join(pointers)}]) "
            f"AS {_list_name(function, inside)}"
            for (function, inside), pointers in self._asked.items()
        )
        return f"(SELECT *{lists} FROM (SELECT *{texts} FROM {relation} AS r) AS r)"


def for_query(fields: Fields) -> tuple[Fields, Callable[[str], str]]:
    """The fields of any source for one query, and what writes its relation once all of them have been asked for."""
    return fields.for_query() if isinstance(fields, JsonRecord) else (fields, str)


def _holder_sql(inside: Path | None) -> str:
    return "r.record" if inside is None else f"TRY_CAST(json_extract_string(r.record, {_pointer(inside)}) AS JSON)"


def _inner_name(inside: Path) -> str:
    return f"tokencost_inner_{JSON_TEXTS.index(inside)}"


def _list_name(function: str, inside: Path | None) -> str:
    kind = "texts" if function == "json_extract_string" else "values"
    return f"tokencost_{kind}" if inside is None else f"tokencost_{kind}_{JSON_TEXTS.index(inside)}"


def _pointer(path: Path) -> str:
    """A JSON pointer, https://www.rfc-editor.org/rfc/rfc6901."""
    return literal("".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path))


class Column(NamedTuple):
    """A column of a table, with the engine's name of its type."""

    name: str
    type: str


_MAP = "MAP(VARCHAR, "


class TableColumns:
    """The columns of CSV and Parquet. A nested field may be a column named with dots, a struct, a map or JSON."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._types = {column.name: column.type for column in columns}

    def _column_of(self, path: Path) -> tuple[str, str] | None:
        dotted = ".".join(path)
        if dotted in self._types:
            return f"r.{identifier(dotted)}", self._types[dotted]
        first = path[0]
        type_name = self._types.get(first, "")
        if type_name.startswith("STRUCT") and (below := _field_type(type_name, path[1:])):
            return _extract(f"r.{identifier(first)}", path[1:]), below
        if type_name.startswith(_MAP) and len(path) == len(("map", "key")):
            return f"map_extract_value(r.{identifier(first)}, {literal(path[1])})", type_name[len(_MAP) : -1]
        if len(path) > 1 and type_name in ("VARCHAR", "JSON"):
            column = f"CAST(r.{identifier(first)} AS VARCHAR)"
            found = f"json_extract_string({column}, {_pointer(path[1:])})"
            return f"CASE WHEN json_valid({column}) THEN {found} END", "VARCHAR"
        return None

    def text(self, path: Path) -> str | None:
        """The text, NULL where a cell is empty."""
        found = self._column_of(path)
        if found is None:
            return None
        expression, type_name = found
        return f"nullif({expression if type_name == 'VARCHAR' else f'CAST({expression} AS VARCHAR)'}, '')"

    def count(self, path: Path, *, as_text: bool) -> str | None:  # noqa: ARG002  # a table of text has only text
        """The text."""
        return self.text(path)

    def present(self, path: Path) -> str | None:
        """Whether it is there."""
        found = self._column_of(path)
        return found and f"{found[0]} IS NOT NULL"

    def whole(self, path: Path) -> str | None:
        """The integer; one beyond a BIGINT is malformed, and not absent."""
        found = self._column_of(path)
        if not found or not _INTEGERS.fullmatch(found[1]):
            return None
        if _TIMES.fullmatch(found[1]):
            return f"CAST({found[0]} AS BIGINT)"
        return f"CASE WHEN {found[0]} IS NOT NULL THEN coalesce(TRY_CAST({found[0]} AS BIGINT), {MALFORMED}) END"

    def instant(self, path: Path) -> str | None:
        """The time, or the number that counts from 1970."""
        found = self._column_of(path)
        if found and _TIMES.fullmatch(found[1]):
            return scale_time_sql(f"CAST({found[0]} AS BIGINT)")
        return f"epoch_us({found[0]})" if found and found[1].startswith("TIMESTAMP") else None

    def unread_cache(self, path: Path, known: Sequence[str]) -> str | None:
        """The first such column of tokens."""
        names = [name for name in self._types if re.search(CACHE_COLUMN, name, re.IGNORECASE)]
        arms = [
            f"WHEN regexp_matches(CAST(r.{identifier(name)} AS VARCHAR), '^[1-9]') THEN {literal(name)}"
            for name in names
            if not path and name not in known
        ]
        return f"CASE {' '.join(arms)} END" if arms else None

    def items(self, wanted: Items) -> str | None:
        """How many elements of a list are wanted ones; the list is a column of its own, or JSON as text."""
        found = self._column_of(wanted.path)
        if not found:
            return None
        if found[1] not in ("VARCHAR", "JSON"):
            return items_sql(f"to_json({found[0]})", wanted)
        text = f"CAST({found[0]} AS VARCHAR)"
        return items_sql(f"CASE WHEN json_valid({text}) THEN CAST({text} AS JSON) END", wanted)


def _field_type(type_name: str, path: Path) -> str | None:
    """The type of a field in a struct type such as `STRUCT(a BIGINT, "b c" STRUCT(d VARCHAR))`."""
    if not path:
        return type_name
    if not type_name.startswith("STRUCT("):
        return None
    for member in _members(type_name):
        for name in (path[0], identifier(path[0])):
            if member.startswith(f"{name} "):
                return _field_type(member[len(name) + 1 :], path[1:])
    return None


def _members(type_name: str) -> Iterator[str]:
    """The members of a struct type, which commas part outside of brackets and quotes."""
    depth, quoted, start = 0, False, len("STRUCT(")
    for place in range(start, len(type_name)):
        sign = type_name[place]
        if sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += (sign in "([") - (sign in ")]")
            if depth < 0 or (sign == "," and depth == 0):
                yield type_name[start:place].strip()
                start = place + 1
