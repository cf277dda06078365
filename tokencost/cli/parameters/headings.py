"""The options of a command under headings, where there are too many for one list."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

FIRST_COLUMN = 30
"""Characters of an option in every list, so that what the options mean is in one column throughout."""


class CommandWithHeadings(click.Command):
    """A command whose help lists its options under headings.

    `headings` says in which order they stand, by the names of the parameters (those of the function):

        @click.command(cls=CommandWithHeadings, headings={"The workload": ("requests", "per"), "Answer": ("brief",)})

    What it does not name, such as `--help`, comes last under the last heading, so that no option is ever hidden.
    """

    def __init__(self, *arguments: Any, headings: Mapping[str, Sequence[str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.headings = headings

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One list for each heading."""
        records = {
            param.name: shown
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and (shown := param.get_help_record(ctx))
        }
        for number, (heading, names) in enumerate(self.headings.items(), start=1):
            lines = [records.pop(name) for name in names]
            if number == len(self.headings):
                lines += records.values()
            with formatter.section(heading):
                formatter.write_dl([(option.ljust(FIRST_COLUMN), meaning) for option, meaning in lines])
