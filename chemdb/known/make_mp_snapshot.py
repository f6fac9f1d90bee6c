"""Make mp_snapshot.parquet from the data set that matminer ships.

pip download --no-deps matminer==0.10.1
python chemdb/known/make_mp_snapshot.py matminer-0.10.1-py3-none-any.whl
"""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

ARCHIVE = "matminer/utils/data_files/mp_transport/transport_database.tar.xz"


def main(wheel: str) -> None:
    """Write (material_number, formula_pretty) of every entry, sorted by number."""
    with (
        zipfile.ZipFile(wheel) as package,
        tarfile.open(fileobj=io.BytesIO(package.read(ARCHIVE))) as archive,
    ):
        member = archive.extractfile("transport_database.csv")
        assert member is not None
        table = pyarrow.csv.read_csv(
            member, convert_options=pyarrow.csv.ConvertOptions(
                include_columns=["mp_id", "pretty_formula"],
                column_types={"mp_id": pa.string(), "pretty_formula": pa.string()},
                strings_can_be_null=False,
            )
        )  # fmt: skip
    numbers = pc.cast(pc.replace_substring(table["mp_id"], "mp-", ""), pa.int32())
    snapshot = pa.table({"material_number": numbers, "formula_pretty": table["pretty_formula"]})
    target = Path(__file__).with_name("mp_snapshot.parquet")
    pq.write_table(snapshot.sort_by("material_number"), target, compression="zstd", compression_level=19)
    print(f"{target}: {len(snapshot):,} entries, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
