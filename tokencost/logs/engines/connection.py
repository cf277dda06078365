"""How every connection of DuckDB is made that reads logs: it loads no extension, and so needs no network."""

import duckdb


def connected(**settings: str) -> duckdb.DuckDBPyConnection:
    """A connection with these settings beside our own."""
    return duckdb.connect(
        config={"autoload_known_extensions": False, "autoinstall_known_extensions": False, **settings}
    )
