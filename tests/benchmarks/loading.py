"""How loading grows: a table ten times as long against the shipped one.

python tests/benchmarks/loading.py
"""

import re
import time
from pathlib import Path

from tokencost import parse_prices

ROUNDS = 15
TIMES = 10
SHIPPED = Path(__file__).parent.parent.parent / "prices.toml"


def longer(text: str, times: int) -> str:
    """The table with all of its models repeated under other names."""
    head, bar, models = text.partition("\n[models.")
    models = bar + models
    copies = []
    for n in range(1, times):
        renamed = re.sub(r'models\."?([\w.:-]+?)"?(\.prices|\])', rf'models."\1-{n}"\2', models)
        copies.append(re.sub(r"^aliases = \[[^\]]*\]", "", renamed, flags=re.MULTILINE))
    return head + models + "".join(copies)


def seconds(content: bytes, number: int) -> float:
    """One load from bytes to the checked table; the same bytes would not be read a second time."""
    content += f"\n# {number}\n".encode()
    start = time.perf_counter()
    parse_prices(content)
    return time.perf_counter() - start


def main() -> None:
    print("$ python tests/benchmarks/loading.py")
    text = SHIPPED.read_text(encoding="utf-8")
    once, ten = text.encode(), longer(text, TIMES).encode()
    pairs = [(seconds(once, number), seconds(ten, number)) for number in range(ROUNDS)]
    short, long = (min(times) for times in zip(*pairs, strict=True))
    print(
        f"{len(once):,} bytes: {short * 1000:.1f} ms; {len(ten):,} bytes: {long * 1000:.1f} ms; "
        f"{long / short:.1f} x the time for {len(ten) / len(once):.1f} x the length (at most 12)"
    )


if __name__ == "__main__":
    main()
