"""How strongly a known filler of a frame suggests another element in its place.

The weights are those of EASE (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019),
a recommender with a closed form, with frames for users and elements for items. With X[frame, element] = 1
where the element fills the frame, G = XᵀX and P = (G + λI)⁻¹,

    W[a, b] = -P[a, b] / P[b, b],    W[b, b] = 0

minimises |X - XW|² + λ|W|² over all W without a diagonal: of all weighted sums over the other fillers, the
one that predicts best which elements fill a frame. That elements replace each other alike in different
compounds is the idea of Hautier et al., Inorg. Chem. 50, 656 (2011).
"""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from chemdb.chemistry.elements import N_ELEMENTS
from chemdb.substitution.frames import Frames

#: λ; 10 to 500 rank equally well.
REGULARISATION = 100.0
#: Weights are rounded to whole millionths, so that sums of them are exact in any order.
PER_UNIT = 1_000_000


def substitution_weights(frames: Frames, regularisation: float = REGULARISATION) -> NDArray[np.float64]:
    """Return W, how strongly filler a suggests element b in its place, by atomic numbers.

    Returns
    -------
    array of float64, shape (104, 104)
        Whole numbers of millionths. Zero in row and column 0 and on the diagonal.
    """
    # Small matrices: more threads would not be faster, and the caller may have asked for one.
    with threadpool_limits(1):
        inverse = np.linalg.inv(frames.shared() + regularisation * np.eye(N_ELEMENTS + 1))
    weights: NDArray[np.float64] = np.rint(-inverse / np.diag(inverse) * PER_UNIT)
    np.fill_diagonal(weights, 0)
    # Without negative zeros.
    return weights + 0.0
