"""Tables in files: read a user file, write record batches."""
