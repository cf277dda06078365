"""Sums of tokens become money."""
