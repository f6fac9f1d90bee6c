"""A matplotlib figure that notebooks show, whatever backend matplotlib has."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

#: Resolution in notebooks, and pixels per inch at which they show it.
DPI, SHOWN = 144, 96


class CaptionedFigure(Figure):
    """A figure with its caption.

    Attributes
    ----------
    caption : str
        What the figure shows, and the data behind it; empty until it is drawn.
    style : callable
        Returns a context with the settings of matplotlib with which the figure is drawn.
    """

    caption: str = ""
    style: Callable[[], AbstractContextManager[None]] = nullcontext

    def _ipython_display_(self) -> None:
        """Show the figure, also where pyplot has told IPython how to show figures: without their style."""
        from IPython.display import display

        png, size = self._repr_png_()
        display({"image/png": png, "text/plain": repr(self)}, metadata={"image/png": size}, raw=True)

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the figure as PNG, and its size in pixels."""
        with BytesIO() as stream:
            with self.style():
                self.savefig(stream, format="png", dpi=DPI)
            width, height = (round(SHOWN * inches) for inches in self.get_size_inches())
            return stream.getvalue(), {"width": width, "height": height}
