"""`tokencost prices audit`."""

import os
from functools import partial
from typing import Any

import click

from tokencost.cli.parameters.options import InputFile, WhenType, answer, answer_options, load_table
from tokencost.cli.streams import say, write_out
from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.pricetable.when import When, day_of

TABLES_DIFFER = 1


@click.command("audit", short_help="Compare with another public table.")
@click.option(
    "--against", required=True, type=InputFile(), metavar="FILE|URL", help="The other table; an address must be https."
)
@click.option("--dated", type=WhenType(), metavar="DAY", help="Day from which the other table is, if it does not say.")
@click.option("--propose", is_flag=True, help="Print the `prices add` commands that would adopt what differs.")
@click.option("--exit-code", is_flag=True, help="Exit with status 1 when a rate differs.")
@partial(answer_options, can_be_pasted=False)
def audit(
    against: str, dated: When | None, propose: bool, exit_code: bool, prices: str | None, on: When, **form: Any
) -> int:
    """Compare current prices with another public table, rate by rate.

    \b
    tokencost prices audit --against model_prices_and_context_window.json
    tokencost prices audit --against https://models.dev/api.json --format markdown

    The JSON files of LiteLLM, genai-prices, llm-prices, models.dev and OpenRouter are recognised by their contents.
    Listed is what differs, is ambiguous, or is missing on one side; CSV and JSON also have what agrees. Where their
    number is that of another window or tier here, the note says so. Nothing is written: a difference says that one
    of the two is wrong, and the provider's own page says which.
    """  # noqa: D301  # \b: click must not wrap this
    from tokencost.analysis.audit.compare import audit as audit_tables
    from tokencost.analysis.audit.readers import read_table
    from tokencost.documents.table.audit import audit_document

    table = load_table(prices)
    other = read_table(_read_content(against), against, day_of(on), day_of(dated) if dated else None)
    result = audit_tables(table, other, day_of(on))
    if propose:
        import shlex

        from tokencost.analysis.audit.propose import propose_commands
        from tokencost.render.sanitize import sanitize

        proposed = propose_commands(table, result, day_of(on))
        # The name of their file is the user's, and could still act on a terminal.
        write_out("".join(f"{sanitize(shlex.join(words))}\n" for words in proposed.commands))
        for name in proposed.left_out:
            say(f"left out, since its name cannot be part of a command: {name!r}")
    else:
        answer(audit_document(table, result, on), **form)
    return TABLES_DIFFER if exit_code and result.of("differs") else 0


def _read_content(against: str) -> bytes:
    if "://" in against:
        from tokencost.cli.prices.fetch import fetch

        return fetch(against)
    from tokencost.cli.prices.fetch import LARGEST

    try:
        if os.path.getsize(against) > LARGEST:
            raise InvalidRequest(f"{against} is larger than {LARGEST // 1_000_000} MB", "name a price table")
        with open(against, "rb") as stream:
            return stream.read(LARGEST)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InvalidData([Problem(against, 0, reason, "name the other table with --against FILE or URL")]) from None
