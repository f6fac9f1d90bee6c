"""Elements, species and enumerated systems as the Arrow tables that sql/ loads."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chemdb.chemistry.element_vectors import library_embeddings, library_vectors
from chemdb.chemistry.elements import Element
from chemdb.chemistry.species import OxidationStates, icsd_occurrences
from chemdb.chemistry.stoichiometry import MAX_LISTED_NELEMENTS, anonymous_formula
from chemdb.enumeration.allowed_sets import EnumeratedSystems
from chemdb.enumeration.by_signature import SystemsBySignature
from chemdb.rule.oxidation_states import species_text
from chemdb.runtime.progress import Progress, no_progress

#: Systems of one number of elements, as rows or by signature.
Space = EnumeratedSystems | SystemsBySignature

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


def stoichiometry_table(spaces: Sequence[Space]) -> pa.Table:
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


def allowed_set_reader(spaces: Sequence[Space], progress: Progress = no_progress) -> pa.RecordBatchReader:
    """Return a row per distinct allowed set; number 0 is the empty set of all numbers of elements."""
    schema = pa.schema(
        [
            ("allowed_set_id", pa.int32()),
            ("nelements", pa.uint8()),
            ("n_systems", pa.int32()),
            ("n_allowed", pa.int32()),
            ("stoichiometries", pa.binary()),
        ]
    )
    n_sets = sum(space.n_sets for space in spaces)

    def batches() -> Iterator[pa.RecordBatch]:
        n_empty = sum(int(space.set_n_systems[0]) for space in spaces)
        longest = max(-(-len(space.factors) // 8) for space in spaces)
        yield pa.record_batch([[0], [None], [n_empty], [0], [bytes(longest)]], schema=schema)
        for space, first_set in zip(spaces, _first_sets(spaces), strict=True):
            for first, bits in space.packed():
                n, width = bits.shape
                blobs = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), n, [None, pa.py_buffer(bits)])
                start = first_set - 1 + first
                columns = [
                    np.arange(start, start + n, dtype=np.int32),
                    np.full(n, space.nelements, np.uint8),
                    space.set_n_systems[first : first + n].astype(np.int32),
                    space.set_n_allowed[first : first + n],
                    blobs.cast(pa.binary()),
                ]
                yield pa.record_batch(columns, schema=schema)
                progress((start + n) / n_sets)

    return pa.RecordBatchReader.from_batches(schema, batches())


def listed_system_reader(
    spaces: Sequence[Space], symbols: Sequence[str], progress: Progress = no_progress
) -> pa.RecordBatchReader:
    """Return all systems but those by signature, in batches made as they are read.

    Parameters
    ----------
    spaces : sequence of EnumeratedSystems or SystemsBySignature
        With elements numbered as in `symbols`.
    symbols : sequence of str
        In alphabetical order, so that systems come in order of their chemsys.
    progress : callable, optional
    """
    words = pa.array(symbols)
    symbol_type = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema(
        [("system_id", pa.int32()), ("nelements", pa.uint8()), ("chemsys", pa.string())]
        + [(f"element{place}", symbol_type) for place in range(1, MAX_LISTED_NELEMENTS + 1)]
        + [("allowed_set_id", pa.int32())]
    )
    listed = _listed(spaces)
    total = sum(space.n_systems for space in listed)

    def batches() -> Iterator[pa.RecordBatch]:
        system_id = 0
        for space, first in zip(listed, _first_sets(listed), strict=True):
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
                        for place in range(MAX_LISTED_NELEMENTS)
                    ),
                    pa.array(np.where(sets == 0, 0, sets + (first - 1)).astype(np.int32)),
                ]
                system_id += n
                yield pa.record_batch(columns, schema=schema)
                progress(system_id / total)

    return pa.RecordBatchReader.from_batches(schema, batches())


def signature_tables(spaces: Sequence[Space], symbols: Sequence[str]) -> dict[str, pa.Table]:
    """Return the heads, the tails and the pairs of their signatures of the systems stored by signature.

    Parameters
    ----------
    spaces : sequence of EnumeratedSystems or SystemsBySignature
        With elements numbered as in `symbols`, ascending numbers of elements.
    symbols : sequence of str
    """
    words = pa.array(symbols)

    def elements(numbers: NDArray[np.uint8], first_place: int) -> dict[str, pa.Array]:
        return {
            f"element{place}": pa.DictionaryArray.from_arrays(pa.array(column.astype(np.int8)), words)
            for place, column in enumerate(numbers.T, start=first_place)
        }

    # Without such systems, tables without rows.
    none = np.zeros((0, 3), np.uint8)
    empty = np.zeros(0, np.int32)
    heads, tails, pairs = none, none, np.zeros((0, 3), np.int32)
    head_signature, n_systems, tail_signature, tail_number = empty, empty, empty, empty
    first_set = 1
    for space, first in zip(spaces, _first_sets(spaces), strict=True):
        if isinstance(space, SystemsBySignature):
            heads, tails, pairs, first_set = space.heads, space.tails, space.pairs, first
            head_signature, n_systems = space.head_signature, space.head_n_tails.astype(np.int32)
            tail_signature, tail_number = space.tail_signature, space.tail_number
    n_listed = sum(space.n_systems for space in _listed(spaces))
    sets = pairs[:, 2]
    return {
        "new_system_head": pa.table(
            elements(heads, 1)
            | {
                "head_signature": head_signature,
                "first_system_id": (n_listed + np.cumsum(n_systems) - n_systems).astype(np.int32),
                "n_systems": n_systems,
            }
        ),
        "new_system_tail": pa.table(
            elements(tails, 3)
            | {
                "tail_signature": tail_signature.astype(np.int16),
                "tail_number": tail_number.astype(np.int16),
            }
        ),
        "new_signature_pair": pa.table(
            {
                "head_signature": pairs[:, 0],
                "tail_signature": pairs[:, 1].astype(np.int16),
                "allowed_set_id": np.where(sets == 0, 0, sets + (first_set - 1)).astype(np.int32),
            }
        ),
    }


def _listed(spaces: Sequence[Space]) -> list[EnumeratedSystems]:
    return [space for space in spaces if isinstance(space, EnumeratedSystems)]


def _first_sets(spaces: Sequence[Space]) -> list[int]:
    """Return the number of the first non-empty set of each number of elements."""
    sizes = [space.n_sets - 1 for space in spaces]
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
