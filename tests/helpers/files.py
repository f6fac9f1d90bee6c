"""What is in a folder."""


def names(folder):
    """Return the names in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())
