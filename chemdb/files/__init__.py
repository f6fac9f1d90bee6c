"""Read tables from user files, write record batches to files."""
