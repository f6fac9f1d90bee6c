"""Rows of plain types are written by Arrow, as DuckDB would write them."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chemdb.files.output.parquet_files import is_plain, write_parquet

SYMBOLS = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1], pa.uint8()), pa.array(["Li", "O"]))
ROWS = pa.table(
    {
        "formula": ["LiO", "LiO2", None],
        "chemsys": ["Li-O", "Li-O", None],
        "elements": pa.ListArray.from_arrays([0, 2, 3, 3], SYMBOLS),
        "natoms": pa.array([2, 3, None], pa.uint8()),
        "allowed": [True, False, None],
        "energy_above_hull": [0.0, 0.25, None],
    }
)


def test_values_and_types(tmp_path):
    target = tmp_path / "rows.parquet"
    assert write_parquet(ROWS.to_reader(), target) == 3
    read = duckdb.sql(f"from '{target}'")
    assert read.fetchall() == [
        ("LiO", "Li-O", ["Li", "O"], 2, True, 0.0),
        ("LiO2", "Li-O", ["O"], 3, False, 0.25),
        (None, None, [], None, None, None),
    ]
    assert list(map(str, read.types)) == ["VARCHAR", "VARCHAR", "VARCHAR[]", "UTINYINT", "BOOLEAN", "DOUBLE"]


def test_no_rows(tmp_path):
    target = tmp_path / "none.parquet"
    assert write_parquet(ROWS.schema.empty_table().to_reader(), target) == 0
    assert pq.read_table(target).column_names == ROWS.column_names


def test_row_groups_are_of_bounded_size(tmp_path, monkeypatch):
    monkeypatch.setattr("chemdb.files.output.parquet_files.ROW_GROUP", 2)
    target = tmp_path / "rows.parquet"
    write_parquet(ROWS.to_reader(max_chunksize=1), target)
    metadata = pq.read_metadata(target)
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [2, 1]


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.decimal128(4, 2), pa.timestamp("us", "UTC"), pa.duration("s"), pa.struct({})]
)
def test_other_types_are_left_to_duckdb(kind):
    assert is_plain(ROWS.schema)
    assert not is_plain(ROWS.schema.append(pa.field("own", pa.list_(kind))))
