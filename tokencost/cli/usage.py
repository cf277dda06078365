"""`tokencost usage`."""

import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tokencost.cli.capture import captured
from tokencost.cli.parameters.headings import CommandWithHeadings
from tokencost.cli.parameters.options import (
    InputFile,
    WhenType,
    answer,
    answer_options,
    chart_option,
    complete_models,
    load_table,
    own_times_option,
)
from tokencost.cli.parameters.samples import measure_factors, split_factors
from tokencost.cli.streams import say
from tokencost.errors import InvalidRequest
from tokencost.logs.sql.dialects import DIALECTS, UNTESTED
from tokencost.logs.usage_query import ENGINES
from tokencost.pricetable.when import When, as_when

if TYPE_CHECKING:
    from tokencost.documents.document import Sentence
    from tokencost.logs.usage import Usage
    from tokencost.pricetable.table import PriceTable

SOME_ARE_UNPRICED = 1


class TableSource(NamedTuple):
    """The table of a printed query, as its options say it."""

    name: str | None
    shape: str | None
    columns: str | None
    json_column: str | None
    mapping: dict[str, str]
    excludes_cached: bool = False


HEADINGS = {
    "The question": ("by", "since", "until", "as_models", "token_factors", "compare_to", "bill"),
    "Rates": ("on", "tier", "window", "region", "prices"),
    "The logs": (
        "model",
        "time",
        "mapping",
        "excludes_cached",
        "keep_repeats",
        "allow_unpriced",
        "any_host",
    ),
    "The answer": ("chart", "brief", "width", "format_name", "output", "no_color", "paste"),
    "Larger than a machine": ("engine", "master", "spark_remote"),
    "A query for a warehouse": ("dialect", "table_name", "shape", "columns", "json_column"),
}


@click.command(
    cls=CommandWithHeadings, headings=HEADINGS, short_help="What real request logs cost, or would have cost elsewhere."
)
@click.argument("files", nargs=-1, type=InputFile(), metavar="FILE...")
@click.option("--by", metavar="COLUMN,...", default="model", show_default=True,
              help="model, provider, day, week, month, tier, window, component, or any field of a record.")  # fmt: skip
@click.option("--since", type=WhenType(any_year=True), metavar="WHEN", help="Only requests from then on.")
@click.option("--until", type=WhenType(any_year=True), metavar="WHEN", help="Only requests before then.")
@click.option("--as", "as_models", multiple=True, metavar="MODEL", shell_complete=complete_models,
              help="Beside the cost: what MODEL would have cost. May be repeated.")  # fmt: skip
@click.option("--token-factor", "token_factors", multiple=True, metavar="[MODEL=]N",
              help="Tokens of an --as model for each one logged: 1.1; measured in a file: @prompts.jsonl.")  # fmt: skip
@click.option("--tier", metavar="TIER", help="Price all requests in this tier. [default: each in its own]")
@click.option("--region", metavar="REGION", help="Price all requests in this region: data-residency. "
              "[default: as their address says]")  # fmt: skip
@click.option("--window", metavar="WINDOW", help="peak or off-peak, for records that give only a date.")
@click.option("--compare-to", metavar="FIELD", help="Reconcile with the cost in this field, such as spend.")
@click.option("--bill", metavar="FILE", type=click.Path(),
              help="Reconcile with the provider's bill, by day: DeepSeek's cost-*.csv or the .zip that holds it, or "
              "a page of OpenAI's Costs API.")  # fmt: skip
@click.option("--model", metavar="NAME", shell_complete=complete_models,
              help="The model of records that name none.")  # fmt: skip
@click.option("--time", metavar="FIELD", help="The field that holds the time, such as metadata.finished_at.")
@click.option("--map", "mapping", multiple=True, metavar="NAME=FIELD",
              help="Where records keep it: --map input_tokens=path.to.field, or a.x+a.y for a sum. A key that holds "
              "dots is in quotes: 'a.\"b.c\"'. May be repeated.")  # fmt: skip
@click.option("--input-excludes-cached", "excludes_cached", is_flag=True,
              help="The input tokens of these records do not include the cached and the cache-write ones.")  # fmt: skip
@click.option("--keep-repeats", is_flag=True, help="Count a call each time that it is recorded. [default: once]")
@click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True,
              help="What reads the files.")  # fmt: skip
@click.option("--master", metavar="URL", help="Where Spark runs. [default: local[*], all cores of this machine]")
@click.option("--spark-remote", metavar="URL", help="A Spark Connect server, such as sc://host:15002.")
@click.option("--print-sql", "dialect", type=click.Choice(tuple(DIALECTS)),
              help="Instead of reading files: print the query for a table in a warehouse. "
              f"Not run by the tests: {', '.join(UNTESTED)}.")  # fmt: skip
@click.option("--table", "table_name", metavar="NAME", help="With --print-sql: the table, one record a row.")
@click.option("--shape", metavar="SHAPE",
              help="With --print-sql: chat, responses, batch, usage-api, deepseek-amount, litellm, otel, langchain, "
              "table, or another: an unknown name lists them all.")  # fmt: skip
@click.option("--columns", metavar="NAME,...", help="With --print-sql: the columns that the table has.")
@click.option("--json-column", metavar="NAME", help="With --print-sql: the column that holds whole records as JSON.")
@click.option("--allow-unpriced", is_flag=True, help="Exit 0 although requests are left unpriced.")
@click.option("--any-host", is_flag=True,
              help="Price requests that another host served, such as Azure, as the provider's own.")  # fmt: skip
@chart_option
@partial(answer_options, on=own_times_option)
def usage(
    files: tuple[str, ...],
    by: str,
    since: When | None,
    until: When | None,
    as_models: tuple[str, ...],
    token_factors: tuple[str, ...],
    tier: str | None,
    region: str | None,
    window: str | None,
    compare_to: str | None,
    bill: str | None,
    model: str | None,
    time: str | None,
    mapping: tuple[str, ...],
    keep_repeats: bool,
    excludes_cached: bool,
    engine: str,
    master: str | None,
    spark_remote: str | None,
    dialect: str | None,
    table_name: str | None,
    shape: str | None,
    columns: str | None,
    json_column: str | None,
    allow_unpriced: bool,
    any_host: bool,
    prices: str | None,
    on: When | None,
    **form: Any,
) -> int:
    """What the requests in logs cost, each at the price of its own instant.

    FILE is JSON lines, a JSON array, CSV, TSV or Parquet, plain or compressed (gzip, zstd), a folder, a glob, or -
    for standard input. Records of OpenAI, its Batch and Usage APIs, DeepSeek, LiteLLM, OpenTelemetry and LangChain
    are recognised by their fields, as is a table with model, time, input_tokens, cached_input_tokens, output_tokens.
    codex and claude stand for the sessions of Codex CLI and Claude Code, opencode, cline, roo, dsh and llm for what
    these programs store, databases among it; --by project and session are among the columns. Streams as they came are
    read.

    The completion of a request decides where it is recorded, else its creation. --on prices all requests at one time
    instead. Exit status 1: something was left unpriced or could not be read.

    Logs larger than this machine: --engine spark reads the same files on a cluster, and --print-sql DIALECT --table
    NAME --shape SHAPE prints the query for a warehouse; FILE may then be the CSV of its result.
    """
    numbers, measured = split_factors(token_factors)
    asked: dict[str, Any] = {
        "by": by.split(","),
        "on": on,
        "since": since,
        "until": until,
        "tier": tier,
        "as_models": as_models,
        "token_factors": dict(map(_factor, numbers)),
        "compare_to": compare_to,
        "region": region,
        "any_host": any_host,
        "model": model,
    }
    fields = _fields(mapping, time)
    table = load_table(prices)
    if dialect is not None:
        from tokencost.cli.usage_sql import print_query

        _refuse_with_sql(files, measured, paste=form["paste"])
        source = TableSource(table_name, shape, columns, json_column, fields, excludes_cached)
        print_query(table, asked, dialect, source, form["output"], keep_repeats=keep_repeats)
        return 0
    for name, value in (
        ("--table", table_name),
        ("--shape", shape),
        ("--columns", columns),
        ("--json-column", json_column),
    ):
        if value is not None:
            raise InvalidRequest(f"{name} goes with --print-sql", "add --print-sql postgres, or leave it out")
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.\n  hint: tokencost usage logs.jsonl, or a folder of logs")
    if (master or spark_remote) and engine != "spark":
        raise InvalidRequest("--master and --spark-remote go with --engine spark", "add --engine spark")
    from tokencost.documents.usage.costs import usage_document
    from tokencost.logs.usage import usage as price_usage
    from tokencost.logs.usage_query import Cluster

    reading: dict[str, Any] = {
        "window": window,
        "mapping": fields,
        "excludes_cached": excludes_cached,
        "engine": engine,
        "cluster": Cluster(master, spark_remote),
        "keep_repeats": keep_repeats,
    }
    said = _add_measured(table, files, asked, reading, measured)
    result = price_usage(
        table,
        files,
        **asked,
        **reading,
        bill=bill,
        progress=sys.stderr.isatty() and captured() is None,
        tell=say,
    )
    _tell_of_files(files, result)
    if result.as_of is None:  # nothing was priced: the answer is of today
        result = result._replace(as_of=as_when("today"))
    document = usage_document(table, result)
    answer(document._replace(assumed=(*document.assumed, *said)), **form)
    return 0 if result.complete or allow_unpriced else SOME_ARE_UNPRICED


def _tell_of_files(files: tuple[str, ...], result: "Usage") -> None:
    """Tell of files that were named and hold nothing, and of those that were read in place of sessions."""
    from tokencost.logs.sessions.finding import words_of_files
    from tokencost.render.sanitize import sanitize

    for word, sessions in words_of_files(files):
        say(f"note: {word} is a file or folder here, and was read; the sessions of {sessions} are elsewhere")
    for sentence in result.left_alone:
        say(f"note: {sanitize(sentence)}")
    for name in result.empty:
        say(f"note: {sanitize(name)} holds no record")


def _refuse_with_sql(files: tuple[str, ...], measured: Mapping[str | None, str], *, paste: bool) -> None:
    if files or paste:
        instead = "name the table with --table, and leave out files and --paste; or leave out --print-sql"
        raise InvalidRequest("--print-sql reads no files, and prints no block", instead)
    if measured:
        raise InvalidRequest("--print-sql measures nothing", "measure the factor with tokencost count, and write it")


def _add_measured(
    table: "PriceTable",
    files: tuple[str, ...],
    asked: dict[str, Any],
    reading: dict[str, Any],
    measured: Mapping[str | None, str],
) -> "list[Sentence]":
    """Measure the token factors for which files stand, and add them to what is asked; what is to be said of it."""
    if not measured:
        return []
    if "-" in files:
        raise InvalidRequest("a measured --token-factor reads the logs twice", "save them in a file first")
    from tokencost.logs.usage import usage as price_usage

    def find_models() -> dict[str, When]:
        plain = {**asked, "by": ("model",), "as_models": (), "token_factors": {}, "compare_to": None}
        found = price_usage(table, files, **plain, **reading)
        return {str(row.group[0]): asked["on"] or found.last or as_when("today") for row in found.rows}

    factors, said = measure_factors(table, measured, asked["as_models"], find_models)
    asked["token_factors"] |= factors
    return said


def _factor(text: str) -> tuple[str | None, Fraction]:
    from tokencost.cli.parameters.parse import parse_factor

    model, equals, number = text.rpartition("=")
    return (model if equals else None), parse_factor(number)


def _fields(mapping: tuple[str, ...], time: str | None) -> dict[str, str]:
    """Where fields stand, as `--map` and `--time` say. Raises `InvalidRequest` where they say two things of one."""
    pairs = [*map(_parse_mapping, mapping), *([("time", time)] if time is not None else [])]
    found: dict[str, str] = {}
    for name, path in pairs:
        if found.setdefault(name, path) != path:
            raise InvalidRequest(
                f"{name} is said to stand in {found[name]!r} and in {path!r}",
                "say it once; fields that add up are one: --map input_tokens=a.x+a.y",
            )
    return found


def _parse_mapping(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals:
        raise InvalidRequest(f"{text!r} maps nothing", "write --map input_tokens=path.to.field")
    return name.strip(), path.strip()
