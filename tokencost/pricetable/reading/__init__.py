"""From the text of prices.toml to a table, with every problem at its line."""
