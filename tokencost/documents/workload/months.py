"""The months of a workload in words."""

from collections.abc import Sequence

from tokencost.analysis.workload.months import Month

# The names that Python knows are those of the user's locale.
_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_months(months: Sequence[Month]) -> str:
    """`December 2026`, `January to June 2027`, or `December 2026 to November 2027`; without those between."""
    first, last = months[0], months[-1]
    until = f"{_NAMES[last.number - 1]} {last.year}"
    if first == last:
        return until
    year = "" if first.year == last.year else f" {first.year}"
    return f"{_NAMES[first.number - 1]}{year} to {until}"


def measure_months(months: Sequence[Month]) -> str:
    """As the unit of a table: `12 months`, or `December 2026`."""
    return say_months(months) if len(months) == 1 else f"{len(months)} months"
