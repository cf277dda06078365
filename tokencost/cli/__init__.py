"""The command line: it parses, calls the library, renders, and turns errors into messages and exit statuses.

At its top it imports only what Python has loaded by itself: until `main` runs, Ctrl-C shows a traceback.
"""

import os
import sys

CANNOT_STATUS = 2
BUG_STATUS = 70
INTERRUPTED_STATUS = 130
READER_GONE_STATUS = 141
"""What a shell says of every filter that SIGPIPE ended, as of git in `git log | head -1`."""
OBJECTS_BEFORE_COLLECTION = 200_000
"""A short run makes no garbage worth collecting; collecting while modules load costs a tenth of its time."""
DEBUG = "TOKENCOST_DEBUG"
COMPLETE = "_TOKENCOST_COMPLETE"
TYPED = "tokencost.cli.typed"
"""Under which name a context has all that was typed."""


def main() -> None:
    """The console script `tokencost`."""
    try:
        import gc
        import signal

        from tokencost.cli.streams import fill_in_closed_streams

        gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
        fill_in_closed_streams()
        status = run(sys.argv[1:])
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            # All is written. Python would tell of a Ctrl-C that comes while it ends.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        os.write(2, b"Interrupted.\n")
        status = INTERRUPTED_STATUS
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status; a user never sees a traceback."""
    from tokencost.cli.streams import must_have_streams, say

    must_have_streams()
    status, message = attempt(arguments)
    if message:
        say(message)
    return status


def attempt(arguments: list[str]) -> tuple[int, str]:
    """Run one command: its exit status, and what there is to say of a failure."""
    import io

    import click

    from tokencost.cli.streams import ReaderGone, forget_output
    from tokencost.errors import InvalidData, TokencostError

    message = ""
    try:
        returned = _invoke(arguments)
        status = returned if isinstance(returned, int) else 0
    except click.exceptions.Exit as done:
        status = done.exit_code
    except TokencostError as error:
        status, message = error.exit_status, str(error) if isinstance(error, InvalidData) else f"Error: {error}"
    except click.exceptions.NoArgsIsHelpError as error:
        status, message = error.exit_code, error.message
    except click.ClickException as error:
        from tokencost.cli.parameters.slips import explain

        shown = io.StringIO()
        explain(error).show(shown)
        status, message = error.exit_code, shown.getvalue().rstrip("\n")
    except (click.Abort, KeyboardInterrupt, EOFError):
        status, message = INTERRUPTED_STATUS, "Interrupted."
    except (ReaderGone, BrokenPipeError):
        forget_output()
        status = READER_GONE_STATUS
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        status, message = _explain_failure(error)
    return status, message


def _invoke(arguments: list[str]) -> object:
    """What the command returns. Click's own `main` would answer for a reader that has gone: with 1."""
    from tokencost.cli.commands import tokencost

    if os.environ.get(COMPLETE):
        tokencost.main(arguments, "tokencost")  # a shell asks for completions, and click exits
    with tokencost.make_context("tokencost", arguments) as context:
        context.meta[TYPED] = arguments
        return tokencost.invoke(context)


def _explain_failure(error: Exception) -> tuple[int, str]:
    """Status and message: of what the system refuses to any program, such as a full disk, or else of a bug."""
    import errno

    from tokencost.cli.streams import forget_output

    names = ("EBADF", "EDQUOT", "EFBIG", "EIO", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EROFS")
    if isinstance(error, OSError) and "No usable temporary directory" in str(error):
        hint = "set TMPDIR to a folder that you may write to"
        return CANNOT_STATUS, f"Error: there is no folder for temporary files\n  hint: {hint}"
    if isinstance(error, OSError) and error.errno in {getattr(errno, name, None) for name in names}:
        forget_output()
        where = f" {error.filename}" if error.filename else ""
        return CANNOT_STATUS, f"Error: cannot write{where}: {error.strerror}"
    hint = f"please report it with the command you ran; {DEBUG}=1 shows where it happened"
    return BUG_STATUS, f"Bug: {type(error).__name__}: {error}\n  hint: {hint}"
