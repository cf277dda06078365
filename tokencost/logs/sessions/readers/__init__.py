"""What each program writes of its calls, and how that is read."""
