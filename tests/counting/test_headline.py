"""The headline of 2025 for each text: counts that are data, and what they say."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.counting.headline import CountedText, load_texts, per_text_headline
from tokencost.counting.vocabularies import load_vocabulary

SAID = "A text is not the same number of tokens everywhere. On 2025-01-27 o1 cost 27.3 to 53.6 times as much as"


@pytest.mark.parametrize("text", load_texts().texts, ids=lambda text: str(text.language))
def test_the_recorded_counts_are_what_is_counted(text: CountedText) -> None:
    assert text.tokens == {name: load_vocabulary(name)([text.text])[0] for name in ("o200k_base", "deepseek-v3")}


def test_the_gap_is_as_wide_in_english_and_wider_in_chinese(shipped: PriceTable) -> None:
    found = per_text_headline(shipped)
    assert found is not None
    assert (found.low, found.high) == (Fraction(1500, 55), Fraction(750, 14))
    english, chinese = found.texts
    assert (english.low, english.high) == (found.low, found.high)
    assert chinese.high == found.high * Fraction(235, 189)
    assert (chinese.baseline_tokens, chinese.model_tokens) == (235, 189)


def test_a_table_without_these_models_says_nothing(table_of: Callable[[str], PriceTable]) -> None:
    models = "".join(
        f'[models.{name}]\nprovider = "acme"\n[[models.{name}.prices]]\nfrom = 2025-01-01\ninput = 1\noutput = 2\n'
        'source = "https://example.org"\n'
        for name in ("o1", "deepseek-reasoner")
    )
    assert per_text_headline(table_of(models)) is None  # no vocabulary is named
    assert per_text_headline(table_of(models.replace("o1", "o2"))) is None


def test_claims_and_the_page_have_the_paragraph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["claims"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert SAID in said
    assert "in English 27.3 to 53.6 times (176 tokens against 176) and in Chinese 33.9 to 66.6 times (235" in said
    page = tmp_path / "report.html"
    assert run(["report", "--on", "2026-11-20", "--output", str(page)]) == 0
    assert page.read_text(encoding="utf-8").count(SAID) == 1


@pytest.mark.parametrize("arguments", [["query-cost-014-750"], ["--brief"]])
def test_it_stands_where_all_claims_are_asked_for(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(["claims", *arguments])
    assert "The same text" not in capsys.readouterr().out


def test_it_needs_none_of_the_libraries(shipped: PriceTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("tokencost.counting.vocabularies.load_vocabulary", refuse)
    assert per_text_headline(shipped) is not None
