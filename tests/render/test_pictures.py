"""Pictures as files: their words, their bytes, and what happens without the library that draws."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tokencost import PriceTable, compare, load_prices
from tokencost.analysis.table.price_rows import price_history
from tokencost.cli import run
from tokencost.documents.compare import comparison_document
from tokencost.documents.document import Document
from tokencost.documents.table.prices import history_document, list_document
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import parse_when
from tokencost.render import PICTURE_FORMATS, encode, format_of, render
from tokencost.render.pictures.svg_chart import draw_figure
from tokencost.render.sanitize import HIDDEN

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """
[models."evil"]
provider = "acme"
name = "x"
[[models."evil".prices]]
from = 2025-01-01
input = 1
output = 2
source = "https://example.org"

[models."$a$ 价格 <script>"]
provider = "acme"
name = "y"
[[models."$a$ 价格 <script>".prices]]
from = 2025-01-01
input = 30
output = 20
source = "https://example.org"
"""


@pytest.fixture
def document(shipped: PriceTable) -> Document:
    return comparison_document(shipped, compare(shipped, ["deepseek-reasoner"], against="o1", on="2025-01-27"))


def words_in(picture: str | bytes) -> list[str]:
    root = ET.fromstring(picture)  # noqa: S314  # it is our own
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")] or [
        "".join(text.itertext()) for text in root.iter("text")
    ]


def test_an_svg_keeps_its_words_with_title_units_numbers_and_table_version(document: Document) -> None:
    found = words_in(encode(document, "svg"))
    for text in (
        "On 2025-01-27 o1 costs 27.3× to 53.6× as much as deepseek-reasoner",
        "USD per 1M tokens, logarithmic scale",
        "$10.00",
        "deepseek-reasoner",
        "o1",
        "cached input",
        "$0.14  98.1% lower",
        "$60.00",
    ):
        assert text in found
    assert any(re.fullmatch(r"prices\.toml [\d.]+ \(sha256 [0-9a-f]{12}\) · as of 2025-01-27", text) for text in found)


@pytest.mark.parametrize("name", PICTURE_FORMATS)
def test_the_same_document_gives_the_same_bytes(document: Document, name: str) -> None:
    first = encode(document, name)
    assert first == encode(document, name)
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-"}[name])


def test_a_history_says_its_dates_and_names_its_lines(shipped: PriceTable) -> None:
    on = parse_when("2026-11-20")
    rows = price_history(shipped, ["deepseek-chat@2025-01-01", "o3"], on)
    found = words_in(encode(history_document(shipped, rows, on), "svg"))
    assert "o3: $8.00" in found
    assert "output, USD per 1M tokens, logarithmic scale, along date, UTC" in found


@pytest.mark.parametrize("name", PICTURE_FORMATS)
def test_signs_of_other_scripts_and_of_formulas_neither_crash_nor_act(
    table_of: Callable[[str], PriceTable], name: str
) -> None:
    table = table_of(HOSTILE)
    odd = next(model for model in table.models if model != "evil")
    document = comparison_document(table, compare(table, ["evil"], against=odd, on="2025-06-01"))
    picture = encode(document, name)
    if name == "svg":
        assert odd in words_in(picture)
        assert b"<script" not in picture


def test_a_chart_in_a_page_is_xml_with_the_same_words(document: Document) -> None:
    figure = draw_figure(document.charts[0])
    assert HIDDEN.search(figure.replace("\n", "")) is None
    found = words_in(figure[figure.index("<svg") : figure.index("</figure>")])
    assert found[:4] == ["input", "deepseek-reasoner", "$0.55  96.3% lower", "o1"]
    page = render(document, "html", charts=True)
    assert figure in page
    assert figure not in render(document, "html")


def test_an_svg_file_stands_alone(document: Document) -> None:
    root = ET.fromstring(encode(document, "svg"))  # noqa: S314  # it is our own
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.find(f"{SVG}title") is not None
    assert root.get("font-family")
    assert all(name.startswith(SVG) for name in {element.tag for element in root.iter()} - {f"{SVG}a"})
    assert not {"href", "src", "style", "class"} & {key for element in root.iter() for key in element.attrib}


def test_a_picture_says_below_what_it_is_the_cost_of(tmp_path: Path) -> None:
    target = tmp_path / "cost.svg"
    arguments = ["--requests", "40k", "--input", "1.8k", "--cached", "55%", "--start", "2026-12", "--on", "2026-11-20"]
    assert (
        run(["workload", "gpt-6-luna", "gpt-6.1-sol", *arguments, "--output-tokens", "350", "--output", str(target)])
        == 0
    )
    said = (
        "Workload: 40,000 requests a day, each 1,800 input tokens (55% of them cached) and 350 output tokens. "
        "1,240,000 requests in 31 days, evenly day and night. prices.toml "
    )
    assert said in " ".join(words_in(target.read_bytes()))


def test_an_answer_without_a_chart_has_no_picture(shipped: PriceTable) -> None:
    document = list_document(shipped, (), parse_when("2026-11-20"))
    with pytest.raises(InvalidRequest, match="`tokencost prices list` has no picture"):
        encode(document, "svg")
    with pytest.raises(InvalidRequest, match="no picture format 'gif'"):
        encode(document, "gif")


@pytest.mark.parametrize(("path", "name"), [("a.svg", "svg"), ("b/C.PNG", "png"), ("x.y.pdf", "pdf")])
def test_the_suffix_means_the_picture(path: str, name: str) -> None:
    assert format_of(path) == name


def test_without_the_extra_the_error_is_the_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    asked = ["compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--output"]
    for name in ("x.png", "x.pdf"):
        assert run([*asked, str(tmp_path / name)]) == 2
        assert "pip install 'tokencost-compare[charts]'" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []
    assert run([*asked, str(tmp_path / "x.svg")]) == 0


def test_a_picture_replaces_a_file_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "x.png"
    target.write_bytes(b"before")
    assert run(["find", "0.14", "--on", "2025-01-27", "--output", str(target)]) == 2
    assert "no picture" in capsys.readouterr().err
    assert target.read_bytes() == b"before"
    assert run(["claims", "--output", str(target)]) == 0
    assert target.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


@pytest.mark.parametrize("name", ["csv", "json", "markdown"])
def test_other_formats_are_as_before(document: Document, name: str) -> None:
    assert render(document, name, charts=True) == render(document, name)


def test_every_chart_of_the_shipped_table_can_be_drawn() -> None:
    table = load_prices()
    on = parse_when("2026-11-20")
    rows = price_history(table, list(table.models)[:6], on, tier="all")
    assert len(encode(history_document(table, rows, on), "pdf")) > 1000
