"""What was probably meant where a file is no TOML.

A parser says where it stopped. Who typed `0,15` or a date of another country needs to hear what is wrong with that, on
its own line, and what to type instead.
"""

import re
from calendar import monthrange
from typing import NamedTuple

from tokencost.pricetable.reading.row_slips import find_brace_slip, find_pair_slip

_NUMBER = re.compile(
    r"(?P<key>[A-Za-z0-9_-]+)\s*=\s*(?P<text>\$?(?P<number>\d[\d_.]*(?:,\d+)+(?:\.\d+)?|\.\d+|\d+\.))(?=\s*(?:[,}\]]|$))"
)
_DATE = re.compile(r"=\s*(?P<text>(?P<a>\d{1,4})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4}))(?![\d.])")
_YEAR_DIGITS = 4
_MONTHS = 12
_LONGEST_SHOWN = 100


class Slip(NamedTuple):
    """A mistake in the text: its line, what it is, and what to write."""

    line: int
    message: str
    hint: str
    blanked: range | None = None
    """The lines without which the rest can be read; None for the line where the parser stopped."""


def find_slip(lines: list[str], line: int, column: int, message: str) -> Slip | None:
    """The mistake behind a syntax error at that place (both count from 1), if it is one of those known here."""
    text = _without_comment(lines[line - 1])
    for pattern, explain in ((_NUMBER, _number_slip), (_DATE, _date_slip)):
        for match in pattern.finditer(text):
            # The parser stops in the value, or where it takes the rest of it for something else.
            near = match.start("text") < column and not text[match.end() : column - 1].strip(" \t,")
            if near and (words := explain(match)):
                return Slip(line, *words)
    if row := find_brace_slip(lines, line):
        return Slip(row.first, row.message, row.hint, range(row.first, row.last + 1))
    if "".join(lines[line - 1 :])[column - 1 :].strip() == "" or message.startswith("Unclosed"):
        return _list_slip(lines, line, column)
    if pair := find_pair_slip(lines[line - 1], line):
        return Slip(line, pair.message, pair.hint)
    return None


def _number_slip(match: "re.Match[str]") -> tuple[str, str]:
    written, number = match["text"], match["number"].replace("_", "")
    if number.startswith(".") or number.endswith("."):
        plain = [f"0{number}" if number.startswith(".") else number[:-1]]
        what = "lacks a digit beside its point"
    else:
        whole, _, last = number.rpartition(",")
        grouped = number.count(",") > 1 or "." in last
        digits = whole.replace(",", "").replace(".", "")
        plain = [digits + last] if grouped else [f"{digits}.{last}"]
        if re.fullmatch(r"[1-9]\d{0,2},\d{3}", number):
            plain.append(digits + last)  # either a fraction, or thousands
        what = "has a comma, and TOML writes a point"
    return f"the number {written} {what}", "write " + " or ".join(f"{match['key']} = {each}" for each in plain)


def _date_slip(match: "re.Match[str]") -> tuple[str, str] | None:
    written = match["text"]
    first, second, third = int(match["a"]), int(match["b"]), int(match["c"])
    if len(match["a"]) == _YEAR_DIGITS:
        meant = [(first, second, third)]
    elif len(match["c"]) == _YEAR_DIGITS:
        # 12/01/2026 is a day of December or of January: both are offered, where both exist.
        meant = [(third, first, second), (third, second, first)]
    else:
        return None
    days = list(dict.fromkeys(f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in meant if _is_day(y, m, d)))
    if days:
        words = f"{written} is not how TOML writes a date", f"write year-month-day: {' or '.join(days)}"
        return None if written in days else words
    year, month, _ = meant[0]
    if year and 1 <= month <= _MONTHS:
        last = monthrange(year, month)[1]
        return f"there is no day {written}", f"that month ends on {year:04d}-{month:02d}-{last:02d}"
    return f"there is no day {written}", "write year-month-day, such as 2026-12-01"


def _is_day(year: int, month: int, day: int) -> bool:
    return year > 0 and 1 <= month <= _MONTHS and 1 <= day <= monthrange(year, month)[1]


def _list_slip(lines: list[str], line: int, column: int) -> Slip | None:
    """Two items of a list or an inline table without a comma, or a list that is not closed.

    The mistake is at the end of the item before, which may be on an earlier line.
    """
    before = lines[line - 1][: column - 1].rstrip()
    at, text = line, before
    if not before:
        at = next((n for n in range(line - 1, 0, -1) if _without_comment(lines[n - 1]).strip()), 0)
        text = _without_comment(lines[at - 1]).rstrip() if at else ""
    following = lines[line - 1][column - 1 :].lstrip()
    if not before and not following and text.lstrip().startswith("{"):
        return Slip(at, "the list that ends here is not closed", "write ] behind it, on a line of its own")
    if not text or text[-1] in ",[{=":
        return None
    if not before and (following.startswith("[") or re.match(r"[^{\"',]*=", following)):
        return Slip(at, "the list that ends here is not closed", "write ] behind it, on a line of its own")
    if not following:
        return None
    return Slip(at, "a comma is missing behind this item", f"write a comma: {_shorten(text.strip())},")


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"…{text[-_LONGEST_SHOWN:]}"


def _without_comment(line: str) -> str:
    """The line without its comment, as far as can be told in a broken file."""
    quoted = ""
    for n, character in enumerate(line):
        if character == quoted:
            quoted = ""
        elif not quoted and character in "\"'":
            quoted = character
        elif not quoted and character == "#":
            return line[:n]
    return line
