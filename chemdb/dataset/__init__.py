"""Compositions exported as a folder of Parquet files, on a disk or in an object store, in one process or many."""
