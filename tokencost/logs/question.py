"""What is asked of logs: by what they are grouped, at which prices, and which of them."""

import re
from fractions import Fraction
from typing import NamedTuple

from tokencost.errors import UsageError
from tokencost.logs.shapes import Path
from tokencost.pricetable.when import When

MOST_PARTS = 100
_NO_TEXT = re.compile("[\ud800-\udfff]")
PERIODS = ("day", "week", "month")
BILLED = ("model", "provider", "tier", "window", "component")
"""What `--by` can name that only the bill decides."""


class Side(NamedTuple):
    """Which price is looked up for each record: its own model's, or an alternative's."""

    label: str | None = None
    """Shown name of the alternative; None is the record's own model."""
    model: str | None = None
    on: When | None = None
    """Where set, the time at which all records are priced."""
    factor: Fraction = Fraction(1)
    """Tokens of the alternative for each token of the record."""


class Question(NamedTuple):
    """What is asked of the logs, as far as engines are concerned."""

    by: tuple[str, ...]
    sides: tuple[Side, ...]
    since: When | None = None
    until: When | None = None
    tier: str | None = None
    compare_to: Path | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records among the groups."""
        return tuple(name for name in self.by if name not in (*PERIODS, *BILLED))

    @property
    def periods(self) -> tuple[str, ...]:
        """The stretches of time among the groups."""
        return tuple(name for name in self.by if name in PERIODS)


def field_path(name: str) -> Path:
    """`metadata.team` as a path; a name with an empty part is one field. Raises `UsageError` for what is none."""
    if _NO_TEXT.search(name):
        raise UsageError(f"{name!r} is not a field: it is no text in UTF-8")
    parts = tuple(name.split("."))
    if len(parts) > MOST_PARTS:
        raise UsageError(f"a field of {len(parts):,} parts is nested deeper than fields are looked for")
    return parts if all(parts) else (name,)
