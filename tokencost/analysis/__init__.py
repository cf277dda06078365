"""What is asked of prices: comparisons, rows, checks."""
