"""One module for each output format of text or rows; `FORMATS` in `tokencost.render` lists all formats."""
