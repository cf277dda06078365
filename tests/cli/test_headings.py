"""Help of commands with many options: under headings, each option once, within 80 columns."""

import re
from collections.abc import Callable
from typing import Any

import click
import pytest

from tokencost.cli.parameters.headings import CommandWithHeadings
from tokencost.cli.usage import usage
from tokencost.cli.workload import workload

Run = Callable[..., Any]


@pytest.mark.parametrize("command", [usage, workload], ids=lambda command: command.name)
def test_every_option_stands_once_under_a_heading(tokencost: Run, command: click.Command) -> None:
    assert isinstance(command, CommandWithHeadings)
    named = [name for names in command.headings.values() for name in names]
    options = [param.name for param in command.params if isinstance(param, click.Option)]
    assert sorted(named) == sorted(options)
    shown = tokencost(command.name or "", "--help").out
    assert max(map(len, shown.splitlines())) <= 80
    assert re.findall(r"(?m)^(\w[\w ]*):$", shown) == list(command.headings)
    listed = re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", shown.partition(f"{next(iter(command.headings))}:")[2])
    assert len(listed) == len(set(listed)) == len(options) + 1


def test_what_people_look_for_first_stands_first(tokencost: Run) -> None:
    shown = tokencost("workload", "--help").out
    assert shown.startswith("Usage: tokencost workload [OPTIONS] [SPEC.toml] [MODEL]...\n")
    options = re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", shown.partition("The workload:")[2])
    assert options[:5] == ["--requests", "--per", "--input-tokens", "--output-tokens", "--cached"]


def test_an_option_that_no_heading_names_is_not_lost() -> None:
    options = [click.Option(["--first"], help="one"), click.Option(["--other"], help="two")]
    command = CommandWithHeadings("c", params=options, headings={"A": ("first",), "Rest": ()})
    shown = command.get_help(click.Context(command))
    assert re.findall(r"(?m)^(\w+):$|^  (--\w+)", shown.partition("A:")[2]) == [
        ("", "--first"), ("Rest", ""), ("", "--other"), ("", "--help"),
    ]  # fmt: skip
