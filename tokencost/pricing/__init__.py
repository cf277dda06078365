"""Rate lookup and exact multiplication."""
