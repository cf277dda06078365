"""Log files as bytes: found, recognised, decompressed, and made safe for engines to read."""
