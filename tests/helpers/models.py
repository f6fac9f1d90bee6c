"""Models and functions that workers of other processes can import."""

import os
import signal
import time
from pathlib import Path

import numpy as np


class Heaviest:
    """Scores by the mean atomic weight of magpie; counts how often it was made in this process."""

    made = 0

    def __init__(self):
        type(self).made += 1

    def predict(self, vectors):
        return vectors[:, 1]


def fewest_atoms(batch):
    """Scores with many ties."""
    return -batch.factors.sum(axis=1).astype(np.int16)


def no_score_with_oxygen(batch):
    """NaN where there is oxygen."""
    return np.where((batch.elements == 8).any(axis=1), np.nan, 1)


def fails_with_three(batch):
    """Raises where there are three elements."""
    if batch.elements.shape[1] == 3:
        raise ValueError("no ternaries")
    return np.ones(len(batch))


def one_score(batch):
    """Returns too few scores."""
    return np.ones(1)


class DiesOnce:
    """A function that kills its process at one item, the first time."""

    def __init__(self, item, folder):
        self.item, self.marker = item, Path(folder) / "died"

    def __call__(self, item):
        if item == self.item and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item * item


class AlwaysDies:
    """A function that kills its process at one item."""

    def __init__(self, item):
        self.item = item

    def __call__(self, item):
        if item == self.item:
            os.kill(os.getpid(), signal.SIGKILL)
        return item * item


def wait_for(path):
    """Return when there is such a file."""
    while not Path(path).exists():
        time.sleep(0.05)
    return path


def formulas(piece):
    """Returns the formulas of a piece."""
    return [formula for batch in piece.batches() for formula in batch.formula.to_pylist()]
