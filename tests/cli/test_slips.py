"""What people type by mistake, each answered by a message that says what to type."""

import shlex
from collections.abc import Callable
from typing import Any

import click
import pytest

from tokencost.cli.commands import COMMANDS
from tokencost.cli.parameters.choices import OTHER_CURRENCIES, OTHER_FORMATS
from tokencost.cli.parameters.slips import OF_PRICES, OPTIONS, TOP
from tokencost.cli.prices.commands import PricesGroup
from tokencost.cli.prices.commands import prices as prices_group
from tokencost.render import TEXT_FORMATS

Run = Callable[..., Any]
DAY = "--on 2025-01-27"
WORK = "workload --requests 40k --input 1.8k"

SLIPS = [
    # Commands of `prices`, without it; and words that other tools have.
    ("list", "did you mean `tokencost prices list`?"),
    ("show gpt-4o", "did you mean `tokencost prices show`?"),
    ("history o1", "did you mean `tokencost prices history`?"),
    ("check", "did you mean `tokencost prices check`?"),
    ("add", "did you mean `tokencost prices add`?"),
    ("diff HEAD", "did you mean `tokencost prices diff`?"),
    ("audit", "did you mean `tokencost prices audit`?"),
    ("export", "did you mean `tokencost prices export`?"),
    ("schema", "did you mean `tokencost prices schema`?"),
    ("models", "did you mean `tokencost prices list`?"),
    ("price list", "did you mean `tokencost prices list`?"),
    ("price gpt-4o", "did you mean `tokencost prices show`?"),
    ("cost gpt-4o", "`tokencost prices show MODEL` shows prices; `tokencost workload` computes"),
    ("histroy o1", "did you mean `tokencost prices history`?"),
    ("compere o1", "did you mean `tokencost compare`?"),
    ("Compare o1", "did you mean `tokencost compare`?"),
    ("help", "did you mean `tokencost --help`?"),
    ("version", "did you mean `tokencost --version`?"),
    ("frobnicate", "the commands are compare, workload, usage, claims, find, count, refresh, prices, report"),
    # Arguments without a command.
    ("gpt-4o", "did you mean `tokencost prices show gpt-4o`?"),
    ("deepseek-reasoner o1", "did you mean `tokencost compare deepseek-reasoner o1`?"),
    ("DeepSeek", "did you mean `tokencost prices list --provider DeepSeek`?"),
    ("0.14 7.50", "did you mean `tokencost find 0.14 7.50`?"),
    ("workload.toml", "did you mean `tokencost workload workload.toml`?"),
    ("requests.jsonl", "did you mean `tokencost usage requests.jsonl`?"),
    (f"{DAY} compare o1 gpt-4o", "options come after the command, as in: tokencost compare --on 2025-01-27"),
    # prices
    ("prices compare o1", "did you mean `tokencost compare`?"),
    ("prices ls", "did you mean `tokencost prices list`?"),
    ("prices update", "did you mean `tokencost prices add`?"),
    ("prices deepseek-chat", "did you mean `tokencost prices show deepseek-chat`?"),
    ("prices frobnicate", "the commands are list, show, history, check"),
    ("prices show", "tokencost prices show deepseek-flash"),
    ("prices history", "tokencost prices history deepseek-chat"),
    ("prices show gpt-4o o1", "write tokencost compare gpt-4o o1"),
    ("prices list deepseek", "write tokencost prices list --provider deepseek"),
    ("prices list gpt-4o", "write tokencost prices show gpt-4o"),
    ("prices list --provider anthropic", "known providers: deepseek, openai"),
    ("prices check mine.toml", "write tokencost prices check --prices mine.toml"),
    ("prices export parquet", "write tokencost prices export --format parquet"),
    ("prices diff", "tokencost prices diff HEAD~5"),
    ("prices diff nofile.toml", "nofile.toml: no such file"),
    ("prices audit", "tokencost prices audit --against FILE"),
    # find and claims
    ("find", "tokencost find 0.14 7.50"),
    ("find 0.14 7.50 98%", "has 0.14 and 7.50 and 98%: tokencost claims query-cost-014-750"),
    ("find 98%", "tokencost claims query-cost-014-750"),
    ("find 0.14 98%", "has 0.14 and 98%: tokencost claims query-cost-014-750"),
    ("find 70x", "tokencost claims v2-one-70th"),
    ("find 0.14 and 7.50", "write prices side by side: tokencost find 0.14 7.50"),
    ("find 0.14 --tolerance 5%", "write --near SHARE"),
    ("claims 0.14", "tokencost claims query-cost-014-750"),
    ("claims '$0.14' '$7.50'", "has $0.14 and $7.50: tokencost claims query-cost-014-750"),
    ("claims 0.14 7.50", "has 0.14 and 7.50: tokencost claims query-cost-014-750"),
    ("claims 98%", "tokencost claims query-cost-014-750"),
    ("claims 27x", "tokencost claims r1-27-times r1-27-times-output"),
    ("claims 0.77", "list prices: tokencost find 0.77"),
    ("claims o1", "claims about it: tokencost claims query-cost-014-750 api-cost-90-95"),
    ("claims list", "`tokencost claims` alone lists them all"),
    ("claims query-cost", "did you mean query-cost-014-750 or query-cost-015-750?"),
    ("claims --file nofile.toml", "nofile.toml: no such file"),
    # Options by other names.
    ("compare o1 --baseline gpt-4o", "write --against MODEL"),
    ("compare o1 --base gpt-4o", "write --against MODEL"),
    ("compare o1 --vs gpt-4o", "write --against MODEL"),
    ("compare o1 gpt-4o --date 2025-01-27", "write --on WHEN"),
    ("compare o1 gpt-4o --at 2025-01-27", "write --on WHEN"),
    ("compare o1 gpt-4o --as_of 2025-01-27", "write --on WHEN"),
    ("compare --model o1", "models need no option: tokencost compare deepseek-flash gpt-6.1-sol"),
    ("compare o1 gpt-4o --json", "write --format json"),
    ("compare o1 gpt-4o --batch", "write --tier batch"),
    ("compare o1 gpt-4o --off-peak", "write --window off-peak"),
    ("compare o1 gpt-4o --cny", "write --currency CNY"),
    ("compare o1 gpt-4o --Tier batch", "write --tier TIER"),
    ("compare o1 gpt-4o --formt csv", "did you mean --format"),
    ("compare o1 gpt-4o --frobnicate", "`tokencost compare --help` shows the options"),
    ("compare o1 gpt-4o --on", "write --on 2025-01-27"),
    ("usage x.jsonl --group-by day", "write --by COLUMN,..."),
    ("usage x.jsonl --from 2025-01-27", "write --since WHEN"),
    ("usage", "tokencost usage logs.jsonl"),
    (f"{WORK} --completion-tokens 350", "write --output-tokens TOKENS"),
    (f"{WORK} --output-tokens 350 --max_cost 500", "write --max-cost USD"),
    (f"{WORK} --output-tokens 350 --budget 500", "write --max-cost USD"),
    # Models.
    (f"compare o1 vs deepseek-reasoner {DAY}", "leave it out: models stand side by side, the baseline last"),
    (f"compare o1 and deepseek-reasoner {DAY}", "leave it out: models stand side by side"),
    (f"compare deepseek-reasoner,o1 {DAY}", "write a space between models: deepseek-reasoner o1"),
    ("compare o1 @ 2025-01-27", "write both in one word: deepseek-chat@2025-02-10"),
    ("compare o1 gpt-4o 2025-01-27", "a day goes with --on 2025-01-27"),
    (f"compare o1 o1 {DAY}", "name another model, or another baseline with --against"),
    (f"compare o1 {DAY}", "it is the baseline where none is named\n  hint: name one, such as: --against gpt-4o"),
    ("compare deepseek o1 --on 2026-11-20", "its models on sale on 2026-11-20: deepseek-flash, "),
    ("compare gpt-6.1 o1", "did you mean gpt-6.1-sol or gpt-6.1-terra?"),
    ("compare DeepSeek-R1 o1 --on 2026-11-20", "it was sold as deepseek-reasoner from 2025-01-20 until 2025-05-28"),
    ("compare DeepSeek-V3.2 o1 --on 2025-12-10", "may mean deepseek-chat or deepseek-reasoner"),
    ("compare o1 gpt-4o --tier Batch API --on 2026-11-20", "'API' is not a model\n  hint: leave it out"),
    ("compare 7.50 o1 --on 2025-01-27", "look a price up with: tokencost find 7.50"),
    ("compare claude-3 o1", "`tokencost prices list` shows the models that are known"),
    # Days, tiers, windows, formats, currencies.
    ("compare o1 gpt-4o --on 27/01/2025", "write 2025-01-27"),
    ("compare o1 gpt-4o --on 2025-1-27", "write 2025-01-27"),
    ("compare o1 gpt-4o --on 2025-01", "name a day, such as 2025-01-01"),
    ("compare o1 gpt-4o --on 'Jan 27 2025'", "write 2025-01-27"),
    ("compare o1 gpt-4o --on tomorrow", "write 2025-01-27"),
    ("compare o1 gpt-4o --tier bach --on 2026-11-20", "its tiers are standard, batch, priority"),
    ("compare deepseek-flash o1 --window night --on 2026-11-20", "its windows are peak, off-peak"),
    ("compare o1 gpt-4o --format md", "write --format markdown"),
    ("compare o1 gpt-4o --format xlsx", "write --format csv, which spreadsheets open"),
    ("compare o1 gpt-4o --format txt", "write --format table"),
    ("compare o1 gpt-4o --format pdf", "write --output FILE.svg, .png or .pdf"),
    ("compare deepseek-flash o1 --currency EUR", "in USD or CNY; nothing is converted"),
    ("compare deepseek-flash o1 --currency RMB", "write --currency CNY"),
    ("compare deepseek-flash o1 --currency ¥", "write --currency CNY"),
    ("compare o1 gpt-4o --prices nofile.toml", "nofile.toml: no such file"),
    # Workloads.
    ("workload", "describe the workload with --requests 40k"),
    (f"{WORK} o1 gpt-4o", "--output-tokens is missing: the output TOKENS of a request"),
    (f"{WORK} --output costs.csv o1 gpt-4o", "--output-tokens is missing: the output TOKENS of a request"),
    (f"{WORK} --output 500 o1 gpt-4o", "--output is a file; tokens are --output-tokens 500"),
    (f"{WORK} --output-tokens 9 -o 1.5k o1 gpt-4o", "--output is a file; tokens are --output-tokens 1.5k"),
    (f"{WORK} --output 350tokens o1 gpt-4o", "write --output-tokens 350 or 1.5k; a file: --output costs.csv"),
    ("workload nofile.toml o1", "nofile.toml: no such file"),
    ("workload nofile.yaml o1", "a workload file ends in .toml"),
    (f"{WORK} --output-tokens 350 --per fortnight", "write one of hour, day, week, month, year"),
    (f"{WORK} --output-tokens 350 --hours 9-5", "write them in 24 hours, such as 09:00-17:00"),
    (f"{WORK} --output-tokens 350 --days someday", "write them like mon-fri, sat,sun or weekdays"),
    (f"{WORK} --output-tokens 350 --zone Berlin", "did you mean Europe/Berlin?"),
    ("report nofile.toml", "nofile.toml: no such file"),
    ("usage nofile.jsonl", "there is no file 'nofile.jsonl'"),
]


@pytest.mark.parametrize(("line", "told"), SLIPS, ids=[line for line, _ in SLIPS])
def test_a_slip_is_answered_with_what_to_type(tokencost: Run, line: str, told: str) -> None:
    outcome = tokencost(*shlex.split(line))
    assert outcome.status in (2, 3)
    assert outcome.out == ""
    assert told in outcome.err
    assert "hint: " in outcome.err


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (f"compare deepseek-reasoner, o1 {DAY}", f"compare deepseek-reasoner o1 {DAY}"),
        (f"compare gpt\N{EN DASH}4o '`o1`' {DAY}", f"compare gpt-4o o1 {DAY}"),
        (f"compare ' gpt-4o ' '\"O1\"' {DAY}", f"compare gpt-4o o1 {DAY}"),
        (f"compare DeepSeek-R1 O1 {DAY}", f"compare deepseek-reasoner o1 {DAY}"),
        (f"compare o1 gpt-4o --format CSV {DAY}", f"compare o1 gpt-4o --format csv {DAY}"),
        ("compare o1 gpt-4o --tier 'Batch API' --on 2026-11-20", "compare o1 gpt-4o --tier batch --on 2026-11-20"),
        (
            "compare deepseek-flash o1 --window offpeak --on 2026-11-20",
            "compare deepseek-flash o1 --window off-peak --on 2026-11-20",
        ),
        (
            "compare deepseek-v4-pro deepseek-flash --currency cny --on 2026-11-20",
            "compare deepseek-v4-pro deepseek-flash --currency CNY --on 2026-11-20",
        ),
        (f"claims QUERY-COST-014-750 {DAY}", f"claims query-cost-014-750 {DAY}"),
        ("prices list --provider OpenAI --on 2026-11-20", "prices list --provider openai --on 2026-11-20"),
        ("prices show 'GPT-6.1 Sol' --on 2026-11-20", "prices show gpt-6.1-sol --on 2026-11-20"),
        ("prices history O1 o1 --on 2026-11-20", "prices history o1 --on 2026-11-20"),
    ],
)
def test_spellings_that_can_mean_one_thing_are_understood(tokencost: Run, line: str, meant: str) -> None:
    outcome = tokencost(*shlex.split(line))
    assert outcome == tokencost(*shlex.split(meant))
    assert outcome.status == 0


def test_the_commands_known_to_slips_are_those_there_are() -> None:
    assert tuple(COMMANDS) == TOP
    assert isinstance(prices_group, PricesGroup)
    assert sorted(prices_group.list_commands(click.Context(prices_group))) == sorted(OF_PRICES)


def test_what_is_suggested_exists() -> None:
    options = {name for command in _commands() for parameter in command.params for name in parameter.opts}
    assert {option.split()[0] for option in OPTIONS} <= options
    assert {hint.split()[2].rstrip(",") for hint in OTHER_FORMATS.values() if hint.startswith("write --format")} <= set(
        TEXT_FORMATS
    )
    assert not {hint for hint in OTHER_CURRENCIES.values() if "USD" not in hint and "CNY" not in hint}


def _commands() -> list[click.Command]:
    from tokencost.cli.commands import tokencost as group

    groups: list[click.Group] = [group, prices_group]
    found = [
        each.get_command(click.Context(each), name)
        for each in groups
        for name in each.list_commands(click.Context(each))
    ]
    return [command for command in found if command is not None]


@pytest.mark.parametrize("word", ["\x1b[31mred", "\u202egpt", "\udcff", "a\nb"])
@pytest.mark.parametrize(
    "before", [(), ("prices",), ("prices", "list"), ("claims",), ("compare",), ("find", "1", "2")], ids=" ".join
)
def test_what_a_terminal_would_obey_is_shown_and_not_sent(tokencost: Run, before: tuple[str, ...], word: str) -> None:
    for given in (word, f"--{word}"):
        outcome = tokencost(*before, given)
        assert outcome.status == 2
        assert not set(outcome.err) & {"\x1b", "\u202e"}
        assert "a\nb" not in outcome.err


@pytest.mark.parametrize("option", ["--tier", "--window", "--provider", "--currency", "--format", "--on", "--prices"])
def test_a_value_of_invalid_bytes_gets_a_message(tokencost: Run, option: str) -> None:
    outcome = tokencost("prices", "list", option, "\udcff\udcfe")
    assert (outcome.status, outcome.out) == (3 if option == "--prices" else 2, "")
    assert "\\udcff\\udcfe" in outcome.err


@pytest.mark.parametrize("words", [(), ("prices",)], ids=["alone", "prices"])
def test_no_command_shows_the_help_as_it_is(tokencost: Run, words: tuple[str, ...]) -> None:
    outcome = tokencost(*words)
    assert outcome.status == 2
    assert outcome.err.startswith("Usage: tokencost")
    assert "\n\nOptions:\n" in outcome.err
    assert "\\x0a" not in outcome.err
