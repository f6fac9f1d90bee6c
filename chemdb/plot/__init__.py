"""Figures: one module for each.

`plot_NAME` is the method ``db.plot.NAME``, with all parameters of the figure; `draw` returns the `Drawing`.
"""

import os


def _import_matplotlib() -> None:
    """Import matplotlib whatever backend $MPLBACKEND names: figures are saved without one."""
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        try:
            matplotlib.rcParams["backend"] = backend
        except ValueError:
            return  # not installed; pyplot, which chemdb does not use, chooses another


_import_matplotlib()
