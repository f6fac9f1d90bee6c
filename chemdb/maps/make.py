"""Maps kept in the file: samples of each category, reduced to two or three coordinates."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import check_embedding, element_vectors
from chemdb.database.arrow import as_array
from chemdb.database.checksum import renew_checksums
from chemdb.database.connection import reading, replacing
from chemdb.database.metadata import CATEGORIES
from chemdb.database.sql_files import run_file, sql_text
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.errors import ChemdbError, ReductionError
from chemdb.maps.reduction import Reduction, Value, check_method, parameters_of, reduce
from chemdb.query.sample import check_order, sample
from chemdb.runtime.limits import n_threads
from chemdb.runtime.processes import in_processes
from chemdb.runtime.progress import Steps, no_steps

#: Park et al. 2024 draw as many compositions of each category.
PER_CATEGORY = 3000
#: Finished maps wait at most this long in s to be put into the file, so that a stop loses little, and
#: for another run that has it.
PATIENCE = 30.0


@dataclass(frozen=True)
class MapSpec:
    """What makes a map.

    Attributes
    ----------
    embedding : str
        Element representation.
    method : str
        pca, tsne or umap.
    nelements : int
    per_category : int
        Compositions drawn of each category, all where there are fewer.
    seed : int
        Of the sample and of the reduction.
    n_components : int
        2 or 3.
    standardize : bool
        Bring each dimension to mean 0 and variance 1 first.
    settings : tuple of (str, value)
        Parameters of the method other than its library's defaults.
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
        ChemdbError
            Unknown embedding, method or parameter.
        """
        method = check_method(self.method)
        own = asdict(self) | {"embedding": check_embedding(self.embedding), "method": method}
        del own["settings"]
        parameters = parameters_of(method, dict(self.settings))
        return own | {"parameters": json.dumps(parameters, sort_keys=True)}


@dataclass(frozen=True)
class Map:
    """A map of the file.

    Attributes
    ----------
    run : dict
        Its row of `projection_run`.
    points : pyarrow.Table
        formula, category, x, y, z, system_id, stoichiometry_id.
    """

    run: dict
    points: pa.Table

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """Coordinates, shape (n, 2) or (n, 3)."""
        names = ("x", "y", "z")[: self.run["n_components"]]
        return np.column_stack([as_array(self.points[name]) for name in names])

    @property
    def categories(self) -> NDArray[np.str_]:
        """Category of each point, shape (n,)."""
        return np.array(self.points["category"].to_pylist(), str)


def find(con: duckdb.DuckDBPyConnection, spec: MapSpec) -> int | None:
    """Return the number of a map in the file, or None.

    Raises
    ------
    ChemdbError
        Unknown embedding, method or parameter.
    """
    rows = con.execute(sql_text("statements/find_projection"), spec.columns()).fetchall()
    return rows[0][0] if rows else None


def read(con: duckdb.DuckDBPyConnection, spec: MapSpec) -> Map:
    """Return a map of the file.

    Raises
    ------
    ChemdbError
        The file does not have it.
    """
    run_id = find(con, spec)
    if run_id is None:
        raise ReductionError(
            f"{spec}: not in the file yet; 'chemdb map --embedding {spec.embedding} --method {spec.method} "
            f"--nelements {spec.nelements}' makes it"
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


def add_maps(path: Path, specs: Iterable[MapSpec], steps: Steps = no_steps) -> list[MapSpec]:
    """Compute the maps that a file does not have and put them into it; return those.

    As many at a time as the process may use threads, each by a process of its own.

    Parameters
    ----------
    path : Path
    specs : iterable of MapSpec
    steps : Steps

    Raises
    ------
    ChemdbError
        Bad specs, which are found before any work, or too few points. Maps that were finished
        before are kept.
    """
    with reading(path) as con:
        wanted = [spec for spec in dict.fromkeys(specs) if find(con, spec) is None]
        for spec in wanted:
            check_order(con, spec.nelements)
        if not wanted:
            return []
        known = _known_sources(con)
        with steps("Samples"):
            samples = _Samples(con, wanted)
    finished: list[tuple[MapSpec, Reduction]] = []
    n_kept = 0
    stored_at = time.monotonic()
    name = str(wanted[0]) if len(wanted) == 1 else f"{len(wanted)} maps"
    try:
        with steps(name) as progress:
            for done, result in enumerate(_reductions(wanted, samples), start=1):
                finished.append(result)
                progress(done / len(wanted))
                if time.monotonic() - stored_at > PATIENCE or done == len(wanted):
                    _store(path, finished, samples, known)
                    n_kept += len(finished)
                    finished.clear()
                    stored_at = time.monotonic()
    except KeyboardInterrupt:
        # They are lost if another run has the file: who stops a program does not wait for it.
        with suppress(ChemdbError):
            _store(path, finished, samples, known, patience=0)
            n_kept += len(finished)
        raise KeyboardInterrupt(f"{n_kept} of {len(wanted)} maps are kept" if n_kept else "") from None
    return wanted


class _Samples:
    """The samples and vectors that maps are made of, drawn once for all maps that share them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, specs: Sequence[MapSpec]) -> None:
        self._tables = {}
        for nelements, per_category, seed in {self._key(spec) for spec in specs}:
            drawn = [sample(con, category, nelements, per_category, seed) for category in CATEGORIES]
            self._tables[nelements, per_category, seed] = pa.concat_tables(drawn)

    @staticmethod
    def _key(spec: MapSpec) -> tuple[int, int, int]:
        return spec.nelements, spec.per_category, spec.seed

    def covered(self, spec: MapSpec) -> tuple[pa.Table, NDArray[np.float32], int]:
        """Return the compositions that have vectors, those, and how many have none."""
        table = self._tables[self._key(spec)]
        elements, factors = element_arrays(table)
        vectors = element_vectors(spec.embedding)
        covered = is_covered(elements, vectors)
        found = composition_vectors(elements[covered], factors[covered], vectors)
        return table.filter(pa.array(covered)), found, int((~covered).sum())


def _reductions(specs: Sequence[MapSpec], samples: _Samples) -> Iterator[tuple[MapSpec, Reduction]]:
    """Yield maps as they are finished, several at a time."""
    at_a_time = min(n_threads(), len(specs))
    work = ((spec, samples.covered(spec)[1]) for spec in specs)
    if at_a_time == 1 and all(spec.method == "pca" for spec in specs):
        yield from (_reduce(*one) for one in work)
    else:
        # t-SNE and UMAP are compiled loops that do not hear Ctrl-C: even a single map gets a process.
        yield from in_processes(_reduce, work, at_a_time)


def _reduce(spec: MapSpec, vectors: NDArray[np.float32]) -> tuple[MapSpec, Reduction]:
    found = reduce(vectors, spec.method, spec.n_components, spec.seed, dict(spec.settings), spec.standardize)
    return spec, found


def _store(
    path: Path,
    finished: Sequence[tuple[MapSpec, Reduction]],
    samples: _Samples,
    known: list,
    patience: float = PATIENCE,
) -> None:
    """Put finished maps into the file, whole or not at all; wait for another run that is changing it."""
    if not finished:
        return
    with replacing(path, edit=True, patience=patience) as con:
        if _known_sources(con) != known:
            raise ChemdbError(f"{path}: its known sources changed meanwhile; make the maps again")
        [(run_id,)] = con.execute("select coalesce(max(run_id), 0) from projection_run").fetchall()
        runs, points = [], []
        for spec, found in finished:
            if find(con, spec) is not None:
                continue
            run_id += 1
            table, _, n_not_covered = samples.covered(spec)
            runs.append(_run_row(run_id, spec, found, table, n_not_covered))
            points.append(_point_rows(run_id, found, table))
        if runs:
            rows = pa.Table.from_pylist(runs)
            run_file(
                con,
                "statements/add_projection",
                {"new_projection_run": rows, "new_projection": pa.concat_tables(points)},
            )
            renew_checksums(con, "main.")


def _run_row(run_id: int, spec: MapSpec, found: Reduction, table: pa.Table, n_not_covered: int) -> dict:
    counts = {
        entry["values"]: entry["counts"] for entry in _strings(table["category"]).value_counts().to_pylist()
    }
    return {
        "run_id": run_id,
        **spec.columns(),
        **{f"n_{category}": counts.get(category, 0) for category in CATEGORIES},
        "n_not_covered": n_not_covered,
        "explained": None if found.explained is None else list(found.explained),
        "seconds": found.seconds,
        "versions": found.versions,
        "created_at": datetime.now(UTC),
    }


def _point_rows(run_id: int, found: Reduction, table: pa.Table) -> pa.Table:
    x, y, *rest = found.coordinates.T
    return pa.table(
        {
            "run_id": pa.array(np.full(len(table), run_id, np.int32)),
            "formula": table["formula"],
            "category": _strings(table["category"]),
            "x": x,
            "y": y,
            "z": pa.array(rest[0]) if rest else pa.nulls(len(table), pa.float32()),
            "system_id": table["system_id"],
            "stoichiometry_id": table["stoichiometry_id"],
        }
    )


def _strings(column: pa.ChunkedArray) -> pa.Array:
    """Return an enumeration as text."""
    flat = column.combine_chunks()
    return flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat


def _known_sources(con: duckdb.DuckDBPyConnection) -> list:
    """Return what tells one state of the known sources from another."""
    rows: list = con.execute("select source, added_at from known_source order by all").fetchall()
    return rows
