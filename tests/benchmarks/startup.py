"""How long the command takes to start, as a ratio to importing the libraries it stands on.

    python tests/benchmarks/startup.py

Whole processes, warm, run in turn so that a noisy machine slows both sides; the fastest of each is taken.
"""

import subprocess
import sys
import time
from collections.abc import Sequence

ROUNDS = 30
LIBRARIES = "import click, rich.console, rich.table, pydantic, tomli"
CLICK = "import click"
TOKENCOST = [sys.executable, "-m", "tokencost"]
LIMITS: list[tuple[str, list[str], str, float]] = [
    ("tokencost compare", [*TOKENCOST, "compare"], LIBRARIES, 1.4),
    ("tokencost --help", [*TOKENCOST, "--help"], CLICK, 1.5),
    ("tokencost --version", [*TOKENCOST, "--version"], CLICK, 1.5),
]


def seconds(command: Sequence[str]) -> float:
    """One run, with its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    print("$ python tests/benchmarks/startup.py")
    for name, command, reference, limit in LIMITS:
        against = [sys.executable, "-c", reference]
        pairs = [(seconds(command), seconds(against)) for _ in range(ROUNDS)]
        ours, theirs = (min(times) for times in zip(*pairs, strict=True))
        print(f"{name}: {ours * 1000:.0f} ms, {ours / theirs:.2f} x `python -c {reference!r}` (at most {limit})")


if __name__ == "__main__":
    main()
