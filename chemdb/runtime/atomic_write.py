"""Atomic writes: a file appears complete or not at all, and one process writes it at a time.

``NAME`` is written as ``NAME.partial``, then renamed; scratch files of its writer are called
``NAME.partial.*``. These names are the same for every process, so the next run for the same target
removes what a killed one left behind. A lock on ``NAME.lock``, which the operating system releases
however the process ends, keeps a second process out and tells it which one holds the file.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from chemdb.errors import ChemdbError, FileError, is_utf8
from chemdb.runtime.interrupt import deferred_interrupt, replaced_files


@contextmanager
def atomic_write(
    *targets: Path, error: type[ChemdbError] = FileError, patience: float = 0, report: bool = True
) -> Iterator[list[Path]]:
    """Give temporary paths to write to; they replace `targets` when the body succeeds.

    On any failure, Ctrl-C included, the targets are unchanged and nothing is left beside them.
    Replaced targets are added to `chemdb.runtime.interrupt.replaced_files`. A symbolic link stays
    and the file it points to is replaced; a file keeps its permissions; a device or a pipe is
    written to directly.

    Parameters
    ----------
    *targets : Path
        Several targets belong together: none is replaced before all are written.
    error : type of ChemdbError
        Raised for what the operating system refuses.
    patience : float
        Longest wait in s for another process that writes the same target.
    report : bool
        Whether Ctrl-C tells the user about the targets; not for files in a cache.

    Raises
    ------
    ChemdbError
        A target cannot be written, or another process is writing it.
    """
    try:
        with ExitStack() as stack:
            places = [_resolved(target, error) for target in targets]
            partials = [
                place
                if _is_stream(place)
                else stack.enter_context(_partial_file(place, target, error, patience))
                for place, target in zip(places, targets, strict=True)
            ]
            yield partials
            written = [
                (partial, place, target)
                for partial, place, target in zip(partials, places, targets, strict=True)
                if partial != place
            ]
            for partial, place, _ in written:
                if place.exists():
                    shutil.copymode(place, partial)
                sync(partial)
            with deferred_interrupt():
                for partial, place, target in written:
                    partial.replace(place)
                    if report:
                        replaced_files.append(target)
                    sync(place.parent)
    except OSError as problem:
        raise error(f"{targets[0]}: cannot be written ({os_reason(problem)})") from None


@contextmanager
def file_lock(
    place: Path, display: Path | None = None, error: type[ChemdbError] = FileError, patience: float = 0
) -> Iterator[None]:
    """Keep other processes from writing `place`, which need not exist, during the body.

    Parameters
    ----------
    place : Path
    display : Path, optional
        The name to use in messages.
    error : type of ChemdbError
    patience : float
        Longest wait in s for another process.

    Raises
    ------
    ChemdbError
        Another process holds the lock; the message names it.
    """
    from filelock import FileLock, Timeout

    file = place.with_name(place.name + ".lock")
    lock = FileLock(file, timeout=patience)
    try:
        lock.acquire()
    except Timeout:
        raise error(f"{display or place}: in use by {_holder(file)}; wait until it ends") from None
    except OSError as problem:
        raise error(f"{display or place}: cannot be written ({os_reason(problem)})") from None
    try:
        file.write_text(_this_process(), encoding="utf-8")
        yield
    finally:
        # Removed while locked: a process that waits for this file sees that it is gone and creates a new one.
        file.unlink(missing_ok=True)
        lock.release()


def check_target(target: Path, error: type[ChemdbError] = FileError) -> None:
    """Raise unless a file of this name could be written; call it before long work.

    Raises
    ------
    ChemdbError
        It is a folder, its folder does not exist, or its name is not UTF-8 text.
    """
    _resolved(target, error)


def os_reason(problem: OSError) -> str:
    """Return what the operating system says about an error, in a few words."""
    return (os.strerror(problem.errno) if problem.errno else str(problem)).lower()


def _resolved(target: Path, error: type[ChemdbError]) -> Path:
    """Return the file behind symbolic links; devices and pipes stay as they are."""
    if target.is_dir():
        raise error(f"{target}: cannot be written (is a folder)")
    if _is_stream(target):
        return target
    place = Path(os.path.realpath(target))
    if not place.parent.is_dir():
        raise error(f"{target}: cannot be written (the folder {place.parent} does not exist)")
    if not is_utf8(str(place)):
        raise error(f"{place}: cannot be written (not UTF-8 text; choose another name)")
    return place


def _is_stream(path: Path) -> bool:
    """Return whether a path can be written to but not replaced, such as /dev/null."""
    return path.exists() and not path.is_file()


@contextmanager
def _partial_file(place: Path, display: Path, error: type[ChemdbError], patience: float) -> Iterator[Path]:
    """Give the path of a locked temporary file, removed at the end."""
    partial = place.with_name(place.name + ".partial")
    with file_lock(place, display, error, patience):
        _remove_partial(partial)
        try:
            yield partial
        finally:
            with suppress(OSError):
                _remove_partial(partial)


def _remove_partial(partial: Path) -> None:
    """Remove a temporary file and its scratch files."""
    for path in list(partial.parent.iterdir()):
        if path == partial or path.name.startswith(partial.name + "."):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _this_process() -> str:
    # Without options, which may contain a key.
    program, *words = sys.argv or [""]
    name = "chemdb" if Path(program).name == "__main__.py" else Path(program).name or "python"
    return " ".join([str(os.getpid()), name, *takewhile(lambda word: not word.startswith("-"), words)])


def _holder(file: Path) -> str:
    process = command = ""
    # The process that has just taken the lock may not have written its name yet.
    for _ in range(20):
        with suppress(OSError):
            process, _, command = " ".join(file.read_text(encoding="utf-8").split()).partition(" ")
        if process:
            break
        time.sleep(0.02)
    return f"process {process} ({command})" if process.isdigit() else "another process"
