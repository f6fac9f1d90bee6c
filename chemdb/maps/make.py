"""Make maps and store them in the file."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chemdb.chemistry.category import CATEGORIES
from chemdb.database.checksum import renew_checksums
from chemdb.database.metadata import build_info, known_state
from chemdb.database.open_file import OpenFile
from chemdb.database.replacing import replacing
from chemdb.database.sql_files import run_file
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays, is_covered
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import ChemdbError
from chemdb.maps.reduction import Reduction, reduce
from chemdb.maps.stored import MapSpec, find_map
from chemdb.query.sample import check_nelements, sample
from chemdb.runtime.limits import Limits
from chemdb.runtime.processes import in_processes
from chemdb.runtime.progress import Steps, no_steps

#: Longest time in s that finished maps stay unsaved (so that a killed run loses little), and longest wait
#: for another process that is writing the file.
PATIENCE = 30.0


def add_maps(
    path: Path, specs: Iterable[MapSpec], limits: Limits | None = None, steps: Steps = no_steps
) -> list[MapSpec]:
    """Make the maps that are not in a file yet and store them in it; return their specs.

    Maps are made in parallel, one process each, as many at a time as there are threads.

    Parameters
    ----------
    path : Path
    specs : iterable of MapSpec
    limits : Limits, optional
    steps : Steps, optional

    Raises
    ------
    ChemdbError
        Invalid specs, which are rejected before any work starts, or too few points. Maps finished
        before the error are kept.
    """
    limits = limits or Limits()
    with OpenFile(path, limits) as file, file.cursor() as con:
        missing = [spec for spec in dict.fromkeys(specs) if find_map(con, spec) is None]
        for spec in missing:
            check_nelements(con, spec.nelements)
        if not missing:
            return []
        known = known_state(con)
        with steps("Samples"):
            samples = _Samples(con, missing, limits)
    finished: list[tuple[MapSpec, Reduction]] = []
    n_stored = 0
    stored_at = time.monotonic()
    name = str(missing[0]) if len(missing) == 1 else f"{len(missing)} maps"
    try:
        with steps(name) as progress:
            for done, result in enumerate(_reductions(missing, samples, limits), start=1):
                finished.append(result)
                progress(done / len(missing))
                if time.monotonic() - stored_at > PATIENCE or done == len(missing):
                    _store(path, finished, samples, known, limits)
                    n_stored += len(finished)
                    finished.clear()
                    stored_at = time.monotonic()
    except KeyboardInterrupt:
        # Do not wait for another process that is writing the file, even if the maps are lost.
        with suppress(ChemdbError):
            _store(path, finished, samples, known, limits, patience=0)
            n_stored += len(finished)
        raise KeyboardInterrupt(f"{n_stored} of {len(missing)} maps are kept" if n_stored else "") from None
    return missing


class _Samples:
    """The samples and element vectors of maps, read once for all maps that share them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, specs: Sequence[MapSpec], limits: Limits) -> None:
        self._threads = limits.threads
        self._tables = {}
        for nelements, per_category, seed in {self._key(spec) for spec in specs}:
            samples = [sample(con, category, nelements, per_category, seed) for category in CATEGORIES]
            self._tables[nelements, per_category, seed] = pa.concat_tables(samples)
        self._vectors = {spec.embedding: element_vectors(con, spec.embedding) for spec in specs}
        self.vector_library = f"elementembeddings {build_info(con)['elementembeddings_version']}"

    @staticmethod
    def _key(spec: MapSpec) -> tuple[int, int, int]:
        return spec.nelements, spec.per_category, spec.seed

    def covered(self, spec: MapSpec) -> tuple[pa.Table, NDArray[np.float32], int]:
        """Return the compositions with vectors, the vectors, shape (n, d), and how many have none."""
        table = self._tables[self._key(spec)]
        vectors = self._vectors[spec.embedding]
        elements, factors = element_arrays(table, vectors.symbols)
        covered = is_covered(elements, vectors)
        points = composition_vectors(elements[covered], factors[covered], vectors, self._threads)
        return table.filter(pa.array(covered)), points, int((~covered).sum())


def _reductions(
    specs: Sequence[MapSpec], samples: _Samples, limits: Limits
) -> Iterator[tuple[MapSpec, Reduction]]:
    """Yield maps as they finish, in any order."""
    at_a_time = min(limits.threads, len(specs))
    work = ((spec, samples.covered(spec)[1]) for spec in specs)
    if at_a_time == 1 and all(spec.method == "pca" for spec in specs):
        yield from (_reduce(spec, vectors) for spec, vectors in work)
    else:
        # t-SNE and UMAP are compiled loops that ignore Ctrl-C, so even a single map runs in a process.
        yield from in_processes(_reduce, work, at_a_time)


def _reduce(spec: MapSpec, vectors: NDArray[np.float32]) -> tuple[MapSpec, Reduction]:
    reduction = reduce(
        vectors, spec.method, spec.n_components, spec.seed, dict(spec.settings), spec.standardize
    )
    return spec, reduction


def _store(
    path: Path,
    finished: Sequence[tuple[MapSpec, Reduction]],
    samples: _Samples,
    known: list,
    limits: Limits,
    patience: float = PATIENCE,
) -> None:
    """Store finished maps atomically; wait for other processes that are writing the file.

    Raises
    ------
    ChemdbError
        The known sources changed since the samples were drawn, or the wait was too long.
    """
    if not finished:
        return
    with replacing(path, limits, edit=True, patience=patience) as con:
        if known_state(con) != known:
            raise ChemdbError(f"{path}: its known sources changed in the meantime; make the maps again")
        [(run_id,)] = con.execute("select coalesce(max(run_id), 0) from projection_run").fetchall()
        runs, points = [], []
        for spec, reduction in finished:
            if find_map(con, spec) is not None:
                continue
            run_id += 1
            table, _, n_not_covered = samples.covered(spec)
            runs.append(_run_row(run_id, spec, reduction, table, n_not_covered, samples.vector_library))
            points.append(_point_rows(run_id, reduction, table))
        if runs:
            rows = pa.Table.from_pylist(runs)
            run_file(
                con,
                "statements/add_projection",
                {"new_projection_run": rows, "new_projection": pa.concat_tables(points)},
            )
            renew_checksums(con, "main.")


def _run_row(
    run_id: int,
    spec: MapSpec,
    reduction: Reduction,
    table: pa.Table,
    n_not_covered: int,
    vector_library: str,
) -> dict:
    """Return the row of `projection_run`."""
    counts = {
        entry["values"]: entry["counts"] for entry in _strings(table["category"]).value_counts().to_pylist()
    }
    return {
        "run_id": run_id,
        **spec.columns(),
        **{f"n_{category}": counts.get(category, 0) for category in CATEGORIES},
        "n_not_covered": n_not_covered,
        "explained": None if reduction.explained is None else list(reduction.explained),
        "seconds": reduction.seconds,
        "versions": f"{reduction.versions}, {vector_library}",
        "created_at": datetime.now(UTC).replace(tzinfo=None),
    }


def _point_rows(run_id: int, reduction: Reduction, table: pa.Table) -> pa.Table:
    """Return the rows of `projection`."""
    x, y, *rest = reduction.coordinates.T
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
    """Return an ENUM column as text."""
    flat = column.combine_chunks()
    return flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat
