"""What a record is: the kinds of logs, records within records, and keys that occur twice."""
