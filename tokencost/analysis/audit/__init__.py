"""Other public price tables, read, and held against ours."""
