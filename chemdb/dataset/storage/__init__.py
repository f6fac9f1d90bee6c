"""Where the files of an export are: a folder on a disk, or objects that share a prefix."""
