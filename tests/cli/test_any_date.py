"""Times as far away as they can be written, in every command: an answer, or a message that says what is wrong."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

WORKLOAD = ("workload", "--requests", "1", "--input", "1", "--output-tokens", "1", "deepseek-flash", "gpt-6-luna")
LOG = "tests/logs/fixtures/requests.jsonl"
ADD = ("prices", "add", "o3", "--input", "2", "--output", "8", "--source", "https://example.org/", "--dry-run")
COMMANDS = {
    "compare": ("compare",),
    "compare a window": ("compare", "deepseek-chat", "o1"),
    "workload": WORKLOAD,
    "workload sweep": (*WORKLOAD, "--sweep", "cached=0:100%:50%", "--break-even"),
    "usage": ("usage", LOG),
    "usage as": ("usage", LOG, "--as", "deepseek-chat"),
    "claims": ("claims",),
    "find": ("find", "0.14", "7.50"),
    "list": ("prices", "list"),
    "show": ("prices", "show", "deepseek-flash"),
    "history": ("prices", "history", "o3", "--chart"),
    "check": ("prices", "check", "--max-age", "90d"),
    "diff": ("prices", "diff", "prices.toml", "prices.toml", "--usage", LOG),
    "export": ("prices", "export"),
    "export litellm": ("prices", "export", "--shape", "litellm"),
    "audit": ("prices", "audit", "--against", "prices.json"),
    "add": (*ADD, "--from", "2026-12-01"),
    "report": ("report",),
}
TIMES = [
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59+14:00"),
    *("1969-12-31", "1970-01-01", "1970-01-01T00:00:00Z", "2199-12-31", "2199-12-31T23:59:59Z", "2200-01-01"),
]


def answered_or_refused(outcome: Any) -> None:
    assert outcome.status in (0, 1, 2), outcome.err
    assert (outcome.status == 2) == outcome.err.startswith("Error: "), outcome.err
    assert outcome.out or outcome.status == 2


@pytest.fixture
def arguments_of(tmp_path: Path) -> Callable[[str], list[str]]:
    other = tmp_path / "prices.json"
    other.write_text('{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 0.0000025}}', encoding="utf-8")

    def arguments(name: str) -> list[str]:
        return [str(other) if argument == "prices.json" else argument for argument in COMMANDS[name]]

    return arguments


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("time", TIMES)
def test_on_any_day(
    tokencost: Run, arguments_of: Callable[[str], list[str]], tmp_path: Path, name: str, time: str
) -> None:
    extra = ["--output", str(tmp_path / "page.html")] if name == "report" else []
    outcome = tokencost(*arguments_of(name), "--on", time, *extra)
    assert outcome.status in (0, 1, 2), outcome.err
    year = int(time[:4])
    if not 1970 <= year <= 2199:
        assert (outcome.status, outcome.out) == (2, "")
        assert f"Error: no price is known for the year {year}\n" in outcome.err or "is out of range\n" in outcome.err
        assert outcome.err.endswith("hint: write a day from 1970-01-01 to 2199-12-31\n")


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "deepseek-chat@{}", "o1", "--on", "2025-01-27"),
        ("prices", "show", "o3@{}", "--on", "2025-07-27"),
        ("prices", "history", "o3@{}", "--on", "2025-07-27"),
        ("usage", LOG, "--as", "o3@{}"),
        ("usage", LOG, "--as", "deepseek-flash@{}"),
        (*WORKLOAD, "deepseek-chat@{}", "--on", "2026-11-20"),
        (*ADD, "--on", "2026-11-20", "--from", "{}"),
        (*ADD, "--on", "2026-11-20", "--from", "2026-12-01", "--until", "{}"),
        (*ADD, "--on", "2026-11-20", "--from", "2026-12-01", "--checked", "{}"),
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_a_time_elsewhere_in_a_command(tokencost: Run, arguments: tuple[str, ...], time: str) -> None:
    outcome = tokencost(*(argument.format(time) for argument in arguments))
    assert outcome.status in (0, 1, 2), outcome.err
    assert outcome.status != 2 or "Error: " in outcome.err


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("bound", ["--since", "--until"])
@pytest.mark.parametrize("by", ["model", "metadata.team"])
def test_logs_since_and_until_any_day(tokencost: Run, bound: str, by: str, time: str) -> None:
    outcome = tokencost("usage", LOG, bound, time, "--by", by, "--format", "csv", "--allow-unpriced")
    if "is out of range" in outcome.err:
        assert time in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
        return
    assert outcome.status == 0, outcome.err
    everything = (bound == "--since") == (int(time[:4]) <= 1970)
    assert (len(outcome.out.splitlines()) > 1) == everything


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("bound", ["--since", "--until"])
def test_a_printed_query_since_and_until_any_day(tokencost: Run, bound: str, time: str) -> None:
    outcome = tokencost("usage", "--print-sql", "postgres", "--table", "logs", "--shape", "chat", bound, time)
    assert outcome.status in (0, 2), outcome.err
    assert outcome.status == 0 or "is out of range" in outcome.err


@pytest.mark.parametrize("start", ["0001-01", "1970-01", "2000-01", "2199-12", "9999-12"])
@pytest.mark.parametrize("months", ["1", "120"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue"])
def test_a_workload_of_any_month(tokencost: Run, start: str, months: str, zone: str) -> None:
    outcome = tokencost(*WORKLOAD, "--start", start, "--months", months, "--zone", zone, "--on", "2026-11-20")
    assert outcome.status in (0, 2), outcome.err
    assert outcome.status == (0 if start == "2199-12" else 2)


TABLE = """
schema = 1
version = "2026.01.01"

[providers.acme]
name = "Acme"

[calendars.feast]
source = "https://example.org/holidays"
dates = ["1970-01-01/1970-01-03", "2199-12-29/2199-12-31"]
through = 2199-12-31

[models.old]
provider = "acme"
name = "Old"
released = 1970-01-01
shutdown = 2199-12-31
aliases = [{ name = "older", from = 1970-01-01, until = 2199-12-31 }]

[[models.old.prices]]
from = 1970-01-01
until = 2199-12-31T23:59:59Z
input = 1
cached_input = 0.1
output = 2
source = "https://example.org/prices"
checked = 1970-01-01
promotion = { guaranteed_through = 2199-12-31 }
when = [
  { window = "peak", zone = "ZONE", days = ["mon", "fri"], hours = ["22:00-06:00"], except = "feast", input = 2 },
]

[models.new]
provider = "acme"
name = "New"

[[models.new.prices]]
from = 2020-01-01
input = 4
output = 8
source = "https://example.org/prices"
checked = 2199-12-31
promotion = { ends = 2199-12-31 }

[[models.new.prices]]
from = 2199-12-31
input = 5
output = 8
source = "https://example.org/prices"
checked = 2199-12-31
"""
WITH_TABLE = [
    ("compare", "old", "new"),
    ("compare", "older@2025-01-27T12:00:00Z", "new"),
    (*WORKLOAD[:7], "old", "new", "--start", "2026-01", "--months", "12", "--chart"),
    ("usage", "LOG"),
    ("usage", "LOG", "--by", "metadata.team"),
    ("usage", "--print-sql", "postgres", "--table", "logs", "--shape", "chat", "--since", "2026-01-01"),
    ("find", "1", "4"),
    ("prices", "list"),
    ("prices", "show", "old"),
    ("prices", "history", "old", "new", "--chart"),
    ("prices", "check", "--max-age", "90d"),
    ("prices", "diff", "TABLE", "TABLE"),
    ("prices", "export"),
    ("prices", "export", "--shape", "litellm"),
    ("prices", "add", "new", "--from", "2026-12-01", "--input", "3", "--output", "8", "--source", "https://a.org/",
     "--dry-run"),
]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("arguments", WITH_TABLE, ids=lambda arguments: " ".join(arguments[:2]))
def test_a_table_with_the_first_and_last_days(
    tokencost: Run, tmp_path: Path, arguments: tuple[str, ...], zone: str
) -> None:
    table, log = tmp_path / "prices.toml", tmp_path / "log.jsonl"
    table.write_text(TABLE.replace("ZONE", zone), encoding="utf-8")
    records = (
        f'{{"model": "old", "created": {at}, "usage": {{"prompt_tokens": 9, "completion_tokens": 1}}}}\n'
        for at in (100_000_000, 1_700_000_000, 4_102_444_799)
    )
    log.write_text("".join(records), encoding="utf-8")
    places = {"TABLE": str(table), "LOG": str(log)}
    given = [places.get(argument, argument) for argument in arguments]
    outcome = tokencost(*given, "--prices", str(table), "--on", "2026-11-20")
    assert outcome.status in (0, 1, 2), outcome.err


@pytest.mark.parametrize("time", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "line",
    [
        'dates = ["1970-01-01/1970-01-03", "2199-12-29/2199-12-31"]',
        "through = 2199-12-31",
        "released = 1970-01-01",
        "shutdown = 2199-12-31",
        'aliases = [{ name = "older", from = 1970-01-01, until = 2199-12-31 }]',
        "from = 1970-01-01",
        "until = 2199-12-31T23:59:59Z",
        "checked = 1970-01-01",
        "promotion = { guaranteed_through = 2199-12-31 }",
        "promotion = { ends = 2199-12-31 }",
    ],
)
def test_a_table_with_days_beyond_is_refused_at_its_line(tokencost: Run, tmp_path: Path, line: str, time: str) -> None:
    table = tmp_path / "prices.toml"
    table.write_text(TABLE.replace(line, re.sub(r"2199-12-31|1970-01-0[13]", time, line)), encoding="utf-8")
    outcome = tokencost("compare", "old", "new", "--prices", str(table), "--on", "2026-11-20")
    assert (outcome.status, outcome.out) == (3, "")
    number = TABLE[: TABLE.index(f"\n{line}")].count("\n") + 2
    assert f"{table}:{number}: " in outcome.err
    assert f"the year {int(time[:4])} is out of range" in outcome.err
    assert "write a day from 1970-01-01 to 2199-12-31" in outcome.err


@pytest.mark.parametrize("version", ['"{}"', '"2026.{}"', '"2026.11.20.{}"', "{}"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("compare", "o3", "o1", "--on", "2026-11-20"),
        (*ADD, "--from", "2026-12-01", "--on", "2026-11-20"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_version_of_five_thousand_digits(
    tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], version: str
) -> None:
    table = tmp_path / "prices.toml"
    text = Path("prices.toml").read_text(encoding="utf-8")
    said = f"version = {version.format('7' * 5000)}"
    table.write_text(re.sub(r"(?m)^version = .*", said, text), encoding="utf-8")
    monkeypatch.setenv("TOKENCOST_PRICES", str(table))
    outcome = tokencost(*arguments)
    assert outcome.status in (0, 3), outcome.err
