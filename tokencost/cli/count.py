"""`tokencost count`."""

import os
from typing import TYPE_CHECKING, Any

import click

from tokencost.cli.parameters.headings import CommandWithHeadings
from tokencost.cli.parameters.options import (
    InputFile,
    answer,
    answer_options,
    complete_models,
    load_table,
    rate_options,
)
from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When

if TYPE_CHECKING:
    from tokencost.pricetable.table import PriceTable

HEADINGS = {
    "The requests": ("output_tokens", "output_like", "plain"),
    "Models and prices": ("against", "on", "tier", "window", "region", "prices"),
    "The answer": ("format_name", "output", "brief", "width", "no_color", "paste"),
}
TEXTS = (
    ".txt",
    ".md",
    ".markdown",
    ".rst",
    ".jsonl",
    ".ndjson",
    ".json",
    ".csv",
    ".html",
    ".xml",
    ".py",
    ".log",
    ".gz",
)
"""What ends so is meant as a file, though it does not exist."""
_GLOB = frozenset("*?[")


@click.command(
    cls=CommandWithHeadings, headings=HEADINGS, short_help="How many tokens a text is, and costs, on each model."
)
@click.argument("files_and_models", nargs=-1, type=InputFile(), metavar="FILE... [MODEL]...",
                shell_complete=complete_models)  # fmt: skip
@click.option("--against", metavar="MODEL", shell_complete=complete_models, help="Baseline. [default: the last MODEL]")
@click.option("--output-tokens", metavar="N", help="Also price answers of N tokens, such as 350 or 1.5k.")
@click.option("--output-like", type=InputFile(), metavar="FILE", help="Also price answers as long as this sample.")
@click.option("--plain", is_flag=True, help="The text of chat messages alone, without their template.")
@rate_options
@answer_options
def count(
    files_and_models: tuple[str, ...],
    against: str | None,
    output_tokens: str | None,
    output_like: str | None,
    plain: bool,
    tier: str,
    window: str | None,
    region: str | None,
    prices: str | None,
    on: When,
    **form: Any,
) -> None:
    """How many tokens a text is on each MODEL, and costs there, beside a baseline: the last MODEL, or --against.

    FILE is text or Markdown, JSON lines of chat messages, compressed or not (gzip, zstd), a folder, a glob, or - for
    standard input; of any size. Each file is one request; in JSON lines, each line with messages. Without models, the
    set in the price table's [defaults].

    Tokens are counted on this machine: pip install 'tokencost-compare[count]'. Where a provider has not said which
    vocabulary a model has, the nearest one is used, and the count is marked as an estimate (≈).
    """
    from tokencost.counting.costs import count_texts
    from tokencost.documents.count import count_document

    table = load_table(prices)
    files, models = _tell_apart(table, files_and_models)
    result = count_texts(
        table,
        files,
        models,
        on=on,
        against=against,
        output_tokens=None if output_tokens is None else _read_tokens(output_tokens),
        output_like=output_like,
        plain=plain,
        tier=tier,
        window=window,
        region=region,
    )
    answer(count_document(table, result), **form)


def _read_tokens(text: str) -> int:
    from tokencost.quantities import TOKENS, parse_request, whole_number

    return parse_request(lambda given: whole_number(given, TOKENS), text, "--output-tokens")


def _tell_apart(table: "PriceTable", arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Which arguments are files and which models: what exists is a file, and so is what looks like a path."""
    files: list[str] = []
    models: list[str] = []
    for argument in arguments:
        is_file = argument == "-" or os.path.exists(argument) or _looks_like_a_path(table, argument)
        (files if is_file else models).append(argument)
    if not files:
        hint = "tokencost count prompt.md deepseek-flash gpt-6.1-sol, or - for standard input"
        if models:
            raise InvalidRequest(f"no file is named, but only {' and '.join(models)}", hint)
        raise click.UsageError(f"Missing argument 'FILE...'.\n  hint: {hint}")
    return files, models


def _looks_like_a_path(table: "PriceTable", argument: str) -> bool:
    from tokencost.pricetable.names import meanings

    if _GLOB & set(argument) or argument.lower().endswith(TEXTS):
        return True
    # `deepseek/deepseek-chat` is a model with its provider.
    return ("/" in argument or os.sep in argument) and not meanings(table, argument.partition("@")[0])
