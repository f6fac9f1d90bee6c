"""Files that appear whole or not at all: written beside their place, then renamed into it.

``NAME`` is written as ``NAME.partial``; what else its writer needs is called ``NAME.partial.*``. Every
run has the same name for them, not one of its own: so what a killed run left is known for what it
is, and the next run for the same target clears it. That two runs do not write it at once is
seen to by a lock on ``NAME.lock``, which the operating system gives up with the process, however
that ends. The second of two is turned away, and told who is at work, rather than let both work and
keep the result of the slower.
"""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from chemdb.errors import ChemdbError, FileError, is_utf8
from chemdb.runtime.progress import replaced


@contextmanager
def whole(
    *targets: Path, error: type[ChemdbError] = FileError, patience: float = 0, report: bool = True
) -> Iterator[list[Path]]:
    """Give paths to write to, which take the places of `targets` when the body succeeds.

    On any failure, Ctrl-C included, the targets are as they were and nothing is left beside
    them; those that were replaced are in `chemdb.runtime.progress.replaced`. A symbolic link stays one:
    what it points to is replaced. A file keeps its permissions. A device or a pipe is written to as
    it is.

    Parameters
    ----------
    *targets : Path
        One, or several that belong together: none is replaced before all are written.
    error : type of ChemdbError
        Raised for what the operating system refuses.
    patience : float
        Wait at most this long in s for another run that writes the same.
    report : bool
        Whether Ctrl-C tells the user about the targets; not for files in a cache.

    Raises
    ------
    ChemdbError
        A target cannot be written, or another run writes it.
    """
    try:
        with ExitStack() as stack:
            places = [_place(target, error) for target in targets]
            partials = [
                place
                if _is_stream(place)
                else stack.enter_context(_unfinished(place, target, error, patience))
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
                _sync(partial)
            with _ctrl_c_afterwards():
                for partial, place, target in written:
                    partial.replace(place)
                    if report:
                        replaced.append(target)
                    _sync(place.parent)
    except OSError as problem:
        raise error(f"{targets[0]}: cannot be written ({reason(problem)})") from None


@contextmanager
def locked(
    place: Path, named: Path | None = None, error: type[ChemdbError] = FileError, patience: float = 0
) -> Iterator[None]:
    """Keep other runs from writing `place`, which need not exist, until the end of the body.

    Parameters
    ----------
    place : Path
    named : Path, optional
        What the user calls it.
    error : type of ChemdbError
    patience : float
        Wait at most this long in s for another run.

    Raises
    ------
    ChemdbError
        Another run has the lock; the message says which.
    """
    from filelock import FileLock, Timeout

    file = place.with_name(place.name + ".lock")
    lock = FileLock(file, timeout=patience)
    try:
        lock.acquire()
    except Timeout:
        raise error(f"{named or place}: in use by {_holder(file)}; wait until it ends") from None
    except OSError as problem:
        raise error(f"{named or place}: cannot be written ({reason(problem)})") from None
    try:
        file.write_text(_this_process(), encoding="utf-8")
        yield
    finally:
        # While the lock is held: whoever waits for this file sees that it has gone, and makes a new one.
        file.unlink(missing_ok=True)
        lock.release()


def reason(problem: OSError) -> str:
    """Return what the operating system says of an error, in a few words."""
    return (os.strerror(problem.errno) if problem.errno else str(problem)).lower()


def _place(target: Path, error: type[ChemdbError]) -> Path:
    """Return where a file goes: past symbolic links, but as it is if it is a device or a pipe."""
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
    """Say whether a path is something to write to that cannot be replaced, such as /dev/null."""
    return path.exists() and not path.is_file()


@contextmanager
def _unfinished(place: Path, named: Path, error: type[ChemdbError], patience: float) -> Iterator[Path]:
    """Give the path of the unfinished file, with no other run at work there and nothing left in the end."""
    partial = place.with_name(place.name + ".partial")
    with locked(place, named, error, patience):
        _clear(partial)
        try:
            yield partial
        finally:
            with suppress(OSError):
                _clear(partial)


def _clear(partial: Path) -> None:
    """Remove an unfinished file and what is beside it."""
    for path in list(partial.parent.iterdir()):
        if path == partial or path.name.startswith(partial.name + "."):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def _ctrl_c_afterwards() -> Iterator[None]:
    """Have Ctrl-C come after the body, not within: files that belong together are replaced together."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _this_process() -> str:
    # Without options, which may hold a key.
    program, *words = sys.argv or [""]
    name = "chemdb" if Path(program).name == "__main__.py" else Path(program).name or "python"
    return " ".join([str(os.getpid()), name, *takewhile(lambda word: not word.startswith("-"), words)])


def _holder(file: Path) -> str:
    try:
        process, _, command = " ".join(file.read_text(encoding="utf-8").split()).partition(" ")
    except OSError:
        process = command = ""
    return f"process {process} ({command})" if process.isdigit() else "another process"
