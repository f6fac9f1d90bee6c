"""Write the explorer of a file: as one page, or as a folder for a web server."""

from pathlib import Path

import duckdb

from chemdb.errors import FileError
from chemdb.explorer.pack import FASTEST, SMALLEST, pack
from chemdb.explorer.page_files import folder_files, single_page
from chemdb.runtime.atomic_write import atomic_write, os_reason
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Steps, no_steps


def write_site(
    con: duckdb.DuckDBPyConnection,
    target: Path,
    limits: Limits,
    fast: bool = False,
    steps: Steps = no_steps,
) -> int:
    """Write the explorer of a file; return its size in bytes.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    target : Path
        A file named ``*.html``, or a folder, which is made if necessary. Other files in it stay.
    limits : Limits
    fast : bool
        Compress in a second instead of fifteen; the result is half as large again.
    steps : callable, optional

    Raises
    ------
    FileError
        It cannot be written; existing files are unchanged.
    """
    is_file = target.suffix.lower() in (".html", ".htm")
    level = FASTEST if fast else SMALLEST

    def packed(delivery: str) -> dict[str, bytes]:
        with steps("Pack") as progress:
            return pack(con, delivery, level, limits.threads, progress)

    if is_file:
        # What keeps the page from being written is said before the work.
        with atomic_write(target) as [partial]:
            return partial.write_bytes(single_page(packed("file")).encode())
    _make_folders({target}, target)
    files = {target / name: content for name, content in folder_files(packed("folder")).items()}
    _make_folders({path.parent for path in files}, target)
    with atomic_write(*files) as partials:
        for partial, content in zip(partials, files.values(), strict=True):
            partial.write_bytes(content)
    return sum(map(len, files.values()))


def _make_folders(folders: set[Path], target: Path) -> None:
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FileError(f"{target}: cannot be written ({os_reason(problem)})") from None
