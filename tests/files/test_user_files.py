"""User files of each kind, and the names of their columns."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chemdb.database.connection import connect_in_memory
from chemdb.errors import FileError
from chemdb.files.file_columns import column_called, first_column, formula_column
from chemdb.files.output.output_files import write_batches
from chemdb.files.user_files import open_table
from chemdb.runtime.limits import Limits

TABLE = pa.table(
    {
        "formula": pa.array(["Fe2O3"]).dictionary_encode(),
        "e": [0.1],
        "n": pa.array([2**64 - 1], pa.uint64()),
        "day": [date(2026, 1, 2)],
        "at": pa.array([datetime(2026, 1, 2, 3, 4, 5, 678901)], pa.timestamp("us")),
        "utc": pa.array([datetime(2026, 1, 2, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        "price": [Decimal("1.25")],
        "list": [[1.5, None]],
        "struct": [{"a": 1, "b": [True]}],
        "none": pa.nulls(1, pa.float32()),
    }
)


def copied(path, target):
    """The rows of a file, copied to another as `chemdb label` does."""
    with connect_in_memory(Limits(threads=1)) as con:
        table = open_table(con, path)
        rows = table.read(table.columns, texts=["formula"], form="typed")
        write_batches(rows, target, target.suffix[1:], Limits(threads=1))
    return target


def test_values_of_parquet_files_keep_their_types(tmp_path):
    pq.write_table(TABLE, tmp_path / "a.parquet")
    found = pq.read_table(copied(tmp_path / "a.parquet", tmp_path / "copy.parquet"))
    assert found.to_pylist() == TABLE.to_pylist()
    same = [name for name in TABLE.column_names if name not in ("formula", "list", "struct")]
    assert [found.schema.field(name).type for name in same] == [
        TABLE.schema.field(name).type for name in same
    ]


def test_values_of_parquet_files_in_json_lines(tmp_path):
    # Times with a time zone are shown in that of the machine.
    pq.write_table(TABLE.drop_columns(["utc"]), tmp_path / "a.parquet")
    assert copied(tmp_path / "a.parquet", tmp_path / "copy.jsonl").read_text() == (
        '{"formula":"Fe2O3","e":0.1,"n":18446744073709551615,"day":"2026-01-02",'
        '"at":"2026-01-02 03:04:05.678901","price":1.25,'
        '"list":[1.5,null],"struct":{"a":1,"b":[true]},"none":null}\n'
    )


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.zst", "a.txt.gz", "A.CSV.GZ", "a.json.gz"])
def test_text_files_may_be_compressed(tmp_path, name):
    suffix = name.lower().split(".")[1]
    content = {
        "csv": "formula\nNaCl\n",
        "txt": "NaCl\n",
        "jsonl": '{"formula": "NaCl"}\n',
        "json": '[{"formula": "NaCl"}]',
    }
    codec = "zstd" if name.endswith("zst") else "gzip"
    with pa.output_stream(str(tmp_path / name), compression=codec) as stream:
        stream.write(content[suffix].encode())
    with connect_in_memory(Limits()) as con:
        table = open_table(con, tmp_path / name)
        assert table.read(["formula"]).read_all().to_pylist() == [{"formula": "NaCl"}]


def test_lines_are_formulas_even_with_quotes_commas_and_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b'\xef\xbb\xbfFe2O3\r\nNaCl\t\n\n#KCl\r"LiF,x')
    with connect_in_memory(Limits()) as con:
        found = open_table(con, tmp_path / "a.txt").read(["formula"]).read_all()
    assert found["formula"].to_pylist() == ["Fe2O3", "NaCl\t", "", "#KCl", '"LiF,x']


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["CollectionCode", "StructuredFormula", "SumFormula"], "SumFormula"),
        (["CollectionCode", "Structured Formula"], "Structured Formula"),
        (["Chemical-Formula", "x"], "Chemical-Formula"),
        (["#formula"], "#formula"),
    ],
)
def test_formula_columns_are_found_by_their_names(tmp_path, columns, found):
    assert formula_column(columns, tmp_path) == found


def test_the_column_that_is_named_is_the_one_of_that_case(tmp_path):
    assert column_called("Id", ["id", "Id"], tmp_path, "--id-column") == "Id"
    assert first_column(["x", "Entry ID"], ["entry_id"]) == "Entry ID"
    with pytest.raises(FileError, match="no column 'code' among id; see --id-column"):
        column_called("code", ["id"], tmp_path, "--id-column")
