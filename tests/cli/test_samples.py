"""Samples in place of numbers: `workload --prompt`, `--answer`, and a measured `--token-factor`."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
ON = ("--on", "2026-11-20")
MODELS = ("deepseek-v4-pro", "gpt-6.1-sol")
REQUESTS = ("--requests", "1000", "--start", "2026-12")
CHINESE = "每個詞元的價格會誤導人，因為同一段文字在不同模型上的詞元數量並不相同。"
OWN, OPENAI = 22, 31
"""Its tokens in deepseek-v3 and in o200k_base."""


@pytest.fixture
def chinese(tmp_path: Path) -> str:
    file = tmp_path / "prompt.txt"
    file.write_text(CHINESE, encoding="utf-8")
    return str(file)


@pytest.fixture
def hello(tmp_path: Path) -> str:
    file = tmp_path / "answer.txt"
    file.write_text("Hello!", encoding="utf-8")
    return str(file)


def read(result: Any) -> dict[str, Any]:
    assert result.status == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def test_prompt_and_answer_are_counted_for_each_model(tokencost: Call, chinese: str, hello: str) -> None:
    found = read(tokencost("workload", *REQUESTS, "--prompt", chinese, "--answer", hello, *MODELS, "--format", "json"))
    tokens = {
        row["model"]: (row["input_tokens"], row["output_tokens"]) for row in found["rows"] if row["row"] == "total"
    }
    assert tokens == {"deepseek-v4-pro": (OWN * 31_000, 2 * 31_000), "gpt-6.1-sol": (OPENAI * 31_000, 2 * 31_000)}
    (factor, *_) = found["token_factors"]
    assert Fraction(str(factor["factor"])).limit_denominator(100) == Fraction(OWN, OPENAI)
    assert factor["output_factor"] == 1


def test_it_costs_what_the_same_numbers_cost(tokencost: Call, chinese: str, hello: str) -> None:
    counted = tokencost("workload", *REQUESTS, "--prompt", chinese, "--answer", hello, MODELS[0], "--against",
                        MODELS[1], "--format", "csv", *ON)  # fmt: skip
    typed = tokencost("workload", *REQUESTS, "--input", str(OWN), "--output-tokens", "2", MODELS[0], "--against",
                      MODELS[1], "--format", "csv", *ON)  # fmt: skip
    cost = [row.split(",")[13] for row in counted.out.splitlines() if row.startswith("total,deepseek-v4-pro")]
    assert cost
    assert cost == [row.split(",")[13] for row in typed.out.splitlines() if row.startswith("total,deepseek-v4-pro")]


def test_a_prompt_alone_leaves_the_output_as_it_was_typed(tokencost: Call, chinese: str) -> None:
    found = read(tokencost("workload", *REQUESTS, "--prompt", chinese, "--output-tokens", "100", "--token-factor",
                           "deepseek-v4-pro=2", *MODELS, "--format", "json", *ON))  # fmt: skip
    tokens = {
        row["model"]: (row["input_tokens"], row["output_tokens"]) for row in found["rows"] if row["row"] == "total"
    }
    assert tokens == {"deepseek-v4-pro": (OWN * 31_000, 200 * 31_000), "gpt-6.1-sol": (OPENAI * 31_000, 100 * 31_000)}


def test_several_requests_are_averaged(tokencost: Call, tmp_path: Path) -> None:
    file = tmp_path / "chat.jsonl"
    record = {"messages": [{"role": "user", "content": "Hello!"}]}
    other = {"messages": [{"role": "user", "content": "Hello! Hello!"}]}
    file.write_text(f"{json.dumps(record)}\n{json.dumps(other)}\n", encoding="utf-8")
    result = tokencost("workload", *REQUESTS, "--prompt", str(file), "--output-tokens", "1", "gpt-4o@2026-01-01",
                       "gpt-6.1-sol", *ON)  # fmt: skip
    assert "on average of 2 requests: 10 tokens in o200k_base" in result.out  # 9 and 11
    assert "each 10 input tokens" in result.out


def test_what_was_measured_is_said_and_estimates_are_marked(tokencost: Call, chinese: str, hello: str) -> None:
    out = tokencost("workload", *REQUESTS, "--prompt", chinese, "--answer", hello, *MODELS, *ON, "--brief").out
    assert f"The input of a request is that of {chinese}: 22 tokens in deepseek-v3 and 31 in o200k_base." in out
    assert out.count("≈ Estimates, since their providers have not named their vocabularies: gpt-6.1-sol.") == 1
    assert "deepseek-v4-pro takes 0.7097 times as many input tokens" in out


def test_a_measured_factor(tokencost: Call, chinese: str) -> None:
    sizes = ("--input", "310", "--output-tokens", "31")
    found = read(tokencost("workload", *REQUESTS, *sizes, "--token-factor", f"@{chinese}", *MODELS, "--format", "json",
                           *ON))  # fmt: skip
    tokens = {
        row["model"]: (row["input_tokens"], row["output_tokens"]) for row in found["rows"] if row["row"] == "total"
    }
    assert tokens == {"deepseek-v4-pro": (220 * 31_000, 22 * 31_000), "gpt-6.1-sol": (310 * 31_000, 31 * 31_000)}
    one = read(tokencost("workload", *REQUESTS, *sizes, "--token-factor", f"deepseek-v4-pro=@{chinese}", *MODELS,
                         "--format", "json", *ON))  # fmt: skip
    assert one["rows"] == found["rows"]


def test_a_workload_file_takes_samples_too(tokencost: Call, tmp_path: Path, chinese: str) -> None:
    spec = tmp_path / "w.toml"
    spec.write_text('requests = 10\ninput = 5\noutput = 1\nstart = "2026-12"\n', encoding="utf-8")
    found = read(tokencost("workload", str(spec), "--prompt", chinese, *MODELS, "--format", "json", *ON))
    assert found["workloads"][0]["input_tokens"] == OPENAI


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--input", "5", "--prompt", "LICENSE"], "--input-tokens and --prompt say the same"),
        (["--output-tokens", "5", "--answer", "LICENSE"], "--output-tokens and --answer say the same"),
        (["--token-factor", "@"], "'@' names no file"),
        (["--input", "1", "--output-tokens", "1", "--token-factor", "@no.txt"], "there is no file 'no.txt'"),
        (["--input", "1", "--output-tokens", "1", "--token-factor", "@{empty}"], "has no tokens to measure by"),
    ],
)
def test_slips(tokencost: Call, tmp_path: Path, arguments: list[str], said: str) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    result = tokencost("workload", *REQUESTS, *(each.format(empty=empty) for each in arguments), *MODELS, *ON)
    assert result.status == 2
    assert said in result.err


# ---- Logs


def write_log(path: Path, *models: str) -> str:
    usage = {"prompt_tokens": 3100, "completion_tokens": 31, "total_tokens": 3131}
    records = [{"model": model, "created": 1_763_600_000, "usage": usage} for model in models]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return str(path)


def test_the_factor_of_a_log_is_measured_against_its_own_vocabulary(
    tokencost: Call, tmp_path: Path, chinese: str
) -> None:
    log = write_log(tmp_path / "log.jsonl", "gpt-4o", "gpt-4.1")
    asked = ("usage", log, "--as", "deepseek-v4-pro@2026-11-20T00:00Z", "--format", "json")
    measured = read(tokencost(*asked, "--token-factor", f"@{chinese}"))
    typed = read(tokencost(*asked, "--token-factor", "0.709677419355"))
    assert measured["rows"] == typed["rows"]
    out = tokencost(*asked[:-2], "--token-factor", f"@{chinese}").out
    assert f"Token factors are measured in {chinese}: 22 tokens in deepseek-v3 and 31 in o200k_base." in out


@pytest.mark.parametrize(
    ("models", "arguments", "said"),
    [
        (("gpt-4o", "deepseek-chat"), ["--as", "o1"], "models with 2 vocabularies (deepseek-v3, o200k_base)"),
        (("gpt-4o",), [], "--token-factor goes with --as"),
        (("gpt-4o",), ["--print-sql", "postgres", "--as", "o1"], "--print-sql"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    tokencost: Call, tmp_path: Path, chinese: str, models: tuple[str, ...], arguments: list[str], said: str
) -> None:
    log = write_log(tmp_path / "log.jsonl", *models)
    result = tokencost("usage", log, *arguments, "--token-factor", f"@{chinese}")
    assert result.status == 2
    assert said in result.err


def test_standard_input_cannot_be_read_twice(tokencost: Call, chinese: str) -> None:
    result = tokencost("usage", "-", "--as", "o1", "--token-factor", f"@{chinese}")
    assert "save them in a file first" in result.err
