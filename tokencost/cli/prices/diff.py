"""`tokencost prices diff`."""

import os
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tokencost.cli.parameters.options import InputFile, answer, answer_options, find_table
from tokencost.pricetable.when import When, day_of

if TYPE_CHECKING:
    from tokencost.analysis.table.bill_change import BillChange
    from tokencost.pricetable.table import PriceTable

TABLES_DIFFER = 1


@click.command("diff", short_help="What changed between two tables.")
@click.argument("old", type=InputFile())
@click.argument("new", required=False, type=InputFile())
@click.option(
    "--workload",
    type=InputFile(),
    metavar="SPEC",
    help="Also show what the change does to the bill of this workload file.",
)
@click.option(
    "--usage",
    multiple=True,
    type=InputFile(),
    metavar="FILE",
    help="Also show what it does to the bill of these logs or sums of requests.",
)
@click.option("--exit-code", is_flag=True, help="Exit with status 1 when the tables differ.")
@answer_options
def diff(
    old: str,
    new: str | None,
    workload: str | None,
    usage: tuple[str, ...],
    exit_code: bool,
    prices: str | None,
    on: When,
    **form: Any,
) -> int:
    """What changed from OLD to NEW: files, or git revisions of the price table; NEW is else the table in use.

    \b
    tokencost prices diff HEAD~5                 since five commits ago
    tokencost prices diff v1.0 HEAD --format markdown

    New models, new prices, corrections of the past, what was removed, and changed names are listed apart. Promotions
    past or within 60 days of their end are listed too, but do not count as a difference. --workload and --usage add
    what the change does to a bill; logged requests are priced at their own times, or all at the time of --on.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.table.diff import diff_tables
    from tokencost.documents.table.diff import diff_document

    file = os.fspath(find_table(prices))
    result = diff_tables(
        _read_revision_or_file(old, file), _read_revision_or_file(new, file) if new else _read_file(file), day_of(on)
    )
    bills = _workload_bills(result.old, result.new, workload, on) if workload else ()
    if usage:
        # Only a day that somebody typed reprices the logs: the default is today, and each record has a time.
        given = click.get_current_context().get_parameter_source("on") is not ParameterSource.DEFAULT
        bills = (*bills, *_usage_bills(result.old, result.new, usage, on if given else None))
    answer(diff_document(result, on, bills), **form)
    return TABLES_DIFFER if exit_code and result.changes else 0


def _workload_bills(old: "PriceTable", new: "PriceTable", workload: str, on: When) -> "tuple[BillChange, ...]":
    """The bills of a workload file, on the models that it names or else the table's default ones."""
    from tokencost.analysis.compare import chosen_models
    from tokencost.analysis.table.bill_change import bill_changes
    from tokencost.analysis.workload.first_month import load_workloads_on

    spec = load_workloads_on(new, workload, on)
    models, against = chosen_models(new, spec.models, spec.against, on)
    return bill_changes(old, new, spec.workloads, [*models, against], on)


def _usage_bills(
    old: "PriceTable", new: "PriceTable", files: tuple[str, ...], on: When | None
) -> "tuple[BillChange, ...]":
    """The bills of logged requests by both tables: at their own times, or all at one."""
    from tokencost.analysis.table.bill_change import BillChange
    from tokencost.logs.usage import costs_by_model, usage

    before = costs_by_model(usage(old, files, on=on))
    after = costs_by_model(usage(new, files, on=on))
    return tuple(
        BillChange(model, before.get(model), after.get(model), None if model in before else f"no price in {old.file}")
        for model in dict.fromkeys([*before, *after])
    )


def _read_revision_or_file(named: str, file: str) -> "PriceTable":
    """A file of that name, else the revision."""
    from tokencost.cli.prices.revisions import read_table_at
    from tokencost.pricetable.load import parse_prices

    if os.path.isfile(named) or named.lower().endswith(".toml"):
        return _read_file(named)
    return parse_prices(read_table_at(named, file), f"{named}:{os.path.basename(file)}")


def _read_file(file: str) -> "PriceTable":
    from tokencost.pricetable.load import load_prices

    return load_prices(file)
