"""Pricing a folder of Codex sessions against ccusage on the same folder: time, memory, and the tokens that both count.

    python tests/benchmarks/sessions.py [--size MB] [--ccusage PROGRAM]

Nearly all of the folder are long lines that hold no usage, as in real sessions. PROGRAM is the native binary of
ccusage, of the npm package `@ccusage/ccusage-linux-x64`; without it only our own time is shown. In the folder no call
is recorded again, as the two do not agree on which of such events repeat a call; one fork would be counted otherwise.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROUNDS = 3
FILE_SIZE = 4_000_000
SEED = 7
TOOLS = 0.75
"""So many of the long lines are outputs of tools; the others are events."""
START = datetime(2026, 10, 1, 8, tzinfo=UTC)
TOKENCOST = [sys.executable, "-m", "tokencost", "usage", "codex", "--by", "model,day", "--format", "json"]


def lines_of_session(draw: random.Random, number: int, size: int) -> Iterator[str]:
    """About so many bytes of a session: answers and outputs of tools of 1 to 40 KB, and a call after some of them."""
    when = START + timedelta(minutes=13 * number)
    cwd = f"/home/someone/project-{number % 7}"

    def write(kind: str, payload: object) -> str:
        nonlocal when
        when += timedelta(milliseconds=draw.randint(200, 9_000))
        stamp = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"timestamp": stamp, "type": kind, "payload": payload}, separators=(",", ":")) + "\n"

    yield write("session_meta", {"id": f"session-{number}", "timestamp": when.isoformat(), "cwd": cwd})
    yield write("turn_context", {"cwd": cwd, "model": draw.choice(("gpt-5.1-codex", "gpt-5"))})
    total = dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens"), 0)
    text = "".join(draw.choices('abcdefghij \n"\\', k=40_000))
    written = 0
    while written < size:
        for _ in range(draw.randint(1, 4)):
            output = text[: draw.randint(1_000, 40_000)]
            line = write(
                "response_item", {"type": "function_call_output", "call_id": f"call-{written}", "output": output}
            )
            written += len(line)
            yield line
        last = {"input_tokens": draw.randint(2_000, 90_000), "output_tokens": draw.randint(20, 3_000)}
        last["cached_input_tokens"] = draw.randint(0, last["input_tokens"])
        last["reasoning_output_tokens"] = draw.randint(0, last["output_tokens"])
        total = {name: count + last[name] for name, count in total.items()}
        info = {
            "total_token_usage": {**total, "total_tokens": total["input_tokens"] + total["output_tokens"]},
            "last_token_usage": {**last, "total_tokens": last["input_tokens"] + last["output_tokens"]},
            "model_context_window": 272_000,
        }
        yield write("event_msg", {"type": "token_count", "info": info, "rate_limits": {"primary": None}})


def generate(home: Path, megabytes: int) -> int:
    """The folder of Codex; the number of bytes in it."""
    draw = random.Random(SEED)  # noqa: S311  # the same folder each time
    size = number = 0
    while size < megabytes * 1_000_000:
        folder = home / "sessions" / "2026" / "10" / f"{1 + number % 28:02}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"rollout-2026-10-01T08-00-00-{number:08}.jsonl"
        path.write_text("".join(lines_of_session(draw, number, FILE_SIZE)))
        size += path.stat().st_size
        number += 1
    return size


def run(command: list[str], home: Path) -> tuple[float, int, str]:
    """Seconds, the peak of memory in MB, and what was printed."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env={**os.environ, "CODEX_HOME": str(home)})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            raise SystemExit(f"{command} ended with {status}")
        output.seek(0)
        return seconds, usage.ru_maxrss // 1024, output.read()


def count_ours(text: str) -> tuple[int, int, int]:
    """Input, cached input and output that we counted."""
    rows = json.loads(text)["rows"]
    names = ("input_tokens", "cached_input_tokens", "output_tokens")
    one, two, three = (sum(row[name] for row in rows) for name in names)
    return one, two, three


def count_theirs(text: str) -> tuple[int, int, int]:
    """The same of ccusage, whose input is without cached input."""
    totals = json.loads(text)["totals"]
    cached = totals.get("cacheReadTokens", totals.get("cachedInputTokens", 0))
    uncached = totals["inputTokens"] - (cached if "cachedInputTokens" in totals else 0)
    return uncached + cached, cached, totals["outputTokens"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=200, help="megabytes of sessions")
    parser.add_argument("--ccusage", help="the native binary of ccusage")
    asked = parser.parse_args()
    commands = {"tokencost": TOKENCOST}
    if asked.ccusage:
        commands["ccusage"] = [asked.ccusage, "codex", "daily", "--json", "--offline"]
    with tempfile.TemporaryDirectory() as folder:
        size = generate(Path(folder), asked.size)
        rounds = [{name: run(command, Path(folder)) for name, command in commands.items()} for _ in range(ROUNDS)]
        best = {name: min(each[name][0] for each in rounds) for name in commands}
        for name, seconds in best.items():
            memory = max(each[name][1] for each in rounds)
            print(f"{name}: {size / 1e6:.0f} MB in {seconds:.2f} s, {size / 1e6 / seconds:.0f} MB/s, peak {memory} MB")
        if asked.ccusage:
            ours, theirs = count_ours(rounds[0]["tokencost"][2]), count_theirs(rounds[0]["ccusage"][2])
            print(f"{best['tokencost'] / best['ccusage']:.2f} x the time of ccusage (at most 1)")
            print(f"tokens (input, cached, output): {'equal' if ours == theirs else 'they differ:'} {ours} {theirs}")


if __name__ == "__main__":
    main()
