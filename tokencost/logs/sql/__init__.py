"""The one query over records, in words that engines share."""
