"""One module for each output format of text or rows."""
