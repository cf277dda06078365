"""The command line: it parses, calls the library, renders, and turns errors into messages and exit statuses."""

import gc
import os
import sys

import click

from tokencost.errors import InvalidData, TokencostError

BUG_STATUS = 70
INTERRUPTED_STATUS = 130
OBJECTS_BEFORE_COLLECTION = 200_000
"""A short run makes no garbage worth collecting; collecting while modules load costs a tenth of its time."""
DEBUG = "TOKENCOST_DEBUG"


def main() -> None:
    """The console script `tokencost`."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status; a user never sees a traceback."""
    from tokencost.cli.commands import tokencost

    try:
        status = tokencost.main(args=arguments, prog_name="tokencost", standalone_mode=False)
    except TokencostError as error:
        _say(str(error) if isinstance(error, InvalidData) else f"Error: {error}")
        return error.exit_status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("Interrupted.")
        return INTERRUPTED_STATUS
    except BrokenPipeError:
        _forget_stdout()
        return 0
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _say(f"Bug: {type(error).__name__}: {error}")
        _say(f"  hint: please report it with the command you ran; {DEBUG}=1 shows where it happened")
        return BUG_STATUS
    return status if isinstance(status, int) else 0


def _say(text: str) -> None:
    from tokencost.render.inert import inert

    # Names of files and what engines say of them may hold what a terminal would obey.
    click.echo("\n".join(inert(line) for line in text.split("\n")), err=True)


def _forget_stdout() -> None:
    """Whoever read the output, such as `head`, has enough of it: keep Python from complaining at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
