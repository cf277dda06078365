"""A price table on disk that is edited: previewed, shown, and written whole or not at all."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tokencost.cli.streams import ReaderGone, say, write_out
from tokencost.errors import InvalidRequest
from tokencost.render.sanitize import sanitize_lines

if TYPE_CHECKING:
    from tokencost.pricetable.editing.edit import Edited
    from tokencost.pricetable.editing.format import Formatted

NewContent = TypeVar("NewContent", "Edited", "Formatted")
"""What an edit makes of the bytes of a table."""


def own_table(named: str | None, purpose: str) -> str:
    """The file that may be edited. Raises `InvalidRequest` where there is none but the one inside the package."""
    from tokencost.pricetable.locate import find_own_prices

    path = find_own_prices(named)
    if path is None:
        raise InvalidRequest(
            f"no price table of your own to {purpose}; the one inside the package is never changed",
            "name yours with --prices FILE or $TOKENCOST_PRICES, or run this where prices.toml is",
        )
    return os.fspath(path)


def write_price(file: str, edit: Callable[[bytes], "Edited"], agreed: "Edited | None" = None) -> None:
    """Add a price to the file; `agreed` is the edit that somebody has seen and wants."""

    def add_to(content: bytes) -> "Edited":
        edited = agreed if agreed is not None and agreed.before == content else edit(content)
        refuse_findings(edited)
        if agreed is not None and agreed is not edited:
            raise _changed_meanwhile(file)
        return edited

    edited = write_table(file, add_to)
    confirm_written(f"{file}:{edited.line}: price added, version {edited.table.version}")
    say_notes(edited)


def write_table(file: str, edit: "Callable[[bytes], NewContent]") -> "NewContent":
    """Edit the file while nobody else does, and replace it."""
    from tokencost.cli.files import edit_alone, replace_file
    from tokencost.pricetable.load import read_prices

    with edit_alone(file):
        content = read_prices(file)
        edited = edit(content)
        # The lock holds back other runs of this program, but no editor: so what is replaced is read once more.
        if read_prices(file) != content:
            raise _changed_meanwhile(file)
        try:
            replace_file(file, edited.content)
        except OSError as error:
            raise InvalidRequest(
                f"cannot write {file}: {error.strerror or error}", "nothing was written; the old table is whole"
            ) from None
    return edited


def _changed_meanwhile(file: str) -> InvalidRequest:
    return InvalidRequest(f"{file} was changed by another program just now", "nothing was written; try again")


def confirm_written(text: str) -> None:
    """Say that it is done. It is, even where nobody reads it or standard output is full: then standard error has it."""
    text = sanitize_lines(text)
    try:
        write_out(f"{text}\n", as_shown=True)
    except (InvalidRequest, ReaderGone):
        say(text)


def show_diff(file: str, before: bytes, after: bytes) -> None:
    """The lines that change, on standard output."""
    from tokencost.pricetable.editing.line_editor import unified_diff

    lines = unified_diff(before.decode("utf-8"), after.decode("utf-8"), os.path.basename(file))
    write_out("".join(sanitize_lines(line.rstrip("\r")) + "\n" for line in lines))


def refuse_findings(edited: "Edited") -> None:
    """Raise `InvalidRequest` for what looks like a slip and was not accepted."""
    if not edited.findings:
        return
    kinds = dict.fromkeys(finding.kind for finding in edited.findings if finding.can_be_accepted)
    words = " ".join(f"--accept {kind}" for kind in kinds)
    lines = "\n  ".join(f"line {edited.table.line_of(finding.path)}: {finding.detail}" for finding in edited.findings)
    raise InvalidRequest(
        f"nothing was written, because this looks like a slip:\n  {lines}",
        f"mend it; if it is right, add {words}" if words else "write the day on which somebody saw the price",
    )


def say_notes(edited: "Edited") -> None:
    """Say on standard error what continues, what ends and what looks odd."""
    for note in edited.notes:
        say(f"note: {note}")
