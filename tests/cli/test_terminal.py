"""The command as a shell sees it: pipes, terminals, signals, colours, and faults."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOKENCOST = [sys.executable, "-m", "tokencost"]
EXAMPLE = ["compare", "deepseek-reasoner", "o1", "--on", "2025-01-27"]


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = command.replace("tokencost", f"{sys.executable} -m tokencost", 1)
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def on_a_terminal(columns: int, arguments: list[str], **environment: str) -> str:
    """What a terminal of that width shows."""
    pty = pytest.importorskip("pty")
    fcntl = pytest.importorskip("fcntl")
    import struct
    import termios

    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [*TOKENCOST, *arguments], stdout=secondary, stderr=secondary, cwd=ROOT, env={**os.environ, **environment}
    )
    os.close(secondary)
    shown = b""
    while True:
        try:
            read = os.read(primary, 4096)
        except OSError:
            break
        if not read:
            break
        shown += read
    os.close(primary)
    assert process.wait() == 0
    return shown.decode().replace("\r\n", "\n")


def test_a_reader_that_has_enough_ends_the_command_quietly() -> None:
    done = shell("tokencost prices list --tier all --on 2026-11-20 | head -n 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("52 models on sale on 2026-11-20")


def test_piped_output_is_neither_cut_nor_coloured() -> None:
    done = shell("tokencost compare deepseek-reasoner o1 --on 2025-01-27 | cat")
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) > 80


def test_a_terminal_of_40_columns_shows_every_number() -> None:
    shown = on_a_terminal(40, EXAMPLE, NO_COLOR="1")
    assert max(len(line) for line in shown.splitlines()) <= 40
    tiny = on_a_terminal(20, EXAMPLE, NO_COLOR="1")
    for text in (shown, tiny):
        assert all(figure in text for figure in ("$0.14", "$7.50", "53.6×", "98.1%"))


@pytest.mark.parametrize(
    ("environment", "arguments", "colored"),
    [({}, [], True), ({"NO_COLOR": "1"}, [], False), ({"TERM": "dumb"}, [], False), ({}, ["--no-color"], False)],
)
def test_colour_on_a_terminal(environment: dict[str, str], arguments: list[str], colored: bool) -> None:
    shown = on_a_terminal(100, [*EXAMPLE, *arguments], **{"TERM": "xterm", **environment})
    assert ("\x1b[" in shown) is colored


def test_colour_may_be_forced_into_a_pipe() -> None:
    assert "\x1b[1m" in shell("tokencost compare deepseek-reasoner o1 --on 2025-01-27", FORCE_COLOR="1").stdout


def test_an_encoding_without_the_signs_gets_plain_ones() -> None:
    shown = shell("tokencost compare deepseek-reasoner o1 --on 2025-01-27", PYTHONIOENCODING="ascii").stdout
    assert "cached input                    $0.14    $7.50      53.6x   -98.1%" in shown


def test_a_bug_gives_no_traceback_and_status_70() -> None:
    code = (
        "import sys; import tokencost.pricetable.load as load\n"
        "def broken(*_): raise RuntimeError('boom')\n"
        "load.parse_prices = broken\n"
        "from tokencost.cli import run; sys.exit(run(['compare']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 70
    assert "Bug: RuntimeError: boom" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"), [("compar", "did you mean `tokencost compare`?"), ("compare --agaist o1", "--against")]
)
def test_a_mistyped_command_or_option_gets_a_suggestion(arguments: str, hint: str) -> None:
    done = shell(f"tokencost {arguments}")
    assert done.returncode == 2
    assert hint in done.stderr


def test_the_help_shows_whole_examples_in_80_columns() -> None:
    shown = shell("tokencost --help").stdout
    assert "\n  tokencost compare deepseek-reasoner o1 --on 2025-01-27   what held on that day\n" in shown
    assert "..." not in shell("tokencost prices --help").stdout.partition("Commands:")[2]


def test_the_shell_completes_model_names() -> None:
    done = shell(
        "tokencost", _TOKENCOST_COMPLETE="bash_complete", COMP_WORDS="tokencost compare deepseek-r", COMP_CWORD="2"
    )
    assert done.stdout == "plain,deepseek-reasoner\nplain,deepseek-reasoning\n"


@pytest.mark.parametrize("columns", [20, 40, 100])
def test_a_chart_fits_the_terminal_and_reads_without_colour(columns: int) -> None:
    shown = on_a_terminal(columns, [*EXAMPLE, "--chart"], NO_COLOR="1")
    chart = shown[shown.index("logarithmic") :].partition("\n\nOn 2025")[0]
    assert max(len(line) for line in chart.splitlines()) <= columns
    assert "$0.14  98.1% lower" in chart
    assert ("●" in chart) is ("■" in chart) is (columns > 20)


def test_a_piped_chart_has_a_width_of_its_own_and_plain_signs_where_needed() -> None:
    done = shell("tokencost compare deepseek-reasoner o1 --on 2025-01-27 --chart | cat", COLUMNS="33")
    assert "  o1                ┊            ┊             ┊         ■  ┊ $60.00\n" in done.stdout
    plain = shell("tokencost compare deepseek-reasoner o1 --on 2025-01-27 --chart | cat", PYTHONIOENCODING="ascii")
    assert "  o1                :            :             :         #  : $60.00\n" in plain.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["claims", "--chart"],
        ["claims", "query-cost-014-750", "--chart"],
        ["prices", "history", "deepseek-chat", "o3", "--on", "2026-11-20", "--chart"],
        [
            "workload",
            "deepseek-flash",
            "gpt-6.1-sol",
            "--requests",
            "9",
            "--input",
            "5",
            "--output-tokens",
            "5",
            "--chart",
        ],
        [
            "workload",
            "gpt-6-luna",
            "gpt-6.1-sol",
            "--on",
            "2026-11-20",
            "--requests",
            "9",
            "--input",
            "5",
            "--output-tokens",
            "5",
            "--sweep",
            "cached=0:1:0.5",
            "--chart",
        ],
    ],
)
def test_every_command_with_a_picture_draws_it(arguments: list[str]) -> None:
    with_chart = subprocess.run([*TOKENCOST, *arguments], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    without = subprocess.run([*TOKENCOST, *arguments[:-1]], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert "●" in with_chart
    assert "●" not in without
    assert set(without.splitlines()) <= set(with_chart.splitlines())
