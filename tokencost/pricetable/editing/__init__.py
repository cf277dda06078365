"""From a new price to a changed prices.toml, in which all other lines stay."""
