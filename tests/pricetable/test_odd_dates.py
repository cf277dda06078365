"""Dates in other orders are never read, and get the one that was meant as a suggestion."""

import pytest

from tokencost import InvalidRequest
from tokencost.pricetable.when import parse_when


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("27/01/2025", "write 2025-01-27"),
        ("01/27/2025", "write 2025-01-27"),
        ("01/02/2025", "write 2025-02-01 or 2025-01-02"),
        ("27.01.2025", "write 2025-01-27"),
        ("2025-1-27", "write 2025-01-27"),
        ("2025/01/27", "write 2025-01-27"),
        ("Jan 27 2025", "write 2025-01-27"),
        ("27th of January, 2025", "write 2025-01-27"),
        ("05/05/2025", "write 2025-05-05"),
        ("2025-01", "name a day, such as 2025-01-01"),
        ("March 2025", "name a day, such as 2025-03-01"),
        ("2025", "name a day, such as 2025-01-01"),
        ("2025-02-30", "2025-02 has 28 days"),
        ("2024-02-30", "2024-02 has 29 days"),
        ("31 April 2025", "2025-04 has 30 days"),
    ],
)
def test_a_date_in_another_order(text: str, hint: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_when(text)
    assert (caught.value.message, caught.value.hint) == (f"{text!r} is not a date or an instant", hint)


@pytest.mark.parametrize(
    "text", ["tomorrow", "last week", "2025-13-01", "13/13/2025", "27-Jan-25", "0000-01-01", "1 2 3 2025"]
)
def test_what_is_no_date_is_told_how_dates_are_written(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_when(text)
    assert "write 2025-01-27" in caught.value.hint
