"""The pages are short, lead to each other, and name nothing that is not there; so do the forms for issues."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tokencost.cli import run
from tokencost.cli.commands import tokencost
from tokencost.logs.records.kinds import FAMILIES, LOG_KINDS
from tokencost.logs.sessions.tools import TOOLS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, *DOCS, *sorted((ROOT / ".github").glob("*.md"))]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`(tokencost [^`\n]+)`|^\$? ?(tokencost [^\n]+)$", re.MULTILINE)
"""A command in a sentence, in a table, or on a line of its own."""


def prose(page: Path) -> str:
    """A page without what stands in its blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What can stand behind `#` in a link to the page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files of the repository that a page leads to, and where in them."""
    for target in LINK.findall(prose(page)):
        if not target.startswith("https://"):
            name, _, anchor = target.partition("#")
            yield (page.parent / name).resolve() if name else page, anchor


def all_commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command by its words, and the groups before those that they hold."""
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, *path, name)
        else:
            yield (*path, name)


def wrong_in(said: str) -> str | None:
    """What a command has that there is none of: a command or an option; None where all of it is known."""
    words = shlex.split(said, comments=True)[1:]
    command: click.Command = tokencost
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        inner = command.get_command(click.Context(command), name)
        if inner is None:
            return name
        command = inner
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-h"}
    return next((word for word in words if word.startswith("-") and word != "-" and word not in known), None)


def commands_in(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [inline or alone for inline, alone in NAMED.findall(joined)]


def test_the_readme_is_short() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert len(text.encode()) <= 12_000
    blocks = re.findall(r"^```console\n\$ [^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        assert len(block.splitlines()) <= 15
        assert max(map(len, block.splitlines())) <= 100


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_a_page_begins_with_a_question(page: Path) -> None:
    heading, nothing, question, *_ = page.read_text(encoding="utf-8").split("\n")
    assert heading.startswith("# ")
    assert nothing == ""
    assert question.endswith("?")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), (target, anchor)


def test_every_page_is_one_click_from_the_readme() -> None:
    assert {target for target, _ in links(README)} >= set(DOCS)


def test_the_reference_has_every_command() -> None:
    """Add a heading and a block for a new one; `tokencost refresh --root . docs/reference.md` writes its help."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    shown = re.findall(r"^## (tokencost.*)\n\n```console\n\$ (tokencost.*) --help\n", page, re.MULTILINE)
    words = [" ".join(("tokencost", *path)) for path in all_commands(tokencost)]
    assert sorted(heading for heading, _ in shown) == sorted(words)
    assert all(heading == command for heading, command in shown)


@pytest.mark.parametrize("page", [*PAGES, *FORMS], ids=lambda page: page.name)
def test_commands_and_options_that_are_named_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page.name != "reference.md":
        assert [(said, wrong) for said in commands_in(text) if (wrong := wrong_in(said))] == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("tokencost compare o1 --on 2025-01-27", None),
        ("tokencost prices list --retired", None),
        ("tokencost usage - --by day", None),
        ("tokencost --version", None),
        ("tokencost prices frob", "frob"),
        ("tokencost compare --retired", "--retired"),
    ],
)
def test_a_command_that_is_not_there_is_noticed(said: str, wrong: str | None) -> None:
    assert wrong_in(said) == wrong
    assert commands_in(f"Run `{said}` now") == commands_in(f"```bash\n{said}\n```") == [said]


def test_kinds_of_logs_that_the_page_names_are_there() -> None:
    page = prose(ROOT / "docs" / "logs.md")
    rows = re.findall(r"^\| [^|]*\(((?:`[\w-]+`(?:, )?)+)\) \|", page, re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    known = {kind.name for kind in LOG_KINDS} | set(FAMILIES) | {tool.word for tool in TOOLS}
    assert len(names) > 10
    assert names - known == set()


WORKLOAD = "--requests 1 --input 1 --output-tokens 1 o1 o3 --on 2026-09-20"
EXAMPLES = {
    "compare": "compare deepseek-reasoner o1 --on 2025-01-27",
    "workload": f"workload {WORKLOAD}",
    "usage": "usage tests/logs/fixtures/requests.jsonl",
    "claims": "claims r1-27-times",
    "find, one figure": "find 0.14 --on 2025-01-27",
    "find, two figures": "find 0.14 7.50 --on 2025-01-27",
    "count": "count LICENSE o1 gpt-4o --on 2025-01-27",
    "prices list": "prices list --on 2026-11-20",
    "prices history": "prices history o3 --on 2026-11-20",
    "prices export": "prices export",
    "prices check": "prices check --on 2026-11-20",
    "prices diff": "prices diff prices.toml prices.toml --on 2026-11-20",
}
"""A command line for each row of the page of columns."""


def columns_of(arguments: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run([*arguments.split(), "--format", "csv"]) == 0
    return capsys.readouterr().out.partition("\n")[0].split(",")


def test_the_columns_are_those_that_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    page = prose(ROOT / "docs" / "columns.md")
    rows = dict(re.findall(r"^\| `tokencost ([^|`]*`[^|]*?) \| ([^|]*) \|$", page, re.MULTILINE))
    told = {name.replace("`", ""): re.findall(r"`(\w+)`", columns) for name, columns in rows.items()}
    assert set(told) == set(EXAMPLES)
    for name, columns in told.items():
        written = columns_of(EXAMPLES[name], capsys)
        # The first ones of `usage` are those of `--by`.
        assert columns == (written[1:] if name == "usage" else written)
    explained = set(re.findall(r"`(\w+)`", page.partition("## What they mean")[2]))
    assert {each for columns in told.values() for each in columns if each[:5] not in ("left_", "right")} <= explained


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        (f"workload {WORKLOAD} --sweep cached=0:1:0.5", {"sweep_cached"}),
        (
            "usage tests/logs/fixtures/requests.jsonl --as o3",
            {"as_o3_cost", "as_o3_ratio", "as_o3_percent_lower"},
        ),
    ],
)
def test_columns_that_options_add(arguments: str, added: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert set(columns_of(arguments, capsys)) >= added


TEN_QUESTIONS = {
    "What do today's models cost?": ("docs/comparing.md", "Without `--on`, the day is today"),
    "Was DeepSeek really 98% cheaper than OpenAI?": ("docs/headlines.md", "True only for cached input"),
    "What will 40,000 requests a day cost us next month?": ("docs/workloads.md", "--requests 40k --per day"),
    "What did I spend with Codex CLI last week?": (
        "docs/logs.md#sessions-of-codex-cli-and-claude-code",
        "tokencost usage codex",
    ),
    "Why is my gateway's log not read, and what can I do?": ("docs/logs.md#a-log-that-is-not-recognised", "`--map`"),
    "Our logs are in BigQuery. Can I still price them?": ("docs/larger-than-a-machine.md", "`bigquery`"),
    "Who says that a price is what it is?": ("docs/price-table.md", "## Where does a rate come from?"),
    "DeepSeek changed a price this morning. How do I enter it?": ("docs/upkeep.md", "tokencost prices add"),
    "How do I get a chart into my slides?": ("docs/charts.md", "`.png`"),
    "Can I use it in pandas?": ("docs/python.md", "pandas.DataFrame"),
    "Are reasoning tokens output?": ("docs/figures.md", "reasoning is part of them"),
    "May I write 1,8k or 55%?": ("docs/command-line.md", "`55%`"),
    "What is in the column baseline_window?": ("docs/columns.md", "`baseline_window`"),
    "What does --blend do?": ("docs/reference.md", "--blend IN:OUT[:CACHED%]"),
}
"""What people ask, the page that the README leads them to, and the words that answer."""


@pytest.mark.parametrize(("page", "answer"), TEN_QUESTIONS.values(), ids=TEN_QUESTIONS)
def test_a_question_is_answered_one_click_from_the_readme(page: str, answer: str) -> None:
    assert f"({page})" in README.read_text(encoding="utf-8")
    assert answer in (ROOT / page.partition("#")[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_as_the_site_wants_it(path: Path) -> None:
    """https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms"""
    form: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) <= {"name", "description", "title", "labels", "assignees", "body"}
    assert form["name"]
    assert form["description"]
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in questions} <= {"input", "textarea", "dropdown", "checkboxes"}
    for asked in ([part["id"] for part in questions], [part["attributes"]["label"] for part in questions]):
        assert len(set(asked)) == len(asked)
    for part in questions:
        assert set(part) <= {"type", "id", "attributes", "validations"}
        options = part["attributes"].get("options", [])
        assert bool(options) == (part["type"] == "dropdown")
        # A plain yes or no of YAML is no text, and would be shown as true or false.
        assert all(isinstance(option, str) for option in options)
        assert part.get("validations", {}).get("required", False) in (True, False)
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        name, _, anchor = target.removeprefix("../blob/main/").partition("#")
        assert (ROOT / name).exists(), name
        assert not anchor or anchor in anchors(ROOT / name)


def test_the_workflow_runs_the_script_and_the_commands_of_the_readme() -> None:
    (path,) = [path for path in WORKFLOWS if path.name == "ci.yml"]
    job = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["checks"]
    assert job["strategy"]["matrix"] == {
        "system": ["ubuntu-latest", "macos-latest", "windows-latest"],
        "python": ["3.11", "3.12", "3.13", "3.14"],
    }
    posix, windows = (step for step in job["steps"] if "run" in step)
    assert (posix["run"], posix["if"]) == (".ci/run", "runner.os != 'Windows'")
    assert posix["env"]["PYTHON"] == "python"
    assert "${PYTHON:-" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert windows["if"] == "runner.os == 'Windows'"
    assert windows["run"].splitlines() == re.findall(r"```sh\n(.*?)\n```", README.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_says_what_it_may_write(path: Path) -> None:
    """Without the key it may write whatever the repository lets workflows write."""
    assert "permissions" in yaml.safe_load(path.read_text(encoding="utf-8"))
