import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.render.sanitize import sanitize


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\rd\x00", "a\\x0ab\\x09c\\x0dd\\x00"),
        ("\x7f\x80\x85\x9b", "\\x7f\\x80\\x85\\x9b"),
        ("a\u202eb\u2066c\u2069\u200e\u200f\u061c", "a\\u202eb\\u2066c\\u2069\\u200e\\u200f\\u061c"),
        ("\u200b\ufeff\u2028\u2029", "\\u200b\\ufeff\\u2028\\u2029"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("\ufffe\uffff", "\\ufffe\\uffff"),
    ],
)
def test_what_acts_becomes_visible(text: str, visible: str) -> None:
    assert sanitize(text) == visible


@pytest.mark.parametrize("text", ["gpt-6.1-sol", "名称", "e\u0301", "👩\u200d👩\u200d👧", "שלום", "a\u00a0b", ""])
def test_what_people_read_stays(text: str) -> None:
    assert sanitize(text) == text


@given(st.text())
def test_the_result_is_one_printable_line_of_utf8(text: str) -> None:
    visible = sanitize(text)
    assert len(visible.splitlines()) <= 1
    assert "\x1b" not in visible
    assert sanitize(visible) == visible
    visible.encode()
