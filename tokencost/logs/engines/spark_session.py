"""A session of Spark: one that is there already, one on this machine, or one on a cluster."""

import os
import re
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tokencost.errors import InvalidRequest
from tokencost.logs.usage_query import Cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INSTALL = "pip install 'tokencost-compare[spark]'"
CONNECT_PORT = 15002
PATIENCE = 10.0
"""Seconds to wait for a server to answer at all."""
_SQL = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # The expressions are too long for one method: each attempt to make one costs seconds.
    "spark.sql.codegen.wholeStage": "false",
    # It writes out what a join compares down to the file, which grows without bound here, and prunes nothing.
    "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
}
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # It would keep what it did for pages that nobody looks at: plans of such queries fill the memory of a driver.
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
}


def session(cluster: Cluster) -> "SparkSession":
    """A session of our own, with its own settings and views. Raises `InvalidRequest` where there can be none."""
    if cluster.master and cluster.remote:
        raise InvalidRequest("--master and --spark-remote are two places", "leave one of them out")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of versions of libraries that are not used here
        try:
            import sqlglot  # noqa: F401  # asked for here, so that what is missing is said before Spark starts
            from pyspark.sql import SparkSession
        except ImportError:
            raise InvalidRequest("--engine spark needs pyspark and sqlglot", INSTALL) from None
        running = None if cluster.master or cluster.remote else SparkSession.getActiveSession()
        if running is not None:
            spark = running.newSession()
        else:
            spark = _start(SparkSession.builder.appName("tokencost"), cluster)
    for name, value in _SQL.items():
        spark.conf.set(name, value)
    return spark


def _start(builder: Any, cluster: Cluster) -> "SparkSession":
    place = cluster.remote or cluster.master or "local[*]"
    said = ""
    try:
        if cluster.remote:
            _refuse_unreachable(cluster.remote)
            return builder.remote(place).getOrCreate()  # type: ignore[no-any-return]  # as builders do
        for name, value in _QUIET.items():
            builder = builder.config(name, value)
        with _stderr_in_a_file() as output_so_far:
            try:
                return builder.master(place).getOrCreate()  # type: ignore[no-any-return]
            finally:
                said = output_so_far()
    except InvalidRequest:
        raise
    except ImportError:
        raise InvalidRequest("--spark-remote needs the client of Spark Connect", INSTALL) from None
    except Exception as error:
        if os.environ.get("TOKENCOST_DEBUG"):
            raise
        reasons = (line for line in said.splitlines() if "JAVA" in line or re.search("(Exception|Error): ", line))
        reason = next(reasons, "").rpartition("Exception: ")[2] or first_line(error)
        raise InvalidRequest(
            f"Spark does not start at {place}: {reason}",
            "it needs Java 17 or later (JAVA_HOME), and an address such as --master 'local[2]' or "
            "--spark-remote sc://host:15002",
        ) from None


def _refuse_unreachable(remote: str) -> None:
    """Raise `InvalidRequest` where nobody listens: the client would try for minutes."""
    place = urlsplit(remote.partition(";")[0])
    try:
        if place.scheme != "sc" or not place.hostname:
            raise InvalidRequest(f"{remote!r} is no address of Spark Connect", "write it like sc://host:15002")
        socket.create_connection((place.hostname, place.port or CONNECT_PORT), PATIENCE).close()
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"nobody listens at {remote}: {error}", "write it like sc://host:15002") from None


@contextmanager
def _stderr_in_a_file() -> Iterator[Any]:
    """What is started in here writes its chatter to a file, of which the end can be told."""
    if os.environ.get("TOKENCOST_DEBUG"):
        yield str
        return
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)

        def output_so_far() -> str:
            file.seek(0)
            return file.read(100_000).decode("utf-8", "replace")

        try:
            yield output_so_far
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def first_line(error: Exception) -> str:
    """What an error of Spark says first."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    # A call into Java tells first which call it was.
    told = [line for line in lines if not line.startswith("An error occurred while calling")]
    return (told or lines or [type(error).__name__])[0][:300]
