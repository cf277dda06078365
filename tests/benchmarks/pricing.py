"""How many requests the library prices in a second, as a ratio to genai_prices.calc_price on the same requests.

    pip install genai-prices && python tests/benchmarks/pricing.py

Name and instant are resolved for each request, its parts are added up, and ours are exact.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from genai_prices import Usage, calc_price

from tokencost import load_prices, price

ROUNDS = 100
CALLS = 200
REQUESTS = [
    ("deepseek", "deepseek-reasoner", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("deepseek", "deepseek-chat", datetime(2025, 3, 1, 0, 29, tzinfo=UTC)),
    ("openai", "o1", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("openai", "gpt-4o", datetime(2025, 1, 27, 12, tzinfo=UTC)),
    ("openai", "gpt-4o-mini", datetime(2025, 1, 27, 12, tzinfo=UTC)),
]


def per_second(calls: Sequence[Callable[[datetime], object]], first: datetime) -> list[float]:
    """The best of many short rounds, taken in turn, over requests that come seven seconds apart."""
    instants = [first + number * timedelta(seconds=7) for number in range(CALLS)]
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for place, call in enumerate(calls):
            start = time.perf_counter()
            for instant in instants:
                call(instant)
            best[place] = min(best[place], time.perf_counter() - start)
    return [CALLS / seconds for seconds in best]


def main() -> None:
    print("$ python tests/benchmarks/pricing.py")
    table = load_prices()
    for provider, model, first in REQUESTS:

        def theirs(when: datetime, provider: str = provider, model: str = model) -> object:
            usage = Usage(input_tokens=1_000, cache_read_tokens=500, output_tokens=300)
            return calc_price(usage, model, provider_id=provider, genai_request_timestamp=when).total_price

        def ours(when: datetime, model: str = model) -> object:
            return price(table, model, on=when, input_tokens=1_000, cached_input_tokens=500, output_tokens=300).total

        each, other = per_second([ours, theirs], first)
        print(f"{model}: {each:,.0f} requests a second, {each / other:.1f} x genai_prices (at least 10)")


if __name__ == "__main__":
    main()
