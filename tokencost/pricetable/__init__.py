"""The price table: its schema, loading with line numbers, names and instants."""
