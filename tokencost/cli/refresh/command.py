"""`tokencost refresh`."""

import contextlib
import glob
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from tokencost.cli.parameters.choices import OTHER_FORMATS, OneOf
from tokencost.cli.parameters.options import answer, load_table, prices_option
from tokencost.cli.streams import write_out
from tokencost.errors import InvalidData, InvalidRequest, Problem, TokencostError
from tokencost.marks.source import MARK
from tokencost.marks.syntaxes import SYNTAXES, Syntax, named_syntax, syntax_of
from tokencost.render import TEXT_FORMATS

if TYPE_CHECKING:
    from tokencost.cli.refresh.run import Run
    from tokencost.cli.refresh.text import Refreshed
    from tokencost.documents.blocks import ListedBlock

SOME_ARE_STALE = 1
OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class TextFile(NamedTuple):
    """A file to refresh, as it was when it was read."""

    name: str
    syntax: Syntax
    content: bytes

    @property
    def text(self) -> str:
        """Its text; bytes that are not UTF-8 come back as they are when it is encoded."""
        return self.content.decode("utf-8", "surrogateescape")


@click.command(short_help="Bring marked tables in your texts up to date, or check them.")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing: show what differs, and exit with 1 if anything does.")
@click.option("--list", "as_list", is_flag=True, help="Run nothing: list the blocks with command, day, table version.")
@click.option("--dated", is_flag=True, help="Refuse what would be different tomorrow: a block without --on.")
@click.option("--keep-version", is_flag=True, help="Leave a block alone if only the table's version has changed.")
@click.option(
    "--root",
    type=click.Path(),
    metavar="FOLDER",
    help="Where the files are that blocks read. [default: the folder of each FILE]",
)
@click.option("--allow-outside", is_flag=True, help="Let blocks read files anywhere. Only for texts that you trust.")
@click.option(
    "--syntax",
    type=OneOf(SYNTAXES, {"md": "write --syntax markdown", "tex": "write --syntax latex"}),
    help="How FILE is written. [default: as its suffix says]",
)
@prices_option
@click.option(
    "--format", "format_name", type=OneOf(TEXT_FORMATS, OTHER_FORMATS), help="With --list: how the list is written."
)
def refresh(
    files: tuple[str, ...],
    check: bool,
    as_list: bool,
    dated: bool,
    keep_version: bool,
    root: str | None,
    allow_outside: bool,
    syntax: str | None,
    prices: str | None,
    format_name: str | None,
) -> int:
    """Bring the marked blocks of FILE up to date. What stands outside of them stays, byte for byte.

    A block is a command between two comments; `tokencost compare ... --paste` prints one. In Markdown and HTML:

    \b
    <!-- tokencost compare deepseek-reasoner o1 --on 2025-01-27 -->
    <!-- /tokencost -->

    A figure within a sentence keeps the form of its old number; it is a price, a ratio, a percent-lower or a cost:

    \b
    <!-- tokencost: ratio deepseek-reasoner o1 cached_input 2025-01-27 -->53.6×<!-- / -->

    Transcripts, code blocks of the language console that show `$ tokencost ...` and its output, need no marks. AsciiDoc
    (// tokencost ...), reStructuredText (.. tokencost ...), LaTeX (% tokencost ...) and Org (# tokencost ...) are read
    as well.

    Only commands that read are run. Files that they read are below the folder of FILE, or --root. A file with a fault
    in one of its blocks is not written, and the exit status is 3.
    """  # noqa: D301  # \b: click must not wrap this
    if format_name and not as_list:
        raise InvalidRequest(
            "--format goes with --list", "write it into the block: <!-- tokencost ... --format html -->"
        )
    texts = [_read_text(name, named_syntax(syntax) if syntax else None) for name in _expand(files)]
    from tokencost.cli.refresh.run import Run

    run = Run(prices, allow_outside=allow_outside, dated=dated)
    problems: list[Problem] = []
    if as_list:
        from tokencost.documents.blocks import blocks_document

        listed = [block for each in texts for block in _list_blocks(each, problems)]
        answer(blocks_document(load_table(prices), listed, len(texts)), format_name, None, no_color=False)
    elif any(MARK in each.text for each in texts):
        run.load_table(None)  # a fault in it is told once, and not for each block
    any_stale = False
    for each in () if as_list else texts:
        result = _refresh(each, run, root, keep_version=keep_version)
        problems += result.problems
        any_stale |= bool(result.stale)
        if check and result.stale:
            write_out(_show_difference(each, result), as_shown=True)
        if not check and result.stale and not result.problems:
            try:
                _write(each, result.text)
            except TokencostError as error:
                problems.append(Problem(each.name, 0, error.message, error.hint))
                continue
        write_out(f"{_say_result(each, result, check=check)}\n", as_shown=True)
    if problems:
        raise InvalidData(problems)
    return SOME_ARE_STALE if check and any_stale else 0


def _expand(names: Sequence[str]) -> Iterator[str]:
    """The names, each once; a shell that leaves `docs/*.md` as it is has it expanded here."""
    found: dict[str, None] = {}
    for name in names:
        expanded = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) and not os.path.exists(name) else []
        found |= dict.fromkeys(expanded or [name])
    yield from found


def _read_text(name: str, syntax: Syntax | None) -> TextFile:
    """The file. Raises `InvalidRequest` for what is none, or is not written in a known syntax and encoding."""
    if name == "-":
        raise InvalidRequest("refresh works on files", "name one: tokencost refresh report.md")
    if os.path.isdir(name):
        raise InvalidRequest(f"{name} is a folder", f"name the files in it: {os.path.join(name, '*.md')}")
    if not os.path.exists(name):
        raise InvalidRequest(f"there is no file {name}", "check the name; blocks are kept in files such as report.md")
    if not os.path.isfile(name):
        raise InvalidRequest(f"{name} is not a file", "name a file that can be replaced")
    known = syntax or syntax_of(name)
    try:
        with open(name, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise InvalidRequest(f"cannot read {name}: {error.strerror or error}", "nothing was written") from None
    if encoding := OTHER_ENCODINGS.get(content[:2]):
        raise InvalidRequest(f"{name} is written in {encoding}", "save it as UTF-8")
    return TextFile(name, known, content)


def _refresh(file: TextFile, run: "Run", root: str | None, *, keep_version: bool) -> "Refreshed":
    from tokencost.cli.refresh.text import refresh_text

    # Names of files in a block are relative to its text; an answer shows them as they stand there.
    try:
        folder = contextlib.chdir(root if root is not None else os.path.dirname(file.name) or os.curdir)
        with folder:
            return refresh_text(file.text, file.syntax, run, file.name, keep_version=keep_version)
    except OSError as error:
        raise InvalidRequest(f"cannot enter {root}: {error.strerror or error}", "name a folder with --root") from None


def _list_blocks(file: TextFile, problems: list[Problem]) -> Iterator["ListedBlock"]:
    from tokencost.analysis.figure import read_figure
    from tokencost.cli.refresh.allowed import split_words
    from tokencost.cli.refresh.run import read_block
    from tokencost.cli.refresh.text import FOOTER
    from tokencost.documents.blocks import ListedBlock
    from tokencost.marks.blocks import find_blocks

    found = find_blocks(file.text, file.syntax, file.name)
    problems += found.problems
    for block in found.blocks:
        try:
            on = read_figure(split_words(block.command)).on if block.kind == "figure" else read_block(block).on
        except TokencostError as error:
            problems.append(Problem(file.name, block.line, f"`tokencost {block.command}`: {error.message}", error.hint))
            continue
        footer = FOOTER.search(block.within(file.text))
        version = footer["version"] if footer else None
        yield ListedBlock(file.name, block.line, block.kind, " ".join(block.command.split()), on, version)


def _write(file: TextFile, text: str) -> None:
    """Replace the file in one step, if it is still the one that was read. Raises `InvalidRequest`."""
    from tokencost.cli.files import edit_alone, replace_file

    with edit_alone(file.name):
        try:
            with open(file.name, "rb") as stream:
                is_same = stream.read() == file.content
            if is_same:
                replace_file(file.name, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise InvalidRequest(f"it cannot be written: {error.strerror or error}", "nothing was written") from None
    if not is_same:
        raise InvalidRequest("it changed while its blocks were run", "nothing was written to it; run this again")


def _show_difference(file: TextFile, result: "Refreshed") -> str:
    """What `refresh` would change, block by block, as a diff."""
    from difflib import unified_diff

    from tokencost.render.sanitize import sanitize_lines

    shown = []
    for stale in result.stale:
        old, new = (text.splitlines() for text in (stale.block.within(file.text), stale.content))
        place = f"{file.name}:{stale.block.line}"
        if old == new:
            shown += [f"--- {place}", "+++ refreshed", "its lines end otherwise than those of the text around it"]
        shown += unified_diff(old, new, place, "refreshed", n=1, lineterm="")
    return sanitize_lines("".join(f"{line}\n" for line in shown))


def _say_result(file: TextFile, result: "Refreshed", *, check: bool) -> str:
    from tokencost.documents.wording import count_noun
    from tokencost.render.sanitize import sanitize

    name, stale, blocks = sanitize(file.name), len(result.stale), len(result.blocks)
    if result.problems:
        return f"{name}: {count_noun(len(result.problems), 'problem')}; nothing was written."
    if not blocks:
        return f"{name}: no blocks."
    if not stale:
        return f"{name}: {count_noun(blocks, 'block')}, all current."
    done = f"stale; to renew: tokencost refresh {name}" if check else "refreshed."
    return f"{name}: {stale} of {count_noun(blocks, 'block')} {done}"
