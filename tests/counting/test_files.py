"""Files as texts: what is read, how it is decoded, and that their tokens add up."""

import gzip
import io
import json
import tracemalloc
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.counting import texts
from tokencost.counting.count import Counts, count_files
from tokencost.counting.texts import Decoded, TextFile, plain
from tokencost.counting.vocabularies import load_vocabulary
from tokencost.errors import InvalidData, InvalidRequest

O200K = "o200k_base"
HELLO = {"role": "user", "content": "Hello!"}


def count(*names: Path | str, plain_text: bool = False) -> Counts:
    return count_files([str(name) for name in names], [O200K], plain_text=plain_text)


def tokens_of(text: str) -> int:
    return load_vocabulary(O200K)([text])[0]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_sums_over_files_are_the_counts_of_each_file(tmp_path: Path) -> None:
    contents = ["One file.\n", "", "中文。\n" * 500, "a" * 9000]
    files = [write(tmp_path / f"{place}.txt", content) for place, content in enumerate(contents)]
    together = count(*files)
    alone = [count(file).tokens(O200K) for file in files]
    assert [text.tokens[O200K] for text in together.texts] == alone == [tokens_of(content) for content in contents]
    assert together.tokens(O200K) == sum(alone)
    assert [text.characters for text in together.texts] == [len(content) for content in contents]
    assert count(tmp_path).texts == together.texts


@given(st.text(max_size=60), st.integers(1, 5))
def test_blocks_of_any_length_are_decoded_alike(
    tmp_path_factory: pytest.TempPathFactory, text: str, block: int
) -> None:
    file = write(tmp_path_factory.getbasetemp() / "any.txt", text.encode("utf-8"))
    decoded = Decoded(TextFile("any.txt", str(file)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "BLOCK", block)
        assert "".join(decoded.blocks()) == text.removeprefix("\ufeff")
    assert not decoded.invalid


@given(st.binary(max_size=40), st.integers(3, 7))
def test_bytes_that_are_no_text_become_what_python_makes_of_them(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, block: int
) -> None:
    content = b"a" + content  # no byte order mark
    file = write(tmp_path_factory.getbasetemp() / "bytes.txt", content)
    decoded = Decoded(TextFile("bytes.txt", str(file)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "BLOCK", block)
        found = "".join(decoded.blocks())
    whole = content.decode("utf-8", "replace")
    assert decoded.invalid == _is_invalid(content)
    assert found == whole
    assert decoded.size == len(content)


def _is_invalid(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def test_invalid_bytes_are_counted_and_named(tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.txt", b"a \xff\xfe b")
    found = count(broken, write(tmp_path / "whole.txt", "a \ufffd b"))
    assert found.invalid == (str(broken),)
    assert found.texts[0].tokens[O200K] == tokens_of("a \ufffd\ufffd b")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfText, with a mark.",
        "Text, with a mark.".encode("utf-16"),
        b"\xfe\xff" + "Text, with a mark.".encode("utf-16-be"),
        # Without a time: every worker must draw the same names of tests.
        gzip.compress(b"Text, with a mark.", mtime=0),
    ],
    ids=["utf-8", "utf-16", "utf-16-be", "gzip"],
)
def test_marks_and_compression_are_no_text(tmp_path: Path, content: bytes) -> None:
    assert count(write(tmp_path / "text", content)).tokens(O200K) == tokens_of("Text, with a mark.")


def test_a_folder_leaves_out_what_is_no_text_and_what_is_hidden(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Hello!")
    write(tmp_path / "picture.png", b"\x89PNG\r\n\x1a\n\0")
    write(tmp_path / "b.bin", b"a\0b")
    write(tmp_path / ".hidden", "Hello!")
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git" / "config", "Hello!")
    found = count(tmp_path)
    assert [text.name for text in found.texts] == [str(tmp_path / "a.txt")]
    assert [(Path(each.shown).name, each.why) for each in found.left_out] == [
        ("b.bin", "is binary: it has a zero byte"),
        ("picture.png", "is a picture"),
    ]
    with pytest.raises(InvalidData, match=r"b\.bin: is no text: it is binary"):
        count(tmp_path / "b.bin")
    with pytest.raises(InvalidRequest, match="there is no text there"):
        count(str(tmp_path / "b.*"))


def test_standard_input_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Hello world!")))
    found = count("-")
    assert (found.texts[0].name, found.tokens(O200K)) == ("standard input", 3)


def test_on_a_terminal_it_is_said_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []

    def announce(shown: str) -> AbstractContextManager[None]:
        waited.append(shown)
        return nullcontext()

    monkeypatch.setattr(texts, "announce_wait", announce)
    for terminal in (False, True):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Hello!")))
        monkeypatch.setattr("sys.stderr", Mock(**{"isatty.return_value": terminal}))
        assert count("-").tokens(O200K) == 2
    assert waited == ["standard input"]


def test_surrogates_that_stand_alone_are_replaced() -> None:
    assert plain("\ud83d") == "\ufffd"
    assert plain("\ud83d\udc4d") == "👍"
    assert plain("👍") == "👍"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    with file.open("w", encoding="utf-8") as stream:
        for _ in range(300):
            stream.write("The same words again and again, 你好，世界。\n" * 1000)
    tokens_of("loaded before")
    tracemalloc.start()
    try:
        found = count(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.texts[0].characters == 300 * 1000 * 39
    assert peak < 24 * 1024 * 1024  # of 14 MB, and the same for any length
    assert peak < file.stat().st_size


# ---- Chat messages


def lines(*records: object) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def test_each_line_with_messages_is_a_request(tmp_path: Path) -> None:
    one = {"messages": [{"role": "system", "content": "Be brief."}, HELLO]}
    batch = {"custom_id": "1", "body": {"model": "gpt-4o", "messages": [HELLO], "tools": [{"type": "function"}]}}
    found = count(write(tmp_path / "chat.jsonl", "\n" + lines(one, batch)))
    # The rule of the cookbook: 3 for each message and 1 for its role, 3 for the answer.
    assert list(found.requests[O200K]) == [3 + 2 * 4 + tokens_of("Be brief.") + 2, 3 + 4 + 2]
    assert found.texts[0].overhead == {O200K: 11 + 7}
    assert (found.texts[0].kind, found.texts[0].requests, found.not_text) == ("messages", 2, 1)
    assert list(count(tmp_path / "chat.jsonl", plain_text=True).requests[O200K]) == [tokens_of("Be brief.") + 2, 2]


def test_lines_that_are_messages_are_one_request(tmp_path: Path) -> None:
    answer = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "find", "arguments": "{}"}}]}
    picture = [{"type": "text", "text": "Hello!"}, {"type": "image_url", "image_url": {}}]
    found = count(write(tmp_path / "chat.jsonl", lines(HELLO, answer, {"role": "user", "content": picture})))
    assert list(found.requests[O200K]) == [3 + 3 * 4 + 2 + tokens_of("find") + tokens_of("{}") + 2]
    assert found.not_text == 1


def test_the_template_is_what_the_owners_counted(tmp_path: Path) -> None:
    # 129 and 124 prompt tokens, counted by OpenAI's API:
    # https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb
    said = [
        ("You are a helpful, pattern-following assistant that translates corporate jargon into plain English.", None),
        ("New synergies will help drive top-line growth.", "example_user"),
        ("Things working well together will increase revenue.", "example_assistant"),
        (
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
            "example_user",
        ),
        ("Let's talk later when we're less busy about how to do better.", "example_assistant"),
    ]
    messages = [{"role": "system", "content": text, **({"name": name} if name else {})} for text, name in said]
    last = "This late pivot means we don't have time to boil the ocean for the client deliverable."
    file = write(tmp_path / "chat.jsonl", lines({"messages": [*messages, {"role": "user", "content": last}]}))
    found = count_files([str(file)], ["cl100k_base", O200K])
    assert {name: found.tokens(name) for name in found.vocabularies} == {"cl100k_base": 129, O200K: 124}


def test_the_template_of_deepseek_is_near_what_its_api_counted(tmp_path: Path) -> None:
    # "prompt_tokens": 6 for the one message "hello" to deepseek-reasoner, on 2025-02-09, when that was R1, whose
    # template has one token more than those since V3.1:
    # https://github.com/opensolon/solon/blob/main/solon-projects/solon-ai/solon-ai/src/test/java/features/ai/DeepSeek.md
    file = write(tmp_path / "chat.jsonl", lines({"messages": [{"role": "user", "content": "hello"}]}))
    assert count_files([str(file)], ["deepseek-v3"]).tokens("deepseek-v3") == 6 - 1


@pytest.mark.parametrize(
    ("second", "line"),
    [("no json", 2), ('{"messages": []}', 2), ('\n{"messages": [{"role": "user"}]}', 3), (json.dumps(HELLO), 2)],
)
def test_a_line_that_is_none_of_them_is_named(tmp_path: Path, second: str, line: int) -> None:
    file = write(tmp_path / "chat.jsonl", f"{lines({'messages': [HELLO]})}{second}\n")
    with pytest.raises(InvalidData, match=rf"chat\.jsonl:{line}: holds no chat messages"):
        count(file)


@pytest.mark.parametrize("text", ['{"a": 1}\n', "{", "{}", '{"messages": 1}', '["Hello!"]\n', "\n\n{not json}"])
def test_other_json_is_text(tmp_path: Path, text: str) -> None:
    found = count(write(tmp_path / "some.json", text))
    assert found.texts[0].kind == "text"
    assert found.tokens(O200K) == tokens_of(text)
