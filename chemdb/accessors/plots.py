"""`db.plot`: the figures of a database."""

from chemdb.plot.anions import plot_anions
from chemdb.plot.chemical_system import plot_composition
from chemdb.plot.comparison_figure import plot_compare
from chemdb.plot.database_figures import DatabaseFigures
from chemdb.plot.density_map import plot_density
from chemdb.plot.embedding_map import plot_map
from chemdb.plot.map_grid import plot_map_grid
from chemdb.plot.map_page import plot_map_page
from chemdb.plot.paper_figures import plot_paper
from chemdb.plot.periodic_table import plot_periodic_table
from chemdb.plot.substitution_matrix import plot_substitution


class Plots(DatabaseFigures):
    """The figures of a database, as ``chemdb plot`` draws them.

    Every method returns a matplotlib Figure, which notebooks show, with its caption as attribute ``caption``.
    With ``output``, a .png, .svg or .pdf file, it is saved too, and its caption to a text file beside it.
    All take a ``style`` file of matplotlib, and those with categories a ``palette``, okabe-ito or paper.
    Figures of maps make the maps that the file does not have, and store them in it.

    A method is a function of the module that draws the figure: its first argument becomes ``self``.

    Parameters
    ----------
    database : Database
    """

    periodic_table = plot_periodic_table
    substitution = plot_substitution
    composition = plot_composition
    map = plot_map
    map_page = plot_map_page
    map_grid = plot_map_grid
    anions = plot_anions
    density = plot_density
    compare = plot_compare
    paper = plot_paper
