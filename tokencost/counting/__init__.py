"""How many tokens a text is for each model, and what it costs there."""
