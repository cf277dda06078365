"""Web addresses inside a text, which markups must not escape as they do words."""

import re
from collections.abc import Callable

# Only characters that a URL may have, less those that end a cell, a link or a quotation in some markup;
# punctuation at the end belongs to the sentence. https://www.rfc-editor.org/rfc/rfc3986#section-2
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[\w.~:/?#@!$&()*+,;=%-]*[\w~/#@$&*+=%-]", re.ASCII)


def with_addresses(text: str, *, word: Callable[[str], str], address: Callable[[str], str]) -> str:
    """The text with `address` applied to each http or https address in it and `word` to all the rest."""
    pieces: list[str] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        pieces += [word(text[end : match.start()]), address(match[0])]
        end = match.end()
    return "".join([*pieces, word(text[end:])])
