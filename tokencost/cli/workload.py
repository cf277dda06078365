"""`tokencost workload`."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.headings import CommandWithHeadings
from tokencost.cli.parameters.options import (
    InputFile,
    answer,
    answer_options,
    chart_option,
    complete_models,
    load_table,
)
from tokencost.cli.parameters.samples import Samples, split_factors, use_samples
from tokencost.cli.parameters.workload import check_fields, option_of, parse_axis, parse_dollars, refuse_tokens
from tokencost.cli.streams import say, write_out
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When

if TYPE_CHECKING:
    from tokencost.analysis.workload.fields import Workload
    from tokencost.analysis.workload.totals import OverBudget
    from tokencost.documents.document import Sentence
    from tokencost.pricetable.table import PriceTable

EXAMPLE = os.path.join(os.path.dirname(__file__), "workload.example.toml")
HEADINGS = {
    "The workload": (
        "field_requests", "field_per", "field_input", "field_output", "field_cached", "field_cache_write",
        "field_growth", "field_start", "field_months", "prompt", "sample_answer", "factors", "example",
    ),
    "When requests come": ("field_hours", "field_days", "field_peak", "field_zone"),
    "Models and prices": ("against", "on", "field_tier", "field_batch", "field_region", "prices"),
    "What to compute": ("by", "max_cost", "break_even", "sweeps"),
    "The answer": ("chart", "format_name", "output", "brief", "width", "no_color", "paste"),
}  # fmt: skip
NEEDED = {
    "requests": "the number of requests in each period",
    "input": "the input TOKENS of a request",
    "output": "the output TOKENS of a request",
}
OTHER_FILES = (".tml", ".yaml", ".yml", ".json", ".txt", ".csv", ".ini", ".cfg")


def _show_example(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        with open(EXAMPLE, encoding="utf-8") as file:
            write_out(file.read())
        ctx.exit()


def _field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each field of a workload, which comes before what a file says."""
    meanings = {
        "requests": ("N", "Requests in each period, such as 40k."),
        "per": ("PERIOD", "hour, day, week, month or year. [default: day]"),
        "input": ("TOKENS", "Input of a request, cached tokens included."),
        "output": ("TOKENS", "Output of a request, reasoning included."),
        "cached": ("SHARE", "Share of the input read from a cache: 55%."),
        "cache_write": ("SHARE", "Share of the input written to a cache."),
        "growth": ("RATE", "More requests each month, such as 3%."),
        "start": ("YYYY-MM", "First month. [default: that of --on, or the next if a model was launched in it]"),
        "months": ("N", "How many months. [default: 1]"),
        "hours": ("HOURS", "Such as 09:00-12:00,14:00-18:00. [default: all hours]"),
        "days": ("DAYS", "Such as mon-fri; sat,sun; weekdays. [default: every day]"),
        "peak": ("SHARE", "Share of the requests in peak hours, such as 30%, instead of what the calendar has."),
        "zone": ("ZONE", "Time zone of months, hours and days. [default: UTC]"),
        "tier": ("TIER", "standard, batch, flex, ... [default: standard]"),
        "batch": ("SHARE", "Share of the requests in the batch tier; the rest are in --tier."),
        "region": ("REGION", "data-residency: processed in a region of your choice. [default: anywhere]"),
    }
    for name, (metavar, meaning) in reversed(meanings.items()):
        # A prefix, since the parameter named `output` is the file.
        short = ["--input"] if name == "input" else []
        command = click.option(option_of(name), *short, f"field_{name}", metavar=metavar, help=meaning)(command)
    return command


@click.command(
    cls=CommandWithHeadings, headings=HEADINGS, short_help="What a workload costs, month by month, on each model."
)
@click.argument(
    "spec_and_models", nargs=-1, type=InputFile(), metavar="[SPEC.toml] [MODEL]...", shell_complete=complete_models
)
@click.option("--against", metavar="MODEL", shell_complete=complete_models, help="Baseline. [default: the last MODEL]")
@_field_options
@click.option("--prompt", type=InputFile(), metavar="FILE",
              help="Input of a request: a sample, counted for each MODEL, instead of --input-tokens.")  # fmt: skip
@click.option("--answer", "sample_answer", type=InputFile(), metavar="FILE",
              help="Output of a request: a sample, instead of --output-tokens.")  # fmt: skip
@click.option("--token-factor", "factors", multiple=True, metavar="MODEL=F",
              help="F times as many tokens on a MODEL: o1=1.1; measured in a file: @prompts.jsonl.")  # fmt: skip
@click.option("--by", type=click.Choice(["component"]), help="Also: what each total is made of.")
@click.option(
    "--max-cost", metavar="USD", help="Budget of a month: exit with 1 if a MODEL, the baseline aside, costs more."
)
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="FIELD=FROM:TO:STEP",
    help="Also: totals along a field, such as cached=0:100%:10%; twice for two.",
)
@click.option(
    "--break-even", is_flag=True, help="Also: at which value of each field a MODEL costs what the baseline costs."
)
@click.option(
    "--example",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_example,
    help="Print a commented SPEC.toml to start from.",
)
@chart_option
@answer_options
def workload(
    spec_and_models: tuple[str, ...],
    against: str | None,
    prompt: str | None,
    sample_answer: str | None,
    factors: tuple[str, ...],
    by: str | None,
    max_cost: str | None,
    sweeps: tuple[str, ...],
    break_even: bool,
    prices: str | None,
    on: When,
    output: str | None,
    format_name: str | None,
    no_color: bool,
    brief: bool,
    width: int | None,
    paste: bool,
    chart: bool,
    **options: str | None,
) -> int:
    """What a workload costs, month by month, on each MODEL, beside a baseline: the last MODEL, or --against.

    The workload comes from SPEC.toml (an argument that ends in .toml, or is a file), from options, or from both:
    options override the file. Without models, those of the file, else the set in the price table's [defaults].

    A month has its real days. Requests come evenly, or evenly over --hours and --days; peak hours, holidays and
    changes of price count exactly. A year's requests are divided by its days. Growth compounds from the first month.
    Later months assume the latest prices in the table.
    """
    from tokencost.analysis.workload.hour_sensitivity import window_ranges
    from tokencost.analysis.workload.totals import over_budget, workload_totals
    from tokencost.documents.workload.totals import workload_document

    refuse_tokens(output)
    budget = parse_dollars(max_cost, "--max-cost") if max_cost is not None else None
    axes = [parse_axis(text) for text in sweeps]
    table = load_table(prices)
    numbers, measured = split_factors(factors)
    samples = Samples(prompt, sample_answer, measured)
    fields = _with_samples(check_fields(options, numbers), samples)
    workloads, models, against = _read_request(table, spec_and_models, against, on, fields)
    said: list[Sentence] = []
    if samples:
        from tokencost.analysis.compare import chosen_models

        names, baseline = chosen_models(table, models, against, on)
        workloads, said = use_samples(table, workloads, samples, (*names, baseline), on)
    totals = workload_totals(table, workloads, models, on=on, against=against)
    over = over_budget(totals, budget) if budget is not None else ()
    swept = even = None
    if axes:
        from tokencost.analysis.workload.sweep import sweep

        swept = sweep(table, workloads, axes, models, on=on, against=against)
    if break_even:
        from tokencost.analysis.workload.break_even import break_even as solve

        even = solve(table, totals)
    document = workload_document(
        table,
        totals,
        by_component=by == "component",
        swept=swept,
        even=even,
        ranges=tuple(window_ranges(totals)),
        budget=() if budget is None else [*_say_budget(over, budget)],
    )
    document = document._replace(assumed=(*document.assumed, *said))
    answer(document, format_name, output, no_color, brief, width, paste, chart=chart)
    if over and budget is not None:
        from tokencost.render.numbers import show_sentence

        for sentence in _say_budget(over, budget):
            say(f"Over budget: {show_sentence(sentence)}")
    return 1 if over else 0


def _with_samples(fields: dict[str, Any], samples: Samples) -> dict[str, Any]:
    """The fields, with something in place of what the samples will say. Raises `InvalidRequest` where both say it."""
    for name, option, file in (("input", "--prompt", samples.prompt), ("output", "--answer", samples.answer)):
        if file is not None:
            if name in fields:
                raise InvalidRequest(f"{option_of(name)} and {option} say the same", f"leave one out; {option} counts")
            fields[name] = Fraction(0)
    return fields


def _say_budget(over: "Sequence[OverBudget]", budget: "Decimal | Fraction") -> "Iterator[Sentence]":
    from tokencost.documents.document import Figure

    most = Figure(budget, "money")
    for each in over:
        cost = Figure(each.cost, "money")
        yield f"{each.model} costs ", cost, f" in {each.month}, more than ", most, " a month."
    if not over:
        yield "No month costs more than ", most, "."


def _read_request(
    table: "PriceTable",
    arguments: tuple[str, ...],
    against: str | None,
    on: When,
    fields: Mapping[str, Any],
) -> tuple[tuple["Workload", ...], tuple[str, ...], str | None]:
    """The workloads, the models and the baseline that arguments, options and the file ask for together."""
    from tokencost.analysis.workload.first_month import first_month, load_workloads_on

    specs = [argument for argument in arguments if argument.endswith(".toml") or os.path.isfile(argument)]
    models = tuple(argument for argument in arguments if argument not in specs)
    if len(specs) > 1:
        raise InvalidRequest(
            f"{len(specs)} workload files: {', '.join(specs)}", "name one; it may hold several workloads"
        )
    if specs:
        return load_workloads_on(table, specs[0], on, models, against, over=fields)
    from tokencost.analysis.workload.fields import ONLY, find_conflicts, from_checked

    _refuse_files(models)
    for name, meaning in NEEDED.items():
        if name not in fields:
            raise InvalidRequest(
                f"{option_of(name)} is missing: {meaning}",
                "describe the workload with --requests 40k --per day --input 1.8k --output-tokens 350, or in a file: "
                "tokencost workload --example > workload.toml",
            )
    for name, message, hint in find_conflicts(fields):
        raise InvalidRequest(f"{option_of(name)}: {message}", hint)
    start = first_month(table, models, against, on)
    return (from_checked(ONLY, {"start": start, **fields}),), models, against


def _refuse_files(models: tuple[str, ...]) -> None:
    for name in models:
        if name.lower().endswith(OTHER_FILES):
            raise InvalidRequest(
                f"there is no file {name!r}",
                "a workload file ends in .toml, and begins so: tokencost workload --example > workload.toml",
            )
