"""What a record is: the kinds of logs, and keys that occur twice in a record."""
