"""The two sides of a comparison: files, oxidation-state sets, or known sources of one file."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from chemdb.cache.kernel_cache import kernel_cache
from chemdb.chemistry.species import OxidationStates, oxidation_states
from chemdb.database.arrays import SystemArrays, as_array, read_systems
from chemdb.database.metadata import (
    build_info,
    elements_of,
    known_sources,
    max_stoichiometry_of,
    nelements_of,
)
from chemdb.database.open_file import OpenFile
from chemdb.enumeration.element_table import elements_by_symbol, rule_table
from chemdb.errors import ChemdbError, nearest

with kernel_cache():
    from chemdb.enumeration.allowed_sets import enumerate_systems


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes
    ----------
    name : str
        File name, oxidation-state set or source.
    about : str
        What its allowed and known compositions are, in one line.
    read : callable
        Returns the chemical systems of a number of elements.
    """

    name: str
    about: str
    read: Callable[[int], SystemArrays]


def two_files(first: OpenFile, second: OpenFile) -> tuple[Side, Side]:
    """Return two files as sides.

    Raises
    ------
    ChemdbError
        Their spaces differ, or their elements.
    """
    with first.cursor() as con, second.cursor() as other:
        spaces = [(nelements_of(each), max_stoichiometry_of(each)) for each in (con, other)]
        if spaces[0] != spaces[1]:
            raise ChemdbError(
                f"{first.path} has {_space(*spaces[0])}, {second.path} {_space(*spaces[1])}: "
                "only files with the same limits can be compared; build one of them again"
            )
        scales = [[element.electronegativity for element in elements_of(each)] for each in (con, other)]
        if scales[0] != scales[1]:
            raise ChemdbError(
                f"{first.path} and {second.path} have different electronegativities: build one of them again"
            )
        names = [first.path.name, second.path.name]
        if names[0] == names[1]:
            names = [str(first.path), str(second.path)]
        sides = [
            Side(name, _about(each), _reader(file))
            for name, file, each in zip(names, (first, second), (con, other), strict=True)
        ]
    return sides[0], sides[1]


def two_names(file: OpenFile, first: str, second: str) -> tuple[Side, Side]:
    """Return two known sources of a file as sides, or else two oxidation-state sets.

    A set is one of the table ``species``, or a file of oxidation states.

    Raises
    ------
    ChemdbError
        They are not both sources, or both sets.
    """
    with file.cursor() as con:
        sources = _names(con, "select source from known_source order by 1")
        if first in sources and second in sources:
            return _source_side(file, con, first), _source_side(file, con, second)
        sets = _names(con, "select distinct oxidation_state_set from species order by 1")
        for name in (first, second):
            is_set = name in sets or ((os.sep in name or Path(name).suffix) and Path(name).is_file())
            if not is_set and name not in sources:
                hint = nearest(name, [*sets, *sources])
                raise ChemdbError(
                    f"{name}: not an oxidation-state set ({', '.join(sets)}), nor a known source of "
                    f"{file.path} ({', '.join(sources) or 'it has none'}), nor a file{hint}"
                )
        for name in (first, second):
            if name in sources and name not in sets:
                raise ChemdbError(
                    f"{first} and {second}: compare two oxidation-state sets, or two known sources"
                )
        return _set_side(file, con, first, sets), _set_side(file, con, second, sets)


def _names(con: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    return [name for (name,) in con.execute(statement).fetchall()]


def _space(nelements: tuple[int, ...], max_stoichiometry: int) -> str:
    first, last = nelements[0], nelements[-1]
    sizes = f"{last}" if first == last else f"{first} to {last}"
    return f"{sizes} elements with factors up to {max_stoichiometry}"


def _about(con: duckdb.DuckDBPyConnection) -> str:
    return f"{build_info(con)['oxidation_state_set']}; known: {known_sources(con)}"


def _reader(file: OpenFile) -> Callable[[int], SystemArrays]:
    def read(nelements: int) -> SystemArrays:
        with file.cursor() as con:
            return read_systems(con, nelements)

    return read


def _source_side(file: OpenFile, con: duckdb.DuckDBPyConnection, name: str) -> Side:
    """Return the side of a file as if it had only one of its known sources."""
    used = build_info(con)["oxidation_state_set"]

    def read(nelements: int) -> SystemArrays:
        with file.cursor() as con:
            systems = read_systems(con, nelements)
            rows = con.sql(
                "select distinct system_id, stoichiometry_id from known_entry "
                "where source = $source and in_space and nelements = $nelements order by all",
                params={"source": name, "nelements": nelements},
            ).to_arrow_table()
            [(first,)] = con.execute(
                "select min(system_id) from store.chemical_system where nelements = ?", [nelements]
            ).fetchall()
        known_system = as_array(rows["system_id"]).astype(np.int64) - first
        known_stoichiometry = as_array(rows["stoichiometry_id"]).astype(np.int32)
        return replace(systems, known_system=known_system, known_stoichiometry=known_stoichiometry)

    return Side(name, f"{used}; known: {name}", read)


def _set_side(file: OpenFile, con: duckdb.DuckDBPyConnection, name: str, sets: list[str]) -> Side:
    """Return the side of a file as if it had been built with another oxidation-state set."""
    states = _states(con, name) if name in sets else oxidation_states(name)
    table = rule_table(elements_by_symbol(elements_of(con)), states)
    largest = max_stoichiometry_of(con)

    def read(nelements: int) -> SystemArrays:
        with file.cursor() as con:
            systems = read_systems(con, nelements)
        found = enumerate_systems(table, nelements, largest, file.limits.threads)
        _check_order(found.factors, systems.factors)
        return replace(systems, system_set=found.system_set, sets=found.bits)

    return Side(states.name, f"{states.name}; known: {known_sources(con)}", read)


def _states(con: duckdb.DuckDBPyConnection, name: str) -> OxidationStates:
    rows = con.execute(
        "select symbol::varchar, list(oxidation_state order by oxidation_state) from species "
        "where oxidation_state_set = ? group by symbol",
        [name],
    ).fetchall()
    return OxidationStates(name, {symbol: tuple(states) for symbol, states in rows})


def _check_order(enumerated: NDArray[np.uint8], stored: NDArray[np.uint8]) -> None:
    if not np.array_equal(enumerated, stored):
        raise ChemdbError("the stoichiometries of the file are not those of this chemdb; build it again")
