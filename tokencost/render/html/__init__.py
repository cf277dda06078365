"""HTML: tables for pasting, and the page of `tokencost report`."""
