"""What runs the query, and what it meets in real files: DuckDB and Spark."""
