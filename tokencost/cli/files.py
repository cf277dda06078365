"""Files written whole or not at all."""

import contextlib
import os
import tempfile

from tokencost.errors import UsageError


def write_whole(path: str, content: str | bytes) -> None:
    """Replace the file in one step, text in UTF-8; on any failure the old one stays. Raises `UsageError`.

    What is not a regular file, such as /dev/stdout or a pipe, is written to directly.
    """
    target = os.path.realpath(path)
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as stream:
                stream.write(data)
            return
        mode = os.stat(target).st_mode & 0o7777 if os.path.exists(target) else 0o666 & ~_umask()
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".tokencost-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror or error}", "nothing was written; name another file with --output"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
