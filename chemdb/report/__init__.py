"""The tables of the paper, and others, for a file."""
