r"""Text from files and users, without the characters that act instead of being read.

Control characters, those that reverse or hide text and those that break lines become visible: `\x1b`,
`\u202e`. Everything a person can see stays, East Asian writing and emoji included (which need U+200D).
Each format adds its own escape after this one.

The characters that reverse text: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
"""

import re

HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: escape sequences, line breaks, tabs
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # text direction
    "\u200b\ufeff"  # no width
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff"  # halves of a pair, which UTF-8 cannot write
    "\ufffe\uffff"  # no characters at all, which XML refuses
    "]"
)
"""One character that must not reach a reader as it is."""
_LINES = re.compile(rf"(?![\n\t]){HIDDEN.pattern}")


def sanitize(text: str) -> str:
    """The text with every hidden character made visible."""
    return HIDDEN.sub(_make_visible, text)


def sanitize_lines(text: str) -> str:
    """The same for a text of several lines, whose line breaks and tabs stay."""
    return _LINES.sub(_make_visible, text)


def _make_visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if match[0] <= "\xff" else f"\\u{code:04x}"
