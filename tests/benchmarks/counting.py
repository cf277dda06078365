"""How long counting takes, beside the same libraries called with the whole text.

python tests/benchmarks/counting.py [MEGABYTES]

Also how much memory a file of that many megabytes takes, 100 if none are named.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tokencost.counting.count import count_files
from tokencost.counting.vocabularies import load_vocabulary

MEGABYTES = 10
LONG = 100
ROUNDS = 3
COMMAND = [sys.executable, "-m", "tokencost", "count"]
VOCABULARIES = ("o200k_base", "deepseek-v3")
ROOT = Path(__file__).parent.parent.parent
MIXED = (
    (ROOT / "README.md").read_text(encoding="utf-8")
    + (ROOT / "prices.toml").read_text(encoding="utf-8")
    + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tokencost").rglob("*.py")))
    + "每個詞元的價格會誤導人，因為同一段文字在不同模型上的詞元數量並不相同。价格表里的数字并不是全部。\n" * 2000
    + "Цена за токен вводит в заблуждение: один и тот же текст у разных моделей разной длины.\n" * 1000
)


def best(run: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    print("$ python tests/benchmarks/counting.py")
    long = int(sys.argv[1]) if len(sys.argv) > 1 else LONG
    content = MIXED.encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mixed.txt")
        for megabytes in (MEGABYTES, long):
            with file.open("wb") as stream:
                for _ in range(megabytes * 10**6 // len(content) + 1):
                    stream.write(content)
            start = time.perf_counter()
            subprocess.run([*COMMAND, str(file), "deepseek-v4-pro", "gpt-5"], check=True, stdout=subprocess.DEVNULL)
            # The most of any child so far, and of this process when it began one: so before anything is loaded here.
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"a file of {megabytes:,} MB: {time.perf_counter() - start:.0f} s, at most {most:,} MB of memory")
        file.write_bytes((content * (MEGABYTES * 10**6 // len(content) + 1))[: MEGABYTES * 10**6])
        text = file.read_bytes().decode("utf-8", "replace")
        directly, ours = 0.0, 0.0
        for name in VOCABULARIES:
            count = load_vocabulary(name)
            alone = best(lambda count=count: count([text]))  # type: ignore[misc]
            streamed = best(lambda name=name: count_files([str(file)], [name]))  # type: ignore[misc]
            print(
                f"{name}: {MEGABYTES / alone:.1f} MB a second called directly, {MEGABYTES / streamed:.1f} from the file"
            )
            directly, ours = directly + alone, ours + streamed
        print(f"both, {MEGABYTES} MB: {ours:.2f} s, {ours / directly:.2f} x the libraries themselves (at most 3)")


if __name__ == "__main__":
    main()
