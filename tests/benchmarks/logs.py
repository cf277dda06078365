"""Pricing logs against plain DuckDB on the same fields: time, memory, and how both grow.

    python tests/benchmarks/logs.py [MILLIONS]
    python tests/benchmarks/logs.py growth

`growth` prices logs of 1, 5 and 20 million rows, which needs 6 GB of disk for a while.
Each run is a process of its own, taken in turn with its reference; the fastest of each is compared.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROUNDS = 3
GROUPS = 100_000
MODELS = ("gpt-4o", "gpt-4o-mini", "o1", "deepseek-chat", "deepseek-reasoner")
START = 1_740_800_000
SPAN = 15_000_000
"""Seconds over which the requests are spread, about half a year."""
PLAIN = """
import duckdb, sys
path = sys.argv[1]
columns = {
  "created": "BIGINT", "model": "VARCHAR",
  "usage": "STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, "
  "prompt_tokens_details STRUCT(cached_tokens BIGINT))",
}
source = f"'{path}'"
if path.endswith("jsonl"):
    source = f"read_json({source}, format='newline_delimited', columns={columns})"
print(len(duckdb.sql("SELECT model, CAST(make_timestamp(created * 1000000) AS DATE) AS day, count(*), "
  "sum(usage.prompt_tokens), sum(usage.prompt_tokens_details.cached_tokens), sum(usage.completion_tokens) "
  f"FROM {source} GROUP BY ALL").fetchall()))
"""
TOKENCOST = [sys.executable, "-m", "tokencost", "usage", "--by", "model,day", "--format", "csv"]
CALCULATED = 20_000
GROWING = (1, 5, 20)
"""Millions of rows."""


def generate(path: Path, lines: int) -> None:
    """Chat Completions objects of about 280 bytes, their times in no order; Parquet where the suffix says so."""
    query = f"""
        SELECT 'chatcmpl-' || lpad(i::VARCHAR, 12, '0') AS id, 'chat.completion' AS object,
          {START} + (hash(i + 4) % {SPAN})::BIGINT AS created,
          {list(MODELS)}[1 + (hash(i) % {len(MODELS)})::INTEGER] AS model,
          [{{'message': {{'content': 'ok'}}}}] AS choices,
          {{'prompt_tokens': 10 + hash(i + 1) % 20000, 'completion_tokens': 1 + hash(i + 2) % 2000,
            'prompt_tokens_details': {{'cached_tokens': (10 + hash(i + 1) % 20000) // (1 + hash(i + 3) % 4)}}
           }} AS usage,
          'default' AS service_tier, 'u' || (i % {GROUPS})::VARCHAR AS user
        FROM range({lines}) AS t(i)
    """
    form = "PARQUET" if path.suffix == ".parquet" else "JSON"
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT {form})")


def run(command: Sequence[str]) -> tuple[float, int]:
    """Seconds, and the peak of memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def best(*commands: Sequence[str]) -> list[tuple[float, int]]:
    """The fastest of several rounds of each, in turn, with the largest memory."""
    rounds = [[run(command) for command in commands] for _ in range(ROUNDS)]
    return [(min(t for t, _ in each), max(m for _, m in each)) for each in zip(*rounds, strict=True)]


def calculated_per_second() -> float:
    """Requests that genai_prices prices in a second."""
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=1_000, cache_read_tokens=500, output_tokens=300)
    when = datetime.fromtimestamp(START, UTC)
    start = time.perf_counter()
    for place in range(CALCULATED):
        provider = "openai" if place % 5 < 3 else "deepseek"
        calc_price(usage, MODELS[place % 5], provider_id=provider, genai_request_timestamp=when)
    return CALCULATED / (time.perf_counter() - start)


def growth() -> None:
    """Time per million rows, and peak memory, of ever larger logs."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".jsonl", ".parquet"):
            for millions in GROWING:
                path = Path(folder) / f"log{suffix}"
                generate(path, millions * 1_000_000)
                by_user = [*TOKENCOST[:-4], "--by", "user", "--output", f"{folder}/o.csv"]
                for name, command in (("model and day", TOKENCOST), (f"{GROUPS:,} users", by_user)):
                    seconds, memory = run([*command, str(path)])
                    print(
                        f"{millions:>2}M rows{suffix} by {name}: {seconds:.2f} s, "
                        f"{seconds / millions:.2f} s per million, peak {memory} MB (below 1024)",
                        flush=True,
                    )
                path.unlink()


def main() -> None:
    if sys.argv[1:] == ["growth"]:
        growth()
        return
    millions = int(sys.argv[1]) if sys.argv[1:] else 5
    with tempfile.TemporaryDirectory() as folder:
        for suffix, limit in ((".jsonl", 1.6), (".parquet", 2)):
            path = Path(folder) / f"log{suffix}"
            generate(path, millions * 1_000_000)
            every = [*TOKENCOST, "--keep-repeats", str(path)]
            (ours, memory), (all_counted, _), (plain, _) = best(
                [*TOKENCOST, str(path)], every, [sys.executable, "-c", PLAIN, str(path)]
            )
            print(
                f"{millions}M rows of {path.stat().st_size / 1e6:.0f} MB{suffix}: {ours:.2f} s, {ours / plain:.2f} x "
                f"plain DuckDB (at most {limit}), peak {memory} MB (below 1024)"
            )
            print(f"  to count each call once is {ours / all_counted:.2f} x the time of --keep-repeats (at most 1.8)")
            if suffix == ".jsonl":
                rate = millions * 1e6 / ours / calculated_per_second()
                print(f"  {rate:.0f} x the rows per second of genai_prices.calc_price (at least 100)")
                ((grouped, memory),) = best([*TOKENCOST[:-4], "--by", "user", "--output", f"{folder}/o.csv", str(path)])
                print(f"  --by with {GROUPS:,} groups: {grouped:.2f} s, peak {memory} MB (below 1024)")
            path.unlink()
        small = Path(folder) / "small.jsonl"
        generate(small, 1_000)
        compare = [sys.executable, "-m", "tokencost", "compare"]
        (ours, _), (other, _) = best([*TOKENCOST, str(small)], compare)
        print(f"1,000 lines: {ours * 1000:.0f} ms, {ours / other:.2f} x `tokencost compare` (at most 3)")
    print(f"peak of this process and its children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
