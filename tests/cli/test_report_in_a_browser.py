"""The report in a real browser: every control, 200 settings against the command line, and what a reader does."""

import base64
import csv
import io
import json
import os
import random
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokencost.cli import run
from tokencost.render.numbers import show

ROOT = Path(__file__).parent.parent.parent
ON = "2026-11-20"
SETTINGS = 200
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
AXE_VERSION = "4.10.3"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert run(["report", "--on", ON, "--prices", str(ROOT / "prices.toml"), "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no browser: install chromium and chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium: pip install selenium")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(page.as_uri())
    return browser


def rows(browser: Any) -> list[list[str]]:
    found: list[list[str]] = browser.execute_script(
        "return [...document.querySelectorAll('#rows tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return found


def set_controls(browser: Any, models: list[str], against: str, numbers: dict[str, int]) -> None:
    browser.execute_script(
        """
        const [models, against, numbers] = arguments;
        for (const box of document.querySelectorAll('#models input')) box.checked = models.includes(box.value);
        document.getElementById('against').value = against;
        for (const [name, value] of Object.entries(numbers)) document.getElementById(name).value = value;
        document.getElementById('controls').dispatchEvent(new Event('input', {bubbles: true}));
        """,
        models,
        against,
        numbers,
    )


def command_of(browser: Any) -> str:
    return str(browser.execute_script("return document.getElementById('command').textContent"))


def from_the_command_line(command: str, capsys: pytest.CaptureFixture[str]) -> list[list[str]] | str:
    """The totals as the page shows them, or what is refused."""
    program, *arguments = shlex.split(command)
    assert program == "tokencost"
    capsys.readouterr()
    status = run([*arguments, "--prices", str(ROOT / "prices.toml"), "--format", "json"])
    captured = capsys.readouterr()
    if status:
        assert status == 2
        return captured.err
    totals = [
        row for row in json.loads(captured.out, parse_float=Decimal, parse_int=Decimal)["rows"] if row["month"] is None
    ]
    return [
        [
            row["model"].partition("@")[0],
            show(row["cost"], "money"),
            "—" if row["model"] == row["baseline"] else show(row["ratio"], "ratio"),
            "—" if row["model"] == row["baseline"] else show_change(row["percent_lower"]),
            *(show(row[f"{part}_cost"], "money") for part in ("uncached_input", "cached_input", "output")),
        ]
        for row in totals
    ]


def show_change(lower: Decimal | None) -> str:
    """A difference with its sign, of a percentage by which it is lower."""
    return show(None if lower is None else -lower, "change")


def random_setting(chance: random.Random, names: list[str]) -> tuple[list[str], str, dict[str, int]]:
    models = chance.sample(names, chance.randint(1, 4))
    numbers = {
        "requests": chance.choice([0, 1, 7, chance.randint(1, 10**6), chance.randint(1, 10**12)]),
        "input": chance.choice([0, 1, 272_000, 272_001, chance.randint(0, 5000), chance.randint(0, 10**6)]),
        "output": chance.choice([0, 1, chance.randint(0, 2000), chance.randint(0, 10**5)]),
        "cached": chance.choice([0, 100, chance.randint(0, 100)]),
        "batch": chance.choice([0, 0, 0, 100, chance.randint(0, 100)]),
        "peak": chance.choice([0, 100, chance.randint(0, 100)]),
    }
    return models, chance.choice(names), numbers


def test_200_random_settings_equal_the_command_line_to_the_digit(
    opened: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    names = opened.execute_script("return [...document.querySelectorAll('#models input')].map(box => box.value)")
    assert len(names) > 30
    chance = random.Random(7)  # noqa: S311  # a fixed seed makes a failure repeatable
    priced = refused = 0
    for _ in range(SETTINGS):
        models, against, numbers = random_setting(chance, names)
        set_controls(opened, models, against, numbers)
        expected = from_the_command_line(command_of(opened), capsys)
        found = rows(opened)
        if isinstance(expected, str):
            refused += 1
            assert any("—" in row[1] for row in found), (expected, found)
        else:
            priced += 1
            assert found == expected, command_of(opened)
    assert priced > SETTINGS // 3
    assert refused > 0


def test_every_control_moves_the_table_the_picture_and_the_address(opened: Any) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    def state() -> tuple[str, str, str]:
        found: list[str] = opened.execute_script(
            "return [document.getElementById('rows').textContent, document.getElementById('picture').textContent,"
            " location.hash]"
        )
        return found[0], found[1], found[2]

    before = state()
    assert before[2] == ""
    # Batch comes last: DeepSeek offers none, and what has no cost does not move.
    for name, keys in {
        "requests": "5", "input": "0", "output": "9", "cached": Keys.ARROW_RIGHT, "peak": Keys.ARROW_RIGHT,
        "batch": Keys.ARROW_RIGHT,
    }.items():  # fmt: skip
        opened.find_element(By.ID, name).send_keys(keys)
        after = state()
        assert all(one != other for one, other in zip(before, after, strict=True)), name
        before = after
    opened.find_element(By.CSS_SELECTOR, "#models input").send_keys(Keys.SPACE)
    after = state()
    assert all(one != other for one, other in zip(before, after, strict=True))
    opened.find_element(By.ID, "against").send_keys(Keys.HOME)
    assert state()[0] != after[0]
    assert state()[2] != after[2]


def test_a_link_reopens_what_it_was_copied_from(opened: Any, page: Path) -> None:
    set_controls(
        opened,
        ["deepseek-flash"],
        "gpt-6-luna",
        {"requests": 123456, "input": 7, "output": 8, "cached": 9, "batch": 10, "peak": 11},
    )
    link, shown = opened.current_url, rows(opened)
    assert link.startswith(page.as_uri() + "#")
    opened.get("about:blank")
    opened.get(link)
    assert rows(opened) == shown
    assert opened.execute_script("return document.getElementById('requests').value") == "123,456"
    opened.refresh()
    assert rows(opened) == shown


@pytest.mark.parametrize(
    "hash_part", ["requests=-1&cached=101&against=nobody&models=nobody", "%", "models=%3Cscript%3E", "requests=1e9"]
)
def test_a_broken_link_still_opens(opened: Any, page: Path, hash_part: str) -> None:
    opened.get("about:blank")
    opened.get(f"{page.as_uri()}#{hash_part}")
    assert rows(opened)[-1][0] == "gpt-6.2-sol"
    assert [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_link_to_a_model_that_is_not_sold_any_more_says_so(opened: Any, page: Path) -> None:
    opened.get("about:blank")
    opened.get(f"{page.as_uri()}#models=gpt-5-nano&models=o1&against=gpt-6-luna")
    assert [row[0] for row in rows(opened)] == ["gpt-5-nano", "gpt-6-luna"]
    text = "return document.getElementById(arguments[0]).textContent"
    assert opened.execute_script(text, "unsold") == "Not on sale on 2026-11-20, and left out: o1."
    assert opened.execute_script(text, "answer").endswith("gpt-5-nano ends on 2026-12-11.")


def test_what_is_no_number_is_said_and_changes_nothing(opened: Any) -> None:
    from selenium.webdriver.common.by import By

    before = rows(opened)
    opened.find_element(By.ID, "input").send_keys("x")
    assert "whole number" in opened.find_element(By.ID, "fault").text
    assert opened.find_element(By.ID, "input").get_attribute("aria-invalid") == "true"
    assert rows(opened) == before


def copied(browser: Any, button: str) -> str:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    element = browser.find_element(By.ID, button)
    browser.execute_script("arguments[0].scrollIntoView({behavior: 'instant'})", element)
    browser.execute_script("document.getElementById('copied').textContent = ''")
    element.click()
    said = WebDriverWait(browser, 5).until(lambda b: b.find_element(By.ID, "copied").text)
    assert said.startswith("Copied")
    return str(
        browser.execute_async_script("const done = arguments[0]; navigator.clipboard.readText().then(done, done)")
    )


def test_both_formats_reach_the_clipboard(opened: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shown = rows(opened)
    markdown = copied(opened, "copy-markdown").splitlines()
    assert markdown[0] == (
        "| model, USD | cost | gpt-6.2-sol costs | vs gpt-6.2-sol | uncached input | cached input | output |"
    )
    assert markdown[2] == f"| {' | '.join(shown[0])} |"
    lines = list(csv.DictReader(io.StringIO(copied(opened, "copy-csv"))))
    capsys.readouterr()
    arguments = shlex.split(command_of(opened))[1:]
    assert run([*arguments, "--prices", str(ROOT / "prices.toml"), "--format", "csv"]) == 0
    expected = [row for row in csv.DictReader(io.StringIO(capsys.readouterr().out)) if row["workload"] == "total"]
    assert len(lines) == len(expected) == len(shown)
    for line, row in zip(lines, expected, strict=True):
        assert line["model"] == row["model"].partition("@")[0]
        for column in ("uncached_input_cost", "cached_input_cost", "output_cost", "cost", "ratio", "percent_lower"):
            assert line[column] == row[column], column


def test_it_asks_no_network_and_complains_of_nothing(opened: Any, page: Path) -> None:
    set_controls(opened, ["deepseek-flash"], "gpt-6-luna", {"requests": 5})
    addresses = set()
    for entry in opened.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            addresses.add(message["params"]["request"]["url"].partition("#")[0])
    assert addresses <= {page.as_uri(), "about:blank"}
    assert opened.get_log("browser") == []


def test_it_prints(opened: Any) -> None:
    printed = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert printed.startswith(b"%PDF-")
    assert len(printed) > 20_000


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_no_width_makes_the_page_scroll_sideways(opened: Any, width: int) -> None:
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not shutil.which("npm"):
        pytest.skip("no npm, which fetches the accessibility checker axe-core")
    folder = tmp_path_factory.mktemp("axe")
    fetched = subprocess.run(
        ["npm", "pack", f"axe-core@{AXE_VERSION}", "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "npm_config_update_notifier": "false"},
    )
    if fetched.returncode:
        pytest.skip(f"npm could not fetch axe-core: {fetched.stderr.strip()[:200]}")
    subprocess.run(["tar", "-xzf", fetched.stdout.split()[-1]], cwd=folder, check=True)
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing_serious(opened: Any, axe: str, scheme: str) -> None:
    opened.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    opened.execute_script(axe)
    found = opened.execute_async_script("const done = arguments[0]; axe.run().then(r => done(r.violations), done)")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    serious = [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]][:3])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_model_is_found_by_parts_of_its_name_and_stays_ticked(opened: Any) -> None:
    from selenium.webdriver.common.by import By

    def shown() -> list[str]:
        labels = "[...document.querySelectorAll('#models label')]"
        names: list[str] = opened.execute_script(
            f"return {labels}.filter(label => label.offsetParent).map(label => label.textContent)"
        )
        return names

    every = shown()
    before = rows(opened)
    opened.find_element(By.ID, "search").send_keys("OpenAI luna")
    found = shown()
    assert found
    assert set(found) < set(every)
    assert all("luna" in name for name in found)
    assert opened.find_element(By.ID, "found").text == f"{len(found)} of {len(every)} models"
    assert rows(opened) == before
    opened.execute_script("document.getElementById('search').value = 'no such'")
    opened.find_element(By.ID, "search").send_keys("!")
    assert (shown(), rows(opened)) == ([], before)
