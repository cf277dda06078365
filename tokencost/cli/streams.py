"""Standard output and standard error, whatever became of them: a terminal, a pipe nobody reads, full, or closed."""

import contextlib
import errno
import io
import os
import sys
from typing import TextIO

from tokencost.cli.capture import captured
from tokencost.errors import InvalidRequest

ELSEWHERE = "name a file with --output, or send standard output elsewhere"
PLAIN_SIGNS = str.maketrans("\u00a0×−÷—·─█░●■▲◆○□△◇━┊", " x-/---#-o#^@0%A&=:") | {ord("¥"): "CNY "}
"""What is written for the signs of tables and charts where an encoding has none of them."""


class ReaderGone(Exception):
    """Whoever read the output, such as `head`, has enough of it.

    It is no `OSError`, which click would turn into the exit status of a check that failed.
    """


def write_out(text: str, *, as_shown: bool = False) -> None:
    """Write to standard output, in UTF-8 whatever the locale, since what is a file elsewhere is a file here.

    What is shown has the encoding of the terminal, and plain characters where it lacks others. Raises `InvalidRequest`
    where nothing can be written, and `ReaderGone`.
    """
    if (into := captured()) is not None:
        into.parts.append(text)
        return
    stream = sys.stdout
    binary = None if as_shown else getattr(stream, "buffer", None)
    try:
        if binary is None:
            stream.write(_make_printable(text, stream.encoding or "utf-8"))
        else:
            stream.flush()
            binary.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()
    except OSError as error:
        _forget(stream)
        if isinstance(error, BrokenPipeError) or error.errno == errno.EPIPE:
            raise ReaderGone from None
        raise InvalidRequest(f"cannot write the answer: {error.strerror or error}", ELSEWHERE) from None


def say(text: str) -> None:
    """A message on standard error, where there is one. It never fails: there would be nowhere to say so.

    Of a command that is run to keep a text current, only the answer counts.
    """
    if captured() is not None:
        return
    from tokencost.render.sanitize import sanitize_lines

    # Names of files and what engines say of them may hold what a terminal would obey.
    try:
        sys.stderr.write(f"{sanitize_lines(text)}\n")
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)


def fill_in_closed_streams() -> None:
    """Give the numbers of closed standard streams to nobody: the next file that is opened would get them.

    A library that writes a warning to standard error would then write it into that file.
    """
    while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:  # noqa: PLR2004  # standard error
        pass
    os.close(descriptor)


def must_have_streams() -> None:
    """A place for messages where standard error is closed, and an error for who writes to a closed standard output."""
    if sys.stderr is None:
        sys.stderr = _Unheard()
    if sys.stdout is None:
        sys.stdout = _Closed()


class _Unheard(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


class _Closed(io.TextIOBase):
    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, "standard output is closed")


def forget_output() -> None:
    """Keep Python from complaining at its end about what could not be written."""
    _forget(sys.stdout)


def _forget(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _make_printable(text: str, encoding: str) -> str:
    """The text in characters that the terminal's encoding has."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        plain = text.translate(PLAIN_SIGNS)
        return plain.encode("ascii", "backslashreplace").decode("ascii")
    return text
