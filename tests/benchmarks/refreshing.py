"""How long `tokencost refresh` takes for a text with 200 blocks, as a ratio to one `tokencost compare`.

    python tests/benchmarks/refreshing.py

Whole processes, warm, run in turn so that a noisy machine slows both sides; the fastest of each is taken. Also a text
whose one line has 10 MB, of signs that lead a careless search to look at it again and again, as a ratio to one of plain
words: both are read once.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 10
BLOCKS = 200
LIMIT = 5
LINE = 10_000_000
LONG_LIMIT = 10
TOKENCOST = [sys.executable, "-m", "tokencost"]


def blocks(old: str) -> str:
    """A text of 200 answers, ten different ones."""
    return "".join(
        f"## {number}\n\n<!-- tokencost compare deepseek-reasoner o1 --on 2025-01-{21 + number % 10} -->\n{old}\n"
        "<!-- /tokencost -->\n\n"
        for number in range(BLOCKS)
    )


def seconds(command: Sequence[str]) -> float:
    """One run, with its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "report.md"
        ours, theirs = [], []
        for _ in range(ROUNDS):
            text.write_text(blocks("old"), encoding="utf-8")
            ours.append(seconds([*TOKENCOST, "refresh", str(text)]))
            theirs.append(seconds([*TOKENCOST, "compare"]))
        ratio = min(ours) / min(theirs)
        print(f"{BLOCKS} blocks: {min(ours) * 1000:.0f} ms, {ratio:.2f} x `tokencost compare` (at most {LIMIT})")
        plain = Path(folder) / "plain.md"
        plain.write_text("tokencost " + "word " * (LINE // 5), encoding="utf-8")
        for unit in ("`` ` ", "<!-- ", "<!-- a --> x ", "> - ", "    "):
            text.write_text("tokencost\n" + unit * (LINE // len(unit)) + "\n", encoding="utf-8")
            took = min(seconds([*TOKENCOST, "refresh", str(text)]) for _ in range(3))
            ratio = took / min(seconds([*TOKENCOST, "refresh", str(plain)]) for _ in range(3))
            print(f"10 MB of {unit!r}: {took * 1000:.0f} ms, {ratio:.2f} x plain words (at most {LONG_LIMIT})")


if __name__ == "__main__":
    main()
