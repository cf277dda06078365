"""Published claims and their verdicts as documents."""
