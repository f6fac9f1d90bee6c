"""Open DuckDB files, run sql/, and move rows in and out of files."""
