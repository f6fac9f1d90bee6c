"""One chemical system: a line, a triangle, or slices of a tetrahedron of atomic fractions."""

from chemdb.plot.chemical_system.compositions import SystemCompositions, compositions_of
from chemdb.plot.chemical_system.figure import SLICES, draw, plot_composition
from chemdb.plot.chemical_system.triangle import CORNERS

__all__ = ["CORNERS", "SLICES", "SystemCompositions", "compositions_of", "draw", "plot_composition"]
