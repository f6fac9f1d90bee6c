"""`db.plot`, `db.known` and `db.export`: what the commands of these names do, in Python."""
