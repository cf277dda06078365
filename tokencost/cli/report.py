"""`tokencost report`."""

from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.options import InputFile, load_table, on_option, output_option, prices_option
from tokencost.cli.streams import say, write_out
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When
from tokencost.render import FORMATS

if TYPE_CHECKING:
    from tokencost.documents.report_page import ReportPage
    from tokencost.pricetable.table import PriceTable

EXAMPLE: dict[str, Any] = {
    "requests": 40_000, "per": "day", "input": 1_800, "output": 350, "cached": "50%", "months": 12,
}  # fmt: skip
SAID = "An example, not your workload. For your own: tokencost report workload.toml"


@click.command(short_help="One self-contained HTML page: prices, history, a workload, claims, a calculator.")
@click.argument("spec", required=False, type=InputFile(), metavar="[SPEC.toml]")
@click.option("--open", "show", is_flag=True, help="Show the page in the browser.")
@prices_option
@on_option
@click.option("--format", "format_name", type=click.Choice(["html"]), help="The page is HTML.")
@output_option
@click.option("--no-color", is_flag=True, help="Has no effect on a page.")
def report(
    spec: str | None,
    show: bool,
    prices: str | None,
    on: When,
    format_name: str | None,
    output: str | None,
    no_color: bool,
) -> None:
    """One HTML page that answers, in a single file that opens anywhere and asks no network for anything.

    It holds the comparison, the history of the prices, what the workload of SPEC.toml (see `tokencost workload`) costs
    by month and component, the published figures with their verdicts, the source of every rate, and a calculator. The
    calculator equals `tokencost workload --peak`, and shows the command for what it computes.
    """
    from tokencost.cli.files import write_whole
    from tokencost.render.html.report import report_html

    if output and output != "-" and format_name is None and not output.lower().endswith(FORMATS["html"].suffixes):
        raise InvalidRequest(f"the report is an HTML page, and {output!r} is not the name of one", "end it in .html")
    text = report_html(_make_page(load_table(prices), spec, on))
    path = output if output and output != "-" else _make_temporary() if show else None
    if path is None:
        write_out(text)
        return
    write_whole(path, text)
    if show:
        import webbrowser
        from pathlib import Path

        say(f"Opening {path}")
        webbrowser.open(Path(path).resolve().as_uri())


def _make_page(table: "PriceTable", spec: str | None, on: When) -> "ReportPage":
    from tokencost.analysis.claims.file import load_claims
    from tokencost.analysis.claims.judge import judge
    from tokencost.analysis.compare import chosen_models, compare
    from tokencost.analysis.table.price_rows import price_history
    from tokencost.analysis.table.ratio_history import gap_to_another_provider
    from tokencost.analysis.workload.fields import workload
    from tokencost.analysis.workload.first_month import first_month, load_workloads_on
    from tokencost.analysis.workload.totals import workload_totals
    from tokencost.documents.report_page import report_page

    if spec:
        workloads, named, against = load_workloads_on(table, spec, on)
    else:
        start = first_month(table, (), None, on)
        workloads, named, against = (workload("example", start=start, **EXAMPLE),), (), None
    names, baseline = chosen_models(table, named, against, on)
    compared = compare(table, names, on=on, against=baseline)
    totals = workload_totals(table, workloads, names, on=on, against=baseline)
    rows = price_history(table, [*names, baseline], on)
    judged = [judge(table, claim) for claim in load_claims()]
    return report_page(
        table, on, compared, rows, totals, judged, "" if spec else SAID, gap_to_another_provider(table, baseline, on)
    )


def _make_temporary() -> str:
    import tempfile

    # Not deleted at the end: the browser may read it after this process is gone.
    with tempfile.NamedTemporaryFile(prefix="tokencost-", suffix=".html", delete=False) as file:
        return file.name
