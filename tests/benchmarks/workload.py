"""How long a large `tokencost workload` takes, as a ratio to `tokencost compare`.

    python tests/benchmarks/workload.py

Ten workloads, each at hours of its own, on ten models over 36 months. Whole processes, warm, run in turn so that a
noisy machine slows both sides; the fastest of each is taken.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 15
LIMIT = 2
TOKENCOST = [sys.executable, "-m", "tokencost"]
MODELS = """\
models = ["deepseek-flash", "deepseek-v4-pro", "gpt-5.4", "gpt-5.5", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna",
  "gpt-6-luna", "gpt-4o"]
against = "gpt-6.1-sol"
start = "2026-12"
months = 36
"""
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "UTC")


def workloads() -> str:
    """Ten of them: no two arrive at the same hours."""
    text = MODELS
    for number in range(10):
        text += f"""
[workloads.w{number}]
requests = {1000 * (number + 1)}
input = {1000 + number}
output = 350
cached = 0.55
growth = 0.02
days = ["mon", "tue", "wed", "thu", "fri"]
hours = ["{number:02d}:00-{number + 9:02d}:30"]
zone = "{ZONES[number % len(ZONES)]}"
"""
    return text


def seconds(command: Sequence[str]) -> float:
    """One run, with its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "workload.toml"
        spec.write_text(workloads(), encoding="utf-8")
        reference = [*TOKENCOST, "compare"]
        for form in ("table", "json"):
            command = [*TOKENCOST, "workload", str(spec), "--format", form]
            pairs = [(seconds(command), seconds(reference)) for _ in range(ROUNDS)]
            ours, theirs = (min(times) for times in zip(*pairs, strict=True))
            limit = f" (at most {LIMIT})" if form == "table" else ""
            print(f"{form}: {ours * 1000:.0f} ms, {ours / theirs:.2f} x `tokencost compare`{limit}")


if __name__ == "__main__":
    main()
