"""Pictures as files: their words, their bytes, and what happens without the library that draws."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tokencost import PriceTable, compare, load_prices
from tokencost.analysis.table.price_rows import price_history
from tokencost.cli import run
from tokencost.documents.chart import Axis, Chart, Point, Series
from tokencost.documents.compare import comparison_document
from tokencost.documents.document import Document
from tokencost.documents.table.history_chart import history_charts
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
        "USD per 1M tokens, logarithmic axis",
        "$10.00",
        "deepseek-reasoner",
        "o1",
        "cached input",
        "$0.14  98.1% lower",
        "$60.00",
    ):
        assert text in found
    title = "On 2025-01-27, o1 cost 27.3 to 53.6 times as much as deepseek-reasoner (96.3% to 98.1% lower) USD per"
    assert title in " ".join(found)
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
    assert "output, USD per 1M tokens, logarithmic axis, along date, UTC; bands span the hours of the day" in found


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


def elements(picture: bytes, name: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(f"{SVG}{name}"))  # noqa: S314  # it is our own


def chart_of(*values: tuple[str, int], title: str = "t", kind: str = "bars") -> Document:
    points = tuple(Point("input", value) for _, value in values)
    series = tuple(Series(name, (point,)) for (name, _), point in zip(values, points, strict=True))
    chart = Chart(kind, (title,), Axis("USD", "money"), Axis("x", "text"), series)  # type: ignore[arg-type]
    return Document("compare", None, "1", "0" * 64, charts=(chart,))


def test_bars_begin_at_zero_and_give_way_to_marks_of_different_shapes_above_a_factor_of_ten() -> None:
    bars = encode(chart_of(("a", 1), ("b", 10)), "svg")
    rows = [bar for bar in elements(bars, "rect") if bar.get("height") == "10"]
    assert [(bar.get("x"), bar.get("width")) for bar in rows] == [("0", "10.00%"), ("0", "100.00%")]
    assert [text for text in words_in(bars) if text.startswith("$")] == [
        "$1.00", "$10.00", "$0.00", "$2.50", "$5.00", "$7.50", "$10.00",
    ]  # fmt: skip
    dots = encode(chart_of(("a", 1), ("b", 11)), "svg")
    assert not [bar for bar in elements(dots, "rect") if bar.get("height") == "10"]
    marks = [mark for mark in elements(dots, "svg") if mark.get("y") and mark.get("height") is None]
    # From $1 to $20: eleven are a share of log(11) / log(20) along.
    assert [mark.get("x") for mark in marks] == ["0.00%", "80.04%"]
    assert [mark[0].tag for mark in marks] == [f"{SVG}circle", f"{SVG}path"]
    assert [text for text in words_in(dots) if text.startswith("$")] == [
        "$1.00", "$11.00", "$1", "$2", "$5", "$10", "$20",
    ]  # fmt: skip
    assert "USD, logarithmic axis" in words_in(dots)
    assert "USD" in words_in(bars)


@pytest.mark.parametrize("values", [(1, 5), (1, 5000)])
@pytest.mark.parametrize("kind", ["bars", "steps"])
def test_long_names_and_titles_are_wrapped_and_never_cut(kind: str, values: tuple[int, int]) -> None:
    name = " ".join(f"model-{number}" for number in range(30))
    document = chart_of((name, values[0]), ("b" * 70, values[1]), title=f"The cost of {name} and others")
    if kind == "steps":
        chart = document.charts[0]
        times = [datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)]
        series = tuple(
            each._replace(points=tuple(p._replace(at=times[0], until=times[1]) for p in each.points))
            for each in chart.series
        )
        chart = chart._replace(kind="steps", series=series, along=Axis("date", "bound"))
        document = document._replace(charts=(chart,))
    found = words_in(encode(document, "svg"))
    assert name in " ".join(found)
    assert f"The cost of {name} and others" in " ".join(found)
    assert max(map(len, found)) <= 92
    assert "b" * 70 in "".join(found)
    pdf = encode(document, "pdf")
    assert pdf.startswith(b"%PDF-")


def test_every_line_of_a_history_has_a_mark_of_its_own(shipped: PriceTable) -> None:
    on = parse_when("2026-11-20")
    rows = price_history(shipped, ["gpt-4o", "gpt-5", "o3"], on)
    picture = encode(history_document(shipped, rows, on)._replace(charts=history_charts(rows, on)[:1]), "svg")
    # In the legend and where each price begins; o3 and gpt-4o had two.
    shapes = [ET.tostring(mark[0]) for mark in elements(picture, "svg") if mark.get("overflow") and len(mark) == 1]
    assert len(set(shapes)) == 3
    assert sorted(shapes.count(shape) for shape in set(shapes)) == [2, 3, 3]


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
