r"""Long texts in pieces, whose tokens add up to those of the whole text.

Every vocabulary here first divides a text by a pattern, and then each part into tokens. So a text may be cut where no
part of any of these patterns can reach across, and where no part looks at what follows the cut. Such places are, with
the patterns of https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py and of DeepSeek's
tokenizer.json at hand:

- before a space that follows no white space: a space begins a part, or is white space behind other such, and is never
  inside another part; patterns look ahead from white space alone, `\s+(?!\S)`.
- behind a line feed that is followed by no white space and no slash: parts of punctuation and of white space may end in
  line feeds, and take all of them; with `o200k_base`, slashes too, `[\r\n/]*`.
- behind a letter that is followed by a line feed, a digit or punctuation other than an apostrophe: letters are taken as
  far as they go, together with marks, which are no punctuation, and with `'s` and the like. Only Latin letters, kana
  and the Chinese characters of 1993 count here: which further characters are letters depends on the version of Unicode.
"""

import re
from collections.abc import Iterable, Iterator

PIECE = 4096
"""Characters. Several such pieces at once are counted faster than one long text, on all processors."""
LONGEST = 4_000_000
"""Characters without any such place after which a text is cut all the same, so that memory stays flat."""
_LETTERS = "A-Za-z一-龥ぁ-ゖァ-ヺ"
_ENDS_LETTERS = r"\n0-9!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~，。、；：？！"
_PLACE = re.compile(rf"(?<=\S)(?= )|(?<=\n)(?=[^\s/])|(?<=[{_LETTERS}])(?=[{_ENDS_LETTERS}])")


class Splitter:
    """Cuts one text after the other, and remembers whether any place was not one where a text may be cut."""

    def __init__(self, piece: int = PIECE, longest: int = LONGEST) -> None:
        self._piece, self._longest = piece, longest
        self.forced = 0
        """How often a text was cut where its count may change by a token or two."""

    def split(self, blocks: Iterable[str]) -> Iterator[str]:
        """The pieces of one text, which comes in blocks of any length."""
        rest = ""
        searched = 0
        for block in blocks:
            rest += block
            start = 0
            while found := _PLACE.search(rest, max(start + self._piece, searched)):
                yield rest[start : found.start()]
                start, searched = found.start(), 0
            while len(rest) - start >= self._longest:
                self.forced += 1
                yield rest[start : start + self._longest]
                start += self._longest
            rest = rest[start:]
            # The last place depends on the character that comes next.
            searched = max(len(rest) - 1, 0)
        if rest:
            yield rest
