"""What is in a folder."""


def names(folder):
    """Return the names in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def content(folder):
    """Return the content of all files below a folder, by their names relative to it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
