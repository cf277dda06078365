"""`tokencost prices add` on a terminal: it asks until it understands, and shows what it will write."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tokencost import load_prices
from tokencost.cli.commands import tokencost as program
from tokencost.cli.prices import ask

TABLE = """\
schema = 1
version = "2026.01.01"
[providers.acme]
pricing_url = "https://acme.example/prices"

[models.one]
provider = "acme"

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

  [[models.one.prices.when]]
  window = "peak"
  hours = ["09:00-12:00"]
  input = 0.20
  output = 2
"""
Form = Callable[..., Result]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(TABLE)
    return path


@pytest.fixture
def form(table: Path, monkeypatch: pytest.MonkeyPatch) -> Form:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)

    def answer(*answers: str, model: str = "one", options: tuple[str, ...] = ()) -> Result:
        words = ["prices", "add", model, "--prices", str(table), "--on", "2026-05-30", *options]
        return CliRunner().invoke(program, words, input="".join(f"{each}\n" for each in answers), standalone_mode=False)

    return answer


BASE = ("2026-06-01", "0.2", "", "none", "", "3", "", "")
"""From, the five rates, source, seen there on."""
PEAK = ("0.40", "", "", "", "6")


def test_it_shows_the_present_values_asks_for_every_window_and_shows_the_diff_first(form: Form, table: Path) -> None:
    result = form(*BASE, *PEAK, "", "y")
    assert result.exception is None
    assert "cached input [0.01]" in result.output
    assert "window peak: input, USD per 1M tokens [0.20]" in result.output
    assert "tier batch: input 0.05, output 1" in result.output
    assert (
        result.output.index("input = 0.40,") < result.output.index("write this?") < result.output.index("price added")
    )
    price = load_prices(table).models["one"].prices[-1]
    assert [str(rate) for rate in price.rates if rate is not None] == ["0.2", "3", "0.01"]
    assert price.evidence.source == "https://acme.example/prices"
    blocks = {block.describe(): [str(rate) for rate in block.rates[:2]] for block in price.blocks}
    assert blocks == {"tier batch": ["0.05", "1"], "window peak": ["0.40", "6"]}
    assert price.windows[0].describe() == "every day 09:00-12:00 UTC"


def test_bad_answers_are_asked_for_again(form: Form, table: Path) -> None:
    answers = (
        *("12/01/2026", "2026-01-01", "2026-06-01"),
        *("0,2", "0.00000002", "none", "0.2"),
        *("0.3", "0.01"),
        *("", "", "3"),
        *("the e-mail", "https://acme.example/new"),
        *("2026-06-30", "2026-05-30"),
        *PEAK,
        *("", "y"),
    )
    result = form(*answers)
    assert result.exception is None, result.output
    for message in (
        "'12/01/2026' is not a date",
        "the past would change",
        "'0,2' is not a price",
        "looks like a price per token",
        "a price needs this rate",
        "cached input 0.3 is above input 0.2",
        "'the e-mail' is no https address",
        "2026-06-30 is in the future",
    ):
        assert message in result.output
    assert load_prices(table).models["one"].prices[-1].evidence.source == "https://acme.example/new"


def test_a_page_that_the_table_names_is_answered_by_its_name_or_its_address(form: Form, table: Path) -> None:
    named = TABLE.replace("[models.one]", '[sources.acme-new]\nurl = "https://acme.example/new"\n\n[models.one]', 1)
    for answer in ("acme-new", "https://acme.example/new"):
        table.write_text(named)
        result = form(*BASE[:6], answer, "", *PEAK, "", "y")
        assert result.exception is None, result.output
        assert load_prices(table).models["one"].prices[-1].evidence[::2] == (
            "https://acme.example/new",
            "primary",
            None,
        )
        assert table.read_text().count('source = "acme-new"') == 1


def test_a_rate_ten_times_off_is_asked_about(form: Form, table: Path) -> None:
    result = form("2026-06-01", "2", "n", "0.2", "", "", "", "30", "y", "", "", *PEAK, "", "y")
    assert result.exception is None, result.output
    assert "2 after 0.10: is that right?" in result.output
    price = load_prices(table).models["one"].prices[-1]
    assert (str(price.rates.input), str(price.rates.output), price.accepted) == ("0.2", "30", frozenset({"jump"}))


def test_tiers_that_change_are_asked_for_and_those_that_end_are_dropped(form: Form, table: Path) -> None:
    assert form(*BASE, *PEAK, "n", "y", "0.07", "", "", "", "", "y").exception is None
    changed = {b.describe(): str(b.rates.input) for b in load_prices(table).models["one"].prices[-1].blocks}
    assert changed == {"tier batch": "0.07", "window peak": "0.40"}
    again = ("2026-07-01", *BASE[1:])
    assert form(*again, *PEAK, "n", "n", "y").exception is None
    last = load_prices(table).models["one"].prices[-1]
    assert [block.describe() for block in last.blocks] == ["window peak"]
    assert last.accepted == {"dropped"}


@pytest.mark.parametrize("answer", ["n", ""])
def test_without_a_yes_nothing_is_written(form: Form, table: Path, answer: str) -> None:
    result = form(*BASE, *PEAK, "", answer)
    assert "nothing was written" in str(result.exception)
    assert table.read_text() == TABLE


def test_yes_writes_what_was_asked_for_without_asking_once_more(form: Form, table: Path) -> None:
    assert form(*BASE, *PEAK, "", options=("--yes",)).exception is None
    assert len(load_prices(table).models["one"].prices) == 2


def test_a_new_model_is_asked_for(form: Form, table: Path) -> None:
    result = form(
        "y", "acne", "acme", "Two", "2026-06-01", "1", "", "", "", "2", "https://acme.example/p", "", "y", model="two"
    )
    assert result.exception is None, result.output
    assert "unknown provider 'acne'" in result.output
    assert load_prices(table).models["two"].name == "Two"


def test_a_mistyped_model_is_no_new_one(form: Form, table: Path) -> None:
    result = form("n", model="ome")
    assert "unknown model 'ome'\n  hint: did you mean one?" in str(result.exception)
    assert "from (" not in result.output
    assert table.read_text() == TABLE


def test_a_new_model_is_asked_for_what_new_leaves_out(form: Form) -> None:
    assert "provider (acme)" in form("acme", "", model="two", options=("--new",)).output


def test_questions_parse_nothing_and_a_slip_only_what_it_changed(form: Form, table: Path, parsed: list[str]) -> None:
    assert form(*BASE, *PEAK, "", "y").exception is None
    once = table.read_text()
    assert parsed == [TABLE, once]
    again = ("2026-07-01", *BASE[1:])
    peak = ("--when", "window=peak,input=9,output=9")  # ten times what it was, which the questions do not see
    assert form(*again, "y", "y", options=peak).exception is None
    assert (parsed[2], parsed[4:]) == (once, [table.read_text()])


def test_a_table_that_changed_after_its_diff_was_shown_is_not_written(
    form: Form, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ask.confirm

    def answer_late(question: str, *, default: bool = False) -> bool:
        agreed = real(question, default=default)
        if question == "write this?":
            table.write_text(TABLE + "# saved by an editor\n")
        return agreed

    monkeypatch.setattr(ask, "confirm", answer_late)
    assert "was changed by another program" in str(form(*BASE, *PEAK, "", "y").exception)
    assert table.read_text() == TABLE + "# saved by an editor\n"
