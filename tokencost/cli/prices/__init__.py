"""The commands of `tokencost prices`."""
