"""How many threads and how much memory work may use."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chemdb.errors import ChemdbError

#: Read by the linear-algebra libraries, Arrow and numba when they are imported.
POOL_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_IO_THREADS",
)  # fmt: skip


def available_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_memory(text: str) -> bool:
    """Return whether a text is an amount of memory that DuckDB understands, such as 2GB."""
    return bool(re.fullmatch(r"\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)", text.strip(), re.IGNORECASE))


@dataclass(frozen=True)
class Limits:
    """Threads and memory that a handle, or a command, may use.

    Attributes
    ----------
    threads : int
        All available processors by default.
    memory_limit : str or None
        Memory of each handle's DuckDB, such as 2GB; None leaves DuckDB's default of 80% of the machine's.
    temp_directory : Path or None
        Folder for what does not fit into that memory; None stands for ``TMPDIR``, or ``/tmp``.
    """

    threads: int = field(default_factory=available_processors)
    memory_limit: str | None = None
    temp_directory: Path | None = None

    @classmethod
    def of(
        cls,
        threads: int | None = None,
        memory_limit: str | None = None,
        temp_directory: str | os.PathLike[str] | None = None,
    ) -> "Limits":
        """Return limits; None stands for the default of each.

        Raises
        ------
        ChemdbError
            No thread, or no amount of memory.
        """
        if threads is not None and threads < 1:
            raise ChemdbError(f"threads {threads}: take 1 or more")
        if memory_limit is not None and not is_memory(memory_limit):
            raise ChemdbError(f"memory_limit {memory_limit!r}: write an amount of memory, such as 2GB")
        folder = Path(temp_directory) if temp_directory else None
        return cls(threads or available_processors(), memory_limit, folder)

    @property
    def duckdb_config(self) -> dict[str, Any]:
        """Settings of a DuckDB instance that keeps to these limits, but for its folder."""
        config: dict[str, Any] = {"threads": self.threads}
        if self.memory_limit:
            config["memory_limit"] = self.memory_limit
        return config


@contextmanager
def limited_thread_pools(threads: int | None) -> Iterator[None]:
    """Limit the thread pools of libraries that are imported, and of processes started, in the body.

    None leaves the choice to the libraries.
    """
    before = {name: os.environ.get(name) for name in POOL_VARIABLES}
    if threads:
        os.environ.update(dict.fromkeys(POOL_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
