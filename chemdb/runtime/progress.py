"""How long work tells what it is doing, without knowing who listens."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

#: Told how much of a step is done, from 0 to 1.
Progress = Callable[[float], None]

#: Enters a step by its name; gives the step's `Progress`.
Steps = Callable[[str], AbstractContextManager[Progress]]

#: Files that this command has replaced so far, as the user calls them: what Ctrl-C leaves changed.
replaced: list[Path] = []


def no_progress(done: float) -> None:
    """Show nothing."""


@contextmanager
def no_steps(name: str) -> Iterator[Progress]:
    """Show nothing."""
    yield no_progress
