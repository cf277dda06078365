"""`tokencost refresh`: the commands that stand in texts, run again."""
