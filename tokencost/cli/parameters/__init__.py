"""The options that commands share, and how the values of options are read."""
