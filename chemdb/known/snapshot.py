"""The Materials Project entries that ship with chemdb: incomplete, but available offline."""

from datetime import date
from importlib.resources import as_file, files

import pyarrow as pa
import pyarrow.parquet as pq

from chemdb.known.source import ENTRY_SCHEMA, KnownSource

NAME = "mp-snapshot"
VERSION = "2017"


def mp_snapshot() -> KnownSource:
    """Return the 47,737 Materials Project entries of Ricci et al. 2017."""
    with as_file(files("chemdb.known") / "mp_snapshot.parquet") as path:
        # Arrow waits for ever for threads that the system refuses.
        table = pq.read_table(path, use_threads=False)
    entries = pa.table(
        {
            "material_id": pa.array([f"mp-{number}" for number in table["material_number"].to_pylist()]),
            "formula_given": table["formula_pretty"],
            "formula_pretty": table["formula_pretty"],
            "energy_above_hull": pa.nulls(len(table), pa.float64()),
        }
    ).cast(ENTRY_SCHEMA)
    return KnownSource(
        NAME,
        "Materials Project entries in Ricci et al., Sci. Data 4, 170085 (2017)",
        VERSION,
        date(2017, 7, 4),
        "CC BY 4.0",
        entries,
    )


def n_rows() -> int:
    """Return the number of entries in the shipped file."""
    with as_file(files("chemdb.known") / "mp_snapshot.parquet") as path:
        return int(pq.read_metadata(path).num_rows)
