"""`tokencost prices add`: what it writes, what it refuses, and that the file is whole whatever happens."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokencost import load_prices
from tokencost.cli.files import edit_alone
from tokencost.errors import InvalidRequest
from tokencost.pricetable import locate

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent
TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
pricing_url = "https://acme.example/prices"

[models.one]
provider = "acme"
aliases = ["uno"]

[[models.one.prices]]
from = 2026-01-01
input = 0.10
cached_input = 0.01
output = 1
source = "https://acme.example/prices"
checked = 2026-02-01

  [[models.one.prices.when]]
  tier = "batch"
  input = 0.05
"""
PRICE = ("--from", "2026-06-01", "--input", "0.2", "--cached-input", "0.01", "--output", "2")
SOURCE = ("--source", "https://acme.example/prices", "--on", "2026-05-30")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(TABLE)
    return path


def add(table: Path, *options: str) -> tuple[str, ...]:
    return ("prices", "add", "one", "--prices", str(table), *options)


def test_one_command_adds_a_price_and_keeps_the_mode(tokencost: Run, table: Path) -> None:
    table.chmod(0o640)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert (outcome.status, outcome.out) == (0, f"{table}:22: price added, version 2026.05.30\n")
    assert "note: tier batch: continues as it was (input 0.05" in outcome.err
    assert stat.S_IMODE(table.stat().st_mode) == 0o640
    assert os.listdir(table.parent) == ["prices.toml"]
    price = load_prices(table).models["one"].prices[-1]
    assert (price.evidence.confidence, str(price.evidence.checked)) == ("primary", "2026-05-30")


def test_a_dry_run_writes_nothing(tokencost: Run, table: Path) -> None:
    outcome = tokencost(*add(table, *PRICE, *SOURCE, "--dry-run"))
    assert outcome.status == 0
    assert outcome.out.startswith("--- prices.toml\n+++ prices.toml (new)\n@@ ")
    assert '\n-version = "2026.01.01"\n+version = "2026.05.30"\n' in outcome.out
    assert table.read_text() == TABLE


def test_the_rule_of_a_page_and_hours_by_their_name(tokencost: Run, table: Path) -> None:
    table.write_text(TABLE.replace("[models.one]", '[windows.acme]\nhours = ["09:00-12:00"]\n\n[models.one]', 1))
    words = ("--rule", "Batch is half of Standard", "--when", "window=peak,hours=acme,input=0.4,cached_input=0.02")
    assert tokencost(*add(table, *PRICE, *SOURCE, *words)).status == 0
    price = load_prices(table).models["one"].prices[-1]
    assert price.evidence.rule == "Batch is half of Standard"
    assert price.windows[0].describe() == "every day 09:00-12:00 UTC"
    assert '  { window = "peak", hours = "acme", input = 0.4, cached_input = 0.02 },\n' in table.read_text()


def test_an_alias_names_its_model_and_another_site_is_a_single_source(tokencost: Run, table: Path) -> None:
    words = ("prices", "add", "acme/uno", "--prices", str(table), *PRICE, "--source", "https://elsewhere.example")
    assert tokencost(*words).status == 0
    assert load_prices(table).models["one"].prices[-1].evidence.confidence == "single"


def test_several_conditions_in_one_command(tokencost: Run, table: Path) -> None:
    whens = (
        "--when", "tier=batch,input=0.1,cached_input=0.005,output=1",
        "--when", "window=peak,zone=Asia/Shanghai,days=mon+tue,hours=09:00-12:00+14:00-18:00,input=0.4,output=4",
        "--when", "input_tokens_above=200k,input=0.3,output=3,without=cached_input",
    )  # fmt: skip
    outcome = tokencost(*add(table, *PRICE, *SOURCE, *whens, "--note", 'a "quoted" note', "--cny", "input=1,output=8"))
    assert outcome.status == 0
    assert outcome.err == "note: window peak: cached_input is not given, so the base rate 0.01 holds\n"
    price = load_prices(table).models["one"].prices[-1]
    assert [block.describe() for block in price.blocks] == [
        "tier batch",
        "window peak",
        "above 200,000 input tokens",
    ]
    assert price.windows[0].describe() == "Mon, Tue 09:00-12:00 and 14:00-18:00 Asia/Shanghai"
    assert price.evidence.note == 'a "quoted" note'
    assert price.cny is not None
    assert price.cny.rates.output == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((*PRICE,), "a price needs its source"),
        (("--input", "1", "--output", "2", *SOURCE), "a price needs the day from which it holds"),
        ((*PRICE, *SOURCE, "--input", "free"), "'free' is not a price"),
        ((*PRICE, *SOURCE, "--from", "2026-01-01"), "one has a price from 2026-01-01 already"),
        ((*PRICE, *SOURCE, "--from", "2025-01-01"), "the past would change"),
        ((*PRICE, *SOURCE, "--correct"), "--correct and --reason go together"),
        ((*PRICE, *SOURCE, "--correct", "--reason", "  "), "the reason is empty"),
        ((*PRICE, *SOURCE, "--checked", "2026-06-30"), "is in the future"),
        ((*PRICE, *SOURCE, "--new"), "a new model needs --provider"),
        ((*PRICE, *SOURCE, "--name", "One"), "describe a --new model"),
        ((*PRICE, *SOURCE, "--hours", "09:00-10:00"), "describe a --window"),
        ((*PRICE, *SOURCE, "--when", "tier=batch,inptu=1"), "--when does not know 'inptu'"),
        ((*PRICE, *SOURCE, "--when", "input=1"), "names no condition"),
        ((*PRICE, *SOURCE, "--when", "tier"), "'tier' is not key=value"),
        ((*PRICE, *SOURCE, "--when", "tier=batch,tier=flex"), "'tier' is given twice"),
        ((*PRICE, *SOURCE, "--cny", "tier=batch"), "--cny does not know 'tier'"),
    ],
)
def test_what_is_wrong_is_said_with_a_hint_and_nothing_is_written(
    tokencost: Run, table: Path, options: tuple[str, ...], message: str
) -> None:
    outcome = tokencost(*add(table, *options))
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
    assert "\n  hint: " in outcome.err
    assert table.read_text() == TABLE
    assert os.listdir(table.parent) == ["prices.toml"]


def test_an_unknown_model_is_suggested_or_new(tokencost: Run, table: Path) -> None:
    words = ("prices", "add", "onee", "--prices", str(table), *PRICE, *SOURCE)
    assert "did you mean one?; a model that the table lacks needs --new" in tokencost(*words).err
    assert tokencost(*words, "--new", "--provider", "acme", "--name", "One E").status == 0
    assert load_prices(table).models["onee"].name == "One E"


def test_a_correction_keeps_its_reason(tokencost: Run, table: Path) -> None:
    words = ("--from", "2026-01-01", "--input", "0.11", "--correct", "--reason", "read\nwrongly \x1b[31m")
    assert tokencost(*add(table, *words, "--on", "2026-05-30")).status == 0
    assert r"# corrected 2026-05-30 (input was 0.10): read wrongly \x1b[31m" in table.read_text()


def test_the_bundled_table_is_never_changed(tokencost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = locate.bundled_prices().read_bytes()
    outcome = tokencost("prices", "add", "o1", *PRICE, *SOURCE)
    assert outcome.status == 2
    assert "no price table of your own to add to" in outcome.err
    assert locate.bundled_prices().read_bytes() == before


def test_a_broken_table_is_reported_with_its_lines(tokencost: Run, table: Path) -> None:
    table.write_text(TABLE.replace("0.05", "-1"))
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert outcome.status == 3
    assert outcome.err.startswith(f"{table}:20: ")


@pytest.mark.parametrize("step", ["mkstemp", "fdopen", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_at_any_step_of_the_write_leaves_the_old_file(
    tokencost: Run, table: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr(f"tempfile.{step}" if step == "mkstemp" else f"os.{step}", fail)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    monkeypatch.undo()
    assert outcome.status == (2 if isinstance(fault, OSError) else 130)
    assert table.read_text() == TABLE
    assert os.listdir(table.parent) == ["prices.toml"]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace", "unlink"])
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(table: Path, step: str) -> None:
    code = (
        "import os, signal, sys\n"
        f"os.{step} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tokencost.cli import run\n"
        "run(sys.argv[1:])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *add(table, *PRICE, *SOURCE)], check=False)
    assert done.returncode == -9
    assert (table.read_text() == TABLE) is (step != "unlink")
    assert len(load_prices(table).models["one"].prices) == 1 + (step == "unlink")
    # The lock went with the process: the next one is not held up.
    again = subprocess.run(
        [sys.executable, "-m", "tokencost", *add(table, *PRICE, *SOURCE, "--from", "2026-07-01")],
        check=False,
        capture_output=True,
    )
    assert again.returncode == 0


def test_a_read_only_file_is_left_alone(tokencost: Run, table: Path) -> None:
    table.chmod(0o444)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert (outcome.status, table.read_text()) == (2, TABLE)
    assert f"cannot write {table}: it is read-only" in outcome.err


def test_an_edit_by_another_program_in_the_meantime_is_not_overwritten(
    tokencost: Run, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tokencost.pricetable.editing import edit

    real = edit.add_price

    def slow(*given: Any) -> Any:
        table.write_text(TABLE + "# saved by an editor\n")
        return real(*given)

    monkeypatch.setattr(edit, "add_price", slow)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert outcome.status == 2
    assert "was changed by another program" in outcome.err
    assert table.read_text().endswith("# saved by an editor\n")


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--when", "tier=batch,input=0.1,output=1")])
def test_the_file_and_the_changed_text_are_parsed_once_each(
    tokencost: Run, table: Path, parsed: list[str], options: tuple[str, ...]
) -> None:
    assert tokencost(*add(table, *PRICE, *SOURCE, *options)).status == 0
    assert len(parsed) == 2
    assert parsed[0] == TABLE
    assert "--dry-run" in options or parsed[1] == table.read_text()


def test_two_at_once_lose_nothing(table: Path) -> None:
    def start(tier: str) -> "subprocess.Popen[bytes]":
        words = ("prices", "add", tier, "--new", "--provider", "acme", "--prices", str(table), *PRICE, *SOURCE)
        return subprocess.Popen([sys.executable, "-m", "tokencost", *words], stdout=subprocess.DEVNULL)

    names = ["a", "b", "c", "d"]
    assert [process.wait() for process in [start(name) for name in names]] == [0, 0, 0, 0]
    loaded = load_prices(table)
    assert sorted(loaded.models) == [*names, "one"]
    assert loaded.version == "2026.05.30.3"


def test_a_second_edit_waits_and_then_gives_up(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokencost.cli.files.LONGEST_WAIT", 0.05)
    with (
        edit_alone(str(table)),
        pytest.raises(InvalidRequest, match="another process is editing"),
        edit_alone(str(table)),
    ):
        pass
    with edit_alone(str(table)):
        pass


def test_a_link_is_followed(tokencost: Run, table: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(table)
    assert tokencost(*add(link, *PRICE, *SOURCE)).status == 0
    assert link.is_symlink()
    assert len(load_prices(table).models["one"].prices) == 2


@pytest.mark.parametrize(
    ("options", "kind", "line", "message"),
    [
        (("--output", "20"), "jump", 26, "output: 20 is 10 times or more above the 1 before"),
        (("--source", "the e-mail"), "source", 27, "'the e-mail' is no https address"),
        (("--when", "tier=batc,input=0.1"), "name", 32, "no other price has the tier batc; did you mean batch?"),
        (("--when", "tier=batch,input=0.005,cached_input=0"), "jump", 31, "input of tier batch: 0.005 is 10 times"),
    ],
)
def test_what_looks_like_a_slip_is_refused_until_it_is_accepted(
    tokencost: Run, table: Path, options: tuple[str, ...], kind: str, line: int, message: str
) -> None:
    words = add(table, *PRICE, *SOURCE, *options)
    outcome = tokencost(*words)
    assert (outcome.status, table.read_text()) == (2, TABLE)
    assert f"line {line}: {message}" in outcome.err
    assert f"  hint: mend it; if it is right, add --accept {kind}\n" in outcome.err
    assert tokencost(*words, "--accept", kind).status == 0
    assert load_prices(table).models["one"].prices[-1].accepted == {kind}
    strict = ("prices", "check", "--prices", str(table), "--on", "2026-05-30", "--strict")
    assert tokencost(*strict).status == 0


def test_dropping_blocks_on_purpose_needs_no_second_word(tokencost: Run, table: Path) -> None:
    assert tokencost(*add(table, *PRICE, *SOURCE, "--drop-blocks")).status == 0
    assert load_prices(table).models["one"].prices[-1].accepted == {"dropped"}


def test_a_day_to_come_is_never_accepted(tokencost: Run, table: Path) -> None:
    outcome = tokencost(*add(table, *PRICE, *SOURCE, "--when", "tier=flex,input=0.1,checked=2026-07-01"))
    assert (outcome.status, table.read_text()) == (2, TABLE)
    assert "checked 2026-07-01, which is after 2026-05-30" in outcome.err


def test_a_correction_may_accept_and_says_what_it_makes_odd(tokencost: Run, table: Path) -> None:
    assert tokencost(*add(table, *PRICE, *SOURCE)).status == 0
    words = ("--from", "2026-01-01", "--on", "2026-05-30", "--correct", "--reason", "read wrongly")
    outcome = tokencost(*add(table, *words, "--output", "0.1"))
    assert outcome.status == 0
    assert "note: the price from 2026-06-01 now looks odd: output: 2 is 10 times" in outcome.err
    again = ("--from", "2026-06-01", "--on", "2026-05-30", "--correct", "--reason", "it is so", "--accept", "jump")
    assert tokencost(*add(table, *again)).status == 0
    assert load_prices(table).models["one"].prices[-1].accepted == {"jump"}


def test_a_day_on_which_the_old_price_was_still_seen_is_warned_of(tokencost: Run, table: Path) -> None:
    outcome = tokencost(*add(table, *PRICE, *SOURCE, "--from", "2026-01-31", "--dry-run"))
    assert "note: past bills change: the price before was still seen on 2026-02-01, and this one holds" in outcome.err
    assert "past bills" not in tokencost(*add(table, *PRICE, *SOURCE, "--from", "2026-02-01", "--dry-run")).err


@pytest.mark.parametrize("version", ["9" * 5000, "2026.05.30." + "9" * 5000])
def test_a_version_of_thousands_of_digits(tokencost: Run, table: Path, version: str) -> None:
    table.write_text(TABLE.replace("2026.01.01", version))
    assert tokencost(*add(table, *PRICE, *SOURCE)).status == 0
    assert load_prices(table).version == "2026.05.30"


def test_owner_and_group_are_kept(tokencost: Run, table: Path) -> None:
    groups = [group for group in os.getgroups() if group != os.getgid()]
    if os.geteuid() == 0:
        os.chown(table, 12345, 12346)
    elif groups:
        os.chown(table, -1, groups[0])
    else:
        pytest.skip("this user has one group only")
    table.chmod(0o640)
    before = table.stat()
    assert tokencost(*add(table, *PRICE, *SOURCE)).status == 0
    after = table.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


def test_an_owner_that_cannot_be_kept_is_no_reason_to_fail(
    tokencost: Run, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if os.geteuid() == 0:
        os.chown(table, 12345, 12346)
    monkeypatch.setattr("os.chown", refuse)
    assert tokencost(*add(table, *PRICE, *SOURCE)).status == 0


def test_a_file_with_another_name_is_left_alone(tokencost: Run, table: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").hardlink_to(table)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert (outcome.status, table.read_text()) == (2, TABLE)
    assert f"{table} has 2 names (hard links), and the others would stay as they are" in outcome.err
    assert sorted(os.listdir(tmp_path)) == ["other.toml", "prices.toml"]


@pytest.mark.parametrize("taken", [False, True])
def test_a_lock_that_somebody_removed_is_no_fault_of_a_price_that_is_written(
    tokencost: Run, table: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    from tokencost.cli import files

    real, lock = files.replace_file, table.parent / ".prices.toml.lock"

    def replace(*given: Any) -> None:
        real(*given)
        lock.unlink()
        if taken:
            lock.write_text("of the next one")

    monkeypatch.setattr(files, "replace_file", replace)
    outcome = tokencost(*add(table, *PRICE, *SOURCE))
    assert (outcome.status, outcome.out) == (0, f"{table}:22: price added, version 2026.05.30\n")
    assert lock.exists() is taken


def test_what_killed_runs_left_is_cleared_by_the_next(tokencost: Run, table: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "os.replace = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tokencost.cli import run\n"
        "run(sys.argv[1:])\n"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code, *add(table, *PRICE, *SOURCE)], check=False).returncode == -9
    assert len(os.listdir(table.parent)) == 3  # the second run cleared what the first had left
    (table.parent / ".tokencost-of-another").touch()
    assert tokencost(*add(table, *PRICE, *SOURCE)).status == 0
    assert sorted(os.listdir(table.parent)) == [".tokencost-of-another", "prices.toml"]
