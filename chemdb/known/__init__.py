"""Sources of known materials: each module turns one kind of source into a `KnownSource`."""
