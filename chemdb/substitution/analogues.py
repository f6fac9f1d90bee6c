"""The known analogues of compositions: those that differ by one element, with their substitution weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemdb.substitution.frames import Compositions, Frames, frame_numbers
from chemdb.substitution.weights import PER_UNIT

#: Most analogues that a suggestion names.
N_NAMED = 3


@dataclass(frozen=True)
class Analogues:
    """Known analogues of n compositions: those of row i are at ``starts[i]`` to ``starts[i + 1]``.

    Attributes
    ----------
    starts : array of int64, shape (n + 1,)
    known : array of int64
        Rows of the known compositions, those with the largest weights first, then by formula.
    element, replaced_by : array of int64
        Atomic numbers of the element of the analogue, and of that in its place.
    weight : array of float64
    """

    starts: NDArray[np.int64]
    known: NDArray[np.int64]
    element: NDArray[np.int64]
    replaced_by: NDArray[np.int64]
    weight: NDArray[np.float64]

    def counts(self) -> NDArray[np.int64]:
        """Return how many analogues each composition has."""
        return np.diff(self.starts)

    def scores(self) -> NDArray[np.float64]:
        """Return the score of each composition: the sum of the weights."""
        sums = np.concatenate([[0.0], np.cumsum(np.rint(self.weight * PER_UNIT))])
        scores: NDArray[np.float64] = (sums[self.starts[1:]] - sums[self.starts[:-1]]) / PER_UNIT
        return scores

    def texts(self, formulas: Sequence[str], symbols: Sequence[str]) -> list[str]:
        """Return the nearest analogues of each composition as text: SrCuAs2O7 (P for As), ….

        Parameters
        ----------
        formulas : sequence of str
            Of the known compositions.
        symbols : sequence of str
            By atomic number - 1.
        """
        return self._joined(
            [
                f"{formulas[known]} ({symbols[replaced_by - 1]} for {symbols[element - 1]})"
                for known, element, replaced_by in zip(*self._named(), strict=True)
            ]
        )

    def entries(self, material_ids: Sequence[str | None]) -> list[str]:
        """Return the entries of the nearest analogues of each composition, in the same order.

        Parameters
        ----------
        material_ids : sequence of str or None
            Of the known compositions.
        """
        return self._joined([material_ids[known] or "–" for known in self._named()[0]])

    def _named(self) -> list[list[int]]:
        """Return known, element and replaced_by of the analogues that are named."""
        place = np.arange(len(self.known)) - np.repeat(self.starts[:-1], self.counts())
        return [column[place < N_NAMED].tolist() for column in (self.known, self.element, self.replaced_by)]

    def _joined(self, texts: list[str]) -> list[str]:
        """Return the texts of the named analogues as one text for each composition."""
        ends = np.cumsum(np.minimum(self.counts(), N_NAMED)).tolist()
        return [", ".join(texts[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def analogues_of(
    compositions: Compositions, frames: Frames, weights: NDArray[np.float64], formula_rank: NDArray[np.int64]
) -> Analogues:
    """Return the known analogues of compositions.

    Parameters
    ----------
    compositions : Compositions
    frames : Frames
        Of the known compositions.
    weights : array of float64, shape (104, 104)
        From `chemdb.substitution.weights.substitution_weights`.
    formula_rank : array of int64
        Place of each known composition in alphabetical order of the formulas.
    """
    numbers = frame_numbers(compositions)
    rows, places = np.nonzero(numbers >= 0)
    found = frames.find(numbers[rows, places])
    rows, places, found = (array[found >= 0] for array in (rows, places, found))
    sizes = np.diff(frames.starts)[found]
    first = np.repeat(frames.starts[found] - (np.cumsum(sizes) - sizes), sizes)
    fillers = first + np.arange(len(first))
    rows, places = np.repeat(rows, sizes), np.repeat(places, sizes)
    element, replaced_by = frames.fillers[fillers], compositions.elements[rows, places]
    known, weight = frames.compositions[fillers], weights[element, replaced_by]
    order = np.lexsort((formula_rank[known], -weight, rows))
    # A known composition is no analogue of its own.
    order = order[(element != replaced_by)[order]]
    starts = np.searchsorted(rows[order], np.arange(len(compositions) + 1))
    return Analogues(starts, known[order], element[order], replaced_by[order], weight[order] / PER_UNIT)
