"""Exports of compositions as a folder of Parquet files, on a disk or in an object store."""
