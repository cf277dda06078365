"""Names that are markup somewhere are read as names everywhere."""

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from io import StringIO

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tokencost.documents.document import Column, Document, Field, Records, Source, Table
from tokencost.render import TEXT_FORMATS, render
from tokencost.render.sanitize import HIDDEN, sanitize

HOSTILE = (
    "a|b",
    "=cmd()",
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "$x_{y}$ & % #",
    "[link](http://x)",
    "*b* _u_ `c` ~s~",
    "名称",
    "a\u202eb",
    "[red]x[/red]",
    "\\alpha{} \\",
    "{attr} {{{macro}}} <<x>> [[l]]",
    ":tada: |s| x_ `a`_ javascript:x",
    "1. # - NOTE: x::",
    "'' -- ... (C) -> &amp;",
    "gpt-6.1-sol deepseek_x",
    "\ud800",
    "m@x.io www.x.io ftp://x.io m@x",
)
PLACES = 5
"""Where `_document` puts a text by itself: title, heading, cell, notes, sources; and in the answer, a paragraph."""
PEOPLE = sorted(set(TEXT_FORMATS) - {"csv", "tsv", "json"})


def _document(*texts: str) -> Document:
    """A document with each text in every place that can hold one."""
    return Document(
        "compare",
        date(2025, 1, 27),
        "v",
        "0" * 64,
        tuple(
            Records((Field("model"), Field("n", "count")), ((text, 1), ("x", 2)), f"t{number}")
            for number, text in enumerate(texts)
        ),
        tuple(Table((Column(text), Column("n", "count")), ((text, 1), ("x", 2)), title=text) for text in texts),
        answer=tuple((text,) for text in texts),
        notes=tuple((text,) for text in texts),
        notes_heading="What else",
        sources=tuple(Source("", text) for text in texts),
    )


def _plain(text: str) -> str:
    return " ".join(sanitize(text).split())


def _read(texts: Iterator[str]) -> list[str]:
    return [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_no_control_character_reaches_a_reader(name: str) -> None:
    text = render(_document(*HOSTILE), name)
    if name == "orgmode":  # which parts its markup with this one
        text = text.replace("\u200b", "")
    assert not HIDDEN.search(text.replace("\n", "").replace("\t", "") if name == "tsv" else text.replace("\n", ""))
    text.encode()


EXPECTED = {
    "table": [
        "a|b",
        "=cmd()",
        "<script>alert(1)</script>",
        "\\x1b[31mred",
        "$x_{y}$ & % #",
        "[link](http://x)",
        "*b* _u_ `c` ~s~",
        "名称",
        "a\\u202eb",
        "[red]x[/red]",
        "\\alpha{} \\",
        "{attr} {{{macro}}} <<x>> [[l]]",
        ":tada: |s| x_ `a`_ javascript:x",
        "1. # - NOTE: x::",
        "'' -- ... (C) -> &amp;",
        "gpt-6.1-sol deepseek_x",
        "\\ud800",
        "m@x.io www.x.io ftp://x.io m@x",
    ],
    "markdown": [
        r"a\|b",
        r"=cmd()",
        r"\<script>alert(1)\</script>",
        r"\x1b\[31mred",
        r"\$x\_{y}\$ & % #",
        r"\[link\](<http://x>)",
        r"\*b\* \_u\_ \`c\` \~s\~",
        "名称",
        r"a\u202eb",
        r"\[red\]x\[/red\]",
        r"\alpha{} \\",
        r"{attr} {{{macro}}} \<\<x>> \[\[l\]\]",
        r"\:tada: \|s\| x\_ \`a\`\_ javascript:x",
        "1. # - NOTE: x::",
        r"'' -- ... (C) -> \&amp;",
        "gpt-6.1-sol deepseek_x",
        r"\ud800",
        r"m\@x.io www\.x.io ftp\://x.io m@x",
    ],
    "html": [
        "a|b",
        "=cmd()",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        r"\x1b[31mred",
        "$x_{y}$ &amp; % #",
        '[link](<a href="http://x" rel="noopener noreferrer">http://x</a>)',
        "*b* _u_ `c` ~s~",
        "名称",
        r"a\u202eb",
        "[red]x[/red]",
        "\\alpha{} \\",
        "{attr} {{{macro}}} &lt;&lt;x&gt;&gt; [[l]]",
        ":tada: |s| x_ `a`_ javascript:x",
        "1. # - NOTE: x::",
        "&#x27;&#x27; -- ... (C) -&gt; &amp;amp;",
        "gpt-6.1-sol deepseek_x",
        r"\ud800",
        "m@x.io www.x.io ftp://x.io m@x",
    ],
    "latex": [
        r"a\textbar{}b",
        "=cmd()",
        r"\textless{}script\textgreater{}alert(1)\textless{}/script\textgreater{}",
        r"\textbackslash{}x1b[31mred",
        r"\$x\_\{y\}\$ \& \% \#",
        "{[}link](http://x)",
        r"{*}b* \_u\_ \textasciigrave{}c\textasciigrave{} \textasciitilde{}s\textasciitilde{}",
        "名称",
        r"a\textbackslash{}u202eb",
        "{[}red]x[/red]",
        r"\textbackslash{}alpha\{\} \textbackslash{}",
        r"\{attr\} \{\{\{macro\}\}\} \textless{}\textless{}x\textgreater{}\textgreater{} [[l]]",
        r":tada: \textbar{}s\textbar{} x\_ \textasciigrave{}a\textasciigrave{}\_ javascript:x",
        r"1. \# - NOTE: x::",
        r"'{}' -{}- ... (C) -\textgreater{} \&amp;",
        r"gpt-6.1-sol deepseek\_x",
        r"\textbackslash{}ud800",
        "m@x.io www.x.io ftp://x.io m@x",
    ],
    "asciidoc": [
        "a&#124;b",
        "=cmd()",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&#92;x1b&#91;31mred",
        "$x&#95;&#123;y}$ & % &#35;",
        "&#91;link](link:http://x[])",
        "&#42;b&#42; &#95;u&#95; &#96;c&#96; &#126;s&#126;",
        "名称",
        "a&#92;u202eb",
        "&#91;red]x&#91;/red]",
        "&#92;alpha&#123;} &#92;",
        "&#123;attr} &#123;&#123;&#123;macro}}} &#60;&#60;x&#62;&#62; &#91;&#91;l]]",
        ":tada: &#124;s&#124; x&#95; &#96;a&#96;&#95; javascript:x",
        "1. &#35; - NOTE: x&#58;:",
        "'' &#45;- &#46;.. &#40;C) -&#62; &#38;amp;",
        "gpt-6.1-sol deepseek_x",
        "&#92;ud800",
        "m&#64;x.io www.x.io ftp&#58;//x.io m&#64;x",
    ],
    "rst": [
        r"a\|b",
        "=cmd()",
        "<script>alert(1)</script>",
        r"\\x1b[31mred",
        r"$x\_{y}$ & % #",
        "[link](http://x)",
        r"\*b\* \_u\_ \`c\` ~s~",
        "名称",
        r"a\\u202eb",
        "[red]x[/red]",
        r"\\alpha{} \\",
        "{attr} {{{macro}}} <<x>> [[l]]",
        r"\ :tada: \|s\| x\_ \`a\`\_ javascript\:x",
        r"\ 1. # - NOTE: x\:\:",
        "'' -- ... (C) -> &amp;",
        "gpt-6.1-sol deepseek_x",
        r"\\ud800",
        r"m\@x.io www.x.io ftp\://x.io m\@x",
    ],
    # A zero-width space is written · here.
    "orgmode": [
        r"a\vert{}b",
        r"\equal{}cmd()",
        r"\lt{}script>alert(1)\lt{}\slash{}script>",
        r"\·x1b[·31mred",
        r"\dollar{}x\under{}{y}\dollar{} & % #",
        "[link]([[http://x]])",
        r"*·b* \under{}u\under{} `c` ~·s~",
        "名称",
        r"a\·u202eb",
        r"[red]x[\slash{}red]",
        r"\·alpha{} \·",
        r"{attr} {·{·{macro}}} \lt{}\lt{}x>> [·[l]]",
        r":tada: \vert{}s\vert{} x\under{} `a`\under{} javascript\colon{}x",
        r"1. # - NOTE: x\colon{}:",
        "'' -·- .·.. (C) -> &amp;",
        r"gpt-6.1-sol deepseek\under{}x",
        r"\·ud800",
        r"m@x.io www.x.io ftp\colon{}\slash{}\slash{}x.io m@x",
    ],
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_name_in_a_cell(name: str) -> None:
    rows = tuple((text, "|") for text in HOSTILE)
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (), (Table((Column("a"), Column("b")), rows),))
    text = render(document, name)
    for expected in EXPECTED[name]:
        cell = expected.replace("·", "\u200b") if name == "orgmode" else expected
        assert re.search(rf"(?<![^\s|>]){re.escape(cell)}(?![^\s|<])", text), cell


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {
            "class",
            "scope",
            "href",
            "rel",
            "lang",
            "charset",
            "name",
            "content",
        }
        if tag in ("td", "th", "li", "p", "caption"):
            self.inside = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag == "a"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


def _page(html: str) -> _Cells:
    page = _Cells()
    page.feed(html)
    return page


def test_html_has_the_names_as_text_and_no_script() -> None:
    page = _page(render(_document(*HOSTILE), "html"))
    assert "script" not in page.tags
    for text in HOSTILE:
        assert page.cells.count(_plain(text)) == PLACES


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _markdown_texts(source: str) -> Iterator[str]:
    for token in MARKDOWN.parse(source):
        for child in token.children or []:
            allowed = {"text", "text_special", "link_open", "link_close", "strong_open", "strong_close"}
            assert child.type in allowed, (child.type, token.content)
        if token.type == "inline":
            yield "".join(child.content for child in token.children or [])


def _check_markdown(*texts: str) -> None:
    read = _read(_markdown_texts(render(_document(*texts), "markdown")))
    for text in texts:
        assert read.count(_plain(text)) >= PLACES, (text, read)


def _check_rst(*texts: str) -> None:
    source = render(_document(*texts), "rst")
    warnings = StringIO()
    tree = publish_doctree(source, settings_overrides={"report_level": 1, "warning_stream": warnings})
    assert not warnings.getvalue(), source
    for kind in (
        nodes.system_message,
        nodes.problematic,
        nodes.emphasis,
        nodes.literal,
        nodes.raw,
        nodes.target,
    ):
        assert not list(tree.findall(kind)), source
    assert all(link["refuri"].startswith("http") for link in tree.findall(nodes.reference)), source
    read = _read(node.astext() for node in tree.findall(nodes.TextElement))
    for text in texts:
        assert read.count(_plain(text)) >= PLACES, (text, read)


def test_markdown_reads_back_as_the_names() -> None:
    _check_markdown(*HOSTILE)


def test_rst_reads_back_as_the_names_without_a_warning() -> None:
    _check_rst(*HOSTILE)


# Words of the markups are likelier here than in any text.
PIECES = [
    *"*_`|\\<>[]{}()#+-=~^$&%!:;,.'\"/@ ",
    *("a", "B", "7", "é", "名", "e\u0301", "👩\u200d👧", "\n", "\t", "\u00a0", "\u2003"),
    *(
        "**",
        "``",
        "::",
        "...",
        "--",
        "1. ",
        "a) ",
        "- ",
        "# ",
        "x_ ",
        "`_",
        ":a:",
        ".. ",
        ">>> ",
        "===",
        "+--",
        "&amp;",
    ),
    *(
        "http://x.io/a_b",
        "https://y/_c_*",
        "a_b",
        "a@b",
        "www.",
        "mailto:",
        "~~",
        "$$",
        "i. ",
        "(1) ",
        "#. ",
        "-a ",
        "/V ",
    ),
]
texts = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join).filter(lambda text: sanitize(text).strip())
)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_markdown_reads_any_text_back(some: list[str]) -> None:
    _check_markdown(*some)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_rst_reads_any_text_back(some: list[str]) -> None:
    _check_rst(*some)
