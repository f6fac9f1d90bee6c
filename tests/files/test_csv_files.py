"""What is read from CSV files is what was written."""

import csv
import gzip
import io

import pytest
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.errors import FileError
from chemdb.files.csv_files import open_csv


def rows(path):
    table = open_csv(path)
    return table.read(table.columns).read_all().to_pylist()


@pytest.fixture
def read(tmp_path):
    """Read the rows of a file with a content, as lists."""

    def rows_of(content, name="a.csv"):
        (tmp_path / name).write_bytes(content)
        return [list(row.values()) for row in rows(tmp_path / name)]

    return rows_of


LATE = b"Fe2O3,0\n" * 200_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"formula,id\n1,Fe2O3\n#2,NaCl\n3,KCl\n", [["1", "Fe2O3"], ["#2", "NaCl"], ["3", "KCl"]]),
        (b"formula,300,400\nPbTe,0.1,0.2\n", [["PbTe", "0.1", "0.2"]]),
        (b"formula,e\nFe2O3,0\nNaCl,1\r\nKCl,2\rLiF,3", [["Fe2O3", "0"], ["NaCl", "1"], ["KCl", "2"], ["LiF", "3"]]),
        (b"formula,e\rFe2O3,0\rNaCl,1\r", [["Fe2O3", "0"], ["NaCl", "1"]]),
        (b'\xef\xbb\xbf"formula",e\nFe2O3,0\n', [["Fe2O3", "0"]]),
        (b"formula;e\nFe2O3;0,05\n", [["Fe2O3", "0,05"]]),
        (b"formula\te, eV\nFe2O3\t0,05\n", [["Fe2O3", "0,05"]]),
        (b"formula|e\nFe2O3|1\n", [["Fe2O3", "1"]]),
        (b'formula,"e; in eV; per atom"\nFe2O3,1\n', [["Fe2O3", "1"]]),
        (b'compound,"e; in eV; per atom"\nFe2O3,1\n', [["Fe2O3", "1"]]),
        (b'name,formula\n"salt, ""pure""",NaCl\n', [['salt, "pure"', "NaCl"]]),
        (b'name,formula\n"two\r\nlines",NaCl\n5" pipe,KCl\n', [["two\r\nlines", "NaCl"], ['5" pipe', "KCl"]]),
        (b"formula,x\nNaCl,NA\nKCl,null\nLiF,007\n,\n", [["NaCl", "NA"], ["KCl", "null"], ["LiF", "007"], [None, None]]),
        (b"\n\nformula,x\n\nNaCl,1\n\n\n", [["NaCl", "1"]]),
        (b"formula\nNaCl\n\nKCl\n", [["NaCl"], [None], ["KCl"]]),
        (b"\nformula\nNaCl\n", [["NaCl"]]),
        (b"formula,x\n", []),
        (b"formula,x\nformula,x\n", [["formula", "x"]]),
        ("formula,x\nNaCl,é\u2028\n".encode(), [["NaCl", "é\u2028"]]),
        (b"formula,x\nNaCl," + b"y" * 200_000 + b"\n", [["NaCl", "y" * 200_000]]),
    ],
)  # fmt: skip
def test_rows_are_those_of_the_file(read, content, expected):
    assert read(content) == expected


@pytest.mark.parametrize("late", [b'"salt, pure",NaCl\n', b"#,NaCl\n", b"x,NaCl\r\n", b"x,NaCl\r"])
def test_a_late_row_is_read_like_the_first(read, late):
    found = read(b"name,formula\n" + LATE + late)
    assert len(found) == 200_001
    assert found[-1][1] == "NaCl"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"formula,e,note\nFe2O3,1\n", "line 2: 2 values, but the header has 3"),
        (b"formula,e\nFe2O3,0\nNaCl,1\nformula,e,id\nKCl,2,x\n", "line 4: 3 values, but the header has 2"),
        (b"formula,e\n\nFe2O3,0\n\nNaCl\n", "line 5: 1 value, but the header has 2"),
        (b'formula,e\n"Fe2\nO3",0\nNaCl\n', "line 4: 1 value, but the header has 2"),
        (b"formula,e\n" + LATE + b"NaCl\n", "line 200002: 1 value"),
        (b'formula,e\nNaCl,1\nFe2O3,"0\nKCl,1\n', "line 3: the quote that opens a value is not closed"),
        (
            b'formula,e\n"Fe2"O3,0\n',
            "line 2: text after a closing quote; quotes inside a value in quotes must",
        ),
        (b"formula,e\nNaCl,1\nKCl,\xff\n", "line 3: not UTF-8 text"),
        ("formula,e\nNaCl,1\n".encode("utf-16")[:-1], "damaged UTF-16 text; save it as UTF-8"),
        (b"sep=;\nformula;e\nNaCl;1\n", "line 1: sep= is a note to Excel; remove this line"),
        (b"", "no formula column; the file has no header"),
        (b"\n\n", "no formula column; the file has no header"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(read, content, problem):
    with pytest.raises(FileError, match=r"a\.csv: ") as caught:
        read(content)
    assert problem in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_as_excel_saves_it(tmp_path, encoding, newline):
    lines = ["formula\tname", "LiFePO4\tTriphylin, früher", "CaSO4·2H2O\tGips"]
    (tmp_path / "a.txt").write_bytes((newline.join(lines) + newline).encode(encoding))
    assert rows(tmp_path / "a.txt") == [
        {"formula": "LiFePO4", "name": "Triphylin, früher"},
        {"formula": "CaSO4·2H2O", "name": "Gips"},
    ]


def test_columns_have_different_names(tmp_path):
    (tmp_path / "a.csv").write_text("e,formula,E,e,\n1,NaCl,2,3,4\n")
    assert rows(tmp_path / "a.csv") == [{"e": "1", "formula": "NaCl", "E_1": "2", "e_2": "3", "column4": "4"}]


def test_the_place_of_a_row_is_its_first_line(tmp_path):
    (tmp_path / "a.csv").write_text('formula,note\nNaCl,x\n\n"KCl","two\nlines"\nLiF,y\n')
    table = open_csv(tmp_path / "a.csv")
    assert [table.place(row) for row in range(3)] == ["line 2", "line 4", "line 6"]


def test_a_compressed_file_that_ends_too_early(read):
    with pytest.raises(FileError, match="cannot be read"):
        read(gzip.compress(b"formula\n" + LATE)[:200], "a.csv.gz")


texts = st.text(st.sampled_from("aO2 ,;\t|\"'#\r\né\u2028\\\x0b"), max_size=6)


@examples(100)
@given(
    table=st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(texts, min_size=n, max_size=n), max_size=8)),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_python_writes_comes_back(tmp_path_factory, table, delimiter, line_end, quoting):
    header = [f"c{i}" for i in range(len(table[0]) if table else 2)]
    if quoting == csv.QUOTE_MINIMAL:
        # Python quotes line ends only if they are those that it writes.
        table = [[value.translate({10: " ", 13: " "}) for value in row] for row in table]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(
        [header, *table]
    )
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(stream.getvalue().encode())
    expected = [[value or None for value in row] for row in table]
    assert [list(row.values()) for row in rows(path)] == expected
