"""Which spellings are one name: capitals, spaces, underscores and kinds of dashes tell no two names apart.

This holds for what people type. What programs write, such as the models of logged requests, is matched as it is: there,
another spelling may be the model of another host, with another price.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

CACHED_NAMES = 4096
_AROUND = " \t\r\n,;'\"`´‘’‚“”„«»\u00a0\u200b\ufeff"
_DASHES = re.compile("[‐‑‒–—―−]")
_BETWEEN = re.compile(r"[\s_()\[\]\-]+")


def trim(text: str) -> str:
    """Without the quotes, commas and spaces that are copied along with a name."""
    return text.strip(_AROUND)


@lru_cache(maxsize=CACHED_NAMES)
def fold_case(text: str) -> str:
    """The name in small letters, with one kind of dash."""
    if not text.isascii():
        from unicodedata import normalize

        text = _DASHES.sub("-", normalize("NFKC", text))
    return trim(text).casefold()


@lru_cache(maxsize=CACHED_NAMES)
def fold_name(text: str) -> str:
    """The name without what stands between its words: `GPT-6.1 Sol` and `gpt_6.1_sol` as `gpt6.1sol`."""
    return _BETWEEN.sub("", fold_case(text))


def find_spelled(
    text: str, known: Iterable[str], *, same: Mapping[str, str] | None = None, endings: tuple[str, ...] = ()
) -> str | None:
    """The known name that this is a spelling of; None where it is of none, or of two.

    `same` has other words for known names, folded; `endings` are words that may follow a name, as in `Batch API`.
    """
    names = tuple(dict.fromkeys(known))
    if text in names:
        return text
    folded = fold_name(text)
    for ending in ("", *endings):
        if not folded.endswith(ending):
            continue
        wanted = folded.removesuffix(ending)
        found = [name for name in names if fold_name(name) == wanted]
        if not found and same and same.get(wanted) in names:
            return same[wanted]
        if found:
            return found[0] if len(found) == 1 else None
    return None
