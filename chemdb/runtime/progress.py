"""Progress reporting, independent of the display."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """What a step calls to tell how far it is."""

    def __call__(self, done: float, figure: str = "") -> None:
        """Report the completed fraction, 0 to 1, and what the step has made, such as ``43 rows``."""


#: Enters a step by its name; gives the step's `Progress`.
Steps = Callable[[str], AbstractContextManager[Progress]]


def no_progress(done: float, figure: str = "") -> None:
    """Show nothing."""


@contextmanager
def no_steps(name: str) -> Iterator[Progress]:
    """Show nothing."""
    yield no_progress
