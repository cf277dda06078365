"""Questions about the price table itself: what is old or odd in it, what changed, and rows for other programs."""
