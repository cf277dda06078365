"""What is marked in a person's text, to be kept current: found and replaced, without running anything."""
