"""The report as a file: its policy, its size, and that nothing from a price table acts in it."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

Tokencost = Callable[..., Any]
HOSTILE = """
schema = 1
version = "1</script><script>alert(1)</script>"

[defaults]
compare = ["<script>alert(2)</script>"]
against = "dear"

[providers.acme]
name = "Ac\\u202eme\\"'><img src=x>"

[models."<script>alert(2)</script>"]
provider = "acme"
name = "x"
[[models."<script>alert(2)</script>".prices]]
from = 2025-01-01
input = 0.25
output = 2
source = "https://example.org/"

[models."dear"]
provider = "acme"
name = "y"
[[models."dear".prices]]
from = 2025-01-01
input = 30
output = 20
source = "https://example.org/"
"""


class Tags(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.seen and self.seen[-1][0] in self.texts and data.strip():
            self.texts[self.seen[-1][0]].append(data)


@pytest.fixture
def written(tokencost: Tokencost, tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    outcome = tokencost("report", "--on", "2026-11-20", "-o", str(path))
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    return path.read_text(encoding="utf-8")


def digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_it_is_one_small_file_whose_policy_allows_its_own_script_and_style_alone(written: str) -> None:
    assert len(written.encode()) < 1_000_000
    tags = Tags(written)
    policy = next(
        attrs["content"] or "" for tag, attrs in tags.seen if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    _, script = tags.texts["script"]
    (style,) = tags.texts["style"]
    assert allowed == {
        "default-src": "'none'",
        "style-src": digest(style),
        "script-src": digest(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "innerHTML" not in script
    for tag, attrs in tags.seen:
        assert not {"src", "style", "srcset", "action"} & set(attrs), tag
        assert not any(name.startswith("on") for name in attrs), tag
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}


def test_it_holds_every_part(written: str) -> None:
    sections = re.findall(r'<section id="([\w-]+)"', written)
    assert sections == ["gap", "calculator", "comparison", "history", "workload", "claims", "sources"]
    for text in (
        "gpt-6.2-sol cost 6.7 to 33.3 times as much as deepseek-flash",
        "By month and component",
        "An example, not your workload. For your own: tokencost report workload.toml",
        "Workload example: 40,000 requests a day, each 1,800 input tokens (50% of them cached) and 350 output tokens.",
        "20 published figures, recomputed from the list prices of their day: 13 reproduced",
        "https://api-docs.deepseek.com/quick_start/pricing",
        "2026-11-12",
        "prices.toml 2026.11.21 (sha256 ",
    ):
        assert text in written, text
    assert written.count('class="chart"') >= 6


def test_the_rates_are_whole_numbers_of_one_unit(written: str) -> None:
    rates = json.loads(Tags(written).texts["script"][0])
    flash = next(model for model in rates["models"] if model["name"] == "deepseek-flash")
    unit = 10 ** rates["scale"]
    assert [cell[:3] for cell in flash["cells"]] == [["standard", "peak", "0"], ["standard", "off-peak", "0"]]
    assert [int(rate) * 1000 // unit for rate in flash["cells"][0][3:]] == [300, 6, 1200]
    sol = next(model for model in rates["models"] if model["name"] == "gpt-6.1-sol")
    assert sol["thresholds"] == ["0", "272000"]
    assert {cell[0] for cell in sol["cells"]} == {"standard", "batch"}


def test_nothing_of_a_price_table_acts(tokencost: Tokencost, tmp_path: Path) -> None:
    prices, path = tmp_path / "prices.toml", tmp_path / "r.html"
    prices.write_text(HOSTILE, encoding="utf-8")
    spec = tmp_path / "w.toml"
    spec.write_text('start = "2026-12"\n[workloads."<img onerror=x>"]\nrequests = 5\ninput = 5\noutput = 5\n')
    outcome = tokencost("report", str(spec), "--prices", str(prices), "--on", "2026-11-20", "-o", str(path))
    assert outcome.status == 0, outcome.err
    written = path.read_text(encoding="utf-8")
    tags = Tags(written)
    assert [tag for tag, _ in tags.seen].count("script") == 2
    assert "img" not in [tag for tag, _ in tags.seen]
    assert "\u202e" not in written
    rates = json.loads(tags.texts["script"][0])
    assert rates["models"][0]["name"] == "<script>alert(2)</script>"
    assert "An example" not in written


def test_a_name_that_is_no_page_is_refused(tokencost: Tokencost, tmp_path: Path) -> None:
    outcome = tokencost("report", "-o", str(tmp_path / "report.csv"))
    assert outcome.status == 2
    assert "end it in .html" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_open_shows_the_page(tokencost: Tokencost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = tmp_path / "report.html"
    assert tokencost("report", "--on", "2026-11-20", "--open", "-o", str(path)).status == 0
    assert opened == [path.as_uri()]


def test_without_a_file_it_goes_to_standard_output(tokencost: Tokencost) -> None:
    assert tokencost("report", "--on", "2026-11-20").out.startswith("<!DOCTYPE html>")


def test_the_calculator_has_what_is_on_sale_and_says_what_ends(written: str) -> None:
    models = {model["name"]: model for model in json.loads(Tags(written).texts["script"][0])["models"]}
    assert len(models) == 52
    assert {"o1", "deepseek-chat", "gpt-4.1-nano"}.isdisjoint(models)
    assert (models["gpt-5-mini"]["ends"], models["gpt-6-luna"]["ends"]) == ("2026-12-11", "")


def test_a_retired_model_of_a_workload_gone_by_is_marked_and_not_in_the_calculator(
    tokencost: Tokencost, tmp_path: Path
) -> None:
    spec = tmp_path / "w.toml"
    spec.write_text(
        'start = "2026-08"\nmodels = ["o3-mini", "gpt-5"]\nagainst = "o1"\n'
        "[workloads.chat]\nrequests = 5\ninput = 5\noutput = 5\n"
    )
    outcome = tokencost("report", str(spec), "--on", "2026-11-20")
    assert outcome.status == 0, outcome.err
    rates = json.loads(Tags(outcome.out).texts["script"][0])
    assert (rates["chosen"], rates["against"]) == (["gpt-5"], "gpt-5")
    assert "o1 (retired 2026-10-23)" in outcome.out


def test_a_page_of_a_day_on_which_nothing_is_sold_is_still_a_page(tokencost: Tokencost, tmp_path: Path) -> None:
    prices, spec = tmp_path / "prices.toml", tmp_path / "w.toml"
    ended = HOSTILE.replace('provider = "acme"\n', 'provider = "acme"\nshutdown = 2026-06-01\n')
    prices.write_text(ended, encoding="utf-8")
    spec.write_text('start = "2026-02"\n[workloads.chat]\nrequests = 5\ninput = 5\noutput = 5\n')
    outcome = tokencost("report", str(spec), "--prices", str(prices), "--on", "2026-11-20")
    assert outcome.status == 0, outcome.err
    rates = json.loads(Tags(outcome.out).texts["script"][0])
    assert (rates["models"], rates["chosen"], rates["against"]) == ([], [], "")
