"""Cutting a text never changes its count."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tokencost.counting.split import Splitter
from tokencost.counting.vocabularies import LOADERS, load_vocabulary

# What patterns treat apart: letters with case and without, marks, apostrophes, slashes behind punctuation, every kind
# of white space, digits, characters of no class, and words that merge across them.
PARTS = (
    *("a", "B", "é", "Ж", "中", "文", "龥", "龦", "ぁ", "カ", "ǅ", "ʰ", "ا", "न", "ि", "한", "\u0301", "\u200d"),
    *("'s", "'T", "'ſ", "'", "’", "。", "，", "/", "//", "_", "-", "==", "{", "}", '"', ".", " the", "ing", "Hello"),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", "\n/", "\u00a0", "\u2028", "\u3000", "\x85", "\x1c", "\x0b"),
    *(
        "1",
        "12",
        "٣",
        "½",
        "Ⅷ",
        "👩‍👩‍👧",
        "🇩🇪",
        "\ue000",
        "\x00",
        "\x07",
        "\ufeff",
        "\ufffd",
        "<|endoftext|>",
        "<think>",
    ),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


def pieces_of(text: str, piece: int, block: int) -> list[str]:
    return list(Splitter(piece).split(text[at : at + block] for at in range(0, len(text), block)))


@settings(max_examples=settings().max_examples * 4)
@given(text=TEXTS | st.text(), piece=st.integers(1, 6), block=st.integers(1, 9))
@example(text="。\n/a", piece=1, block=1)
@example(text="a \n b", piece=1, block=1)
@example(text="x's y'll z", piece=1, block=2)
@example(text="e\u0301 中文。中", piece=1, block=3)
def test_the_tokens_of_the_pieces_add_up(text: str, piece: int, block: int) -> None:
    pieces = pieces_of(text, piece, block)
    assert "".join(pieces) == text
    for name in LOADERS:
        count = load_vocabulary(name)
        assert sum(count(pieces)) == count([text])[0], (name, pieces)


def test_a_cut_anywhere_else_would_change_it() -> None:
    count = load_vocabulary("o200k_base")
    assert sum(count(["Hel", "lo"])) != count(["Hello"])[0]
    assert sum(count(["a ", "b"])) != count(["a b"])[0]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two  three", ["one", " two", "  three"]),
        ("one\ntwo\n\n three", ["one", "\n", "two", "\n\n three"]),
        ("a/\n/b", ["a", "/\n/b"]),
        ("中文。中文", ["中文", "。中文"]),
        ("ab12,c", ["ab", "12,c"]),
        ("don't e\u0301.", ["don't", " e\u0301."]),
        ("aaaa", ["aaaa"]),
        ("", []),
    ],
)
def test_where_texts_are_cut(text: str, pieces: list[str]) -> None:
    assert pieces_of(text, 1, 100) == pieces


def test_a_text_without_any_place_is_cut_at_last_and_that_is_known() -> None:
    splitter = Splitter(piece=4, longest=10)
    assert list(splitter.split(["a" * 9, "a" * 16])) == ["a" * 10, "a" * 10, "a" * 5]
    assert splitter.forced == 2
    splitter = Splitter(piece=4, longest=10)
    assert list(splitter.split(["a" * 9, " a"])) == ["a" * 9, " a"]
    assert splitter.forced == 0
