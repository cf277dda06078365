"""The options that commands share, and the parts of an answer they decide: table, time, format, file."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from tokencost.cli.capture import captured
from tokencost.cli.parameters.choices import OTHER_CURRENCIES, OTHER_FORMATS, OneOf
from tokencost.cli.streams import write_out
from tokencost.errors import TokencostError
from tokencost.pricetable.when import When, as_bound, as_when
from tokencost.render import FORMATS, PICTURE_SUFFIXES, TEXT_FORMATS, encode, format_of, render

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from tokencost.documents.document import Document
    from tokencost.pricetable.table import PriceTable

TIMES = "Date, instant, today, yesterday or now."
Command = TypeVar("Command", bound=Callable[..., Any])
LEAST_WIDTH = 40
"""Characters below which a table says nothing."""
FOR_EYES = "table"
"""The format that is for people's eyes alone, and so in the encoding of their terminal."""


class WhenType(click.ParamType[When]):
    """A date, an instant, `today`, `yesterday` or `now`."""

    name = "when"

    def __init__(self, *, any_year: bool = False) -> None:
        self._read = as_bound if any_year else as_when

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> When:
        """Parse it; the words are read off the clock in UTC."""
        return self._read(value)


def complete_models(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Model names that begin with what is typed, for the shell."""
    from click.shell_completion import CompletionItem

    try:
        table = load_table(ctx.params.get("prices"))
    except TokencostError:
        return []
    names = {name: named[0][1].name for name, named in table.names.items()}
    names |= {line.id: line.name for line in table.lines.values()}
    return [CompletionItem(name, help=shown) for name, shown in names.items() if name.startswith(incomplete)]


def _time_option(default: str | None, meaning: str) -> Callable[[Command], Command]:
    return click.option("--on", type=WhenType(), default=default, metavar="WHEN", help=f"{TIMES} {meaning}")


on_option = _time_option("today", "[default: today, UTC]")
any_time_option = _time_option(None, "[default: as the claim says, or at any time]")
own_times_option = _time_option(None, "All is priced then. [default: each request at its own time]")
prices_option = click.option(
    "--prices", metavar="FILE", help="Price table. [default: $TOKENCOST_PRICES, ./prices.toml, bundled]"
)


class InputFile(click.ParamType[str]):
    """The name of a file that is read, so that `--output` is not written over it; of a file only where it is one."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was typed."""
        return str(value)


def output_option(command: Command) -> Command:
    """`--output`, where it can only mean a file."""
    help_text = "Write to a file; its suffix sets the format."
    return click.option("-o", "--output", metavar="FILE", help=help_text)(refuse_inputs_as_output(command))


def refuse_inputs_as_output(command: Command) -> Command:
    """Refuse, before any work, an `--output` that is read-only, or one of the files that the command reads."""

    @wraps(command)
    def spared(**given: Any) -> Any:
        context = click.get_current_context()
        output = given.get("output")
        if output not in (None, "-") and os.path.isfile(output):
            from tokencost.cli.files import refuse_own_input, refuse_read_only

            refuse_own_input(output, _list_inputs(context))
            refuse_read_only(output)
        return command(**given)

    return cast("Command", spared)


def _list_inputs(context: click.Context) -> Iterator[str]:
    """The files that a command reads: those that its options name, those in folders and globs, and its price table."""
    from tokencost.pricetable.locate import find_prices

    for param in context.command.params:
        if isinstance(param.type, InputFile):
            value = context.params[param.name or ""]
            for name in [value] if isinstance(value, str) else value or ():
                yield from _list_files(name)
    yield os.fspath(find_prices(context.params.get("prices")))


def _list_files(name: str) -> Iterable[str]:
    if name == "-" or os.path.isfile(name):
        return (name,)
    from tokencost.logs.files.discover import find_files

    try:
        return [found.name for found in find_files([name])]
    except TokencostError:
        return ()  # whoever reads it says what is wrong


paste_option = click.option(
    "--paste", is_flag=True, help="Print it between marks, ready to paste: `tokencost refresh` then keeps it current."
)


def answer_options(
    command: Command, *, on: Callable[[Command], Command] = on_option, can_be_pasted: bool = True
) -> Command:
    """`--prices`, `--on`, `--format`, `--output` and `--no-color`, which every command takes.

    `--paste` is for those whose answers `tokencost refresh` keeps current.
    """
    options = (
        prices_option,
        on,
        click.option(
            "--format", "format_name", type=OneOf(TEXT_FORMATS, OTHER_FORMATS), help="How the answer is written."
        ),
        output_option,
        click.option("--brief", is_flag=True, help="Only answer, table and footer: no notes, no sources."),
        click.option(
            "--width",
            type=click.IntRange(min=LEAST_WIDTH),
            metavar="N",
            help="Fit tables into N characters. [default: the terminal's; files have no limit]",
        ),
        click.option("--no-color", is_flag=True, help="No colour, as with NO_COLOR=1."),
        *((paste_option,) if can_be_pasted else ()),
    )
    return _add_options(command, options)


def chart_option(command: Command) -> Command:
    """`--chart`, for what has a picture."""
    svg, *others = PICTURE_SUFFIXES
    help_text = f"Also draw a chart. --output picture{svg} ({', '.join(others)}) makes a picture file."
    return click.option("--chart", is_flag=True, help=help_text)(command)


def timeless_options(command: Command) -> Command:
    """The same, for a command that without `--on` is not about today."""
    return answer_options(command, on=any_time_option)


region_option = click.option(
    "--region", metavar="REGION", help="data-residency: processed in a region of your choice. [default: anywhere]"
)


def rate_options(command: Command) -> Command:
    """`--tier`, `--window` and `--region`, which choose among the rates of a model."""
    options = (
        click.option(
            "--tier", default="standard", show_default=True, metavar="TIER", help="standard, batch, flex, ..."
        ),
        click.option("--window", metavar="WINDOW", help="peak or off-peak. [default: every window of the day]"),
        region_option,
    )
    return _add_options(command, options)


def currency_option(command: Command) -> Command:
    """`--currency`, for the providers' own lists."""
    from tokencost.pricetable.table import CURRENCIES

    return click.option(
        "--currency",
        type=OneOf(CURRENCIES, OTHER_CURRENCIES),
        default="USD",
        show_default=True,
        help="CNY: the providers' own lists in yuan, never a conversion.",
    )(command)


def models_argument(required: bool) -> Callable[[Command], Command]:
    """`MODEL...`, completed by the shell."""
    return click.argument(
        "models",
        nargs=-1,
        required=required,
        metavar="MODEL..." if required else "[MODEL]...",
        shell_complete=complete_models,
    )


def _add_options(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def load_table(prices: str | None) -> "PriceTable":
    """The price table that the options and the environment name."""
    if (into := captured()) is not None:
        return into.load_table(prices)
    from tokencost.pricetable.load import load_prices

    return load_prices(find_table(prices))


def find_table(prices: str | None) -> "Path":
    """The file of the price table that the options and the environment name."""
    if (into := captured()) is not None:
        return into.find_prices(prices)
    from tokencost.pricetable.locate import find_prices

    return find_prices(prices)


def answer(
    document: "Document",
    format_name: str | None,
    output: str | None,
    no_color: bool,
    brief: bool = False,
    width: int | None = None,
    paste: bool = False,
    *,
    chart: bool = False,
) -> None:
    """Write the document to standard output, or whole to a file."""
    if paste:
        from tokencost.cli.refresh.paste import mark_answer

        write_out(mark_answer(document, format_name, output, charts=chart, brief=brief, width=width))
        return
    if (into := captured()) is not None:
        into.format = format_name or into.default_format
        write_out(render(document, into.format, charts=chart, brief=brief, width=width, part=True))
        return
    if output and output != "-":
        from tokencost.cli.files import stream_of, write_whole

        # A device or pipe has no suffix: what is written there is what standard output would get.
        named = format_name or (FOR_EYES if stream_of(output) else format_of(output))
        as_text = FORMATS[named].text
        write_whole(
            output,
            render(document, named, charts=chart, brief=brief, width=width) if as_text else encode(document, named),
        )
        return
    terminal = sys.stdout.isatty()
    named = format_name or FOR_EYES
    if width is None and terminal and named == FOR_EYES:
        width = shutil.get_terminal_size().columns
    color = _wants_color(terminal, no_color)
    write_out(render(document, named, width=width, color=color, charts=chart, brief=brief), as_shown=named == FOR_EYES)


def _wants_color(terminal: bool, no_color: bool) -> bool:
    # Whoever says both cannot bear colour: https://no-color.org
    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
