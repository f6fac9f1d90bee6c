"""Elements, species and enumerated systems as the Arrow tables that sql/ loads."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chemdb.chemistry.element_vectors import library_embeddings, library_vectors
from chemdb.chemistry.elements import Element
from chemdb.chemistry.species import OxidationStates, icsd_occurrences
from chemdb.chemistry.stoichiometry import MAX_STORED_NELEMENTS, anonymous_formula
from chemdb.enumeration.allowed_sets import EnumeratedSystems
from chemdb.rule.oxidation_states import species_text
from chemdb.runtime.progress import Progress, no_progress

#: Systems handed to DuckDB at a time: one of its row groups.
BATCH = 122_880


def element_table(elements: Sequence[Element]) -> pa.Table:
    """Return a row per element."""
    return pa.Table.from_pylist([asdict(element) for element in elements])


def species_table(used: OxidationStates, others: Sequence[OxidationStates]) -> pa.Table:
    """Return a row per species of every set."""
    occurrences = icsd_occurrences()
    rows = [
        (
            states.name,
            symbol,
            charge,
            species_text(symbol, charge),
            states is used,
            occurrences.get((symbol, charge), 0),
        )
        for states in (used, *others)
        for symbol, charges in states.states.items()
        for charge in charges
    ]
    names = ["oxidation_state_set", "symbol", "oxidation_state", "species", "used", "n_icsd"]
    return pa.table(list(map(pa.array, zip(*rows, strict=True))), names=names)


def stoichiometry_table(spaces: Sequence[EnumeratedSystems]) -> pa.Table:
    """Return a row per reduced stoichiometry."""
    return pa.concat_tables(
        pa.table(
            {
                "stoichiometry_id": np.arange(len(space.factors), dtype=np.int32),
                "factors": pa.array(space.factors.tolist(), pa.list_(pa.uint8())),
                "formula_anonymous": [anonymous_formula(factors) for factors in space.factors],
                "n_allowed": space.stoichiometry_n_allowed,
            }
        )
        for space in spaces
    )


def allowed_set_table(spaces: Sequence[EnumeratedSystems]) -> pa.Table:
    """Return a row per distinct allowed set; number 0 is the empty set of all numbers of elements."""
    n_empty = sum(int((space.system_set == 0).sum()) for space in spaces)
    longest = max(space.bits.shape[1] for space in spaces)
    tables = [
        pa.table(
            {
                "allowed_set_id": pa.array([0], pa.int32()),
                "nelements": pa.nulls(1, pa.uint8()),
                "n_systems": pa.array([n_empty], pa.int32()),
                "n_allowed": pa.array([0], pa.int32()),
                "stoichiometries": pa.array([bytes(longest)], pa.binary()),
            }
        )
    ]
    for space, first in zip(spaces, _first_sets(spaces), strict=True):
        bits = np.ascontiguousarray(space.bits[1:])
        n = len(bits)
        blobs = pa.FixedSizeBinaryArray.from_buffers(pa.binary(bits.shape[1]), n, [None, pa.py_buffer(bits)])
        n_systems = np.bincount(space.system_set, minlength=n + 1)[1:].astype(np.int32)
        tables.append(
            pa.table(
                {
                    "allowed_set_id": np.arange(first, first + n, dtype=np.int32),
                    "nelements": np.full(n, space.nelements, np.uint8),
                    "n_systems": n_systems,
                    "n_allowed": space.set_n_allowed[1:],
                    "stoichiometries": blobs.cast(pa.binary()),
                }
            )
        )
    return pa.concat_tables(tables)


def chemical_system_reader(
    spaces: Sequence[EnumeratedSystems], symbols: Sequence[str], progress: Progress = no_progress
) -> pa.RecordBatchReader:
    """Return all systems in batches made as they are read.

    Parameters
    ----------
    spaces : sequence of EnumeratedSystems
        With elements numbered as in `symbols`.
    symbols : sequence of str
        In alphabetical order, so that systems come in order of their chemsys.
    progress : callable, optional
    """
    words = pa.array(symbols)
    symbol_type = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema(
        [("system_id", pa.int32()), ("nelements", pa.uint8()), ("chemsys", pa.string())]
        + [(f"element{place}", symbol_type) for place in range(1, MAX_STORED_NELEMENTS + 1)]
        + [("allowed_set_id", pa.int32())]
    )
    total = sum(len(space.elements) for space in spaces)

    def batches() -> Iterator[pa.RecordBatch]:
        system_id = 0
        for space, first in zip(spaces, _first_sets(spaces), strict=True):
            k = space.nelements
            for start in range(0, len(space.elements), BATCH):
                ordered = space.elements[start : start + BATCH]
                n = len(ordered)
                alphabetical = np.sort(ordered, axis=1)
                parts = [words.take(pa.array(alphabetical[:, place])) for place in range(k)]
                sets = space.system_set[start : start + n]
                columns = [
                    pa.array(np.arange(system_id, system_id + n, dtype=np.int32)),
                    pa.array(np.full(n, k, np.uint8)),
                    pc.binary_join_element_wise(*parts, "-"),
                    *(
                        pa.DictionaryArray.from_arrays(
                            pa.array(ordered[:, place].astype(np.int8))
                            if place < k
                            else pa.nulls(n, pa.int8()),
                            words,
                        )
                        for place in range(MAX_STORED_NELEMENTS)
                    ),
                    pa.array(np.where(sets == 0, 0, sets + (first - 1)).astype(np.int32)),
                ]
                system_id += n
                yield pa.record_batch(columns, schema=schema)
                progress(system_id / total)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _first_sets(spaces: Sequence[EnumeratedSystems]) -> list[int]:
    """Return the number of the first non-empty set of each number of elements."""
    sizes = [len(space.bits) - 1 for space in spaces]
    return [1 + sum(sizes[:i]) for i in range(len(spaces))]


def embedding_table() -> pa.Table:
    """Return a row per element representation: its name and the names of its dimensions."""
    names = library_embeddings()
    features = [library_vectors(name).features for name in names]
    return pa.table({"embedding": names, "features": pa.array(features, pa.list_(pa.string()))})


def element_embedding_table() -> pa.Table:
    """Return a row per representation and element that has a vector in it.

    Single precision, as the vectors of compositions that chemdb writes, halves the size.
    """
    columns: dict[str, list] = {"embedding": [], "symbol": [], "vector": []}
    for name in library_embeddings():
        vectors = library_vectors(name)
        for atomic_number in np.flatnonzero(vectors.covered)[1:]:
            columns["embedding"].append(name)
            columns["symbol"].append(vectors.symbols[atomic_number - 1])
            columns["vector"].append(vectors.values[atomic_number].astype(np.float32))
    return pa.table(columns)
