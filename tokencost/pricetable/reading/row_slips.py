"""What was probably meant where a row of a list, such as a condition of a price, is no TOML.

The parser notices a missing brace only rows later, since TOML 1.1 lets a row go on in the next line. So the rows around
are looked at one by one: each is one line here.
"""

import re
from typing import NamedTuple

_KEY = r"[A-Za-z0-9_-]+"
_FIRST_PAIR = re.compile(rf"(?P<open>[({{\[]?)\s*(?P<key>{_KEY})\s*[=:]")
_PAIR = re.compile(rf"(?P<key>{_KEY})(?P<sign>\s*=\s*|\s*:\s*|\s+)(?P<value>\S.*)", re.DOTALL)
_STRINGS = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")
_WORD = re.compile(r"(?!true$|false$|inf$|nan$)[A-Za-z][\w. -]*")
_CURLY = str.maketrans("“”„«»‘’", '"""""' + "''")  # as word processors write them
_SEEN_BEFORE = 3
"""So many rows before the place where the parser stopped."""


class RowSlip(NamedTuple):
    """A mistake in a row: its lines, what it is, and what to write."""

    first: int
    last: int
    message: str
    hint: str


def find_brace_slip(lines: list[str], line: int) -> RowSlip | None:
    """A row around that line (from 1) that is not closed, or not opened."""
    rows = [n for n in range(line, 0, -1) if _content(lines[n - 1])][: _SEEN_BEFORE + 1]
    for n in reversed(rows):
        row = _content(lines[n - 1])
        if not (pair := _FIRST_PAIR.match(row)):
            continue
        ends = row.rstrip(", \t").endswith("}")
        if pair["open"] == "{" and row.count("{") > row.count("}"):
            following = next((m for m in range(n + 1, len(lines) + 1) if _content(lines[m - 1])), 0)
            rest = _content(lines[following - 1]) if following else ""
            if rest and rest[0] not in "{[]" and rest.rstrip(", \t").endswith("}"):
                return RowSlip(n, following, "this row is broken over two lines", "write all of it on one line")
            hint = f"write }} behind it: {_shorten(row.rstrip(', '))} }},"
            return RowSlip(n, n, "the brace of this row is not closed", hint)
        if pair["open"] != "{" and row.count("}") > row.count("{") and ends:
            return RowSlip(n, n, "the brace that opens this row is missing", f"write {{ {row.lstrip('([ ')[:40]}…")
        if pair["open"] == "(" or (pair["open"] == "[" and row.rstrip(", \t").endswith(("]", ")")) and "," in row):
            inner = row.strip("()[], \t")
            return RowSlip(n, n, "a row stands in braces", f"write {{ {_shorten(inner)} }},")
    return None


def find_pair_slip(line_text: str, line: int) -> RowSlip | None:
    """The first part of a row on that line that is no `key = value`."""
    content = _content(line_text)
    row = content.rstrip(", \t")
    if not row.startswith("{"):
        return None
    if content[len(row) :].count(",") > 1:
        return RowSlip(line, line, "two commas follow each other behind this row", "leave one of them out")
    seen: set[str] = set()
    for part in _parts(row[1:].removesuffix("}")):
        if words := _pair_problem(part, seen):
            return RowSlip(line, line, *words)
    return None


def _pair_problem(part: str, seen: set[str]) -> tuple[str, str] | None:  # noqa: PLR0911  # one line for each mistake
    if not part:
        return "two commas follow each other in this row", "leave one of them out"
    pair = _PAIR.fullmatch(part)
    if pair is None:
        return None
    key, value = pair["key"], pair["value"].translate(_CURLY)
    if "=" not in pair["sign"]:
        return f"an = is missing behind `{key}`", f"write {key} = {value}"
    if value != pair["value"]:
        return "these quotes are not those of TOML", f"write {key} = {value}"
    if value.startswith("$"):
        return f"a price is a bare number, not {value}", f"write {key} = {value.lstrip('$ ')}"
    if value[0] in "\"'" and value.count(value[0]) == 1:
        return (
            f"the quote before {value.strip(value[0])[:20]!r} is not closed",
            f'write {key} = "{value[1:].split(",")[0]}"',
        )
    if _WORD.fullmatch(value):
        return f"the text {value!r} has no quotes", f'write {key} = "{value}"'
    if key in seen:
        return f"`{key}` stands twice in this row", "leave one of them out"
    seen.add(key)
    return None


def _parts(row: str) -> list[str]:
    """What stands between the commas that are in no text and no inner bracket; the last may be empty."""
    plain = _STRINGS.sub(lambda match: "_" * len(match[0]), row)
    parts, depth, begin = [], 0, 0
    for n, character in enumerate(plain):
        depth += (character in "[{") - (character in "]}")
        if character == "," and not depth:
            parts.append(row[begin:n].strip())
            begin = n + 1
    last = row[begin:].strip()
    return [*parts, last] if last else parts


def _content(line: str) -> str:
    """The line without its comment and the blanks around it."""
    plain = _STRINGS.sub(lambda match: "_" * len(match[0]), line)
    return line[: plain.index("#")].strip() if "#" in plain else line.strip()


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"…{text[-60:]}"  # noqa: PLR2004  # half a line
