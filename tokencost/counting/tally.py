"""Tokens of many pieces of text, request by request, for several vocabularies at once."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from tokencost.counting.split import Splitter
from tokencost.counting.vocabularies import load_vocabulary

BATCH = 1024 * 1024
"""Characters that are counted together."""
_MOST_PIECES = 4096


class Tally:
    """Adds up the tokens of requests, each of one or more texts. Memory: 8 bytes a request and vocabulary."""

    def __init__(self, vocabularies: Sequence[str]) -> None:
        self._count = {name: load_vocabulary(name) for name in vocabularies}
        self.splitter = Splitter()
        self._pieces: list[str] = []
        self._owners: list[int] = []
        self._waiting = 0
        self._tokens = {name: array("Q") for name in vocabularies}
        self._requests = 0

    def begin_request(self) -> None:
        """What is added from now on belongs to a further request."""
        self._requests += 1
        for tokens in self._tokens.values():
            tokens.append(0)

    def add_text(self, blocks: Iterable[str]) -> int:
        """Add one text to the request; how many characters it has. Tokens never reach from one text into the next."""
        characters = 0
        for piece in self.splitter.split(blocks):
            characters += len(piece)
            self._pieces.append(piece)
            self._owners.append(self._requests - 1)
            self._waiting += len(piece)
            if self._waiting >= BATCH or len(self._pieces) >= _MOST_PIECES:
                self._flush()
        return characters

    def add_tokens(self, added: Mapping[str, int]) -> None:
        """Add tokens of a template to the request."""
        for name, tokens in added.items():
            self._tokens[name][-1] += tokens

    def finish(self) -> Mapping[str, "array[int]"]:
        """For each vocabulary, the tokens of every request."""
        self._flush()
        return self._tokens

    def _flush(self) -> None:
        for name, count in self._count.items():
            tokens = self._tokens[name]
            for owner, found in zip(self._owners, count(self._pieces), strict=True):
                tokens[owner] += found
        self._pieces, self._owners, self._waiting = [], [], 0


@cache
def count_word(vocabulary: str, word: str) -> int:
    """The tokens of a role or a name, which are the same in every message."""
    return load_vocabulary(vocabulary)([word])[0]
