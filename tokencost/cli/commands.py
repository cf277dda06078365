"""The list of commands. Each is imported when it is run, so that help and version stay quick."""

from importlib import import_module
from typing import NamedTuple, cast

import click

import tokencost as package  # the group below has its name
from tokencost.cli.streams import write_out
from tokencost.pricetable.locate import find_prices, table_version
from tokencost.render.sanitize import sanitize


class LazyCommand(NamedTuple):
    """Where a command is defined, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "compare": LazyCommand("tokencost.cli.compare", "Prices side by side, with ratio and percent lower."),
    "workload": LazyCommand("tokencost.cli.workload", "What a workload costs, month by month, on each model."),
    "usage": LazyCommand("tokencost.cli.usage", "What real request logs cost, or would have cost elsewhere."),
    "claims": LazyCommand("tokencost.cli.claims", "Published figures, recomputed, with a verdict."),
    "find": LazyCommand("tokencost.cli.find", "Which list prices equal these figures."),
    "count": LazyCommand("tokencost.cli.count", "How many tokens a text is, and costs, on each model."),
    "refresh": LazyCommand(
        "tokencost.cli.refresh.command", "Bring marked tables in your texts up to date, or check them."
    ),
    "prices": LazyCommand(
        "tokencost.cli.prices.commands", "The price table: list, show, history, check, add, diff, audit, export."
    ),
    "report": LazyCommand(
        "tokencost.cli.report", "One self-contained HTML page: prices, history, a workload, claims, a calculator."
    ),
}


class SuggestingGroup(click.Group):
    """A group that answers a name it does not know with the one that was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a mistyped name."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from tokencost.cli.parameters.slips import unknown_command

            raise unknown_command(ctx, args)
        return super().resolve_command(ctx, args)


class LazyGroup(SuggestingGroup):
    """A group that knows its commands by name and imports only the one that is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", getattr(import_module(COMMANDS[cmd_name].module), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their summaries, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])


def _show_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        path = find_prices()
        text = f"tokencost {package.__version__}, prices {table_version(path)} ({path})"
        write_out(f"{sanitize(text)}\n", as_shown=True)
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 a check failed, 2 wrong usage, 3 invalid data, 70 a bug, 141 the reader has gone.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the versions of the tool and of the price table.",
)
def tokencost() -> None:
    """What DeepSeek and OpenAI models cost: dated list prices, compared exactly.

    \b
    tokencost compare                                        today's models side by side
    tokencost compare deepseek-reasoner o1 --on 2025-01-27   what held on that day
    tokencost find 0.14 7.50 --on 2025-01-27                 which prices a headline means
    tokencost prices show deepseek-flash                     every rate, with its source
    """  # noqa: D301  # click needs the character itself
