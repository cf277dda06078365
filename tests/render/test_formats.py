"""One document in every format: what a person or a program gets to read."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

from tokencost.documents.document import Document, Field, Figure, Records, Source, split_records
from tokencost.errors import InvalidRequest
from tokencost.render import FORMATS, PICTURE_FORMATS, RECORD_FORMATS, TEXT_FORMATS, format_of, render

PRICES = Records(
    columns=(
        Field("model"),
        Field("price", "rate"),
        Field("list_price", "rate", "CNY list", currency="CNY"),
        Field("ratio", "ratio"),
        Field("percent_lower", "percent"),
        Field("tokens", "count", shown=False),
        Field("from", "when"),
    ),
    rows=(
        (
            "deepseek-reasoner",
            Decimal("0.14"),
            Decimal(1),
            Fraction(750, 14),
            Fraction(1472, 15),
            1_000_000,
            date(2025, 1, 20),
        ),
        ("o1", Decimal("7.50"), None, None, None, None, datetime(2024, 12, 17, 18, 30, tzinfo=UTC)),
    ),
    caption="Cached input, USD per 1M tokens",
)
COMPARISON = Document(
    command="compare",
    as_of=date(2025, 1, 27),
    version="2026.11.20",
    sha256="0123456789abcdef" * 4,
    **split_records(PRICES, Records((Field("model"), Field("reason")), (), name="unpriced", caption="Unpriced")),
    answer=(
        (
            "o1 costs ",
            Figure(Fraction(750, 14), "ratio"),
            " as much: ",
            Figure(Decimal("7.50"), "rate"),
            " against ",
            Figure(Decimal("0.14"), "rate"),
            ".",
        ),
        ("deepseek-reasoner is ", Figure(Fraction(1472, 15), "percent"), " lower."),
    ),
    notes=(("Off-peak hours are left out.",),),
    sources=(
        Source("", "https://api-docs.deepseek.com/quick_start/pricing"),
        Source("", "https://openai.com/api/pricing"),
    ),
    extra={"tier": "standard", "rejected_count": 0},
)
NOTHING = Document("prices check", datetime(2025, 2, 8, 16, tzinfo=UTC), "2026.11.20", "f" * 64, ())

TABLE = """\
    o1 costs 53.6× as much: $7.50 against $0.14.
    deepseek-reasoner is 98.1% lower.

    Cached input, USD per 1M tokens
    model               price   CNY list   ratio   percent lower   from
    ───────────────────────────────────────────────────────────────────────────────────
    deepseek-reasoner   $0.14      ¥1.00   53.6×           98.1%   2025-01-20
    o1                  $7.50          —       —               —   2024-12-17T18:30:00Z

    Unpriced (none)

    Notes
    - Off-peak hours are left out.

    Sources
    - https://api-docs.deepseek.com/quick_start/pricing
    - https://openai.com/api/pricing

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
MARKDOWN = """\
    o1 costs 53.6× as much: $7.50 against $0.14.

    deepseek-reasoner is 98.1% lower.

    **Cached input, USD per 1M tokens**

    | model             | price | CNY list | ratio | percent lower | from                 |
    | ----------------- | ----: | -------: | ----: | ------------: | -------------------- |
    | deepseek-reasoner | $0.14 |    ¥1.00 | 53.6× |         98.1% | 2025-01-20           |
    | o1                | $7.50 |        — |     — |             — | 2024-12-17T18:30:00Z |

    Unpriced (none)

    **Notes**

    - Off-peak hours are left out.

    **Sources**

    - <https://api-docs.deepseek.com/quick_start/pricing>
    - <https://openai.com/api/pricing>

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
CSV = """\
    model,price,list_price,ratio,percent_lower,tokens,from
    deepseek-reasoner,0.14,1,53.5714285714,98.1333333333,1000000,2025-01-20
    o1,7.50,,,,,2024-12-17T18:30:00Z
    """
JSON = """\
    {
      "command": "compare",
      "as_of": "2025-01-27",
      "prices": {"version": "2026.11.20", "sha256": "SHA"},
      "tier": "standard",
      "rejected_count": 0,
      "rows": [
        {"model": "deepseek-reasoner", "price": 0.14, "list_price": 1, RATIO, "from": "2025-01-20"},
        {"model": "o1", "price": 7.50, "list_price": null, NULLS, "from": "2024-12-17T18:30:00Z"}
      ],
      "unpriced": [],
      "answer": [
        "o1 costs 53.6× as much: $7.50 against $0.14.",
        "deepseek-reasoner is 98.1% lower."
      ],
      "notes": [
        "Off-peak hours are left out."
      ],
      "sources": [
        "https://api-docs.deepseek.com/quick_start/pricing",
        "https://openai.com/api/pricing"
      ]
    }
    """
for placeholder, part in {
    "SHA": "0123456789abcdef" * 4,
    "RATIO": '"ratio": 53.5714285714, "percent_lower": 98.1333333333, "tokens": 1000000',
    "NULLS": '"ratio": null, "percent_lower": null, "tokens": null',
}.items():
    JSON = JSON.replace(placeholder, part)
HTML = """\
    <p>o1 costs 53.6× as much: $7.50 against $0.14.</p>

    <p>deepseek-reasoner is 98.1% lower.</p>

    <div class="table"><table>
    <caption>Cached input, USD per 1M tokens</caption>
    <thead>
    <tr>
    <th scope="col">model</th>
    <th scope="col" class="n">price</th>
    <th scope="col" class="n">CNY list</th>
    <th scope="col" class="n">ratio</th>
    <th scope="col" class="n">percent lower</th>
    <th scope="col">from</th>
    </tr>
    </thead>
    <tbody>
    <tr>
    <td>deepseek-reasoner</td>
    <td class="n">$0.14</td>
    <td class="n">¥1.00</td>
    <td class="n">53.6×</td>
    <td class="n">98.1%</td>
    <td>2025-01-20</td>
    </tr>
    <tr>
    <td>o1</td>
    <td class="n">$7.50</td>
    <td class="n">—</td>
    <td class="n">—</td>
    <td class="n">—</td>
    <td>2024-12-17T18:30:00Z</td>
    </tr>
    </tbody>
    </table></div>

    <p>Unpriced (none)</p>

    <h2>Notes</h2>
    <ul>
    <li>Off-peak hours are left out.</li>
    </ul>

    <h2>Sources</h2>
    <ul>
    <li><a href="URL" rel="noopener noreferrer">URL</a></li>
    <li><a href="https://openai.com/api/pricing" rel="noopener noreferrer">https://openai.com/api/pricing</a></li>
    </ul>

    <p>prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27</p>
    </body>
    </html>
    """.replace("URL", "https://api-docs.deepseek.com/quick_start/pricing")
LATEX = r"""    % Needs no package with LaTeX of 2020 or newer.
    o1 costs 53.6$\times$ as much: \$7.50 against \$0.14.

    deepseek-reasoner is 98.1\% lower.

    \noindent\textbf{Cached input, USD per 1M tokens}

    \noindent\begin{tabular}{lrrrrl}
    \hline
    model             &  price &       CNY list &        ratio & percent lower & from                 \\
    \hline
    deepseek-reasoner & \$0.14 & \textyen{}1.00 & 53.6$\times$ &        98.1\% & 2025-01-20           \\
    o1                & \$7.50 &            --- &          --- &           --- & 2024-12-17T18:30:00Z \\
    \hline
    \end{tabular}

    Unpriced (none)

    \noindent\textbf{Notes}
    \begin{itemize}
    \item Off-peak hours are left out.
    \end{itemize}

    \noindent\textbf{Sources}
    \begin{itemize}
    \item https://api-docs.deepseek.com/quick\_start/pricing
    \item https://openai.com/api/pricing
    \end{itemize}

    prices.toml 2026.11.20 (sha256 0123456789ab) \textperiodcentered{} as of 2025-01-27
    """
ASCIIDOC = """\
    o1 costs 53.6× as much: $7.50 against $0.14.

    deepseek-reasoner is 98.1% lower.

    .Cached input, USD per 1M tokens
    [%autowidth%header,cols="<,>,>,>,>,<"]
    |===
    | model             | price | CNY list | ratio | percent lower | from
    | deepseek-reasoner | $0.14 |    ¥1.00 | 53.6× |         98.1% | 2025-01-20
    | o1                | $7.50 |        — |     — |             — | 2024-12-17T18:30:00Z
    |===

    Unpriced (none)

    .Notes
    * Off-peak hours are left out.

    .Sources
    * https://api-docs.deepseek.com/quick_start/pricing
    * https://openai.com/api/pricing

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
RST = """\
    o1 costs 53.6× as much: $7.50 against $0.14.

    deepseek-reasoner is 98.1% lower.

    .. table:: Cached input, USD per 1M tokens

       +-------------------+-------+----------+-------+---------------+----------------------+
       | model             | price | CNY list | ratio | percent lower | from                 |
       +===================+=======+==========+=======+===============+======================+
       | deepseek-reasoner | $0.14 |    ¥1.00 | 53.6× |         98.1% | 2025-01-20           |
       +-------------------+-------+----------+-------+---------------+----------------------+
       | o1                | $7.50 |        — |     — |             — | 2024-12-17T18:30:00Z |
       +-------------------+-------+----------+-------+---------------+----------------------+

    Unpriced (none)

    **Notes**

    - Off-peak hours are left out.

    **Sources**

    - https://api-docs.deepseek.com/quick_start/pricing
    - https://openai.com/api/pricing

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
ORGMODE = """\
    o1 costs 53.6× as much: $7.50 against $0.14.

    deepseek-reasoner is 98.1% lower.

    #+CAPTION: Cached input, USD per 1M tokens
    | <l>               |   <r> |      <r> |   <r> |           <r> | <l>                  |
    | model             | price | CNY list | ratio | percent lower | from                 |
    |-------------------+-------+----------+-------+---------------+----------------------|
    | deepseek-reasoner | $0.14 |    ¥1.00 | 53.6× |         98.1% | 2025-01-20           |
    | o1                | $7.50 |        — |     — |             — | 2024-12-17T18:30:00Z |

    Unpriced (none)

    *Notes*

    - Off-peak hours are left out.

    *Sources*

    - [[https://api-docs.deepseek.com/quick_start/pricing]]
    - [[https://openai.com/api/pricing]]

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """


EXPECTED = {
    "table": TABLE,
    "markdown": MARKDOWN,
    "csv": CSV,
    "tsv": CSV.replace(",", "\t"),
    "json": JSON,
    "html": HTML,
    "latex": LATEX,
    "asciidoc": ASCIIDOC,
    "rst": RST,
    "orgmode": ORGMODE,
}


def _readable(name: str, text: str) -> str:
    """Of an HTML page, only what the document decides, with one cell on a line."""
    if name != "html":
        return text
    body = text.partition("<body>\n")[2]
    return body.replace("<tr><", "<tr>\n<").replace("</th><", "</th>\n<").replace("</td><", "</td>\n<")


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_every_format_says_the_same(name: str) -> None:
    assert _readable(name, render(COMPARISON, name)) == dedent(EXPECTED[name])


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_document_without_tables_has_its_last_line(name: str) -> None:
    text = render(NOTHING, name)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    if name not in ("csv", "tsv"):
        assert "2025-02-08T16:00:00Z" in text


@pytest.mark.parametrize("name", sorted(set(TEXT_FORMATS) - {"csv", "tsv", "json"}))
def test_columns_that_are_not_shown_stay_with_programs(name: str) -> None:
    hidden = Records((Field("secret", shown=False),), (("x",),), name="more", caption="Unseen")
    text = render(Document("c", date(2025, 1, 27), "v", "0" * 64, (PRICES, hidden)), name)
    assert "1,000,000" not in text
    assert "Unseen" not in text


def test_a_currency_of_its_own_unit() -> None:
    euro = Records((Field("price", "rate", currency="EUR"),), ((Decimal("0.5"),),))
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (euro,))
    assert "EUR 0.50" in render(document, "table")
    assert render(document, "csv") == "price\n0.5\n"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("prices.txt", "table"),
        ("out/a.md", "markdown"),
        ("a.markdown", "markdown"),
        ("a.CSV", "csv"),
        ("a.tsv", "tsv"),
        ("a.b.json", "json"),
        (Path("a.html"), "html"),
        ("a.htm", "html"),
        ("a.tex", "latex"),
        ("a.adoc", "asciidoc"),
        ("a.asciidoc", "asciidoc"),
        ("a.rst", "rst"),
        ("a.org", "orgmode"),
    ],
)
def test_the_suffix_names_the_format(path: str | Path, name: str) -> None:
    assert format_of(path) == name


@pytest.mark.parametrize("path", ["report.docx", "report", ".json", ""])
def test_an_unknown_suffix_is_an_error_that_names_the_known_ones(path: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        format_of(path)
    assert ".txt .md .markdown .csv .tsv .json .html .htm .tex .adoc .asciidoc .rst .org" in error.value.hint


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(InvalidRequest, match="there is no format 'docx'") as error:
        render(NOTHING, "docx")
    assert error.value.hint.startswith("choose one of table, markdown, csv")


@pytest.mark.parametrize("name", [None, *TEXT_FORMATS])
def test_a_format_imports_only_what_it_needs(name: str | None) -> None:
    program = f"""
import sys
from datetime import date
import tokencost.render
from tokencost.documents.document import Field, Document, Records
if {name!r}:
    table = Records((Field("model"),), (("o1",),))
    tokencost.render.render(Document("c", date(2025, 1, 27), "v", "0", (table,)), {name!r})
print("rich" in sys.modules, "csv" in sys.modules, "json" in sys.modules)
"""
    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert imported.split() == [str(needed) for needed in (False, name in ("csv", "tsv"), name == "json")]


def test_each_format_has_a_writer_and_suffixes_of_its_own() -> None:
    suffixes = [suffix for known in FORMATS.values() for suffix in known.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    for name, known in FORMATS.items():
        module = import_module(f"tokencost.render.{known.module}")
        assert callable(getattr(module, "render" if known.text else "encode")), name
    assert set(TEXT_FORMATS) | set(PICTURE_FORMATS) | set(RECORD_FORMATS) == set(FORMATS)
