"""Whether a model is on sale: on the asked day, not on today, and to the instant."""

from collections.abc import Callable

import pytest

from tokencost import PriceTable
from tokencost.pricetable.sale import sale_status
from tokencost.pricetable.when import parse_when

Make = Callable[[str], PriceTable]
PRICE = """
[[models.m.prices]]
from = 2025-01-01
input = 1
output = 1
source = "https://example.org"
checked = 2025-03-01
"""


def status(table: PriceTable, on: str) -> str:
    return sale_status(table.models["m"], parse_when(on))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-03-01", "on sale"),
        ("2026-05-30", "on sale"),
        ("2026-05-31", "ends 2026-07-30T15:59:00Z"),
        ("2026-07-30", "ends 2026-07-30T15:59:00Z"),
        ("2026-07-30T15:58:59Z", "ends 2026-07-30T15:59:00Z"),
        ("2026-07-30T15:59:00Z", "retired 2026-07-30"),
        ("2026-07-31", "retired 2026-07-30"),
    ],
)
def test_an_announced_end_is_told_60_days_before_and_holds_to_the_instant(
    table_of: Make, on: str, expected: str
) -> None:
    table = table_of('[models.m]\nprovider = "acme"\nshutdown = 2026-07-30T15:59:00Z\n' + PRICE)
    assert status(table, on) == expected


def test_a_model_whose_last_price_has_an_end_is_sold_until_then(table_of: Make) -> None:
    table = table_of('[models.m]\nprovider = "acme"\n' + PRICE + "until = 2025-06-01\n")
    assert status(table, "2025-02-01") == "on sale"
    assert status(table, "2025-05-31") == "ends 2025-06-01"
    assert status(table, "2025-06-01") == "retired 2025-06-01"


def test_a_model_withdrawn_on_an_unknown_day_was_sold_when_it_was_last_seen(table_of: Make) -> None:
    table = table_of('[models.m]\nprovider = "acme"\nwithdrawn = true\n' + PRICE)
    assert [status(table, on) for on in ("2025-01-01", "2025-03-01", "2025-05-29")] == ["on sale"] * 3
    assert status(table, "2025-05-30") == "retired after 2025-03-01"
    assert status(table, "2026-11-20") == "retired after 2025-03-01"


def test_a_model_seen_on_the_last_day_there_is_has_an_end(table_of: Make) -> None:
    late = PRICE.replace("checked = 2025-03-01", "checked = 2199-12-31")
    table = table_of('[models.m]\nprovider = "acme"\nwithdrawn = true\n' + late)
    assert status(table, "2026-11-20") == "on sale"
