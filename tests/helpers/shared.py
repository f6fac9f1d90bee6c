"""Files that are made once for all workers of a test run."""

import os
from contextlib import contextmanager

from filelock import FileLock


@contextmanager
def made_once(tmp_path_factory, name, make):
    """Give the path of a file that the first worker to ask makes, by `make(path)`; the others wait.

    Nobody may write it: at the end it is as it was.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which all workers share
    path = folder / "shared" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f"{path.name}.made")):
        if not path.exists():
            unfinished = path.with_name(f"unfinished-{path.name}")
            unfinished.unlink(missing_ok=True)
            make(unfinished)
            unfinished.chmod(0o444)
            unfinished.rename(path)
    before = path.stat()
    yield path
    after = path.stat()
    # Permissions do not stop root.
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size), (
        f"a test changed {path}"
    )
