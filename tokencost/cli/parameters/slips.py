"""What people type instead of what this tool calls it, and what to type: for click's errors, which know no synonyms."""

import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches

import click

from tokencost.errors import TokencostError
from tokencost.render import FORMATS, RECORD_FORMATS, TEXT_FORMATS
from tokencost.render.sanitize import sanitize

TOP = ("compare", "workload", "usage", "claims", "find", "count", "refresh", "prices", "report")
OF_PRICES = ("list", "show", "history", "check", "schema", "add", "format", "diff", "audit", "export")
COMMANDS = {
    "compare": "vs versus against ratio",
    "workload": "cost costs estimate calculate calc budget forecast plan simulate",
    "usage": "log logs bill billing spend analyze analyse reprice",
    "claims": "claim verify factcheck fact-check",
    "find": "search lookup",
    "count": "tokens token tokenize tokenise tokenizer tokeniser tiktoken counts wc",
    "refresh": "inject embed sync renew docs readme stale",
    "report": "page html dashboard",
    "--help": "help",
    "--version": "version",
    "prices list": "list ls models",
    "prices show": "show price rate rates get view",
    "prices history": "history past",
    "prices check": "check validate lint",
    "prices add": "add update set new",
    "prices diff": "diff changes",
    "prices audit": "audit",
    "prices export": "export dump",
    "prices schema": "schema",
}
"""For each command, the words that people try instead; a word of `prices` alone is one of them."""
OPTIONS = {
    "--against": "baseline base vs versus reference ref relative-to compare-with compared-to than",
    "--on": "date at as-of asof when day time at-date on-date",
    "--output-tokens": "completion completion-tokens tokens-out answer-tokens",
    "--output-like": "answer like sample output-file",
    "--plain": "raw text no-template text-only",
    "--output": "out save to outfile output-file completion completion-tokens output-tokens",
    "--format": "fmt output-format type",
    "--prices": "price-table price-file table toml config price",
    "--currency": "cur currencies",
    "--currency CNY": "cny rmb yuan",
    "--tier": "service-tier",
    "--tier batch": "batch batch-api",
    "--region data-residency": "data-residency residency regional regional-processing",
    "--tier flex": "flex",
    "--tier priority": "priority",
    "--tier all": "all-tiers all",
    "--window": "hours-window peak-hours",
    "--window peak": "peak",
    "--window off-peak": "off-peak offpeak",
    "--input-tokens": "prompt prompt-tokens tokens-in",
    "--input": "input-tokens prompt prompt-tokens tokens-in",
    "--cached": "cache cached-input cached-share cache-share cache-hit cache-read",
    "--cache-write": "cache-writes cache-creation",
    "--requests": "calls queries requests-per-day rpd n count",
    "--per": "period every",
    "--months": "duration month",
    "--start": "from begin first-month",
    "--max-cost": "budget limit max",
    "--zone": "tz timezone time-zone",
    "--days": "weekdays day-of-week",
    "--hours": "hour hours-of-day",
    "--by": "group-by groupby group",
    "--since": "from start after begin",
    "--until": "to end before",
    "--as": "compare compare-with reprice with against alternative",
    "--near": "tolerance within approx about around",
    "--chart": "plot graph draw",
    "--check": "dry-run diff verify test",
    "--list": "show ls",
    "--root": "base dir folder directory cwd work-dir",
    "--syntax": "markup language lang",
    "--no-color": "nocolor no-colour plain",
    "--provider": "vendor company",
    "--file": "claims claims-file",
    "--usage": "logs log",
    "--workload": "spec",
    **{f"--format {name}": " ".join((name, *FORMATS[name].suffixes)).replace(".", "") for name in TEXT_FORMATS},
}
"""For each option, the names that people try instead; which one holds is decided by what the command has."""
EXAMPLES = {
    "prices show": "tokencost prices show deepseek-flash; `tokencost prices list` names the models",
    "prices history": "tokencost prices history deepseek-chat; `tokencost prices list` names the models",
    "prices diff": "tokencost prices diff HEAD~5, or two files: tokencost prices diff OLD.toml NEW.toml",
    "prices audit": "tokencost prices audit --against FILE, a table saved as JSON, or its address",
    "find": "tokencost find 0.14 7.50 --on 2025-01-27",
    "refresh": "tokencost refresh report.md; `tokencost compare --paste` prints a block to put into it",
}
"""For commands that need an argument, what to type."""
VALUES = {"--on": "2025-01-27", "--against": "o1", "--tier": "batch", "--format": "csv", "--output": "table.csv"}
"""What may follow an option after which nothing stands."""
TEXTS = (".txt", ".md", ".markdown", ".rst")
LOGS = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".gz", ".zst", ".log")
HINT = "\n  hint: "
_FIGURE = re.compile(r"\$?\d+(?:[.,]\d+)*(?:%|x|×)?")
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_DASHES = re.compile("^[‐‑‒–—―−-]+")


def unknown_command(ctx: click.Context, words: Sequence[str]) -> click.UsageError:
    """The error for a command that does not exist, with the one that was probably meant."""
    inside = ctx.command.name == "prices"
    return click.UsageError(
        f"No such command {words[0]!r}.{HINT}{_suggest_command(words[0].casefold(), words, inside=inside)}", ctx
    )


def _suggest_command(word: str, words: Sequence[str], *, inside: bool) -> str:
    if word in ("cost", "costs"):
        return "`tokencost prices show MODEL` shows prices; `tokencost workload` computes what your use costs"
    rest = [word for word in words[1:] if not word.startswith("-")]
    known = {name: f"prices {name}" for name in OF_PRICES} | ({} if inside else {name: name for name in TOP})
    meant = {instead: name for name, typed in COMMANDS.items() for instead in typed.split()}
    found = known.get(word) or meant.get(word) or (word if word in TOP else None)
    if word == "price" and rest and rest[0] in OF_PRICES:
        found = f"prices {rest[0]}"
    found = found or _suggest_for_arguments(word, [words[0], *rest], inside=inside)
    found = found or next((known[near] for near in get_close_matches(word, known, 1)), None)
    return (
        f"did you mean `tokencost {found}`?" if found else f"the commands are {', '.join(OF_PRICES if inside else TOP)}"
    )


def _suggest_for_arguments(word: str, words: list[str], *, inside: bool) -> str | None:
    """The command for arguments that were typed without one: models, figures, files."""
    if _FIGURE.fullmatch(word):
        return shlex.join(["find", *words])
    if word.endswith(".toml"):
        return shlex.join(["prices", "check", "--prices", words[0]] if inside else ["workload", *words])
    if word.endswith((*TEXTS, *LOGS)):
        return shlex.join(["count" if word.endswith(TEXTS) else "usage", *words])
    kind = _tell_kind(words[0])
    if kind == "provider":
        return shlex.join(["prices", "list", "--provider", words[0]])
    if kind == "model":
        return shlex.join(["compare", *words] if len(words) > 1 else ["prices", "show", words[0]])
    return None


def _tell_kind(name: str) -> str | None:
    """Whether this is the name of a model or of a provider in the table in use."""
    from tokencost.cli.parameters.options import load_table
    from tokencost.pricetable.names import find_provider, meanings

    with suppress(TokencostError):
        table = load_table(None)
        if meanings(table, name.partition("@")[0]):
            return "model"
        if find_provider(table, name) is not None:
            return "provider"
    return None


def explain(error: click.ClickException) -> click.ClickException:
    """The error with a hint that says what to type, where one is known, and with nothing that a terminal would obey."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.BadOptionUsage) and ctx is None:  # click does not say of which command
        value = VALUES.get(error.option_name, "its value")
        return click.UsageError(f"{sanitize(error.message)}{HINT}write {sanitize(error.option_name)} {value}")
    if ctx is None:
        return error
    command = ctx.command_path.removeprefix("tokencost").strip()
    hint = None
    if isinstance(error, click.NoSuchOption):
        hint = _suggest_option(error.option_name, ctx, command)
    elif isinstance(error, click.MissingParameter):
        hint = EXAMPLES.get(command)
    elif found := _EXTRA.match(error.message):
        hint = _answer_extra_words(found[1], ctx, command)
    message = error.message if hint and isinstance(error, click.NoSuchOption) else error.format_message().rstrip()
    said, _, own_hint = message.partition(HINT)
    hint = hint or own_hint
    return click.UsageError(f"{sanitize(said)}{HINT}{sanitize(hint)}" if hint else sanitize(said), ctx)


def _suggest_option(typed: str, ctx: click.Context, command: str) -> str | None:
    known = {name for each in ctx.command.params for name in (*each.opts, *each.secondary_opts)}
    word = _DASHES.sub("", typed).casefold().replace("_", "-")
    if f"--{word}" in known:
        return f"write {_show_option(f'--{word}', ctx)}"
    if isinstance(ctx.command, click.Group):
        return f"options come after the command, as in: {ctx.command_path} {_example_command(ctx)} --on 2025-01-27"
    if word in ("all", "all-models", "every") and "--against" in known:
        return f"write all in place of a MODEL: {ctx.command_path} all"
    for name, instead in OPTIONS.items():
        option, *value = name.split()
        if word in instead.split() and option in known:
            return f"write {name}" if value else f"write {_show_option(option, ctx)}"
    if word in ("model", "models", "m", "as") and any(
        each.name in ("model", "models", "files_and_models") for each in ctx.command.params
    ):
        file = "prompt.md " if command == "count" else ""
        return f"models need no option: {ctx.command_path} {file}deepseek-flash gpt-6.1-sol"
    near = get_close_matches(f"--{word}", known, 1, cutoff=0.7)
    return f"did you mean {_show_option(near[0], ctx)}?" if near else f"`{ctx.command_path} --help` shows the options"


def _show_option(option: str, ctx: click.Context) -> str:
    """An option with what it takes: `--against MODEL`."""
    each = next(each for each in ctx.command.params if option in each.opts)
    flag = isinstance(each, click.Option) and each.is_flag
    return option if flag else f"{option} {each.make_metavar(ctx)}"


def _example_command(ctx: click.Context) -> str:
    return "list" if ctx.command.name == "prices" else "compare"


def _answer_extra_words(typed: str, ctx: click.Context, command: str) -> str | None:
    """What to type instead of a word too many."""
    words = typed.split()
    if command == "find":
        return _answer_further_figure(words, ctx)
    instead = None
    if command == "prices show":
        instead = ["compare", str(ctx.params.get("model")), *words]
    elif command.startswith("prices") and words[0].casefold().endswith(".toml"):
        instead = [*command.split(), "--prices", words[0]]
    elif command == "prices export" and words[0] in ("litellm", *RECORD_FORMATS):
        instead = [*command.split(), "--shape" if words[0] == "litellm" else "--format", words[0]]
    elif kind := _tell_kind(words[0]):
        instead = ["prices", "show", words[0]] if kind == "model" else ["prices", "list", "--provider", words[0]]
    return f"write {shlex.join(['tokencost', *instead])}" if instead else f"`{ctx.command_path} --help` shows more"


def _answer_further_figure(words: list[str], ctx: click.Context) -> str:
    from tokencost.cli.parameters.figures import claims_hint

    figures = [str(value) for name in ("price", "other") if (value := ctx.params.get(name)) is not None]
    return f"find takes one or two prices; {claims_hint([*figures, *words])}"
