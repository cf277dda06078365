"""How many requests the library prices in a second, as a ratio to genai_prices.calc_price on the same requests.

    pip install genai-prices && python tests/benchmarks/pricing.py

Name and instant are resolved for each request, and ours are exact.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from genai_prices import Usage, calc_price

from tokencost import load_prices, price

ROUNDS = 7
CALLS = 5_000
REQUESTS = [
    ("deepseek", "deepseek-reasoner", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("deepseek", "deepseek-chat", datetime(2025, 3, 1, 0, 29, tzinfo=UTC)),
    ("openai", "o1", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("openai", "gpt-4o", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("openai", "gpt-4o-mini", datetime(2025, 1, 27, 12, tzinfo=UTC)),
]


def per_second(call: Callable[[], object]) -> float:
    """The best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            call()
        best = min(best, time.perf_counter() - start)
    return CALLS / best


def main() -> None:
    print("$ python tests/benchmarks/pricing.py")
    table = load_prices()
    for provider, model, when in REQUESTS:
        usage = Usage(input_tokens=1_000, cache_read_tokens=500, output_tokens=300)
        theirs = per_second(
            lambda: calc_price(usage, model, provider_id=provider, genai_request_timestamp=when)  # noqa: B023
        )
        ours = per_second(
            lambda: price(
                table,
                model,  # noqa: B023  # called within the round
                on=when,  # noqa: B023
                input_tokens=1_000,
                cached_input_tokens=500,
                output_tokens=300,
            )
        )
        print(f"{model}: {ours:,.0f} requests a second, {ours / theirs:.1f} x genai_prices (at least 5)")


if __name__ == "__main__":
    main()
