"""Where Spark runs, and files that only it can reach."""

from typing import NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.logs.files.detect import COMPRESSED, SUFFIXES
from tokencost.logs.files.discover import Log


class Cluster(NamedTuple):
    """A Spark of one's own, by default on all cores of this machine, or one that listens somewhere."""

    master: str | None = None
    """Such as `local[2]`, `yarn` or `spark://host:7077`."""
    remote: str | None = None
    """A Spark Connect server, such as `sc://host:15002`."""


def far_log(address: str) -> Log:
    """A file or folder such as `s3a://bucket/logs/*.jsonl`, known by its suffix alone."""
    name = address.rstrip("/").lower()
    compression = next((suffix for suffix in COMPRESSED if name.endswith(suffix)), "")
    suffix = "." + name.removesuffix(compression).rpartition(".")[2]
    if suffix not in SUFFIXES:
        raise InvalidRequest(
            f"{address} does not say what it holds",
            f"name files by their suffix, such as {address.rstrip('/')}/*.jsonl",
        )
    return Log(address, address, SUFFIXES[suffix] or "lines", "gzip" if compression == ".gz" else "none", 1)
