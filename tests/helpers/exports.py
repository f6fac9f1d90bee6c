"""A small export."""

QUERY = "elements=H,O"
#: Rows of a file; five files of the small database.
ROWS = 1500


def stamps(folder):
    """Return what changes when a file of an export is written again, by paths."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*.parquet")}
