"""Make a database file, and change its known sources."""
