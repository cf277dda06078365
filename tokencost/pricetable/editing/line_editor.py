"""The lines of a file with some of them changed; all others keep every byte, their ends included.

A person reads the diff of every edit, so nothing may stand in it that was not asked for: see `edit` for what tomlkit
changes besides.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from tokencost.pricetable.editing.toml_writer import with_value


class LineEditor:
    """Changes to a text, by the line numbers of the original, which count from 1."""

    def __init__(self, text: str) -> None:
        # Not splitlines: a form feed ends no line of TOML.
        self._lines = text.split("\n")
        self._ending = "\r" if self._lines[0].endswith("\r") else ""
        self._before: dict[int, list[str]] = {}
        self._after: dict[int, list[str]] = {}
        self._dropped: set[int] = set()

    @property
    def last_line(self) -> int:
        """The last line that is not empty."""
        return self.last_line_of((1, len(self._lines) + 1))

    def last_line_of(self, section: tuple[int, int]) -> int:
        """The last line of a section (first line, line after it) that belongs to it.

        Comments below its last value are its own if an empty line follows them; otherwise they introduce what
        comes next.
        """
        first, end = section
        end = min(end, len(self._lines) + 1)
        last = end - 1
        while last > first and self._is_empty_or_comment(last):
            last -= 1
        below = last
        while below + 1 < end and self.line(below + 1).lstrip().startswith("#"):
            below += 1
        is_banner = below + 1 == end <= len(self._lines)
        return last if is_banner else below

    def line(self, number: int) -> str:
        """A line of the original, without its end."""
        return self._lines[number - 1]

    def before(self, number: int, lines: list[str]) -> None:
        """Put lines in front of a line."""
        self._before.setdefault(number, []).extend(lines)

    def after(self, number: int, lines: list[str]) -> None:
        """Put lines behind a line."""
        self._after.setdefault(number, []).extend(lines)

    def drop(self, number: int) -> None:
        """Leave a line out."""
        self._dropped.add(number)

    def replace(self, first: int, last: int, lines: list[str]) -> None:
        """Put lines in the place of others, `last` included."""
        self.before(first, lines)
        self._dropped.update(range(first, last + 1))

    def change(self, number: int, key: str, value: Any) -> None:
        """Give the key on a line another value. Raises `ValueError` where the line is not `key = value`."""
        self.replace(number, number, [self.changed(number, key, value)])

    def changed(self, number: int, key: str, value: Any) -> str:
        """The line with another value of its key. Raises `ValueError` where the line is not `key = value`."""
        line = self._lines[number - 1]
        mark = "\ufeff" if line.startswith("\ufeff") else ""
        return mark + with_value(line.removeprefix(mark).removesuffix("\r"), key, value)

    def text(self) -> str:
        """The changed text."""
        lines: list[str] = []
        for number, line in enumerate(self._lines, start=1):
            lines += [added + self._ending for added in self._before.get(number, ())]
            if number not in self._dropped:
                lines.append(line)
            added = [each + self._ending for each in self._after.get(number, ())]
            if added and number == len(self._lines) and self._ending:
                lines[-1] += self._ending  # the file ended without a line end
            lines += added
        if lines[-1].strip() and self._lines[-1].strip() and lines[-1] != self._lines[-1]:
            lines.append("")
        return "\n".join(lines)

    def _is_empty_or_comment(self, number: int) -> bool:
        line = self.line(number).strip()
        return not line or line.startswith("#")


def unified_diff(old: str, new: str, name: str, context: int = 3) -> Iterator[str]:
    """The lines that differ, with those around them, as `diff -u` writes it.

    Not `difflib.unified_diff`: that takes lines which occur often, as `tier = "batch"` does, for noise, and then
    shows lines as changed that are the same.
    """
    from difflib import SequenceMatcher

    before, after = old.split("\n"), new.split("\n")

    class Matcher(SequenceMatcher[str]):
        """Begins an insertion with its empty line, where the same lines could be said to be new in two ways."""

        def get_opcodes(self) -> Any:
            return list(_slide_insertions(super().get_opcodes(), after))

    yield f"--- {name}"
    yield f"+++ {name} (new)"
    for group in Matcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        _, old_first, _, new_first, _ = group[0]
        _, _, old_end, _, new_end = group[-1]
        yield f"@@ -{old_first + 1},{old_end - old_first} +{new_first + 1},{new_end - new_first} @@"
        for kind, a, b, c, d in group:
            if kind == "equal":
                yield from (f" {line}" for line in before[a:b])
                continue
            yield from (f"-{line}" for line in before[a:b])
            yield from (f"+{line}" for line in after[c:d])


def _slide_insertions(codes: Iterable[Sequence[Any]], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    changes = [list(code) for code in codes]
    for here, following in pairwise(changes):
        while (
            here[0] == "insert"
            and after[here[3]].strip()
            and after[here[3]] == after[here[4]]
            and following[1] < following[2]
        ):
            for code, ends in ((here, (1, 2, 3, 4)), (following, (1, 3))):
                for end in ends:
                    code[end] += 1
    for previous, here in pairwise(changes):
        previous[2], previous[4] = here[1], here[3]
    for kind, *places in changes:
        yield kind, *places
