"""`tokencost prices audit`: the shipped table against LiteLLM's real one, addresses, and exit statuses."""

import contextlib
import http.client
import json
import re
import shlex
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tokencost import InvalidRequest, PriceTable
from tokencost.analysis.audit.compare import audit
from tokencost.analysis.audit.readers import read_table
from tokencost.cli.prices import fetch as fetching

Run = Callable[..., Any]
DAY = date(2026, 11, 20)
LITELLM = "1.109.1"
INSIDE = "litellm/model_prices_and_context_window_backup.json"


@pytest.fixture(scope="session")
def litellm(request: pytest.FixtureRequest) -> bytes:
    """LiteLLM's table from its wheel, kept in pytest's cache after the first download of 41 MB."""
    cache = request.config.cache
    assert cache is not None
    folder = cache.mkdir(f"litellm-{LITELLM}")
    kept = folder / "prices.json"
    if not kept.exists():
        words = ("pip", "download", "--no-deps", "--only-binary=:all:", "-d", str(folder), f"litellm=={LITELLM}")
        try:
            done = subprocess.run([sys.executable, "-m", *words], capture_output=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("the wheel of litellm took too long to download")
        wheels = list(folder.glob("*.whl"))
        if done.returncode or not wheels:
            pytest.skip(f"the wheel of litellm {LITELLM} cannot be downloaded: offline?")
        with zipfile.ZipFile(wheels[0]) as wheel:
            kept.write_bytes(wheel.read(INSIDE))
        wheels[0].unlink()
    return kept.read_bytes()


def test_the_shipped_table_against_litellm(shipped: PriceTable, litellm: bytes) -> None:
    """Their table of November 2026. Whoever changes prices.toml looks at these lists again."""
    result = audit(shipped, read_table(litellm, "litellm", DAY), DAY)
    assert result.of("differs") == ()
    assert result.of("ambiguous") == ()
    here = Counter((f.model, f.detail) for f in result.of("missing here") if f.detail != "unknown model")
    assert here == {
        # A tier with free output that no source of ours describes.
        ("gpt-6-luna", "no decisions tier here"): 6,
        # "-" on the page.
        ("gpt-5.5-pro", "no rates above 272,000 input tokens here"): 4,
        ("gpt-4o-search-preview", "no such rate here"): 2,
        ("gpt-4o-mini-search-preview", "no such rate here"): 2,
        # Not on the page.
        ("gpt-5.6-cyber", "no rates above 272,000 input tokens here"): 12,
        ("gpt-4o-search-preview", "no batch tier here"): 4,
        ("gpt-4o-mini-search-preview", "no batch tier here"): 4,
        # 12-hour cache writes of these: in no other source.
        ("gpt-5.6-cyber", "no such rate here"): 1,
        ("gpt-6-rosalind", "no such rate here"): 2,
    }
    there = Counter((f.model, f.tier) for f in result.of("missing there"))
    assert there == {
        # LiteLLM has these batch rates under the names of dated snapshots, not under the moving names.
        ("gpt-3.5-turbo", "batch"): 2,
        ("gpt-4", "batch"): 2,
        ("gpt-4-turbo", "batch"): 2,
        # Batches on the page, not in LiteLLM.
        ("gpt-3.5-turbo-16k", "batch"): 2,
        ("computer-use-preview", "batch"): 2,
        ("o3-deep-research", "batch"): 2,
        ("o4-mini-deep-research", "batch"): 2,
        # Standard rates above the threshold: said in the guide to the model.
        ("gpt-5.4", "priority"): 3,
        # Of 2026-11-17; that table is of 2026-11-12.
        ("gpt-6.2-sol", "standard"): 5,
        ("gpt-6.2-astra", "standard"): 3,
        # In genai-prices alone.
        ("gpt-6-cyber", "standard"): 4,
    }
    # No price of these is in force here any more; LiteLLM keeps one.
    assert result.retired == ("deepseek-chat", "deepseek-reasoner", "deepseek-coder")
    windows = {(f.model, f.window) for f in result.of("agrees") if f.window}
    assert ("deepseek-flash", "peak") in windows
    assert ("deepseek-flash", "off-peak") in windows
    assert len(result.of("agrees")) > 900
    unknown = {f.model for f in result.of("missing here") if f.detail == "unknown model"}
    # Fine-tuned and audio models are outside of this table; DeepSeek's are names that other
    # hosts use for open weights.
    assert {name for name in unknown if name.startswith("deepseek")} == {"deepseek-r1", "deepseek-v3", "deepseek-v3.2"}


@pytest.mark.parametrize("day", ["2024-06-30", "2025-01-27", "2025-03-01", "2026-08-25", "2026-11-20"])
def test_our_export_in_the_shape_of_litellm_agrees_with_us(
    tokencost: Run, shipped: PriceTable, tmp_path: Path, day: str
) -> None:
    file = tmp_path / "litellm.json"
    assert tokencost("prices", "export", "--shape", "litellm", "--on", day, "--output", str(file)).status == 0
    on = date.fromisoformat(day)
    result = audit(shipped, read_table(file.read_bytes(), "ours", on), on)
    assert {finding.kind for finding in result.findings} == {"agrees"}
    assert result.retired == ()


OTHER = {
    "updated_at": "2026-11-19",
    "prices": [
        {"id": "o1", "vendor": "openai", "name": "o1", "input": 14, "output": 60, "input_cached": 7.5},
        {"id": "o9", "vendor": "openai", "name": "o9", "input": 1, "output": 2},
    ],
}


@pytest.fixture
def other(tmp_path: Path) -> str:
    file = tmp_path / "other.json"
    file.write_text(json.dumps(OTHER))
    return str(file)


def test_people_see_what_differs_and_programs_see_all(tokencost: Run, other: str) -> None:
    words = ("prices", "audit", "--against", other, "--on", "2026-10-20")
    outcome = tokencost(*words)
    assert outcome.status == 0
    assert outcome.out.startswith(f"llm-prices table {other}: 2 agrees, 1 differs, 0 ambiguous, 2 missing here, ")
    assert "- Models that only the table there has (1): openai/o9." in outcome.out
    rows = json.loads(tokencost(*words, "--format", "json").out)["rows"]
    assert Counter(row["finding"] for row in rows if row["model"] == "o1") == {"agrees": 2, "differs": 1}
    (row,) = [row for row in rows if row["finding"] == "differs"]
    assert (row["ours"], row["theirs"], row["newer"], row["seen"]) == (15, 14, "there", "2026-11-19")
    assert (row["source"], row["their_source"]) == ("https://developers.openai.com/api/docs/pricing", other)


def test_exit_code_and_proposals(tokencost: Run, other: str) -> None:
    words = ("prices", "audit", "--against", other, "--on", "2026-10-20")
    assert tokencost(*words, "--exit-code").status == 1
    out = tokencost(*words, "--propose").out
    assert out.startswith(
        "tokencost prices add o1 --from 2026-10-20 --input 14 --cached-input 7.50 --output 60 --source"
    )


@pytest.mark.parametrize(
    "name", ["-x", "--new", "a\nrm -rf x", "\x1b[31mred", "a\u202eb", "\ud800", "=cmd", "~x", "$(id)", "`id`", ";x", ""]
)
def test_what_is_proposed_is_safe_to_paste(tokencost: Run, tmp_path: Path, name: str) -> None:
    good = "o9 it's; $(id) `id`"
    prices = [{"id": each, "vendor": "openai", "input": 1, "output": 2} for each in (name or "-", good)]
    file = tmp_path / "it's; \x1b[31m.json"
    file.write_text(json.dumps({"prices": prices}))
    outcome = tokencost("prices", "audit", "--against", str(file), "--propose", "--on", "2026-10-20")
    assert outcome.status == 0
    assert "\x1b" not in outcome.out + outcome.err
    (line,) = outcome.out.splitlines()
    words = shlex.split(line)
    assert words[:4] == ["tokencost", "prices", "add", good]
    assert words[words.index("--source") + 1] == str(file).replace("\x1b", "\\x1b")
    assert outcome.err == f"left out, since its name cannot be part of a command: {name or '-'!r}\n"
    assert outcome.err.isascii()


def test_a_tier_with_an_odd_name_is_not_proposed(tokencost: Run, tmp_path: Path) -> None:
    file = tmp_path / "genai.json"
    variants = [{"when": {"processing": "batch,input=0"}, "prices": {"input_mtok": 1}}]
    model = {"id": "o1", "prices": {"input_mtok": 15}, "price_variants": variants}
    file.write_text(json.dumps([{"id": "openai", "models": [model]}]))
    outcome = tokencost("prices", "audit", "--against", str(file), "--propose", "--on", "2026-10-20")
    assert outcome.out == ""
    assert "cannot be part of a command: 'batch,input=0'" in outcome.err


def test_a_file_that_is_not_there_or_no_table(tokencost: Run, tmp_path: Path) -> None:
    outcome = tokencost("prices", "audit", "--against", "nowhere.json")
    assert (outcome.status, outcome.err.split("\n")[0]) == (3, "nowhere.json: no such file")
    (tmp_path / "x.json").write_text("{}")
    assert tokencost("prices", "audit", "--against", str(tmp_path / "x.json")).status == 3
    assert tokencost("prices", "audit").status == 2


class Answer(NamedTuple):
    """What a server says, and in pieces of how many bytes, with how many seconds between them."""

    content: bytes
    head: str = "HTTP/1.1 200 OK\r\n"
    piece: int = 1_000_000
    pause: float = 0.0


class Network(NamedTuple):
    """A server on this machine: what it answers to each path, and what it was asked."""

    address: str
    answers: dict[str, Answer]
    asked: list[str]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A server that is reached without TLS where https is asked for."""
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def https_open(handler: urllib.request.HTTPSHandler, request: urllib.request.Request) -> Any:
        return handler.do_open(http.client.HTTPConnection, request)

    monkeypatch.setattr(urllib.request.HTTPSHandler, "https_open", https_open)
    answers: dict[str, Answer] = {}
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline().decode()
            asked.append(line)
            while self.rfile.readline().strip():
                pass
            answer = answers.get(line.split(" ")[1], Answer(b"", "HTTP/1.1 404 Not Found\r\n"))
            length = f"Content-Length: {len(answer.content)}\r\n" if "Length" not in answer.head else ""
            content = f"{answer.head}{length}Connection: close\r\n\r\n".encode("latin-1") + answer.content
            with contextlib.suppress(OSError):
                for start in range(0, len(content), answer.piece):
                    self.wfile.write(content[start : start + answer.piece])
                    if answer.pause and closing.wait(answer.pause):
                        return

    closing = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield Network(f"https://127.0.0.1:{server.server_address[1]}", answers, asked)
        closing.set()
        server.shutdown()


def redirect(location: str) -> Answer:
    return Answer(b"", f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n")


def test_an_address_is_fetched_with_its_redirects(tokencost: Run, network: Network) -> None:
    network.answers["/x"] = redirect(f"{network.address}/y")
    network.answers["/y"] = redirect("/z")
    network.answers["/z"] = Answer(json.dumps(OTHER).encode())
    outcome = tokencost("prices", "audit", "--against", f"{network.address}/x", "--on", "2026-10-20")
    assert (outcome.status, outcome.out.split(":")[0]) == (0, "llm-prices table https")


@pytest.mark.parametrize(
    "location",
    [
        "http://b.example/y",
        "file:///etc/passwd",
        "ftp://b.example/y",
        "https://a..b/",
        "https://b.example:99999/",
        "https://b.example:x/",
        "https://[x/",
        "https://",
        "//a..b/y",
    ],
)
def test_a_redirect_leads_to_an_https_address_or_nowhere(tokencost: Run, network: Network, location: str) -> None:
    network.answers["/x"] = redirect(location)
    outcome = tokencost("prices", "audit", "--against", f"{network.address}/x")
    assert (outcome.status, outcome.out) == (2, "")
    assert re.search(r"not https|answers 302|to which this does not go|cannot be fetched", outcome.err), outcome.err


def test_redirects_without_an_end_are_left(network: Network) -> None:
    network.answers["/x"] = redirect("/x")
    with pytest.raises(InvalidRequest, match="redirect error that would lead to an infinite loop"):
        fetching.fetch(f"{network.address}/x")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"x", piece=1, pause=0.1),
        Answer(b"x" * 1000, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n", piece=100, pause=0.2),
        Answer(b"x", "HTTP/1.1 200 OK\r\n" + "".join(f"X-{n}: y\r\n" for n in range(90)), piece=10, pause=0.1),
        Answer(b"", "", pause=30, piece=1),
    ],
    ids=["slow headers", "slow body", "many headers", "silence"],
)
def test_the_limit_of_time_holds_for_the_whole(
    network: Network, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    network.answers["/x"] = answer
    monkeypatch.setattr(fetching, "LONGEST", 0.5)
    begun = time.monotonic()
    with pytest.raises(InvalidRequest, match=r"/x took longer than 0\.5 seconds|timed out"):
        fetching.fetch(f"{network.address}/x")
    assert time.monotonic() - begun < 2


def test_the_limit_of_time_holds_for_redirects_together(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        network.answers[f"/{number}"] = redirect(f"/{number + 1}")._replace(piece=40, pause=0.1)
    monkeypatch.setattr(fetching, "LONGEST", 0.5)
    with pytest.raises(InvalidRequest, match="took longer"):
        fetching.fetch(f"{network.address}/0")


def test_what_is_too_large_or_not_there_is_left(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    network.answers["/x"] = Answer(b"x" * 100)
    monkeypatch.setattr(fetching, "LARGEST", 99)
    with pytest.raises(InvalidRequest, match="is larger than"):
        fetching.fetch(f"{network.address}/x")
    with pytest.raises(InvalidRequest, match="answers 404 Not Found"):
        fetching.fetch(f"{network.address}/y")


@pytest.mark.parametrize(
    "head", ["", "nonsense\r\n", "HTTP/1.1 999999 x\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n"]
)
def test_a_server_that_talks_nonsense_is_left(tokencost: Run, network: Network, head: str) -> None:
    network.answers["/x"] = Answer(b"\xff\x00", head)
    assert tokencost("prices", "audit", "--against", f"{network.address}/x").status in (2, 3)


def test_a_proxy_of_the_environment_is_used(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("https_proxy", network.address.replace("https", "http"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidRequest, match="cannot be fetched: Tunnel connection failed: 404"):
        fetching.fetch("https://tables.example/x")
    assert network.asked[0].startswith("CONNECT tables.example:443 ")


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example/x",
        "file:///etc/passwd",
        "ftp://x/y",
        "https://",
        "https:///x",
        "https://[x/",
        "https://a..b/",
        f"https://{'a' * 64}.example/",
        "https://a.example:99999/x",
        "https://a.example:x/x",
        "https://a.example/é",
        "https://é.example/",
        "https://a.example/a b",
        "https://a.example/\n",
        "https://a.example/\udcff",
    ],
)
def test_what_is_no_https_address_is_refused(tokencost: Run, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def connected(*_: object, **__: object) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(socket, "create_connection", connected)
    outcome = tokencost("prices", "audit", "--against", address)
    assert (outcome.status, outcome.out) == (2, "")
    assert re.search(r"is (not an|no) https address.*\n  hint: ", outcome.err)
