"""Rows of plain types are written by Arrow, as DuckDB would write them."""

import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chemdb.files.output.parquet_files import is_plain, write_parquet
from chemdb.files.output.parquet_writer import parquet_writer, tables_of

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


def test_tables_are_as_long_as_they_shall_be():
    batches = [*ROWS.to_batches(), *ROWS.to_batches()]
    assert [table["formula"].to_pylist() for table in tables_of(batches, 4)] == [
        ["LiO", "LiO2", None, "LiO"],
        ["LiO2", None],
    ]
    assert list(tables_of([], 4)) == []


def test_each_column_is_encoded_by_what_its_neighbours_share():
    sink = io.BytesIO()
    with parquet_writer(
        sink, ROWS.schema, alike=("formula", "natoms"), vectors=["energy_above_hull"]
    ) as writer:
        writer.write_table(ROWS)
    [row_group] = [pq.read_metadata(sink).row_group(0)]
    columns = [row_group.column(i) for i in range(row_group.num_columns)]
    encodings = {column.path_in_schema: set(column.encodings) - {"RLE", "PLAIN"} for column in columns}
    assert encodings == {
        "formula": {"DELTA_BYTE_ARRAY"},
        "chemsys": {"RLE_DICTIONARY"},
        "elements.list.element": {"RLE_DICTIONARY"},
        "natoms": {"DELTA_BINARY_PACKED"},
        "allowed": set(),
        "energy_above_hull": set(),
    }
    assert [column.path_in_schema for column in columns if column.compression == "UNCOMPRESSED"] == [
        "energy_above_hull"
    ]


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.decimal128(4, 2), pa.timestamp("us", "UTC"), pa.duration("s"), pa.struct({})]
)
def test_other_types_are_left_to_duckdb(kind):
    assert is_plain(ROWS.schema)
    assert not is_plain(ROWS.schema.append(pa.field("own", pa.list_(kind))))
