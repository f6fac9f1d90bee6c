"""What is read from JSON files is what was written."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.database.connection import connect_in_memory
from chemdb.errors import FileError
from chemdb.files.output.output_files import write_batches
from chemdb.files.user_files import open_table
from chemdb.lookup.label_file import FORMS
from chemdb.runtime.limits import Limits


def copied(path, target):
    """The rows of a file, copied to another as `chemdb label` does."""
    with connect_in_memory(Limits()) as con:
        table = open_table(con, path)
        kind = target.suffix[1:]
        write_batches(table.read(table.columns, form=FORMS[kind]), target, kind, Limits())
    return target


@pytest.fixture
def as_lines(tmp_path):
    """Copy a JSON text to JSON lines, and return these."""

    def lines_of(content, name="a.json"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return copied(tmp_path / name, tmp_path / "copy.jsonl").read_text().split("\n")[:-1]

    return lines_of


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('[{"e": 0}, {"e": 0.4}]', ['{"e":0}', '{"e":0.4}']),
        ('[{"e": 1}, {"e": 1.0}, {"e": "1"}]', ['{"e":1}', '{"e":1.0}', '{"e":"1"}']),
        ('[{"n": 123456789012345678901234567890}]', ['{"n":123456789012345678901234567890}']),
        ('[{"n": -9007199254740993}]', ['{"n":-9007199254740993}']),
        ('[{"c": {"Fe": 2}}, {"c": {"Al": 1.0, "l": [1, null]}}]', ['{"c":{"Fe":2}}', '{"c":{"Al":1.0,"l":[1,null]}}']),
        ('[{"a": [1, "x"]}, {"b": true}]', ['{"a":[1,"x"],"b":null}', '{"a":null,"b":true}']),
        ('[{"d": "2026-01-02T03:04:05Z"}, {"d": "1e5"}]', ['{"d":"2026-01-02T03:04:05Z"}', '{"d":"1e5"}']),
        ('[{"x": NaN, "y": [-Infinity, 1]}]', ['{"x":null,"y":[null,1]}']),
        ('[{"x": "NaN, \\"Infinity\\": NaN"}, {"x": NaN}]', ['{"x":"NaN, \\"Infinity\\": NaN"}', '{"x":null}']),
        ('[{"a.b": 1, "$c/d": 3}]', ['{"a.b":1,"$c/d":3}']),
        ('[{"x": "caf\\u00e9 \\u2082"}]', ['{"x":"café ₂"}']),
        ('{"x": 1}\n{"x": 2}', ['{"x":1}', '{"x":2}']),
        ('{\n "x": 1\n}\n{\n "x": 2\n}', ['{"x":1}', '{"x":2}']),
        ('\ufeff[{"x": 1}]', ['{"x":1}']),
        ('\ufeff{"x": 1}\n{"x": 2}\n', ['{"x":1}', '{"x":2}']),
        ('[{"x": 1}, {}, null]', ['{"x":1}', '{"x":null}', '{"x":null}']),
    ],
)  # fmt: skip
def test_values_are_those_of_the_file(as_lines, content, lines):
    assert as_lines(content) == lines


@pytest.mark.parametrize(
    "content", ['{"x": 1}\n\n{"x": 2}\r\n', '\ufeff{"x": 1}\n{"x": 2}', '[{"x": 1},\n{"x": 2}]']
)
def test_json_lines(as_lines, content):
    assert as_lines(content, "a.jsonl") == ['{"x":1}', '{"x":2}']


def test_a_compressed_file_with_a_byte_order_mark(as_lines):
    content = gzip.compress('\ufeff{"x": 1}\n{"x": 2}\n'.encode())
    assert as_lines(content, "a.jsonl.gz") == ['{"x":1}', '{"x":2}']


def test_types_are_decided_from_all_rows(as_lines):
    early, late = b'{"e": 0}\n' * 30_000, b'{"e": 0.4, "late": "x"}\n'
    lines = as_lines(gzip.compress(early + late), "a.jsonl.gz")
    assert (len(lines), lines[0], lines[-1]) == (30_001, '{"e":0,"late":null}', '{"e":0.4,"late":"x"}')


def test_csv_has_texts(tmp_path):
    (tmp_path / "a.json").write_text('[{"x": 1.0, "y": "a"}, {"x": "late", "y": {"b": [1]}}, {"x": null}]')
    assert copied(tmp_path / "a.json", tmp_path / "a.csv").read_text() == (
        'x,y\n1.0,a\nlate,"{""b"":[1]}"\n,\n'
    )


@pytest.mark.parametrize("n", [0, 1, 30_000])
def test_the_message_names_the_line_that_is_not_json(as_lines, n):
    content = '{"x": 1}\n\n' * n + '{"x":\n' + '{"x": 1}\n' * n
    with pytest.raises(
        FileError, match=f"cannot be read .line {2 * n + 1}: not JSON, unexpected end of data"
    ):
        as_lines(content, "a.jsonl")


def test_parquet_has_types(tmp_path):
    (tmp_path / "a.json").write_text(
        '[{"e": 0, "n": 1, "l": [1, 2.5], "c": {"Fe": 2}, "t": "x"}, {"e": 0.4}]'
    )
    table = pq.read_table(copied(tmp_path / "a.json", tmp_path / "a.parquet"))
    types = [pa.float64(), pa.uint64(), pa.list_(pa.field("element", pa.float64())), pa.json_(), pa.string()]
    assert table.schema.types == types
    assert table.to_pylist()[0] == {"e": 0.0, "n": 1, "l": [1.0, 2.5], "c": '{"Fe":2}', "t": "x"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('["Fe2O3"]', 'not a list of JSON objects, such as {"formula": "Fe2O3"}'),
        ('[{"x": 1}, 2]', "not a list of JSON objects"),
        ("[]", "no formula column; the file has no objects"),
        ("", "no formula column; the file has no objects"),
        ('[{"x": 1, "X": 2}]', "the keys 'x' and 'X' differ only in case"),
        ('[{"x": 1, "": 2}]', "a key is empty"),
        ('[{"x": 1}', "cannot be read (value 2: not JSON, unexpected character)"),
        ('[{"x": 1}] [{"x": 2}]', "cannot be read (value 3: not JSON"),
        (b'[{"x": "\xff"}]', "line 1: not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_refused(as_lines, content, problem):
    with pytest.raises(FileError) as caught:
        as_lines(content)
    assert problem in str(caught.value)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=5,
)


@examples(100)
@given(st.lists(st.fixed_dictionaries({"a": values, "b": values}), min_size=1, max_size=6))
def test_what_python_writes_comes_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.json").write_text(json.dumps(rows))
    lines = copied(folder / "a.json", folder / "copy.jsonl").read_text().split("\n")[:-1]
    # Python's numbers are those of the text; null stands for infinities.
    expected = json.loads(json.dumps(rows), parse_constant=lambda name: None)
    assert [json.loads(line) for line in lines] == expected
