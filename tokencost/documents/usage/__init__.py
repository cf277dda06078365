"""What request logs cost as documents."""
