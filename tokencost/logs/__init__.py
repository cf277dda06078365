"""Request logs: the kinds of their records, the sums that engines make of them, and the bill for those sums."""
