"""Turn the content of a file into cells: one module per format, all into the same raw table."""
