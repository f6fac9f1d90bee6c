"""Maps stored in the file: samples of each category reduced to two or three dimensions."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.database.arrays import as_array
from chemdb.database.sql_files import sql_text
from chemdb.embedding.stored_vectors import check_embedding
from chemdb.errors import ReductionError
from chemdb.maps.reduction import Value, check_method, parameters_of

#: Sample size per category in Park et al. 2024.
PER_CATEGORY = 3000


@dataclass(frozen=True)
class MapSpec:
    """The parameters that identify a map.

    Attributes
    ----------
    embedding : str
        Element representation.
    method : str
        pca, tsne or umap.
    nelements : int
    per_category : int
        Number of compositions sampled from each category; smaller categories are taken completely.
    seed : int
        Seed of the sample and of the reduction.
    n_components : int
        2 or 3.
    standardize : bool
        Scale each dimension to mean 0 and variance 1 first.
    settings : tuple of (str, value)
        Parameters of the method that differ from the defaults of its library.
    """

    embedding: str
    method: str
    nelements: int
    per_category: int = PER_CATEGORY
    seed: int = 0
    n_components: int = 2
    standardize: bool = False
    settings: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} of {self.embedding}, {self.nelements} elements"

    def columns(self) -> dict[str, Value]:
        """Return the columns of `projection_run` that identify the map.

        Raises
        ------
        ReductionError
            Unknown method or parameter.
        """
        columns = asdict(self) | {"method": check_method(self.method)}
        del columns["settings"]
        parameters = parameters_of(self.method, dict(self.settings))
        return columns | {"parameters": json.dumps(parameters, sort_keys=True)}


@dataclass(frozen=True, repr=False)
class Map:
    """A map of the file.

    Attributes
    ----------
    run : dict
        Its row of `projection_run`.
    points : pyarrow.Table
        formula, category, x, y, z, system_id, stoichiometry_id.
    is_new : bool
        Whether it was made just now.
    """

    run: dict
    points: pa.Table
    is_new: bool = False

    def __repr__(self) -> str:
        run = self.run
        state = f"made in {run['seconds']:.1f} s" if self.is_new else "in the file already"
        return (
            f"{run['method']} of {run['embedding']}, {run['nelements']} elements: run {run['run_id']}, "
            f"{len(self.points):,} points, {run['n_not_covered']:,} compositions without a vector; {state}"
        )

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """Coordinates, shape (n, 2) or (n, 3)."""
        names = ("x", "y", "z")[: self.run["n_components"]]
        return np.column_stack([as_array(self.points[name]) for name in names])

    @property
    def categories(self) -> NDArray[np.str_]:
        """Category of each point, shape (n,)."""
        return np.array(self.points["category"].to_pylist(), str)


def map_spec(
    embedding: str,
    method: str,
    nelements: int,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    components: int = 2,
    standardize: bool = False,
    settings: Mapping[str, Value] | None = None,
) -> MapSpec:
    """Return the parameters of a map; those of the method as a mapping.

    Raises
    ------
    ReductionError
        Unknown method.
    """
    chosen = tuple(sorted((settings or {}).items()))
    return MapSpec(
        embedding, check_method(method), nelements, per_category, seed, components, standardize, chosen
    )


def find_map(con: duckdb.DuckDBPyConnection, spec: MapSpec) -> int | None:
    """Return the run_id of a map, or None if it is not in the file.

    Raises
    ------
    ChemdbError
        Unknown embedding, method or parameter.
    """
    check_embedding(con, spec.embedding)
    rows = con.execute(sql_text("statements/find_projection"), spec.columns()).fetchall()
    return rows[0][0] if rows else None


def read_map(con: duckdb.DuckDBPyConnection, spec: MapSpec) -> Map:
    """Return a map of the file.

    Raises
    ------
    ChemdbError
        The map is not in the file.
    """
    run_id = find_map(con, spec)
    if run_id is None:
        raise ReductionError(
            f"{spec}: not in the file yet; make it with 'chemdb map --embedding {spec.embedding} "
            f"--method {spec.method} --nelements {spec.nelements}'"
        )
    cursor = con.execute("from projection_run where run_id = ?", [run_id])
    columns = [column[0] for column in cursor.description]
    [row] = cursor.fetchall()
    points = con.sql(
        "select formula, category::varchar as category, x, y, z, system_id, stoichiometry_id "
        "from projection where run_id = $run_id",
        params={"run_id": run_id},
    ).to_arrow_table()
    return Map(dict(zip(columns, row, strict=True)), points)
