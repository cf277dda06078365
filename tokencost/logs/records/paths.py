"""Fields of records as people type them: `usage.prompt_tokens`, and keys that hold dots in quotes or in brackets."""

import re
from collections.abc import Sequence

from tokencost.logs.records.kind import Path

_QUOTED = r"""\[\s*"[^"]+"\s*\]|\[\s*'[^']+'\s*\]|"[^"]+\""""
_PART = re.compile(rf"""(?P<quoted>{_QUOTED})|(?P<bare>[^."'\[\]]+)""")
_PLAIN = re.compile(r"""[^."'\[\]+]+""")
_TERM = re.compile(rf"(?:{_QUOTED}|[^+])+")


def split_path(text: str) -> Path | None:
    """`attributes."gen_ai.usage.input_tokens"` or `attributes["gen_ai..."]` as a path; None where nothing is quoted so.

    A name in which quotes mean nothing, such as `say "x"`, is not quoted.
    """
    parts: list[str] = []
    quoted = False
    place = 0
    while place < len(text):
        if parts and text[place] == ".":
            place += 1
        elif parts and text[place] != "[":
            return None
        found = _PART.match(text, place)
        if found is None:
            return None
        quoted = quoted or found["bare"] is None
        parts.append(found["bare"] or found["quoted"].strip("[] \t")[1:-1])
        place = found.end()
    return tuple(parts) if quoted else None


def split_sum(text: str) -> list[str]:
    """The terms of `a.x+a.y`: what stands between plus signs that are not within quotes."""
    if "+" not in text:
        return [text]
    terms, place = [], 0
    while found := _TERM.match(text, place):
        terms.append(found[0].strip())
        place = found.end() + 1
        if found.end() == len(text):
            return terms
    return [*terms, ""]


def show_path(path: Sequence[str]) -> str:
    """A path as it can be typed: parts that would be read otherwise in quotes."""
    return ".".join(part if _PLAIN.fullmatch(part) else _quote(part) for part in path)


def _quote(part: str) -> str:
    return f"['{part}']" if '"' in part else f'"{part}"'
