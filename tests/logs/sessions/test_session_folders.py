"""Where sessions are found: by the word of a tool, by its folder, and by their lines."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable
from tokencost.cli import run
from tokencost.errors import InvalidRequest
from tokencost.logs.usage import Usage, usage

CODEX = (
    '{"timestamp":"2026-11-01T10:00:00Z","type":"session_meta","payload":{"id":"%s","cwd":"/work"}}\n'
    '{"timestamp":"2026-11-01T10:00:01Z","type":"turn_context","payload":{"model":"gpt-5"}}\n'
    '{"timestamp":"2026-11-01T10:00:02Z","type":"event_msg","payload":{"type":"token_count","info":{"last_token_usage":'
    '{"input_tokens":10,"output_tokens":1}}}}\n'
)
CLAUDE = (
    '{"type":"assistant","timestamp":"2026-11-01T10:00:02Z","sessionId":"S","requestId":"%s","message":{"id":"%s",'
    '"model":"deepseek-flash","usage":{"input_tokens":10,"output_tokens":1}}}\n'
)
CHAT = '{"created": 1740830400, "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 1}}\n'


VARIABLES = ("OPENCODE_DATA_DIR", "LLM_USER_PATH", "CLINE_DATA_DIR")
MESSAGE = (
    '{"id":"%s","sessionID":"s","role":"assistant","modelID":"gpt-5","providerID":"openai","time":{"created":'
    '1772366391000},"tokens":{"input":10,"output":1,"reasoning":0,"cache":{"read":0,"write":0}}}'
)
TASK = (
    '[{"ts":1762000001000,"type":"say","say":"api_req_started","text":"{\\"tokensIn\\":10,\\"tokensOut\\":%s}",'
    '"modelInfo":{"providerId":"openai-native","modelId":"gpt-5"}}]'
)


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own folder, and an empty one to work in."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CODEX_HOME", "CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", *VARIABLES):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


@pytest.fixture
def codex(home: Path) -> Path:
    """The folder of Codex, with an archived session and files that are no sessions."""
    put(home / ".codex/sessions/2026/11/01/rollout-1.jsonl", CODEX % "A")
    put(home / ".codex/archived_sessions/rollout-2.jsonl", CODEX % "B")
    put(home / ".codex/history.jsonl", '{"session_id":"A","ts":1,"text":"no log"}\n')
    put(home / ".codex/auth.json", '{"tokens": null}')
    return home / ".codex"


@pytest.fixture
def claude(home: Path) -> Path:
    put(home / ".claude/projects/-srv/S.jsonl", CLAUDE % ("r1", "m1"))
    put(home / ".claude/projects/-srv/S/subagents/agent-1.jsonl", CLAUDE % ("r2", "m2"))
    put(home / ".claude/history.jsonl", '{"display": "no log"}\n')
    return home / ".claude"


def requests(result: Usage) -> int:
    assert result.complete
    assert result.empty == ()
    return result.requests


@pytest.mark.usefixtures("claude")
def test_a_folder_of_that_name_goes_before_a_word_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["usage", "claude"]) == 0
    assert "note:" not in capsys.readouterr().err
    put(tmp_path / "claude" / "log.csv", "model,time,input_tokens,output_tokens\no1,2025-01-27T00:00:00Z,1000,0\n")
    assert run(["usage", "claude"]) == 0
    printed = capsys.readouterr()
    assert "1 request " in printed.out
    assert "claude is a file or folder here, and was read; the sessions of Claude Code are elsewhere" in printed.err


@pytest.mark.usefixtures("codex", "claude")
def test_a_word_stands_for_the_usual_folders(shipped: PriceTable) -> None:
    assert requests(usage(shipped, "codex")) == 2
    assert requests(usage(shipped, "claude")) == 2
    both = usage(shipped, ["codex", "claude"], by="model", as_models="deepseek-flash")
    assert {row.group[0]: row.tokens.requests for row in both.rows} == {"gpt-5": 2, "deepseek-flash": 2}


def test_a_folder_of_a_tool_is_read_as_its_sessions_alone(shipped: PriceTable, codex: Path, claude: Path) -> None:
    assert requests(usage(shipped, [str(codex), str(claude)])) == 4
    moved = claude.rename(claude.parent / "elsewhere")
    assert requests(usage(shipped, str(moved))) == 2
    assert requests(usage(shipped, [str(codex), "codex", str(codex / "sessions")])) == 2


def test_named_files_are_recognised_by_their_lines(shipped: PriceTable, codex: Path, claude: Path) -> None:
    mixed = put(Path("chat.jsonl"), CHAT)
    files = [*codex.glob("*/rollout-2.jsonl"), *claude.glob("projects/*/S.jsonl"), mixed]
    assert requests(usage(shipped, files)) == 3
    assert requests(usage(shipped, str(claude / "projects"))) == 2


def test_the_variables_name_other_folders(
    shipped: PriceTable, codex: Path, claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = claude.rename(claude.parent / "one")
    put(claude.parent / "two/projects/x/T.jsonl", CLAUDE % ("r3", "m3"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{other}, {claude.parent / 'two'}")
    assert requests(usage(shipped, "claude")) == 3
    monkeypatch.setenv("CODEX_HOME", str(codex.rename(codex.parent / "other")))
    assert requests(usage(shipped, "codex")) == 2


@pytest.mark.usefixtures("claude")
def test_the_settings_folder_of_the_user_is_looked_at_too(shipped: PriceTable, home: Path) -> None:
    put(home / ".config/claude/projects/x/T.jsonl", CLAUDE % ("r3", "m3"))
    assert requests(usage(shipped, "claude")) == 3


@pytest.mark.parametrize(
    ("word", "variable", "where"), [("codex", "CODEX_HOME", ".codex"), ("claude", "CLAUDE_CONFIG_DIR", ".claude")]
)
def test_without_sessions_the_error_names_the_folder_and_the_variable(
    shipped: PriceTable, home: Path, monkeypatch: pytest.MonkeyPatch, word: str, variable: str, where: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        usage(shipped, word)
    assert str(home / where) in str(caught.value)
    assert variable in str(caught.value.hint)
    monkeypatch.setenv(variable, "/nowhere/at/all")
    with pytest.raises(InvalidRequest) as caught:
        usage(shipped, word)
    assert "/nowhere/at/all" in str(caught.value)
    assert f"{variable} says so" in str(caught.value.hint)
    assert str(home) not in str(caught.value)


@pytest.mark.usefixtures("codex")
def test_a_file_of_that_name_is_that_file(shipped: PriceTable) -> None:
    put(Path("codex"), CHAT + CHAT + CHAT)
    assert requests(usage(shipped, "codex")) == 3
    assert requests(usage(shipped, ["codex", "./codex"])) == 3


def test_other_folders_of_that_form_are_read_whole(shipped: PriceTable, home: Path) -> None:
    put(home / "logs/sessions/a.jsonl", CHAT)
    put(home / "logs/projects/a.jsonl", CHAT)
    put(home / "logs/b.jsonl", CHAT)
    put(home / "logs/sessions/rollout-1.jsonl", CODEX % "A")
    assert requests(usage(shipped, str(home / "logs"))) == 4
    put(home / "logs/config.toml", "")
    assert requests(usage(shipped, str(home / "logs"))) == 1


OF_WORDS = {
    "opencode": (".local/share/opencode/storage/message/ses_1/msg_1.json", MESSAGE % 1),
    "llm": (".config/io.datasette.llm/logs.db", ""),
    "cline": (".config/Code/User/globalStorage/saoudrizwan.claude-dev/tasks/1/ui_messages.json", TASK % 1),
    "roo": (".config/Cursor/User/globalStorage/rooveterinaryinc.roo-cline/tasks/1/ui_messages.json", TASK % 2),
}


@pytest.mark.parametrize("word", OF_WORDS)
def test_other_words_stand_for_what_those_programs_store(shipped: PriceTable, home: Path, word: str) -> None:
    with pytest.raises(InvalidRequest, match="there are no sessions of") as caught:
        usage(shipped, word)
    assert "name the folder" in str(caught.value.hint)
    name, text = OF_WORDS[word]
    path = put(home / name, text)
    if not text:
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE turns (id, model, datetime_utc, input_tokens, output_tokens)")
            connection.execute("INSERT INTO turns VALUES ('a', 'gpt-5', '2026-03-01', 10, 1)")
            connection.commit()
    assert requests(usage(shipped, word)) == 1
    both = usage(shipped, [word, str(path)])
    assert (requests(both), both.repeats) == (1, 0)


@pytest.mark.parametrize("variable", ["OPENCODE_DATA_DIR", "XDG_DATA_HOME"])
def test_the_folder_of_opencode_can_lie_elsewhere(
    shipped: PriceTable, home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    put(home / ".local/share/opencode/storage/message/ses_1/msg_1.json", MESSAGE % 1)
    for number in (2, 3):
        put(home / f"data/opencode/storage/message/ses_1/msg_{number}.json", MESSAGE % number)
    put(home / "data/opencode/storage/part/msg_2/prt_1.json", '{"tokens": {"input": 5}}')
    monkeypatch.setenv(variable, str(home / "data" / ("opencode" if variable.startswith("OPENCODE") else "")))
    assert requests(usage(shipped, "opencode")) == 2
    folder = home / "data/opencode"
    for named in (folder, folder / "storage", folder / "storage/message", folder / "storage/message/ses_1"):
        assert requests(usage(shipped, str(named))) == 2


def test_compressed_sessions_are_read(shipped: PriceTable, home: Path, zstd: Callable[[bytes], bytes]) -> None:
    file = put(home / ".codex/archived_sessions/rollout-2.jsonl.zst", "")
    file.write_bytes(zstd((CODEX % "A").encode()))
    assert requests(usage(shipped, "codex")) == 1
    assert requests(usage(shipped, file)) == 1


def test_sessions_without_a_call_are_said_once(shipped: PriceTable, home: Path) -> None:
    for name in "AB":
        put(home / f".codex/sessions/2026/rollout-{name}.jsonl", (CODEX % name).split("\n")[0] + "\n")
    result = usage(shipped, "codex")
    assert (result.read, result.empty) == (0, (str(home / ".codex/sessions/2026"),))


@pytest.mark.parametrize("name", ["codex", "{codex}", "{codex}/sessions/2026/11/01/rollout-1.jsonl"])
def test_other_engines_say_that_they_cannot(shipped: PriceTable, codex: Path, name: str) -> None:
    with pytest.raises(InvalidRequest, match="sessions of Codex CLI are read by the embedded engine alone") as caught:
        usage(shipped, name.format(codex=codex), engine="spark")
    assert caught.value.hint == "leave out --engine spark"


@pytest.mark.parametrize("shape", ["codex", "claude"])
def test_no_query_is_printed_for_sessions(capsys: pytest.CaptureFixture[str], shape: str) -> None:
    assert run(["usage", "--print-sql", "postgres", "--table", "t", "--shape", shape]) == 2
    said = capsys.readouterr().err
    assert "no query of rows prices them" in said
    assert f"tokencost usage {shape} --by" in said


@pytest.mark.usefixtures("codex")
def test_the_answer_says_how_many_repeats_were_left_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(home / ".codex/archived_sessions/rollout-1.jsonl", CODEX % "A")

    def answer(*options: str) -> dict[str, Any]:
        assert run(["usage", "codex", "--by", "day,session,project", "--format", "json", *options]) == 0
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    once, kept = answer(), answer("--keep-repeats")
    assert (once["repeats"], once["read"], kept["repeats"], kept["read"]) == (1, 3, 0, 3)
    assert once["notes"] == ["1 repeat of a call was left out; --keep-repeats counts them."]
    assert [(row["day"], row["session"], row["project"]) for row in once["rows"]] == [
        ("2026-11-01", "A", "/work"), ("2026-11-01", "B", "/work"),
    ]  # fmt: skip
