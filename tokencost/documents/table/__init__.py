"""The price table, what is wrong with it and how it changed, as documents."""
