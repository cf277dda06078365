"""Laws of any text: refreshed twice it changes once, and nothing outside of its blocks ever changes."""

from hypothesis import given, settings
from hypothesis import strategies as st

import tokencost
from tokencost.cli.refresh.run import Run
from tokencost.cli.refresh.text import refresh_text
from tokencost.marks.blocks import find_blocks, lay_out, replace_blocks
from tokencost.marks.syntaxes import SYNTAXES, Syntax
from tokencost.pricetable.table import PriceTable

COMMANDS = (
    "compare deepseek-reasoner o1 --on 2025-01-27 --brief",
    "compare o1 gpt-4o --on 2025-01-27 --format csv",
    "find 0.14 --on 2025-01-27 --brief --format table",
)
FIGURES = ("ratio deepseek-reasoner o1 input 2025-01-27", "price o1 output 2025-01-27")
ENDINGS = ("\n", "\r\n", "\r")
FILLER = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
"""Of any characters, odd line separators among them."""


def lines(syntax: Syntax, words: str, old: str, ending: str) -> str:
    body = [syntax.mark(f"tokencost {words}"), *[""] * syntax.blank_lines, old, *[""] * syntax.blank_lines]
    return ending.join([*body, syntax.mark("/tokencost"), ""])


@st.composite
def texts(draw: st.DrawFn) -> tuple[Syntax, str, list[str], int]:
    """A text of some blocks, with what stands between them, which holds none of the signs that this tool reads."""
    syntax = draw(st.sampled_from(list(SYNTAXES.values())))
    count = draw(st.integers(0, 4))
    plain = FILLER.map(lambda text: "".join(c for c in text if c not in "<`~>$/.%#\\:+-*_|\r\n\t ") + "x")
    outside, blocks = [], []
    for _ in range(count):
        ending = draw(st.sampled_from(ENDINGS))
        gap = draw(st.sampled_from(ENDINGS)) * draw(st.integers(2, 3))
        outside.append(draw(plain) + gap * 2)
        figure = draw(st.booleans())
        old = draw(st.sampled_from(("1.00", "27", "98.10")) if figure else plain)
        if figure and syntax.closes:
            mark = syntax.mark(f"tokencost: {draw(st.sampled_from(FIGURES))}")
            blocks.append(f"{mark}{old}{syntax.mark('/')}{gap}")
        elif figure:
            mark = syntax.mark(f"tokencost: {draw(st.sampled_from(FIGURES))}")
            space = [""] * syntax.blank_lines
            blocks.append(ending.join([mark, *space, old, *space, syntax.mark("/"), ""]) + gap)
        else:
            blocks.append(lines(syntax, draw(st.sampled_from(COMMANDS)), old, ending) + gap)
    outside.append(draw(plain))
    text = "".join(part for pair in zip(outside, [*blocks, ""], strict=True) for part in pair)
    return syntax, text, outside, count


def around(text: str, syntax: Syntax) -> list[str]:
    """What stands outside of the blocks, their marks included."""
    parts, at = [], 0
    for block in find_blocks(text, syntax).blocks:
        parts.append(text[at : block.start])
        at = block.end
    return [*parts, text[at:]]


@given(drawn=texts())
@settings(max_examples=settings().max_examples // 2)
def test_a_text_refreshed_twice_changes_once(shipped: PriceTable, drawn: tuple[Syntax, str, list[str], int]) -> None:
    syntax, text, _, count = drawn
    assert len(find_blocks(text, syntax).blocks) == count
    once = tokencost.refresh(text, syntax=syntax.name, prices=shipped)
    assert tokencost.refresh(once, syntax=syntax.name, prices=shipped) == once
    assert around(once, syntax) == around(text, syntax)
    assert len(around(once, syntax)) == count + 1


@given(before=st.binary(max_size=60), after=st.binary(max_size=60), ending=st.sampled_from(ENDINGS))
@settings(max_examples=settings().max_examples // 2)
def test_bytes_around_a_block_stay_whatever_they_are(
    shipped: PriceTable, before: bytes, after: bytes, ending: str
) -> None:
    """Where they hide the block, such as an unended fence, or are not UTF-8 while the answer needs it: no change."""
    syntax = SYNTAXES["markdown"]
    block = lines(syntax, COMMANDS[1], "old", ending).encode()
    content = before + ending.encode() * 2 + block + ending.encode() + after
    text = content.decode("utf-8", "surrogateescape")
    result = refresh_text(text, syntax, Run(shipped, allow_outside=False, dated=True))
    written = result.text.encode("utf-8", "surrogateescape")
    if not result.problems and result.blocks:
        begin, end = block.split(b"old")
        first = before + ending.encode() * 2 + begin
        assert written.startswith(first)
        assert written.endswith(end + ending.encode() + after)
        assert b"model,provider,component" in written[len(first) :]
    else:
        assert written == content


@given(
    st.text(st.sampled_from("<!- tokencos/:>`~\n\r\t $.%#'\"x|1"), max_size=300),
    st.sampled_from(list(SYNTAXES.values())),
)
@settings(max_examples=settings().max_examples * 3)
def test_any_text_has_blocks_in_order_that_do_not_overlap(text: str, syntax: Syntax) -> None:
    text = text.replace("to", "<!-- tokencost ").replace("kc", "<!-- /tokencost -->\n").replace("%#", "% tokencost x\n")
    found = find_blocks(text, syntax)
    at = 0
    for block in found.blocks:
        assert at <= block.start <= block.end <= len(text)
        at = block.end
    assert replace_blocks(text, found.blocks, [block.within(text) for block in found.blocks]) == text


@given(
    FILLER.map(lambda text: text.replace("\r", "\n")),
    st.sampled_from(list(SYNTAXES.values())),
    st.sampled_from(ENDINGS),
)
def test_what_is_laid_out_is_laid_out_alike_when_it_stands_there(output: str, syntax: Syntax, ending: str) -> None:
    text = lines(syntax, "compare", "old", ending)
    (block,) = find_blocks(text, syntax).blocks
    once = lay_out(block, output, text, syntax)
    after = replace_blocks(text, [block], [once])
    again = block._replace(end=block.start + len(once))
    assert lay_out(again, output, after, syntax) == once or not output.strip()
