"""Published claims: read from their file, and judged against the prices of their day."""
