"""`db.plot`: the figures of a database."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemdb.accessors.handle import Handle
from chemdb.errors import PlotError
from chemdb.runtime.forks import no_fork
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    import duckdb

    from chemdb.maps.stored import MapSpec
    from chemdb.plot.captioned_figure import CaptionedFigure
    from chemdb.plot.drawing import Drawing

#: A file to save a figure to; its caption goes to a .txt file beside it.
Target = str | os.PathLike[str] | None
#: A style file of matplotlib: fonts, sizes, line widths.
Style = Path | str | None
#: Colours: okabe-ito (colour-blind safe), or paper.
PALETTE = "okabe-ito"


class Plots:
    """The figures of a database, as ``chemdb plot`` draws them.

    Every method returns a matplotlib Figure, which notebooks show, with its caption as attribute ``caption``.
    With ``output``, a .png, .svg or .pdf file, it is saved too, and its caption to a text file beside it.
    All take a ``style`` file of matplotlib, and those with categories a ``palette``, okabe-ito or paper.
    Figures of maps make the maps that the file does not have, and store them in it.

    Parameters
    ----------
    db : Database
    """

    def __init__(self, db: Handle) -> None:
        self._db = db

    def periodic_table(
        self,
        nelements: int | None = None,
        category: str | None = None,
        *,
        query: str | None = None,
        replace: str | None = None,
        f_block: bool = False,
        scale: str = "auto",
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
    ) -> "CaptionedFigure":
        """Return the elements, coloured by the number of compositions that contain them (Figure 1).

        Parameters
        ----------
        nelements : int, optional
            Number of elements of the compositions; 2 by default.
        category : str, optional
            What to count: allowed (the default), known, combinations or one of the four categories.
        query : str, optional
            Count the compositions that match a query instead.
        replace : str, optional
            Show what may replace this element in known compounds instead.
        f_block : bool
            Include lanthanides and actinides.
        scale : str
            Of the colours: auto, linear or log.
        columns : int, optional
            Print width, 1 or 2 columns; 2 by default.
        style : path-like, optional
            A style file of matplotlib.
        output : path-like, optional

        Raises
        ------
        ChemdbError
            There is nothing to draw, or more than one of query, replace and counts is given.
        """
        with no_fork():
            from chemdb.plot.periodic_table import draw, draw_query, draw_replacements
            from chemdb.plot.style import Look

        look = Look(columns=columns, style=style)
        if sum((query is not None, replace is not None, nelements is not None or category is not None)) > 1:
            raise PlotError("periodic_table: give nelements and category, or query, or replace")
        if replace is not None:
            return self._drawn(output, lambda con: draw_replacements(con, replace, f_block, scale, look))
        if query is not None:
            result = self._db.query(query)
            return self._drawn(output, lambda con: draw_query(con, result, query, f_block, scale, look))
        counted = category or "allowed"
        size = 2 if nelements is None else nelements
        return self._drawn(output, lambda con: draw(con, size, counted, f_block, scale, look))

    def substitution(
        self, *, columns: int | None = None, style: Style = None, output: Target = None
    ) -> "CaptionedFigure":
        """Return the matrix of substitution weights, from which `Database.suggest` adds up its scores."""
        with no_fork():
            from chemdb.plot.style import Look
            from chemdb.plot.substitution_matrix import draw

        look = Look(columns=columns, style=style)
        return self._drawn(output, lambda con: draw(con, look))

    def composition(
        self,
        chemsys: str,
        *,
        hull_energies: bool = False,
        palette: str = PALETTE,
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
    ) -> "CaptionedFigure":
        """Return a chemical system by category: a line, a triangle, or slices of a tetrahedron.

        Parameters
        ----------
        chemsys : str
            Such as Li-Zn-O.
        hull_energies : bool
            Write energies above the hull (meV/atom) after known formulas.
        palette : str
        columns : int, optional
            Print width; by default 1 for two or three elements, 2 for four.
        output : path-like, optional

        Raises
        ------
        ChemdbError
            Not a chemical system of the file, unknown palette, or no energies.
        """
        with no_fork():
            from chemdb.plot.chemical_system import draw
            from chemdb.plot.style import Look

        look = Look(palette, columns, style)
        return self._drawn(output, lambda con: draw(con, chemsys, hull_energies, look))

    def map(
        self,
        embedding: str = "magpie",
        method: str = "umap",
        nelements: int = 2,
        *,
        per_category: int = 3000,
        seed: int = 0,
        components: int = 2,
        standardize: bool = False,
        settings: Mapping[str, Any] | None = None,
        palette: str = PALETTE,
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
        steps: Steps = no_steps,
    ) -> "CaptionedFigure":
        """Return one map, coloured by category; see `Database.map` for the parameters of maps.

        Raises
        ------
        ChemdbError
            Unknown embedding, method, parameter or palette.
        """
        with no_fork():
            from chemdb.maps.stored import map_spec
            from chemdb.plot.embedding_map import draw
            from chemdb.plot.style import Look

        look = Look(palette, columns, style)
        spec = map_spec(embedding, method, nelements, per_category, seed, components, standardize, settings)
        self._have_maps([spec], output, steps)
        return self._drawn(output, lambda con: draw(con, spec, look))

    def map_page(
        self,
        output: str | os.PathLike[str],
        embedding: str = "magpie",
        method: str = "umap",
        nelements: int = 2,
        *,
        per_category: int = 3000,
        seed: int = 0,
        components: int = 2,
        standardize: bool = False,
        settings: Mapping[str, Any] | None = None,
        palette: str = PALETTE,
        steps: Steps = no_steps,
    ) -> Path:
        """Write one map as an interactive page that works offline, a .html file; return its path.

        Raises
        ------
        ChemdbError
            As `map`, or the file cannot be written.
        """
        with no_fork():
            from chemdb.maps.stored import map_spec
            from chemdb.plot.drawing import check_target
            from chemdb.plot.map_page import write
            from chemdb.plot.style import Look

        target, look = Path(output), Look(palette)
        check_target(target, (".html",))
        spec = map_spec(embedding, method, nelements, per_category, seed, components, standardize, settings)
        self._have_maps([spec], None, steps)
        with self._db.cursor() as con:
            write(con, spec, target, look)
        return target

    def map_grid(
        self,
        nelements: int = 2,
        *,
        per_category: int = 3000,
        seed: int = 0,
        palette: str = PALETTE,
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
        steps: Steps = no_steps,
    ) -> "CaptionedFigure":
        """Return Figure 2, 3 or 4: six representations by three reductions for a number of elements."""
        with no_fork():
            from chemdb.plot.map_grid import draw, specs
            from chemdb.plot.style import Look

        look = Look(palette, columns, style)
        self._have_maps(specs(nelements, per_category, seed), output, steps)
        return self._drawn(output, lambda con: draw(con, nelements, per_category, seed, look))

    def anions(
        self,
        *,
        per_category: int = 3000,
        seed: int = 0,
        palette: str = PALETTE,
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
        steps: Steps = no_steps,
    ) -> "CaptionedFigure":
        """Return Figure 5: the maps of the binaries by anion class."""
        with no_fork():
            from chemdb.plot.anions import draw
            from chemdb.plot.map_grid import specs
            from chemdb.plot.style import Look

        look = Look(palette, columns, style)
        self._have_maps(specs(2, per_category, seed), output, steps)
        return self._drawn(output, lambda con: draw(con, per_category, seed, look))

    def density(
        self,
        embedding: str = "magpie",
        nelements: int = 4,
        *,
        bins: int = 256,
        columns: int | None = None,
        style: Style = None,
        output: Target = None,
        steps: Steps = no_steps,
    ) -> "CaptionedFigure":
        """Return the density of all compositions with a number of elements, by category; no sampling.

        Raises
        ------
        ChemdbError
            The file has no such representation or number of elements.
        """
        with no_fork():
            from chemdb.maps.exact_pca.density import density
            from chemdb.plot.density_map import draw
            from chemdb.plot.style import Look
            from chemdb.query.sample import check_nelements

        look = Look(columns=columns, style=style)

        def drawn(con: "duckdb.DuckDBPyConnection") -> "Drawing":
            check_nelements(con, nelements)
            return draw(con, density(con, embedding, nelements, bins, steps=steps), look)

        return self._drawn(output, drawn)

    def compare(
        self,
        first: Any,
        second: str | None = None,
        *,
        style: Style = None,
        output: Target = None,
        steps: Steps = no_steps,
    ) -> "CaptionedFigure":
        """Return what differs between two files, sets or sources, by number of elements and by element.

        Parameters
        ----------
        first, second
            As in `Database.compare`.
        output : path-like, optional

        Raises
        ------
        ChemdbError
            As `Database.compare`, or nothing differs.
        """
        with no_fork():
            from chemdb.plot.comparison_figure import draw
            from chemdb.plot.style import Look

        look = Look(style=style)
        comparison = self._db.compare(first, second, steps=steps)
        return self._drawn(output, lambda con: draw(con, comparison, look))

    def paper(
        self,
        folder: str | os.PathLike[str],
        *,
        format: str = "png",
        per_category: int = 3000,
        seed: int = 0,
        palette: str = PALETTE,
        style: Style = None,
        steps: Steps = no_steps,
    ) -> list[tuple[Path, bool]]:
        """Save Figures 1 to 5 in a folder; return their paths and whether each was drawn anew.

        Raises
        ------
        ChemdbError
            Unknown format or palette, or a folder that does not exist or cannot be written.
        """
        with no_fork():
            from chemdb.plot.paper_figures import draw_all
            from chemdb.plot.style import Look

        look = Look(palette, style=style)
        with self._db.cursor():
            results = draw_all(
                self._db.path, Path(folder), format, per_category, seed, look, self._db.limits, steps
            )
        self._db.reopen()
        return results

    def _have_maps(self, specs: "list[MapSpec]", output: Target, steps: Steps) -> None:
        """Make missing maps, once it is clear that the figure can be saved."""
        from chemdb.plot.drawing import check_target

        if output is not None:
            check_target(Path(output))
        self._db.add_maps(specs, steps)

    def _drawn(
        self, output: Target, draw: "Callable[[duckdb.DuckDBPyConnection], Drawing]"
    ) -> "CaptionedFigure":
        from chemdb.plot.captioned_figure import CaptionedFigure
        from chemdb.plot.drawing import check_target, save

        if output is not None:
            check_target(Path(output))
        with self._db.cursor() as con:
            drawing = draw(con)
        if output is not None:
            save(drawing, Path(output))
        figure = drawing.figure
        assert isinstance(figure, CaptionedFigure)
        figure.caption = str(drawing.caption)
        return figure
