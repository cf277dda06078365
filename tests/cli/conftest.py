"""Running the command in this process, as the shell would."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tokencost.cli import run


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def tokencost(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    def call(*arguments: str) -> Outcome:
        status = run(list(arguments))
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call
