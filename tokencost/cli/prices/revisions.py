"""prices.toml as it was at a git revision."""

import os
import re
import shlex
import subprocess

from tokencost.errors import InvalidRequest

LONGEST_WAIT = 30
SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "protocol.allow=never",
)
"""Whatever a repository is configured to do, a look at its past runs none of its programs and reaches no network."""
ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
"""A partial clone would fetch what it lacks. Git before 2.45 does not know the first; `protocol.allow` stops it."""
_REVISION = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_.@/~^{}+-]{0,199}", re.ASCII)
"""No option begins so, and no colon names a path of somebody's choice."""


def read_table_at(revision: str, file: str) -> bytes:
    """The bytes that the file had at that revision. Raises `InvalidRequest`."""
    if not _REVISION.fullmatch(revision):
        raise InvalidRequest(
            f"{revision!r} is neither a file nor a git revision", "name a file, a commit, a tag or HEAD~5"
        )
    folder, name = os.path.split(os.path.realpath(file))
    commit = _run_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InvalidRequest(
            f"{revision!r} is neither a file nor a git revision of {folder}", "`git log` shows the revisions"
        )
    place = f"{commit.decode('ascii').strip()}:./{name}"
    # What porcelain such as `git show` prints may have passed through programs that the repository names.
    content = _run_git(folder, "cat-file", "blob", place)
    if content is not None:
        return content
    if _run_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", place) is None:
        raise InvalidRequest(f"{name} is not in the revision {revision!r}", "name a file that git knows with --prices")
    raise InvalidRequest(
        f"{name} of the revision {revision!r} is not on this machine: this is a partial clone",
        f"fetch it first: git -C {shlex.quote(folder)} cat-file -p {shlex.quote(place)} > old.toml",
    )


def _settings() -> list[str]:
    return [word for setting in SETTINGS for word in ("-c", setting)]


def _run_git(folder: str, *arguments: str) -> bytes | None:
    """What git prints; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603  # no shell, and no argument that git could take for an option
            ["git", "--no-pager", *_settings(), "-C", folder, *arguments],  # noqa: S607  # the git of the user
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LONGEST_WAIT,
            check=False,
        )
    except FileNotFoundError:
        raise InvalidRequest("git is not installed", "name two files: prices diff OLD NEW") from None
    except subprocess.TimeoutExpired:
        raise InvalidRequest(
            f"git took longer than {LONGEST_WAIT} seconds", "name two files: prices diff OLD NEW"
        ) from None
    except OSError as error:
        raise InvalidRequest(f"git cannot be run: {error.strerror or error}", "name two files instead") from None
    return done.stdout if done.returncode == 0 else None
