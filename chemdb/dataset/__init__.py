"""Compositions as a folder of Parquet files, on a disk or in an object store, by one process or many."""
