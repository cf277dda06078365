"""Cells padded so that columns align in a font of fixed width."""

from collections.abc import Callable, Sequence

_FIRST_ODD = "\u0300"
"""From here on a character may be no column wide, or two."""
_ONE_WIDE = frozenset("\u2500\u2588\u2591—–‘’“”…×−→≤≥÷")


def width_of(text: str) -> int:
    """How many columns a text takes; an East Asian character takes two."""
    if all(character < _FIRST_ODD or character in _ONE_WIDE for character in text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrap_columns(text: str, columns: int) -> list[str]:
    """The text in lines of about so many columns, of which an East Asian character takes two."""
    from textwrap import wrap

    return wrap(text, max(columns * len(text) // max(width_of(text), 1), 1), break_on_hyphens=False)


def column_widths(lines: Sequence[Sequence[str]], measure: Callable[[str], int] = width_of) -> list[int]:
    """How wide each column must be for its widest cell."""
    return [max(map(measure, column)) for column in zip(*lines, strict=True)]


def pad(
    lines: Sequence[Sequence[str]], right: Sequence[bool], measure: Callable[[str], int] = width_of
) -> list[list[str]]:
    """The lines with every cell as wide as the widest of its column."""
    wide = column_widths(lines, measure)
    return [align(line, wide, right, measure) for line in lines]


def align(
    cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], measure: Callable[[str], int] = width_of
) -> list[str]:
    """The cells of one line, each as wide as its column."""
    return [
        " " * (width - measure(cell)) + cell if at_right else cell + " " * (width - measure(cell))
        for cell, width, at_right in zip(cells, widths, right, strict=True)
    ]
