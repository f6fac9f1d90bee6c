"""Reports on a file: the tables of the paper, build information, separation of the categories."""
