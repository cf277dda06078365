"""What runs the query: DuckDB, Spark, and sums that other engines exported."""
