"""Parquet: the records of a document as typed columns, rates as exact decimals. Written by duckdb."""

import os
import tempfile

from tokencost.documents.document import Document, Field, Figure, Kind
from tokencost.render.numbers import show_exact

TYPES: dict[Kind, str] = {
    "rate": "DECIMAL(24, 12)",  # the table has no rate above 1,000,000, and none with more than 12 decimals
    "count": "BIGINT",
    "when": "DATE",
    "bound": "TIMESTAMPTZ",
}


def encode(document: Document, _format: str) -> bytes:
    """The first records as a Parquet file."""
    import duckdb

    table = document.records[0]
    columns = ", ".join(f'"{column.key}" {_type(column)}' for column in table.columns)
    values = [
        [
            None if (value.value if isinstance(value, Figure) else value) is None else show_exact(value, column.kind)
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    marks = ", ".join(f"CAST(? AS {_type(column)})" for column in table.columns)
    # duckdb writes Parquet to a path only.
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder, duckdb.connect() as connection:
        path = os.path.join(folder, "rows.parquet")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE records ({columns})")
        if values:
            connection.executemany(f"INSERT INTO records VALUES ({marks})", values)  # noqa: S608  # types, not input
        connection.execute("COPY records TO $path (FORMAT parquet)", {"path": path})
        with open(path, "rb") as stream:
            return stream.read()


def _type(column: Field) -> str:
    return TYPES.get(column.kind, "VARCHAR")
