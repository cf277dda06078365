"""Sessions of agents in the terminal: files in which the calls of models stand among many other lines."""
