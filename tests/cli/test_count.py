"""`tokencost count`."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
ON = ("--on", "2026-11-20")


@pytest.fixture
def prompt(tmp_path: Path) -> str:
    file = tmp_path / "prompt.md"
    file.write_text("# 價格\n\n每個詞元的價格會誤導人。\n", encoding="utf-8")
    return str(file)


def test_the_answer_stands_first_and_estimates_are_marked(tokencost: Call, prompt: str) -> None:
    result = tokencost("count", prompt, "deepseek-v4-pro", "gpt-6.1-sol", *ON)
    assert result.status == 0
    answer, _, rest = result.out.partition("\n\n")
    assert answer.startswith(f"{prompt} is 13 tokens in deepseek-v3 and 18 in o200k_base. deepseek-v4-pro")
    assert "≈ The count of gpt-6.1-sol is an estimate, with o200k_base: OpenAI has not named its vocabulary." in rest
    assert "≈ 18" in rest
    assert "0.7222" in rest  # the token factor, 13 / 18
    assert "github.com/openai/tiktoken/blob/main/tiktoken/model.py (read 2026-11-21)" in rest


def test_brief_keeps_the_mark_of_estimates(tokencost: Call, prompt: str) -> None:
    assert "is an estimate" in tokencost("count", prompt, "gpt-4o", "gpt-6.1-sol", "--brief", *ON).out


def test_without_models_those_of_the_table(tokencost: Call, prompt: str) -> None:
    found = json.loads(tokencost("count", prompt, "--format", "json", *ON).out)
    assert {row["model"] for row in found["rows"]} == {"deepseek-flash", "deepseek-v4-pro", "gpt-6-luna", "gpt-6.2-sol"}
    assert found["texts"] == [
        {"file": prompt, "kind": "text", "requests": 1, "characters": 19, "bytes": 47, "tokenizer": name,
         "tokens": tokens, "template_tokens": 0}
        for name, tokens in (("deepseek-v3", 13), ("o200k_base", 18))
    ]  # fmt: skip


def test_columns_for_programs_never_change(tokencost: Call, prompt: str) -> None:
    result = tokencost("count", prompt, "gpt-4o", "gpt-5", "--output-tokens", "1k", "--format", "csv", *ON)
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0]) == [
        *("model", "provider", "tier", "window", "tokenizer", "estimated", "requests", "input_tokens", "output_tokens"),
        *("input_cost", "output_cost", "cost", "baseline", "baseline_input_tokens", "baseline_cost", "token_factor"),
        *("ratio", "percent_lower", "baseline_window", "region"),
    ]
    assert rows[0]["cost"] == "0.01004500"  # 18 x $2.50 and 1,000 x $10
    assert rows[0]["token_factor"] == "1"
    assert rows[-1]["model"] == "gpt-5"


def test_files_and_models_in_any_order(tokencost: Call, prompt: str) -> None:
    one = tokencost("count", prompt, "gpt-4o", "openai/gpt-5", *ON).out
    assert one == tokencost("count", "gpt-4o", "openai/gpt-5", prompt, *ON).out
    assert "gpt-5 cost" in one


def test_several_files_have_a_table_with_their_total(tokencost: Call, tmp_path: Path) -> None:
    for place in range(25):
        (tmp_path / f"{place:02}.txt").write_text("word " * (place + 1), encoding="utf-8")
    out = tokencost("count", str(tmp_path), "gpt-4o", *ON, "--against", "gpt-5").out
    assert "These 25 files are" in out
    assert "6 others" in out
    assert "25 requests, each text or conversation one" in out
    tokens = sum(json.loads(tokencost("count", str(tmp_path), "gpt-4o", "--against", "gpt-5", "--format", "json",
                                      *ON).out)["texts"][place]["tokens"] for place in range(25))  # fmt: skip
    assert f"{tokens:,}" in out


def test_no_text_has_no_cheapest_model(tokencost: Call, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    result = tokencost("count", str(tmp_path / "empty.txt"), "gpt-4o", "gpt-5", *ON)
    assert result.status == 0
    assert result.out.startswith(f"{tmp_path / 'empty.txt'} is 0 tokens in o200k_base.\n\n")


def test_long_requests_are_priced_as_such_and_that_is_said(tokencost: Call, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 280_000, encoding="utf-8")
    out = tokencost("count", str(tmp_path / "long.txt"), "gpt-5", "gpt-6.1-sol", *ON).out
    assert "gpt-6.1-sol: requests of more than 272,000 input tokens cost more, and are priced so." in out
    assert "$1.12" in out  # 280,001 tokens at $4.00


def test_chat_messages_and_their_template(tokencost: Call, tmp_path: Path) -> None:
    file = tmp_path / "chat.jsonl"
    file.write_text('{"messages": [{"role": "user", "content": "Hello!"}]}\n' * 2, encoding="utf-8")
    out = tokencost("count", str(file), "gpt-4o", "gpt-5", *ON).out
    assert "Estimated tokens of the chat template are included: 14 in o200k_base (--plain: without)." in out
    plain = tokencost("count", str(file), "gpt-4o", "gpt-5", "--plain", *ON).out
    assert "template" not in plain
    assert "is 4 tokens in o200k_base" in plain


def test_a_sample_answer(tokencost: Call, prompt: str) -> None:
    out = tokencost("count", prompt, "deepseek-v4-pro", "gpt-5", "--output-like", prompt, *ON).out
    assert f"Each answer is as long as {prompt}: 13 in deepseek-v3 and 18 in o200k_base." in out


def test_a_narrow_table_leaves_columns_out_and_says_which(tokencost: Call, prompt: str) -> None:
    out = tokencost("count", prompt, "--output-tokens", "350", "--width", "80", *ON).out
    assert max(map(len, out.splitlines())) <= 80
    assert "Left out for want of room: input, output, vs gpt-6.2-sol." in out


@pytest.mark.parametrize("form", ["markdown", "html", "latex", "asciidoc", "rst", "orgmode"])
def test_every_format_marks_estimates(tokencost: Call, prompt: str, form: str) -> None:
    assert "estimate" in tokencost("count", prompt, "gpt-6.1-sol", "--format", form, *ON).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'FILE...'.\n  hint: tokencost count prompt.md"),
        (["gpt-4o", "o1"], "no file is named, but only gpt-4o and o1"),
        (["no/such.txt"], "there is no file 'no/such.txt'"),
        (["LICENSE", "gpt-9"], "unknown model 'gpt-9'"),
        (["LICENSE", "--output-tokens", "many"], "--output-tokens: 'many' is not a number of tokens"),
        (["LICENSE", "--as", "o1"], "models need no option: tokencost count prompt.md deepseek-flash"),
        (["https://example.org/a.txt"], "pipe it into tokencost count -"),
        (["LICENSE", "nowhere/gpt-4o"], "there is no file 'nowhere/gpt-4o'"),
    ],
)
def test_slips_are_answered_with_what_to_type(tokencost: Call, arguments: list[str], said: str) -> None:
    result = tokencost("count", *arguments, *ON)
    assert result.status == 2
    assert said in result.err


@pytest.mark.parametrize("word", ["tokens", "tokenize", "tokenise", "tiktoken"])
def test_other_words_lead_here(tokencost: Call, word: str) -> None:
    assert "did you mean `tokencost count`?" in tokencost(word, "LICENSE").err


def test_a_text_alone_leads_here(tokencost: Call) -> None:
    assert "did you mean `tokencost count README.md`?" in tokencost("README.md").err


def test_json_lines_that_hold_no_messages_are_no_text_in_silence(tokencost: Call, tmp_path: Path) -> None:
    """Somebody who names JSON lines means what is said in them; in a folder any file is text."""
    broken = tmp_path / "chats" / "first.jsonl"
    broken.parent.mkdir()
    broken.write_text('{"messages":[{"role":"us\n{"messages":[{"role":"user","content":"hi"}]}\n', encoding="utf-8")
    result = tokencost("count", str(broken), "gpt-4o", *ON)
    assert (result.status, result.out) == (3, "")
    assert f"{broken}:1: holds no chat messages" in result.err
    assert "tokencost count -" in result.err
    assert tokencost("count", str(broken.parent), "gpt-4o", *ON).status == 0


def test_rows_say_which_hours_of_the_baseline_they_stand_beside(tokencost: Call, prompt: str) -> None:
    shown = tokencost("count", prompt, "gpt-4o", "deepseek-v4-pro", *ON, "--brief", "--width", "120").out
    rows = [line for line in shown.splitlines() if "baseline " in line]
    ratios = {
        hours: line.split("×")[0].split()[-1] for line in rows for hours in ("off-peak", "peak") if f" {hours} " in line
    }
    assert float(ratios["peak"]) == pytest.approx(2 * float(ratios["off-peak"]), rel=0.03)


def test_estimates_can_be_typeset(tokencost: Call, prompt: str) -> None:
    shown = tokencost("count", prompt, "gpt-4o", "gpt-6.1-sol", *ON, "--format", "latex").out
    assert r"$\approx$ 18" in shown.replace("~", " ")
    assert "≈" not in shown
