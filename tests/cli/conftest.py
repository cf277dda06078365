"""Running the command in this process, as the shell would."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import tomli

from tokencost.cli import run
from tokencost.pricetable import load
from tokencost.pricetable.reading.validated_toml import ParsedToml, check_toml


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


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text that is parsed as TOML, in order; in the end, each was checked against the schema once."""
    texts: list[str] = []
    checked: list[str] = []
    parse = tomli.loads

    def spy(text: str, **options: Any) -> dict[str, Any]:
        texts.append(text)
        return parse(text, **options)

    def check(file: ParsedToml, *given: Any, **options: Any) -> dict[str, Any]:
        checked.append(file.text)
        return check_toml(file, *given, **options)

    load._parse.cache_clear()  # noqa: SLF001  # what other tests read is not read again
    monkeypatch.setattr(tomli, "loads", spy)
    monkeypatch.setattr("tokencost.pricetable.load.check_toml", check)
    yield texts
    assert checked == texts
