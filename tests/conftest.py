"""What many tests need: the shipped table, and small tables written beside the test."""

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import settings

from tokencost import PriceTable, load_prices, parse_prices

# How long an example takes says what else the machine does, not whether the code is right.
# All examples are drawn where nobody waits for them, `.ci/run` says so; a quarter is enough after each change.
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
ROOT = Path(__file__).parent.parent

HEAD = """
schema = 1
version = "2026.01.01"

[providers.acme]
name = "Acme"

[calendars.china]
source = "https://example.org/holidays"
dates = ["2026-10-01/2026-10-07"]
"""


@pytest.fixture(scope="session")
def shipped() -> PriceTable:
    return load_prices(ROOT / "prices.toml")


@pytest.fixture(scope="session")
def table_of() -> Callable[[str], PriceTable]:
    """A table from the models alone."""

    def make(models: str) -> PriceTable:
        return parse_prices((HEAD + models).encode())

    return make


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the clock to an instant."""
    from tokencost.pricetable import clock

    def stand_at(instant: str) -> None:
        stopped = Mock(**{"now.side_effect": datetime.fromisoformat(instant).astimezone})
        monkeypatch.setattr(clock, "datetime", stopped)

    return stand_at


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell changes what is shown."""
    for name in ("TOKENCOST_PRICES", "TOKENCOST_DEBUG", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)


def pytest_configure() -> None:
    """Let Ctrl-C and a hang-up end what tests start, though a background job and `nohup` are begun without them."""
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)
