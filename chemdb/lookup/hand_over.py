"""Formulas as objects of pymatgen and ASE, which are imported on demand."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.errors import ChemdbError, FormulaError
from chemdb.lookup.formula_input import formula_texts

if TYPE_CHECKING:
    from ase.formula import Formula
    from pymatgen.core.composition import Composition


def to_pymatgen(formulas: Any) -> "Composition | list[Composition | None]":
    """Return a reduced formula as a pymatgen Composition, or several as a list of them.

    Parameters
    ----------
    formulas : str, mapping, iterable or table
        As in `chemdb.api.Database.label`, also what ``query``, ``suggest``, ``sql`` and ``label`` return.
        Missing formulas become None.

    Raises
    ------
    ChemdbError
        pymatgen is not installed, a text is not a formula, or there is something else than formulas.

    Examples
    --------
    >>> to_pymatgen("LiZnO2").get_atomic_fraction("O")
    0.5
    """
    made: Composition | list[Composition | None]
    made = _handed_over(formulas, "to_pymatgen", "pymatgen.core", "Composition", "pymatgen")
    return made


def to_ase(formulas: Any) -> "Formula | list[Formula | None]":
    """Return a reduced formula as an ASE Formula, or several as a list of them.

    A composition has no structure, so there is nothing of which ASE could make Atoms.

    Parameters
    ----------
    formulas : str, mapping, iterable or table
        As in `to_pymatgen`.

    Raises
    ------
    ChemdbError
        ASE is not installed, a text is not a formula, or there is something else than formulas.

    Examples
    --------
    >>> to_ase("Ca(OH)2").count()
    {'Ca': 1, 'H': 2, 'O': 2}
    """
    made: Formula | list[Formula | None] = _handed_over(formulas, "to_ase", "ase.formula", "Formula", "ase")
    return made


def _handed_over(formulas: Any, asked: str, module: str, name: str, package: str) -> Any:
    try:
        make = getattr(import_module(module), name)
    except ImportError:
        raise ChemdbError(f"{asked}: needs {package}; install it with 'pip install {package}'") from None
    texts = formula_texts(formulas, asked)
    read = read_formulas(pa.array(texts, pa.string()), elements())
    for row, text in enumerate(texts):
        if text is not None and (reason := read.reason(row)):
            raise FormulaError(f"{asked}: {text!r} is not a formula: {reason}")
    made = [None if formula is None else make(formula) for formula in read.formula().to_pylist()]
    return made[0] if isinstance(formulas, str | Mapping) else made
