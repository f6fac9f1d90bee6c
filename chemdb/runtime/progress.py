"""Progress reporting, independent of the display."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

#: Called with the completed fraction of a step, 0 to 1.
Progress = Callable[[float], None]

#: Enters a step by its name; gives the step's `Progress`.
Steps = Callable[[str], AbstractContextManager[Progress]]


def no_progress(done: float) -> None:
    """Show nothing."""


@contextmanager
def no_steps(name: str) -> Iterator[Progress]:
    """Show nothing."""
    yield no_progress
