"""Results as documents: typed values, no syntax."""
