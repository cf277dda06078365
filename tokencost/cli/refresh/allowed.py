"""Which commands may stand in a text, and with which options: those that only read, and only below its folder.

A text may come from anybody. Whoever refreshes it runs what stands in it, so both lists below say what may be run and
not what may not: a new command, or a new option, is refused until somebody has looked at it.
"""

import glob
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import click

from tokencost.errors import InvalidRequest

_ANSWER = ("prices", "on", "format_name", "brief", "width", "no_color")
_RATES = ("tier", "window", "region", "currency")


class Reading(NamedTuple):
    """A command that only reads."""

    options: frozenset[str]
    """The parameters that may be given, by the names of its function."""
    files: frozenset[str]
    """Those of them that name files."""
    dated: bool = True
    """Whether it is about today where `--on` is missing."""


def _reading(*options: str, files: tuple[str, ...] = (), dated: bool = True) -> Reading:
    return Reading(frozenset((*_ANSWER, *options, *files)), frozenset(("prices", *files)), dated)


READING: Mapping[str, Reading] = {
    "compare": _reading("models", "against", *_RATES, "blend", "break_even", "chart"),
    "workload": _reading(
        "against", "factors", "by", "max_cost", "sweeps", "break_even", "chart",
        "field_requests", "field_per", "field_input", "field_output", "field_cached", "field_cache_write",
        "field_growth", "field_start", "field_months", "field_hours", "field_days", "field_peak", "field_zone",
        "field_tier", "field_batch", "field_region",
        files=("spec_and_models", "prompt", "sample_answer"),
    ),
    "usage": _reading(
        "by", "since", "until", "as_models", "token_factors", "tier", "region", "window", "compare_to", "model", "time",
        "mapping", "excludes_cached", "keep_repeats", "allow_unpriced", "any_host", "chart",
        "dialect", "table_name", "shape", "columns", "json_column",
        files=("files", "bill"), dated=False,
    ),
    "claims": _reading("ids", "strict", "chart", files=("file",), dated=False),
    "find": _reading("price", "other", "near", "every", "region", dated=False),
    "count": _reading(
        "against", "output_tokens", "plain", "tier", "window", "region", files=("files_and_models", "output_like")
    ),
    "prices list": _reading("provider", "retired", *_RATES),
    "prices show": _reading("model"),
    "prices history": _reading("models", *_RATES, "chart"),
    "prices check": _reading("max_age", "strict"),
    "prices diff": _reading("exit_code", files=("old", "new", "workload", "usage")),
}  # fmt: skip
"""Every command that may stand in a text."""

REFUSED = {
    "output": "it writes a file",
    "paste": "it stands between marks already",
    "engine": "it starts another program",
    "master": "it reaches other machines",
    "spark_remote": "it reaches other machines",
    "example": "it is not about a question",
}
"""Why the options of these commands that are not among them are refused, for people."""

_MEASURED = re.compile(r"(?:[^=@]*=)?@(.+)", re.DOTALL)
_OPERATORS = frozenset("();<>|&")


class Asked(NamedTuple):
    """A command in a text, before it is run."""

    name: str
    """Such as `prices list`."""
    words: tuple[str, ...]
    """All of it, for the command line."""
    group: tuple[click.Command, ...]
    """The command with those that it is one of, the outermost first."""
    values: Mapping[str, object]
    """What was given, by parameter, as it was typed."""
    asks_help: bool

    @property
    def on(self) -> str:
        """The time that it is about: as it was typed, `today` where none is, or empty where it is about any time."""
        reading = READING.get(self.name)
        return str(self.values.get("on") or ("today" if reading and reading.dated and not self.asks_help else ""))


def split_words(command: str) -> list[str]:
    """The words of a command, as a shell parts them. Raises `InvalidRequest` for what only a shell can do."""
    try:
        words = shlex.split(command)
        parts = shlex.shlex(command, posix=True, punctuation_chars=True)
        parts.whitespace_split, parts.commenters = True, ""
        tokens = list(parts)
    except ValueError as error:
        raise InvalidRequest(f"the command cannot be read: {str(error).lower()}", "end each quote") from None
    if any(set(token) <= _OPERATORS for token in tokens if token) or "$(" in command or "`" in command:
        raise InvalidRequest("there is no shell behind a block", "write one command, without | > < ; & $( )")
    return words


def read_command(command: str) -> Asked:
    """A command with what is given to it, which is not run. Raises `InvalidRequest` and click's own errors."""
    from tokencost.cli.commands import tokencost

    words = split_words(command)
    context = click.Context(tokencost, info_name="tokencost", terminal_width=78, **tokencost.context_settings)
    group: tuple[click.Command, ...] = (tokencost,)
    names, rest = [], list(words)
    while isinstance(group[-1], click.Group) and rest and not rest[0].startswith("-"):
        name, found, rest = group[-1].resolve_command(context, rest)
        assert found is not None  # noqa: S101  # else click has raised
        names.append(name or "")
        group = (*group, found)
        context = click.Context(found, parent=context, info_name=name, **found.context_settings)
    helps = group[-1].get_help_option_names(context)
    if any(word in helps for word in rest):
        return Asked(" ".join(names), tuple(words), group, {}, asks_help=True)
    values, _, order = group[-1].make_parser(context).parse_args(list(rest))
    given = {each.name: values[each.name] for each in order if each.name in values}
    return Asked(" ".join(names), tuple(words), group, {k: v for k, v in given.items() if k}, asks_help=False)


def refuse_unsafe(asked: Asked, *, allow_outside: bool, in_transcript: bool = False) -> None:
    """Raise `InvalidRequest` for a command that may not stand in a text that lies in the current folder.

    A transcript may show how a block is made, which in a block would be a block within a block.
    """
    if asked.asks_help:
        return
    reading = READING.get(asked.name)
    if reading is None and (not asked.name or isinstance(asked.group[-1], click.Group)):
        raise InvalidRequest("the block names no command", f"the commands are {', '.join(READING)}")
    if reading is None:
        raise InvalidRequest(
            f"`tokencost {asked.name}` is not run from a text: it may write, fetch or ask",
            f"the commands are {', '.join(READING)}; others stand in a block of code that is no transcript",
        )
    options = {each.name: each.opts[-1] for each in asked.group[-1].params if each.name}
    for name, value in asked.values.items():
        if in_transcript and name == "paste":
            continue
        if name not in reading.options and value not in (None, (), []):
            shown = options[name]
            raise InvalidRequest(
                f"{shown} is not allowed in a text: {REFUSED.get(name, 'it is not known to only read')}",
                f"leave {shown} out",
            )
    for name, value in asked.values.items():
        for text in _names(value):
            # Whichever option it is: `@FILE` and `MODEL=@FILE` stand for what is measured in a file.
            measured = _MEASURED.fullmatch(text)
            if name in reading.files or measured:
                refuse_file(measured[1] if measured else text, allow_outside=allow_outside)


def refuse_file(file: str, *, allow_outside: bool) -> None:
    """Raise `InvalidRequest` for a name that leads out of the current folder, or to no file at all."""
    if file == "-":
        raise InvalidRequest("a block cannot read standard input", "name a file")
    if not allow_outside and leads_outside(file):
        raise InvalidRequest(
            f"{file!r} is outside of the folder that blocks may read",
            "name a file below it, name a wider folder with --root, or add --allow-outside if you trust this text",
        )
    if os.path.exists(file) and not (os.path.isfile(file) or os.path.isdir(file)):
        raise InvalidRequest(f"{file!r} is no file, but a pipe or a device", "name a file")


def leads_outside(file: str) -> bool:
    """Whether a name stands for something that is not below the current folder, by links too."""
    from tokencost.logs.sessions.tools import TOOLS

    if file in {tool.word for tool in TOOLS} and not os.path.exists(file):
        return True  # the folders of a tool, in the user's own one
    if file.startswith("~") or os.path.isabs(file) or os.path.splitdrive(file)[0] or "://" in file:
        return True
    if "\0" in file:
        return True  # no system has such a file
    root = os.path.realpath(os.curdir)
    named = [file, *(glob.iglob(file, recursive=True) if glob.has_magic(file) else ())]
    return any(not _is_below(os.path.realpath(path), root) for name in named for path in _with_links(name))


def _with_links(name: str) -> Iterator[str]:
    """A name, and for a folder the links to files in it, which would be read with it."""
    yield name
    for parent, _, files in os.walk(name):
        yield from (path for file in files if os.path.islink(path := os.path.join(parent, file)))


def _is_below(path: str, root: str) -> bool:
    try:
        return os.path.commonpath((path, root)) == root
    except ValueError:
        return False


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)
