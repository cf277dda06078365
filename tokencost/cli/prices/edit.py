"""A price table on disk that gets one price more: previewed, shown, and written whole or not at all."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tokencost.cli.streams import ReaderGone, say, write_out
from tokencost.errors import InvalidRequest
from tokencost.render.sanitize import sanitize_lines

if TYPE_CHECKING:
    from tokencost.pricetable.editing.edit import Edited


def write_price(file: str, edit: Callable[[bytes], "Edited"], agreed: "Edited | None" = None) -> None:
    """Edit the file while nobody else does, and replace it; `agreed` is the edit that somebody has seen and wants."""
    from tokencost.cli.files import edit_alone, replace_file
    from tokencost.pricetable.load import read_prices

    with edit_alone(file):
        content = read_prices(file)
        edited = agreed if agreed is not None and agreed.before == content else edit(content)
        refuse_findings(edited)
        # The lock holds back other runs of this program, but no editor: so what is replaced is read once more.
        if read_prices(file) != content or (agreed is not None and agreed is not edited):
            raise InvalidRequest(f"{file} was changed by another program just now", "nothing was written; try again")
        try:
            replace_file(file, edited.content)
        except OSError as error:
            raise InvalidRequest(
                f"cannot write {file}: {error.strerror or error}", "nothing was written; the old table is whole"
            ) from None
    _confirm(sanitize_lines(f"{file}:{edited.line}: price added, version {edited.table.version}"))
    say_notes(edited)


def _confirm(text: str) -> None:
    """Say that it is done. It is, even where nobody reads it or standard output is full: then standard error has it."""
    try:
        write_out(f"{text}\n", as_shown=True)
    except (InvalidRequest, ReaderGone):
        say(text)


def show_diff(file: str, edited: "Edited") -> None:
    """The lines that change, on standard output, and the notes."""
    from tokencost.pricetable.editing.line_editor import unified_diff

    lines = unified_diff(edited.before.decode("utf-8"), edited.content.decode("utf-8"), os.path.basename(file))
    write_out("".join(sanitize_lines(line.rstrip("\r")) + "\n" for line in lines))
    say_notes(edited)


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
