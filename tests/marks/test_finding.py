"""Which comments are marks, in each syntax, and what belongs to a block."""

import pytest

from tokencost.marks.blocks import Block, find_blocks
from tokencost.marks.syntaxes import SYNTAXES

BLOCK = {
    "markdown": "<!-- tokencost compare o1 -->\nold\n<!-- /tokencost -->\n",
    "html": "<!-- tokencost compare o1 -->\nold\n<!-- /tokencost -->\n",
    "asciidoc": "// tokencost compare o1\nold\n// /tokencost\n",
    "rst": ".. tokencost compare o1\n\nold\n\n.. /tokencost\n",
    "latex": "% tokencost compare o1\nold\n% /tokencost\n",
    "orgmode": "# tokencost compare o1\nold\n# /tokencost\n",
}
INDENTED = {name: "".join(f"    {line}\n" for line in text.splitlines()) for name, text in BLOCK.items()}
VERBATIM = {
    "a fence": ("markdown", f"```\n{BLOCK['markdown']}```\n"),
    "a longer fence": ("markdown", f"````md\n```\n{BLOCK['markdown']}```\n{BLOCK['markdown']}````\n"),
    "a fence of tildes": ("markdown", f"~~~\n```\n{BLOCK['markdown']}~~~\n"),
    "a fence that looks closed": ("markdown", f"```\n    ```x\n``\n{BLOCK['markdown']}```\n"),
    "a fence with an indented fence": ("markdown", f"```\n    ```\n{BLOCK['markdown']}```\n"),
    "an escaped comment": ("markdown", "\\<!-- tokencost: price o1 input -->1<!-- / -->\n"),
    "a fence in a list": ("markdown", f"- x\n\n  ```\n{BLOCK['markdown']}  ```\n"),
    "a fence as an item": ("markdown", f"1. ```\n{BLOCK['markdown']}   ```\n"),
    "a quoted fence": ("markdown", "> ```\n> <!-- tokencost compare o1 -->\n> <!-- /tokencost -->\n"),
    "indented code": ("markdown", f"x\n\n{INDENTED['markdown']}"),
    "code in a line": ("markdown", "a `<!-- tokencost: price o1 input -->1<!-- / -->` b\n"),
    "code of two backticks": ("markdown", "a `` ` <!-- tokencost: price o1 input -->1<!-- / --> `` b\n"),
    "code over two lines": ("markdown", "a `b\n<!-- tokencost: price o1 input -->1<!-- / -->` b\n"),
    "a comment": ("markdown", "<!-- was:\ntokencost compare o1\n/tokencost\n\nand <!-- tokencost compare o1 -->\n"),
    "a comment in a paragraph": ("markdown", "x <!-- y\n<!-- tokencost compare o1 -->\n"),
    "a script": ("html", f"<script>\n{BLOCK['html']}</script>\n"),
    "a text area": ("html", f"<TEXTAREA rows=2>\n{BLOCK['html']}</textarea>\n"),
    "a CDATA section": ("html", f"<![CDATA[\n{BLOCK['html']}]]>\n"),
    "a listing": ("asciidoc", f"----\n{BLOCK['asciidoc']}----\n"),
    "a literal block": ("asciidoc", f".....\n....\n{BLOCK['asciidoc']}.....\n"),
    "a block of comments": ("asciidoc", f"////\n{BLOCK['asciidoc']}////\n"),
    "an indented line": ("asciidoc", INDENTED["asciidoc"]),
    "a literal paragraph": ("rst", f"so::\n\n{INDENTED['rst']}\nx\n"),
    "a code block": ("rst", f".. code-block:: rst\n   :linenos:\n\n{INDENTED['rst']}"),
    "a comment below": ("rst", f"..\n{INDENTED['rst']}"),
    "a comment of several lines": ("rst", f".. what follows\n{INDENTED['rst']}"),
    "verbatim": ("latex", f"\\begin{{verbatim}}\n{BLOCK['latex']}\\end{{verbatim}}\n"),
    "verbatim after a per cent": ("latex", f"50\\% \\begin{{verbatim}}\n{BLOCK['latex']}\\end{{verbatim}}\n"),
    "lstlisting": ("latex", f"\\begin{{lstlisting}}[x]\n{BLOCK['latex']}\\end{{lstlisting}}\n"),
    "iffalse": ("latex", f"\\iffalse\n{BLOCK['latex']}\\fi\n"),
    "src": ("orgmode", f"#+BEGIN_SRC org\n{BLOCK['orgmode']}#+END_SRC\n"),
    "example": ("orgmode", f"  #+begin_example\n{BLOCK['orgmode']}  #+end_example\n"),
}


def only(text: str, syntax: str = "markdown") -> Block:
    found = find_blocks(text, SYNTAXES[syntax])
    assert found.problems == ()
    (block,) = found.blocks
    return block


@pytest.mark.parametrize("syntax", BLOCK)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_block_is_what_stands_between_its_marks(syntax: str, ending: str) -> None:
    text = f"before\n\n{BLOCK[syntax]}\nafter\n".replace("\n", ending)
    block = only(text, syntax)
    assert (block.kind, block.command, block.line, block.ending) == ("answer", "compare o1", 3, ending)
    assert block.within(text).strip() == "old"
    assert text[: block.start].endswith(f"compare o1{' -->' if SYNTAXES[syntax].closes else ''}{ending}")
    assert "/tokencost" in text[block.end :].split(ending)[0]


@pytest.mark.parametrize(("syntax", "text"), VERBATIM.values(), ids=VERBATIM)
def test_what_is_shown_as_it_is_holds_no_marks(syntax: str, text: str) -> None:
    assert find_blocks(text, SYNTAXES[syntax]) == ((), ())
    # And the search goes on behind it.
    if syntax != "rst" and "comment" not in text:
        assert only(f"{text}\n{BLOCK[syntax]}", syntax).command == "compare o1"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\ufeff",
        "   ",
        "- item\n  ",
        "1. item\n\n   ",
        "10. item\n\n    ",
        "- a\n  - b\n\n    ",
        "`code` and ` one\n\n",
    ],
)
def test_a_mark_may_begin_a_text_and_stand_in_a_list(before: str) -> None:
    indent = "" if before.endswith("\n") else before.rpartition("\n")[2].replace("\ufeff", "")
    text = before + BLOCK["markdown"].replace("\n", f"\n{indent}").rstrip(" ")
    assert only(text).prefix == indent


def test_a_title_is_no_listing() -> None:
    assert only(f"Prices\n------\n\n{BLOCK['asciidoc']}", "asciidoc").command == "compare o1"


def test_a_mark_may_go_on_over_lines() -> None:
    assert only("<!-- tokencost compare\n  o1 -->\n<!-- /tokencost -->").command.split() == ["compare", "o1"]
    for comment in ("//", "%", "#"):
        syntax = {"//": "asciidoc", "%": "latex", "#": "orgmode"}[comment]
        text = f"{comment} tokencost compare \\\n{comment}   o1\n{comment} /tokencost\n"
        assert only(text, syntax).command.split() == ["compare", "o1"]
    assert only(".. tokencost compare \\\n   o1\n\n.. /tokencost\n", "rst").command.split() == ["compare", "o1"]


def test_a_mark_is_addressed_to_this_tool_alone() -> None:
    text = "<!-- tokencosts --><!-- / --><!-- /tokencosts --><!-- not tokencost --><!-- tokencost::x -->\n"
    assert find_blocks(text, SYNTAXES["markdown"]) == ((), ())
    assert find_blocks(".. tokencost:: x\n", SYNTAXES["rst"]) == ((), ())


def test_a_figure_stands_within_a_line() -> None:
    text = (
        "It costs <!-- tokencost: ratio a b input -->27.3×<!-- / --> as <!-- tokencost: price a input -->$1<!-- / -->."
    )
    found = find_blocks(text, SYNTAXES["markdown"])
    assert [(each.kind, each.command, each.within(text)) for each in found.blocks] == [
        ("figure", "ratio a b input", "27.3×"),
        ("figure", "price a input", "$1"),
    ]


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("asciidoc", "// tokencost: price a input\n:price: $1\n// /\n"),
        ("rst", ".. tokencost: price a input\n\n.. |price| replace:: $1\n\n.. /\n"),
        ("latex", "% tokencost: price a input\n\\newcommand{\\price}{\\$1}\n% /\n"),
        ("orgmode", "# tokencost: price a input\n#+MACRO: price $1\n# /\n"),
    ],
)
def test_a_figure_has_lines_of_its_own_where_comments_are_lines(syntax: str, text: str) -> None:
    block = only(text, syntax)
    assert (block.kind, block.command) == ("figure", "price a input")
    assert block.within(text).strip() == text.splitlines()[2 if syntax == "rst" else 1]


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("markdown", "```console\n$ tokencost compare o1\nold\n```\n"),
        ("markdown", "~~~ console\n$ tokencost compare o1\nold\n\n~~~\n"),
        ("markdown", "- x\n  ```{.console}\n  $ tokencost compare o1\n  old\n  ```\n"),
        ("markdown", "1. x\n\n    ```console\n    $ tokencost compare o1\n    old\n    ```\n"),
        ("markdown", "> ```console\n> $ tokencost compare o1\n> old\n> ```\n"),
        ("markdown", "```console\n$ ls\nx\n$ tokencost compare \\\n    o1\nold\n$ ls\nx\n```\n"),
        ("markdown", "```console\n$ tokencost compare \\\n> o1\nold\n```\n"),
        ("asciidoc", "[source,console]\n----\n$ tokencost compare o1\nold\n----\n"),
        ("asciidoc", "```console\n$ tokencost compare o1\nold\n```\n"),
        ("rst", ".. code-block:: console\n\n   $ tokencost compare o1\n   old\n\nx\n"),
        ("orgmode", "#+begin_src console\n$ tokencost compare o1\nold\n#+end_src\n"),
        ("orgmode", "#+begin_example\n  $ tokencost compare o1\n  old\n#+end_example\n"),
    ],
)
def test_a_transcript_needs_no_marks(syntax: str, text: str) -> None:
    block = only(text, syntax)
    assert (block.kind, block.command.split()) == ("transcript", ["compare", "o1"])
    assert block.within(text).removeprefix(block.prefix) == "old\n"


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ tokencost compare o1\n```\n",  # shows what to type
        "```console\n$ tokencost compare o1\n\n$ ls\n```\n",
        "```console\n$ tokencosts compare o1\nold\n```\n",
        "```console\ntokencost compare o1\nold\n```\n",
        "```bash\n$ tokencost compare o1\nold\n```\n",
        "```\n$ tokencost compare o1\nold\n```\n",
        "````md\n```console\n$ tokencost compare o1\nold\n```\n````\n",
        "x\n\n    ```console\n    $ tokencost compare o1\n    old\n    ```\n",  # code that shows a fence
    ],
)
def test_what_shows_no_output_is_no_transcript(text: str) -> None:
    assert find_blocks(text, SYNTAXES["markdown"]) == ((), ())


BEGIN, END = "<!-- tokencost compare o1 -->", "<!-- /tokencost -->"
FIGURE = "<!-- tokencost: price o1 input -->"


@pytest.mark.parametrize(
    ("text", "said", "blocks"),
    [
        (f"x\n{BEGIN}\ny\n", ["text:2: the block has no end"], 0),
        (f"x\n{END}\n", ["text:2: a block ends that did not begin"], 0),
        (f"{BEGIN}\n{BEGIN}\n{END}\n{END}\n{BEGIN}\n{END}", ["text:2: a block begins within the block of line 1"], 2),
        (f"{BEGIN}\n{FIGURE}1<!-- / -->\n{END}\n", ["text:2: a block begins within the block of line 1"], 1),
        (f"x {BEGIN}\n{END}\n{BEGIN}\n{END}", ["text:1: the mark of a block is not alone on its line"], 1),
        (f"{BEGIN}\n{END} x\n", ["text:2: the mark of a block is not alone on its line"], 0),
        (f"{FIGURE}1\n\n{BEGIN}\n{END}", ["text:1: the figure has no end"], 1),
        (f"{FIGURE}1", ["text:1: the figure has no end"], 0),
        (f"```\n{BEGIN}\n{END}\n", ["text:1: this code fence never ends, and hides the mark of line 2"], 0),
        (f"{BEGIN}\n```\n{END}\n", ["text:2: this code fence never ends, and hides the mark of line 3"], 0),
        (f"{BEGIN}\n{END}\n<!-- x\n{BEGIN[:-3]}", ["text:3: this comment never ends, and hides the mark of line 4"], 1),
        (
            "```console\n$ tokencost compare\nx\n",
            ["text:1: this code fence never ends, and hides the mark of line 2"],
            0,
        ),
    ],
)
def test_a_fault_in_the_marks_is_told_with_its_line_and_hides_no_other_block(
    text: str, said: list[str], blocks: int
) -> None:
    found = find_blocks(text, SYNTAXES["markdown"])
    assert [str(problem).split("\n")[0] for problem in found.problems] == said
    assert all(problem.hint for problem in found.problems)
    assert len(found.blocks) == blocks


def test_an_unended_fence_that_hides_nothing_is_no_fault() -> None:
    assert find_blocks("tokencost\n```\nx\n", SYNTAXES["markdown"]) == ((), ())


LONG = 300_000


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    "unit", [" ", "\t", "`", "` ``", "<!-- ", "a <!--\n\n", "- ", "> ", ":", "% ", "..", "# ", "//", "<script ", "~"]
)
def test_a_long_line_is_read_once(syntax: str, unit: str) -> None:
    """Where each character leads to another look at the line, this never ends."""
    block = BLOCK[syntax]
    found = find_blocks(f"tokencost\n{unit * (LONG // len(unit))}x\n\n{block}", SYNTAXES[syntax])
    assert len(found.blocks) + len(found.problems) <= 2
