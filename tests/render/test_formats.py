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

from tokencost.documents.document import Column, Document, Field, Figure, Records, Source, Table
from tokencost.errors import InvalidRequest
from tokencost.render import FORMATS, PICTURE_FORMATS, RECORD_FORMATS, TEXT_FORMATS, format_of, render

PRICES = Records(
    columns=(
        Field("model"),
        Field("price", "rate"),
        Field("list_price", "rate"),
        Field("ratio", "ratio"),
        Field("percent_lower", "percent"),
        Field("tokens", "count"),
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
)
READ = Table(
    (
        Column("model"),
        Column("hours"),
        Column("input", "rate"),
        Column("CNY", "rate", currency="CNY"),
        Column("input", "ratio", over="o1 costs"),
        Column("by", "change", over="o1 costs"),
        Column("from", "when"),
    ),
    (
        ("DeepSeek",),
        ("deepseek-reasoner", "off-peak", Decimal("0.14"), Decimal(1), Fraction(750, 14), Fraction(-1472, 15),
         date(2025, 1, 20)),
        ("deepseek-reasoner", "peak", Decimal("0.275"), Decimal(2), Fraction(300, 11), Fraction(-2890, 30),
         date(2025, 1, 20)),
        ("o1", "", Decimal("7.50"), None, "baseline", "", datetime(2024, 12, 17, 18, 30, tzinfo=UTC)),
        ("total", "", Decimal("7.915"), None, None, None, None),
    ),
    unit="USD per 1M",
    title="Cached input",
    names=2,
    totals=1,
)  # fmt: skip
UNPRICED = Table((Column("model"), Column("reason")), (), title="Unpriced")
COMPARISON = Document(
    command="compare",
    as_of=date(2025, 1, 27),
    version="2026.11.20",
    sha256="0123456789abcdef" * 4,
    records=(PRICES, Records((Field("model"), Field("reason")), (), name="unpriced")),
    tables=(READ, UNPRICED),
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
    notes=(("Off-peak hours are left out.",), ("A second note.",), ("A third.",), ("Four make a list.",)),
    sources=(
        Source("deepseek-reasoner", "https://api-docs.deepseek.com/quick_start/pricing", date(2025, 2, 11), "primary"),
        Source("o1", "https://openai.com/api/pricing", date(2026, 10, 26), "corroborated"),
        Source("o1-mini", "https://openai.com/api/pricing", None, "single"),
    ),
    extra={"tier": "standard", "rejected_count": 0},
)
NOTHING = Document("prices check", datetime(2025, 2, 8, 16, tzinfo=UTC), "2026.11.20", "f" * 64, ())

TABLE = """\
    o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.

    Cached input
    USD per 1M                                               o1 costs
    model               hours       input     CNY      input       by   from
    ────────────────────────────────────────────────────────────────────────────────────────
    DeepSeek
    deepseek-reasoner   off-peak   $0.140   ¥1.00      53.6×   −98.1%   2025-01-20
                        peak       $0.275   ¥2.00      27.3×   −96.3%   2025-01-20
    o1                             $7.500       —   baseline            2024-12-17T18:30:00Z
    ────────────────────────────────────────────────────────────────────────────────────────
    total                          $7.915       —          —        —   —

    Unpriced (none)

    Notes
    - Off-peak hours are left out.
    - A second note.
    - A third.
    - Four make a list.

    Sources
    - api-docs.deepseek.com/quick_start/pricing (official page, read 2025-02-11)
    - openai.com/api/pricing (several tables agree, 2026-10-26; one table, date not recorded)

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
MARKDOWN = """\
    o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.

    **Cached input**

    | model, USD per 1M | hours    |      input |   CNY | o1 costs: input | o1 costs: by | from                 |
    | ----------------- | -------- | ---------: | ----: | --------------: | -----------: | -------------------- |
    | **DeepSeek**      |          |            |       |                 |              |                      |
    | deepseek-reasoner | off-peak |     $0.140 | ¥1.00 |           53.6× |       −98.1% | 2025-01-20           |
    |                   | peak     |     $0.275 | ¥2.00 |           27.3× |       −96.3% | 2025-01-20           |
    | o1                |          |     $7.500 |     — |        baseline |              | 2024-12-17T18:30:00Z |
    | **total**         |          | **$7.915** | **—** |           **—** |        **—** | **—**                |

    Unpriced (none)

    **Notes**

    - Off-peak hours are left out.
    - A second note.
    - A third.
    - Four make a list.

    **Sources**

    - <https://api-docs.deepseek.com/quick_start/pricing> (official page, read 2025-02-11)
    - <https://openai.com/api/pricing> (several tables agree, 2026-10-26; one table, date not recorded)

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
        "Off-peak hours are left out.",
        "A second note.",
        "A third.",
        "Four make a list."
      ],
      "sources": [
        "deepseek-reasoner: https://api-docs.deepseek.com/quick_start/pricing (checked 2025-02-11, primary)",
        "o1: https://openai.com/api/pricing (checked 2026-10-26, corroborated)",
        "o1-mini: https://openai.com/api/pricing (no checked date, single)"
      ]
    }
    """
HTML = """\
    <p>o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.</p>

    <div class="table"><table>
    <caption>Cached input</caption>
    <thead>
    <tr>
    <th colspan="1" scope="col">USD per 1M</th>
    <td></td>
    <td></td>
    <td></td>
    <th colspan="2" scope="colgroup">o1 costs</th>
    <td></td>
    </tr>
    <tr>
    <th scope="col">model</th>
    <th scope="col">hours</th>
    <th scope="col" class="n">input</th>
    <th scope="col" class="n">CNY</th>
    <th scope="col" class="n">input</th>
    <th scope="col" class="n">by</th>
    <th scope="col">from</th>
    </tr>
    </thead>
    <tbody>
    <tr>
    <th colspan="7" scope="rowgroup">DeepSeek</th>
    </tr>
    <tr>
    <td>deepseek-reasoner</td>
    <td>off-peak</td>
    <td class="n">$0.140</td>
    <td class="n">¥1.00</td>
    <td class="n">53.6×</td>
    <td class="n">−98.1%</td>
    <td>2025-01-20</td>
    </tr>
    <tr>
    <td></td>
    <td>peak</td>
    <td class="n">$0.275</td>
    <td class="n">¥2.00</td>
    <td class="n">27.3×</td>
    <td class="n">−96.3%</td>
    <td>2025-01-20</td>
    </tr>
    <tr>
    <td>o1</td>
    <td></td>
    <td class="n">$7.500</td>
    <td class="n">—</td>
    <td class="n">baseline</td>
    <td class="n"></td>
    <td>2024-12-17T18:30:00Z</td>
    </tr>
    <tr class="total"><td>total</td>
    <td></td>
    <td class="n">$7.915</td>
    <td class="n">—</td>
    <td class="n">—</td>
    <td class="n">—</td>
    <td>—</td>
    </tr>
    </tbody>
    </table></div>

    <p>Unpriced (none)</p>

    <h2>Notes</h2>
    <ul>
    <li>Off-peak hours are left out.</li>
    <li>A second note.</li>
    <li>A third.</li>
    <li>Four make a list.</li>
    </ul>

    <h2>Sources</h2>
    <ul>
    <li>LINK (official page, read 2025-02-11)</li>
    <li>OTHER (several tables agree, 2026-10-26; one table, date not recorded)</li>
    </ul>

    <p>prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27</p>
    </body>
    </html>
    """
LATEX = r"""    % Needs no package with LaTeX of 2020 or newer.
    \noindent{\sloppy o1 costs 53.6$\times$ as much: \$7.50 against \$0.14. deepseek-reasoner is 98.1\% lower.\par}

    \noindent\textbf{Cached input}

    \noindent{\footnotesize\setlength{\tabcolsep}{3pt}%
    \begin{tabular}{llrrrrl}
    \hline
    \multicolumn{1}{l}{USD per 1M} &  &  &  & \multicolumn{2}{c}{o1 costs} &  \\
    model & hours & input & CNY & input & by & from \\
    \hline
    \multicolumn{7}{l}{\textbf{DeepSeek}} \\
    deepseek-reasoner & off-peak & \$0.140 & \textyen{}1.00 & 53.6$\times$ & $-$98.1\% & 2025-01-20 \\
     & peak & \$0.275 & \textyen{}2.00 & 27.3$\times$ & $-$96.3\% & 2025-01-20 \\
    o1 &  & \$7.500 & --- & baseline &  & 2024-12-17 18:30 \\
    \hline
    total &  & \$7.915 & --- & --- & --- & --- \\
    \hline
    \end{tabular}}

    \noindent{\sloppy Unpriced (none)\par}

    \noindent\textbf{Notes}
    \begin{itemize}\sloppy
    \item Off-peak hours are left out.
    \item A second note.
    \item A third.
    \item Four make a list.
    \end{itemize}

    \noindent\textbf{Sources}
    \begin{itemize}\sloppy
    \item LINK (official page, read 2025-02-11)
    \item OTHER (several tables agree, 2026-10-26; one table, date not recorded)
    \end{itemize}

    \noindent{\sloppy prices.toml 2026.11.20 (sha256 0123456789ab) \textperiodcentered{} as of 2025-01-27\par}
    """
ASCIIDOC = """\
    o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.

    .Cached input
    [%autowidth%header,cols="<,<,>,>,>,>,<"]
    |===
    | model, USD per 1M | hours    |  input |   CNY | o1 costs: input | o1 costs: by | from
    7+<s| DeepSeek
    | deepseek-reasoner | off-peak | $0.140 | ¥1.00 |           53.6× |       −98.1% | 2025-01-20
    |                   | peak     | $0.275 | ¥2.00 |           27.3× |       −96.3% | 2025-01-20
    | o1                |          | $7.500 |     — |        baseline |              | 2024-12-17T18:30:00Z
    s| total             s|          s| $7.915 s|     — s|               — s|            — s| —
    |===

    Unpriced (none)

    .Notes
    * Off-peak hours are left out.
    * A second note.
    * A third.
    * Four make a list.

    .Sources
    * https://api-docs.deepseek.com/quick_start/pricing (official page, read 2025-02-11)
    * https://openai.com/api/pricing (several tables agree, 2026-10-26; one table, date not recorded)

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
RST = """\
    o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.

    .. table:: Cached input

       +-------------------+-------------------------------+-------------------+------------------+
       | USD per 1M        |                               | o1 costs          |                  |
       +-------------------+----------+------------+-------+----------+--------+------------------+
       | model             | hours    |      input |   CNY |    input |     by | from             |
       +===================+==========+============+=======+==========+========+==================+
       | **DeepSeek**      |          |            |       |          |        |                  |
       +-------------------+----------+------------+-------+----------+--------+------------------+
       | deepseek-reasoner | off-peak |     $0.140 | ¥1.00 |    53.6× | −98.1% | 2025-01-20       |
       +-------------------+----------+------------+-------+----------+--------+------------------+
       |                   | peak     |     $0.275 | ¥2.00 |    27.3× | −96.3% | 2025-01-20       |
       +-------------------+----------+------------+-------+----------+--------+------------------+
       | o1                |          |     $7.500 |     — | baseline |        | 2024-12-17 18:30 |
       +-------------------+----------+------------+-------+----------+--------+------------------+
       | **total**         |          | **$7.915** | **—** |    **—** |  **—** | **—**            |
       +-------------------+----------+------------+-------+----------+--------+------------------+

    Unpriced (none)

    **Notes**

    - Off-peak hours are left out.
    - A second note.
    - A third.
    - Four make a list.

    **Sources**

    - https://api-docs.deepseek.com/quick_start/pricing (official page, read 2025-02-11)
    - https://openai.com/api/pricing (several tables agree, 2026-10-26; one table, date not recorded)

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
ORGMODE = """\
    o1 costs 53.6× as much: $7.50 against $0.14. deepseek-reasoner is 98.1% lower.

    #+CAPTION: Cached input
    | <l>               | <l>      |    <r> |   <r> |             <r> |          <r> | <l>                  |
    | model, USD per 1M | hours    |  input |   CNY | o1 costs: input | o1 costs: by | from                 |
    |-------------------+----------+--------+-------+-----------------+--------------+----------------------|
    | DeepSeek          |          |        |       |                 |              |                      |
    | deepseek-reasoner | off-peak | $0.140 | ¥1.00 |           53.6× |       −98.1% | 2025-01-20           |
    |                   | peak     | $0.275 | ¥2.00 |           27.3× |       −96.3% | 2025-01-20           |
    | o1                |          | $7.500 |     — |        baseline |              | 2024-12-17T18:30:00Z |
    |-------------------+----------+--------+-------+-----------------+--------------+----------------------|
    | total             |          | $7.915 |     — |               — |            — | —                    |

    Unpriced (none)

    *Notes*

    - Off-peak hours are left out.
    - A second note.
    - A third.
    - Four make a list.

    *Sources*

    - [[https://api-docs.deepseek.com/quick_start/pricing]] (official page, read 2025-02-11)
    - [[https://openai.com/api/pricing]] (several tables agree, 2026-10-26; one table, date not recorded)

    prices.toml 2026.11.20 (sha256 0123456789ab) · as of 2025-01-27
    """
for placeholder, part in {
    "SHA": "0123456789abcdef" * 4,
    "RATIO": '"ratio": 53.5714285714, "percent_lower": 98.1333333333, "tokens": 1000000',
    "NULLS": '"ratio": null, "percent_lower": null, "tokens": null',
}.items():
    JSON = JSON.replace(placeholder, part)
for placeholder, address in {
    "LINK": "https://api-docs.deepseek.com/quick_start/pricing",
    "OTHER": "https://openai.com/api/pricing",
}.items():
    HTML = HTML.replace(placeholder, f'<a href="{address}" rel="noopener noreferrer">{address}</a>')
    # A line may end after a part of an address, and before a hyphen.
    broken = address.replace("/", r"/\allowbreak{}").replace(r"/\allowbreak{}/", "//").replace(".", r".\allowbreak{}")
    LATEX = LATEX.replace(placeholder, broken.replace("-", r"\allowbreak{}-").replace("_", r"\_"))

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
def test_records_stay_with_programs(name: str) -> None:
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (PRICES,), (READ,))
    assert "1,000,000" not in render(document, name)
    assert "1000000" in render(document, "csv")


def test_a_currency_of_its_own_unit() -> None:
    rows = ((Decimal("0.5"),),)
    euro = Table((Column("price", "rate", currency="EUR"),), rows)
    records = Records((Field("price", "rate"),), rows)
    document = Document("c", date(2025, 1, 27), "v", "0" * 64, (records,), (euro,))
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
from tokencost.documents.document import Column, Document, Field, Records, Table
if {name!r}:
    records, table = Records((Field("model"),), (("o1",),)), Table((Column("model"),), (("o1",),))
    tokencost.render.render(Document("c", date(2025, 1, 27), "v", "0", (records,), (table,)), {name!r})
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
