"""`tokencost prices audit`: the shipped table against LiteLLM's real one, addresses, and exit statuses."""

import email.message
import io
import json
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tokencost import PriceTable, UsageError
from tokencost.analysis.audit.compare import audit
from tokencost.analysis.audit.recognise import read_table
from tokencost.cli import fetch as fetching

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
        # The plain price once more, without the discount of a batch: not taken over without another source.
        ("gpt-3.5-turbo-1106", "no batch tier here"): 2,
    }
    there = Counter((f.model, f.tier) for f in result.of("missing there"))
    assert there == {
        # LiteLLM has these batch rates under the names of dated snapshots, not under the moving names.
        ("gpt-3.5-turbo", "batch"): 2,
        ("gpt-4", "batch"): 2,
        ("gpt-4-turbo", "batch"): 2,
        # Not in LiteLLM; here its last price has no end.
        ("chatgpt-4o-latest", "standard"): 2,
    }
    # No price of these is in force here any more; LiteLLM keeps one.
    assert result.retired == ("deepseek-chat", "deepseek-reasoner", "deepseek-coder")
    windows = {(f.model, f.window) for f in result.of("agrees") if f.window}
    assert ("deepseek-flash", "peak") in windows
    assert ("deepseek-flash", "off-peak") in windows
    assert len(result.of("agrees")) > 900
    unknown = {f.model for f in result.of("missing here") if f.detail == "unknown model"}
    # Fine-tuned, audio, search and research models are outside of this table; DeepSeek's are names that other
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
    assert (row["source"], row["their_source"]) == ("https://openai.com/api/pricing/", other)


def test_exit_code_and_proposals(tokencost: Run, other: str) -> None:
    words = ("prices", "audit", "--against", other, "--on", "2026-10-20")
    assert tokencost(*words, "--exit-code").status == 1
    out = tokencost(*words, "--propose").out
    assert out.startswith(
        "tokencost prices add o1 --from 2026-10-20 --input 14 --cached-input 7.50 --output 60 --source"
    )


def test_a_file_that_is_not_there_or_no_table(tokencost: Run, tmp_path: Path) -> None:
    outcome = tokencost("prices", "audit", "--against", "nowhere.json")
    assert (outcome.status, outcome.err.split("\n")[0]) == (3, "nowhere.json:1: no such file")
    (tmp_path / "x.json").write_text("{}")
    assert tokencost("prices", "audit", "--against", str(tmp_path / "x.json")).status == 3
    assert tokencost("prices", "audit").status == 2


class Response(io.BytesIO):
    """What the network answers."""

    def __init__(self, content: bytes, status: int = 200, location: str = "") -> None:
        super().__init__(content)
        self.status = self.code = status
        self.msg = self.reason = "stub"
        self.headers = email.message.Message()
        if location:
            self.headers["Location"] = location

    def info(self) -> email.message.Message:
        return self.headers


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> dict[str, Response]:
    """Answers by address, in place of connections."""
    answers: dict[str, Response] = {}

    def https_open(_self: object, request: urllib.request.Request) -> Response:
        return answers[request.full_url]

    monkeypatch.setattr("tokencost.cli.fetch._PublicHttpsHandler.https_open", https_open)
    return answers


def test_an_address_is_fetched_with_its_redirects(tokencost: Run, network: dict[str, Response]) -> None:
    network["https://a.example/x"] = Response(b"", 302, "https://b.example/y")
    network["https://b.example/y"] = Response(json.dumps(OTHER).encode())
    outcome = tokencost("prices", "audit", "--against", "https://a.example/x", "--on", "2026-10-20")
    assert (outcome.status, outcome.out.split(":")[0]) == (0, "llm-prices table https")


@pytest.mark.parametrize("location", ["http://b.example/y", "file:///etc/passwd", "ftp://b.example/y"])
def test_a_redirect_stays_on_https(network: dict[str, Response], location: str) -> None:
    network["https://a.example/x"] = Response(b"", 302, location)
    with pytest.raises(UsageError, match=r"not https|answers 302"):
        fetching.fetch("https://a.example/x")


def test_what_is_too_large_or_too_slow_is_left(network: dict[str, Response], monkeypatch: pytest.MonkeyPatch) -> None:
    network["https://a.example/x"] = Response(b"x" * 100)
    monkeypatch.setattr(fetching, "LARGEST", 99)
    with pytest.raises(UsageError, match="is larger than"):
        fetching.fetch("https://a.example/x")
    network["https://a.example/x"] = Response(b"x")
    monkeypatch.setattr(fetching, "LONGEST", -1.0)
    with pytest.raises(UsageError, match="took longer"):
        fetching.fetch("https://a.example/x")
    network["https://a.example/x"] = Response(b"", 404)
    with pytest.raises(UsageError, match="answers 404"):
        fetching.fetch("https://a.example/x")


@pytest.mark.parametrize(
    "address", ["http://a.example/x", "file:///etc/passwd", "ftp://x/y", "https://", "https://[x/"]
)
def test_only_https_is_fetched(tokencost: Run, address: str) -> None:
    outcome = tokencost("prices", "audit", "--against", address)
    assert (outcome.status, outcome.out) == (2, "")
    assert "https" in outcome.err


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
    ],
)
def test_no_private_address_is_reached(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def resolved(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    def connected(*_: object, **__: object) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(UsageError, match="no public address"):
        fetching.fetch("https://innocent.example/prices.json")


def test_an_address_that_changes_between_look_up_and_connection_is_not_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Connected:
        closed = False

        def getpeername(self) -> tuple[str, int]:
            return "10.0.0.1", 443

        def close(self) -> None:
            Connected.closed = True

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: Connected())
    with pytest.raises(UsageError, match=r"10\.0\.0\.1, which is no public address"):
        fetching.fetch("https://innocent.example/prices.json")
    assert Connected.closed
