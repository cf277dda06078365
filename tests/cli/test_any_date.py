"""Times as far away as they can be written, in every command: an answer, or a message that says what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

WORKLOAD = ("workload", "--requests", "1", "--input", "1", "--output", "1", "deepseek-flash", "gpt-6-luna")
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
