"""A TOML file of ours, read and checked: its values, or every problem in it at once, each with its line and a hint.

In two steps, since an edit needs the plain values of the same reading: `parse_toml`, then `check_toml`.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import tomli
from pydantic_core import ErrorDetails, ValidationError

from tokencost.errors import InvalidData, Problem
from tokencost.pricetable.reading.validators import Shape, known_keys, validator_of
from tokencost.pricetable.table import KeyPath

if TYPE_CHECKING:
    from tokencost.pricetable.reading.toml_headers import Header

LARGEST_FILE = 20_000_000
"""Bytes. The shipped table, with three years of prices, has 70,000."""
MOST_SYNTAX_ERRORS = 20

PathProblem = tuple[KeyPath, str, str]
"""Where a problem is, what it is, and what to type instead."""


class ParsedToml(NamedTuple):
    """A file whose TOML was parsed, and not yet checked."""

    content: bytes
    file: str
    """The name that problems carry."""
    text: str
    """Without the lines that were blanked."""
    values: dict[str, Any] | None
    """None where even blanking lines made no TOML of it."""
    problems: tuple[Problem, ...]
    """The syntax errors."""
    blanked: frozenset[int]
    """The lines that were blanked in order to find more than the first syntax error."""


def check_toml(
    parsed: ParsedToml,
    shape: Shape,
    *,
    rules: Callable[[dict[str, Any]], list[PathProblem]],
    missing: Mapping[str, str],
) -> dict[str, Any]:
    """The values of a file that has this shape and keeps these rules.

    `missing` has a hint for each key that may be found missing.
    Raises `InvalidData`, which lists every problem with its line and a hint.
    """
    found: list[PathProblem] = []
    if parsed.values is not None:
        try:
            checked: dict[str, Any] = validator_of(shape).validate_python(parsed.values)
        except ValidationError as error:
            found = [_explain(detail, parsed.values, shape, missing) for detail in error.errors(include_url=False)]
        else:
            found = rules(checked)
            if not found and not parsed.problems:
                return checked
    placed = _locate_problems(found, parsed, shape)
    raise InvalidData(sorted({*parsed.problems, *placed}, key=lambda p: (p.line, p.message)))


def read_file(path: str, hint: str) -> bytes:
    """The bytes of a file of ours. Raises `InvalidData`; `hint` says how to name another."""
    try:
        if os.path.isdir(path):
            raise InvalidData([Problem(path, 0, "this is a directory", hint)])
        size = os.path.getsize(path)
        if size > LARGEST_FILE:
            raise InvalidData([_too_large(path, size)])
        with open(path, "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InvalidData([Problem(path, 0, reason, hint)]) from None
    except ValueError:
        raise InvalidData([Problem(ascii(path), 0, "this cannot be the name of a file")]) from None
    if len(content) > LARGEST_FILE:
        raise InvalidData([_too_large(path, len(content))])
    return content


def _too_large(path: str, size: int) -> Problem:
    limit = LARGEST_FILE // 1_000_000
    return Problem(path, 0, f"{size:,} bytes or more is too large", f"the limit is {limit} MB")


def _decode(content: bytes, file: str, beginning: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidData(
            [Problem(file, line, f"byte 0x{content[error.start]:02x} is not UTF-8", "save the file as UTF-8")]
        ) from None
    if not text.strip():
        raise InvalidData([Problem(file, 1, "the file is empty", beginning)])
    return text


def parse_toml(content: bytes, file: str, shape: Shape, beginning: str = "begin with schema = 1") -> ParsedToml:
    """The values of a TOML file, or its syntax errors. The shape is for hints alone; `check_toml` checks it.

    Raises `InvalidData` for what is not UTF-8, and for an empty file: `beginning` says how to begin.
    """
    text = _decode(content, file, beginning)
    problems: list[Problem] = []
    blanked: set[int] = set()

    def result(values: dict[str, Any] | None) -> ParsedToml:
        return ParsedToml(content, file, text, values, tuple(problems), frozenset(blanked))

    # tomli stops at the first error. So its line is blanked and the rest read again: a file with three slips gets
    # three answers at once.
    while True:
        try:
            return result(tomli.loads(text, parse_float=Decimal))
        except tomli.TOMLDecodeError as error:
            line = getattr(error, "lineno", 1)
            column = getattr(error, "colno", 1)
            message = getattr(error, "msg", str(error))
        except RecursionError:
            problems.append(_too_deep(text, file))
            return result(None)
        except ValueError as error:  # an integer of thousands of digits
            problems.append(Problem(file, _longest_line(text), str(error).split(";")[0]))
            return result(None)
        lines = text.split("\n")
        line = min(line, len(lines))
        from tokencost.pricetable.reading.toml_slips import find_slip

        blank = range(line, line + 1)
        if slip := find_slip(lines, line, column, message):
            problems.append(Problem(file, slip.line, slip.message, slip.hint))
            blank = slip.blanked or blank
        else:
            problems.append(Problem(file, line, f"not TOML: {message}", _syntax_hint(lines[line - 1], shape)))
        broken = lines[blank[0] - 1].lstrip()
        # A broken header moves the keys below it into another table: what follows would be noise.
        if not broken or broken.startswith("[") or blank[0] in blanked or len(problems) == MOST_SYNTAX_ERRORS:
            return result(None)
        blanked.update(blank)
        for number in blank:
            lines[number - 1] = ""
        text = "\n".join(lines)


def _too_deep(text: str, file: str) -> Problem:
    deepest, at, depth, line = 0, 1, 0, 1
    for character in text:
        if character == "\n":
            line += 1
        elif character in "[{":
            depth += 1
            if depth > deepest:
                deepest, at = depth, line
        elif character in "]}":
            depth = max(0, depth - 1)
    return Problem(file, at, "brackets are nested too deeply", "a price table needs three levels at most")


def _longest_line(text: str) -> int:
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda n: len(lines[n])) + 1


def _syntax_hint(line: str, shape: Shape) -> str:
    from tokencost.pricetable.reading.toml_headers import mistaken_header

    if line.lstrip().startswith("[") and (header := mistaken_header(line, shape, {})):
        return f"did you mean {header.meant}?"
    key, equals, value = line.partition("=")
    if not equals:
        return "write key = value, or a [table] header; a comment begins with #"
    if value.strip().startswith("$"):
        return f"write the number alone: {key.strip()} = {value.strip().lstrip('$')}"
    return 'text stands in "quotes", a key stands once in its table'


def _explain(
    detail: ErrorDetails, parsed: dict[str, Any], shape: Shape, missing: Mapping[str, str]
) -> tuple[KeyPath, str, str]:
    """A pydantic error as its path, message and hint, in the words of the file."""
    path = tuple(step for step in detail["loc"] if step != "[key]")
    key = path[-1] if path else ""
    kind = detail["type"]
    if kind == "tokencost":
        context = detail.get("ctx", {})
        return _in_file(path, parsed), f"{_name(path)}: {context['message']}", context["hint"]
    path = _in_file(path, parsed)
    if kind == "missing":
        return path, f"`{key}` is missing", missing.get(str(key), f"add a line {key} = ...")
    if kind == "extra_forbidden":
        return path, f"unknown key `{key}`", _suggest_key(str(key), known_keys(shape, path[:-1]))
    if kind == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", ""))
        return path, f"{_name(path)}: {detail['input']!r} is not one of the known values", f"write {expected}"
    if kind == "too_short":
        least = detail.get("ctx", {}).get("min_length", 1)
        return path, f"{_name(path)}: this must be a list with at least {least} item{'s' * (least > 1)}", ""
    wanted = _WANTED.get(kind, detail["msg"])
    return path, f"{_name(path)}: this must be {wanted}", ""


_WANTED = {
    "string_type": 'text in "quotes"',
    "string_too_short": "text that is not empty",
    "list_type": "a list in [brackets]",
    "dict_type": "a table",
    "bool_type": "true or false",
}


def _in_file(path: KeyPath, parsed: dict[str, Any]) -> KeyPath:
    """The path without the steps that only the checker has (which form of a union was tried)."""
    node: Any = parsed
    kept: list[str | int] = []
    for step in path:
        if isinstance(node, list) and isinstance(step, int):
            node = node[step] if step < len(node) else None
        elif isinstance(node, dict):
            node = node.get(step)
        else:
            continue
        kept.append(step)
    return tuple(kept)


def _name(path: KeyPath) -> str:
    keys = [str(step) for step in path if isinstance(step, str)]
    return f"`{keys[-1]}`" if keys else "the file"


def _suggest_key(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1, cutoff=0.5)
    if near:
        return f"did you mean `{near[0]}`?"
    return "known here: " + ", ".join(known)


def _locate_problems(found: list[PathProblem], parsed: ParsedToml, shape: Shape) -> list[Problem]:
    """The problems with their lines; what looks missing since its line or its header is broken is left out."""
    if not found:
        return []
    from tokencost.pricetable.line_index import LineIndex
    from tokencost.pricetable.reading.toml_headers import mistaken_header

    file, index = parsed.file, LineIndex(parsed.text)
    lines, values = parsed.text.split("\n"), parsed.values or {}
    headers = {line: header for line in index.headers if (header := mistaken_header(lines[line - 1], shape, values))}
    placed = [
        Problem(file, line, f"unknown table {header.text}", f"did you mean {header.meant}?")
        for line, header in headers.items()
    ]
    for path, message, hint in found:
        line = index.line_of(path)
        first, after = index.section_of(line)
        if message.endswith("is missing") and any(first <= n < after for n in parsed.blanked):
            continue
        if line in headers or (message.endswith("is missing") and _is_meant(path, headers.values())):
            continue
        placed.append(Problem(file, line, message, hint))
    return placed


def _is_meant(path: KeyPath, headers: "Iterable[Header]") -> bool:
    """Whether a table that looks missing is the one that a mistyped header meant."""
    tables = tuple(step for step in path if isinstance(step, str))
    return any(header.path[: len(tables)] == tables or header.path == tables[:-1] for header in headers)
